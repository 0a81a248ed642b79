# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""moto's server, whose snapshots of EBS direct are pending until they are completed, as those of AWS are (contract
image_portability 9): moto has them completed from the start, lists the blocks of pending ones, does not count,
begins a second one for a request that is repeated with its token, and does not know of encryption.

Blocks must bear the checksum of their data, as AWS checks it.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ebs.models import EBSBackend, EBSSnapshot
from moto.ebs.responses import EBSResponse
from moto.server import main

from lab.clouds.moto_imports import install


class ValidationError(JsonRESTError):
    """What AWS answers to a request that does not fit the snapshot."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


def in_ec2(backend: EBSBackend, snapshot: str) -> Any:
    """The snapshot as EC2 shows it."""
    return backend.ec2_backend.snapshots[snapshot]


_start, _put, _list = EBSBackend.start_snapshot, EBSBackend.put_snapshot_block, EBSBackend.list_snapshot_blocks
_complete, _ordered = EBSResponse.complete_snapshot, EBSResponse.start_snapshot


def order_snapshot(self: EBSResponse) -> Any:
    """Answer a repeated request as the first one."""
    known = self.ebs_backend.__dict__.setdefault("answers", {})
    token = self._get_param("ClientToken")
    if token not in known:
        answer = known[token] = _ordered(self)
        in_ec2(self.ebs_backend, answer.result["SnapshotId"]).encrypted = bool(self._get_param("Encrypted"))
    return known[token]


def start_snapshot(self: EBSBackend, *args: Any, **kwargs: Any) -> EBSSnapshot:
    """Start it pending."""
    snapshot = _start(self, *args, **kwargs)
    in_ec2(self, snapshot.snapshot_id).status = "pending"
    return snapshot


def put_snapshot_block(
    self: EBSBackend, snapshot_id: str, block_index: int, block_data: bytes, *args: Any, **kw: Any
) -> Any:
    """Take a block of a pending snapshot."""
    if in_ec2(self, snapshot_id).status != "pending":
        raise ValidationError("The snapshot is not pending")
    if kw.get("checksum") != base64.b64encode(hashlib.sha256(block_data).digest()).decode():
        raise ValidationError("The checksum of the block is wrong")
    return _put(self, snapshot_id, block_index, block_data, *args, **kw)


def list_snapshot_blocks(self: EBSBackend, snapshot_id: str) -> EBSSnapshot:
    """List the blocks of a complete snapshot."""
    if in_ec2(self, snapshot_id).status != "completed":
        raise ValidationError("The snapshot is not completed")
    return _list(self, snapshot_id)


def complete_snapshot(self: EBSResponse) -> Any:
    """Compare the number of blocks, and end it."""
    snapshot = self._get_param("SnapshotId")
    count = int(self.headers.get("x-amz-ChangedBlocksCount") or -1)
    if count != len(self.ebs_backend.snapshots[snapshot].blocks):
        raise ValidationError("ChangedBlocksCount does not match")
    in_ec2(self.ebs_backend, snapshot).status = "completed"
    return _complete(self)


if __name__ == "__main__":
    for function in (start_snapshot, put_snapshot_block, list_snapshot_blocks):
        setattr(EBSBackend, function.__name__, function)
    EBSResponse.start_snapshot = order_snapshot
    setattr(EBSResponse, complete_snapshot.__name__, complete_snapshot)
    install()
    main(sys.argv[1:])
