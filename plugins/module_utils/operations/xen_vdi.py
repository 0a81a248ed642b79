# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove a virtual disk that this collection made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import CONNECTION_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.disks import (
    destroy_disk,
    disk_by_uuid,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.base_disks import Standing
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import is_ours, is_unfinished
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.overview import (
    DiskOverview,
    read_disks,
    shown_disk,
)
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
    overview: DiskOverview
    standing: Standing | None


def observe(task: PoolTask, reporter: Reporter) -> _Observed:
    overview = read_disks(task.client)
    fitting = (entry for entry in overview.standings().values() if entry.disk.uuid == task.params["uuid"])
    return _Observed(overview, next(fitting, None))


def plan(task: PoolTask, observed: _Observed) -> Plan[Standing]:
    standing, overview = observed.standing, observed.overview
    if standing is None:
        return Plan(facts={"vdi": None}, before={"vdi": None}, after={"vdi": None})
    _refuse_foreign(overview, standing)
    _refuse_used(overview, standing)
    before = shown_disk(standing, overview.storage)
    return Plan(steps=(standing,), facts={"vdi": before}, before={"vdi": before}, after={"vdi": None})


def apply(task: PoolTask, observed: _Observed, plan: Plan[Standing], reporter: Reporter) -> Result:
    for standing in plan.steps:
        destroy_disk(task.client, standing.disk.ref)
    return dict(plan.facts)


def verify(task: PoolTask, observed: _Observed, facts: Result, reporter: Reporter) -> Result:
    if disk_by_uuid(task.client, task.params["uuid"]):
        raise OperationError(
            f"{task.client.endpoint}: the disk {task.params['uuid']} is still there after its removal",
            "Look into the tasks of the pool.",
        )
    return {}


def _refuse_foreign(overview: DiskOverview, standing: Standing) -> None:
    disk = standing.disk
    if not is_ours(disk.uuid, disk.other_config) and not is_unfinished(disk.other_config):
        raise OperationError(
            f"{overview.endpoint}: refused, because '{disk.name}' ({disk.uuid}) bears no mark of this collection",
            "Remove it by other means, when nobody needs it.",
        )


def _refuse_used(overview: DiskOverview, standing: Standing) -> None:
    """A catalog may need a snapshot of it; so that goes first, by a decision of its own."""
    disk = standing.disk
    names = {vm.ref: vm.name for vm in overview.machines}
    holders = {names.get(entry.vm, entry.vm) for entry in overview.attachments if entry.disk == disk.ref}
    holders |= set(standing.machines)
    if holders:
        raise OperationError(
            f"{overview.endpoint}: refused, because '{disk.name}' ({disk.uuid}) is used by {quoted(sorted(holders))}",
            "Give the wrapper VM another disk first.",
        )
    snapshots = [other.uuid for other in overview.disks if other.snapshot_of == disk.ref]
    if snapshots:
        raise OperationError(
            f"{overview.endpoint}: refused, because snapshots of '{disk.name}' ({disk.uuid}) are there:"
            f" {', '.join(sorted(snapshots))}",
            "Remove the snapshots first, with xen_vm_snapshot.",
        )


OPERATION = PoolChange(arguments=ARGUMENTS, observe=observe, plan=plan, apply=apply, verify=verify)
