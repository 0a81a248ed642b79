# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What moto lacks: EC2 imports an object of S3 as a snapshot (contract image_portability 9). The content is really
converted; the first look at a task finds it active, and a request that is repeated with its token begins no other."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult
from moto.ebs.models import EBSBackend, ebs_backends
from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

BLOCK_BYTES = 512 * 1024
GIB = 1024**3
_start, _put = EBSBackend.start_snapshot, EBSBackend.put_snapshot_block


def import_snapshot(self: EC2Response) -> ActionResult:
    """Take an import on."""
    tasks, token = _tasks(self.ec2_backend), self._get_param("ClientToken")
    task = next((task for task in tasks.values() if token and task["token"] == token), None)
    if task is None:
        place = self._get_param("DiskContainer")["UserBucket"]
        task = {
            "token": token,
            "ImportTaskId": f"import-snap-{uuid4().hex[:17]}",
            "Tags": self._get_param("TagSpecifications")[0]["Tags"],
            "SnapshotTaskDetail": {"Status": "active", "UserBucket": place},
            "encrypted": self._get_param("Encrypted") in (True, "true"),
        }
        tasks[task["ImportTaskId"]] = task
    return ActionResult(_shown(task))


def describe_import_snapshot_tasks(self: EC2Response) -> ActionResult:
    """List them, and let those go on that were listed before."""
    answer = {"ImportSnapshotTasks": [_shown(task) for task in _tasks(self.ec2_backend).values()]}
    for task in _tasks(self.ec2_backend).values():
        if task["SnapshotTaskDetail"]["Status"] == "active":
            task["SnapshotTaskDetail"] = _carried_out(self.ec2_backend, task)
    return ActionResult(answer)


def _tasks(backend: EC2Backend) -> dict[str, dict[str, Any]]:
    tasks: dict[str, dict[str, Any]] = backend.__dict__.setdefault("import_tasks", {})
    return tasks


def _shown(task: dict[str, Any]) -> dict[str, Any]:
    return {key: task[key] for key in ("ImportTaskId", "Tags")} | {
        "SnapshotTaskDetail": dict(task["SnapshotTaskDetail"])
    }


def _carried_out(backend: EC2Backend, task: dict[str, Any]) -> dict[str, Any]:
    detail = task["SnapshotTaskDetail"]
    place = detail["UserBucket"]
    try:
        key = s3_backends[backend.account_id]["aws"].get_object(place["S3Bucket"], place["S3Key"])
        content = key.value if key else b""
    except S3ClientError:
        content = b""
    with tempfile.TemporaryDirectory() as name:
        vhd, raw = Path(name) / "image.vhd", Path(name) / "image.raw"
        vhd.write_bytes(content)
        command = ["qemu-img", "convert", "-O", "raw", "--image-opts"]
        options = f"driver=vpc,force_size_calc=current_size,file.filename={vhd}"
        done = subprocess.run([*command, options, str(raw)], check=False, capture_output=True)
        if done.returncode:
            return {**detail, "Status": "deleted", "StatusMessage": "ClientError: Disk validation failed"}
        return {**detail, "Status": "completed", "SnapshotId": _snapshot(backend, raw, task["encrypted"])}


def _snapshot(backend: EC2Backend, raw: Path, is_encrypted: bool) -> str:
    ebs = ebs_backends[backend.account_id][backend.region_name]
    snapshot = _start(ebs, volume_size=-(-raw.stat().st_size // GIB), tags=[], description="imported").snapshot_id
    with raw.open("rb") as file:
        for index, data in enumerate(iter(lambda: file.read(BLOCK_BYTES), b"")):
            if data.count(0) < len(data):
                _put(ebs, snapshot, index, data.ljust(BLOCK_BYTES, b"\0"), "", "SHA256", BLOCK_BYTES)
    there = backend.snapshots[snapshot]
    there.status, there.encrypted = "completed", is_encrypted
    return str(snapshot)


def install() -> None:
    """Give them to moto."""
    for function in (import_snapshot, describe_import_snapshot_tasks):
        setattr(EC2Response, function.__name__, function)
