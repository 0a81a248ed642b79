# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task as answers show it (contract prism_central 2.1)."""

from __future__ import annotations

from typing import Any

from lab.prism_central.state.central import Central
from lab.prism_central.state.tasks import Task, TaskFailure
from lab.prism_central.views.moments import iso_of


def task_view(central: Central, task: Task) -> dict[str, Any]:
    """Return a task; what it leaves may come only some time after its end."""
    told = central.clock.now >= (task.ended or task.created) + central.behaviour["task_entities_lag_seconds"]
    entities = task.entities if told else []
    details = task.details if told and task.done else {}
    children = [child for child in central.tasks.items.values() if child.parent == task.ext_id]
    return {
        "extId": task.ext_id,
        "operation": task.operation,
        "operationDescription": task.description,
        "createdTime": iso_of(central, task.created),
        "startedTime": iso_of(central, task.started),
        "completedTime": iso_of(central, task.ended),
        "lastUpdatedTime": iso_of(central, task.ended or task.started or task.created),
        "status": task.status,
        "progressPercentage": 100 if task.done else task.percent(central.clock.now),
        "isCancelable": False,
        "isBackgroundTask": False,
        "clusterExtIds": task.clusters or None,
        "entitiesAffected": [{"extId": ext_id, "rel": rel} for ext_id, rel in entities] or None,
        "numberOfEntitiesAffected": len(entities),
        "completionDetails": [{"name": name, "value": value} for name, value in details.items()] or None,
        "subTasks": [{"extId": child.ext_id, "rel": "subtask"} for child in children] or None,
        "numberOfSubtasks": len(children),
        "parentTask": {"extId": task.parent} if task.parent else None,
        "warnings": [_message(text, "TASK-2", "WARNING", "WARNING") for text in task.warnings] or None,
        "ownedBy": {"extId": central.owner, "name": central.username},
        **_failure(central, task),
    }


def _failure(central: Central, task: Task) -> dict[str, Any]:
    if not isinstance(task.error, TaskFailure):
        return {}
    where = central.behaviour["failed_task_tells"]
    if where == "legacy_message":
        return {"legacyErrorMessage": str(task.error)}
    if where == "sub_task" and task.parent is None:
        return {}
    return {"errorMessages": [_message(str(task.error), task.error.code, task.error.group, "ERROR")]}


def _message(text: str, code: str, group: str, severity: str) -> dict[str, str]:
    return {"severity": severity, "code": code, "errorGroup": group, "locale": "en-US", "message": text}
