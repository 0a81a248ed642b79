# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Power states of many VMs, and what is told of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.power import (
    PowerChange,
    read_vms,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import Vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

ABSENT = "absent"
POWER = {"powered_on": "on", "powered_off": "off"}


@dataclass(frozen=True)
class ManyVms:
    """VMs that are asked for by their uuids, and those of them that exist."""

    client: PrismElement
    uuids: tuple[str, ...]
    vms: Mapping[str, Vm]

    @property
    def absent(self) -> dict[str, str]:
        return {uuid: "there is no VM with this uuid" for uuid in self.uuids if uuid not in self.vms}

    def shown(self, reached: Container[str] = (), state: str = "") -> list[dict[str, str] | None]:
        """The VMs as they are, and those in `reached` as they are then."""

        def shown(vm: Vm) -> dict[str, str] | None:
            if vm.uuid in reached:
                return shown_vm(vm, state)
            return shown_vm(vm)

        return [shown(vm) for vm in sorted(self.vms.values(), key=lambda vm: (vm.name, vm.uuid))]

    def name_of(self, uuid: str) -> str:
        """'' where there is no such VM."""
        vm = self.vms.get(uuid)
        if vm is None:
            return ""
        return vm.name


def read_many(client: PrismElement, uuids: Iterable[str], check: bool = False) -> ManyVms:
    # In check mode those are empty that an activation would make only now.
    once = tuple(uuid for uuid in dict.fromkeys(uuids) if uuid or not check)
    return ManyVms(client, once, read_vms(client, once))


def plan_power(many: ManyVms, state: str) -> Plan[Vm]:
    """Many VMs side by side. One that is not there does not hold up the others."""
    changes = [vm for vm in many.vms.values() if vm.power_state != POWER[state]]
    after = many.shown({vm.uuid for vm in changes}, state)
    return Plan(
        steps=changes,
        facts={"vms": after, "removed": []},
        before={"vms": many.shown()},
        after={"vms": after},
        refusal=_refusal(many, many.absent, state),
    )


def apply_power(
    many: ManyVms,
    plan: Plan[Vm],
    state: str,
    params: Mapping[str, Any],
    deadline: Deadline,
    reporter: Reporter,
    of: str = "",
) -> Result:
    """Carry the plan out. One that fails does not hold up the others; at the end it is an error that lists them all.

    `of` says on the screen whose they are.
    """
    change = PowerChange(many.client, plan.steps, POWER[state])
    late: StillRunning | None = None
    if plan.steps:
        try:
            with reporter.phase("power"):
                _change_power(change, f"{len(plan.steps)} VMs{of}", POWER[state], params, deadline, reporter)
        except StillRunning as error:
            late = error
    failures = {**many.absent, **change.failures}
    refusal = _refusal(many, failures, state)
    if late:
        also = f"; {_sentence(many, failures, 'failed')}" if failures else ""
        raise late.replace(message=f"{late.message}{also}", failures=_rows(many, failures))
    reached = {vm.uuid for vm in plan.steps} - set(failures)
    after = many.shown(reached, state)
    facts: Result = {"changed": bool(reached), "vms": after, "diff": {"before": plan.before, "after": {"vms": after}}}
    if refusal:
        raise refusal.replace(**facts)
    return {**facts, "removed": []}


def _refusal(many: ManyVms, failures: Mapping[str, str], state: str) -> OperationError | None:
    if not failures:
        return None
    return OperationError(
        f"{many.client.endpoint}: {_sentence(many, failures, f'could not be powered {POWER[state]}')}",
        "The others are done. Put these right, or leave them out, and run the same task again.",
        failures=_rows(many, failures),
    )


def _rows(many: ManyVms, failures: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": uuid, "name": many.name_of(uuid), "reason": why} for uuid, why in failures.items()]


def _sentence(many: ManyVms, failures: Mapping[str, str], what: str) -> str:
    rows = shortened([f"'{row['name']}' ({row['id']}): {row['reason']}" for row in _rows(many, failures)])
    return f"{len(failures)} of {len(many.uuids)} VMs {what}: {rows}"


def _change_power(
    change: PowerChange, vms: str, state: str, params: Mapping[str, Any], deadline: Deadline, reporter: Reporter
) -> None:
    if state == "off" and params["power_off"] == "acpi":
        change.order("ACPI_SHUTDOWN")
        if not params["wait"]:
            return
        try:
            change.wait(f"shutting {vms} down", min(deadline.left, params["acpi_timeout"]), reporter.progress)
        except StillRunning:
            if not deadline.left:
                raise
            reporter.progress(f"{len(change.left)} of {vms} do not shut down by themselves: switching them off")
    if change.left:
        change.order(state.upper())
    if params["wait"]:
        change.wait(f"switching {vms} {state}", deadline.left, reporter.progress)


def shown_vm(vm: Vm, state: str | None = None) -> dict[str, str] | None:
    """The VM as it is, or as it is after `state` was reached: None when it is absent then."""
    if state == ABSENT:
        return None
    return {"uuid": vm.uuid, "name": vm.name, "power_state": POWER[state] if state else vm.power_state}
