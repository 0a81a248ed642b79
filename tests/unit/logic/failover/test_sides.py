# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import (
    ARRIVING,
    BETWEEN,
    CONNECTED,
    LEAVING,
    ORDER,
    UNCHANGED,
    WAIT,
    Side,
    Site,
    blocked,
    choose_site,
    choose_snapshot,
    data_age,
    decide_activation,
    decide_deactivation,
    decide_migration,
    last_known,
    not_in_snapshot,
    only_copies,
    signs_of_life,
    transfers_in_the_way,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    Member,
    PdSnapshot,
    PendingChange,
    Unrecoverable,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.replication import Queued, Replication

MIGRATING = PendingChange("MIGRATE_PD", "SITE-B")
ACTIVATING = PendingChange("ACTIVATE_PD")
DEACTIVATING = PendingChange("DEACTIVATE_PD")

pending = st.sampled_from(
    [None, MIGRATING, ACTIVATING, DEACTIVATING, PendingChange("DEACTIVATE_PD", "SITE-B"), PendingChange("LATER_PD")]
)
sides = st.builds(
    Side, st.just("A"), st.just(True), st.booleans(), st.booleans(), pending, st.sampled_from(["", ARRIVING, LEAVING])
)
peers = st.none() | st.builds(
    Side, st.just("B"), st.booleans(), st.booleans(), st.just(False), pending, st.sampled_from(["", ARRIVING, LEAVING])
)
ACTIVE, INACTIVE = Side("A", True, True), Side("A", True, False)
PEER_ACTIVE, PEER_INACTIVE = Side("B", True, True), Side("B", True, False)


def member(name: str, uuid: str = "") -> Member:
    return Member(name, uuid or f"u-{name}", name, False)


def snapshot(
    number: int, state: str = "AVAILABLE", *members: Member, missing: tuple[str, ...] = (), site: str = "SITE-A"
) -> PdSnapshot:
    return PdSnapshot(
        f"{site}:{number}" if site else str(number), "PD", number * 1_000_000, None, state, (), members, None, missing
    )


# What is done.


@given(sides, peers, st.booleans())
def test_a_migration_is_ordered_only_where_it_is_active_alone_and_at_rest(
    here: Side, there: Side | None, was_here: bool
) -> None:
    decision = decide_migration("PD", here, there, was_here, ())
    if decision == ORDER:
        assert here.active
        assert not here.metro
        assert not here.direction
        assert there is None or not there.active
    if decision == UNCHANGED:
        assert not here.active
        assert not here.direction
        assert there.active if there else was_here


@given(sides, peers, st.booleans())
def test_an_activation_is_ordered_only_where_it_is_inactive_and_at_rest(
    here: Side, there: Side | None, accept: bool
) -> None:
    decision = decide_activation("PD", here, there, accept)
    if decision == ORDER:
        assert not here.active
        assert not here.metro
        assert not here.direction
        assert accept or there is None or not (there.active or there.migrates)
    if decision == UNCHANGED:
        assert here.active


@given(sides, peers)
def test_a_deactivation_is_ordered_only_while_the_peer_owns_it_at_rest(here: Side, there: Side | None) -> None:
    decision = decide_deactivation("PD", here, there)
    if decision == ORDER:
        assert here.active
        assert not here.metro
        assert not here.direction
        assert there
        assert there.known
        assert there.active
        assert not there.direction


@given(sides, peers, st.booleans())
def test_nothing_is_ordered_while_a_change_is_under_way(here: Side, there: Side | None, accept: bool) -> None:
    if here.direction:
        for decision in (
            decide_migration("PD", here, there, True, ()),
            decide_activation("PD", here, there, accept),
            decide_deactivation("PD", here, there),
        ):
            assert decision != ORDER


@pytest.mark.parametrize(
    ("here", "there", "was_here", "wanted"),
    [
        (ACTIVE, PEER_INACTIVE, True, ORDER),
        (ACTIVE, None, True, ORDER),
        (replace(ACTIVE, pending=MIGRATING), PEER_INACTIVE, True, WAIT),
        (replace(ACTIVE, pending=PendingChange("DEACTIVATE_PD", "SITE-B")), PEER_INACTIVE, True, WAIT),
        (replace(ACTIVE, running=LEAVING), None, True, WAIT),
        (INACTIVE, replace(PEER_INACTIVE, pending=ACTIVATING), True, WAIT),
        (INACTIVE, replace(PEER_ACTIVE, running=ARRIVING), True, WAIT),
        (INACTIVE, PEER_ACTIVE, True, UNCHANGED),
        (INACTIVE, None, True, UNCHANGED),
        (INACTIVE, PEER_INACTIVE, True, BETWEEN),
        (INACTIVE, Side("B", False, False), True, BETWEEN),
    ],
)
def test_the_course_of_a_migration(here: Side, there: Side | None, was_here: bool, wanted: str) -> None:
    assert decide_migration("PD", here, there, was_here, ()) == wanted


def refusal(decision: object) -> str:
    assert isinstance(decision, Refusal)
    return f"{decision.message} {decision.advice}"


def test_what_is_refused_says_why() -> None:
    assert "site 'SITE-A': run this there" in refusal(decide_migration("PD", INACTIVE, None, False, ["SITE-A"]))
    assert "split brain" in refusal(decide_migration("PD", ACTIVE, PEER_ACTIVE, True, ()))
    assert "DEACTIVATE_PD" in refusal(decide_migration("PD", replace(ACTIVE, pending=DEACTIVATING), None, True, ()))
    assert "accept_split_brain" in refusal(decide_activation("PD", INACTIVE, PEER_ACTIVE, False))
    assert "MIGRATE_PD" in refusal(decide_activation("PD", replace(ACTIVE, pending=MIGRATING), None, False))
    assert "migration" in refusal(decide_activation("PD", INACTIVE, replace(PEER_ACTIVE, pending=MIGRATING), False))
    for there, why in (
        (None, "does not answer"),
        (Side("B", False, False), "does not know it"),
        (PEER_INACTIVE, "not active on B"),
    ):
        assert why in refusal(decide_deactivation("PD", ACTIVE, there))


# Where to.


def site(
    name: str, scheduled: bool = False, fits: bool | None = None, status: str = "RELATIONSHIP_ESTABLISHED"
) -> Site:
    return Site(name, status, scheduled, fits)


@pytest.mark.parametrize(
    ("sites", "wanted", "chosen"),
    [
        ([site("B")], "", "B"),
        ([site("B", scheduled=True), site("C")], "", "B"),
        ([site("B", scheduled=True), site("C")], "C", "C"),
        ([site("B", scheduled=True), site("C", fits=True)], "", "C"),
        ([site("B", fits=False), site("C", fits=True)], "", "C"),
        ([site("B", scheduled=True, fits=False), site("C")], "", "C"),
        ([site("B", fits=False)], "B", "B"),
        ([site("B", scheduled=True, fits=True), site("C", fits=True)], "", "B"),
        ([site("B", status="")], "", "B"),
        ([site("B", fits=None), site("C", fits=None)], "C", "C"),
    ],
)
def test_the_site_that_fits(sites: list[Site], wanted: str, chosen: str) -> None:
    found = choose_site("PD", "A", sites, wanted)
    assert isinstance(found, Site)
    assert found.name == chosen


@pytest.mark.parametrize(
    ("sites", "wanted", "why"),
    [
        ([], "", "has no remote site"),
        ([site("B")], "b", "Near names are 'B'"),
        ([site("B"), site("C")], "", "'B', 'C'"),
        ([site("B", scheduled=True), site("C", scheduled=True)], "", "'B', 'C'"),
        ([site("B", fits=True), site("C")], "C", "which is 'B'"),
        ([site("B", scheduled=True, fits=False)], "", "none of its remote sites is the cluster that was given as peer"),
        ([site("B", status="UNREACHABLE")], "", "not connected"),
    ],
)
def test_no_site_fits(sites: list[Site], wanted: str, why: str) -> None:
    assert why in refusal(choose_site("PD", "A", sites, wanted))


def test_only_what_blocks_this_site_counts() -> None:
    reasons = [
        Unrecoverable("a", "1", "NGT", "C"),
        Unrecoverable("b", "2", "delta disk"),
        Unrecoverable("c", "3", "NGT", "B"),
        Unrecoverable("c", "3", "x"),
    ]
    assert blocked("PD", "A", reasons[:1], "B") is None
    assert "2 of its VMs cannot: 'b' (2): delta disk, 'c' (3): NGT, 'c' (3): x" in refusal(
        blocked("PD", "A", reasons, "B")
    )


def test_transfers_in_the_way() -> None:
    sent = Replication("B", "7", 40.0, None, None, None, False, False)
    received = replace(sent, snapshot_id="B:8", incoming=True)
    assert transfers_in_the_way("PD", "A", [sent], [Queued("B", "9")], incoming=True) is None
    assert "8 from 'B' at 40 %" in refusal(transfers_in_the_way("PD", "A", [sent, received], [], incoming=True))
    assert "7 to 'B' at 40 %, 9 to 'B' waiting" in refusal(
        transfers_in_the_way("PD", "A", [sent], [Queued("B", "9")], incoming=False)
    )
    assert transfers_in_the_way("PD", "A", [], [], incoming=False) is None


# Out of what, and what is lost.


@given(
    st.lists(
        st.builds(
            snapshot, st.integers(1, 9), st.sampled_from(["AVAILABLE", "RETAIN_FOREVER", "EXPIRED", "SCHEDULED"])
        ),
        max_size=5,
    )
)
def test_the_newest_usable_snapshot(some: list[PdSnapshot]) -> None:
    listed = sorted(some, key=lambda one: -one.created_usecs)
    found = choose_snapshot("PD", "A", listed, "")
    usable = [one.created_usecs for one in some if one.available]
    assert isinstance(found, PdSnapshot) == bool(usable)
    if isinstance(found, PdSnapshot):
        assert found.available
        assert found.created_usecs == max(usable)


def test_the_snapshot_that_was_named() -> None:
    listed = [snapshot(3), snapshot(2, "EXPIRED"), snapshot(1), snapshot(1, site="SITE-C")]
    assert choose_snapshot("PD", "A", listed, "3") == listed[0]
    assert choose_snapshot("PD", "A", listed, "SITE-C:1") == listed[3]
    assert "is EXPIRED" in refusal(choose_snapshot("PD", "A", listed, "2"))
    assert "SITE-A:1, SITE-C:1" in refusal(choose_snapshot("PD", "A", listed, "1"))
    assert "is not there" in refusal(choose_snapshot("PD", "A", listed, "13"))
    assert "only 1 that cannot be used (EXPIRED)" in refusal(choose_snapshot("PD", "A", listed[1:2], ""))


@given(st.integers(0, 2**53), st.integers(0, 2**53))
def test_data_is_never_younger_than_now(created: int, now: int) -> None:
    assert data_age(replace(snapshot(1), created_usecs=created), now) >= 0


def test_data_age_is_whole_seconds() -> None:
    assert data_age(replace(snapshot(1), created_usecs=1_500_000), 5_400_000) == 3


def test_what_a_snapshot_does_not_hold() -> None:
    some = snapshot(1, "AVAILABLE", member("a"), member("b"), missing=("c", "b"))
    assert not_in_snapshot(some, [member("a", "other uuid"), member("renamed", "u-b"), member("c"), member("d")]) == [
        ("c", "u-c"),
        ("d", "u-d"),
    ]
    assert not_in_snapshot(some, []) == [("c", "")]


def test_only_copies_go_by_name_one_for_one() -> None:
    assert only_copies([member("a"), member("b")], ["b", "c"]) == [member("a")]
    assert only_copies([member("a", "1"), member("a", "2"), member("a", "3")], ["a", "a"]) == [member("a", "3")]


SITE_A, SITE_C = Site("SITE-A", CONNECTED, False), Site("SITE-C", CONNECTED, False)
INACTIVE = Side("cluster-a", known=True, active=False)


@pytest.mark.parametrize(
    ("sites", "origins", "found"),
    [
        ([SITE_A, SITE_C], ["SITE-A", "SITE-C"], ["SITE-A"]),
        ([SITE_A, replace(SITE_C, fits_peer=True)], [], ["SITE-C"]),
        ([SITE_A, replace(SITE_C, fits_peer=True)], ["SITE-A"], ["SITE-A", "SITE-C"]),
        ([SITE_A], [], ["SITE-A"]),
        ([SITE_A, SITE_C], [], []),
        ([], ["SITE-A"], []),
    ],
)
def test_where_it_was_last(sites: list[Site], origins: list[str], found: list[str]) -> None:
    assert [site.name for site in last_known(sites, origins)] == found


@pytest.mark.parametrize(
    ("there", "site", "lives"),
    [
        (None, SITE_A, True),
        (None, replace(SITE_A, status="UNREACHABLE"), False),
        (None, replace(SITE_A, status=""), False),
        # The peer has spoken, unless it is another cluster than the one in question, or knows nothing of it.
        (INACTIVE, replace(SITE_A, fits_peer=True), False),
        (INACTIVE, SITE_A, False),
        (INACTIVE, replace(SITE_A, fits_peer=False), True),
        (replace(INACTIVE, known=False), SITE_A, True),
    ],
)
def test_who_lives_although_nobody_answers(there: Side | None, site: Site, lives: bool) -> None:
    assert bool(signs_of_life(there, [site])) is lives
