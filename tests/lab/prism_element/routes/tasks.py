# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks (contract prism_element 5)."""

from __future__ import annotations

from typing import Any

from lab.prism_element.schemas import LIST_TASKS, POLL_TASKS
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.tasks import Task
from lab.prism_element.views.envelopes import envelope
from lab.prism_element.views.task import operation_of, task_view
from lab.router import Router
from lab.schema import optional
from lab.wire import LongPoll, Reply, Request


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""

    @router.route("GET", "/tasks/{uuid}", section="5.1", query={"include_subtasks_info": bool})
    def get(request: Request) -> Reply:
        return Reply(body=task_view(cluster, cluster.tasks.find(request.params["uuid"])))

    @router.route("POST", "/tasks/poll", section="5.2", body=POLL_TASKS)
    def poll(request: Request) -> LongPoll:
        tasks = [cluster.tasks.find(task_uuid) for task_uuid in request.body["completed_tasks"]]

        def check() -> Reply | None:
            done = [task_view(cluster, task) for task in tasks if task.done]
            return Reply(body={"completed_tasks_info": done}) if done else None

        return LongPoll(check, request.body.get("timeout_interval", 60), lambda: Reply(body={"timed_out": True}))

    @router.route("POST", "/tasks/list", section="5.3", body=optional(LIST_TASKS))
    def list_tasks(request: Request) -> Reply:
        found = _listed(cluster, request.body or {})
        return Reply(body=envelope([task_view(cluster, task) for task in found]))


def _listed(cluster: Cluster, wanted: dict[str, Any]) -> list[Task]:
    """Return tasks oldest first; only recent history is known, and ``count`` keeps the oldest (contract prism_element
    5.3, trap 40)."""
    tasks = [cluster.tasks.of_long_ago(), *cluster.tasks.items.values()]
    done = [task for task in tasks if task.done]
    recent = {task.id for task in done[max(0, len(done) - cluster.behaviour["tasks_kept"]) :]}
    found = [task for task in tasks if not task.done or (wanted.get("include_completed") and task.id in recent)]
    if (
        cluster.behaviour["restore_reply"] == "value"
    ):  # where a restore has no task (contract prism_element 10), none is listed
        found = [task for task in found if task.operation != "RestoreEntities"]
    since = wanted.get("cut_off_time_usecs", float("-inf"))
    found = [task for task in found if not task.done or cluster.clock.epoch_usecs_at(task.created) >= since]
    if wanted.get("operation_type_list"):
        found = [task for task in found if operation_of(cluster, task) in wanted["operation_type_list"]]
    if wanted.get("entity_list"):
        ids = {entity.get("entity_id", entity.get("uuid")) for entity in wanted["entity_list"]}
        found = [task for task in found if any(entity_id in ids for _type, entity_id in task.entities)]
        if cluster.behaviour["task_list_entity_filter"] == "misses":
            found = found[1:]
    if wanted.get("cluster_uuid_list") and cluster.uuid not in wanted["cluster_uuid_list"]:
        return []
    return found[: wanted.get("count")]
