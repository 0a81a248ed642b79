# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs out of a snapshot of a protection domain (contract prism_element 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.prism_element.errors import TaskFailure
from lab.prism_element.state.entities import PdSnapshot, ProtectedVm, ProtectionDomain, Task, Vm
from lab.prism_element.state.networks import network_here

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld


def start_restore(
    world: PrismElementWorld,
    domain: ProtectionDomain,
    snapshot: PdSnapshot,
    members: Sequence[ProtectedVm],
    prefix: str,
    in_place: bool,
) -> Task:
    """Start a restore (contract prism_element 10): new, powered-off VMs outside of the protection domain, or the old
    ones overwritten in place."""
    pending = {
        "names": [member.name for member in members],
        "prefix": prefix,
        "replace": in_place,
        "snapshot_id": snapshot.id,
    }
    domain.pending_restores.append(pending)

    def done(task: Task) -> None:
        if not in_place and world.behaviour["restore_name_clash"] == "task_fails":
            for member in members:
                if world.vms_named(prefix + member.name):
                    raise TaskFailure(f"VM {prefix + member.name} already exists")
        if world.forgets("restore"):
            return
        made = [_restore_vm(world, member, prefix, in_place) for member in members]
        if world.behaviour["restore_task_entity"] == "vm":
            task.entities = [("VM", vm.uuid) for vm in made]

    entities = (
        [("PROTECTION_DOMAIN", domain.name)] if world.behaviour["restore_task_entity"] == "protection_domain" else []
    )
    task = world.start_task("RestoreEntities", world.durations["restore"], done, entities)
    world.events.after(world.durations["restore"], lambda: domain.pending_restores.remove(pending))
    world.audit(
        "RestoreProtectionDomainVMsAudit",
        "Restore of VMs of protection domain {protection_domain_name} requested",
        [("protection_domain_name", domain.name)],
        domain.name,
    )
    return task


def _restore_vm(world: PrismElementWorld, member: ProtectedVm, prefix: str, in_place: bool) -> Vm:
    image = member.image
    if image is None:
        raise TaskFailure(f"VM {member.name} is not in the snapshot")
    present = world.vms.get(member.vm_uuid)
    if in_place and present is not None:
        world.set_power(present.uuid, "off")
        present.disks = [replace(disk) for disk in image.disks]
        return present
    networks = [network_here(world, nic.network_uuid) for nic in image.nics]
    vm = world.add_copy(
        image,
        prefix + member.name,
        [world.new_nic(network_uuid) for network_uuid in networks if network_uuid is not None],
    )
    world.audit("RegisterVmAudit", "VM {vm_name} registered", [("vm_name", vm.name)])
    return vm
