# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image as an EBS snapshot by way of a bucket: sent as a VHD in parts, imported, removed from the bucket (contract
image_portability 9)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.aws.imports import (
    ENDED_BADLY,
    ENDED_WELL,
    Begun,
    ImportTask,
    begin,
    begun_below,
    discard,
    import_tasks,
    join,
    parts_of,
    put_part,
    start_import,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.aws.snapshots import NAME, PLATFORM
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.qemu_img import RAW, VHD, convert
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
    CONTENT,
    MADE_BY,
    OWNER,
    RELEASE,
    SHA256,
    SNAPSHOT,
    UNFINISHED,
    UploadedDisk,
    Wish,
    Work,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# Of a VHD, and of an object
LARGEST, MOST_PARTS, SMALLEST_PART = 2040 * GIB, 10_000, 8 * MIB


class Bucket:
    """What uploads of one account keep in a bucket for a while."""

    def __init__(self, client: Aws, options: Mapping[str, Any]) -> None:
        self._client, self._options = client, options
        self.name: str = options["s3_bucket"] or ""

    def left(self, name: str) -> list[UploadedDisk]:
        """What an interrupted upload left there, as unfinished snapshots."""
        if not self.name:
            return []
        keys = dict.fromkeys(begun.key for begun in begun_below(self._client, self.name, _prefix(name)))
        return [self._shown(name, key) for key in keys]

    def _shown(self, name: str, key: str) -> UploadedDisk:
        release, sha256 = key.removeprefix(_prefix(name)).removesuffix(".vhd").split("/")
        marks = {MADE_BY: OWNER, RELEASE: unquote(release), SHA256: sha256, CONTENT: UNFINISHED}
        return UploadedDisk(PLATFORM, f"s3://{self.name}/{key}", name, SNAPSHOT, 0, UNFINISHED, marks)

    def clear(self, name: str) -> None:
        """Remove it."""
        if self.name:
            for begun in begun_below(self._client, self.name, _prefix(name)):
                discard(self._client, self.name, begun)

    def imported(self, wish: Wish, image: RawImage, work: Work) -> str:
        """The id of a snapshot with this content, which bears no marks yet."""
        key = f"{_prefix(wish.name)}{quote(wish.release, safe='')}/{image.sha256}.vhd"
        marks = {MADE_BY: OWNER, RELEASE: wish.release, SHA256: image.sha256, NAME: wish.name}
        tasks = import_tasks(self._client, marks)
        task = next((task.id for task in tasks if task.status not in ENDED_BADLY), "")
        if not task:
            self._send(key, image, work)
            # One that ended badly counts: its token would lead to it again
            words = f"{wish.name} {wish.release} {image.sha256} {len(tasks)}"
            token = hashlib.sha256(words.encode()).hexdigest()[:64]
            task = start_import(self._client, self.name, key, marks, token, self._options)
        return self._ended(task, marks, work)

    def _send(self, key: str, image: RawImage, work: Work) -> None:
        begun = [each for each in begun_below(self._client, self.name, key) if each.key == key]
        if any(not each.upload for each in begun):
            return
        path = work.sent.path.with_suffix(".vhd")
        if not path.exists():
            convert(image.path, RAW, path, VHD)
        total = path.stat().st_size
        size = rounded_up(max(SMALLEST_PART, -(-total // MOST_PARTS)), MIB)
        own = begun[0] if begun else Begun(key, begin(self._client, self.name, key))
        there = parts_of(self._client, self.name, own) if begun else {}

        def send(part: Block) -> None:
            data, number = _read(path, part.index * size, size), part.index + 1
            if there.get(number) != hashlib.md5(data, usedforsecurity=False).hexdigest():
                there[number] = put_part(self._client, self.name, own, number, data)
                work.sent.note(part.index, len(data))

        # What they hold is read when they are sent
        send_all((Block(index, b"") for index in range(-(-total // size))), send, work.threads)
        join(self._client, self.name, own, there)

    def _ended(self, task_id: str, marks: Mapping[str, str], work: Work) -> str:
        what = f"{self._client.endpoint}: the import {task_id}"

        def look() -> Look[ImportTask | None]:
            task = next((task for task in import_tasks(self._client, marks) if task.id == task_id), None)
            status = task.status if task else ENDED_BADLY[0]
            return Look(task, done=status in (ENDED_WELL, *ENDED_BADLY), state=status)

        task = wait_for(look, what=what, timeout=work.timeout, progress=work.progress)
        if task is None or task.status != ENDED_WELL:
            raise OperationError(
                f"{what} ended badly: {task.message if task else 'AWS knows it no more'}",
                "Mend the cause, such as what the role for imports may do, and run the same task again.",
                options=("aws",),
            )
        return task.snapshot


def _read(path: Path, position: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(position)
        return file.read(size)


def _prefix(name: str) -> str:
    return f"{OWNER}/{quote(name, safe='')}/"
