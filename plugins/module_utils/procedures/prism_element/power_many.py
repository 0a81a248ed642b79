# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Power states of many VMs, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.power import (
    PowerChange,
    read_vms,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import Vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

ABSENT = "absent"
POWER = {"powered_on": "on", "powered_off": "off"}


def power_many(
    client: PrismElement,
    run: Run,
    asked: Iterable[str],
    state: str,
    deadline: Deadline,
    beware: Callable[[list[Vm]], None],
    of: str = "",
) -> dict[str, Any]:
    """Many VMs side by side. One that fails, or is not there, does not hold up the others; at the end it is an error
    that lists them all.

    `beware` raises for VMs that must not be changed. `of` says on the screen whose they are.
    """
    # In check mode those are empty that an activation would make only now.
    uuids = [uuid for uuid in dict.fromkeys(asked) if uuid or not run.check]
    found = read_vms(client, uuids)
    changes = [vm for vm in found.values() if vm.power_state != POWER[state]]
    beware(changes)
    failures = {uuid: "there is no VM with this uuid" for uuid in uuids if uuid not in found}
    late: StillRunning | None = None
    if changes and not run.check:
        change = PowerChange(client, changes, POWER[state])
        try:
            with run.phase("power"):
                _change_power(run, change, f"{len(changes)} VMs{of}", POWER[state], deadline)
        except StillRunning as error:
            late = error
        failures.update(change.failures)
    vms = sorted(found.values(), key=lambda vm: (vm.name, vm.uuid))
    reached = {vm.uuid for vm in changes} - set(failures)
    after = [shown_vm(vm, state if vm.uuid in reached else None) for vm in vms]
    result = {
        "changed": bool(reached),
        "vms": after,
        "removed": [],
        "diff": {"before": {"vms": [shown_vm(vm) for vm in vms]}, "after": {"vms": after}},
    }
    if not failures and late is None:
        return result
    told = [
        {"id": uuid, "name": found[uuid].name if uuid in found else "", "reason": why} for uuid, why in failures.items()
    ]
    listed = shortened([f"'{failure['name']}' ({failure['id']}): {failure['reason']}" for failure in told])
    if late:
        also = f"; {len(told)} of {len(uuids)} VMs failed: {listed}" if told else ""
        raise StillRunning(f"{late.message}{also}", late.advice, failures=told)
    raise OperationError(
        f"{client.endpoint}: {len(told)} of {len(uuids)} VMs could not be powered {POWER[state]}: {listed}",
        "The others are done. Put these right, or leave them out, and run the same task again.",
        failures=told,
        changed=result["changed"],
        vms=after,
        diff=result["diff"],
    )


def _change_power(run: Run, change: PowerChange, vms: str, wanted: str, deadline: Deadline) -> None:
    what = f"switching {vms} {wanted}"
    if wanted == "off" and run.params["power_off"] == "acpi":
        change.order("ACPI_SHUTDOWN")
        if not run.params["wait"]:
            return
        try:
            change.wait(f"shutting {vms} down", min(deadline.left, run.params["acpi_timeout"]), run.progress)
        except StillRunning:
            if not deadline.left:
                raise
            run.progress(f"{len(change.left)} of {vms} do not shut down by themselves: switching them off")
    if change.left:
        change.order(wanted.upper())
    if run.params["wait"]:
        change.wait(what, deadline.left, run.progress)


def shown_vm(vm: Vm, state: str | None = None) -> dict[str, str] | None:
    """The VM as it is, or as it is after `state` was reached: None when it is absent then."""
    if state == ABSENT:
        return None
    return {"uuid": vm.uuid, "name": vm.name, "power_state": POWER[state] if state else vm.power_state}
