# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A complete part file becomes a disk of its pool: its flag, its name, a scan, marks (contract xenserver 5, 7.1).

It gets its name when it is complete, checked and unhidden, and under a uuid that the pool has nowhere: otherwise the
scan of the whole SR would fail, or the garbage collector would delete it.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XapiError, XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.disks import (
    add_mark,
    describe_disk,
    disk_by_uuid,
    forget_disk,
    rename_disk,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.tasks import carry_out
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.vhd_sync import refuse_unfit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import VirtualDisk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import OWN
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.control_domain import (
    ControlDomain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# Both names are in one directory, so that the file has the one or the other, and no file loses its name for it: another
# host may have been first. What was written is on disk before, so that a host without power leaves no half file; an old
# sync writes all there is.
RENAME = """\
cd {directory} || exit 1
sync {this}
[ ! -e {to} ] || {{ echo there; exit 0; }}
mv -n -T {this} {to} && [ ! -e {this} ]
"""


@dataclass(frozen=True)
class Place:
    """Where the disk is to be: the SR by its reference, and its directory."""

    client: XenServer
    target: ControlDomain
    sr: str
    timeout: float
    progress: Callable[[str], None]

    def rename(self, this: str, to: str) -> bool:
        """Whether it was done, and no file of the other name was there before."""
        script = RENAME.format(directory=shlex.quote(self.target.directory), this=shlex.quote(this), to=shlex.quote(to))
        return self.target.run(f"the renaming of {this} to {to}", script) != ["there"]

    def disk(self, uuid: str) -> VirtualDisk | None:
        """A disk of this SR; the pool may have one of the same uuid on another."""
        disk = disk_by_uuid(self.client, uuid)
        if disk is not None and disk.sr == self.sr:
            return disk
        return None

    def scan(self) -> None:
        what = "the scan of the SR"
        carry_out(self.client, "SR.scan", self.sr, what=what, timeout=self.timeout, progress=self.progress)


def unhide(target: ControlDomain, path: str) -> None:
    """Clear the flag that a base copy has, and see that the file is good (contract xenserver 2)."""
    refuse_unfit(target.name, path, target.unhidden(path))


def publish(place: Place, part: str, uuid: str) -> bool:
    """Give the file its name and let the pool see it. When the scan fails it loses the name again, so that it is not in
    the way of any other disk. Returns False, and does nothing, when there is a file of this name."""
    final = f"{uuid}.vhd"
    if not place.rename(part, final):
        return False
    try:
        place.scan()
    except XapiError as error:
        if place.disk(uuid) is None:
            place.rename(final, part)
            advice = f"{error.advice} The file of the image was given back the name that no scan sees.".strip()
            raise error.replace(advice=advice) from None
        raise
    return True


def introduced(place: Place, uuid: str) -> VirtualDisk:
    """The disk of a file that was scanned. Only a first scan sets whether it is managed, so that one which came too
    early is made good by forgetting it (contract xenserver 5)."""
    disk = place.disk(uuid)
    if disk is not None and not disk.managed:
        forget_disk(place.client, disk.ref)
        place.scan()
        disk = place.disk(uuid)
    if disk is None or not disk.managed or disk.read_only:
        raise OperationError(
            f"{place.client.endpoint}: the disk {uuid} is not there after a scan, or cannot be used",
            "Look into the SR with xen_vdi_info, then run the same task again.",
        )
    return disk


def name_disk(place: Place, disk: VirtualDisk, name: str, description: str, marks: Mapping[str, str]) -> None:
    """A scan gives no name. The mark that makes it ours comes last."""
    rename_disk(place.client, disk.ref, name)
    describe_disk(place.client, disk.ref, description)
    for key, value in {**marks, OWN: disk.uuid}.items():
        add_mark(place.client, "VDI", disk.ref, key, value)
