# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove a snapshot of a wrapper VM, with its disks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import CONNECTION_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.disks import (
    destroy_disk,
    read_disk,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.machines import (
    destroy_machine,
    list_attachments,
    machine_by_uuid,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import VirtualDisk, XenVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import is_ours
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.pool_change import (
    PoolChange,
    PoolTask,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    "uuid": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["absent"], "default": "absent"},
}


@dataclass(frozen=True)
class _Observed:
    """The snapshot and the disks that are its own: those that are snapshots too, and that no other VM holds."""

    snapshot: XenVm | None
    disks: tuple[VirtualDisk, ...] = ()


def observe(task: PoolTask, reporter: Reporter) -> _Observed:
    client = task.client
    snapshot = machine_by_uuid(client, task.params["uuid"])
    if snapshot is None:
        return _Observed(None)
    attachments = list_attachments(client)
    held = {entry.disk for entry in attachments if entry.vm == snapshot.ref}
    elsewhere = {entry.disk for entry in attachments if entry.vm != snapshot.ref}
    disks = [read_disk(client, ref) for ref in sorted(held - elsewhere)]
    return _Observed(snapshot, tuple(disk for disk in disks if disk.is_snapshot))


def plan(task: PoolTask, observed: _Observed) -> Plan[XenVm]:
    snapshot = observed.snapshot
    if snapshot is None:
        return Plan(facts={"snapshot": None}, before={"snapshot": None}, after={"snapshot": None})
    if not snapshot.is_snapshot or not is_ours(snapshot.uuid, snapshot.other_config):
        what = "bears no mark of this collection" if snapshot.is_snapshot else "is no snapshot"
        raise OperationError(
            f"{task.client.endpoint}: refused, because '{snapshot.name}' ({snapshot.uuid}) {what}",
            "Remove it by other means, when nobody needs it.",
        )
    before = {
        "uuid": snapshot.uuid,
        "name": snapshot.name,
        "disks": [disk.uuid for disk in observed.disks],
    }
    return Plan(steps=(snapshot,), facts={"snapshot": before}, before={"snapshot": before}, after={"snapshot": None})


def apply(task: PoolTask, observed: _Observed, plan: Plan[XenVm], reporter: Reporter) -> Result:
    """The disks first: without the record of the snapshot nothing would lead to them any more (contract xenserver
    trap 20)."""
    for disk in observed.disks:
        destroy_disk(task.client, disk.ref)
    for snapshot in plan.steps:
        destroy_machine(task.client, snapshot.ref)
    return dict(plan.facts)


def verify(task: PoolTask, observed: _Observed, facts: Result, reporter: Reporter) -> Result:
    if machine_by_uuid(task.client, task.params["uuid"]):
        raise OperationError(
            f"{task.client.endpoint}: the snapshot {task.params['uuid']} is still there after its removal",
            "Look into the tasks of the pool.",
        )
    return {}


OPERATION = PoolChange(arguments=ARGUMENTS, observe=observe, plan=plan, apply=apply, verify=verify)
