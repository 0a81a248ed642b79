# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the VMs are there that machines are to get back: a saved hosting knows only where they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import (
    HostingChange,
    Obstacle,
    RehostingPlan,
)


@dataclass(frozen=True)
class SeenCluster:
    """The VMs of a cluster and the hosting connection to it; `problem` says why it could not be read."""

    name: str
    connection: str
    vm_uuids: frozenset[str]
    problem: str = ""


def without_absent(plan: RehostingPlan, clusters: Sequence[SeenCluster]) -> RehostingPlan:
    """The plan without the changes to VMs that none of these clusters has on that connection, which are refused."""
    changes, refused = [], list(plan.refused)
    for move in plan.changes:
        objection = _objection(move, clusters)
        if objection:
            refused.append(Obstacle(move.machine.name, objection, move.machine))
        else:
            changes.append(move)
    return replace(plan, changes=tuple(changes), refused=tuple(refused))


def _objection(move: HostingChange, clusters: Sequence[SeenCluster]) -> str:
    """Why a machine may not get this VM, '' when it is there. Another cluster on the same connection may have it."""
    behind = [cluster for cluster in clusters if cluster.connection.casefold() == move.connection.casefold()]
    if any(move.uuid in cluster.vm_uuids for cluster in behind):
        return ""
    unread = [f"{cluster.name} could not be read ({cluster.problem})" for cluster in behind if cluster.problem]
    if not behind:
        unread = [f"no cluster behind the connection '{move.connection}' was read"]
    if unread:
        return f"nobody knows whether its VM {move.uuid} is there: {', '.join(unread)}"
    return f"its VM {move.uuid} is not on {' or '.join(all_names(behind))}"
