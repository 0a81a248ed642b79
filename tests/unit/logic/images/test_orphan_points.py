# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.orphan_points import (
    decide_recovery_points,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import (
    Decision,
    Image,
    Rules,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=timezone.utc)
CLUSTERS = ("cluster-a", "cluster-b")


def point(ours: bool = True, name: str = "ctx_Gold_1", origin: str = "lai") -> dict[str, Any]:
    return {
        "ext_id": "copy",
        "location_agnostic_id": origin,
        "name": name,
        "created": "2026-11-18T12:00:00Z",
        "expires": "2026-12-18T12:00:00Z",
        "ours": ours,
    }


def image(cluster: str, hours: float = 40, source: str = "lai", marked: bool = True) -> Image:
    made = NOW - timedelta(hours=hours)
    return Image(cluster, f"image on {cluster}", "ctx_Gold_1", "Gold", "1", made, marked, source)


DONE = (image("cluster-a"), image("cluster-b"))


def decided(
    which: dict[str, Any], images: tuple[Image, ...] = DONE, rules: Rules | None = None, doubts: tuple[str, ...] = ()
) -> list[Decision]:
    return decide_recovery_points([("pc", which)], images, CLUSTERS, "ctx_", rules or Rules(), NOW, doubts)


def test_the_recovery_point_of_a_finished_release_goes() -> None:
    (decision,) = decided(point())
    assert (decision.delete, decision.cluster, decision.id) == (True, "pc", "copy")
    (held,) = decided(point(), doubts=("site cvad is silent",))
    assert (held.delete, "but site cvad is silent" in held.reason) == (False, True)


def test_one_that_was_made_of_a_temporary_vm_belongs_to_the_release_of_that_vm() -> None:
    # The other cluster got its image out of the protection domain snapshot.
    images = (image("cluster-a"), image("cluster-b", source="12"))
    (decision,) = decided(point(name="ctx_1_12_Gold"), images)
    assert (decision.delete, decision.base_vm, decision.release) == (True, "Gold", "1")
    (needed,) = decided(point(name="ctx_1_12_Gold"), ())
    assert (needed.delete, needed.base_vm, needed.release) == (False, "Gold", "1")


@pytest.mark.parametrize(
    ("which", "images", "reason"),
    [
        (point(), (), "cluster-a, cluster-b can still get the image"),
        (point(), DONE[:1], "cluster-b can still get the image of release 1 out of it; it expires by itself"),
        (point(), (DONE[0], image("cluster-b", marked=False)), "cluster-b can still get"),
        (point(origin="another"), DONE, "no image of release 1 came out of it"),
        (point(), (DONE[0], image("cluster-b", 2)), "its newest image is younger than 24 h"),
        (point(ours=False, name="nightly"), DONE, "whose this copy is cannot be told"),
    ],
)
def test_it_stays_in_doubt(which: dict[str, Any], images: tuple[Image, ...], reason: str) -> None:
    (decision,) = decided(which, images)
    assert not decision.delete
    assert reason in decision.reason


def test_a_marked_copy_of_somebody_else_s_goes_with_the_release_that_came_out_of_it() -> None:
    (decision,) = decided(point(name="nightly"), DONE)
    assert (decision.delete, decision.release) == (True, "1")
    assert decided(point(name="nightly", origin="another"), DONE) == []


def test_what_no_release_has_to_do_with_is_not_told() -> None:
    assert decided(point(ours=False, origin="another")) == []
    assert decided(point(), rules=Rules(base_vms=frozenset({"Gold-Finance"}))) == []
