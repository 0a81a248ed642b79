# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks, and what v1 calls progress monitors, in camelCase (contract prism_element 5, addition 13)."""

from __future__ import annotations

from typing import Any

from lab.prism_element.state.entities import Monitor
from lab.prism_element.state.ground import Ground
from lab.prism_element.state.tasks import Task


def operation_of(ground: Ground, task: Task) -> str:
    """Return what a task does in the words of the version (contract prism_element 5.1, addition 12: 6.8.1 has a name
    for each power transition; the other names are guessed)."""
    if ground.behaviour["operation_type"] == "plain":
        return task.operation
    if task.operation == "RestoreEntities":
        return "kPdEntitiesRestore"
    return task.later_name or f"k{task.operation}"


def task_view(ground: Ground, task: Task) -> dict[str, Any]:
    """Return a task: the status in Title case, 100 % on failure as well."""
    clock = ground.clock
    started = clock.epoch_usecs_at(task.created)
    operation = operation_of(ground, task)
    view: dict[str, Any] = {
        "uuid": task.id,
        "cluster_uuid": ground.uuid,
        "operation_type": operation,
        "meta_request": {"method_name": operation.removeprefix("k")},
        "progress_status": task.status.title() if ground.behaviour["status_case"] == "title" else task.status,
        "percentage_complete": task.percent(clock.now),
        "message": "",
        "display_name": "",
        "entity_list": [
            {"entity_id": entity_id, "entity_type": entity_type, "entity_name": None}
            for entity_type, entity_id in task.entities
        ],
        "create_time_usecs": started,
        "start_time_usecs": started,
        "last_updated_time_usecs": clock.epoch_usecs if task.ended is None else clock.epoch_usecs_at(task.ended),
        "subtask_uuid_list": [],
    }
    if task.ended is not None:
        failed = {"error_code": 1, "error_detail": str(task.error or "")}
        view["complete_time_usecs"] = clock.epoch_usecs_at(task.ended)
        view["meta_response"] = {"error_code": 0} if task.status == "SUCCEEDED" else failed
    return view


def task_monitor_view(ground: Ground, task: Task) -> dict[str, Any]:
    """Return a task as v1 shows it."""
    return {
        "uuid": task.id,
        "operation": task.operation,
        "taskName": task.operation,
        "taskDisplayName": task.operation,
        "entity": [kind.lower() for kind, _id in task.entities],
        "entityId": [entity_id for _kind, entity_id in task.entities],
        **_course(ground, task.status.lower(), task.percent(ground.clock.now), task.created, task.ended),
    }


def mode_monitor_view(ground: Ground, monitor: Monitor) -> dict[str, Any]:
    """Return a change of mode as v1 shows it. What ``entityId`` of it holds is unknown (contract prism_element addition
    13)."""
    forms: dict[str, list[str]] = {"name": [monitor.domain], "id": [str(monitor.domain_id)], "none": []}
    named = forms[ground.behaviour["monitor_entity_id"]]
    percent = 100
    if monitor.completed is None:
        percent = min(99, int(100 * (ground.clock.now - monitor.created) / (monitor.takes or 1)))
    return {
        "uuid": monitor.uuid,
        "operation": monitor.operation,
        "taskName": f"{monitor.operation.title()} protection domain",
        "taskDisplayName": f"{monitor.operation.title()} protection domain",
        "entity": ["protection_domain"] if named else [],
        "entityId": named,
        **_course(ground, monitor.status, percent, monitor.created, monitor.completed),
    }


def _course(ground: Ground, status: str, percent: int, created: float, completed: float | None) -> dict[str, Any]:
    course: dict[str, Any] = {
        "status": status,
        "percentageCompleted": percent,
        "createTimeUsecs": ground.clock.epoch_usecs_at(created),
        "errorCode": 1 if status == "failed" else 0,
    }
    if completed is not None:
        course["completeTimeUsecs"] = ground.clock.epoch_usecs_at(completed)
    return course
