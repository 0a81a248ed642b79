# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Google Cloud: gcp-storage-emulator holds objects; images of Compute Engine and tokens are the lab's own (contract
image_portability 9). An image is made of the archive that really lies in the bucket."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.clouds.gate import Answer, Asked, Gate
from lab.clouds.process import free_port, running
from lab.image_portability.stores import MissingDisk

PROJECT, BUCKET = "lab-project", "lab-images"
GIB = 1024**3
IMAGES = f"/compute/v1/projects/{PROJECT}/global/images"
OPERATIONS = f"/compute/v1/projects/{PROJECT}/global/operations/"
SOURCE = re.compile(rf"https://storage\.googleapis\.com/{BUCKET}/(?P<object>.+)$")
NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL = re.compile(r"[a-z0-9_-]{0,63}")


class GoogleCloud:
    """The project of the lab."""

    def __init__(self, port: int, directory: Path) -> None:
        self.images: dict[str, dict[str, Any]] = {}
        self._operations: dict[str, dict[str, Any]] = {}
        self._behind = f"http://127.0.0.1:{port}"
        self._directory = directory
        self._lock = threading.Lock()
        self.gate = Gate(port, self._answer)
        url = f"http://127.0.0.1:{self.gate.port}"
        pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._public_key = pair.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        key = pair.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.options = {
            "project": PROJECT,
            "bucket": BUCKET,
            "service_account_key": json.dumps(
                {
                    "type": "service_account",
                    "project_id": PROJECT,
                    "private_key_id": "lab",
                    "private_key": key.decode(),
                    "client_email": f"lab@{PROJECT}.iam.gserviceaccount.com",
                    "token_uri": f"{url}/token",
                }
            ),
            "storage_endpoint": url,
            "compute_endpoint": url,
        }

    def reset(self) -> None:
        self.images.clear()
        requests.get(f"{self._behind}/wipe?keep-buckets=true", timeout=60).raise_for_status()
        self.gate.forget()

    def objects(self) -> list[str]:
        answer = requests.get(f"{self._behind}/storage/v1/b/{BUCKET}/o", timeout=60)
        return [entry["name"] for entry in answer.json().get("items", [])]

    def read(self, name: str) -> Path:
        """The content of an image as a raw file."""
        if name not in self.images:
            raise MissingDisk(name)
        return Path(self.images[name]["content"])

    def write(self, name: str, raw: Path, tags: Mapping[str, str]) -> str:
        """A new image with this content; returns its name."""
        content = self._directory / f"{uuid.uuid4()}.raw"
        subprocess.run(["cp", "--sparse=always", str(raw), str(content)], check=True)
        labels = {
            re.sub("[^a-z0-9_-]", "-", key.lower()): re.sub("[^a-z0-9_-]", "-", value.lower())[:63]
            for key, value in tags.items()
        }
        self._add({"name": name, "labels": labels}, content)
        return name

    def _add(self, body: Mapping[str, Any], content: Path) -> None:
        self.images[body["name"]] = {
            "id": str(uuid.uuid4().int % 10**18),
            "name": body["name"],
            "description": body.get("description", ""),
            "labels": body.get("labels", {}),
            "guestOsFeatures": body.get("guestOsFeatures", []),
            "diskSizeGb": str(-(-content.stat().st_size // GIB)),
            "status": "READY",
            "content": str(content),
        }

    def _answer(self, asked: Asked) -> Answer | None:
        """None leaves it to the emulator."""
        path, _mark, _query = asked.target.partition("?")
        if path == "/token":
            return _json(200, {"access_token": "lab-google-token", "expires_in": 3600, "token_type": "Bearer"})
        if not self._is_logged_in(asked.headers.get("authorization", "").removeprefix("Bearer ")):
            return _error(401, "Invalid credentials")
        if path.startswith(OPERATIONS):
            return _json(200, self._operations[path.removeprefix(OPERATIONS)])
        if not path.startswith(IMAGES):
            return None
        with self._lock:
            return self._answer_about(path.removeprefix(IMAGES).strip("/"), asked)

    def _is_logged_in(self, token: str) -> bool:
        """By a token of ours, or one that the account has signed itself."""
        from google.auth import exceptions, jwt

        try:
            return token == "lab-google-token" or bool(jwt.decode(token, certs=self._public_key))
        except (ValueError, exceptions.GoogleAuthError):
            return False

    def _answer_about(self, name: str, asked: Asked) -> Answer:
        if asked.method == "POST":
            return self._insert(json.loads(asked.body))
        if not name:
            return _json(200, {"items": [_shown(image) for image in self.images.values()]})
        if name not in self.images:
            return _error(404, f"The resource 'projects/{PROJECT}/global/images/{name}' was not found")
        if asked.method == "DELETE":
            del self.images[name]
            return self._operation([])
        return _json(200, _shown(self.images[name]))

    def _insert(self, body: dict[str, Any]) -> Answer:
        match = SOURCE.match(body["rawDisk"]["source"])
        wrong = [value for value in body.get("labels", {}).values() if not LABEL.fullmatch(value)]
        if match is None or wrong or not NAME.fullmatch(body["name"]):
            return _error(400, f"Invalid value for field 'resource': {body['name']} {wrong}")
        if body["name"] in self.images:
            return _error(409, f"The resource 'projects/{PROJECT}/global/images/{body['name']}' already exists")
        place = f"{self._behind}/storage/v1/b/{BUCKET}/o/{quote(match['object'], safe='')}?alt=media"
        archive = requests.get(place, timeout=120)
        folder = self._directory / str(uuid.uuid4())
        folder.mkdir()
        (folder / "archive").write_bytes(archive.content)
        unpacked = subprocess.run(["tar", "-xzSf", "archive"], cwd=folder, check=False, capture_output=True)
        content = folder / "disk.raw"
        if archive.status_code != 200 or unpacked.returncode or not content.exists():
            return self._operation(["The tar archive is not a valid image."])
        if content.stat().st_size % GIB:
            return self._operation(["The size of the disk is not a multiple of 1 GB."])
        self._add(body, content)
        return self._operation([])

    def _operation(self, errors: list[str]) -> Answer:
        name = f"operation-{uuid.uuid4()}"
        record: dict[str, Any] = {"name": name, "status": "DONE", "progress": 100}
        if errors:
            record["error"] = {"errors": [{"code": "INVALID", "message": message} for message in errors]}
        self._operations[name] = record
        return _json(200, {"name": name, "status": "PENDING"})


def _shown(image: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in image.items() if key != "content"}


def _json(status: int, body: Any) -> Answer:
    return Answer(status, json.dumps(body).encode(), [("Content-Type", "application/json")])


def _error(status: int, message: str) -> Answer:
    return _json(status, {"error": {"code": status, "message": message, "errors": [{"message": message}]}})


@contextlib.contextmanager
def google_cloud(directory: Path) -> Iterator[GoogleCloud]:
    """Run it, with its files in ``directory``."""
    port = free_port()
    options = ["-H", "127.0.0.1", "--port", str(port), "-M", "--default-bucket", BUCKET, "-q"]
    command = [sys.executable, "-m", "gcp_storage_emulator", "start", *options]
    with running(command, port, directory / "google.log"):
        cloud = GoogleCloud(port, directory)
        try:
            yield cloud
        finally:
            cloud.gate.close()
