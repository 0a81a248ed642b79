# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the images that this collection has made master images of in a XenServer pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import (
    CONNECTION_ARGUMENTS,
    XenServer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import VirtualDisk, XenVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import (
    RELEASE,
    SHA256,
    SOURCE,
    WRAPPER,
    is_ours,
    is_unfinished,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.overview import (
    DiskOverview,
    read_disks,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.wrappers import (
    HALTED,
    path_of_snapshot,
)

ARGUMENTS: dict[str, Any] = {**CONNECTION_ARGUMENTS, "names": {"type": "list", "elements": "str", "default": []}}


def read(params: Params, reporter: Reporter) -> Result:
    with XenServer.connect(params) as client:
        overview = read_disks(client)
    wrappers, snapshots, namesakes = [], [], []
    for vm in overview.machines:
        if _is_wrapper(vm) and vm.is_snapshot:
            snapshots.append(vm)
        elif _is_wrapper(vm):
            wrappers.append(vm)
        elif vm.name in params["names"] and not vm.is_snapshot:
            namesakes.append({"name": vm.name, "uuid": vm.uuid})
    wrappers.sort(key=lambda vm: (vm.name, vm.uuid))
    snapshots.sort(key=lambda vm: (vm.snapshot_time, vm.name))
    return {
        "wrappers": [_wrapper(overview, vm, snapshots) for vm in wrappers],
        "namesakes": namesakes,
        "disks": [_unused(overview, disk) for disk in overview.disks if _is_unused(overview, disk)],
    }


def _wrapper(overview: DiskOverview, vm: XenVm, snapshots: Sequence[XenVm]) -> dict[str, Any]:
    return {
        "name": vm.name,
        "uuid": vm.uuid,
        "disks": [disk.uuid for disk in _disks(overview, vm)],
        "snapshots": [_snapshot(overview, vm, one) for one in snapshots if one.snapshot_of == vm.ref],
        "users": _users(overview, vm),
    }


def _is_wrapper(vm: XenVm) -> bool:
    return is_ours(vm.uuid, vm.other_config) and WRAPPER in vm.other_config


def _users(overview: DiskOverview, wrapper: XenVm) -> list[str]:
    """What somebody else does with an image, so that it must not go: each in words. A disk may be several images of
    ours: it goes with the last one."""
    taken = [one for one in overview.machines if one.snapshot_of == wrapper.ref]
    held = _held(overview, wrapper)
    for one in taken:
        held.update(disk.snapshot_of for disk in _disks(overview, one))
    holders = {entry.vm for entry in overview.attachments if entry.disk in held}
    users = []
    if wrapper.power_state != HALTED:
        users.append(f"'{wrapper.name}' is {wrapper.power_state}")
    for vm in overview.machines:
        if vm.ref in holders and not _is_wrapper(vm):
            users.append(f"'{vm.name}' holds its disk")
    for one in taken:
        if not _is_wrapper(one):
            users.append(f"somebody took the snapshot '{one.name}' of it")
    return users


def _is_unused(overview: DiskOverview, disk: VirtualDisk) -> bool:
    """Whether it is an image of ours that no VM holds and no snapshot was taken of."""
    ours = is_ours(disk.uuid, disk.other_config) or is_unfinished(disk.other_config)
    held = {entry.disk for entry in overview.attachments} | {one.snapshot_of for one in overview.disks}
    return ours and not disk.is_snapshot and disk.ref not in held


def _unused(overview: DiskOverview, disk: VirtualDisk) -> dict[str, Any]:
    repository = overview.storage.get(disk.sr)
    return {
        "uuid": disk.uuid,
        "name": disk.name,
        "release": disk.other_config.get(RELEASE, ""),
        "storage_repository": repository.name if repository else "",
        "complete": is_ours(disk.uuid, disk.other_config),
    }


def _disks(overview: DiskOverview, vm: XenVm) -> list[VirtualDisk]:
    held = _held(overview, vm)
    return [disk for disk in overview.disks if disk.ref in held]


def _held(overview: DiskOverview, vm: XenVm) -> set[str]:
    """The disks that are attached to it, by their references."""
    return {entry.disk for entry in overview.attachments if entry.vm == vm.ref}


def _snapshot(overview: DiskOverview, vm: XenVm, snapshot: XenVm) -> dict[str, Any]:
    origins = {disk.snapshot_of for disk in _disks(overview, snapshot)}
    disk = next((disk for disk in overview.disks if disk.ref in origins), None)
    vdi_uuid = ""
    marks: Mapping[str, str] = {}
    if disk:
        vdi_uuid, marks = disk.uuid, disk.other_config
    return {
        "uuid": snapshot.uuid,
        "name": snapshot.name,
        "path": path_of_snapshot(overview.machines, vm.name, snapshot.parent, snapshot.name),
        "taken": _moment(snapshot.snapshot_time),
        "vdi_uuid": vdi_uuid,
        "release": marks.get(RELEASE, ""),
        "sha256": marks.get(SHA256, ""),
        "source_vdi_uuid": marks.get(SOURCE, ""),
    }


def _moment(told: str) -> str:
    """20261120T10:00:00Z as everybody else writes it."""
    if len(told) > 8 and "-" not in told:
        return f"{told[:4]}-{told[4:6]}-{told[6:]}"
    return told


OPERATION = Reading(arguments=ARGUMENTS, read=read)
