# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recovery points and their copies that runs have left behind on Prism Centrals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import (
    Decision,
    Image,
    Rules,
    came_out_of,
    may_be_under_way,
    proven_images,
    span,
    without_image,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    Release,
    parse_image_name,
    parse_temporary_vm_name,
)

KIND = "recovery point"
Facts = Mapping[str, Any]


def decide_recovery_points(
    points: Iterable[tuple[str, Facts]],
    images: Sequence[Image],
    clusters: Collection[str],
    prefix: str,
    rules: Rules,
    now: datetime,
    doubts: Sequence[str],
) -> list[Decision]:
    """Keep or delete each copy that bears the mark of the collection. `points` are pairs of the inventory host of a
    Prism Central and a copy as pc_recovery_point_info returns it; `images` the AHV snapshots of all clusters.

    A copy of what a policy or a person made looks like theirs, whoever ordered it; so it stays, and is told only when
    an image came out of it.
    """
    decisions = []
    for host, point in points:
        release = _release_out_of(point, images, prefix)
        if release is None and point["ours"]:
            release = _release_named(point["name"], prefix)
        if release and rules.concerns(release.base_vm):
            delete, reason = _judged(point, release, images, clusters, rules, now)
            if delete and doubts:
                delete, reason = False, f"would go ({reason}), but {doubts[0]}"
            decisions.append(
                Decision(
                    host,
                    KIND,
                    point["name"],
                    point["ext_id"],
                    release.base_vm,
                    release.release,
                    delete,
                    reason,
                    parse_moment(point.get("created")),
                )
            )
    return decisions


def _release_named(name: str, prefix: str) -> Release | None:
    """A recovery point is called like the image, or like the temporary VM that it was made of."""
    says = parse_temporary_vm_name(name, prefix)
    if says:
        return says.release
    return parse_image_name(name, prefix)


def _release_out_of(point: Facts, images: Sequence[Image], prefix: str) -> Release | None:
    """The release whose image came out of a recovery point, whatever that is called."""
    origin = point["location_agnostic_id"]
    return next((Release(each.base_vm, each.release, prefix) for each in images if each.source == origin), None)


def _judged(
    point: Facts, release: Release, images: Sequence[Image], clusters: Collection[str], rules: Rules, now: datetime
) -> tuple[bool, str]:
    """Whether a copy may go, and why."""
    expires = f"; it expires by itself at {point['expires']}" if point.get("expires") else ""
    if not point["ours"]:
        return False, f"a policy or a person made the recovery point, and whose this copy is cannot be told{expires}"
    own = proven_images(images, release.base_vm, release.release)
    missing = without_image(clusters, own)
    if missing:
        return False, f"{', '.join(missing)} can still get the image of release {release.release} out of it{expires}"
    if not came_out_of(own, point["location_agnostic_id"]):
        return False, f"no image of release {release.release} came out of it{expires}"
    if may_be_under_way(own, rules, now):
        return (
            False,
            f"release {release.release} may still be under way: its newest image is younger than"
            f" {span(rules.janitor_age)}{expires}",
        )
    return True, f"release {release.release} is finished: every cluster has its image"
