# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image as an image of Compute Engine: archived, sent to a bucket in parts, joined, inserted (contract
image_portability 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.google.client import Google
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.google.images import (
    NAME,
    PLATFORM,
    Piece,
    compose,
    delete_image,
    delete_objects,
    holds,
    insert_image,
    is_done,
    list_images,
    objects,
    put_object,
    read_image,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import (
    GIB,
    MIB,
    Block,
    RawImage,
    rounded_up,
    send_all,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import (
    COMPLETE,
    FAILED,
    IMAGE,
    OWNER,
    UNFINISHED,
    UploadedDisk,
    Wish,
    Work,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.google.archive import archive_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# As many objects as one call joins
MOST_PARTS = 32
SMALLEST_PART = 10 * MIB
LARGEST = 64 * 1024 * GIB
ARCHIVE = "disk.tar.gz"
REMOVED_WITHIN = 600


class GoogleTarget:
    granularity = GIB

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._client = Google(params)
        self.endpoint = self._client.endpoint

    def disks(self, name: str, id_: str) -> Sequence[UploadedDisk]:
        if name:
            image = read_image(self._client, name)
            if image:
                return [image]
            return self._parts(name)
        images = list_images(self._client)
        if id_:
            return [image for image in images if image.id == id_]
        return [image for image in images if image.is_ours]

    def _parts(self, name: str) -> list[UploadedDisk]:
        """What an interrupted upload left in the bucket, as an unfinished image."""
        if not self._client.params["bucket"]:
            return []
        there = objects(self._client, _prefix(name))
        marks = next((dict(blob.metadata) for blob in there.values() if blob.metadata), None)
        if marks is None:
            return []
        place = f"gs://{self._client.params['bucket']}/{_prefix(name)}"
        return [UploadedDisk(PLATFORM, place, name, IMAGE, 0, UNFINISHED, marks)]

    def obstacle(self, name: str, size: int) -> str:
        if not self._client.params["bucket"]:
            raise OperationError("gcp.bucket is missing", "Give a bucket for the archive.", options=("gcp",))
        if not NAME.fullmatch(name):
            return f"'{name}' is no name of an image: a-z, 0-9 and -, a letter first, 63 at most"
        if size > LARGEST:
            return f"an image has {LARGEST // GIB} GiB at most"
        return ""

    def upload(self, wish: Wish, image: RawImage, unfinished: UploadedDisk | None, work: Work) -> UploadedDisk:
        client, prefix = self._client, _prefix(wish.name)
        if read_image(client, wish.name) is None:
            marks = wish.marks(image, self.granularity, COMPLETE)
            if f"{prefix}{ARCHIVE}" not in objects(client, prefix):
                self._send(prefix, marks, image, work)
            operation = insert_image(client, wish.name, f"{prefix}{ARCHIVE}", marks)
            self._wait(operation, f"the image '{wish.name}'", work)
        disk = self._ready(wish.name, work)
        delete_objects(client, prefix)
        return disk

    def _send(self, prefix: str, marks: Mapping[str, str], image: RawImage, work: Work) -> None:
        client = self._client
        work.progress(f"archiving the image for {self.endpoint}")
        path = archive_of(image, work.sent.path.with_suffix(".tar.gz"))
        total = path.stat().st_size
        size = rounded_up(max(SMALLEST_PART, -(-total // MOST_PARTS)), MIB)
        names = [f"{prefix}part-{index:02}" for index in range(-(-total // size))]
        there = objects(client, prefix)

        def send(part: Block) -> None:
            name, start = names[part.index], part.index * size
            with Piece(path, start, min(size, total - start)) as piece:
                if not holds(there.get(name), piece):
                    put_object(client, name, piece, marks)
                    work.sent.note(part.index, piece.size)

        send_all(_numbers(len(names)), send, work.threads)
        compose(client, f"{prefix}{ARCHIVE}", names)

    def _wait(self, operation: str, what: str, work: Work) -> None:
        def look() -> Look[None]:
            return Look(None, done=is_done(self._client, operation), state="under way")

        wait_for(look, what=f"{self.endpoint}: {what}", timeout=work.timeout, progress=work.progress)

    def _ready(self, name: str, work: Work) -> UploadedDisk:
        def look() -> Look[UploadedDisk | None]:
            image = read_image(self._client, name)
            state = image.state if image else FAILED
            return Look(image, done=state != UNFINISHED, state=state)

        what = f"{self.endpoint}: the image '{name}'"
        image = wait_for(look, what=what, timeout=work.timeout, progress=work.progress)
        if image is None or image.state == FAILED:
            raise OperationError(f"{what} failed", "Run the same task again: it removes this image and starts over.")
        return image

    def remove(self, disk: UploadedDisk) -> None:
        client = self._client
        if not disk.id.startswith("gs://"):
            operation = delete_image(client, disk.name)
            if operation:

                def look() -> Look[None]:
                    return Look(None, done=is_done(client, operation), state="under way")

                what = f"{self.endpoint}: the removal of '{disk.name}'"
                wait_for(look, what=what, timeout=REMOVED_WITHIN, progress=lambda line: None)
        if client.params["bucket"]:
            delete_objects(client, _prefix(disk.name))


def _prefix(name: str) -> str:
    return f"{OWNER}/{name}/"


def _numbers(count: int) -> Iterator[Block]:
    """Parts by their numbers: what they hold is read when they are sent."""
    return (Block(index, b"") for index in range(count))
