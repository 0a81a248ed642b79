# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protection domains and who is in them (contract prism_element 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

from lab.prism_element.state.entities import ProtectedVm, ProtectionDomain, Vm
from lab.prism_element.state.ground import Ground


class ProtectionDomains:
    """The protection domains of one cluster by name; those that only other clusters are active in are there too."""

    def __init__(self, ground: Ground, containers: Mapping[str, str]) -> None:
        self._ground = ground
        self._container_names = {uuid: name for name, uuid in containers.items()}
        self._by_name: dict[str, ProtectionDomain] = {}
        self._ids = count(ground.chance.randrange(300_000, 400_000))

    def __iter__(self) -> Iterator[ProtectionDomain]:
        return iter(self._by_name.values())

    def new_id(self) -> int:
        """Return the next of the numbers that schedules, snapshots, replications and handles share."""
        return next(self._ids)

    def get(self, name: str) -> ProtectionDomain | None:
        """Return a protection domain by its name."""
        return self._by_name.get(name)

    def find(self, name: str) -> ProtectionDomain:
        """Return a protection domain or raise the refusal for a missing one."""
        if name not in self._by_name:
            raise self._ground.errors.not_found("Protection domain", name)
        return self._by_name[name]

    def find_active(self, name: str) -> ProtectionDomain:
        """Return a protection domain that is active here; refuse otherwise."""
        domain = self.find(name)
        if not domain.active:
            raise self._ground.errors.invalid(f"Protection domain {name} is not active")
        if domain.marked_for_removal:
            raise self._ground.errors.invalid(f"Protection domain {name} is being removed")
        return domain

    def known(self, name: str) -> ProtectionDomain:
        """Return a protection domain that another cluster speaks of; inactive when it is new here."""
        if name not in self._by_name:
            self._by_name[name] = ProtectionDomain(name, self.new_id(), active=False)
        return self._by_name[name]

    def create(self, name: str, annotations: Sequence[str] = ()) -> ProtectionDomain:
        """Create an active protection domain without members."""
        if name in self._by_name:
            raise self._ground.errors.invalid(f"Protection domain {name} already exists")
        self._by_name[name] = ProtectionDomain(name, self.new_id(), annotations=list(annotations))
        return self._by_name[name]

    def remove(self, domain: ProtectionDomain, is_sending: Callable[[], bool]) -> None:
        """Mark a protection domain for removal; it goes once its snapshots and replications are gone (contract
        prism_element 6.3)."""
        domain.marked_for_removal = True

        def look() -> None:
            if not domain.snapshots and not is_sending():
                self._by_name.pop(domain.name, None)
            elif domain.marked_for_removal:
                self._ground.after("pd_removal", look)

        self._ground.after("pd_removal", look)

    def protector_of(self, vm_uuid: str) -> ProtectionDomain | None:
        """Return the one protection domain that a VM is in."""
        for domain in self:
            if any(member.vm_uuid == vm_uuid for member in domain.vms):
                return domain
        return None

    def protect(
        self,
        domain: ProtectionDomain,
        vms: Sequence[Vm],
        consistency_group: str | None = None,
        app_consistent: bool = False,
    ) -> None:
        """Make VMs members of a protection domain."""
        for vm in vms:
            group = consistency_group or vm.name
            member = ProtectedVm(vm.uuid, vm.name, self.new_id(), self.files_of(vm), app_consistent, group)
            domain.vms.append(member)

    def files_of(self, vm: Vm) -> list[str]:
        """List where the disks of a VM are."""
        names = self._container_names
        disks = [disk for disk in vm.disks if disk.container_uuid in names]
        return [f"/{names[disk.container_uuid]}/.acropolis/vmdisk/{disk.uuid}" for disk in disks]
