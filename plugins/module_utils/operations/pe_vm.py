# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove a VM or set its power state; what is no temporary VM of ours is left alone unless forced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    was_started,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import (
    Vm,
    delete_vm,
    list_vms,
    read_vm,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name, shortened
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
    ManyVms,
    apply_power,
    plan_power,
    read_many,
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


@dataclass(frozen=True)
class _Observed:
    """`vms` are those that the options name; `many` where states of many are asked for. `near` names what a VM that is
    not there may have been meant to be."""

    client: PrismElement
    vms: Sequence[Vm]
    many: ManyVms | None = None
    near: str = ""


def observe(params: Params, reporter: Reporter) -> _Observed:
    client = PrismElement.connect(params)
    name, uuid, uuids = params["name"], params["uuid"], params["uuids"]
    if uuids is not None and params["state"] != ABSENT:
        many = read_many(client, uuids, reporter.check)
        return _Observed(client, list(many.vms.values()), many)
    if uuids is not None:
        return _Observed(client, list(read_vms(client, list(dict.fromkeys(uuids))).values()))
    if not uuid and not name:
        raise OperationError("name and uuid are empty", "Say which VM is meant.")
    if uuid:
        return _Observed(client, _vm_of(client, uuid, name))
    vms = vms_called(client, name)
    near = "" if vms or params["state"] == ABSENT else right_name(name, (vm.name for vm in list_vms(client)))
    return _Observed(client, vms, near=near)


def _vm_of(client: PrismElement, uuid: str, name: str | None) -> list[Vm]:
    vm = read_vm(client, uuid)
    if vm and name and vm.name != name:
        raise OperationError(
            f"{client.endpoint}: the VM {uuid} is called '{vm.name}' and not '{name}'",
            "Give the name and the uuid of the same VM, or only one of them.",
        )
    if vm:
        return [vm]
    return []


def plan(params: Params, observed: _Observed) -> Plan[Vm]:
    state = params["state"]
    if observed.many:
        decision = plan_power(observed.many, state)
        _refuse_foreign(observed.client, params, decision.steps)
        return decision
    changes = observed.vms if state == ABSENT else _not_yet(params, observed)
    _refuse_foreign(observed.client, params, changes)
    moving = {vm.uuid for vm in changes}
    vms, removed = [], []
    for vm in observed.vms:
        after = shown_vm(vm, state if vm.uuid in moving else None)
        if after:
            vms.append(after)
        else:
            removed.append(vm.uuid)
    return Plan(
        steps=changes,
        facts={"vms": vms, "removed": removed},
        before={"vms": list(map(shown_vm, observed.vms))},
        after={"vms": vms},
    )


def _not_yet(params: Params, observed: _Observed) -> list[Vm]:
    """The VM, unless it has the power state already."""
    endpoint, vms = observed.client.endpoint, observed.vms
    if not vms:
        what = f"with the uuid {params['uuid']}" if params["uuid"] else f"'{params['name']}'"
        raise OperationError(f"{endpoint} has no VM {what}", observed.near or "Check uuid.")
    if len(vms) > 1:
        raise OperationError(
            f"{endpoint} has {len(vms)} VMs called '{params['name']}': {_listed(vms)}",
            "Give the uuid of the one that is meant.",
        )
    return [vm for vm in vms if vm.power_state != POWER[params["state"]]]


def apply(params: Params, observed: _Observed, plan: Plan[Vm], reporter: Reporter) -> Result:
    deadline = Deadline(params["wait_timeout"])
    if observed.many:
        return apply_power(observed.many, plan, params["state"], params, deadline, reporter)
    act, phase = (_remove, "remove") if params["state"] == ABSENT else (_power, "power")
    for vm in plan.steps:
        with reporter.phase(phase):
            act(observed.client, params, vm, deadline, reporter)
    return dict(plan.facts)


def _refuse_foreign(client: PrismElement, params: Params, changes: Sequence[Vm]) -> None:
    foreign = [vm for vm in changes if parse_temporary_vm_name(vm.name, params["prefix"]) is None]
    if foreign and not params["force"]:
        raise OperationError(
            f"{client.endpoint}: refused, because this is no temporary VM with the prefix '{params['prefix']}':"
            f" {_listed(foreign)}",
            "Set force to act on VMs that the collection did not make.",
        )
    if params["state"] != ABSENT or params["force"]:
        return
    used = [vm for vm in changes if vm.power_state != "off" or was_started(client, vm.uuid, 0)]
    if used:
        raise OperationError(
            f"{client.endpoint}: refused, because temporary VMs are never started and this one is or was, so somebody"
            f" uses it: {_listed(used)}",
            "Remove it with force when nobody needs it.",
        )


def _remove(client: PrismElement, params: Params, vm: Vm, deadline: Deadline, reporter: Reporter) -> None:
    what = f"removing VM '{vm.name}' ({vm.uuid})"
    task_uuid = delete_vm(client, vm.uuid)
    if not params["wait"]:
        return
    try:
        if task_uuid:
            wait_for_task(client, task_uuid, what, deadline.left, reporter.progress)
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
        progress=reporter.progress,
    )


def _power(client: PrismElement, params: Params, vm: Vm, deadline: Deadline, reporter: Reporter) -> None:
    if params["state"] == "powered_on":
        _transition(client, params, vm, "ON", deadline.left, reporter)
    elif params["power_off"] == "hard":
        _transition(client, params, vm, "OFF", deadline.left, reporter)
    else:
        try:
            _transition(client, params, vm, "ACPI_SHUTDOWN", min(deadline.left, params["acpi_timeout"]), reporter)
        except AccessDenied:
            raise
        except (StillRunning, TaskFailed, ApiError) as error:
            if not deadline.left:
                raise
            reporter.progress(f"VM '{vm.name}' does not shut down by itself ({error.message}): switching it off")
            _transition(client, params, vm, "OFF", deadline.left, reporter)


def _transition(
    client: PrismElement, params: Params, vm: Vm, transition: str, timeout: float, reporter: Reporter
) -> None:
    target = "on" if transition == "ON" else "off"
    what = f"switching VM '{vm.name}' ({vm.uuid}) {target}"
    deadline = Deadline(timeout)
    task_uuid = order_power(client, vm.uuid, transition)
    if not params["wait"]:
        return
    try:
        if task_uuid:
            wait_for_task(client, task_uuid, what, deadline.left, reporter.progress)
    except TaskFailed:
        # An order before this one, perhaps our own whose answer was lost, may go on: what it does decides.
        rests(client, vm.uuid)
        if _power_state(client, vm) != target:
            raise

    standstill = Standstill(f"{client.endpoint}: {what}", LOOK_INTO_EVENTS)

    def look() -> Look[None]:
        state = _power_state(client, vm)
        # A guest that was asked to shut down is under way for as long as it likes; otherwise the task was all that
        # there is to wait for.
        idle = ""
        if transition != "ACPI_SHUTDOWN" and state in SETTLED:
            idle = f"its task has ended, and the VM is still {state}"
        standstill.note(idle, min(EFFECT_WITHIN, timeout / 4))
        return Look(None, done=state == target, state=state)

    wait_for(look, what=what, timeout=deadline.left, progress=reporter.progress)


def _power_state(client: PrismElement, vm: Vm) -> str:
    now = read_vm(client, vm.uuid)
    if now is None:
        raise OperationError(
            f"{client.endpoint}: VM '{vm.name}' ({vm.uuid}) is gone while its power state was being set",
            "Look for who removed it in Prism Element, under Tasks and Events.",
        )
    return now.power_state


def _listed(vms: Sequence[Vm]) -> str:
    return shortened([f"'{vm.name}' ({vm.uuid})" for vm in vms])


OPERATION = Change(
    arguments=ARGUMENTS,
    observe=observe,
    plan=plan,
    apply=apply,
    required_one_of=(("name", "uuid", "uuids"),),
    mutually_exclusive=(("name", "uuids"), ("uuid", "uuids")),
)
