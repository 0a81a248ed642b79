# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""EBS snapshots, and the EBS direct APIs that write one without a volume (contract image_portability 9)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import GIB
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import (
    COMPLETE,
    CONTENT,
    FAILED,
    MADE_BY,
    OWNER,
    SNAPSHOT,
    UNFINISHED,
    UploadedDisk,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound

PLATFORM = "aws"
NAME = "Name"
BLOCK_BYTES = 512 * 1024
# Minutes without a block after which AWS ends an unfinished snapshot; the longest that it takes
LONGEST_PAUSE = 4320
PENDING, COMPLETED = "pending", "completed"


def list_snapshots(client: Aws, filters: Mapping[str, str], id_: str = "") -> list[UploadedDisk]:
    """Those of this account with these tags."""
    arguments: dict[str, Any] = {"SnapshotIds": [id_]} if id_ else {"OwnerIds": ["self"]}
    arguments["Filters"] = [{"Name": f"tag:{key}", "Values": [_literal(value)]} for key, value in filters.items()]
    try:
        with client.explained("the list of snapshots"):
            pages = client.ec2.get_paginator("describe_snapshots").paginate(**arguments)
            return [_disk(snapshot) for page in pages for snapshot in page["Snapshots"]]
    except NotFound:
        return []


def _literal(value: str) -> str:
    """Filters know wildcards."""
    return re.sub(r"[*?\\]", r"\\\g<0>", value)


def _disk(snapshot: Mapping[str, Any]) -> UploadedDisk:
    tags = {tag["Key"]: tag["Value"] for tag in snapshot.get("Tags") or []}
    name = tags.pop(NAME, "")
    size = snapshot["VolumeSize"] * GIB
    state, is_encrypted = _state(snapshot["State"], tags), bool(snapshot.get("Encrypted"))
    return UploadedDisk(PLATFORM, snapshot["SnapshotId"], name, SNAPSHOT, size, state, tags, is_encrypted)


def _state(state: str, tags: Mapping[str, str]) -> str:
    if state in ("error", "recoverable", "recovering"):
        return FAILED
    is_unfinished = tags.get(MADE_BY) == OWNER and tags.get(CONTENT) == UNFINISHED
    if state == PENDING or is_unfinished:
        return UNFINISHED
    return COMPLETE


def state_of(client: Aws, snapshot: str) -> str:
    with client.explained(f"the look at {snapshot}"):
        return str(client.ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["State"])


def start_snapshot(
    client: Aws, name: str, size: int, marks: Mapping[str, str], description: str, encryption: Mapping[str, Any]
) -> str:
    """An empty snapshot that takes blocks; `size` in bytes, of whole GiB. Without `encryption` {encrypted, kms_key_arn}
    the account decides whether it is encrypted."""
    tags = [{"Key": key, "Value": value} for key, value in {**marks, NAME: name}.items()]
    key = {"Encrypted": True} if encryption["encrypted"] else {}
    if encryption["kms_key_arn"]:
        key = {"Encrypted": True, "KmsKeyArn": encryption["kms_key_arn"]}
    with client.explained(f"the start of the snapshot '{name}'"):
        answer = client.ebs.start_snapshot(
            VolumeSize=size // GIB, Tags=tags, Description=description, Timeout=LONGEST_PAUSE, **key
        )
    return str(answer["SnapshotId"])


def put_block(client: Aws, snapshot: str, index: int, data: bytes) -> None:
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    with client.explained(f"block {index} of {snapshot}"):
        client.ebs.put_snapshot_block(
            SnapshotId=snapshot,
            BlockIndex=index,
            BlockData=data,
            DataLength=len(data),
            Checksum=checksum,
            ChecksumAlgorithm="SHA256",
        )


def complete_snapshot(client: Aws, snapshot: str, blocks: int) -> None:
    """No more blocks. AWS compares their number with what has arrived."""
    with client.explained(f"the end of {snapshot}"):
        client.ebs.complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=blocks)


def blocks_of(client: Aws, snapshot: str) -> set[int]:
    """Which blocks a complete snapshot holds."""
    with client.explained(f"the blocks of {snapshot}"):
        page = client.ebs.list_snapshot_blocks(SnapshotId=snapshot)
        indexes = {block["BlockIndex"] for block in page["Blocks"]}
        while page.get("NextToken"):
            page = client.ebs.list_snapshot_blocks(SnapshotId=snapshot, NextToken=page["NextToken"])
            indexes |= {block["BlockIndex"] for block in page["Blocks"]}
    return indexes


def tag_snapshot(client: Aws, snapshot: str, tags: Mapping[str, str]) -> None:
    with client.explained(f"the tags of {snapshot}"):
        client.ec2.create_tags(Resources=[snapshot], Tags=[{"Key": key, "Value": tags[key]} for key in tags])


def delete_snapshot(client: Aws, snapshot: str) -> None:
    try:
        with client.explained(f"the removal of {snapshot}"):
            client.ec2.delete_snapshot(SnapshotId=snapshot)
    except NotFound:
        return
