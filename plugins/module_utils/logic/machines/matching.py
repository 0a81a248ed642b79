# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which VM is which machine's, one-to-one or not at all.

The rules, in this order. H is the machine's HostedMachineId; its names are HOST of DOMAIN\\HOST and its whole DNS name;
everything compares without case and whole, so that PC1 is never PC10. Excluded machines take part, so that nobody gets
their VMs, but nothing is decided about them.

    By uuid
    1  H is the uuid of one VM, no other machine has H             that VM; another name is remarked
    2  H is the uuid of one VM, several machines have H:
       a  exactly one of them bears the VM's name                  that one has it; the others go on by name
       b  none or several of them bear its name                    ambiguous, all of them
    3  H is the uuid of a VM that was given several times, on      ambiguous: which copy is alive cannot be told
       several connections or by several names                     from here
    By name, for machines with no H or one that no VM has, and for the others of 2a
    4  no VM bears one of the machine's names                      missing
    5  several VMs do, whether taken by uuid or not                ambiguous: one of them may be a clone, and the
                                                                   newest is often just that
    6  one VM does, but it is another machine's by uuid (1 to 3)   ambiguous; the holder keeps it
    7  one VM does, and it bears a name of other machines as       ambiguous, all that go by name (CORP\\PC1 and
       well                                                        LAB\\PC1)
    8  one VM does, but it was given several times, as in 3        ambiguous
    9  one VM does, and none of the above                          that VM
    VMs
    10 no machine has it or goes by its name, and its name is      unexpected; so is the clone of a VM held by its
       one of those that were expected                             uuid

Namesakes, which have a VM that is not of the move or are on a connection that is none of the move, do not take part:
scope.choose leaves them out. A uuid of '' is one that is not known yet (before a failover): such a VM is found by name
only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import vm_names_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, host_name


@dataclass(frozen=True)
class HostingVm:
    """A VM of a cluster. `connection` is the hosting connection of that cluster on the site, `cluster` a name for
    people."""

    name: str
    uuid: str
    connection: str
    cluster: str = ""


@dataclass(frozen=True)
class Doubt:
    """A machine whose VM cannot be told, and the VMs that it might be."""

    machine: Machine
    candidates: tuple[HostingVm, ...]
    reason: str


@dataclass(frozen=True)
class Matching:
    """What the rules give for machines, by their ids, and the VMs that are nobody's."""

    vms: Mapping[str, tuple[HostingVm, str]]
    doubts: Mapping[str, Doubt]
    missing: Mapping[str, str]
    unclaimed: tuple[HostingVm, ...]


def match(machines: Iterable[Machine], vms: Iterable[HostingVm]) -> Matching:
    """Rules 1 to 10 of the table above; linear in machines and VMs."""
    machines = list(machines)
    index = _Index.of(vms)
    names = {machine.id: vm_names_of(machine) for machine in machines}
    fates = _Fates()
    keepers, others = _match_by_uuid(machines, index, names, fates)
    claims = _match_by_name(others, index, names, keepers, fates)
    unclaimed = tuple(vm for place, vm in enumerate(index.vms) if place not in keepers and place not in claims)
    return Matching(fates.vms, fates.doubts, fates.missing, unclaimed)


@dataclass(frozen=True)
class _Index:
    """Each VM once, and in which places of the list those of a uuid and of a name stand."""

    vms: Sequence[HostingVm]
    by_uuid: Mapping[str, Sequence[int]]
    by_name: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, vms: Iterable[HostingVm]) -> _Index:
        distinct = _distinct(vms)
        return cls(distinct, _places(vm.uuid for vm in distinct), _places(vm.name.casefold() for vm in distinct))

    def at(self, places: Iterable[int]) -> list[HostingVm]:
        return [self.vms[place] for place in places]

    def copies(self, vm: HostingVm) -> list[HostingVm]:
        """The VM and what else has its uuid."""
        if vm.uuid:
            return self.at(self.by_uuid[vm.uuid])
        return [vm]


def _match_by_uuid(
    machines: Sequence[Machine], index: _Index, names: Mapping[str, Collection[str]], fates: _Fates
) -> tuple[dict[int, str], list[Machine]]:
    """Rules 1 to 3: whose each VM is that machines have by its uuid, and the machines that go on by name."""
    holders: dict[int, list[Machine]] = {}
    others: list[Machine] = []
    for machine in machines:
        places = index.by_uuid.get(machine.hosted_machine_id, []) if machine.hosted_machine_id else []
        if not places:
            others.append(machine)
        for place in places:
            holders.setdefault(place, []).append(machine)
        if len(places) > 1:
            fates.doubt(machine, index.at(places), _given_times(places))
    keepers = {}
    for place, holding in holders.items():
        keepers[place] = fates.hand_out(index.vms[place], holding, names, others)
    return keepers, others


def _match_by_name(
    machines: Iterable[Machine],
    index: _Index,
    names: Mapping[str, Collection[str]],
    keepers: Mapping[int, str],
    fates: _Fates,
) -> Mapping[int, Sequence[Machine]]:
    """Rules 4 to 9: the machines that bear the name of each VM."""
    places_of: dict[str, list[int]] = {}
    claims: dict[int, list[Machine]] = {}
    for machine in machines:
        places: list[int] = []
        for name in sorted(names[machine.id]):
            places += index.by_name.get(name, [])
        places_of[machine.id] = places
        for place in places:
            claims.setdefault(place, []).append(machine)
    for machine in machines:
        candidates = index.at(places_of[machine.id])
        if not candidates:
            fates.missing[machine.id] = f"no VM is called {' or '.join(quoted([name]) for name in _own_names(machine))}"
        elif len(candidates) > 1:
            fates.doubt(machine, candidates, f"{len(candidates)} VMs bear its name")
        elif objection := _objection(machine, places_of[machine.id][0], keepers, claims):
            fates.doubt(machine, candidates, objection)
        elif len(copies := index.copies(candidates[0])) > 1:
            fates.doubt(machine, copies, _given_times(copies))
        else:
            fates.vms[machine.id] = (candidates[0], "")
    return claims


def _given_times(copies: Sequence[object]) -> str:
    return f"its VM was given {len(copies)} times"


def _objection(
    machine: Machine, place: int, keepers: Mapping[int, str], claims: Mapping[int, Sequence[Machine]]
) -> str:
    """Why the only VM of its name may not be its own."""
    if place in keepers:
        return f"the only VM of its name belongs to {keepers[place]} by its uuid"
    if len(claims[place]) == 1:
        return ""
    rivals = ", ".join(other.name for other in claims[place] if other is not machine)
    return f"the only VM of its name may as well be that of {rivals}"


@dataclass
class _Fates:
    """What became of the machines, by their ids."""

    vms: dict[str, tuple[HostingVm, str]] = field(default_factory=dict)
    doubts: dict[str, Doubt] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def doubt(self, machine: Machine, candidates: Iterable[HostingVm], reason: str) -> None:
        self.doubts[machine.id] = Doubt(machine, tuple(candidates), reason)

    def hand_out(
        self, vm: HostingVm, holding: Sequence[Machine], names: Mapping[str, Collection[str]], others: list[Machine]
    ) -> str:
        """Give the VM to the one of several machines with its uuid that bears its name, and return to whom it belongs.
        Those that come away empty join the others, which are matched by their names."""
        everybody = ", ".join(all_names(holding))
        bearing = [machine for machine in holding if vm.name.casefold() in names[machine.id]]
        machines = holding if len(holding) == 1 else bearing
        keeper = everybody
        for machine in holding:
            if machine.id in self.doubts:
                continue
            if len(machines) != 1:
                self.doubt(machine, [vm], f"{len(holding)} machines have the uuid of this VM: {everybody}")
            elif machine is machines[0]:
                keeper = machine.name
                self.vms[machine.id] = (
                    vm,
                    "" if bearing else f"matched by its uuid, though the VM is called '{vm.name}'",
                )
            else:
                others.append(machine)
        return keeper


def _distinct(vms: Iterable[HostingVm]) -> list[HostingVm]:
    """Each VM once, however often it was given; those whose uuid is not known yet are all different."""
    distinct: dict[tuple[object, ...], HostingVm] = {}
    for number, vm in enumerate(vms):
        uuid = vm.uuid.strip().lower()
        key = (uuid, vm.connection.casefold(), vm.name.casefold()) if uuid else (number,)
        distinct.setdefault(key, HostingVm(vm.name, uuid, vm.connection, vm.cluster))
    return list(distinct.values())


def _places(keys: Iterable[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return places


def _own_names(machine: Machine) -> list[str]:
    return list(dict.fromkeys(filter(None, (host_name(machine.name), machine.dns_name))))
