# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image as a managed disk: created for upload, written page by page, access revoked (contract image_portability
9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.azure.client import Azure
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.azure.disks import (
    create_disk,
    delete_disk,
    grant_access,
    list_disks,
    put_page,
    read_disk,
    revoke_access,
    tag_disk,
    written_ranges,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.ranges import Ranges
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import (
    MIB,
    Block,
    RawImage,
    rounded_up,
    send_all,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.sent_blocks import SentBlocks
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_file import (
    FOOTER_BYTES,
    fixed_footer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import (
    COMPLETE,
    UNFINISHED,
    UploadedDisk,
    Wish,
    Work,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    OperationError,
)

# As much as Put Page takes
PAGE_BYTES = 4 * MIB
SMALLEST, LARGEST = 20972032 - FOOTER_BYTES, 35183298347520 - FOOTER_BYTES


class AzureTarget:
    granularity = MIB

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._client = Azure(params)
        self.endpoint = self._client.endpoint

    def disks(self, name: str, id_: str) -> Sequence[UploadedDisk]:
        # A name leads to one disk, and so does the end of an id
        named = name or id_.rpartition("/")[2]
        if not named:
            return [disk for disk in list_disks(self._client) if disk.is_ours]
        disk = read_disk(self._client, named)
        if disk is None or (id_ and disk.id.lower() != id_.lower()):
            return []
        if name.lower() == disk.name.lower():
            return [replace(disk, name=name)]
        return [disk]

    def obstacle(self, name: str, size: int) -> str:
        if not self._client.params["location"]:
            raise OperationError("azure.location is missing", "Give the region of the disk.", options=("azure",))
        if SMALLEST <= rounded_up(size, MIB) <= LARGEST:
            return ""
        return f"Azure takes disks of {SMALLEST // MIB} MiB to {LARGEST // MIB} MiB, and this one has {size} bytes"

    def upload(self, wish: Wish, image: RawImage, unfinished: UploadedDisk | None, work: Work) -> UploadedDisk:
        size = rounded_up(image.size, MIB)
        with work.sent.open(wish.name, image.sha256) as sent:
            # Killed between the last page and the last mark
            is_whole = unfinished and all(block.index in sent.indexes for block in _blocks(image, size))
            if not is_whole:
                self._fill(wish, image, size, unfinished, work)
        revoke_access(self._client, wish.name)
        tag_disk(self._client, wish.name, wish.marks(image, self.granularity, COMPLETE))
        disk = read_disk(self._client, wish.name)
        if disk is None:
            raise OperationError(
                f"{self.endpoint}: the disk '{wish.name}' is not there any more",
                "Somebody removed it meanwhile. Run the same task again: it uploads the image anew.",
            )
        return disk

    def _fill(self, wish: Wish, image: RawImage, size: int, unfinished: UploadedDisk | None, work: Work) -> None:
        try:
            pages = self._opened(wish, image, size, unfinished, work)
            missing = self._missing(image, size, self._there(pages), work.sent)

            def send(block: Block) -> None:
                put_page(self._client, pages, _offset(block, size), block.data)
                work.sent.note(block.index, len(block.data))

            send_all(missing, send, work.threads)
        finally:
            # Also when it failed: nobody else gets an address that writes
            revoke_access(self._client, wish.name)

    def _opened(self, wish: Wish, image: RawImage, size: int, unfinished: UploadedDisk | None, work: Work) -> Any:
        """The pages of the disk. One whose access was revoked takes no more: it is begun anew."""
        client = self._client
        if unfinished:
            try:
                return client.pages(grant_access(client, wish.name))
            except AccessDenied:
                raise
            except ApiError as error:
                work.progress(f"'{wish.name}' cannot be gone on with, and is begun anew ({error.code or error.status})")
                revoke_access(client, wish.name)
                delete_disk(client, wish.name)
        work.sent.start_over()
        create_disk(client, wish.name, size + FOOTER_BYTES, wish.marks(image, self.granularity, UNFINISHED))
        return client.pages(grant_access(client, wish.name))

    def _there(self, pages: Any) -> Ranges:
        """What Azure says is there; nothing where the address may write only, and our own notes count."""
        try:
            return Ranges(written_ranges(self._client, pages))
        except ApiError:
            return Ranges(())

    def _missing(self, image: RawImage, size: int, there: Ranges, sent: SentBlocks) -> Iterator[Block]:
        for block in _blocks(image, size):
            start = _offset(block, size)
            if there.hold(start, start + len(block.data)):
                sent.note(block.index, 0)
            elif block.index not in sent.indexes:
                yield block

    def remove(self, disk: UploadedDisk) -> None:
        revoke_access(self._client, disk.name)
        delete_disk(self._client, disk.name)


def _blocks(image: RawImage, size: int) -> Iterator[Block]:
    """Pages that hold data, and the footer of the VHD behind them."""
    for block in image.blocks(PAGE_BYTES):
        yield Block(block.index, block.data[: size - block.index * PAGE_BYTES])
    yield Block(_footer_index(size), fixed_footer(size))


def _footer_index(size: int) -> int:
    return rounded_up(size, PAGE_BYTES) // PAGE_BYTES


def _offset(block: Block, size: int) -> int:
    return min(block.index * PAGE_BYTES, size)
