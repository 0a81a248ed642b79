# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which member is meant, and which snapshot a release has made."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import marked_retention
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    Made,
    Member,
    PdSnapshot,
    PendingSchedule,
    holds,
    made_by_release,
    members_called,
    origin_sites,
    snapshots_with_origin,
)

GOLD = Member("Gold", "uuid-1", "Gold", False)
OTHER_GOLD = Member("Gold", "uuid-2", "Gold", False)
FINANCE = Member("Gold-Finance", "uuid-3", "Gold-Finance", False)
MARK = "ctx_Gold_r1"
CREATED = 1_700_000_000_000_000


def snapshot(
    snapshot_id: str = "11",
    mark: str | None = MARK,
    members: tuple[Member, ...] = (GOLD,),
    state: str = "AVAILABLE",
    schedules: tuple[int, ...] = (10,),
    created: int = CREATED,
) -> PdSnapshot:
    expiry = None if mark is None else created + marked_retention(86400, mark) * 1_000_000
    return PdSnapshot(snapshot_id, "PD", created, expiry, state, schedules, members, 1)


def order(schedule_id: int, mark: str | None = MARK) -> PendingSchedule:
    return PendingSchedule(schedule_id, None if mark is None else marked_retention(86400, mark), ())


def test_the_release_finds_its_snapshot() -> None:
    ours = snapshot()
    others = [
        snapshot("12", mark="ctx_Gold_r2"),
        snapshot("13", mark=None),
        snapshot("14", schedules=()),
        snapshot("15", state="EXPIRED"),
        snapshot("16", members=(FINANCE,)),
        snapshot("17", members=(OTHER_GOLD,)),
        snapshot("cluster-b:18"),
        snapshot("19", members=()),
    ]
    assert made_by_release([*others, ours], [], GOLD, MARK) == Made(snapshot=ours)
    assert made_by_release(others, [], GOLD, MARK) == Made()


@given(st.permutations(["9", "10", "101"]))
def test_of_several_the_oldest_is_the_releases(ids: list[str]) -> None:
    found = [snapshot(one, created=CREATED + int(one)) for one in ids]
    made = made_by_release(found, [order(5)], GOLD, MARK)
    assert made.snapshot is not None
    assert made.snapshot.snapshot_id == "9"
    assert [stray.snapshot_id for stray in made.strays] == ["10", "101"]
    assert made.schedule is None


def test_snapshots_of_one_moment_are_told_apart_by_number_and_not_by_text() -> None:
    made = made_by_release([snapshot("101"), snapshot("99")], [], GOLD, MARK)
    assert made.snapshot is not None
    assert made.snapshot.snapshot_id == "99"


def test_an_order_under_way_is_found_by_its_mark() -> None:
    assert made_by_release([], [order(3, "ctx_Gold_r2"), order(2, None), order(5), order(4)], GOLD, MARK) == Made(
        schedule=order(4)
    )


def test_a_snapshot_without_ids_of_its_vms_is_judged_by_names() -> None:
    nameless = Member("Gold", "", "Gold", False)
    assert holds(snapshot(members=(nameless,)), GOLD)
    assert not holds(snapshot(members=(nameless,)), FINANCE)


def test_members_are_found_by_whole_names() -> None:
    everybody = [GOLD, OTHER_GOLD, FINANCE]
    assert members_called(everybody, "Gold", "") == [GOLD, OTHER_GOLD]
    assert members_called(everybody, "Gold", "uuid-2") == [OTHER_GOLD]
    assert members_called(everybody, "gold", "") == []
    assert members_called(everybody, "Gold-Finance", "uuid-1") == []


def test_a_snapshot_is_found_by_the_part_after_the_last_colon() -> None:
    listed = [snapshot("cluster-a:11"), snapshot("site:with:colons:12"), snapshot("112"), snapshot("x:112")]
    assert [found.snapshot_id for found in snapshots_with_origin(listed, "11")] == ["cluster-a:11"]
    assert [found.snapshot_id for found in snapshots_with_origin(listed, "other:12")] == ["site:with:colons:12"]
    assert [found.snapshot_id for found in snapshots_with_origin(listed, "112")] == ["112"]
    assert snapshots_with_origin(listed, "1") == []


def test_several_of_one_origin_are_all_given_unless_one_is_named_whole() -> None:
    listed = [snapshot("a:11"), snapshot("b:11")]
    assert len(snapshots_with_origin(listed, "11")) == 2
    assert [found.snapshot_id for found in snapshots_with_origin(listed, "b:11")] == ["b:11"]


def test_where_the_snapshots_come_from() -> None:
    listed = [
        snapshot("a:1", created=CREATED),
        snapshot("b:2", created=CREATED + 1),
        snapshot("3"),
        snapshot("a:4", created=CREATED + 2),
    ]
    assert origin_sites(listed) == ["a", "b"]
