# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What v1 calls progress monitors: tasks of VMs and changes of mode (contract prism_element 5.4, addition 13)."""

from __future__ import annotations

from lab.prism_element.errors import BAD_REQUEST, refusal
from lab.prism_element.routes.lists import compile_filter, page_by_number
from lab.prism_element.schemas import MONITORS_QUERY
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.views.task import mode_monitor_view, task_monitor_view
from lab.router import Router
from lab.wire import Reply, Request


def add_v1_routes(router: Router, cluster: Cluster) -> None:
    """Make known what only v1 has."""

    @router.route("GET", "/progress_monitors", section="5.4, addition 13", query=MONITORS_QUERY)
    def progress_monitors(request: Request) -> Reply:
        if cluster.behaviour["progress_monitors"] == "not_found":
            raise refusal(404, "HTTP 404 Not Found", BAD_REQUEST)
        tasks = [task for task in cluster.tasks.items.values() if task.operation != "RestoreEntities"]
        everything = [task_monitor_view(cluster, task) for task in tasks]
        everything += [mode_monitor_view(cluster, monitor) for monitor in cluster.failover.monitors]
        found = everything
        wanted = request.one("filterCriteria")
        if wanted:
            fields = {name: lambda view, name=name: str(view[name]) for name in ("uuid", "operation", "status")}
            passes = compile_filter(wanted, fields, {})
            found = [view for view in everything if passes(view)]
        page = page_by_number(found, request)
        metadata = {
            "grandTotalEntities": len(everything),
            "totalEntities": len(found),
            "filterCriteria": wanted or "",
            "sortCriteria": request.one("sortCriteria", ""),
            "page": request.number("page") or 1,
            "count": len(page),
            "startIndex": 1,
            "endIndex": len(page),
        }
        return Reply(body={"metadata": metadata, "entities": page})
