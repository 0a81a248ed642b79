# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which machines a task is about: chosen by catalog, delivery group, name, or by the names of VMs."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_ids
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import (
    Machine,
    host_name,
    names_of,
    several_called,
)

NAME_COLUMNS = ("machine", "name")


@dataclass(frozen=True)
class Wish:
    """What was asked for; None where an option was not given.

    `names` are DOMAIN\\HOST, HOST or DNS names, `vm_names` and `vm_uuids` those of the VMs that are meant,
    `catalog_ids` ids of catalogs. `connections` are the
    hosting connections of the move, `hosting_vm_uuids` the VMs that may host machines, `other_vm_uuids` VMs that were
    read and may not: see Namesake.
    """

    catalog_ids: frozenset[str] | None = None
    delivery_groups: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None
    vm_names: tuple[str, ...] | None = None
    vm_uuids: tuple[str, ...] | None = None
    connections: tuple[str, ...] | None = None
    hosting_vm_uuids: tuple[str, ...] = ()
    other_vm_uuids: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class Namesake:
    """A machine that bears the name of a VM which is meant, but is hosted elsewhere, so that it is another one."""

    machine: Machine
    reason: str


@dataclass(frozen=True)
class MachineScope:
    """`machines` are to be worked on, `excluded` would be if they were not excluded, `others` were read and not chosen,
    `namesakes` only bear the right name.

    `unknown` are names that no machine bears, `unknown_groups` delivery groups that no machine is in, and
    `unknown_excluded` names to leave out that no machine bears: whoever misspells one believes the machine left out.
    """

    machines: tuple[Machine, ...]
    excluded: tuple[Machine, ...] = ()
    unknown: tuple[str, ...] = ()
    unknown_groups: tuple[str, ...] = ()
    unknown_excluded: tuple[str, ...] = ()
    others: tuple[Machine, ...] = ()
    namesakes: tuple[Namesake, ...] = ()


def choose(wish: Wish, machines: Sequence[Machine]) -> MachineScope:
    """Every option that is given narrows the choice. Names are compared whole and without case.

    The name of a machine's VM is the one that the site knows of it, besides those that it should have: whoever names
    VMs means the machines that run in them.

    Raises Refusal when a HOST without its domain means machines of several domains.
    """
    selection, namesakes = _without_namesakes(wish, _selected(wish, machines))
    left_out = folded(wish.exclude)
    remaining, excluded = [], []
    for machine in selection:
        if _bears_one_of(machine, left_out):
            excluded.append(machine)
        else:
            remaining.append(machine)
    ids = set(all_ids(selection))
    others = (machine for machine in machines if machine.id not in ids)
    groups = folded(machine.delivery_group for machine in machines)
    return MachineScope(
        _sorted(remaining),
        _sorted(excluded),
        unknown_names(wish.names or (), machines),
        _not_among(wish.delivery_groups or (), groups),
        others=_sorted(others),
        namesakes=tuple(namesakes),
    )


def unknown_names(names: Iterable[str], machines: Iterable[Machine]) -> tuple[str, ...]:
    """The names that no machine bears, in the order given."""
    return _not_among(names, set(chain.from_iterable(map(names_of, machines))))


def vm_names_of(machine: Machine) -> frozenset[str]:
    """The names that the VM of a machine may have, without case: HOST, or the whole DNS name."""
    return folded(filter(None, (host_name(machine.name), machine.dns_name)))


def names_in_csv(text: str) -> tuple[str, ...]:
    """The names in the column `machine` or `name` of a CSV text with a header line, commas or semicolons between its
    columns. Raises ValueError."""
    text = text.removeprefix("\ufeff")
    header = text.partition("\n")[0]
    rows = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if header.count(";") > header.count(",") else ","
    )
    columns = {(column or "").strip().casefold(): column for column in rows.fieldnames or ()}
    column = next((columns[name] for name in NAME_COLUMNS if name in columns), None)
    if column is None:
        raise ValueError(f"its first line names no column 'machine' or 'name' but {header.strip()!r}")
    try:
        return tuple(dict.fromkeys(name for row in rows if (name := (row.get(column) or "").strip())))
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num} of it is no CSV ({error})") from None


def _selected(wish: Wish, machines: Iterable[Machine]) -> list[Machine]:
    """The machines that fit what was asked for, namesakes among them."""
    selection = list(machines)
    if wish.catalog_ids is not None:
        selection = [machine for machine in selection if machine.catalog_id in wish.catalog_ids]
    if wish.delivery_groups is not None:
        groups = folded(wish.delivery_groups)
        selection = [machine for machine in selection if machine.delivery_group.casefold() in groups]
    if wish.names is not None:
        _refuse_doubles(wish.names, selection)
        names = folded(wish.names)
        selection = [machine for machine in selection if _bears_one_of(machine, names)]
    if wish.vm_names is not None or wish.vm_uuids is not None:
        selection = _running_in(wish, selection)
    return selection


def _not_among(names: Iterable[str], existing: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name.casefold() not in existing))


def _refuse_doubles(names: Iterable[str], machines: Sequence[Machine]) -> None:
    by_host: dict[str, list[Machine]] = {}
    for machine in machines:
        by_host.setdefault(host_name(machine.name).casefold(), []).append(machine)
    for name in names:
        matches = by_host.get(name.casefold(), []) if "\\" not in name else []
        if len(matches) > 1:
            raise several_called(name, matches)


def _running_in(wish: Wish, machines: Iterable[Machine]) -> list[Machine]:
    """The machines whose VM is meant: by its uuid, or by a name that it may bear."""
    names, uuids = folded(wish.vm_names or ()), folded(wish.vm_uuids or ())
    running = []
    for machine in machines:
        own_names = {machine.hosted_machine_name.casefold(), *vm_names_of(machine)}
        if machine.hosted_machine_id in uuids or own_names & names:
            running.append(machine)
    return running


def _without_namesakes(wish: Wish, machines: Iterable[Machine]) -> tuple[list[Machine], list[Namesake]]:
    """The machines that may be meant, and those of which only the name says so.

    The uuid decides first, over every VM that was read: a machine whose VM is meant stays, whatever its connection, and
    one that has another VM is another machine. A name counts only for a machine on a connection of the move, or on
    none.
    """
    own_uuids, others = folded((*(wish.vm_uuids or ()), *wish.hosting_vm_uuids)), folded(wish.other_vm_uuids)
    connections = None if wish.connections is None else folded((*wish.connections, ""))
    remaining, namesakes = [], []
    for machine in machines:
        if machine.hosted_machine_id in own_uuids:
            remaining.append(machine)
        elif machine.hosted_machine_id in others:
            namesakes.append(Namesake(machine, f"its own VM is {machine.hosted_machine_id}, which does not move"))
        elif connections is not None and machine.hypervisor_connection.casefold() not in connections:
            namesakes.append(
                Namesake(machine, f"it is on {machine.hypervisor_connection}, which is no connection of this move")
            )
        else:
            remaining.append(machine)
    return remaining, sorted(namesakes, key=lambda namesake: (namesake.machine.name.casefold(), namesake.machine.id))


def _bears_one_of(machine: Machine, keys: frozenset[str]) -> bool:
    return bool(names_of(machine) & keys)


def _sorted(machines: Iterable[Machine]) -> tuple[Machine, ...]:
    return tuple(sorted(machines, key=lambda machine: (machine.name.casefold(), machine.id)))
