# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold an image in a halted VM of its own, and take the snapshot that Citrix uses as master image; or remove the
VM."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import CONNECTION_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.machines import destroy_machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import MIB
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import is_ours
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.pool_change import (
    PoolChange,
    PoolTask,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.wrappers import (
    HALTED,
    Wrapper,
    give_disk,
    make_wrapper,
    mark_snapshot,
    read_holder,
    read_wrapper,
    refuse_unusable_name,
    shown_snapshot,
    take_snapshot,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ABSENT = "absent"
ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "vdi_uuid": {"type": "str"},
    "snapshot": {"type": "str"},
    "memory_mib": {"type": "int", "default": 4096},
    "vcpus": {"type": "int", "default": 2},
    "firmware": {"type": "str", "choices": ["bios", "uefi"], "default": "uefi"},
    "wait_timeout": {"type": "int", "default": 3600},
}


def observe(task: PoolTask, reporter: Reporter) -> Wrapper:
    params = task.params
    refuse_unusable_name("name", params["name"])
    if params["state"] == ABSENT:
        return read_holder(task.client, params["name"])
    refuse_unusable_name("snapshot", params["snapshot"])
    for option in ("memory_mib", "vcpus"):
        if params[option] < 1:
            raise OperationError(f"{option} is {params[option]}", "Give 1 or more.")
    return read_wrapper(task.client, params["name"], params["vdi_uuid"], params["snapshot"])


def plan(task: PoolTask, observed: Wrapper) -> Plan[str]:
    endpoint, params = task.client.endpoint, task.params
    vm, snapshot = observed.vm, observed.snapshot
    if vm and vm.power_state != HALTED:
        raise OperationError(
            f"{endpoint}: the wrapper VM '{vm.name}' ({vm.uuid}) is {vm.power_state}, so that its disk is no true copy"
            " any more",
            "Shut it down, remove it with its disk, then run the same task again.",
        )
    if vm and vm.name != params["name"]:
        raise OperationError(
            f"{endpoint}: the wrapper VM '{params['name']}' ({vm.uuid}) is called '{vm.name}' now",
            "Citrix finds it by its name. Give the name back to it.",
        )
    if snapshot and not observed.snapshot_fits:
        raise OperationError(
            f"{endpoint}: the snapshot '{snapshot.name}' ({snapshot.uuid}) is of another disk than"
            f" {params['vdi_uuid']}",
            "Give each image a snapshot name of its own.",
        )
    if params["state"] == ABSENT:
        return _removal(task, observed)
    if not observed.disk or not observed.disk.managed or observed.disk.is_snapshot:
        raise OperationError(
            f"{endpoint}: the disk {params['vdi_uuid']} cannot be attached: it belongs to a snapshot or is a base copy",
            "Give the disk itself.",
        )
    steps, facts = _steps(observed), _facts(observed, params)
    before = {
        "vm": vm and vm.name,
        "disks": [entry.disk for entry in observed.attachments],
        "snapshot": snapshot and snapshot.name,
    }
    if not steps:
        return Plan(facts=facts, before=before, after=before)
    after = {"vm": params["name"], "disks": [observed.disk.ref], "snapshot": params["snapshot"]}
    return Plan(steps=steps, facts=facts, before=before, after=after)


def _steps(observed: Wrapper) -> list[str]:
    """With a snapshot that is marked there is nothing to do for the disk: the VM may hold a later image by now."""
    snapshot, steps = observed.snapshot, []
    is_complete = snapshot and is_ours(snapshot.uuid, snapshot.other_config)
    disk_fits = observed.is_attached and not observed.foreign_attachments
    if observed.vm is None:
        steps.append("vm")
    if not is_complete and not disk_fits:
        steps.append("disk")
    if snapshot is None:
        steps.append("snapshot")
    elif not is_complete:
        steps.append("mark")
    return steps


def _removal(task: PoolTask, observed: Wrapper) -> Plan[str]:
    vm = observed.vm
    if vm and vm.snapshots:
        raise OperationError(
            f"{task.client.endpoint}: the wrapper VM '{vm.name}' ({vm.uuid}) has snapshots, which a catalog may use",
            "Remove them first, with xen_vm_snapshot.",
        )
    before = {"vm": vm and vm.name}
    return Plan(steps=["absent"] if vm else [], facts=_facts(observed, task.params), before=before, after={"vm": None})


def _facts(observed: Wrapper, params: Any) -> Result:
    vm = observed.vm
    return {
        "vm": {"uuid": vm.uuid if vm else "", "name": params["name"]},
        "snapshot": shown_snapshot(observed, params["snapshot"]),
    }


def apply(task: PoolTask, observed: Wrapper, plan: Plan[str], reporter: Reporter) -> Result:
    client, params = task.client, task.params
    if observed.vm and params["state"] == ABSENT:
        destroy_machine(client, observed.vm.ref)
        return dict(plan.facts)
    vm = observed.vm or make_wrapper(
        client, params["name"], params["memory_mib"] * MIB, params["vcpus"], params["firmware"]
    )
    if "disk" in plan.steps:
        give_disk(client, observed, vm)
    if observed.snapshot:
        mark_snapshot(client, observed.snapshot)
    else:
        with reporter.phase("image"):
            take_snapshot(client, vm, params["snapshot"], params["wait_timeout"], reporter.progress)
    return dict(plan.facts)


def verify(task: PoolTask, observed: Wrapper, facts: Result, reporter: Reporter) -> Result:
    """Read back that the snapshot is of the wanted disk, or that the VM is gone."""
    params = task.params
    if params["state"] == ABSENT:
        if read_holder(task.client, params["name"]).vm:
            raise OperationError(
                f"{task.client.endpoint}: '{params['name']}' is still there after its removal",
                "See in XenCenter what keeps it, then run the same task again.",
            )
        return {}
    found = read_wrapper(task.client, params["name"], params["vdi_uuid"], params["snapshot"])
    if not found.vm or not found.snapshot or not found.snapshot_fits:
        raise OperationError(
            f"{task.client.endpoint}: the snapshot '{params['snapshot']}' of '{params['name']}' is not there, or is of"
            " another disk",
            "Look into the tasks of the pool, then run the same task again.",
        )
    return _facts(found, params)


def _subject(params: Any) -> str:
    return f"the wrapper VM {params['name']}"


OPERATION = PoolChange(
    arguments=ARGUMENTS,
    subject=_subject,
    required_if=(("state", "present", ("vdi_uuid", "snapshot")),),
    observe=observe,
    plan=plan,
    apply=apply,
    verify=verify,
)
