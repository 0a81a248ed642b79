# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copying one recovery point to many clusters, of any number of Prism Centrals (contract prism_central 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.changes import read_when_there
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    copies_of,
    path_of,
    read_recovery_point,
    recovery_point_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.replications import (
    COPY,
    order_replication,
    replications_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import (
    Errand,
    Task,
    TaskFailed,
    wait_for_tasks,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import RecoveryPoint
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.once import order_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.places import (
    MOST_AT_ONCE,
    Place,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

PRESENT, UNDER_WAY, MISSING, FAILED = "present", "under_way", "missing", "failed"
# A copy may be known to its Prism Central only a while after the task has ended (contract prism_central 1.6).
KNOWN_WITHIN = 120.0


@dataclass(frozen=True)
class Target:
    """A cluster that is to hold a copy. `ours` when this run ordered it; `task_id` is the task that made it, whoever
    ordered that, as far as one is listed."""

    place: Place
    copy: RecoveryPoint | None = None
    ours: bool = False
    task_id: str = ""
    error: OperationError | None = None

    @property
    def state(self) -> str:
        if self.error:
            return FAILED
        if self.copy:
            return PRESENT
        if self.task_id:
            return UNDER_WAY
        return MISSING


@dataclass(frozen=True)
class Replication:
    """The copying of `point`, which `client` holds."""

    client: PrismCentral
    point: RecoveryPoint
    deadline: Deadline
    reporter: Reporter

    def tasks(self) -> list[Task]:
        return replications_of(self.client, self.point.ext_id)

    def look(self, targets: Sequence[Target], tasks: Sequence[Task]) -> list[Target]:
        """The targets with the copies that their own Prism Centrals know. Others may list them as well (contract
        prism_central U9)."""
        left = {task.detail(COPY): task.ext_id for task in tasks if task.succeeded and task.detail(COPY)}

        def listed(client: PrismCentral) -> list[RecoveryPoint]:
            return [self.point, *copies_of(client, self.location_agnostic_id)]

        def not_listed_yet(client: PrismCentral) -> list[RecoveryPoint]:
            return [copy for ext_id in left if (copy := read_recovery_point(client, ext_id))]

        return self._with_copies(not_listed_yet, self._with_copies(listed, targets, left), left)

    def _with_copies(
        self,
        known_to: Callable[[PrismCentral], list[RecoveryPoint]],
        targets: Sequence[Target],
        left: Mapping[str, str],
    ) -> list[Target]:
        """Each Prism Central with a target that lacks a copy is asked once."""
        missing = {target.place.central.uuid: target.place.client for target in targets if target.copy is None}
        copies = {uuid: known_to(client) for uuid, client in missing.items()}
        return [_with_copy(target, copies.get(target.place.central.uuid, []), left) for target in targets]

    def follow(self, targets: Sequence[Target], under_way: Sequence[Task]) -> list[Target]:
        """Wait for the tasks that are under way already. None tells where it copies to, so that nothing is ordered
        before they have ended."""
        errands = [Errand(task.ext_id, f"{self._what} that is under way", COPY) for task in under_way]
        ended = wait_for_tasks(self.client, errands, timeout=self.deadline.left, progress=self.reporter.progress)
        return self.look(targets, list(ended.values()))

    def order(self, targets: Sequence[Target], tasks: Sequence[Task]) -> list[Target]:
        """Order what is missing, several at once. `tasks` are those that have copied it before."""
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            return list(pool.map(lambda target: self._ordered(target, bool(tasks)), targets))

    def finish(self, targets: Sequence[Target]) -> list[Target]:
        """Wait for what was ordered, and read each copy where it is to be."""
        ordered = [target for target in targets if target.task_id and not target.copy]
        errands = [Errand(target.task_id, f"{self._what} to '{target.place.name}'", COPY) for target in ordered]
        if not errands:
            return list(targets)
        ended = wait_for_tasks(self.client, errands, timeout=self.deadline.left, progress=self.reporter.progress)
        return [self._finished(target, ended.get(target.task_id)) for target in targets]

    @property
    def location_agnostic_id(self) -> str:
        return self.point.location_agnostic_id

    @property
    def _what(self) -> str:
        return f"replication of recovery point '{self.point.name}'"

    def _ordered(self, target: Target, copied_before: bool) -> Target:
        if target.copy or target.error:
            return target
        central_uuid, cluster_uuid = target.place.central.uuid, target.place.id

        def usable(task: Task) -> bool:
            # What it leaves may come late.
            ext_id = task.detail(COPY)
            return task.succeeded and (not ext_id or read_recovery_point(target.place.client, ext_id) is not None)

        try:
            task_id = order_once(
                self.client,
                lambda request_id: order_replication(
                    self.client, self.point.ext_id, central_uuid, cluster_uuid, request_id
                ),
                ("replicate", self.point.ext_id, central_uuid, cluster_uuid),
                usable,
                may_be_known=copied_before,
            )
        except OperationError as error:
            return replace(target, error=error)
        return replace(target, ours=True, task_id=task_id)

    def _finished(self, target: Target, task: Task | None) -> Target:
        if task is None:
            return target
        try:
            copy = self._copy(target, task)
        except OperationError as error:
            return replace(target, error=error)
        return replace(target, copy=copy)

    def _copy(self, target: Target, task: Task) -> RecoveryPoint:
        place, ext_id = target.place, task.detail(COPY)
        if not task.succeeded or not ext_id:
            # Somebody else may have brought it there; a task may also end without telling what it made.
            copies = copies_of(place.client, self.location_agnostic_id, place.id)
            if copies:
                return copies[0]
            what = f"{self._what} to '{place.name}'"
            raise TaskFailed(self.client.endpoint, what, replace(task, error=task.error or "it tells of no copy"))
        entity = read_when_there(
            place.client,
            "dataprotection",
            path_of(ext_id),
            what=f"copy {ext_id} on '{place.name}'",
            timeout=min(KNOWN_WITHIN, self.deadline.left),
            progress=self.reporter.progress,
        )
        copy = recovery_point_of(entity.data)
        if copy.location_agnostic_id != self.location_agnostic_id or not copy.is_at(place.id):
            raise OperationError(
                f"{place.client.endpoint}: recovery point {ext_id}, which the task {task.ext_id} made, is no copy of"
                f" '{self.point.name}' on '{place.name}'",
                "Look at the task in Prism Central.",
            )
        return copy


def _with_copy(target: Target, copies: Sequence[RecoveryPoint], left: Mapping[str, str]) -> Target:
    here = [copy for copy in copies if copy.is_at(target.place.id)]
    if target.copy or not here:
        return target
    # Of two copies the one that a task of the list made is the better known.
    copy = min(here, key=lambda copy: (copy.ext_id not in left, copy.ext_id))
    return replace(target, copy=copy, task_id=left.get(copy.ext_id, ""))
