# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of v3 that is still needed (contract prism_central 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.prism_central.state.central import Central
from lab.prism_central.views import v3
from lab.router import Router
from lab.schema import required
from lab.wire import Refusal, Reply, Request

PREFIX = "/api/nutanix/v3"
FILTERS = {"vm": "vm_name"}  # what somebody filters by


def v3_router(central: Central) -> Router:
    """Return the router of v3."""
    router = Router([PREFIX], refuse=_error)
    registry = central.registry
    _add_list(router, central, "availability_zone", "7.2", lambda: v3.availability_zone_views(central))
    _add_list(router, central, "remote_connection", "7.2", lambda: v3.remote_connection_views(central))
    _add_list(
        router,
        central,
        "cluster",
        "7.3",
        lambda: [v3.own_cluster_view(central), *(v3.cluster_view(cluster) for cluster in registry.clusters.values())],
    )
    _add_list(router, central, "vm", "7.3", lambda: [v3.vm_view(cluster, vm) for cluster, vm in registry.vms()])
    _add_list(
        router,
        central,
        "protection_rule",
        "7.4",
        lambda: [v3.protection_rule_view(central, policy) for policy in central.policies],
    )
    _add_list(
        router,
        central,
        "vm_recovery_point",
        "7.5",
        lambda: [v3.vm_recovery_point_view(each, member) for each in central.recovery_points for member in each.vms],
    )

    @router.route("GET", "/tasks/{uuid}", section="7.6, trap 19")
    def one_task(request: Request) -> Reply:
        task = central.tasks.items.get(request.params["uuid"])
        if task is None:
            raise Refusal(404, _error(404, f"Task {request.params['uuid']} is not found"))
        return Reply(200, v3.task_view(central, task))

    return router


def _add_list(
    router: Router, central: Central, kind: str, section: str, views: Callable[[], list[dict[str, Any]]]
) -> None:
    """Make the list of a kind known: it is cut by offset and length (contract prism_central 7.1)."""
    body = {
        "kind": required({kind}),
        "length": int,
        "offset": int,
        "filter": str,
        "sort_order": {"ASCENDING", "DESCENDING"},
        "sort_attribute": str,
    }

    @router.route("POST", f"/{kind}s/list", section=section, body=body)
    def list_entities(request: Request) -> Reply:
        found = views()
        name, _sign, wanted = (request.body.get("filter") or "").partition("==")
        if name:
            if FILTERS.get(kind) != name:
                text = f"not simulated: filter {name} of {kind}"
                raise Refusal(501, _error(501, text), violation=text)
            found = [each for each in found if each["status"]["name"] == wanted]
        offset, length = request.body.get("offset", 0), request.body.get("length", central.behaviour["v3_length"])
        page = found[offset : offset + length]
        metadata = {"kind": kind, "length": len(page), "offset": offset, "total_matches": len(found)}
        return Reply(200, {"api_version": "3.1", "metadata": metadata, "entities": page})


def _error(status: int, text: str) -> dict[str, Any]:
    reason = "ENTITY_NOT_FOUND" if status == 404 else "INVALID_REQUEST"
    message: dict[str, Any] = {"message": text, "reason": reason, "details": {}}
    return {"api_version": "3.1", "code": status, "state": "ERROR", "message_list": [message]}
