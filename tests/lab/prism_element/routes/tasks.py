# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks (contract prism_element 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.prism_element.state.entities import Task
from lab.prism_element.views.lists import envelope
from lab.wire import LongPoll, Reply, Request, Router, optional, required

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

LIST = {
    "count": int,
    "include_completed": bool,
    "include_subtasks_info": bool,
    "cut_off_time_usecs": int,
    "operation_type_list": [str],
    "entity_list": [{"entity_id": str, "entity_type": str, "entity_name": str, "uuid": str}],
    "cluster_uuid_list": [str],
}
# contract prism_element 5.1, names guessed but for the transitions: later versions name the operations in another way.
K_PREFIXED = {
    "VmCreate": "kVmCreate",
    "VmUpdate": "kVmUpdate",
    "VmClone": "kVmClone",
    "VmRestore": "kVmRestore",
    "VmNicUpdate": "kVmNicUpdate",
    "VmDelete": "kVmDelete",
    "VmNicCreate": "kVmNicCreate",
    "VmNicDelete": "kVmNicDelete",
    "VmSnapshotCreate": "kVmSnapshotCreate",
    "VmSnapshotDelete": "kVmSnapshotDelete",
    "RestoreEntities": "kPdEntitiesRestore",
}


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""

    @router.route("GET", "/tasks/{uuid}", section="5.1", query={"include_subtasks_info": bool})
    def get(request: Request) -> Reply:
        task = world.tasks.get(request.params["uuid"])
        if task is None:
            raise world.not_found("Task", request.params["uuid"])
        return Reply(body=task_dto(world, task))

    @router.route(
        "POST", "/tasks/poll", section="5.2", body={"completed_tasks": required([str]), "timeout_interval": int}
    )
    def poll(request: Request) -> LongPoll:
        for task_uuid in request.body["completed_tasks"]:
            if task_uuid not in world.tasks:
                raise world.not_found("Task", task_uuid)

        def check() -> Reply | None:
            done = [
                world.tasks[task_uuid]
                for task_uuid in request.body["completed_tasks"]
                if world.tasks[task_uuid].finished
            ]
            return Reply(body={"completed_tasks_info": [task_dto(world, task) for task in done]}) if done else None

        return LongPoll(check, request.body.get("timeout_interval", 60), lambda: Reply(body={"timed_out": True}))

    @router.route("POST", "/tasks/list", section="5.3", body=optional(LIST))
    def list_tasks(request: Request) -> Reply:
        return Reply(body=envelope([task_dto(world, task) for task in _listed(world, request.body or {})]))


def _listed(world: PrismElementWorld, wanted: dict[str, Any]) -> list[Task]:
    """Return tasks oldest first; only recent history is known, and ``count`` keeps the oldest (contract prism_element
    5.3, trap 40)."""
    completed = [task for task in world.tasks.values() if task.finished]
    recent = {task.uuid for task in completed[-world.behaviour["tasks_kept"] :]}
    found = [
        task
        for task in world.tasks.values()
        if not task.finished or (wanted.get("include_completed") and task.uuid in recent)
    ]
    # where a restore has no task (contract prism_element 10), none is listed
    if world.behaviour["restore_reply"] == "value":
        found = [task for task in found if task.operation != "RestoreEntities"]
    if "cut_off_time_usecs" in wanted:
        found = [
            task
            for task in found
            if not task.finished or world.clock.epoch_usecs_at(task.created) >= wanted["cut_off_time_usecs"]
        ]
    if wanted.get("operation_type_list"):
        found = [task for task in found if _operation(world, task) in wanted["operation_type_list"]]
    if wanted.get("entity_list"):
        ids = {entity.get("entity_id", entity.get("uuid")) for entity in wanted["entity_list"]}
        found = [task for task in found if any(entity_id in ids for _type, entity_id in task.entities)]
        if world.behaviour["task_list_entity_filter"] == "misses":
            found = found[1:]
    if wanted.get("cluster_uuid_list") and world.uuid not in wanted["cluster_uuid_list"]:
        found = []
    return found[: wanted.get("count")]


def _operation(world: PrismElementWorld, task: Task) -> str:
    """Return what a task does in the words of the version (contract prism_element 5.1, addition 12: 6.8.1 has a name
    for each transition)."""
    later = task.later_name or K_PREFIXED[task.operation]
    return later if world.behaviour["operation_type"] == "k_prefixed" else task.operation


def task_dto(world: PrismElementWorld, task: Task) -> dict[str, Any]:
    """Return a task as the wire spells it: the status in Title case, 100 % on failure as well."""
    elapsed = (world.clock.now - task.created) / task.takes if task.takes else 1.0
    started = world.clock.epoch_usecs_at(task.created)
    status = task.status.title() if world.behaviour["status_case"] == "title" else task.status
    dto: dict[str, Any] = {
        "uuid": task.uuid,
        "cluster_uuid": world.uuid,
        "operation_type": _operation(world, task),
        "meta_request": {"method_name": _operation(world, task).removeprefix("k")},
        "progress_status": status,
        "percentage_complete": 100 if task.finished else min(99, int(100 * elapsed)),
        "message": "",
        "display_name": "",
        "entity_list": [
            {"entity_id": entity_id, "entity_type": entity_type, "entity_name": None}
            for entity_type, entity_id in task.entities
        ],
        "create_time_usecs": started,
        "start_time_usecs": started,
        "last_updated_time_usecs": world.clock.epoch_usecs
        if task.completed is None
        else world.clock.epoch_usecs_at(task.completed),
        "subtask_uuid_list": [],
    }
    if task.completed is not None:
        dto["complete_time_usecs"] = world.clock.epoch_usecs_at(task.completed)
        dto["meta_response"] = (
            {"error_code": 0} if task.status == "SUCCEEDED" else {"error_code": 1, "error_detail": task.error_detail}
        )
    return dto
