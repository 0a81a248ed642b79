# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pc_protection_policy_info"""

from __future__ import annotations

from typing import Any

import pytest

from harness.centrals import Centrals

# So long that it does not fire a second time, however busy the machine is
WEEK = 7 * 24 * 3600
RELEASES = ["pc.2024.3.1", "pc.7.3", "pc.7.5.1", "pc.7.6"]
POLICY = {
    "name": "Images",
    "category": "App/Gold",
    "every_seconds": WEEK,
    "local": 4,
    "remote": 2,
    "to": [{"cluster": "b"}, {"prism_central": "west", "cluster": "c"}],
}


@pytest.fixture
def policy(centrals: Centrals) -> str:
    """A policy that has fired and whose copies have arrived."""
    ext_id = str(centrals.change("policy", **POLICY)["ext_id"])
    centrals.lab.skip(1800)
    centrals.lab.forget()
    return ext_id


def read(centrals: Centrals, central: str = "east", **options: Any) -> dict[str, Any]:
    (told,) = centrals.hosts[central]("pc_protection_policy_info", **options)["protection_policies"]
    return dict(told)


@pytest.mark.parametrize("version", RELEASES)
def test_a_policy_with_its_locations_and_schedules(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version)
    ext_id = centrals.change("policy", **POLICY)["ext_id"]
    told = read(centrals, name="Images")
    assert (told["ext_id"], told["categories"]) == (ext_id, ["App/Gold"])
    east, west = centrals.state()["uuid"], centrals.state("west")["uuid"]
    assert [(each["label"], each["central_uuid"], each["primary"], each["here"]) for each in told["locations"]] == [
        ("here", east, True, True),
        ("there-1", east, False, True),
        ("there-2", west, False, False),
    ]
    assert told["locations"][1]["cluster_uuids"] == [centrals.cluster("b")]
    schedule = {"every_seconds": WEEK, "keep_local": 4, "keep_remote": 2, "kind": "crash_consistent", "rollup": False}
    assert told["schedules"] == [
        {**schedule, "source": "here", "target": "there-1"},
        {**schedule, "source": "here", "target": "there-2"},
    ]
    assert "copies" not in told
    assert read(centrals, ext_id=ext_id) == told
    assert centrals.writes() == []


@pytest.mark.parametrize("field", ["cluster_uuid_list", "cluster_uuid"])
def test_v3_tells_the_same_but_for_labels(centrals: Centrals, policy: str, field: str) -> None:
    centrals.behave(v3_rule_clusters=field)
    vm = centrals.vm("Gold")
    by_v4, by_v3 = (read(centrals, name="Images", vm_uuid=vm, through=version) for version in ("v4", "v3"))
    labels = {"here": "0", "there-1": "1", "there-2": "2"}
    for part in ("locations", "newest_at", "copies"):
        for each in by_v4[part]:
            each["label"] = labels[each["label"]]
    for schedule in by_v4["schedules"]:
        schedule.update(source=labels[schedule["source"]], target=labels[schedule["target"]])
    assert by_v3 == by_v4
    assert centrals.writes() == []


def test_v3_is_asked_where_v4_has_no_policies(centrals: Centrals, policy: str) -> None:
    centrals.fault("/protection-policies", {"status": 404, "body": {"message": "no such path"}})
    assert read(centrals)["ext_id"] == policy
    assert "404" in centrals.east.fails("pc_protection_policy_info", through="v4")


def states(told: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(each["label"], each["cluster_uuid"]): each["state"] for each in told["copies"]}


def test_the_newest_recovery_point_and_how_far_it_is(centrals: Centrals, policy: str) -> None:
    vm, a, b, c = centrals.vm("Gold"), centrals.cluster("a"), centrals.cluster("b"), centrals.cluster("c", "west")
    told = read(centrals, vm_uuid=vm)
    assert states(told) == {
        ("here", a): "there",
        ("here", b): "there",
        ("there-1", b): "there",
        ("there-2", c): "not_known",
    }
    assert told["newest"]["vms"][0]["uuid"] == vm
    known = {each["cluster_uuid"]: each["known"] for each in told["newest_at"]}
    assert known == {a: True, b: True, c: False}
    lineages = {each["recovery_point"]["location_agnostic_id"] for each in told["newest_at"] if each["known"]}
    assert lineages == {told["newest"]["location_agnostic_id"]}
    copies = centrals.west("pc_recovery_point_info", location_agnostic_id=told["newest"]["location_agnostic_id"])
    assert [copy["cluster_uuids"] for copy in copies["recovery_points"]] == [[c]]


def test_what_is_on_its_way_is_told_with_its_progress(centrals: Centrals) -> None:
    centrals.reset(bandwidth_mbps=1)
    centrals.change("policy", **POLICY)
    centrals.lab.skip(3000)
    told = read(centrals, vm_uuid=centrals.vm("Gold"))
    b, c = centrals.cluster("b"), centrals.cluster("c", "west")
    assert states(told)[("there-1", b)] == states(told)[("there-2", c)] == "under_way"
    assert all(0 <= each["percent"] < 100 for each in told["copies"] if each["state"] == "under_way")


def test_a_copy_that_is_gone_is_missing(centrals: Centrals, policy: str) -> None:
    b = centrals.cluster("b")
    (copy,) = [each for each in centrals.state()["recovery_points"] if each["cluster_ext_id"] == b]
    centrals.change("delete_recovery_point", ext_id=copy["ext_id"])
    told = read(centrals, vm_uuid=centrals.vm("Gold"))
    assert states(told)[("there-1", b)] == "missing"
    assert [each["recovery_point"] for each in told["newest_at"] if each["cluster_uuid"] == b] == [None, None]


def test_what_the_collection_made_is_no_work_of_a_policy(centrals: Centrals, policy: str) -> None:
    before = read(centrals, vm_uuid=centrals.vm("Gold"))["newest"]
    centrals.east("pc_recovery_point", name="ctx_Gold_r1", vm_name="Gold")
    assert read(centrals, vm_uuid=centrals.vm("Gold"))["newest"] == before


@pytest.mark.parametrize("listed", [False, True])
def test_copies_elsewhere_are_known_where_they_are_listed(centrals: Centrals, policy: str, listed: bool) -> None:
    centrals.behave(remote_copies_listed=listed)
    told = read(centrals, vm_uuid=centrals.vm("Gold"))
    assert states(told)[("there-2", centrals.cluster("c", "west"))] == ("there" if listed else "not_known")


def test_a_vm_without_policy_and_a_policy_without_recovery_point(centrals: Centrals, policy: str) -> None:
    result = centrals.east("pc_protection_policy_info", vm_uuid=centrals.vm("On", "b"))
    assert result["protection_policies"] == []
    told = read(centrals, name="Images", vm_uuid=centrals.vm("On", "b"))
    assert (told["newest"], told["copies"]) == (None, [])
    assert "no VM" in centrals.east.fails("pc_protection_policy_info", vm_uuid="nobody")


def test_a_mistyped_name_says_what_there_is(centrals: Centrals, policy: str) -> None:
    assert "'Images'" in centrals.east.fails("pc_protection_policy_info", name="images")
    assert "no protection policy" in centrals.east.fails("pc_protection_policy_info", ext_id="nobody")


def test_a_location_without_clusters_means_all_of_its_prism_central(centrals: Centrals) -> None:
    here = {"label": "here", "domainManagerExtId": centrals.state()["uuid"], "isPrimary": True}
    there = {"label": "there", "domainManagerExtId": centrals.state("west")["uuid"]}
    retention = {"local": {"snapshotIntervalType": "DAILY", "frequency": 2}}
    schedule = {"recoveryPointObjectiveTimeSeconds": 0, "retention": retention}
    body = {
        "extId": "p-1",
        "name": "All",
        "replicationLocations": [there, here],
        "replicationConfigurations": [{"sourceLocationLabel": "here", "schedule": schedule}],
    }
    centrals.fault("/protection-policies", {"status": 200, "body": {"data": [body]}})
    told = read(centrals, name="All", vm_uuid=centrals.vm("Gold"))
    assert [each["label"] for each in told["locations"]] == ["here", "there"]
    assert [(each["cluster_uuid"], each["known"]) for each in told["newest_at"]] == [
        (centrals.cluster("a"), True),
        (centrals.cluster("b"), True),
        ("", False),
    ]
    (told_schedule,) = told["schedules"]
    assert (told_schedule["rollup"], told_schedule["keep_local"], told_schedule["target"]) == (True, None, "")
