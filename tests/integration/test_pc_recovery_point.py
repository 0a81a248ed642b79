# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pc_recovery_point, pc_recovery_point_info"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    read_recovery_point,
    remove_recovery_point,
    set_expiry,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from harness.centrals import Centrals
from harness.modules import run_module

NAME = "ctx_Gold_r1"
WEEK = 7 * 24 * 3600


def make(centrals: Centrals, check: bool = False, **options: Any) -> dict[str, Any]:
    return centrals.east("pc_recovery_point", check=check, **{"name": NAME, "vm_name": "Gold", **options})


def points(centrals: Centrals) -> list[dict[str, Any]]:
    return list(centrals.state()["recovery_points"])


def creations(centrals: Centrals) -> int:
    return len(centrals.asked("POST", "/recovery-points$"))


@pytest.mark.parametrize("version", ["pc.2024.3.1", "pc.7.3", "pc.7.5.1", "pc.7.6"])
def test_made_as_predicted_and_then_adopted(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version)
    predicted = make(centrals, check=True)
    assert centrals.writes() == []
    assert predicted["changed"] is True
    result = make(centrals)
    point = result["recovery_point"]
    assert [piece["phase"] for piece in result["timeline"]] == ["recovery_point"]
    assert {key: point[key] for key in ("name", "kind", "cluster_uuids", "ours")} == {
        key: predicted["recovery_point"][key] for key in ("name", "kind", "cluster_uuids", "ours")
    }
    assert result["diff"]["after"]["recovery_point"] == point
    assert point["ours"] is True
    assert point["vms"][0]["uuid"] == centrals.vm("Gold")
    assert [each["ext_id"] for each in points(centrals)] == [point["ext_id"]]
    centrals.lab.forget()
    again = make(centrals)
    assert (again["changed"], again["recovery_point"], centrals.writes()) == (False, point, [])


def seconds_left(point: dict[str, Any]) -> float:
    expires, created = parse_moment(point["expires"]), parse_moment(point["created"])
    assert expires is not None
    assert created is not None
    return (expires - created).total_seconds()


def test_it_always_expires_and_its_mark_costs_less_than_a_day(centrals: Centrals) -> None:
    assert 30 * 86400 - 3600 < seconds_left(make(centrals)["recovery_point"]) < 31 * 86400
    short = make(centrals, name="ctx_Gold_r2", retention=WEEK)["recovery_point"]
    assert WEEK - 3600 < seconds_left(short) < WEEK + 86400
    assert "not possible" in centrals.east.fails("pc_recovery_point", name=NAME, vm_name="Gold", retention=0)


def test_one_that_is_about_to_expire_gets_its_time_again(centrals: Centrals) -> None:
    first = make(centrals, retention=WEEK)["recovery_point"]
    longer = make(centrals, retention=4 * WEEK)
    assert longer["changed"] is True
    assert [piece["phase"] for piece in longer["timeline"]] == ["expiry"]
    assert longer["recovery_point"]["ext_id"] == first["ext_id"]
    assert seconds_left(longer["recovery_point"]) > 4 * WEEK - 3600
    assert make(centrals, retention=4 * WEEK)["changed"] is False
    assert make(centrals, retention=WEEK)["recovery_point"] == longer["recovery_point"]


def test_one_of_an_id_lives_on_and_is_never_made(centrals: Centrals) -> None:
    first = make(centrals, retention=WEEK)["recovery_point"]
    # Another VM of the name does not matter.
    centrals.change("delete_vm", "a", vm="Gold")
    longer = centrals.east("pc_recovery_point", ext_id=first["ext_id"], retention=4 * WEEK)
    assert (longer["changed"], longer["recovery_point"]["ext_id"]) == (True, first["ext_id"])
    assert longer["recovery_point"]["ours"] is True
    assert seconds_left(longer["recovery_point"]) > 4 * WEEK - 3600
    again = centrals.east("pc_recovery_point", ext_id=first["ext_id"], retention=4 * WEEK)
    assert (again["changed"], again["recovery_point"]) == (False, longer["recovery_point"])
    foreign = centrals.change("recovery_point", vm="On", name="nightly")["ext_id"]
    assert "does not bear the mark" in centrals.east.fails("pc_recovery_point", ext_id=foreign, force=True)
    unknown = "0b6b8d2c-3f0e-4b7a-9a55-6b1f9c2f7d10"
    assert "has no recovery point" in centrals.east.fails("pc_recovery_point", ext_id=unknown)
    assert len(points(centrals)) == 2


def test_an_application_consistent_one(centrals: Centrals) -> None:
    assert make(centrals, kind="application_consistent")["recovery_point"]["kind"] == "application_consistent"
    result = make(centrals)
    assert result["changed"] is False
    assert "is application_consistent, not crash_consistent" in str(result["warnings"])


@pytest.mark.parametrize("name", ["", "ctx_", "Gold_r1"])
def test_a_name_without_the_prefix_is_refused(centrals: Centrals, name: str) -> None:
    message = centrals.east.fails("pc_recovery_point", name=name, vm_name="Gold")
    assert "prefix" in message
    assert centrals.lab.requests() == []


def test_one_of_the_name_that_somebody_else_made_is_not_taken_for_ours(centrals: Centrals) -> None:
    foreign = centrals.change("recovery_point", vm="Gold", name=NAME)["ext_id"]
    for check in (True, False):
        message = centrals.east.fails("pc_recovery_point", check=check, name=NAME, vm_name="Gold")
        assert foreign in message
    assert centrals.writes() == []


def test_a_policy_that_fires_meanwhile_is_not_taken_for_ours(centrals: Centrals) -> None:
    centrals.change("policy", name="P", category="App/Gold", every_seconds=3600, to=[{"cluster": "b"}])
    centrals.lab.skip(10)
    point = make(centrals)["recovery_point"]
    made_by = {each["ext_id"]: each["policy"] for each in points(centrals)}
    assert made_by[point["ext_id"]] is None
    assert any(made_by.values())


def test_a_name_on_two_clusters_is_refused_with_both_ids(centrals: Centrals) -> None:
    message = centrals.east.fails("pc_recovery_point", name=NAME, vm_name="Twin")
    assert centrals.vm("Twin", "a") in message
    assert centrals.vm("Twin", "b") in message
    point = make(centrals, vm_name="Twin", cluster_uuid=centrals.cluster("b"))["recovery_point"]
    assert point["vms"][0]["uuid"] == centrals.vm("Twin", "b")
    assert "no VM called" in centrals.east.fails("pc_recovery_point", name=NAME, vm_name="gold")
    assert "is called 'Gold'" in centrals.east.fails(
        "pc_recovery_point", name=NAME, vm_name="Twin", vm_uuid=centrals.vm("Gold")
    )


def test_a_vm_on_another_cluster_is_refused(centrals: Centrals) -> None:
    gold = {"vm_name": None, "vm_uuid": centrals.vm("Gold")}
    message = centrals.east.fails("pc_recovery_point", name=NAME, cluster_uuid=centrals.cluster("b"), **gold)
    assert centrals.cluster("a") in message
    point = make(centrals, **gold, cluster_uuid=centrals.cluster("a"))["recovery_point"]
    assert make(centrals, **gold, cluster_uuid=centrals.cluster("b"))["recovery_point"] == point


def test_a_running_vm_is_refused_where_it_must_not_run(centrals: Centrals) -> None:
    message = centrals.east.fails("pc_recovery_point", name=NAME, vm_name="On", require_powered_off=True)
    assert "is on" in message
    assert make(centrals, vm_name="On")["changed"] is True
    assert make(centrals, vm_name="On", require_powered_off=True)["changed"] is False


def test_what_was_made_is_adopted_after_its_vm_is_gone(centrals: Centrals) -> None:
    uuid = centrals.vm("Gold")
    point = make(centrals, vm_name=None, vm_uuid=uuid)["recovery_point"]
    centrals.change("delete_vm", "a", vm=uuid)
    assert make(centrals, vm_name=None, vm_uuid=uuid)["recovery_point"] == point
    assert "neither" in centrals.east.fails("pc_recovery_point", name="ctx_Gold_r2", vm_uuid=uuid)


# Killed and repeated.


@pytest.mark.parametrize("lost", ["before", "after"])
def test_an_answer_that_is_lost_makes_no_second_one(centrals: Centrals, lost: str) -> None:
    centrals.fault("/recovery-points", {"drop": lost}, method="POST", nth=1)
    make(centrals)
    assert len(points(centrals)) == 1


@pytest.mark.parametrize("lag", [0, 6000])
@pytest.mark.parametrize("seconds", [0, 200], ids=["under_way", "ended"])
def test_what_a_killed_run_had_ordered_is_adopted(centrals: Centrals, lag: float, seconds: float) -> None:
    # Slower than usual, so that a busy machine does not let hours pass
    centrals.lab.run_at(60)
    centrals.behave(index_lag_seconds=lag)
    centrals.lab.change([{"endpoint": "east", "kind": "durations", "recovery_point": 90}])
    centrals.fault("/recovery-points", {"drop": "after"}, method="POST")
    message = centrals.east.fails("pc_recovery_point", name=NAME, vm_name="Gold")
    assert "may have taken effect" in message
    centrals.lab.clear_faults()
    centrals.lab.skip(seconds)
    centrals.lab.forget()
    result = make(centrals)
    assert result["changed"] is False
    assert creations(centrals) == 0
    assert [each["ext_id"] for each in points(centrals)] == [result["recovery_point"]["ext_id"]]


@pytest.mark.parametrize("lost", ["task_list", "all"])
def test_what_a_killed_run_had_ordered_is_found_without_the_list_of_tasks(centrals: Centrals, lost: str) -> None:
    """Nobody knows what the task is called that makes a recovery point."""
    centrals.behave(index_lag_seconds=100000)
    first = make(centrals)["recovery_point"]
    if lost == "all":
        centrals.change("delete_recovery_point", ext_id=first["ext_id"])
    centrals.fault(r"/tasks\?", {"status": 200, "body": {"metadata": {}}})
    point = make(centrals)["recovery_point"]
    assert (point["ext_id"] == first["ext_id"]) == (lost == "task_list")
    assert [each["ext_id"] for each in points(centrals)] == [point["ext_id"]]


def test_what_policies_made_meanwhile_costs_one_question(centrals: Centrals) -> None:
    for number in range(5):
        make(centrals, name=f"ctx_Gold_other-{number}")
    centrals.lab.forget()
    make(centrals)
    # Only the new one is read by itself, twice where its task has ended before it is looked at.
    assert len({request["path"] for request in centrals.asked("GET", "/recovery-points/")}) == 1
    assert len(centrals.asked("GET", "/recovery-points$")) == 2


def test_one_that_was_begun_for_another_name_is_not_adopted(centrals: Centrals) -> None:
    centrals.behave(index_lag_seconds=100000)
    other = make(centrals, name="ctx_Gold_r0")["recovery_point"]
    assert make(centrals)["recovery_point"]["ext_id"] != other["ext_id"]
    assert len(points(centrals)) == 2


def test_what_its_task_leaves_may_come_late(centrals: Centrals) -> None:
    centrals.behave(task_entities_lag_seconds=300)
    assert make(centrals)["changed"] is True


def test_a_task_that_fails_is_told_and_a_later_run_makes_it(centrals: Centrals) -> None:
    centrals.fault("/recovery-points", {"fail_task": "the pool is full"}, method="POST")
    assert "the pool is full" in centrals.east.fails("pc_recovery_point", name=NAME, vm_name="Gold")
    centrals.lab.clear_faults()
    assert make(centrals)["changed"] is True


def test_however_often_it_failed_a_later_run_makes_it(centrals: Centrals) -> None:
    for _again in range(4):
        centrals.fault("/recovery-points", {"fail_task": "the pool is full"}, method="POST", times=10)
        assert "the pool is full" in centrals.east.fails("pc_recovery_point", name=NAME, vm_name="Gold")
        centrals.lab.clear_faults()
    assert make(centrals)["changed"] is True
    assert len(points(centrals)) == 1


def test_an_expiry_that_is_not_kept_is_told(centrals: Centrals) -> None:
    vm, point = centrals.vm("Gold"), "1ca2963d-77b6-453a-ae23-2c19e7a954a3"
    told = {
        "extId": point,
        "name": NAME,
        "recoveryPointType": "CRASH_CONSISTENT",
        "creationTime": "2029-12-01T00:00:00Z",
        "expirationTime": "2030-01-01T00:00:00Z",
        "vmRecoveryPoints": [{"vmExtId": vm, "extId": point}],
    }
    centrals.fault(r"/recovery-points/[0-9a-f-]+$", {"status": 200, "body": {"data": told}}, method="GET")
    warnings = str(make(centrals, kind="application_consistent")["warnings"])
    assert "cannot be recognised" in warnings
    assert "is crash_consistent, not application_consistent" in warnings


# Removing.


FIRST = "ctx_r1_12_Gold"


def test_one_of_a_vm_that_is_yet_to_be_restored_is_only_planned(centrals: Centrals) -> None:
    planned = make(centrals, check=True, name=FIRST, vm_name=None, vm_uuid="", cluster_uuid=centrals.cluster("a"))
    assert planned["changed"] is True
    assert planned["recovery_point"]["cluster_uuids"] == [centrals.cluster("a")]
    assert "Say which VM is meant" in centrals.east.fails("pc_recovery_point", name=FIRST, vm_uuid="")
    assert centrals.writes() == []


def test_a_temporary_vm_that_prism_central_does_not_know_yet_is_waited_for(centrals: Centrals) -> None:
    centrals.fault(f"/vms/{centrals.vm('Gold')}$", {"status": 404}, times=2)
    assert make(centrals, name=FIRST, vm_name=None, vm_uuid=centrals.vm("Gold"))["recovery_point"]["name"] == FIRST


def test_of_two_temporary_vms_of_one_name_the_older_recovery_point_counts(centrals: Centrals) -> None:
    first = make(centrals, name=FIRST, vm_name=None, vm_uuid=centrals.vm("Twin"))["recovery_point"]
    second = make(centrals, name=FIRST, vm_name=None, vm_uuid=centrals.vm("Gold"))["recovery_point"]
    assert second["ext_id"] == first["ext_id"]
    named = centrals.east("pc_recovery_point_info", name=FIRST)["recovery_points"]
    assert len(named) == 2
    assert all(point["ours"] for point in named)


def test_removed_as_predicted_and_then_unchanged(centrals: Centrals) -> None:
    ext_id = make(centrals)["recovery_point"]["ext_id"]
    keep = make(centrals, name="ctx_Gold_r2")["recovery_point"]["ext_id"]
    centrals.lab.forget()
    predicted = centrals.east("pc_recovery_point", check=True, ext_id=ext_id, state="absent")
    assert (predicted["changed"], centrals.writes()) == (True, [])
    result = centrals.east("pc_recovery_point", ext_id=ext_id, name=NAME, state="absent")
    assert result["recovery_point"] is None
    assert [each["ext_id"] for each in points(centrals)] == [keep]
    centrals.lab.forget()
    assert centrals.east("pc_recovery_point", ext_id=ext_id, state="absent")["changed"] is False
    assert centrals.writes() == []


def test_many_go_side_by_side_and_one_that_cannot_holds_up_no_other(centrals: Centrals) -> None:
    ids = [make(centrals, name=f"ctx_Gold_r{number}")["recovery_point"]["ext_id"] for number in range(4)]
    predicted = centrals.east("pc_recovery_point", check=True, ext_ids=ids, state="absent")
    assert predicted["removed"] == ids
    centrals.fault(ids[1], {"status": 403}, method="DELETE")
    failed = run_module("pc_recovery_point", {**centrals.east.options, "ext_ids": ids, "state": "absent"})
    assert (failed["failed"], failed["changed"]) == (True, True)
    assert failed["removed"] == [ids[0], *ids[2:]]
    assert [each["ext_id"] for each in points(centrals)] == [ids[1]]
    centrals.lab.clear_faults()
    assert centrals.east("pc_recovery_point", ext_ids=ids, state="absent")["removed"] == [ids[1]]
    assert centrals.east("pc_recovery_point", ext_ids=ids, state="absent")["changed"] is False
    assert centrals.east("pc_recovery_point", ext_ids=[], state="absent")["changed"] is False
    # One that somebody else made keeps all: the wish is wrong.
    foreign = centrals.change("recovery_point", vm="Gold", name="nightly")["ext_id"]
    ours = make(centrals)["recovery_point"]["ext_id"]
    assert "refused" in centrals.east.fails("pc_recovery_point", ext_ids=[ours, foreign], state="absent")
    assert len(points(centrals)) == 2


@pytest.mark.parametrize("name", [NAME, "policy-1"])
def test_what_is_not_ours_is_kept_unless_forced(centrals: Centrals, name: str) -> None:
    ext_id = centrals.change("recovery_point", vm="Gold", name=name)["ext_id"]
    for check in (True, False):
        assert "refused" in centrals.east.fails("pc_recovery_point", check=check, ext_id=ext_id, state="absent")
    assert centrals.writes() == []
    assert centrals.east("pc_recovery_point", ext_id=ext_id, state="absent", force=True)["changed"] is True
    assert points(centrals) == []


def test_one_that_somebody_wants_to_keep_meanwhile_is_kept(centrals: Centrals) -> None:
    ext_id = make(centrals)["recovery_point"]["ext_id"]
    client = centrals.client()
    point = read_recovery_point(client, ext_id)
    assert point is not None
    set_expiry(client, point, client.now() + timedelta(days=300), "keeping", 30, lambda line: None)
    with pytest.raises(OperationError, match="wants to keep it"):
        remove_recovery_point(client, point, "removing", 30, lambda line: None)
    assert centrals.asked("DELETE", ext_id) == []


def test_another_prefix_or_name_is_not_ours(centrals: Centrals) -> None:
    ext_id = make(centrals)["recovery_point"]["ext_id"]
    for more in ({"prefix": "lab_"}, {"name": "ctx_Gold_r2"}):
        assert ext_id in centrals.east.fails("pc_recovery_point", ext_id=ext_id, state="absent", **more)
    assert len(points(centrals)) == 1


def test_copies_elsewhere_stay(centrals: Centrals) -> None:
    point = make(centrals)["recovery_point"]
    target = {"pcExtId": centrals.state()["uuid"], "clusterExtId": centrals.cluster("b")}
    path = f"/config/recovery-points/{point['ext_id']}/$actions/replicate"
    centrals.client().order("POST", "dataprotection", path, target)
    centrals.lab.skip(600)
    assert len(points(centrals)) == 2
    assert make(centrals)["recovery_point"] == point
    copies = centrals.east("pc_recovery_point_info", location_agnostic_id=point["location_agnostic_id"])
    assert {copy["cluster_uuids"][0] for copy in copies["recovery_points"]} == {
        centrals.cluster("a"),
        centrals.cluster("b"),
    }
    assert [copy["ours"] for copy in copies["recovery_points"]] == [True, True]
    centrals.east("pc_recovery_point", ext_id=point["ext_id"], state="absent")
    assert [each["cluster_ext_id"] for each in points(centrals)] == [centrals.cluster("b")]


# Reading.


def test_the_newest_at_one_location_is_one_question(centrals: Centrals) -> None:
    vm = centrals.vm("Gold")
    for number in range(3):
        centrals.change("recovery_point", vm="Gold", name=f"rp-{number}")
        centrals.lab.skip(3600)
    centrals.change("recovery_point", vm="On", name="other")
    centrals.lab.forget()
    (newest,) = centrals.east(
        "pc_recovery_point_info", vm_uuid=vm, cluster_uuid=centrals.cluster("a"), newest_only=True
    )["recovery_points"]
    assert newest["name"] == "rp-2"
    (asked,) = centrals.asked("GET", "/recovery-points")
    assert asked["query"]["$limit"] == ["1"]
    everything = centrals.east("pc_recovery_point_info", vm_uuid=vm)["recovery_points"]
    assert [point["name"] for point in everything] == ["rp-2", "rp-1", "rp-0"]
    since = centrals.east("pc_recovery_point_info", vm_uuid=vm, since=everything[1]["created"])["recovery_points"]
    assert [point["name"] for point in since] == ["rp-2", "rp-1"]
    assert centrals.east("pc_recovery_point_info", vm_uuid=vm, name="rp-0")["recovery_points"] == everything[2:]
    assert centrals.east("pc_recovery_point_info", ext_id=newest["ext_id"])["recovery_points"] == [newest]
    assert centrals.east("pc_recovery_point_info", ext_id="nobody")["recovery_points"] == []
    lineages = [point["location_agnostic_id"] for point in everything[:2]]
    several = centrals.east("pc_recovery_point_info", location_agnostic_ids=[*lineages, "nobody"])["recovery_points"]
    assert several == everything[:2]
    assert centrals.writes() == []
    assert "since" in centrals.east.fails("pc_recovery_point_info", vm_uuid=vm, since="yesterday")
    result = run_module("pc_recovery_point_info", {**centrals.east.options, "vm_uuid": ""})
    assert "vm_uuid is empty" in result["msg"]


@pytest.mark.parametrize("listed", [False, True])
def test_copies_under_another_prism_central(centrals: Centrals, listed: bool) -> None:
    centrals.behave(remote_copies_listed=listed)
    point = make(centrals)["recovery_point"]
    target = {"pcExtId": centrals.state("west")["uuid"], "clusterExtId": centrals.cluster("c", "west")}
    path = f"/config/recovery-points/{point['ext_id']}/$actions/replicate"
    centrals.client().order("POST", "dataprotection", path, target)
    centrals.lab.skip(600)
    copies = centrals.west("pc_recovery_point_info", vm_uuid=centrals.vm("Gold"))["recovery_points"]
    assert [copy["cluster_uuids"] for copy in copies] == [[centrals.cluster("c", "west")]]
    assert [copy["location_agnostic_id"] for copy in copies] == [point["location_agnostic_id"]]
    assert make(centrals)["recovery_point"] == point
    seen = centrals.east("pc_recovery_point_info", vm_uuid=centrals.vm("Gold"))["recovery_points"]
    assert len(seen) == (2 if listed else 1)
