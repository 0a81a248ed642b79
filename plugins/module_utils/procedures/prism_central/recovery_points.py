# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making a recovery point of a VM, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.changes import read_when_there
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    LEAVES,
    create_recovery_point,
    listed_among,
    path_of,
    read_recovery_point,
    recovery_point_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import (
    Errand,
    Task,
    tasks_since,
    wait_for_task,
    wait_for_tasks,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import RecoveryPoint, is_ours
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.once import order_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# How far back a run may have been killed whose recovery point no list has yet.
BEGUN_WITHIN = timedelta(hours=1)
MOST_TASKS = 500
# What the task that makes one is called is not known (contract prism_central 2.1); these are called otherwise.
_OTHER_WORK = ("replicat", "restore", "delete", "update", "expir")


@dataclass(frozen=True)
class PointOrder:
    """The recovery point to make."""

    vm_uuid: str
    name: str
    kind: str
    expires: datetime
    prefix: str

    def is_it(self, point: RecoveryPoint | None) -> bool:
        """Whether a recovery point is what such an order made, in this run or in one before."""
        return bool(point and point.name == self.name and point.holds(self.vm_uuid) and is_ours(point, self.prefix))


def make_recovery_point(
    client: PrismCentral, order: PointOrder, deadline: Deadline, reporter: Reporter
) -> tuple[RecoveryPoint, bool]:
    """Make it, or find the one that a run before this one had begun, and whether it was made now."""
    begun = _begun_before(client, order, deadline, reporter)
    if begun:
        return begun, False
    what = f"making the recovery point '{order.name}'"
    task_id = _ordered(client, order)
    task = wait_for_task(client, task_id, what, deadline.left, reporter.progress, leaves=LEAVES)
    for text in task.warnings:
        reporter.warn(f"{client.endpoint}: {what}: {text}")
    ext_id = task.detail(LEAVES)
    if not ext_id:
        raise OperationError(
            f"{client.endpoint}: {what}: its task has ended and does not tell which one it made",
            "Run the same task again: it looks for it by its mark.",
            task_ext_id=task_id,
        )
    entity = read_when_there(
        client, "dataprotection", path_of(ext_id), what=what, timeout=deadline.left, progress=reporter.progress
    )
    return recovery_point_of(entity.data), True


def _ordered(client: PrismCentral, order: PointOrder) -> str:
    """Order it; returns the task. The expiry is the same for hours (model/marks.py), so that a run that follows soon
    sends the same order under the same id."""

    def usable(task: Task) -> bool:
        # What it leaves may come late.
        ext_id = task.detail(LEAVES)
        return task.succeeded and (not ext_id or order.is_it(read_recovery_point(client, ext_id)))

    return order_once(
        client,
        lambda request_id: create_recovery_point(
            client, [order.vm_uuid], order.name, order.kind, order.expires, request_id
        ),
        ("recovery point", order.vm_uuid, order.name, order.kind, str(iso_moment(order.expires))),
        usable,
    )


def _begun_before(
    client: PrismCentral, order: PointOrder, deadline: Deadline, reporter: Reporter
) -> RecoveryPoint | None:
    """A recovery point that a killed run ordered and that no list has yet: its task knows it, or will."""
    recent = tasks_since(client, client.now() - BEGUN_WITHIN, most=MOST_TASKS)
    running = [task for task in recent if _may_be_making_one(task)]
    if running:
        errands = [Errand(task.ext_id, f"a recovery point begun before ({task.operation})", LEAVES) for task in running]
        ended = wait_for_tasks(client, errands, timeout=deadline.left, progress=reporter.progress)
        recent = [ended.get(task.ext_id, task) for task in recent]
    made = [task.detail(LEAVES) for task in recent if task.detail(LEAVES) and not _is_other_work(task)]
    listed = listed_among(client, made)
    # The oldest, so that two runs find the same.
    for ext_id in reversed(made):
        point = listed.get(ext_id) or read_recovery_point(client, ext_id)
        if order.is_it(point):
            return point
    return None


def _may_be_making_one(task: Task) -> bool:
    named = f"{task.operation} {task.description}".lower()
    return not task.ended and ("recovery" in named or "snapshot" in named) and not _is_other_work(task)


def _is_other_work(task: Task) -> bool:
    named = f"{task.operation} {task.description}".lower()
    return any(word in named for word in _OTHER_WORK)
