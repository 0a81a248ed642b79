# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs out of a snapshot of a protection domain (contract prism_element 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.prism_element.state.entities import PdSnapshot, ProtectedVm, ProtectionDomain, Vm
from lab.prism_element.state.ground import Ground
from lab.prism_element.state.remote_sites import RemoteSites
from lab.prism_element.state.tasks import Task, TaskBook, TaskFailure
from lab.prism_element.state.vms import Vms

REQUESTED = "Restore of VMs of protection domain {protection_domain_name} requested"


@dataclass(frozen=True)
class Restores:
    """Makes VMs out of snapshots: new, powered-off ones outside of the protection domain, or the old ones overwritten
    in place."""

    ground: Ground
    vms: Vms
    sites: RemoteSites
    tasks: TaskBook

    def start(
        self,
        domain: ProtectionDomain,
        snapshot: PdSnapshot,
        members: Sequence[ProtectedVm],
        prefix: str,
        in_place: bool,
    ) -> Task:
        """Start a restore; refuse it where the names of its VMs must be free."""
        clash = "allow" if in_place else self.ground.behaviour["restore_name_clash"]
        taken = [name for member in members if self.vms.named(name := prefix + member.name)]
        if taken and clash == "refuse":
            raise self.ground.errors.invalid(f"VM {taken[0]} already exists")
        names = [member.name for member in members]
        pending = {"names": names, "prefix": prefix, "replace": in_place, "snapshot_id": snapshot.id}
        domain.pending_restores.append(pending)

        def done(task: Task) -> None:
            taken = [name for member in members if self.vms.named(name := prefix + member.name)]
            if taken and clash == "task_fails":
                raise TaskFailure(f"VM {taken[0]} already exists")
            if self.ground.forgets("restore"):
                return
            made = [self._restore(member, prefix, in_place) for member in members]
            if self.ground.behaviour["restore_task_entity"] == "vm":
                task.entities = [("VM", vm.uuid) for vm in made]

        names_domain = self.ground.behaviour["restore_task_entity"] == "protection_domain"
        entities = [("PROTECTION_DOMAIN", domain.name)] if names_domain else []
        task = self.tasks.start("RestoreEntities", "restore", done, entities)
        self.ground.after("restore", lambda: domain.pending_restores.remove(pending))
        self.ground.audit("RestoreProtectionDomainVMsAudit", REQUESTED, domain.name)
        return task

    def _restore(self, member: ProtectedVm, prefix: str, in_place: bool) -> Vm:
        image = member.image
        if image is None:
            raise TaskFailure(f"VM {member.name} is not in the snapshot")
        present = self.vms.get(member.vm_uuid)
        if in_place and present is not None:
            self.vms.set_power(present.uuid, "off")
            present.disks = [replace(disk) for disk in image.disks]
            return present
        networks = [self.sites.network_here(nic.network_uuid) for nic in image.nics]
        nics = [self.vms.new_nic(network_uuid) for network_uuid in networks if network_uuid is not None]
        vm = self.vms.copy(image, prefix + member.name, nics)
        self.ground.audit("RegisterVmAudit", "VM {vm_name} registered", vm_name=vm.name)
        return vm
