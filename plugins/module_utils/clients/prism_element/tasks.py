# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks: what most writes answer with (contract prism_element 5)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"
FINISHED = (SUCCEEDED, FAILED, "ABORTED")
LISTED_WITHIN = 30.0
LONGEST_ERROR_TEXT = 300


@dataclass(frozen=True)
class Task:
    """`status` in capitals whatever the cluster's spelling, `percent` 0 to 100, `entities` pairs of type ('VM') and
    uuid."""

    uuid: str
    status: str
    percent: int
    error: str
    entities: tuple[tuple[str, str], ...]

    def entities_of(self, kind: str) -> list[str]:
        return [uuid for entity_kind, uuid in self.entities if entity_kind == kind]


class TaskFailed(OperationError):
    """The task ended Failed or Aborted."""


def read_task(client: PrismElement, task_uuid: str) -> Task | None:
    """The task, or None when the cluster does not know it."""
    try:
        body = client.get(f"/tasks/{segment(task_uuid)}") or {}
    except NotFound:
        return None
    answer = body.get("meta_response") or {}
    return Task(
        uuid=task_uuid,
        status=str(body.get("progress_status") or "").upper(),
        percent=body.get("percentage_complete") or 0,
        error=str(answer.get("error_detail") or "")[:LONGEST_ERROR_TEXT],
        entities=tuple(
            (str(entity.get("entity_type") or "").upper(), entity.get("entity_id") or "")
            for entity in body.get("entity_list") or []
        ),
    )


def tasks_under_way(client: PrismElement, entity_uuid: str) -> list[str]:
    """The tasks about a VM that have not ended, as far as the cluster lists them."""
    return [task["uuid"] for task in _under_way(client) if entity_uuid in _about(task)]


def changes_of_power_under_way(client: PrismElement) -> dict[str, str]:
    """VM -> the task that changes its power state, as far as the cluster lists it. Operations bear other names in each
    version, all with 'power' in it: VmChangePowerState, kVmPowerOn (contract prism_element 5.1)."""
    tasks: dict[str, str] = {}
    for task in _under_way(client):
        if "power" in str(task.get("operation_type") or "").lower():
            tasks.update(dict.fromkeys(_about(task), task["uuid"]))
    return tasks


def was_started(client: PrismElement, vm_uuid: str, since_usecs: int, until_usecs: float = float("inf")) -> bool | None:
    """Whether tasks have changed the power state of a VM that was made at `since_usecs` or later, and by `until_usecs`;
    the VM may be gone. None where the cluster does not tell: it keeps only recent tasks (contract prism_element 5.3),
    and no other of its fields says that a VM that is off has run."""
    try:
        body = client.request("POST", "/tasks/list", payload={"include_completed": True}).body or {}
    except OperationError:
        return None
    tasks = [task for task in body.get("entities") or [] if str(task.get("progress_status") or "").upper() != FAILED]
    of_power = [task for task in tasks if "power" in str(task.get("operation_type") or "").lower()]
    if any(vm_uuid in _about(task) and (task.get("create_time_usecs") or 0) <= until_usecs for task in of_power):
        return True
    moments = [task.get("create_time_usecs") or since_usecs + 1 for task in tasks]
    if min(moments, default=since_usecs + 1) <= since_usecs:
        return False
    return None


def _under_way(client: PrismElement) -> list[dict[str, Any]]:
    """The list's own filter by entity misses some (contract prism_element 5.3), so that all are read."""
    try:
        body = client.request("POST", "/tasks/list", payload={}).body or {}
    except OperationError:
        return []
    tasks = body.get("entities") or []
    return [task for task in tasks if str(task.get("progress_status") or "").upper() not in FINISHED]


def _about(task: dict[str, Any]) -> set[str]:
    return {entity.get("entity_id") or "" for entity in task.get("entity_list") or []}


def wait_for_task(
    client: PrismElement, task_uuid: str, what: str, timeout: float, progress: Callable[[str], None]
) -> Task:
    """Wait until the task has succeeded. Raises TaskFailed with the task's own words, or StillRunning.

    A task that is not listed yet is waited for, half a minute long.
    """
    start = time.monotonic()
    was_listed = False

    def look() -> Look[Task | None]:
        nonlocal was_listed
        task = read_task(client, task_uuid)
        if task is None:
            if was_listed or time.monotonic() - start > LISTED_WITHIN:
                raise OperationError(
                    f"{client.endpoint}: {what}: task {task_uuid} is not known there",
                    "Run the same task again: it looks how far things are.",
                    task_uuid=task_uuid,
                )
            return Look(None, done=False, state="not listed yet")
        was_listed = True
        return Look(task, done=task.status in FINISHED, state=f"{task.percent} %")

    advice = f"Its task {task_uuid} was not cancelled. Run the same task again to go on, or raise wait_timeout."
    task = wait_for(look, what=what, timeout=timeout, progress=progress, advice=advice)
    if task is None or task.status != SUCCEEDED:
        ended, reason = (task.status.capitalize(), task.error) if task else ("", "")
        raise TaskFailed(
            f"{client.endpoint}: {what}: the task ended {ended}: {reason or 'no reason given'}",
            f"Look at task {task_uuid} under Tasks in Prism Element, remove the reason, run the same task again.",
            task_uuid=task_uuid,
        )
    return task
