# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VMs of a cluster: found by uuid and by name, made, switched and removed at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from lab.entries import names_of, power_state_of
from lab.ports import Watcher
from lab.prism_element.state.entities import GIB, Disk, Nic, Vm
from lab.prism_element.state.ground import Ground
from lab.prism_element.state.networks import Networks


class Vms:
    """VMs by uuid, with an index by name that does not look at case: thousands of machines look for their VM in it.

    ``containers``: uuids of the storage containers by name. ``promised``: uuids of VMs that a task will make.
    """

    def __init__(self, ground: Ground, networks: Networks, containers: Mapping[str, str]) -> None:
        self._ground = ground
        self._networks = networks
        self._container = next(iter(containers.values()))
        self._hosts = [ground.new_id() for _turn in range(3)]
        self._by_uuid: dict[str, Vm] = {}
        self._by_name: dict[str, dict[str, Vm]] = {}
        self._watchers: list[Watcher] = []
        self._contents = 0
        self.promised: set[str] = set()
        for entry in ground.spec.get("vms", []):
            for name in names_of(entry):
                self.make({**entry, "name": name})

    def __contains__(self, vm_uuid: str) -> bool:
        return vm_uuid in self._by_uuid

    def __getitem__(self, vm_uuid: str) -> Vm:
        return self._by_uuid[vm_uuid]

    def __iter__(self) -> Iterator[Vm]:
        return iter(self._by_uuid.values())

    def get(self, vm_uuid: str) -> Vm | None:
        """Return a VM by its uuid."""
        return self._by_uuid.get(vm_uuid)

    def find(self, vm_uuid: str) -> Vm:
        """Return a VM by its uuid or raise the refusal for a missing one."""
        if vm_uuid not in self:
            raise self._ground.errors.not_found("VM", vm_uuid)
        return self[vm_uuid]

    def named(self, name: str) -> list[Vm]:
        """List the VMs of exactly this name."""
        return [vm for vm in self.named_in_any_case(name) if vm.name == name]

    def named_in_any_case(self, name: str) -> list[Vm]:
        """List the VMs of this name in any case."""
        return list(self._by_name.get(name.casefold(), {}).values())

    @property
    def number_of_hosts(self) -> int:
        """How many nodes run them."""
        return len(self._hosts)

    # Making and removing.

    def add(self, vm: Vm) -> Vm:
        """Put a VM into the list."""
        self._by_uuid[vm.uuid] = vm
        self._by_name.setdefault(vm.name.casefold(), {})[vm.uuid] = vm
        return vm

    def rename(self, vm: Vm, name: str) -> None:
        """Give a VM another name."""
        del self._by_name[vm.name.casefold()][vm.uuid]
        vm.name = name
        vm.logical_timestamp += 1
        self.add(vm)

    def make(self, spec: Mapping[str, Any]) -> Vm:
        """Make a VM; ``spec`` as under ``vms`` of a topology, ``content`` may fix what is on its disks."""
        vm_uuid = spec.get("uuid") or self._ground.new_id()
        cards = [self._networks.like(wanted) for wanted in spec.get("networks", [])]
        if "networks" not in spec:
            cards = list(self._networks)[:1]
        disks = []
        for number, size in enumerate(spec.get("disks_gib") or [spec.get("disk_gib", 40)]):
            content = content_of_disk(spec.get("content"), number) or self.new_content(vm_uuid)
            disks.append(self.new_disk(int(size * GIB), content))
        vm = Vm(
            uuid=vm_uuid,
            name=spec["name"],
            disks=disks,
            nics=[self.new_nic(network.uuid) for network in cards],
            description=spec.get("description"),
            num_vcpus=spec.get("num_vcpus", 2),
            memory_mb=spec.get("memory_mb", 4096),
        )
        state = power_state_of(spec.get("power_state", "off"))
        if state != "off":
            self._place(vm, state)
        return self.add(vm)

    def copy(self, original: Vm, name: str, nics: list[Nic], vm_uuid: str | None = None) -> Vm:
        """Make a powered-off VM with the disk contents of another one, which may come from another cluster; its uuid is
        new unless one is handed in."""
        copy = replace(
            original,
            uuid=vm_uuid or self._ground.new_id(),
            name=name,
            disks=[self.new_disk(disk.size, disk.content) for disk in original.disks],
            nics=nics,
            power_state="off",
            host_uuid=None,
            logical_timestamp=1,
            seen_on_networks=[],
            seen_on_network_uuids=[],
        )
        return self.add(copy)

    def new_disk(self, size: int, content: str, container_uuid: str | None = None) -> Disk:
        """Return a disk, in the first storage container unless told otherwise."""
        return Disk(self._ground.new_id(), size, container_uuid or self._container, content)

    def new_nic(self, network_uuid: str, mac_address: str | None = None) -> Nic:
        """Return a network card, with a MAC address of its own unless one is handed in."""
        mac = ":".join(["50", "6b", "8d", *(f"{self._ground.chance.randrange(256):02x}" for _turn in range(3))])
        return Nic((mac_address or mac).lower(), network_uuid, self._ground.new_id())

    def card(self, spec: Mapping[str, Any]) -> Nic:
        """Return the card that a request asks for (contract prism_element 3.6)."""
        card = self.new_nic(spec["network_uuid"], spec.get("mac_address"))
        card.connected = spec.get("is_connected", True)
        return card

    def new_content(self, vm_uuid: str) -> str:
        """Return a token for disk contents that exist nowhere else yet."""
        self._contents += 1
        return f"{self._ground.name}/{vm_uuid[:8]}/{self._contents}"

    def remove(self, vm_uuids: Iterable[str]) -> None:
        """Remove VMs at once; their snapshots stay, and so do their entries in protection domains."""
        gone = [vm for vm_uuid in vm_uuids if (vm := self._by_uuid.pop(vm_uuid, None)) is not None]
        for vm in gone:
            del self._by_name[vm.name.casefold()][vm.uuid]
        self._tell({vm.uuid for vm in gone}, up=False)

    # Power.

    def set_power(self, vm_uuid: str, state: str, orderly: bool = False) -> None:
        """Bring a VM into a power state (on, off, paused, suspended) at once; whoever is switched on writes to its
        disks. ``orderly``: its guest agreed."""
        vm = self[vm_uuid]
        before = vm.power_state
        if state == "on" and before == "off":
            self.write(vm)
        self._place(vm, state)
        vm.logical_timestamp += 1
        if state != before and "on" in (state, before):
            self._tell({vm_uuid}, up=state == "on", orderly=orderly)

    def switch_off(self, vm_uuids: Iterable[str]) -> None:
        """Bring many VMs down at once."""
        running = [vm for vm in map(self.get, vm_uuids) if vm is not None and vm.power_state != "off"]
        for vm in running:
            self._place(vm, "off")
            vm.logical_timestamp += 1
        self._tell({vm.uuid for vm in running}, up=False)

    def write(self, vm: Vm) -> None:
        """Let a VM write to its disks."""
        for disk in vm.disks:
            disk.content = self.new_content(vm.uuid)

    def note_networks(self, vm: Vm) -> None:
        """Remember on which networks a running VM was seen."""
        if vm.power_state != "on":
            return
        attached = {nic.network_uuid for nic in vm.nics}
        for network in self._networks:
            if network.uuid in attached and network.uuid not in vm.seen_on_network_uuids:
                vm.seen_on_network_uuids.append(network.uuid)
            if network.uuid in attached and network.name not in vm.seen_on_networks:
                vm.seen_on_networks.append(network.name)

    def watch(self, watcher: Watcher) -> None:
        """Tell somebody whenever VMs go down or vanish, or come up."""
        self._watchers.append(watcher)

    def _place(self, vm: Vm, state: str) -> None:
        vm.power_state = state
        vm.host_uuid = None if state == "off" else self._ground.chance.choice(self._hosts)
        self.note_networks(vm)

    def _tell(self, vm_uuids: Iterable[str], up: bool, orderly: bool = False) -> None:
        concerned = frozenset(vm_uuids)
        if concerned:
            for watcher in self._watchers:
                watcher(concerned, up, orderly)


def content_of_disk(content: str | None, number: int) -> str | None:
    """Return what is on the disk of a number when ``content`` is on the first."""
    return f"{content}/disk{number}" if content and number else content
