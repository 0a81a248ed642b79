# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a drain and a release tell of their machines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import (
    shortened,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import MachineScope
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, Occupied
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_changes import (
    Settled,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.maintenance.notes_file import (
    NotesFile,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

DRAINED, RELEASED = "drained", "released"
MOST_NAMED = 20


def result(
    state: str,
    scope: MachineScope,
    switching: Sequence[Machine],
    file: NotesFile,
    outcome: Settled | None = None,
    occupied: Sequence[Occupied] = (),
) -> dict[str, Any]:
    """What is returned; without `outcome`, what would be."""
    is_plan, on = outcome is None, state == DRAINED
    outcome = outcome or Settled({machine.id: machine for machine in scope.machines})
    switched = [each for each in switching if each.id not in outcome.failed and each.id not in outcome.vanished]
    action = "would_change" if is_plan else "changed"
    return {
        "changed": bool(switched),
        "state": state,
        "machines": _rows(scope, outcome, switched, action),
        "switched": _names(switched),
        "without_delivery_group": _names(each for each in scope.machines if on and not each.delivery_group),
        "sessions": list(map(occupied_facts, occupied)),
        "failures": _failures(scope, outcome),
        "vanished": _names(each for each in scope.machines if each.id in outcome.vanished),
        "excluded": _names(scope.excluded),
        "unknown": list(scope.unknown),
        "namesakes": [_failure(each.machine, each.reason) for each in scope.namesakes],
        "saved": file.existed or bool(file.entries or file.notes.already),
        "still_drained": _names(file.entries.values()),
        "in_maintenance_before": _names(file.notes.already.values()),
        "diff": {
            "before": {"maintenance_mode": dict.fromkeys(_names(switched), not on)},
            "after": {"maintenance_mode": dict.fromkeys(_names(switched), on)},
        },
    }


def _rows(scope: MachineScope, outcome: Settled, switched: Iterable[Machine], action: str) -> list[dict[str, Any]]:
    actions = dict.fromkeys((each.id for each in switched), action)
    actions |= dict.fromkeys(outcome.vanished, "vanished") | dict.fromkeys(outcome.failed, "failed")
    return [
        _row(outcome.machines.get(machine.id, machine), machine, actions.get(machine.id, "right"))
        for machine in scope.machines
    ]


def _failures(scope: MachineScope, outcome: Settled) -> list[dict[str, str]]:
    machines = {machine.id: machine for machine in scope.machines}
    return [_failure(machines[machine_id], why) for machine_id, why in outcome.failed.items()]


def _failure(machine: Machine, reason: str) -> dict[str, str]:
    return {"id": machine.id, "name": machine.name, "reason": reason}


def _row(now: Machine, machine: Machine, action: str) -> dict[str, Any]:
    """What a machine was, and whether it is in maintenance mode now."""
    return {
        "id": machine.id,
        "name": machine.name,
        "catalog": machine.catalog,
        "catalog_id": machine.catalog_id,
        "delivery_group": machine.delivery_group,
        "maintenance_mode": now.maintenance_mode,
        "sessions": now.sessions,
        "action": action,
    }


def _names(owners: Iterable[Any]) -> list[str]:
    return sorted(owner.name for owner in owners)


def fail_if_not_all(
    site: CitrixSite,
    reporter: Reporter,
    state: str,
    scope: MachineScope,
    switching: Sequence[Machine],
    outcome: Settled,
    file: NotesFile,
    tolerated: Collection[str] = frozenset(),
) -> None:
    if outcome.vanished:
        absent = _names(machine for machine in switching if machine.id in outcome.vanished)
        reporter.warn(f"{site.endpoint}: {len(absent)} machines went away meanwhile: {shortened(absent, MOST_NAMED)}")
    failures = {machine_id: why for machine_id, why in outcome.failed.items() if machine_id not in tolerated}
    if not failures:
        return
    names = {machine.id: machine.name for machine in scope.machines}
    reasons = "; ".join(f"{names[machine_id]}: {why}" for machine_id, why in list(failures.items())[:3])
    to = "on" if state == DRAINED else "off"
    raise OperationError(
        f"{site.endpoint}: maintenance mode could not be switched {to} for {len(failures)} of {len(switching)}"
        f" machines. {reasons}",
        "The others are done. Running the same task again does what is missing.",
        **result(state, scope, switching, file, outcome),
    )


def count_and_names(machines: Sequence[Machine]) -> str:
    names = shortened(_names(machines), MOST_NAMED)
    return f"{len(machines)} {'machine' if len(machines) == 1 else 'machines'} ({names})"


def occupied_facts(occupied: Occupied) -> dict[str, Any]:
    return {"machine": occupied.machine, "user": occupied.user, "state": occupied.state, "sessions": occupied.sessions}
