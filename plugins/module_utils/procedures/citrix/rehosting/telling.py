# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a re-hosting tells of its machines, and which of it makes the task fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.matching import Doubt, HostingVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import (
    HostingChange,
    Obstacle,
    RehostingPlan,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import MachineScope
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import hosting_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_changes import (
    Settled,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

POLICY = {
    "ambiguous": "fail",
    "missing": "fail",
    "unknown": "warn",
    "unexpected": "warn",
    "refused": "fail",
    "vanished": "warn",
    "unmanaged": "warn",
    "namesakes": "warn",
    "left_behind": "warn",
}
WORDS = {
    "ambiguous": "machines are ambiguous",
    "missing": "machines have no VM",
    "unknown": "names are no machine's",
    "unexpected": "VMs are no machine's",
    "refused": "machines cannot be re-hosted",
    "vanished": "machines are gone from the site",
    "unmanaged": "machines are not power managed",
    "namesakes": "machines only bear the name of a VM that moved",
    "left_behind": "machines are still on the connection that was left",
    "failures": "machines could not be changed",
}
NOTHING_ELSE = "All other machines are as they should be."
INCOMPLETE = ("ambiguous", "missing", "refused", "vanished", "failures")


@dataclass
class RehostingOutcome:
    """A plan for the machines of a scope, and what became of its changes: none of them is in `settled` as long as
    nothing was written."""

    plan: RehostingPlan
    scope: MachineScope
    settled: Settled = field(default_factory=lambda: Settled({}))
    left_behind: tuple[Obstacle, ...] = ()
    at_work: tuple[str, ...] = ()
    written_by: str = ""

    @property
    def pending(self) -> list[HostingChange]:
        """The changes that did not come to grief."""
        lost = self.settled.vanished | set(self.settled.failed)
        return [move for move in self.plan.changes if move.machine.id not in lost]

    def done(self, check: bool) -> list[HostingChange]:
        """The changes that were made, or would be."""
        return [move for move in self.pending if check or move.machine.id in self.settled.written]

    @property
    def deleted_meanwhile(self) -> list[Obstacle]:
        return [
            Obstacle(move.machine.name, "it was deleted while it was being re-hosted", move.machine)
            for move in self.plan.changes
            if move.machine.id in self.settled.vanished
        ]

    @property
    def placed(self) -> list[HostingChange]:
        """The machines that are or shall be where they belong, by name."""
        moves = [*self.plan.right, *self.pending]
        return sorted(moves, key=lambda move: (move.machine.name.casefold(), move.machine.id))


def stop(site: CitrixSite, outcome: RehostingOutcome, policy: Mapping[str, str]) -> None:
    lists = lists_of(outcome)
    stopping = [name for name in POLICY if policy[name] == "stop" and lists[name]]
    if stopping:
        reasons = "; ".join(_sentence(name, lists[name]) for name in stopping)
        raise OperationError(
            f"{site.endpoint}: {reasons}", "Nothing was changed, as the policy says. Look into these first.", **lists
        )


def result_of(outcome: RehostingOutcome, check: bool) -> dict[str, Any]:
    done, lists = outcome.done(check), lists_of(outcome)
    actions = dict.fromkeys((move.machine.id for move in done), "would_change" if check else "changed")
    machines = [_placed(move, actions.get(move.machine.id, "right"), outcome.written_by) for move in outcome.placed]
    return {
        "changed": bool(done),
        "complete": not any(lists[name] for name in INCOMPLETE),
        "machines": machines,
        **lists,
        "counts": _counts(machines, lists),
        "connections_changed": sorted({move.connection for move in done}),
        "at_work": list(outcome.at_work),
        "catalogs_by_connection": _catalogs_by_connection(machines),
    }


def _counts(machines: Sequence[Mapping[str, Any]], lists: Mapping[str, Sequence[Any]]) -> dict[str, int]:
    actions = Counter(machine["action"] for machine in machines)
    placed = {action: actions[action] for action in ("right", "changed", "would_change")}
    return {**placed, **{name: len(entries) for name, entries in lists.items()}}


def _catalogs_by_connection(machines: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
    catalogs: dict[str, dict[str, None]] = {}
    for machine in machines:
        catalogs.setdefault(machine["hypervisor_connection"], {})[machine["catalog_id"]] = None
    selectors: dict[str, list[dict[str, str]]] = {}
    for name, ids in sorted(catalogs.items()):
        selectors[name] = [{"id": id} for id in ids]
    return selectors


def lists_of(outcome: RehostingOutcome) -> dict[str, list[Any]]:
    plan = outcome.plan
    return {
        "ambiguous": list(map(_doubt, plan.ambiguous)),
        "missing": list(map(_obstacle, plan.missing)),
        "unknown": [*outcome.scope.unknown, *outcome.scope.unknown_groups, *outcome.scope.unknown_excluded],
        "unexpected": list(map(_vm, plan.unexpected)),
        "refused": list(map(_obstacle, plan.refused)),
        "excluded": list(map(hosting_of, outcome.scope.excluded)),
        "unmanaged": list(map(hosting_of, plan.unmanaged)),
        "vanished": list(map(_obstacle, (*plan.vanished, *outcome.deleted_meanwhile))),
        "namesakes": [
            {**hosting_of(namesake.machine), "reason": namesake.reason} for namesake in outcome.scope.namesakes
        ],
        "left_behind": list(map(_obstacle, outcome.left_behind)),
        "failures": _failures(outcome),
    }


def _failures(outcome: RehostingOutcome) -> list[dict[str, Any]]:
    moves, settled = {move.machine.id: move for move in outcome.plan.changes}, outcome.settled
    return [
        {
            **hosting_of(settled.machines.get(id, moves[id].machine)),
            "wanted": _hosting(moves[id].uuid, moves[id].connection),
            "reason": why,
        }
        for id, why in settled.failed.items()
    ]


def warnings_of(site: CitrixSite, result: Mapping[str, Any], policy: Mapping[str, str]) -> list[str]:
    """The lists that the policy wants warned of."""
    return [
        f"{site.endpoint}: {_sentence(name, result[name])}"
        for name in POLICY
        if policy[name] == "warn" and result[name]
    ]


def refusal_of(
    site: CitrixSite, result: Mapping[str, Any], policy: Mapping[str, str], remark: str
) -> OperationError | None:
    """The lists that are to fail the task, None when there are none."""
    failing = [name for name in POLICY if policy[name] in ("fail", "stop") and result[name]]
    failing += ["failures"] if result["failures"] else []
    if not failing:
        return None
    return OperationError(
        f"{site.endpoint}: {'; '.join(_sentence(name, result[name]) for name in failing)}",
        f"{remark} Look into these and run again, or choose another policy.",
    )


def _sentence(name: str, entries: Sequence[Any]) -> str:
    return f"{len(entries)} {WORDS[name]}: {shortened([_words(entry) for entry in entries], most=3)}"


def _words(entry: str | Mapping[str, Any]) -> str:
    if isinstance(entry, str):
        return entry
    if entry.get("reason"):
        return f"{entry['name']} ({entry['reason']})"
    return str(entry["name"])


def diff_of(outcome: RehostingOutcome, check: bool) -> dict[str, Any]:
    before, after = {}, {}
    for move in outcome.done(check):
        machine = move.machine
        before[machine.name] = _hosting(machine.hosted_machine_id, machine.hypervisor_connection)
        after[machine.name] = _hosting(move.uuid, move.connection)
    return {"before": {"machines": before}, "after": {"machines": after}}


def _hosting(uuid: str, connection: str) -> str:
    if not connection:
        if uuid:
            return f"{uuid} without a connection"
        return "none"
    return f"{uuid or 'a VM known after the failover'} on {connection}"


def _connection(move: HostingChange) -> str:
    if move.needed:
        return move.connection
    return move.machine.hypervisor_connection


def _placed(move: HostingChange, action: str, written_by: str) -> dict[str, Any]:
    machine = move.machine
    return {
        "id": machine.id,
        "name": machine.name,
        "catalog": machine.catalog,
        "catalog_id": machine.catalog_id,
        "vm_name": move.vm_name,
        "cluster": move.cluster,
        "hosted_machine_id": move.uuid,
        "hypervisor_connection": _connection(move),
        "registration_state": machine.registration_state,
        "maintenance_mode": machine.maintenance_mode,
        "has_vm": bool(move.uuid) and machine.hosted_machine_id == move.uuid,
        "action": action,
        "changed_by": written_by if action == "changed" else "",
        "remark": move.remark,
    }


def _obstacle(obstacle: Obstacle) -> dict[str, Any]:
    return {
        **(hosting_of(obstacle.machine) if obstacle.machine else {"id": "", "name": obstacle.name}),
        "reason": obstacle.reason,
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {**hosting_of(doubt.machine), "reason": doubt.reason, "candidates": [_vm(vm) for vm in doubt.candidates]}


def _vm(vm: HostingVm) -> dict[str, str]:
    return {"name": vm.name, "uuid": vm.uuid, "hypervisor_connection": vm.connection, "cluster": vm.cluster}
