# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be changed so that machines are hosted by their VMs: which VM is whose stands in matching.py.

Machines that nobody chose do not take part, but none of them loses a VM that it has by its uuid: see without_taken.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded, near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.matching import Doubt, HostingVm, match
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, names_of

MANUAL = "Manual"
# Nutanix's own three plug-ins and Citrix's for Prism Central (contract citrix 9)
NUTANIX_PLUGINS = ("AcropolisFactory", "AcropolisPCFactory", "AcropolisXIFactory", "AcropolisHypervisorPCFactory")
WAY_ROUND_MCS = (
    "MCS provisioned it, and its catalog's hosting unit decides where it is. Create the catalog anew on a hosting unit"
    " of the other cluster, or bring the machine into a catalog of type Manual"
)
NO_WAY_BACK = (
    "it had no whole hosting before, and the API cannot take hosting away. Remove the machine from its catalog and add"
    " it anew"
)
MOVED_SINCE = (
    "it was given another hosting since that move, which stays. To change it nevertheless, say which VM it has in the"
    " option mapping"
)
UNKNOWN_MACHINE = "Citrix knows no machine of this name"


@dataclass(frozen=True)
class HostingChange:
    """A machine and the hosting it shall have; `remark` is worth telling although it is no obstacle."""

    machine: Machine
    uuid: str
    connection: str
    vm_name: str = ""
    cluster: str = ""
    remark: str = ""

    @property
    def needed(self) -> bool:
        return needs_change(self.machine, self.uuid, self.connection)

    @property
    def vm(self) -> HostingVm:
        return HostingVm(self.vm_name, self.uuid, self.connection, self.cluster)


@dataclass(frozen=True)
class Obstacle:
    """A machine for which nothing can be done. `machine` is None when the site has none of the name."""

    name: str
    reason: str
    machine: Machine | None = None


@dataclass(frozen=True)
class RehostingPlan:
    """What is right, what to change, and every machine and VM that is neither, in lists of their own."""

    right: tuple[HostingChange, ...] = ()
    changes: tuple[HostingChange, ...] = ()
    ambiguous: tuple[Doubt, ...] = ()
    missing: tuple[Obstacle, ...] = ()
    unexpected: tuple[HostingVm, ...] = ()
    refused: tuple[Obstacle, ...] = ()
    unmanaged: tuple[Machine, ...] = ()
    vanished: tuple[Obstacle, ...] = ()


@dataclass(frozen=True)
class Entry:
    """The hosting that a mapping gives to a machine, which is named by DOMAIN\\HOST or HOST, and by its id where that
    is known."""

    name: str
    uuid: str
    connection: str
    machine_id: str = ""

    @property
    def hosting(self) -> tuple[str, str]:
        """The VM and the connection, to be compared."""
        return self.uuid.lower(), self.connection.casefold()


@dataclass
class _Sorted:
    right: list[HostingChange] = field(default_factory=list)
    changes: list[HostingChange] = field(default_factory=list)
    ambiguous: list[Doubt] = field(default_factory=list)
    missing: list[Obstacle] = field(default_factory=list)
    refused: list[Obstacle] = field(default_factory=list)
    unmanaged: list[Machine] = field(default_factory=list)
    vanished: list[Obstacle] = field(default_factory=list)

    def add(self, move: HostingChange, adopt_unmanaged: bool) -> None:
        machine = move.machine
        if not move.needed:
            self.right.append(move)
        elif machine.provisioning_type != MANUAL:
            self.refused.append(Obstacle(machine.name, refusal(machine), machine))
        elif is_unmanaged(machine) and not adopt_unmanaged:
            self.unmanaged.append(machine)
        else:
            self.changes.append(move)

    def doubt(self, machine: Machine, entries: Iterable[Entry], reason: str) -> None:
        self.ambiguous.append(Doubt(machine, tuple(_as_vm(entry) for entry in entries), reason))

    def keep_without_hosting(self, machine: Machine, entry: Entry) -> None:
        """A hosting that was not whole is right where it still is so; it cannot be given."""
        if (machine.hosted_machine_id, machine.hypervisor_connection.casefold()) == entry.hosting:
            self.right.append(HostingChange(machine, entry.uuid.lower(), entry.connection))
        else:
            self.refused.append(Obstacle(machine.name, NO_WAY_BACK, machine))

    def plan(self, unexpected: Iterable[HostingVm] = ()) -> RehostingPlan:
        return RehostingPlan(
            right=tuple(self.right),
            changes=tuple(self.changes),
            ambiguous=tuple(self.ambiguous),
            missing=tuple(self.missing),
            unexpected=tuple(unexpected),
            refused=tuple(self.refused),
            unmanaged=tuple(self.unmanaged),
            vanished=tuple(self.vanished),
        )


def rehost(
    machines: Sequence[Machine],
    vms: Sequence[HostingVm],
    *,
    excluded: Sequence[Machine] = (),
    vm_names: Iterable[str] = (),
    adopt_unmanaged: bool = False,
) -> RehostingPlan:
    """The plan that gives every machine its VM; `vm_names` are those of the VMs that should all be somebody's."""
    matching = match([*machines, *excluded], vms)
    result = _Sorted()
    for machine in machines:
        if machine.id in matching.vms:
            vm, remark = matching.vms[machine.id]
            result.add(
                HostingChange(machine, vm.uuid.lower(), vm.connection, vm.name, vm.cluster, remark), adopt_unmanaged
            )
        elif machine.provisioning_type != MANUAL:
            result.refused.append(Obstacle(machine.name, refusal(machine), machine))
        elif is_unmanaged(machine) and not adopt_unmanaged:
            result.unmanaged.append(machine)
        elif machine.id in matching.doubts:
            result.ambiguous.append(matching.doubts[machine.id])
        else:
            result.missing.append(Obstacle(machine.name, matching.missing[machine.id], machine))
    names = folded(vm_names)
    return result.plan(vm for vm in matching.unclaimed if vm.name.casefold() in names)


def with_way_back(plan: RehostingPlan, connections: Iterable[str]) -> RehostingPlan:
    """The plan with a remark on each change of a machine that is on none of these connections of the move: the way back
    does not lead to where it was."""
    known = folded((*connections, ""))
    changes = []
    for move in plan.changes:
        present = move.machine.hypervisor_connection
        if present.casefold() not in known:
            told = f"it was on {present}, which is no connection of this move"
            move = replace(move, remark="; ".join(filter(None, (move.remark, told))))
        changes.append(move)
    return replace(plan, changes=tuple(changes))


def without(moves: Iterable[HostingChange], machine_ids: Container[str]) -> tuple[HostingChange, ...]:
    """The moves of all other machines."""
    return tuple(move for move in moves if move.machine.id not in machine_ids)


def without_taken(plan: RehostingPlan, machines: Iterable[Machine]) -> RehostingPlan:
    """The plan without the changes that give away a VM which one of these machines has by its uuid, other than those
    that the plan changes; ambiguous then."""
    changing = {move.machine.id for move in plan.changes}
    holders = {}
    for machine in machines:
        if machine.hosted_machine_id and machine.id not in changing:
            holders[machine.hosted_machine_id] = machine
    doubts = {}
    for move in plan.changes:
        if move.uuid in holders and move.machine.hosted_machine_id != move.uuid:
            reason = f"its VM belongs to {holders[move.uuid].name} by its uuid"
            doubts[move.machine.id] = Doubt(move.machine, (move.vm,), reason)
    return replace(plan, changes=without(plan.changes, doubts), ambiguous=(*plan.ambiguous, *doubts.values()))


def without_moved_since(plan: RehostingPlan, machine_ids: Collection[str]) -> RehostingPlan:
    """The plan without the changes of these machines, which are refused then."""
    refused = list(plan.refused)
    for move in plan.changes:
        if move.machine.id in machine_ids:
            refused.append(Obstacle(move.machine.name, MOVED_SINCE, move.machine))
    return replace(plan, changes=without(plan.changes, machine_ids), refused=tuple(refused))


def restore(
    entries: Iterable[Entry],
    machines: Sequence[Machine],
    *,
    excluded: Sequence[Machine] = (),
    one_to_one: bool = True,
    adopt_unmanaged: bool = False,
) -> RehostingPlan:
    """The plan that gives machines the hosting that a mapping says. A machine that is named by its id is that one only:
    another of its name is another one.

    `one_to_one` refuses a VM for two machines; a state that was saved is restored as it was.
    """
    result = _Sorted()
    pairs = _machines_of_entries(entries, machines, excluded, result)
    hostings: dict[str, list[Entry]] = {}
    users: dict[tuple[str, str], set[str]] = {}
    by_id: dict[str, Machine] = {}
    for entry, machine in pairs:
        hostings.setdefault(machine.id, []).append(entry)
        users.setdefault(entry.hosting, set()).add(machine.id)
        by_id[machine.id] = machine
    for machine_id, hosting in hostings.items():
        machine, entry = by_id[machine_id], hosting[0]
        is_shared = one_to_one and len(users[entry.hosting]) > 1
        if len({each.hosting for each in hosting}) > 1:
            result.doubt(machine, hosting, f"the mapping names it {len(hosting)} times")
        elif not (entry.uuid and entry.connection):
            result.keep_without_hosting(machine, entry)
        elif is_shared:
            result.doubt(machine, [entry], "the mapping gives this VM to several machines")
        else:
            result.add(HostingChange(machine, entry.uuid.lower(), entry.connection), adopt_unmanaged)
    return result.plan()


def _machines_of_entries(
    entries: Iterable[Entry], machines: Iterable[Machine], excluded: Iterable[Machine], result: _Sorted
) -> list[tuple[Entry, Machine]]:
    """The one machine that each entry names. Those of none or several are sorted at once."""
    by_id = {machine.id: machine for machine in machines}
    by_name: dict[str, list[Machine]] = {}
    for machine in by_id.values():
        for name in sorted(names_of(machine)):
            by_name.setdefault(name, []).append(machine)
    left_out: set[str] = set()
    for machine in excluded:
        left_out |= {machine.id, *names_of(machine)}
    pairs = []
    for entry in dict.fromkeys(entries):
        namesakes = by_name.get(entry.name.casefold(), [])
        matches = namesakes
        if entry.machine_id:
            matches = [by_id[entry.machine_id]] if entry.machine_id in by_id else []
        if len(matches) == 1:
            pairs.append((entry, matches[0]))
        elif matches:
            for machine in matches:
                several = f"{len(matches)} machines are called '{entry.name}'; give DOMAIN\\HOST"
                result.doubt(machine, [entry], several)
        elif (entry.machine_id or entry.name.casefold()) not in left_out:
            is_another = entry.machine_id and namesakes
            reason = "another machine has its name now" if is_another else UNKNOWN_MACHINE
            result.vanished.append(Obstacle(entry.name, reason))
    return pairs


def needs_change(machine: Machine, uuid: str, connection: str) -> bool:
    """Whether the id or the connection differs; a uuid that is not known yet does."""
    return (
        not uuid
        or machine.hosted_machine_id != uuid
        or machine.hypervisor_connection.casefold() != connection.casefold()
    )


def is_unmanaged(machine: Machine) -> bool:
    """Not power managed: neither id nor connection (contract citrix 11.2)."""
    return not machine.hosted_machine_id and not machine.hypervisor_connection


def refusal(machine: Machine) -> str:
    """Why the hosting of a machine cannot be changed, and the way round it (contract citrix 11.3)."""
    if machine.provisioning_type.upper().startswith("MCS"):
        return WAY_ROUND_MCS
    return (
        f"its provisioning type is {machine.provisioning_type or 'not known'}, and only machines of type Manual can be"
        " given another hosting"
    )


def connection_problem(name: str, connections: Mapping[str, tuple[str, bool]], any_plugin: bool) -> str:
    """Why machines may not be put on a connection, '' when they may. `connections` is name -> (plug-in, in maintenance
    mode)."""
    by_name = {other.casefold(): facts for other, facts in connections.items()}
    facts = by_name.get(name.casefold())
    if facts is None:
        return f"there is no hosting connection '{name}'. {near_names(name, connections)}".rstrip()
    plugin, in_maintenance_mode = facts
    if in_maintenance_mode:
        return f"the hosting connection '{name}' is in maintenance mode. Take it out of it first"
    if not any_plugin and plugin not in NUTANIX_PLUGINS:
        return (
            f"the hosting connection '{name}' is of plug-in '{plugin}', which is none of Nutanix AHV. Set any_plugin if"
            " that is meant"
        )
    return ""


def _as_vm(entry: Entry) -> HostingVm:
    return HostingVm("", entry.uuid, entry.connection)
