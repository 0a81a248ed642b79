# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure: Azurite holds the pages of disks; managed disks, access to them and tokens are the lab's own (contract
image_portability 9).

What nobody could see is a switch: whether an address to write to may also tell which pages are there
(``tells_pages``), and whether access can be granted again while a disk is being uploaded (``grants_again``).
"""

from __future__ import annotations

import contextlib
import json
import re
import ssl
import threading
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import trustme

from lab.clouds.gate import Answer, Asked, Gate
from lab.clouds.process import free_port, running
from lab.image_portability.stores import MissingDisk

AZURITE = Path(__file__).parents[3] / ".venv/azurite/node_modules/.bin/azurite-blob"
# The account that every Azurite has
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
CONTAINER = "disks"
TENANT, CLIENT, SECRET = (
    "0f3a1c52-7d5c-4be0-9d86-1f0f6f2d9a01",
    "7a2d5e0c-9f44-4c38-8e0e-3b1f0f9f5b02",
    "lab-azure-secret",
)
SUBSCRIPTION, GROUP, LOCATION = "5b1d0e6a-2f0d-4f6e-9f43-6f0f1c7c3d03", "images", "westeurope"
DISKS = re.compile(
    rf"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft\.Compute/disks"
    r"(?:/(?P<name>[\w.-]{1,80})(?:/(?P<action>beginGetAccess|endGetAccess))?)?$"
)
MIB = 1024 * 1024
FOOTER_BYTES = 512
SMALLEST, LARGEST = 20972032, 35183298347520


class AzureCloud:
    """The resource group of the lab."""

    def __init__(self, storage: Gate, port: int, directory: Path) -> None:
        self.storage = storage
        self.disks: dict[str, dict[str, Any]] = {}
        self.tells_pages = self.grants_again = True
        self._operations: dict[str, dict[str, Any]] = {}
        self._direct = f"http://127.0.0.1:{port}/{ACCOUNT}"
        self._directory = directory
        self._lock = threading.Lock()
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        ca_path = directory / "azure-ca.pem"
        authority.cert_pem.write_to_path(str(ca_path))
        self.gate = Gate(None, self._answer, context)
        self.url = f"https://127.0.0.1:{self.gate.port}"
        self.options = {
            "subscription_id": SUBSCRIPTION,
            "resource_group": GROUP,
            "location": LOCATION,
            "tenant_id": TENANT,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "management_endpoint": self.url,
            "authority": self.url,
            "ca_path": str(ca_path),
        }

    def reset(self) -> None:
        for name in list(self.disks):
            self._delete(name)
        self.tells_pages = self.grants_again = True
        self.storage.forget()
        self.gate.forget()

    def _pages(self, name: str) -> Any:
        from azure.storage.blob import BlobServiceClient

        service = BlobServiceClient(self._direct, credential=KEY)
        container = service.get_container_client(CONTAINER)
        if not container.exists():
            container.create_container()
        return container.get_blob_client(self.disks[name.lower()]["blob"])

    def _delete(self, name: str) -> None:
        self._pages(name).delete_blob()
        del self.disks[name.lower()]

    def _create(self, name: str, upload_size: int, tags: Mapping[str, str], state: str) -> None:
        self.disks[name.lower()] = {
            "name": name,
            "blob": str(uuid.uuid4()),
            "size": upload_size - FOOTER_BYTES,
            "state": state,
            "tags": dict(tags),
            "access": "",
        }
        self._pages(name).create_page_blob(upload_size)

    def read(self, name: str) -> Path:
        """The content of a disk, by its name or id, as a raw file."""
        key = name.rpartition("/")[2].lower()
        if key not in self.disks:
            raise MissingDisk(name)
        disk, pages = self.disks[key], self._pages(key)
        path = self._directory / f"{disk['blob']}.raw"
        with path.open("wb") as file:
            file.truncate(disk["size"])
            for page in pages.list_page_ranges():
                length = min(page.end + 1, disk["size"]) - page.start
                if not page.cleared and length > 0:
                    file.seek(page.start)
                    file.write(pages.download_blob(page.start, length).readall())
        return path

    def footer(self, name: str) -> bytes:
        """The last bytes of the VHD that was uploaded."""
        content: bytes = self._pages(name).download_blob(self.disks[name.lower()]["size"], FOOTER_BYTES).readall()
        return content

    def write(self, name: str, raw: Path, tags: Mapping[str, str]) -> str:
        """A new disk with this content; returns its id."""
        if name.lower() in self.disks:
            self._delete(name)
        size = -(-raw.stat().st_size // MIB) * MIB
        self._create(name, size + FOOTER_BYTES, tags, "Unattached")
        pages = self._pages(name)
        with raw.open("rb") as file:
            for index, data in enumerate(iter(lambda: file.read(MIB), b"")):
                if data.count(0) < len(data):
                    pages.upload_page(data.ljust(MIB, b"\0"), offset=index * MIB, length=MIB)
        return self._shown(self.disks[name.lower()])["id"]

    def _shown(self, disk: Mapping[str, Any]) -> dict[str, Any]:
        path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Compute/disks"
        return {
            "id": f"{path}/{disk['name']}",
            "name": disk["name"],
            "type": "Microsoft.Compute/disks",
            "location": LOCATION,
            "tags": disk["tags"],
            "properties": {
                "diskSizeBytes": disk["size"],
                "diskState": disk["state"],
                "provisioningState": "Succeeded",
                "uniqueId": disk["blob"],
            },
        }

    def _answer(self, asked: Asked) -> Answer:
        path, _mark, _query = asked.target.partition("?")
        if path.startswith(f"/{TENANT}/"):
            return self._log_in(path, asked)
        if asked.headers.get("authorization") != "Bearer lab-azure-token":
            return _error(401, "AuthenticationFailed", "The token is missing")
        if path.startswith("/operations/"):
            return _json(200, self._operations[path.rpartition("/")[2]])
        match = DISKS.match(path)
        if match is None:
            return _error(404, "ResourceGroupNotFound", f"{path} could not be found")
        with self._lock:
            return self._answer_about(match["name"] or "", match["action"] or asked.method, asked)

    def _log_in(self, path: str, asked: Asked) -> Answer:
        if path.endswith("/.well-known/openid-configuration"):
            place = f"{self.url}/{TENANT}"
            return _json(
                200,
                {
                    "token_endpoint": f"{place}/oauth2/v2.0/token",
                    "authorization_endpoint": f"{place}/oauth2/v2.0/authorize",
                    "issuer": f"{place}/v2.0",
                },
            )
        if SECRET not in asked.body.decode():
            return _json(401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret"})
        return _json(200, {"token_type": "Bearer", "expires_in": 3600, "access_token": "lab-azure-token"})

    def _answer_about(self, name: str, action: str, asked: Asked) -> Answer:
        if not name:
            return _json(200, {"value": [self._shown(disk) for disk in self.disks.values()]})
        body = json.loads(asked.body or b"{}")
        if action == "PUT":
            return self._put(name, body)
        disk = self.disks.get(name.lower())
        if disk is None:
            return Answer(204) if action == "DELETE" else _error(404, "ResourceNotFound", f"{name} was not found")
        if action == "GET":
            return _json(200, self._shown(disk))
        if action == "PATCH":
            disk["tags"] = body["tags"]
            return _json(200, self._shown(disk))
        if action == "DELETE":
            if disk["access"]:
                return _error(409, "OperationNotAllowed", "There is an active shared access signature outstanding")
            self._delete(name)
            return Answer(200)
        if action == "endGetAccess":
            disk.update(access="", state="Unattached")
            return Answer(200)
        return self._grant(disk, body)

    def _put(self, name: str, body: dict[str, Any]) -> Answer:
        data = body["properties"]["creationData"]
        size = data.get("uploadSizeBytes", 0)
        if data["createOption"] != "Upload" or not SMALLEST <= size <= LARGEST or (size - FOOTER_BYTES) % MIB:
            return _error(400, "InvalidParameter", "The value of parameter uploadSizeBytes is invalid")
        if name.lower() in self.disks:
            return _error(409, "ConflictingUserInput", "Changing property creationData is not allowed")
        self._create(name, size, body.get("tags") or {}, "ReadyToUpload")
        return _json(200, self._shown(self.disks[name.lower()]))

    def _grant(self, disk: dict[str, Any], body: dict[str, Any]) -> Answer:
        is_writing = body["access"] == "Write"
        if is_writing and (disk["state"] == "Unattached" or (disk["access"] and not self.grants_again)):
            return _error(409, "OperationNotAllowed", f"Write access is not allowed in state {disk['state']}")
        from azure.storage.blob import BlobSasPermissions, generate_blob_sas

        signature = generate_blob_sas(
            ACCOUNT,
            CONTAINER,
            disk["blob"],
            account_key=KEY,
            permission=BlobSasPermissions(write=True, read=self.tells_pages),
            expiry=datetime.now(timezone.utc) + timedelta(seconds=body["durationInSeconds"]),
        )
        disk["access"] = f"http://127.0.0.1:{self.storage.port}/{ACCOUNT}/{CONTAINER}/{disk['blob']}?{signature}"
        disk["state"] = "ActiveUpload" if is_writing else disk["state"]
        operation = str(uuid.uuid4())
        self._operations[operation] = {"accessSAS": disk["access"]}
        return Answer(202, b"", [("Location", f"{self.url}/operations/{operation}"), ("Retry-After", "0")])


def _json(status: int, body: Any) -> Answer:
    return Answer(status, json.dumps(body).encode(), [("Content-Type", "application/json")])


def _error(status: int, code: str, message: str) -> Answer:
    return _json(status, {"error": {"code": code, "message": message}})


@contextlib.contextmanager
def azure_cloud(directory: Path) -> Iterator[AzureCloud]:
    """Run it, with its files in ``directory``."""
    port = free_port()
    options = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence", "--silent"]
    with running([str(AZURITE), *options, "--skipApiVersionCheck"], port, directory / "azurite.log"):
        gate = Gate(port)
        cloud = AzureCloud(gate, port, directory)
        try:
            yield cloud
        finally:
            cloud.gate.close()
            gate.close()
