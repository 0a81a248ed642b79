# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Give machines the VM and the hosting connection that they have now, many at once, and take it back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.contested import without_contested
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import (
    HostingChange,
    without_taken,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import is_at_work
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_changes import (
    WRITE_ARGUMENTS,
    MachineWriter,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_scope import (
    SCOPE_ARGUMENTS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.rehosting.planning import (
    already_there,
    left_behind,
    machines_left_on,
    on_connections,
    patches,
    plan_by_mapping,
    plan_by_vms,
    refuse_senseless,
    source_lives,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.rehosting.saved import (
    save,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.rehosting.telling import (
    NOTHING_ELSE,
    POLICY,
    RehostingOutcome,
    diff_of,
    refusal_of,
    result_of,
    stop,
    warnings_of,
)

ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    **SCOPE_ARGUMENTS,
    **WRITE_ARGUMENTS,
    "vms": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "uuid": {"type": "str", "required": True},
            "hypervisor_connection": {"type": "str", "required": True},
            "cluster": {"type": "str", "default": ""},
        },
    },
    "mapping": {
        "type": "list",
        "elements": "dict",
        "options": {
            "machine": {"type": "str", "required": True},
            "hosted_machine_id": {"type": "str", "required": True},
            "hypervisor_connection": {"type": "str", "required": True},
        },
    },
    "mapping_path": {"type": "path"},
    "clusters": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "hypervisor_connection": {"type": "str", "required": True},
            "vm_uuids": {"type": "list", "elements": "str", "default": []},
            "problem": {"type": "str", "default": ""},
        },
    },
    "contested": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"id": {"type": "str", "required": True}, "reason": {"type": "str", "required": True}},
    },
    "policy": {
        "type": "dict",
        "apply_defaults": True,
        "options": {
            name: {"type": "str", "choices": ["stop", "fail", "warn", "ignore"], "default": default}
            for name, default in POLICY.items()
        },
    },
    "left_connection": {"type": "str"},
    "accept_split_brain": {"type": "bool", "default": True},
    "save_path": {"type": "path"},
    "earlier_hosting": {"type": "path"},
    "adopt_unmanaged": {"type": "bool", "default": False},
    "any_plugin": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class _Observed:
    site: CitrixSite
    writer: MachineWriter
    outcome: RehostingOutcome


def observe(params: Params, reporter: Reporter) -> _Observed:
    refuse_senseless(params, reporter.check)
    site = CitrixSite.connect(params)
    plan, scope = plan_by_vms(site, params) if params["vms"] is not None else plan_by_mapping(site, params)
    plan = without_contested(plan, {machine["id"]: machine["reason"] for machine in params["contested"]})
    outcome = RehostingOutcome(without_taken(on_connections(site, plan, params["any_plugin"]), scope.others), scope)
    if params["left_connection"]:
        remaining = machines_left_on(site, params["left_connection"])
        outcome.left_behind = left_behind(outcome, remaining)
        outcome.at_work = tuple(machine.name for machine in remaining if is_at_work(machine))
        if outcome.at_work and not params["accept_split_brain"]:
            raise source_lives(site, params["left_connection"], outcome.at_work)
    # What stops now need not be looked into any further.
    stop(site, outcome, params["policy"])
    if params["mapping_path"] is None and not reporter.check:
        outcome.plan = without_taken(outcome.plan, already_there(site, outcome.plan))
    return _Observed(site, MachineWriter(site, params, what="re-hosting", progress=reporter.progress), outcome)


def plan(params: Params, observed: _Observed) -> Plan[HostingChange]:
    site, outcome = observed.site, observed.outcome
    stop(site, outcome, params["policy"])
    result = result_of(outcome, check=True)
    remark = "Nothing was changed in check mode." if outcome.plan.changes else NOTHING_ELSE
    return Plan(
        steps=outcome.plan.changes,
        facts={**result, "written_by": observed.writer.written_by, "diff": diff_of(outcome, check=True)},
        warnings=warnings_of(site, result, params["policy"]),
        refusal=refusal_of(site, result, params["policy"], remark),
    )


def apply(params: Params, observed: _Observed, plan: Plan[HostingChange], reporter: Reporter) -> Result:
    site, outcome = observed.site, observed.outcome
    if params["save_path"]:
        save(site, Path(params["save_path"]), plan.steps)
    with reporter.phase("re-host"):
        outcome.settled = observed.writer.settle(
            [move.machine for move in plan.steps], patches({move.machine.id: move for move in plan.steps})
        )
        outcome.written_by = iso_milliseconds(site.now())
    facts = result_of(outcome, check=False)
    for warning in warnings_of(site, facts, params["policy"]):
        if warning not in plan.warnings:
            reporter.warn(warning)
    result = {**facts, "written_by": observed.writer.written_by, "diff": diff_of(outcome, check=False)}
    refusal = refusal_of(site, facts, params["policy"], NOTHING_ELSE)
    if refusal:
        raise refusal.replace(**result)
    return result


OPERATION = Change(
    arguments=ARGUMENTS,
    observe=observe,
    plan=plan,
    apply=apply,
    required_one_of=(("vms", "mapping", "mapping_path"),),
    mutually_exclusive=(("vms", "mapping", "mapping_path"),),
)
