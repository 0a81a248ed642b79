# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrapper VMs: halted VMs that hold an image as their only disk, so that Citrix can take a snapshot of it for a master
image (contract xenserver 7.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.disks import add_mark, list_disks
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.machines import (
    DISK,
    attach_disk,
    create_machine,
    detach,
    list_attachments,
    list_machines,
    read_machine,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.tasks import carry_out
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import Attachment, VirtualDisk, XenVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import OWN, WRAPPER, is_ours
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# A backslash, dot or slash in a name breaks the path by which Citrix finds it (contract xenserver trap 19)
PATH_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
HALTED = "Halted"
FIRST_DEVICE = "0"


@dataclass(frozen=True)
class Wrapper:
    """What there is of it: the VM, what holds its disks, the disk that is wanted, the snapshot of the wanted name, and
    the path by which Citrix finds that."""

    vm: XenVm | None
    disk: VirtualDisk | None
    attachments: tuple[Attachment, ...]
    snapshot: XenVm | None
    snapshot_fits: bool
    path: str = ""

    @property
    def foreign_attachments(self) -> tuple[Attachment, ...]:
        """What has to go: other disks, and the wanted one as another device."""
        return tuple(entry for entry in self.attachments if not self._is_wanted(entry))

    @property
    def is_attached(self) -> bool:
        return any(self._is_wanted(entry) for entry in self.attachments)

    def _is_wanted(self, entry: Attachment) -> bool:
        return self.disk is not None and (entry.disk, entry.device) == (self.disk.ref, FIRST_DEVICE)


def refuse_unusable_name(option: str, name: str) -> None:
    if not PATH_NAME.match(name):
        raise OperationError(
            f"{option} is '{name}', which Citrix cannot find by its path",
            "Give letters, digits, dashes and underscores only.",
        )


def read_wrapper(client: XenServer, name: str, vdi_uuid: str, snapshot_name: str) -> Wrapper:
    """Find it by its mark, never by its name (contract xenserver 10). Raises OperationError where a name would lead
    Citrix to two things."""
    disks = list_disks(client)
    disk = next((one for one in disks if one.uuid == vdi_uuid), None)
    if disk is None:
        raise OperationError(f"{client.endpoint} has no disk {vdi_uuid}", "Bring it there first.")
    machines = list_machines(client)
    vm = _marked(client, machines, name)
    attachments = list_attachments(client)
    own = tuple(entry for entry in attachments if vm and entry.vm == vm.ref and entry.type == DISK)
    snapshot = _snapshot_of(client, machines, vm, snapshot_name) if vm else None
    frozen = {entry.disk for entry in attachments if snapshot and entry.vm == snapshot.ref}
    fits = any(one.ref in frozen and one.snapshot_of == disk.ref for one in disks)
    behind = snapshot or vm
    path = path_of_snapshot(machines, name, behind.parent if behind else "", snapshot_name)
    return Wrapper(vm, disk, own, snapshot, fits, path)


def _snapshot_of(client: XenServer, machines: Sequence[XenVm], vm: XenVm, name: str) -> XenVm | None:
    snapshots = [one for one in machines if one.snapshot_of == vm.ref and one.name == name]
    if len(snapshots) > 1:
        uuids = ", ".join(sorted(one.uuid for one in snapshots))
        raise OperationError(
            f"{client.endpoint}: '{vm.other_config[WRAPPER]}' has {len(snapshots)} snapshots called '{name}' ({uuids})",
            "Citrix finds a snapshot by its name. Remove the others.",
        )
    if snapshots:
        return snapshots[0]
    return None


def read_holder(client: XenServer, name: str) -> Wrapper:
    """The wrapper VM alone, whatever it holds."""
    return Wrapper(_marked(client, list_machines(client), name), None, (), None, False)


def path_of_snapshot(machines: Sequence[XenVm], vm_name: str, parent: str, name: str) -> str:
    """Below the VM and the snapshots that were taken before (contract citrix 9)."""
    by_ref, before = {one.ref: one for one in machines}, []
    while parent in by_ref:
        before.append(f"{by_ref[parent].name}.snapshot")
        parent = by_ref[parent].parent
    return "\\".join([f"{vm_name}.vm", *reversed(before), f"{name}.snapshot"])


def _marked(client: XenServer, machines: Sequence[XenVm], name: str) -> XenVm | None:
    ordinary = [one for one in machines if not one.is_snapshot]
    marked = [one for one in ordinary if one.other_config.get(WRAPPER) == name]
    # A copy that somebody made bears the mark of its original
    own = [one for one in marked if is_ours(one.uuid, one.other_config) or OWN not in one.other_config]
    if len(own) > 1:
        uuids = ", ".join(sorted(one.uuid for one in own))
        raise OperationError(
            f"{client.endpoint} has {len(own)} wrapper VMs of the mark '{name}' ({uuids})", "Remove the others."
        )
    namesakes = [one.uuid for one in ordinary if one.name == name and one not in own]
    if namesakes:
        raise OperationError(
            f"{client.endpoint} has another VM called '{name}' ({', '.join(sorted(namesakes))})",
            "Citrix finds a VM by its name. Rename that one, or choose another name.",
        )
    if own:
        return own[0]
    return None


def make_wrapper(client: XenServer, name: str, memory: int, vcpus: int, firmware: str) -> XenVm:
    """A halted VM without disks. Its mark stands on it from the first moment, so that a run that was killed leaves
    nothing unknown."""
    vm = read_machine(client, create_machine(client, name, memory, vcpus, firmware, {WRAPPER: name}))
    add_mark(client, "VM", vm.ref, OWN, vm.uuid)
    return vm


def give_disk(client: XenServer, wrapper: Wrapper, vm: XenVm) -> None:
    """Let the wanted disk be its only one. Disks that go stay on their SR."""
    for entry in wrapper.foreign_attachments:
        detach(client, entry.ref)
    if wrapper.disk and not wrapper.is_attached:
        attach_disk(client, vm.ref, wrapper.disk.ref, FIRST_DEVICE)


def take_snapshot(client: XenServer, vm: XenVm, name: str, timeout: float, progress: Callable[[str], None]) -> XenVm:
    what = f"the snapshot '{name}' of '{vm.name}'"
    ref = carry_out(client, "VM.snapshot", vm.ref, name, what=what, timeout=timeout, progress=progress)
    return mark_snapshot(client, read_machine(client, ref))


def mark_snapshot(client: XenServer, snapshot: XenVm) -> XenVm:
    """A snapshot has the marks of its VM; this one makes it ours."""
    add_mark(client, "VM", snapshot.ref, OWN, snapshot.uuid)
    return read_machine(client, snapshot.ref)


def shown_snapshot(wrapper: Wrapper, name: str) -> dict[str, Any]:
    return {"uuid": wrapper.snapshot.uuid if wrapper.snapshot else "", "name": name, "path": wrapper.path}
