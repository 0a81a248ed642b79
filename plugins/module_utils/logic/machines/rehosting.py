# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which VM is which machine's, one-to-one or not at all, and what has to be changed for it.

The rules, in this order. H is the machine's HostedMachineId; its names are HOST of DOMAIN\\HOST and its whole DNS name;
everything compares without case and whole, so that PC1 is never PC10. Excluded machines take part, so that nobody gets
their VMs, but nothing is decided about them.

    By uuid
    1  H is the uuid of one VM, and no other machine has H          that VM, whatever the names; another name is
    remarked
    2  H is the uuid of one VM, and several machines have H:
       a  exactly one of them bears the VM's name                   that one has it; the others go on by name
       b  none or several of them bear its name                     ambiguous, all of them
    3  H is the uuid of a VM that was given several times, on       ambiguous: which copy is alive cannot be told from
    here
       several connections or by several names
    By name, for machines with no H or one that no VM has, and for the others of 2a
    4  no VM bears one of the machine's names                       missing
    5  several VMs do, whether taken by uuid or not                 ambiguous: one of them may be a clone, and the
    newest is often just that
    6  one VM does, but it is another machine's by uuid (1 to 3)    ambiguous; the holder keeps it
    7  one VM does, and it bears a name of other machines as well   ambiguous, all that go by name (CORP\\PC1 and
    LAB\\PC1)
    8  one VM does, but it was given several times, as in 3         ambiguous
    9  one VM does, and none of the above                           that VM
    VMs
    10 no machine has it or goes by its name, and its name is one of those that were expected: unexpected. So is the
    clone of a VM held by its uuid.

Machines that nobody chose do not take part, but none of them loses a VM that it has by its uuid: see without_taken. Nor
do namesakes, which have a VM that is not of the move or are on a connection that is none of the move:
machine_scope.choose leaves them out. A uuid of '' is one that is not known yet (before a failover): such a VM is found
by name only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import vm_names_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, host_name, names_of

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
UNKNOWN_MACHINE = "Citrix knows no machine of this name"


@dataclass(frozen=True)
class HostingVm:
    """A VM of a cluster. `connection` is the hosting connection of that cluster on the site, `cluster` a name for
    people."""

    name: str
    uuid: str
    connection: str
    cluster: str = ""


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


@dataclass(frozen=True)
class Doubt:
    """A machine whose VM cannot be told, and the VMs that it might be."""

    machine: Machine
    candidates: tuple[HostingVm, ...]
    reason: str


@dataclass(frozen=True)
class Obstacle:
    """A machine for which nothing can be done. `machine` is None when the site has none of the name."""

    name: str
    reason: str
    machine: Machine | None = None


@dataclass(frozen=True)
class Matching:
    """What the rules give for machines, by their ids, and the VMs that are nobody's."""

    vms: Mapping[str, tuple[HostingVm, str]]
    doubts: Mapping[str, Doubt]
    missing: Mapping[str, str]
    unclaimed: tuple[HostingVm, ...]


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


def match(machines: Iterable[Machine], vms: Iterable[HostingVm]) -> Matching:
    """Rules 1 to 10 of the table above; linear in machines and VMs."""
    machines = list(machines)
    known = _distinct(vms)
    by_uuid, by_name = _index(vm.uuid for vm in known), _index(vm.name.casefold() for vm in known)
    names = {machine.id: vm_names_of(machine) for machine in machines}
    fates = _Fates()
    holders: dict[int, list[Machine]] = {}
    others: list[Machine] = []
    for machine in machines:
        places = by_uuid.get(machine.hosted_machine_id, []) if machine.hosted_machine_id else []
        if not places:
            others.append(machine)
        for place in places:
            holders.setdefault(place, []).append(machine)
        if len(places) > 1:
            fates.doubt(machine, [known[place] for place in places], f"its VM was given {len(places)} times")
    keepers: dict[int, str] = {}
    for place, holding in holders.items():
        keepers[place] = fates.hand_out(known[place], holding, names, others)
    claimed = {
        machine.id: [place for name in sorted(names[machine.id]) for place in by_name.get(name, [])]
        for machine in others
    }
    claims: dict[int, list[Machine]] = {}
    for machine in others:
        for place in claimed[machine.id]:
            claims.setdefault(place, []).append(machine)
    for machine in others:
        places = claimed[machine.id]
        candidates = [known[place] for place in places]
        if not places:
            fates.missing[machine.id] = (
                f"no VM is called {' or '.join(quoted([name]) for name in _readable_names(machine))}"
            )
        elif len(places) > 1:
            fates.doubt(machine, candidates, f"{len(places)} VMs bear its name")
        elif objection := _objection(machine, places[0], keepers, claims):
            fates.doubt(machine, candidates, objection)
        elif candidates[0].uuid and len(by_uuid[candidates[0].uuid]) > 1:
            copies = [known[place] for place in by_uuid[candidates[0].uuid]]
            fates.doubt(machine, copies, f"its VM was given {len(copies)} times")
        else:
            fates.vms[machine.id] = (candidates[0], "")
    unclaimed = tuple(vm for place, vm in enumerate(known) if place not in holders and place not in claims)
    return Matching(fates.vms, fates.doubts, fates.missing, unclaimed)


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
        everybody = ", ".join(machine.name for machine in holding)
        bearing = [machine for machine in holding if vm.name.casefold() in names[machine.id]]
        chosen = holding if len(holding) == 1 else bearing
        keeper = everybody
        for machine in holding:
            if machine.id in self.doubts:
                continue
            if len(chosen) != 1:
                self.doubt(machine, [vm], f"{len(holding)} machines have the uuid of this VM: {everybody}")
            elif machine is chosen[0]:
                keeper = machine.name
                self.vms[machine.id] = (
                    vm,
                    "" if bearing else f"matched by its uuid, though the VM is called '{vm.name}'",
                )
            else:
                others.append(machine)
        return keeper


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
    expected = {name.casefold() for name in vm_names}
    return result.plan(vm for vm in matching.unclaimed if vm.name.casefold() in expected)


def without_taken(plan: RehostingPlan, machines: Iterable[Machine]) -> RehostingPlan:
    """The plan without the changes that give away a VM which one of these machines has by its uuid, other than those
    that the plan changes; ambiguous then."""
    changing = {move.machine.id for move in plan.changes}
    holders = {
        machine.hosted_machine_id: machine
        for machine in machines
        if machine.hosted_machine_id and machine.id not in changing
    }
    taken = [move for move in plan.changes if move.uuid in holders and move.machine.hosted_machine_id != move.uuid]
    doubts = [
        Doubt(
            move.machine,
            (HostingVm(move.vm_name, move.uuid, move.connection, move.cluster),),
            f"its VM belongs to {holders[move.uuid].name} by its uuid",
        )
        for move in taken
    ]
    ids = {move.machine.id for move in taken}
    return replace(
        plan,
        changes=tuple(move for move in plan.changes if move.machine.id not in ids),
        ambiguous=(*plan.ambiguous, *doubts),
    )


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
    wanted = list(dict.fromkeys(entries))
    by_id = {machine.id: machine for machine in machines}
    by_name: dict[str, list[Machine]] = {}
    for machine in machines:
        for name in sorted(names_of(machine)):
            by_name.setdefault(name, []).append(machine)
    left_out = {key for machine in excluded for key in (machine.id, *names_of(machine))}
    meant: list[tuple[Entry, Machine]] = []
    result = _Sorted()
    for entry in wanted:
        named = by_name.get(entry.name.casefold(), [])
        found = named
        if entry.machine_id:
            found = [by_id[entry.machine_id]] if entry.machine_id in by_id else []
        if not found and not left_out & {entry.machine_id or entry.name.casefold()}:
            result.vanished.append(
                Obstacle(
                    entry.name, "another machine has its name now" if entry.machine_id and named else UNKNOWN_MACHINE
                )
            )
        several = f"{len(found)} machines are called '{entry.name}'; give DOMAIN\\HOST"
        result.ambiguous += [Doubt(machine, (_as_vm(entry),), several) for machine in found if len(found) > 1]
        meant += [(entry, machine) for machine in found if len(found) == 1]
    users: dict[tuple[str, str], set[str]] = {}
    hostings: dict[str, list[Entry]] = {}
    for entry, machine in meant:
        users.setdefault((entry.uuid.lower(), entry.connection.casefold()), set()).add(machine.id)
        hostings.setdefault(machine.id, []).append(entry)
    for machine_id, given in hostings.items():
        machine = by_id[machine_id]
        if len({(entry.uuid.lower(), entry.connection.casefold()) for entry in given}) > 1:
            result.ambiguous.append(
                Doubt(machine, tuple(_as_vm(entry) for entry in given), f"the mapping names it {len(given)} times")
            )
            continue
        entry = given[0]
        move = HostingChange(machine, entry.uuid.lower(), entry.connection)
        whole = bool(entry.uuid and entry.connection)
        if one_to_one and whole and len(users[entry.uuid.lower(), entry.connection.casefold()]) > 1:
            result.ambiguous.append(Doubt(machine, (_as_vm(entry),), "the mapping gives this VM to several machines"))
        elif not whole:
            as_before = (machine.hosted_machine_id, machine.hypervisor_connection.casefold()) == (
                move.uuid,
                entry.connection.casefold(),
            )
            if as_before:
                result.right.append(move)
            else:
                result.refused.append(Obstacle(machine.name, NO_WAY_BACK, machine))
        else:
            result.add(move, adopt_unmanaged)
    return result.plan()


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
    known = {other.casefold(): facts for other, facts in connections.items()}
    facts = known.get(name.casefold())
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


def _distinct(vms: Iterable[HostingVm]) -> list[HostingVm]:
    """Each VM once, however often it was given; those whose uuid is not known yet are all different."""
    known: dict[tuple[object, ...], HostingVm] = {}
    for number, vm in enumerate(vms):
        uuid = vm.uuid.strip().lower()
        key = (uuid, vm.connection.casefold(), vm.name.casefold()) if uuid else (number,)
        known.setdefault(key, HostingVm(vm.name, uuid, vm.connection, vm.cluster))
    return list(known.values())


def _index(keys: Iterable[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return places


def _readable_names(machine: Machine) -> list[str]:
    return list(dict.fromkeys(name for name in (host_name(machine.name), machine.dns_name) if name))


def _as_vm(entry: Entry) -> HostingVm:
    return HostingVm("", entry.uuid, entry.connection)
