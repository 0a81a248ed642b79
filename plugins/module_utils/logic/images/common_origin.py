# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A release that reaches some clusters by a protection domain and the others through Prism Centrals: one protection
domain snapshot is the origin of all its images. The recovery point is one of the temporary VM that was restored from
this snapshot, and bears the name of that VM, which tells the snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    Release,
    parse_temporary_vm_name,
)

Facts = dict[str, Any]


def snapshot_of(point: Facts, release: Release) -> str:
    """The snapshot that a recovery point of the collection came out of, '' when it tells none of this release."""
    says = parse_temporary_vm_name(point["name"], release.prefix) if point["ours"] else None
    if says and says.release == release and not says.of_recovery_point:
        return says.snapshot_id
    return ""


def common_snapshot(lineage: Sequence[str], points: Sequence[Facts], release: Release) -> str:
    """The protection domain snapshot that the images which are there came out of, '' when there is none yet.

    `lineage` are the snapshots and recovery points that images tell, `points` the copies of these recovery points, as
    pc_recovery_point_info returns them. Raises Refusal when the images do not have one origin, or nobody tells it.
    """
    recovery_points = [origin for origin in lineage if "-" in origin]
    told = {origin for origin in lineage if "-" not in origin}
    copies = [point for point in points if point["location_agnostic_id"] in recovery_points]
    told |= {snapshot for point in copies if (snapshot := snapshot_of(point, release))}
    if len(recovery_points) > 1 or len(told) > 1:
        origins = ", ".join(dict.fromkeys([*lineage, *sorted(told)]))
        raise Refusal(
            f"the images called '{release.image_name}' came out of different snapshots ({origins}), so they are not"
            " identical",
            "Remove those of the wrong snapshot, or use a new release id.",
        )
    if recovery_points and not told:
        why = "was not made from a protection domain snapshot" if copies else "is gone"
        raise Refusal(
            f"the images called '{release.image_name}' came out of recovery point {recovery_points[0]}, which {why}, so"
            " that nobody can tell which protection domain snapshot is identical",
            "Use a new release id.",
        )
    return next(iter(told), "")


def oldest_point(points: Sequence[Facts], cluster_uuid: str) -> Facts:
    """Of the copies of recovery points of one name that the collection made, that of the oldest, at this cluster where
    there is one; {} when there is none. Two runs at once may have made one each."""
    ours = sorted(
        (point for point in points if point["ours"]), key=lambda point: (str(point["created"]), point["ext_id"])
    )
    if not ours:
        return {}
    copies = [point for point in ours if point["location_agnostic_id"] == ours[0]["location_agnostic_id"]]
    return next((copy for copy in copies if cluster_uuid in copy["cluster_uuids"]), copies[0])
