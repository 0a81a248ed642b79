# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS: moto's server, and its snapshots as disks that jobs read and write."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from lab.clouds.gate import Gate
from lab.clouds.process import free_port, running
from lab.image_portability.stores import MissingDisk

BLOCK_BYTES = 512 * 1024
GIB = 1024**3
ACCESS_KEY, SECRET_KEY, REGION = "AKIALABLABLABLABLAB1", "lab-aws-secret", "eu-central-1"


class AwsCloud:
    """The account of the lab."""

    def __init__(self, gate: Gate, port: int, directory: Path) -> None:
        self.gate = gate
        self.options = {
            "region": REGION,
            "access_key_id": ACCESS_KEY,
            "secret_access_key": SECRET_KEY,
            "endpoint_url": f"http://127.0.0.1:{gate.port}",
        }
        self._direct = f"http://127.0.0.1:{port}"
        self._directory = directory

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
        """Forget all snapshots and requests."""
        requests.post(f"{self._direct}/moto-api/reset", timeout=60).raise_for_status()
        self.gate.forget()

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


def _name(snapshot: Mapping[str, Any]) -> str:
    return {tag["Key"]: tag["Value"] for tag in snapshot["Tags"]}.get("Name", "")


@contextlib.contextmanager
def aws_cloud(directory: Path) -> Iterator[AwsCloud]:
    """Run it, with its files in ``directory``."""
    port = free_port()
    command = [sys.executable, "-m", "lab.clouds.moto_with_pending_snapshots", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, port, directory / "moto.log"):
        gate = Gate(port)
        try:
            yield AwsCloud(gate, port, directory)
        finally:
            gate.close()
