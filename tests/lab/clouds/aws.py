# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS: moto's server, and its snapshots as disks that jobs read and write.

Either behind a gate, which a test starts for itself, or as an endpoint of a lab, whose record and fault rules then hold
for it too (``stores: {aws: {kind: moto}}`` in a topology).
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import gc
import hashlib
import sys
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests

from lab.clouds.door import CloudDoor
from lab.clouds.gate import NOT_PASSED_ON, Gate
from lab.clouds.process import free_port, running
from lab.image_portability.stores import MissingDisk, content_of, prepared_for
from lab.wire import Reply, Request

BLOCK_BYTES = 512 * 1024
GIB = 1024**3
ACCESS_KEY, SECRET_KEY, REGION = "AKIALABLABLABLABLAB1", "lab-aws-secret", "eu-central-1"


ACCOUNT = {"access_key_id": ACCESS_KEY, "secret_access_key": SECRET_KEY}


class AwsStore:
    """The snapshots of the emulator that listens on ``port``; files are made in ``directory``."""

    def __init__(self, port: int, directory: Path) -> None:
        self.port = port
        self._direct = f"http://127.0.0.1:{port}"
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def client(self, service: str) -> Any:
        """A client of boto3 that goes past the gate."""
        import boto3

        return boto3.client(
            service,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            endpoint_url=self._direct,
        )

    def reset(self) -> None:
        """Forget all snapshots."""
        requests.post(f"{self._direct}/moto-api/reset", timeout=60).raise_for_status()

    def snapshots(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"]
        # moto has snapshots of its own images
        return [snapshot for snapshot in found if snapshot.get("Tags")]

    def read(self, name: str) -> Path:
        """The content of a snapshot, by its id or Name tag, as a raw file."""
        named = [one for one in self.snapshots() if name in (one["SnapshotId"], _name(one))]
        if len(named) != 1 or named[0]["State"] != "completed":
            raise MissingDisk(name)
        (snapshot,) = named
        ebs, snapshot_id = self.client("ebs"), snapshot["SnapshotId"]
        path = self._directory / f"{snapshot_id}.raw"
        with path.open("wb") as file:
            file.truncate(snapshot["VolumeSize"] * GIB)
            for block in ebs.list_snapshot_blocks(SnapshotId=snapshot_id)["Blocks"]:
                answer = ebs.get_snapshot_block(
                    SnapshotId=snapshot_id, BlockIndex=block["BlockIndex"], BlockToken=block["BlockToken"]
                )
                file.seek(block["BlockIndex"] * BLOCK_BYTES)
                file.write(answer["BlockData"].read())
        return path

    def write(self, name: str, raw: Path, tags: Mapping[str, str]) -> str:
        """A new complete snapshot with this content; returns its id."""
        ebs = self.client("ebs")
        marks = [{"Key": key, "Value": value} for key, value in {**tags, "Name": name}.items()]
        snapshot: str = ebs.start_snapshot(VolumeSize=-(-raw.stat().st_size // GIB), Tags=marks)["SnapshotId"]
        count = 0
        with raw.open("rb") as file:
            for index, data in enumerate(iter(lambda: file.read(BLOCK_BYTES), b"")):
                if data.count(0) == len(data):
                    continue
                padded = data.ljust(BLOCK_BYTES, b"\0")
                checksum = base64.b64encode(hashlib.sha256(padded).digest()).decode()
                ebs.put_snapshot_block(
                    SnapshotId=snapshot,
                    BlockIndex=index,
                    BlockData=padded,
                    DataLength=BLOCK_BYTES,
                    Checksum=checksum,
                    ChecksumAlgorithm="SHA256",
                )
                count += 1
        ebs.complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=count)
        return snapshot


class AwsCloud(AwsStore):
    """The account of the lab, behind a gate."""

    def __init__(self, gate: Gate, port: int, directory: Path) -> None:
        super().__init__(port, directory)
        self.gate = gate
        self.options = {"region": REGION, **ACCOUNT, "endpoint_url": f"http://127.0.0.1:{gate.port}"}

    def reset(self) -> None:
        """Forget all snapshots and requests."""
        super().reset()
        self.gate.forget()


class Emulators:
    """Those of a lab: one whose store is gone, because the lab was reset, serves the next one."""

    def __init__(self) -> None:
        self._idle: list[int] = []
        self._stack = contextlib.ExitStack()
        atexit.register(self._stack.close)

    def taken_by(self, owner: object) -> int:
        """Return the port of one that is its own for as long as it lives."""
        if not self._idle:
            gc.collect()
        port = self._idle.pop() if self._idle else self._started()
        weakref.finalize(owner, self._idle.append, port).atexit = False
        return port

    def _started(self) -> int:
        directory = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-aws-"))
        port = free_port()
        self._stack.enter_context(running(_command(port), port, Path(directory) / "moto.log"))
        return port


EMULATORS = Emulators()


class LabStore(AwsStore):
    """An account that begins empty."""

    def __init__(self, directory: Path) -> None:
        super().__init__(EMULATORS.taken_by(self), directory)
        self.reset()


class AwsEndpoint(CloudDoor):
    """What a lab has of AWS: everything is the emulator's."""

    def __init__(self, name: str, store: AwsStore) -> None:
        super().__init__(name=name, kind="aws")
        self.store = store

    def handle(self, request: Request) -> Reply:
        """Let the emulator answer."""
        connection = HTTPConnection("127.0.0.1", self.store.port, timeout=120)
        target = request.raw_path + (f"?{urlencode(request.query, doseq=True)}" if request.query else "")
        headers = {name: value for name, value in request.headers.items() if name not in NOT_PASSED_ON}
        try:
            connection.request(request.method, target, request.content, headers)
            answer = connection.getresponse()
            kept: dict[str, str | list[str]] = {
                name: value for name, value in answer.getheaders() if name.lower() not in NOT_PASSED_ON
            }
            return Reply(answer.status, answer.read(), kept)
        finally:
            connection.close()

    def state(self) -> dict[str, Any]:
        """Return the snapshots, with a hash of the content of those that are complete."""
        return {"snapshots": [self._shown(snapshot) for snapshot in self.store.snapshots()]}

    def _shown(self, snapshot: Mapping[str, Any]) -> dict[str, Any]:
        tags = {tag["Key"]: tag["Value"] for tag in snapshot["Tags"]}
        shown = {"id": snapshot["SnapshotId"], "name": tags.get("Name", ""), "state": snapshot["State"], "tags": tags}
        if snapshot["State"] != "completed":
            return shown
        content = self.store.read(snapshot["SnapshotId"])
        return {**shown, "content": content_of(content), "prepared_for": prepared_for(content)}

    def change(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Nothing can be changed but by what AWS itself offers."""
        raise ValueError(f"AWS has no change {kind!r}")

    def inventory(self) -> None:
        """It is no host."""

    def variables(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the variables of a target here, with what ``given`` says of it."""
        reached = {"region": REGION, "endpoint_url": f"https://{self.address}:{self.port}", "ca_path": "{{ ca_path }}"}
        target = given.get("image_portability_target", {})
        return {
            **given,
            "image_portability_account": ACCOUNT,
            "image_portability_target": {**target, "upload": {**reached, **target.get("upload", {})}},
        }


def _name(snapshot: Mapping[str, Any]) -> str:
    return {tag["Key"]: tag["Value"] for tag in snapshot["Tags"]}.get("Name", "")


def _command(port: int) -> list[str]:
    return [sys.executable, "-m", "lab.clouds.moto_with_pending_snapshots", "-H", "127.0.0.1", "-p", str(port)]


@contextlib.contextmanager
def aws_cloud(directory: Path) -> Iterator[AwsCloud]:
    """Run it, with its files in ``directory``."""
    port = free_port()
    with running(_command(port), port, directory / "moto.log"):
        gate = Gate(port)
        try:
            yield AwsCloud(gate, port, directory)
        finally:
            gate.close()
