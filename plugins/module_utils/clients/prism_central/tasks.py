# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks: what orders answer with (contract prism_central 2.1).

Any number of tasks of one Prism Central is watched by one filtered list for each look.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.filters import any_of, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import ApiError, NotFound, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

TASKS = "/config/tasks"
SUCCEEDED = "SUCCEEDED"
# A suspended task goes on only when somebody resumes it: nobody can wait for that (contract prism_central addition E).
ENDED = (SUCCEEDED, "FAILED", "CANCELED", "SUSPENDED")
# So many in one filter: an id has 45 characters, and addresses of more than 8 KiB are refused by some proxies.
MOST_IN_FILTER = 50
MOST_READ_SINGLY = 5
LISTED_WITHIN = 30.0
# What a task leaves may come after its end (contract prism_central 2.1).
LATE_WITHIN = 300.0
LONGEST_ERROR_TEXT = 300
_STALE_ETAG = ("ETAG_MISMATCH", "VMM-30303", "If-Match header value passed")


@dataclass(frozen=True)
class Task:
    """`entities` are pairs of kind ('vmm:ahv:config:vm') and id, `details` what else it left; both may come late."""

    ext_id: str
    status: str
    percent: int
    operation: str
    description: str
    error: str
    entities: tuple[tuple[str, str], ...]
    details: Mapping[str, str]
    sub_tasks: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def succeeded(self) -> bool:
        return self.status == SUCCEEDED

    @property
    def met_old_etag(self) -> bool:
        """Whether it failed because what it was to change had changed since it was read (contract prism_central
        1.4)."""
        return self.ended and not self.succeeded and any(sign in self.error for sign in _STALE_ETAG)

    def entities_of(self, kind: str) -> list[str]:
        """The ids of the affected entities of a kind, each once."""
        return list(dict.fromkeys(ext_id for entity_kind, ext_id in self.entities if entity_kind == kind))

    def affects(self, ext_id: str) -> bool:
        return any(ext_id == affected for _kind, affected in self.entities)

    def detail(self, name: str) -> str:
        return self.details.get(name, "")

    def left(self, name: str) -> bool:
        """Whether it shows a detail of this name or an entity of this kind."""
        return bool(self.detail(name) or self.entities_of(name))


@dataclass(frozen=True)
class Errand:
    """A task to wait for: `what` it does, for people, and the name of the detail or the kind of the entity that it
    `leaves`, which is waited for as well."""

    task_id: str
    what: str
    leaves: str = ""


class TaskFailed(OperationError):
    """The task ended without success."""

    def __init__(self, endpoint: str, what: str, task: Task) -> None:
        reason = task.error or "no reason given"
        super().__init__(
            f"{endpoint}: {what}: the task ended {task.status.capitalize()}: {reason}",
            f"Look at task {task.ext_id} under Tasks in Prism Central, remove the reason, run the same task again.",
            task_ext_id=task.ext_id,
        )
        self.task = task


def read_task(client: PrismCentral, task_id: str) -> Task | None:
    """The task, or None when it is not known there."""
    entity = client.read_if_there("prism", f"{TASKS}/{segment(task_id)}")
    if entity:
        return _task(entity.data)
    return None


def last_told(client: PrismCentral, task_id: str) -> Task | None:
    """The task as it was last told to anybody who watches tasks of this Prism Central; None when it is not known, or
    not known yet."""
    data = client.share.look("tasks", [task_id], lambda ids: _listed(client, ids)).get(task_id)
    if data:
        return _task(data)
    return None


def _listed(client: PrismCentral, ids: Sequence[str]) -> dict[str, dict[str, Any] | None]:
    """The tasks of these ids as they are listed; None for one that is not."""
    listed: dict[str, dict[str, Any] | None] = dict.fromkeys(ids)
    for start in range(0, len(ids), MOST_IN_FILTER):
        for data in client.entities("prism", TASKS, where=any_of("extId", ids[start : start + MOST_IN_FILTER])):
            if data.get("extId") in listed:
                listed[data["extId"]] = data
    return listed


def tasks_since(client: PrismCentral, moment: datetime, most: int | None = None) -> list[Task]:
    """All tasks made since then, newest first, ended or not; or the newest `most` of them."""
    where = f"createdTime ge {iso_milliseconds(moment)}"
    listed = client.entities("prism", TASKS, where=where, orderby="createdTime desc", most=most)
    return [_task(data) for data in listed]


def tasks_about(client: PrismCentral, ext_id: str) -> list[Task]:
    """All tasks that affect something, newest first, ended or not, as far as they say so already."""
    where = f"entitiesAffected/any(a:a/extId eq {quoted(ext_id)})"
    listed = [_task(data) for data in client.entities("prism", TASKS, where=where, orderby="createdTime desc")]
    return [task for task in listed if task.affects(ext_id)]


def wait_for_task(
    client: PrismCentral,
    task_id: str,
    what: str,
    timeout: float,
    progress: Callable[[str], None],
    leaves: str = "",
) -> Task:
    """Wait until the task has succeeded. Raises TaskFailed with the task's own words, or StillRunning."""
    ended = wait_for_tasks(client, [Errand(task_id, what, leaves)], timeout=timeout, progress=progress)
    task = ended[task_id]
    if not task.succeeded:
        raise TaskFailed(client.endpoint, what, task)
    return task


def wait_for_tasks(
    client: PrismCentral,
    errands: Iterable[Errand],
    *,
    timeout: float,
    progress: Callable[[str], None],
    on_end: Callable[[Task], None] = lambda task: None,
) -> dict[str, Task]:
    """Wait until all have ended, with or without success, and return them by id. `on_end` hears of each one then.

    Raises StillRunning or EndNotSeen as `wait_for` does, and OperationError when one is not known there.
    """
    watch = _Watch(client, list(errands), timeout)

    def look() -> Look[dict[str, Task]]:
        for task in watch.look():
            on_end(task)
        return Look(watch.ended, done=not watch.under_way, state=watch.state)

    advice = f"No task was cancelled ({watch.named}). Run the same task again to go on, or raise wait_timeout."
    return wait_for(look, what=watch.what, timeout=timeout, progress=progress, advice=advice)


class _Watch:
    """The tasks under way of one Prism Central."""

    def __init__(self, client: PrismCentral, errands: Sequence[Errand], timeout: float) -> None:
        self._client = client
        self._late_within = min(LATE_WITHIN, timeout / 4)
        self._started = time.monotonic()
        self._first_seen_ended: dict[str, float] = {}
        self._seen: dict[str, Task] = {}
        self.under_way = {errand.task_id: errand for errand in errands}
        self.ended: dict[str, Task] = {}
        self.what = errands[0].what if len(errands) == 1 else f"{len(errands)} tasks"
        self.named = ", ".join(list(self.under_way)[:3]) + (" and more" if len(self.under_way) > 3 else "")

    @property
    def state(self) -> str:
        if not self.under_way:
            return ""
        slowest = min(map(self._percent, self.under_way))
        number = len(self.ended) + len(self.under_way)
        if number == 1:
            return f"{slowest} %"
        return f"{len(self.ended)} of {number} done, the slowest at {slowest} %"

    def _percent(self, task_id: str) -> int:
        task = self._seen.get(task_id)
        if task is None:
            return 0
        return task.percent

    def look(self) -> Iterator[Task]:
        """Read all that are under way, and yield those that have ended since."""
        for task in self._read():
            self._seen[task.ext_id] = task
            if self._is_over(task):
                del self.under_way[task.ext_id]
                self.ended[task.ext_id] = _with_reason(self._client, task)
                yield self.ended[task.ext_id]

    def _read(self) -> Iterator[Task]:
        ids, client = list(self.under_way), self._client
        told = client.share.look("tasks", ids, lambda wanted: _listed(client, wanted))
        yield from (_task(data) for data in told.values() if data)
        yield from self._not_listed([task_id for task_id, data in told.items() if data is None])

    def _not_listed(self, ids: list[str]) -> Iterator[Task]:
        """The list may lag behind; what it does not have is read singly, a few for each look."""
        for task_id in ids[:MOST_READ_SINGLY]:
            task = read_task(self._client, task_id)
            if task:
                yield task
            elif task_id in self._seen or time.monotonic() - self._started > LISTED_WITHIN:
                raise OperationError(
                    f"{self._client.endpoint}: {self.under_way[task_id].what}: task {task_id} is not known there",
                    "Run the same task again: it looks how far things are.",
                    task_ext_id=task_id,
                )

    def _is_over(self, task: Task) -> bool:
        if not task.ended:
            return False
        leaves = self.under_way[task.ext_id].leaves
        if not task.succeeded or not leaves or task.left(leaves):
            return True
        seen = self._first_seen_ended.setdefault(task.ext_id, time.monotonic())
        return time.monotonic() - seen > self._late_within


def _with_reason(client: PrismCentral, task: Task) -> Task:
    """A task that failed may say why only in its sub-tasks (contract prism_central 2.1)."""
    if task.succeeded or task.error:
        return task
    try:
        parts = client.entities("prism", TASKS, where=f"parentTask/extId eq {quoted(task.ext_id)}")
        reasons = [_task(part).error for part in parts]
    except NotFound:
        raise
    except ApiError:
        # Not every release filters by the parent.
        read = [read_task(client, task_id) for task_id in task.sub_tasks[:MOST_READ_SINGLY]]
        reasons = [part.error for part in read if part]
    return replace(task, error="; ".join(dict.fromkeys(filter(None, reasons)))[:LONGEST_ERROR_TEXT])


def _task(data: Mapping[str, Any]) -> Task:
    return Task(
        ext_id=data.get("extId") or "",
        status=data.get("status") or "",
        percent=data.get("progressPercentage") or 0,
        operation=data.get("operation") or "",
        description=data.get("operationDescription") or "",
        error=_error(data),
        entities=tuple(
            (entity.get("rel") or "", entity.get("extId") or "") for entity in data.get("entitiesAffected") or []
        ),
        details={
            detail.get("name") or "": _text(detail.get("value")) for detail in data.get("completionDetails") or []
        },
        sub_tasks=tuple(part.get("extId") or "" for part in data.get("subTasks") or []),
        warnings=tuple(warning.get("message") or "" for warning in data.get("warnings") or []),
    )


def _text(value: Any) -> str:
    """Several ids come as one text with commas between (contract prism_central trap 16); a list is made one."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value or "")


def _error(data: Mapping[str, Any]) -> str:
    """What it says of itself: messages with their codes, or one in the old form."""
    messages = []
    for message in data.get("errorMessages") or []:
        code = f"{message.get('code') or ''} {message.get('errorGroup') or ''}".strip()
        messages.append(f"{message.get('message') or ''}{f' ({code})' if code else ''}".strip())
    return ("; ".join(messages) or str(data.get("legacyErrorMessage") or ""))[:LONGEST_ERROR_TEXT]
