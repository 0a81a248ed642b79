# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image as a VDI: created, filled through XAPI's raw import, marked (contract xenserver 6, 7.2).

XenServer copies other_config to every copy of a disk, so that the mark of a finished one holds its own uuid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.disks import (
    add_mark,
    create_disk,
    destroy_disk,
    disk_by_uuid,
    list_disks,
    read_disk,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.transfers import import_disk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.qemu_img import RAW, VHD, convert
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import (
    GIB,
    RawImage,
    rounded_up,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.sent_file import SentFile
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import (
    COMPLETE,
    CONTENT,
    DISK,
    MADE_BY,
    UNFINISHED,
    UploadedDisk,
    Wish,
    Work,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import BLOCK, VirtualDisk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.overview import (
    DiskOverview,
    read_disks,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

PLATFORM = "xenserver"
PREFIX = "euc.nutanix_citrix:upload:"
OWN = "own"
LARGEST = 2040 * GIB


class XenServerTarget:
    granularity = BLOCK

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params
        self.endpoint = XenServer.named(params)

    def disks(self, name: str, id_: str) -> Sequence[UploadedDisk]:
        with XenServer.connect(self._params) as client:
            disks = [_shown(disk) for disk in list_disks(client) if disk.managed and not disk.is_snapshot]
        if not name and not id_:
            return [disk for disk in disks if disk.is_ours]
        return [disk for disk in disks if name in ("", disk.name) and id_ in ("", disk.id)]

    def obstacle(self, name: str, size: int) -> str:
        if not self._params["storage_repository"]:
            raise OperationError("xenserver.storage_repository is missing", "Give the SR.", options=("xenserver",))
        if size > LARGEST:
            return f"a VHD has {LARGEST // GIB} GiB at most"
        return ""

    def upload(self, wish: Wish, image: RawImage, unfinished: UploadedDisk | None, work: Work) -> UploadedDisk:
        """An import begins anew each time, because XAPI cannot go on with one."""
        if unfinished:
            self.remove(unfinished)
        path = work.sent.path.with_suffix(".vhd")
        if not path.exists():
            convert(image.path, RAW, path, VHD)
        file_size = path.stat().st_size
        size = rounded_up(image.size, BLOCK)
        with XenServer.connect(self._params) as client:
            repository = self._repository(read_disks(client), size)
            marks = {f"{PREFIX}{key}": value for key, value in wish.marks(image, BLOCK, UNFINISHED).items()}
            ref = create_disk(client, repository, wish.name, wish.description, size, marks)
            disk = read_disk(client, ref)
            what = f"the import into {disk.uuid}"
            with path.open("rb") as opened:
                content = SentFile(opened, file_size, what, work.progress)
                import_disk(client, ref, content, what, work.timeout, work.progress)
            work.sent.note(0, file_size)
            add_mark(client, "VDI", ref, f"{PREFIX}{CONTENT}", COMPLETE)
            add_mark(client, "VDI", ref, f"{PREFIX}{OWN}", disk.uuid)
            return _shown(read_disk(client, ref))

    def _repository(self, overview: DiskOverview, size: int) -> str:
        repository = overview.repository(self._params["storage_repository"])
        free = repository.size - repository.used
        if not repository.attached or (free < size and not repository.has_files):
            raise OperationError(
                f"{self.endpoint}: the SR '{repository.name}' has {amount(max(0, free))} left, or no host sees it",
                "Make room there, plug its PBD, or choose another SR.",
            )
        return repository.ref

    def remove(self, disk: UploadedDisk) -> None:
        with XenServer.connect(self._params) as client:
            there = disk_by_uuid(client, disk.id)
            if there:
                destroy_disk(client, there.ref)


def _shown(disk: VirtualDisk) -> UploadedDisk:
    tags = {key.removeprefix(PREFIX): value for key, value in disk.other_config.items()}
    own = tags.pop(OWN, "")
    if own not in ("", disk.uuid):
        # A copy of ours, which somebody else made
        tags.pop(MADE_BY, None)
    is_unfinished = MADE_BY in tags and (tags.get(CONTENT) == UNFINISHED or not own) and CONTENT in tags
    state = UNFINISHED if is_unfinished else COMPLETE
    return UploadedDisk(PLATFORM, disk.uuid, disk.name, DISK, disk.size, state, tags)
