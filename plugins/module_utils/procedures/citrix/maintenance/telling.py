# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a drain and a release tell of their machines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    on, is_plan = state == DRAINED, outcome is None
    outcome = outcome or Settled({machine.id: machine for machine in scope.machines})
    changing = {machine.id for machine in switching}
    switched_machines = [
        machine for machine in switching if machine.id not in outcome.failed and machine.id not in outcome.vanished
    ]
    rows = []
    for machine in scope.machines:
        action = "right"
        if machine.id in outcome.failed:
            action = "failed"
        elif machine.id in outcome.vanished:
            action = "vanished"
        elif machine.id in changing:
            action = "would_change" if is_plan else "changed"
        now = outcome.machines.get(machine.id, machine)
        rows.append(
            {
                "id": machine.id,
                "name": machine.name,
                "catalog": machine.catalog,
                "catalog_id": machine.catalog_id,
                "delivery_group": machine.delivery_group,
                "maintenance_mode": now.maintenance_mode,
                "sessions": now.sessions,
                "action": action,
            }
        )
    names = {machine.id: machine.name for machine in scope.machines}
    return {
        "changed": bool(switched_machines),
        "state": state,
        "machines": rows,
        "switched": sorted(machine.name for machine in switched_machines),
        "without_delivery_group": sorted(
            machine.name for machine in scope.machines if on and not machine.delivery_group
        ),
        "sessions": [occupied_facts(each) for each in occupied],
        "failures": [
            {"id": machine_id, "name": names[machine_id], "reason": why} for machine_id, why in outcome.failed.items()
        ],
        "vanished": sorted(names[machine_id] for machine_id in outcome.vanished),
        "excluded": sorted(machine.name for machine in scope.excluded),
        "unknown": list(scope.unknown),
        "namesakes": [
            {"id": each.machine.id, "name": each.machine.name, "reason": each.reason} for each in scope.namesakes
        ],
        "saved": file.existed or bool(file.entries or file.notes.already),
        "still_drained": sorted(entry.name for entry in file.entries.values()),
        "in_maintenance_before": sorted(entry.name for entry in file.notes.already.values()),
        "diff": {
            "before": {"maintenance_mode": {machine.name: not on for machine in switched_machines}},
            "after": {"maintenance_mode": {machine.name: on for machine in switched_machines}},
        },
    }


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
        absent = sorted(machine.name for machine in switching if machine.id in outcome.vanished)
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
    names = shortened(sorted(machine.name for machine in machines), MOST_NAMED)
    return f"{len(machines)} {'machine' if len(machines) == 1 else 'machines'} ({names})"


def occupied_facts(occupied: Occupied) -> dict[str, Any]:
    return {"machine": occupied.machine, "user": occupied.user, "state": occupied.state, "sessions": occupied.sessions}
