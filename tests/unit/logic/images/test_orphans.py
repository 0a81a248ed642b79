# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.orphans import (
    Domain,
    KeptSnapshot,
    OrphanVm,
    decide_pd_snapshots,
    decide_temporary_vms,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import (
    DAY,
    Decision,
    Image,
    Rules,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import marked_retention
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    Release,
    parse_temporary_vm_name,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=timezone.utc)
RELEASE = Release("Gold", "1")
HOUR = 3600.0


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def vm(name: str = "ctx_1_77_Gold", power_state: str = "off", cluster: str = "cluster-b") -> OrphanVm:
    says = parse_temporary_vm_name(name)
    assert says is not None
    return OrphanVm(cluster, f"uuid of {name}", name, power_state, says)


def image(cluster: str, hours: float, release: str = "1", base_vm: str = "Gold", source: str = "77") -> Image:
    return Image(
        cluster, f"{cluster}-{release}", f"ctx_{base_vm}_{release}", base_vm, release, ago(hours), True, source
    )


def kept(
    hours: float = 50,
    snapshot_id: str = "77",
    cluster: str = "cluster-a",
    release: Release | None = RELEASE,
    seconds: int = 30 * DAY,
) -> KeptSnapshot:
    retention = float(marked_retention(seconds, release.image_name) if release else seconds)
    return KeptSnapshot(
        cluster,
        "PD-Gold",
        snapshot_id,
        ago(hours),
        ago(hours) + timedelta(seconds=retention),
        retention,
        "AVAILABLE",
        True,
        ("Gold",),
    )


HOME = Domain("cluster-b", "PD-Gold", ("Gold",))


def decided(
    each: OrphanVm,
    images: tuple[Image, ...] = (),
    snapshots: tuple[KeptSnapshot, ...] = (),
    domains: tuple[Domain, ...] = (HOME,),
    doubts: tuple[str, ...] = (),
) -> Decision:
    (decision,) = decide_temporary_vms([each], images, snapshots, domains, Rules(), NOW, doubts)
    assert decision.reason
    return decision


def test_vm_whose_image_is_made_goes_at_once() -> None:
    assert decided(vm(), (image("cluster-b", 0.1),), (kept(1),)).delete
    assert not decided(vm(), (image("cluster-b", 0.1),), doubts=("site cvad is silent",)).delete
    assert not decided(
        vm(), (image("cluster-b", 100, base_vm="Gold-Finance"), image("cluster-b", 100, release="2")), (kept(1),)
    ).delete


@pytest.mark.parametrize(
    ("images", "snapshots", "domains", "reason"),
    [
        ((), (kept(1),), (HOME,), "its protection domain snapshot was taken 60 min ago"),
        ((), (kept(1, "cluster-a:77"),), (HOME,), "its protection domain snapshot was taken 60 min ago"),
        ((image("cluster-c", 3),), (kept(50),), (HOME,), "its image on another cluster was made 3 h ago"),
        (
            (),
            (kept(50),),
            (replace(HOME, last_restore=ago(0.5)),),
            "something was restored out of 'PD-Gold' here 30 min ago",
        ),
        (
            (),
            (kept(50),),
            (replace(HOME, last_restore=ago(-1)),),
            "something was restored out of 'PD-Gold' here 0 min ago",
        ),
        (
            (),
            (kept(50),),
            (replace(HOME, restoring=("cluster-a:77",)),),
            "protection domain snapshot 77 is being restored on cluster-b",
        ),
        ((), (kept(50),), (), "no protection domain that was looked at holds 'Gold'"),
        (
            (),
            (replace(kept(50), protection_domain="PD-Old"),),
            (Domain("cluster-b", "PD-Other"),),
            "no protection domain that was looked at holds 'Gold'",
        ),
    ],
)
def test_run_that_may_be_under_way_is_respected(
    images: tuple[Image, ...], snapshots: tuple[KeptSnapshot, ...], domains: tuple[Domain, ...], reason: str
) -> None:
    decision = decided(vm(), images, snapshots, domains)
    assert not decision.delete
    assert reason in decision.reason


@pytest.mark.parametrize(
    ("images", "snapshots", "domains", "reason"),
    [
        ((), (kept(50),), (HOME,), "its last sign of life is 2 days old"),
        ((), (kept(50),), (replace(HOME, last_restore=ago(30)),), "its last sign of life is 30 h old"),
        (
            (),
            (kept(50),),
            (HOME, replace(HOME, cluster="cluster-c", last_restore=ago(1))),
            "its last sign of life is 2 days old",
        ),
        ((image("cluster-a", 50),), (), (HOME,), "its last sign of life is 2 days old"),
        (
            (replace(image("cluster-a", 50), created=None),),
            (),
            (HOME,),
            "protection domain snapshot 77 that it came out of is gone",
        ),
    ],
)
def test_leftover_of_a_dead_run_goes(
    images: tuple[Image, ...], snapshots: tuple[KeptSnapshot, ...], domains: tuple[Domain, ...], reason: str
) -> None:
    decision = decided(vm(), images, snapshots, domains)
    assert decision.delete
    assert reason in decision.reason
    assert not decided(vm(), images, snapshots, domains, ("somebody is silent",)).delete


BY_HAND = replace(image("cluster-b", 900), marked=False, source="")


@pytest.mark.parametrize(
    ("name", "images", "snapshots"),
    [
        ("ctx_test_01_Gold", (), ()),
        ("ctx_Prod-A_2024_Gold", (image("cluster-b", 900),), (kept(500),)),
        # Of a release that there was, and of no snapshot of it, or only of a namesake.
        (
            "ctx_1_78_Gold",
            (image("cluster-b", 900), image("cluster-a", 900)),
            (kept(500), kept(500, "78", release=None)),
        ),
        ("ctx_1_77_Gold", (), (kept(500, release=None),)),
        ("ctx_1_77_Gold", (), (kept(500, release=Release("Gold", "2")),)),
        ("ctx_1_77_Gold", (), (replace(kept(500), vm_names=("Gold-Finance",)),)),
        ("ctx_1_77_Gold", (), (replace(kept(500), retention=None, expires=None),)),
        ("ctx_1_77_Gold", (BY_HAND,), (kept(500, "76"),)),
        ("ctx_1_77_Gold", (image("cluster-b", 900, base_vm="Gold-Finance"),), ()),
    ],
)
def test_vm_that_only_its_name_calls_ours_stays_and_is_named(
    name: str, images: tuple[Image, ...], snapshots: tuple[KeptSnapshot, ...]
) -> None:
    decision = decided(vm(name), images, snapshots)
    assert not decision.delete
    assert "only its name says that the collection made it" in decision.reason


POINT = "4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11"
OF_A_POINT = f"ctx_1_{POINT}_Gold"


@pytest.mark.parametrize(
    ("images", "reason"),
    [
        ((), f"no image that came out of recovery point {POINT} is known"),
        ((image("cluster-b", 900),), f"no image that came out of recovery point {POINT} is known"),
        ((image("cluster-a", 900, source=POINT),), "no Prism Central tells how old it is"),
        ((image("cluster-b", 3, source=POINT),), "its image here is younger than 24 h"),
    ],
)
def test_vm_of_a_recovery_point_stays_as_long_as_it_may_be_needed(images: tuple[Image, ...], reason: str) -> None:
    decision = decided(vm(OF_A_POINT), images, (kept(500),))
    assert not decision.delete
    assert reason in decision.reason


def test_vm_of_a_recovery_point_goes_after_its_image() -> None:
    made = (image("cluster-b", 30, source=POINT),)
    assert decided(vm(OF_A_POINT), made).delete
    assert not decided(vm(OF_A_POINT), made, doubts=("site cvad is silent",)).delete
    assert not decided(vm(OF_A_POINT, power_state="on"), made).delete


def test_a_marked_vm_of_a_recovery_point_goes_by_its_age() -> None:
    marked = replace(vm(OF_A_POINT), marked=True)
    assert "tells how old it is" in decided(marked).reason
    young, aged = (replace(marked, created=ago(hours)) for hours in (3, 30))
    assert "may still be under way: it was restored 3 h ago" in decided(young).reason
    assert decided(aged).delete
    assert not decided(aged, doubts=("somebody is silent",)).delete
    assert not decided(replace(aged, marked=False)).delete
    # Its image was made a moment ago, out of a VM that had been waiting for long.
    assert not decided(aged, (image("cluster-b", 1, source=POINT),)).delete


def test_started_vm_stays() -> None:
    decision = decided(vm(power_state="on"), (image("cluster-b", 100),))
    assert not decision.delete
    assert "it is in use" in decision.reason


def test_only_the_golden_vms_that_are_meant() -> None:
    rules = Rules(base_vms=frozenset({"Gold-Finance"}))
    assert decide_temporary_vms([vm()], [image("cluster-b", 100)], [], [HOME], rules, NOW, []) == []


CLUSTERS = ("cluster-a", "cluster-b")
DONE = (image("cluster-a", 40), image("cluster-b", 39))


def about(snapshot: KeptSnapshot, images: tuple[Image, ...] = DONE, doubts: tuple[str, ...] = ()) -> Decision | None:
    marks = {(each.base_vm, each.release): each.name for each in images}
    found = decide_pd_snapshots([snapshot], images, CLUSTERS, marks, Rules(), NOW, doubts)
    return found[0] if found else None


def test_snapshot_of_a_finished_release_goes() -> None:
    for snapshot in (kept(), kept(snapshot_id="cluster-a:77", cluster="cluster-b")):
        decision = about(snapshot)
        assert decision
        assert decision.delete
        assert "release 1 is finished" in decision.reason
        held = about(snapshot, doubts=("somebody is silent",))
        assert held
        assert not held.delete


def test_stray_snapshot_of_a_finished_release_goes_only_with_an_exact_mark() -> None:
    stray = kept(snapshot_id="80")
    decision = about(stray)
    assert decision
    assert decision.delete
    assert "which came out of another snapshot" in decision.reason
    assert stray.retention is not None
    shortened = about(replace(stray, retention=stray.retention - 3.5))
    assert shortened
    assert not shortened.delete
    scheduled = about(replace(stray, oob=False))
    assert scheduled
    assert not scheduled.delete


@pytest.mark.parametrize(
    ("snapshot", "images", "reason"),
    [
        (kept(), DONE[:1], "cluster-b can still get the image of release 1 out of it"),
        (kept(), (DONE[0], image("cluster-b", 2)), "may still be under way"),
        (replace(kept(), state="SCHEDULED"), DONE, "its state is SCHEDULED"),
    ],
)
def test_snapshot_that_may_be_needed_stays(snapshot: KeptSnapshot, images: tuple[Image, ...], reason: str) -> None:
    decision = about(snapshot, images)
    assert decision
    assert not decision.delete
    assert reason in decision.reason


def test_foreign_snapshots_are_not_even_spoken_of() -> None:
    assert about(kept(release=None, seconds=86400)) is None
    assert about(replace(kept(), vm_names=("Gold-Finance",))) is None
    assert about(replace(kept(), retention=None, expires=None)) is None
    assert about(kept(), ()) is None


@given(
    st.integers(1, 400 * DAY), st.floats(0, 1, exclude_max=True), st.booleans(), st.sampled_from(("77", "80", "x:77"))
)
def test_what_no_image_came_out_of_never_goes_by_chance(
    seconds: int, fraction: float, oob: bool, snapshot_id: str
) -> None:
    retention = seconds + fraction
    decision = about(replace(kept(), retention=retention, oob=oob, id=snapshot_id))
    if decision and decision.delete:
        assert snapshot_id.endswith("77") or retention == marked_retention(seconds, RELEASE.image_name)
