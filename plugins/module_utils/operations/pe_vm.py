# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove a VM or set its power state; what is no temporary VM of ours is left alone unless forced."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.power import (
    SETTLED,
    order_power,
    read_vms,
    rests,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import (
    TaskFailed,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import (
    Vm,
    delete_vm,
    list_vms,
    read_vm,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    EFFECT_WITHIN,
    LOOK_INTO_EVENTS,
    WAIT_ARGUMENTS,
    Deadline,
    Look,
    Standstill,
    wait_for,
    wait_for_effect,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import parse_temporary_vm_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.power_many import (
    ABSENT,
    POWER,
    power_many,
    shown_vm,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    OperationError,
    StillRunning,
)

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "state": {"type": "str", "required": True, "choices": [ABSENT, *POWER]},
    "name": {"type": "str"},
    "uuid": {"type": "str"},
    "uuids": {"type": "list", "elements": "str"},
    "force": {"type": "bool", "default": False},
    "power_off": {"type": "str", "choices": ["acpi", "hard"], "default": "acpi"},
    "acpi_timeout": {"type": "int", "default": 300},
}


def perform(run: Run) -> dict[str, Any]:
    client = PrismElement.connect(run.params)
    if run.params["uuids"] is not None and run.params["state"] != ABSENT:
        deadline = Deadline(run.params["wait_timeout"])
        return power_many(
            client,
            run,
            run.params["uuids"],
            run.params["state"],
            deadline,
            lambda vms: _refuse_foreign(client, run.params, vms),
        )
    found = _observe(client, run.params)
    changes = _plan(client, run.params, found)
    if changes and not run.check:
        deadline = Deadline(run.params["wait_timeout"])
        act, phase = (_remove, "remove") if run.params["state"] == ABSENT else (_power, "power")
        for vm in changes:
            with run.phase(phase):
                act(client, run, vm, deadline)
    changed = {vm.uuid for vm in changes}
    after = [shown_vm(vm, run.params["state"] if vm.uuid in changed else None) for vm in found]
    return {
        "changed": bool(changes),
        "vms": [vm for vm in after if vm],
        "removed": [vm.uuid for vm in changes] if run.params["state"] == ABSENT else [],
        "diff": {"before": {"vms": [shown_vm(vm) for vm in found]}, "after": {"vms": [vm for vm in after if vm]}},
    }


def _observe(client: PrismElement, params: Any) -> list[Vm]:
    name, uuid = params["name"], params["uuid"]
    if params["uuids"] is not None:
        return list(read_vms(client, list(dict.fromkeys(params["uuids"]))).values())
    if not uuid and not name:
        raise OperationError("name and uuid are empty", "Say which VM is meant.")
    if not uuid:
        return vms_called(client, name)
    vm = read_vm(client, uuid)
    if vm and name and vm.name != name:
        raise OperationError(
            f"{client.endpoint}: the VM {uuid} is called '{vm.name}' and not '{name}'",
            "Give the name and the uuid of the same VM, or only one of them.",
        )
    return [vm] if vm else []


def _plan(client: PrismElement, params: Any, found: list[Vm]) -> list[Vm]:
    """The VMs to change."""
    if params["state"] == ABSENT:
        changes = found
    else:
        if not found:
            advice = "" if params["uuid"] else near_names(params["name"], (vm.name for vm in list_vms(client)))
            raise OperationError(f"{client.endpoint} has no VM {_sought(params)}", advice)
        if len(found) > 1:
            raise OperationError(
                f"{client.endpoint} has {len(found)} VMs called '{params['name']}': {_listed(found)}",
                "Give the uuid of the one that is meant.",
            )
        changes = [vm for vm in found if vm.power_state != POWER[params["state"]]]
    _refuse_foreign(client, params, changes)
    return changes


def _refuse_foreign(client: PrismElement, params: Any, changes: list[Vm]) -> None:
    foreign = [vm for vm in changes if parse_temporary_vm_name(vm.name, params["prefix"]) is None]
    if foreign and not params["force"]:
        raise OperationError(
            f"{client.endpoint}: refused, because this is no temporary VM with the prefix '{params['prefix']}':"
            f" {_listed(foreign)}",
            "Set force to act on VMs that the collection did not make.",
        )
    used = [vm for vm in changes if params["state"] == ABSENT and vm.power_state != "off"]
    if used and not params["force"]:
        raise OperationError(
            f"{client.endpoint}: refused, because temporary VMs are never started and this one is, so somebody uses it:"
            f" {_listed(used)}",
            "Shut it down when nobody needs it, or set force.",
        )


def _remove(client: PrismElement, run: Run, vm: Vm, deadline: Deadline) -> None:
    what = f"removing VM '{vm.name}' ({vm.uuid})"
    task_uuid = delete_vm(client, vm.uuid)
    if not run.params["wait"]:
        return
    try:
        if task_uuid:
            wait_for_task(client, task_uuid, what, deadline.left, run.progress)
    except TaskFailed:
        # Two removals may have met, one of them repeated after a lost answer: what counts is whether the VM is gone.
        if read_vm(client, vm.uuid):
            raise
    wait_for_effect(
        lambda: read_vm(client, vm.uuid) is None,
        what=what,
        idle="its task has ended, and the VM is still listed",
        endpoint=client.endpoint,
        timeout=deadline.left,
        progress=run.progress,
    )


def _power(client: PrismElement, run: Run, vm: Vm, deadline: Deadline) -> None:
    if run.params["state"] == "powered_on":
        _transition(client, run, vm, "ON", deadline.left)
    elif run.params["power_off"] == "hard":
        _transition(client, run, vm, "OFF", deadline.left)
    else:
        try:
            _transition(client, run, vm, "ACPI_SHUTDOWN", min(deadline.left, run.params["acpi_timeout"]))
        except AccessDenied:
            raise
        except (StillRunning, TaskFailed, ApiError) as error:
            if not deadline.left:
                raise
            run.progress(f"VM '{vm.name}' does not shut down by itself ({error.message}): switching it off")
            _transition(client, run, vm, "OFF", deadline.left)


def _transition(client: PrismElement, run: Run, vm: Vm, transition: str, timeout: float) -> None:
    wanted = "on" if transition == "ON" else "off"
    what = f"switching VM '{vm.name}' ({vm.uuid}) {wanted}"
    deadline = Deadline(timeout)
    task_uuid = order_power(client, vm.uuid, transition)
    if not run.params["wait"]:
        return
    try:
        if task_uuid:
            wait_for_task(client, task_uuid, what, deadline.left, run.progress)
    except TaskFailed:
        # An order before this one, perhaps our own whose answer was lost, may go on: what it does decides.
        rests(client, vm.uuid)
        if _power_state(client, vm) != wanted:
            raise

    standstill = Standstill(f"{client.endpoint}: {what}", LOOK_INTO_EVENTS)

    def look() -> Look[None]:
        state = _power_state(client, vm)
        # A guest that was asked to shut down is under way for as long as it likes; otherwise the task was all that
        # there is to wait for.
        idle = (
            f"its task has ended, and the VM is still {state}"
            if transition != "ACPI_SHUTDOWN" and state in SETTLED
            else ""
        )
        standstill.note(idle, min(EFFECT_WITHIN, timeout / 4))
        return Look(None, done=state == wanted, state=state)

    wait_for(look, what=what, timeout=deadline.left, progress=run.progress)


def _power_state(client: PrismElement, vm: Vm) -> str:
    now = read_vm(client, vm.uuid)
    if now is None:
        raise OperationError(
            f"{client.endpoint}: VM '{vm.name}' ({vm.uuid}) is gone while its power state was being set"
        )
    return now.power_state


def _sought(params: Any) -> str:
    return f"with the uuid {params['uuid']}" if params["uuid"] else f"'{params['name']}'"


def _listed(vms: list[Vm]) -> str:
    return shortened([f"'{vm.name}' ({vm.uuid})" for vm in vms])


OPERATION = Operation(
    arguments=ARGUMENTS,
    perform=perform,
    required_one_of=(("name", "uuid", "uuids"),),
    mutually_exclusive=(("name", "uuids"), ("uuid", "uuids")),
)
