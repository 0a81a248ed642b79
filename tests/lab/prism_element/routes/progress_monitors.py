# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What v1 calls progress monitors: tasks of VMs and changes of mode, in camelCase (contract prism_element 5.4, addition
13)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lab.prism_element.errors import BAD_REQUEST, refusal
from lab.prism_element.state.entities import Monitor, Task
from lab.prism_element.views.lists import compile_filter, page_by_number
from lab.wire import Reply, Request, Router

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

QUERY = {"filterCriteria": str, "sortCriteria": str, "count": int, "page": int}


def add_v1_routes(router: Router, world: PrismElementWorld) -> None:
    """Register what only v1 has."""

    @router.route("GET", "/progress_monitors", section="5.4, addition 13", query=QUERY)
    def progress_monitors(request: Request) -> Reply:
        if world.behaviour["progress_monitors"] == "not_found":
            raise refusal(404, "HTTP 404 Not Found", BAD_REQUEST)
        tasks = [_task_dto(world, task) for task in world.tasks.values() if task.operation != "RestoreEntities"]
        everything = [*tasks, *(_mode_dto(world, monitor) for monitor in world.dr.failover.monitors)]
        wanted = request.one("filterCriteria")
        fields = {name: lambda dto, name=name: str(dto[name]) for name in ("uuid", "operation", "status")}
        passes = compile_filter(wanted, fields, {}) if wanted else None
        found = [dto for dto in everything if passes is None or passes(dto)]
        page = page_by_number(found, request)
        return Reply(body={"metadata": _metadata(request, page, len(found), len(everything)), "entities": page})


def _metadata(request: Request, page: Sequence[Any], total: int, grand_total: int) -> dict[str, Any]:
    return {
        "grandTotalEntities": grand_total,
        "totalEntities": total,
        "filterCriteria": request.one("filterCriteria", ""),
        "sortCriteria": request.one("sortCriteria", ""),
        "page": request.number("page") or 1,
        "count": len(page),
        "startIndex": 1,
        "endIndex": len(page),
    }


def _task_dto(world: PrismElementWorld, task: Task) -> dict[str, Any]:
    return {
        "uuid": task.uuid,
        "operation": task.operation,
        "taskName": task.operation,
        "taskDisplayName": task.operation,
        "entity": [kind.lower() for kind, _id in task.entities],
        "entityId": [entity_id for _kind, entity_id in task.entities],
        **_course(world, task.status.lower(), task.created, task.takes, task.completed),
    }


def _mode_dto(world: PrismElementWorld, monitor: Monitor) -> dict[str, Any]:
    """What ``entityId`` of such a task holds is unknown (contract prism_element addition 13)."""
    named = {"name": [monitor.domain], "id": [str(monitor.domain_id)], "none": []}[world.behaviour["monitor_entity_id"]]
    return {
        "uuid": monitor.uuid,
        "operation": monitor.operation,
        "taskName": f"{monitor.operation.title()} protection domain",
        "taskDisplayName": f"{monitor.operation.title()} protection domain",
        "entity": ["protection_domain"] if named else [],
        "entityId": named,
        **_course(world, monitor.status, monitor.created, monitor.takes, monitor.completed),
    }


def _course(
    world: PrismElementWorld, status: str, created: float, takes: float, completed: float | None
) -> dict[str, Any]:
    elapsed = (world.clock.now - created) / takes if takes else 1.0
    course: dict[str, Any] = {
        "status": status,
        "percentageCompleted": 100 if completed is not None else min(99, int(100 * elapsed)),
        "createTimeUsecs": world.clock.epoch_usecs_at(created),
        "errorCode": 1 if status == "failed" else 0,
    }
    if completed is not None:
        course["completeTimeUsecs"] = world.clock.epoch_usecs_at(completed)
    return course
