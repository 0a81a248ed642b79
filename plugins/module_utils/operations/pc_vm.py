# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove a VM or set its power state through Prism Central; what is no temporary VM of ours is left alone unless
forced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import (
    list_vms,
    read_vm,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS, Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import bears_temporary_vm_mark
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.vms import (
    power_off,
    power_on,
    remove,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ABSENT = "absent"
POWER = {"powered_on": "on", "powered_off": "off"}
ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "state": {"type": "str", "required": True, "choices": [ABSENT, *POWER]},
    "name": {"type": "str"},
    "uuid": {"type": "str"},
    "cluster_uuid": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "power_off": {"type": "str", "choices": ["acpi", "hard"], "default": "acpi"},
    "acpi_timeout": {"type": "int", "default": 300},
}


@dataclass(frozen=True)
class _Observed:
    client: PrismCentral
    vm: CentralVm | None


def observe(params: Params, reporter: Reporter) -> _Observed:
    if not params["uuid"] and not params["name"]:
        raise OperationError("name and uuid are empty", "Say which VM is meant.")
    client = PrismCentral.connect(params).shared_on(reporter.board)
    vm = _by_uuid(client, params) if params["uuid"] else _by_name(client, params)
    if vm is None and params["state"] != ABSENT:
        raise _no_vm(client, params)
    return _Observed(client, vm)


def plan(params: Params, observed: _Observed) -> Plan[CentralVm]:
    vm, state = observed.vm, params["state"]
    if vm is None:
        return Plan(facts={"vms": [], "removed": []}, before={"vms": []}, after={"vms": []})
    before = {"vms": [_shown(vm)]}
    if state == ABSENT:
        _refuse_foreign(observed.client, params, vm)
        return Plan(steps=(vm,), facts={"vms": [], "removed": [vm.uuid]}, before=before, after={"vms": []})
    after = {"vms": [_shown(vm, POWER[state])]}
    facts = {**after, "removed": []}
    if before == after:
        return Plan(facts=facts, before=before, after=after)
    _refuse_foreign(observed.client, params, vm)
    return Plan(steps=(vm,), facts=facts, before=before, after=after)


def apply(params: Params, observed: _Observed, plan: Plan[CentralVm], reporter: Reporter) -> Result:
    client, deadline = observed.client, Deadline(params["wait_timeout"])
    (vm,) = plan.steps
    if params["state"] == ABSENT:
        with reporter.phase("remove"):
            remove(client, vm, params["wait"], deadline, reporter)
        return dict(plan.facts)
    guest_has = params["acpi_timeout"] if params["power_off"] == "acpi" else 0
    with reporter.phase("power"):
        if params["state"] == "powered_on":
            power_on(client, vm, params["wait"], deadline, reporter)
        else:
            power_off(client, vm, guest_has, params["wait"], deadline, reporter)
    return dict(plan.facts)


def _by_uuid(client: PrismCentral, params: Params) -> CentralVm | None:
    vm = read_vm(client, params["uuid"])
    if vm and params["name"] and vm.name != params["name"]:
        raise OperationError(
            f"{client.endpoint}: the VM {vm.uuid} is called '{vm.name}' and not '{params['name']}'",
            "Give the name and the uuid of the same VM, or only one of them.",
        )
    if vm and params["cluster_uuid"] and vm.cluster_uuid != params["cluster_uuid"]:
        raise OperationError(
            f"{client.endpoint}: the VM '{vm.name}' ({vm.uuid}) is on the cluster {vm.cluster_uuid}",
            "Give the uuid of the cluster that the VM is on, or leave it out.",
        )
    return vm


def _by_name(client: PrismCentral, params: Params) -> CentralVm | None:
    """Clusters of one Prism Central may have a VM of the same name each."""
    found = vms_called(client, params["name"], params["cluster_uuid"] or "")
    if len(found) > 1:
        listed = ", ".join(f"{vm.uuid} (on cluster {vm.cluster_uuid}, {vm.power_state})" for vm in found)
        raise OperationError(
            f"{client.endpoint} has {len(found)} VMs called '{params['name']}': {listed}",
            "Give the uuid of the one that is meant.",
        )
    if found:
        return found[0]
    return None


def _no_vm(client: PrismCentral, params: Params) -> OperationError:
    if params["uuid"]:
        return OperationError(f"{client.endpoint} has no VM with the uuid {params['uuid']}", "Check uuid.")
    names = (vm.name for vm in list_vms(client, params["cluster_uuid"] or ""))
    return OperationError(f"{client.endpoint} has no VM '{params['name']}'", right_name(params["name"], names))


def _refuse_foreign(client: PrismCentral, params: Params, vm: CentralVm) -> None:
    if params["force"]:
        return
    named = f"'{vm.name}' ({vm.uuid})"
    if not bears_temporary_vm_mark(vm.name, vm.description, params["prefix"]):
        raise OperationError(
            f"{client.endpoint}: refused, because this VM does not have name and mark of a temporary VM with the prefix"
            f" '{params['prefix']}': {named}",
            "Set force to act on VMs that the collection did not make.",
        )
    if params["state"] == ABSENT and vm.power_state != "off":
        raise OperationError(
            f"{client.endpoint}: refused, because temporary VMs are never started and this one is, so somebody uses it:"
            f" {named}",
            "Shut it down when nobody needs it, or set force.",
        )


def _shown(vm: CentralVm, power_state: str = "") -> dict[str, Any]:
    return {
        "uuid": vm.uuid,
        "name": vm.name,
        "cluster_uuid": vm.cluster_uuid,
        "power_state": power_state or vm.power_state,
    }


OPERATION = Change(arguments=ARGUMENTS, observe=observe, plan=plan, apply=apply, required_one_of=(("name", "uuid"),))
