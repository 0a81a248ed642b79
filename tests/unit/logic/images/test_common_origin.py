# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One protection domain snapshot is the origin of a release that travels both ways."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.common_origin import (
    common_snapshot,
    oldest_point,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release

GOLD = Release("Gold", "r1")
POINT, OTHER = "4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11", "9a1d7c50-2b3e-4f7c-8a0a-6a4b3b2a1c10"


def point(name: str = "ctx_r1_12_Gold", lineage: str = POINT, **more: Any) -> dict[str, Any]:
    return {
        "ext_id": f"{lineage[:8]}-copy",
        "location_agnostic_id": lineage,
        "name": name,
        "ours": True,
        "created": "2026-11-20T10:00:00Z",
        "cluster_uuids": ["a"],
        **more,
    }


@pytest.mark.parametrize(
    ("lineage", "points", "snapshot"),
    [
        ([], [], ""),
        (["12"], [], "12"),
        ([POINT], [point(), point(cluster_uuids=["b"])], "12"),
        (["12", POINT], [point()], "12"),
        # The recovery point has served its purpose, and an image tells the snapshot.
        (["12", POINT], [], "12"),
    ],
)
def test_the_snapshot_that_all_images_came_out_of(
    lineage: list[str], points: list[dict[str, Any]], snapshot: str
) -> None:
    assert common_snapshot(lineage, points, GOLD) == snapshot


@pytest.mark.parametrize(
    ("lineage", "points", "words"),
    [
        (["12", "13"], [], "different snapshots"),
        ([POINT, OTHER], [point(), point(lineage=OTHER)], "different snapshots"),
        (["13", POINT], [point()], "different snapshots"),
        ([POINT], [], "which is gone"),
        ([POINT], [point(name="ctx_Gold_r1")], "was not made from a protection domain snapshot"),
        ([POINT], [point(ours=False)], "was not made from a protection domain snapshot"),
        ([POINT], [point(name="ctx_r2_12_Gold")], "was not made from a protection domain snapshot"),
    ],
)
def test_images_without_one_origin_are_refused(lineage: list[str], points: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        common_snapshot(lineage, points, GOLD)


def test_of_several_recovery_points_the_oldest_is_taken_and_its_copy_at_the_source() -> None:
    younger = point(lineage=OTHER, created="2026-11-20T11:00:00Z")
    foreign = point(ours=False, created="2026-11-20T09:00:00Z")
    here, there = point(cluster_uuids=["a"]), point(cluster_uuids=["b"])
    assert oldest_point([younger, there, foreign, here], "a") is here
    assert oldest_point([younger, there], "a") is there
    assert oldest_point([foreign], "a") == {}
