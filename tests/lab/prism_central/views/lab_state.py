# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What GET /lab/state tells of a Prism Central."""

from __future__ import annotations

from typing import Any

from lab.plain import plain
from lab.prism_central.state.central import Central


def state_of(central: Central) -> dict[str, Any]:
    """Return everything a Prism Central holds, disk contents included."""
    return {
        "uuid": central.uuid,
        "version": central.version,
        "behaviour": central.behaviour,
        "clusters": {name: cluster.uuid for name, cluster in central.registry.clusters.items()},
        "paired_with": sorted(central.registry.peers),
        "categories": plain(list(central.categories)),
        "recovery_points": plain(list(central.recovery_points)),
        "policies": plain(list(central.policies)),
        "templates": plain(list(central.templates)),
        "tasks": [
            {
                "ext_id": task.ext_id,
                "operation": task.operation,
                "status": task.status,
                "entities": task.entities,
                "details": task.details,
                "error": str(task.error or ""),
            }
            for task in central.tasks.items.values()
        ],
    }
