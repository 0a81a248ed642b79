# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VMs of a cluster, found by uuid and by name."""

from __future__ import annotations

from collections.abc import Iterator

from lab.prism_element.state.entities import Vm


class VmList:
    """VMs by uuid, with an index by name that does not look at case: thousands of machines look for their VM in it."""

    def __init__(self) -> None:
        self._by_uuid: dict[str, Vm] = {}
        self._by_name: dict[str, dict[str, Vm]] = {}

    def __contains__(self, vm_uuid: str) -> bool:
        return vm_uuid in self._by_uuid

    def __getitem__(self, vm_uuid: str) -> Vm:
        return self._by_uuid[vm_uuid]

    def __iter__(self) -> Iterator[Vm]:
        return iter(self._by_uuid.values())

    def __len__(self) -> int:
        return len(self._by_uuid)

    def get(self, vm_uuid: str) -> Vm | None:
        """Return a VM by its uuid."""
        return self._by_uuid.get(vm_uuid)

    def add(self, vm: Vm) -> None:
        """Add a VM."""
        self._by_uuid[vm.uuid] = vm
        self._by_name.setdefault(vm.name.casefold(), {})[vm.uuid] = vm

    def remove(self, vm_uuid: str) -> Vm | None:
        """Take a VM out and return it; None when there is none."""
        vm = self._by_uuid.pop(vm_uuid, None)
        if vm is not None:
            del self._by_name[vm.name.casefold()][vm_uuid]
        return vm

    def rename(self, vm: Vm, name: str) -> None:
        """Give a VM another name."""
        del self._by_name[vm.name.casefold()][vm.uuid]
        vm.name = name
        self._by_name.setdefault(name.casefold(), {})[vm.uuid] = vm

    def named(self, name: str) -> list[Vm]:
        """List the VMs of exactly this name."""
        return [vm for vm in self.named_in_any_case(name) if vm.name == name]

    def named_in_any_case(self, name: str) -> list[Vm]:
        """List the VMs of this name in any case."""
        return list(self._by_name.get(name.casefold(), {}).values())
