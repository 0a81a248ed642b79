# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What GET /lab/state tells of a cluster."""

from __future__ import annotations

from typing import Any

from lab.plain import plain
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.tasks import Task


def state_of(cluster: Cluster) -> dict[str, Any]:
    """Return everything a cluster holds, disk contents included."""
    transfers = cluster.transfers
    return {
        "uuid": cluster.uuid,
        "behaviour": cluster.behaviour,
        "failed_logins": cluster.access.failed_logins,
        "locked": cluster.access.locked,
        "lost": cluster.lost,
        "networks": plain(list(cluster.networks)),
        "vms": plain(list(cluster.vms)),
        "snapshots": plain(list(cluster.snapshots)),
        "tasks": [_task(task) for task in cluster.tasks.items.values()],
        "protection_domains": plain(list(cluster.domains)),
        "remote_sites": plain(list(cluster.sites)),
        "mode_changes": plain(cluster.failover.monitors),
        "replications": [{**plain(item), "done": transfers.done_bytes(item)} for item in transfers.items.values()],
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "uuid": task.id,
        "operation": task.operation,
        "entities": task.entities,
        "status": task.status,
        "created": task.created,
        "completed": task.ended,
        "error_detail": str(task.error or ""),
    }
