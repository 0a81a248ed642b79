# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a drill: none of its clones is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    ProtectionDomain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import delete_vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill import Clones
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill_plan import Clone, some
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import PdSnapshot
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.drill.telling import (
    failures_of,
    in_short,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.drill.work import DrillWork
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import AccessDenied, OperationError


@dataclass(frozen=True)
class Remaining:
    """The clones that are there, and whether a restore is under way that will bring more. `names` are those of the VMs
    whose clones are meant."""

    work: DrillWork
    names: tuple[str, ...]
    clones: tuple[Clone, ...]
    under_way: bool


def observe(params: Params, reporter: Reporter) -> Remaining:
    work = DrillWork(params, reporter)
    names = _names(params, *work.domain_and_snapshots())
    estate = work.look()
    clones = work.clones(estate, names)
    _tell_strangers(work, clones)
    return Remaining(work, tuple(names), tuple(_listed(clones)), work.under_way(estate, names))


def plan(params: Params, observed: Remaining) -> Plan[Clone | None]:
    """The clones to remove; None stands for those that a restore under way has yet to bring."""
    to_come = [None] if observed.under_way and params["wait"] else []
    facts = _result(observed.work, observed.clones, observed.clones)
    diff = facts.pop("diff")
    return Plan(steps=[*observed.clones, *to_come], facts=facts, before=diff["before"], after=diff["after"])


def apply(params: Params, observed: Remaining, plan: Plan[Clone | None], reporter: Reporter) -> Result:
    work, clones = observed.work, observed.clones
    if None in plan.steps:
        clones = tuple(_listed(work.clones(work.settled(observed.names), observed.names)))
    outcomes: list[Clone] = []
    if clones:
        with reporter.phase("remove"):
            outcomes = work.each(lambda clone: _remove(work, clone), clones)
            if params["wait"]:
                # A restore that no list showed may have ended meanwhile.
                uuids = {clone.uuid for clone in outcomes}
                now = _listed(work.clones(work.settled(observed.names), observed.names))
                late = [clone for clone in now if clone.uuid not in uuids]
                outcomes += work.each(lambda clone: _remove(work, clone), late)
    result = _result(work, outcomes, clones)
    remaining = [clone for clone in outcomes if clone.problem]
    if remaining:
        raise OperationError(
            f"{work.client.endpoint}: {len(remaining)} of {len(outcomes)} clones of drill {work.drill.id} could not"
            f" be removed: {in_short(remaining)}",
            "Run the same task again.",
            **result,
        )
    return result


def _names(params: Params, domain: ProtectionDomain | None, snapshots: Sequence[PdSnapshot]) -> list[str]:
    """The VMs whose clones are meant: those that the protection domain holds or held in any snapshot, or those that
    were asked for."""
    members = [
        *(domain.members if domain else ()),
        *(member for snapshot in snapshots for member in snapshot.members),
    ]
    names = dict.fromkeys(member.vm_name for member in members)
    return [name for name in dict.fromkeys(params["vm_names"] or names) if name not in params["exclude"]]


def _tell_strangers(work: DrillWork, clones: Clones) -> None:
    # With a selection of VMs the others of the drill are no strangers.
    if clones.strangers and not work.params["vm_names"] and not work.params["exclude"]:
        work.reporter.warn(
            f"{work.client.endpoint}: '{work.name}' holds no VM of these clones of drill {work.drill.id}, which stay"
            f" therefore until their own protection domain is cleared: {some(clones.strangers)}. If they are clones of"
            f" VMs that '{work.name}' held once, the option vm_names of pe_protection_domain_drill removes them."
        )


def _listed(clones: Clones) -> list[Clone]:
    return [Clone(name, vm.name, vm.uuid, vm.power_state) for name, vms in clones.by_vm.items() for vm in vms]


def _remove(work: DrillWork, clone: Clone) -> Clone:
    if clone.power_state != "off" and work.params["wait"]:
        try:
            work.switch(clone, "OFF")
        except AccessDenied:
            raise
        except OperationError as error:
            # The removal switches it off by force (contract prism_element 3.4); what it says counts.
            work.reporter.progress(f"{error.message}; removing it all the same")
    if work.read(clone) is not None:
        task_uuid = delete_vm(work.client, clone.uuid)
        if work.params["wait"]:
            what = f"removing clone '{clone.name}' ({clone.uuid})"
            work.ended(task_uuid, what, lambda: work.read(clone) is None)
    return replace(clone, changed=True)


def _result(work: DrillWork, removed: Sequence[Clone], before: Sequence[Clone]) -> dict[str, Any]:
    remaining = [clone for clone in removed if clone.problem]
    return {
        "changed": bool(removed),
        "name": work.name,
        "drill": work.drill.id,
        "clones": list(map(_shown, remaining)),
        "failures": failures_of(remaining),
        "restored": [],
        "removed": [_shown(clone) for clone in removed if not clone.problem],
        "excluded": [],
        "not_excluded": [],
        "snapshot": None,
        "data_age_seconds": None,
        "missing_vms": [],
        "diff": {
            "before": {"clones": _in_order(before)},
            "after": {"clones": _in_order(remaining)},
        },
    }


def _in_order(clones: Sequence[Clone]) -> list[str]:
    return sorted(clone.name for clone in clones)


def _shown(clone: Clone) -> Mapping[str, str]:
    return {"name": clone.name, "uuid": clone.uuid, "vm": clone.vm}
