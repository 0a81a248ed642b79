# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image as an EBS snapshot: started, filled block by block, completed (contract image_portability 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.aws.snapshots import (
    BLOCK_BYTES,
    COMPLETED,
    NAME,
    PENDING,
    blocks_of,
    complete_snapshot,
    delete_snapshot,
    list_snapshots,
    put_block,
    start_snapshot,
    state_of,
    tag_snapshot,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import (
    GIB,
    Block,
    RawImage,
    rounded_up,
    send_all,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.sent_blocks import SentBlocks
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import (
    COMPLETE,
    CONTENT,
    MADE_BY,
    OWNER,
    UNFINISHED,
    UploadedDisk,
    Wish,
    Work,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.aws.s3_import import LARGEST as LARGEST_VHD
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.aws.s3_import import Bucket
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

LARGEST = 64 * 1024 * GIB


class AwsTarget:
    granularity = GIB

    def __init__(self, params: Mapping[str, Any], threads: int) -> None:
        self._client = Aws(params, threads)
        self._params = params
        self._bucket = Bucket(self._client, params)
        self.endpoint = self._client.endpoint

    def disks(self, name: str, id_: str) -> Sequence[UploadedDisk]:
        filters = {"Name": name} if name else {}
        if not name and not id_:
            filters = {MADE_BY: OWNER}
        there = list_snapshots(self._client, filters, id_)
        if there or not name:
            return there
        return self._bucket.left(name)

    def obstacle(self, name: str, size: int) -> str:
        if self._bucket.name and size > LARGEST_VHD:
            return f"a VHD in a bucket has {LARGEST_VHD // GIB} GiB at most"
        if size > LARGEST:
            return f"a volume has {LARGEST // GIB} GiB at most"
        return ""

    def upload(self, wish: Wish, image: RawImage, unfinished: UploadedDisk | None, work: Work) -> UploadedDisk:
        if self._bucket.name:
            return self._imported(wish, image, unfinished, work)
        client = self._client
        snapshot = unfinished.id if unfinished else self._started(wish, image)
        expected = self._filled(snapshot, image, work)
        if self._is_pending(snapshot):
            complete_snapshot(client, snapshot, len(expected))
            self._wait(snapshot, work)
        if blocks_of(client, snapshot) != expected:
            raise OperationError(
                f"{self.endpoint}: {snapshot} does not hold the blocks that were sent",
                "Remove it with state=absent, then run the same task again.",
            )
        tag_snapshot(client, snapshot, {CONTENT: COMPLETE})
        return self._snapshot(snapshot)

    def _imported(self, wish: Wish, image: RawImage, unfinished: UploadedDisk | None, work: Work) -> UploadedDisk:
        """By way of the bucket. The last mark comes when nothing is left there."""
        snapshot = unfinished.id if unfinished and not unfinished.id.startswith("s3:") else ""
        if snapshot and self._is_pending(snapshot):
            # Begun without the bucket
            delete_snapshot(self._client, snapshot)
            snapshot = ""
        with work.sent.open(wish.name, image.sha256):
            snapshot = snapshot or self._bucket.imported(wish, image, work)
        tag_snapshot(self._client, snapshot, {**wish.marks(image, self.granularity, UNFINISHED), NAME: wish.name})
        self._bucket.clear(wish.name)
        tag_snapshot(self._client, snapshot, {CONTENT: COMPLETE})
        return self._snapshot(snapshot)

    def _started(self, wish: Wish, image: RawImage) -> str:
        size = rounded_up(image.size, GIB)
        marks = wish.marks(image, self.granularity, UNFINISHED)
        return start_snapshot(self._client, wish.name, size, marks, wish.description, self._params)

    def _filled(self, snapshot: str, image: RawImage, work: Work) -> set[int]:
        """Send what is missing; returns the blocks that belong there."""
        expected: set[int] = set()
        with work.sent.open(snapshot, image.sha256) as sent:
            missing = self._missing(image, expected, sent)
            if self._is_pending(snapshot):
                send_all(missing, partial(self._send, snapshot, sent), work.threads)
            else:
                # Killed between the end of the snapshot and its last mark
                expected.update(block.index for block in image.blocks(BLOCK_BYTES))
        return expected

    def _missing(self, image: RawImage, expected: set[int], sent: SentBlocks) -> Iterator[Block]:
        for block in image.blocks(BLOCK_BYTES):
            expected.add(block.index)
            if block.index not in sent.indexes:
                yield block

    def _send(self, snapshot: str, sent: SentBlocks, block: Block) -> None:
        put_block(self._client, snapshot, block.index, block.data)
        sent.note(block.index, len(block.data))

    def _is_pending(self, snapshot: str) -> bool:
        return state_of(self._client, snapshot) == PENDING

    def _snapshot(self, snapshot: str) -> UploadedDisk:
        disks = list_snapshots(self._client, {}, snapshot)
        if not disks:
            raise OperationError(
                f"{self.endpoint}: the snapshot {snapshot} is not there any more",
                "Somebody removed it meanwhile. Run the same task again: it uploads the image anew.",
            )
        return disks[0]

    def _wait(self, snapshot: str, work: Work) -> None:
        def look() -> Look[str]:
            state = state_of(self._client, snapshot)
            return Look(state, done=state != PENDING, state=state)

        what = f"{self.endpoint}: {snapshot}"
        if wait_for(look, what=what, timeout=work.timeout, progress=work.progress) != COMPLETED:
            raise OperationError(
                f"{what} ended in an error", "Run the same task again: it removes this snapshot and starts over."
            )

    def remove(self, disk: UploadedDisk) -> None:
        if not disk.id.startswith("s3:"):
            delete_snapshot(self._client, disk.id)
        self._bucket.clear(disk.name)
