# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pc_recovery_point_replica"""

from __future__ import annotations

from typing import Any

import pytest

from harness.centrals import API_KEY, Centrals
from harness.modules import run_module

MODULE = "pc_recovery_point_replica"
PEER_OPTIONS = ("nutanix_host", "nutanix_port", "nutanix_username", "nutanix_password", "ca_path")
RELEASES = ["pc.2024.3.1", "pc.7.3", "pc.7.5.1", "pc.7.6"]


def peers(centrals: Centrals) -> list[dict[str, Any]]:
    return [{name: centrals.west.options[name] for name in PEER_OPTIONS}]


def point_of(centrals: Centrals, vm: str = "Gold") -> str:
    made = centrals.change("recovery_point", vm=centrals.vm(vm), name=f"rp of {vm}")
    centrals.lab.forget()
    return str(made["ext_id"])


def everywhere(centrals: Centrals, point: str, **more: Any) -> dict[str, Any]:
    """To all three clusters, on both Prism Centrals."""
    clusters = [centrals.cluster("a"), "b", centrals.cluster("c", "west")]
    return {"recovery_point": point, "clusters": clusters, "peers": peers(centrals), **more}


def held(centrals: Centrals) -> dict[str, list[str]]:
    """The contents of the recovery points on each cluster."""
    names = {centrals.cluster(name, central): name for name, central in (("a", "east"), ("b", "east"), ("c", "west"))}
    found: dict[str, list[str]] = {name: [] for name in names.values()}
    for central in ("east", "west"):
        for point in centrals.state(central)["recovery_points"]:
            contents = [disk["content"] for member in point["vms"] for disk in member["image"]["disks"]]
            found[names[point["cluster_ext_id"]]] += contents
    return found


def rows(result: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(row["cluster_name"], row["state"], row["ours"]) for row in result["copies"]]


@pytest.mark.parametrize("version", RELEASES)
@pytest.mark.parametrize("listed", [False, True])
def test_one_recovery_point_reaches_every_cluster_once(centrals: Centrals, version: str, listed: bool) -> None:
    centrals.reset(version=version)
    for central in ("east", "west"):
        centrals.behave(central, remote_copies_listed=listed)
    point = point_of(centrals)
    predicted = centrals.east(MODULE, check=True, **everywhere(centrals, point))
    assert centrals.writes() == []
    assert rows(predicted) == [("a", "present", False), ("b", "missing", False), ("c", "missing", False)]
    assert (predicted["changed"], predicted["diff"]["after"]["clusters"]) == (True, ["a", "b", "c"])
    made = centrals.east(MODULE, **everywhere(centrals, point))
    assert len(centrals.writes()) == 2
    assert rows(made) == [("a", "present", False), ("b", "present", True), ("c", "present", True)]
    assert made["copies"][0]["ext_id"] == point
    assert len({row["ext_id"] for row in made["copies"]}) == 3
    contents = held(centrals)
    assert contents["a"] == contents["b"] == contents["c"]
    centrals.lab.forget()
    again = centrals.east(MODULE, **everywhere(centrals, point))
    assert (again["changed"], centrals.writes()) == (False, [])
    assert [{**row, "ours": False} for row in made["copies"]] == again["copies"]
    assert centrals.east(MODULE, check=True, **everywhere(centrals, point))["copies"] == again["copies"]


def test_a_copy_is_copied_on_by_the_prism_central_that_holds_it(centrals: Centrals) -> None:
    first = centrals.east(MODULE, **everywhere(centrals, point_of(centrals)))
    copy = first["copies"][1]["ext_id"]
    again = centrals.east(MODULE, **everywhere(centrals, copy))
    assert (again["changed"], [row["ext_id"] for row in again["copies"]]) == (
        False,
        [row["ext_id"] for row in first["copies"]],
    )


@pytest.mark.parametrize("switches", [{"task_entities_lag_seconds": 60}, {"index_lag_seconds": 1000}])
def test_what_comes_late_is_waited_for_and_not_made_again(centrals: Centrals, switches: dict[str, Any]) -> None:
    for central in ("east", "west"):
        centrals.behave(central, **switches)
    point = point_of(centrals)
    made = centrals.east(MODULE, **everywhere(centrals, point))
    again = centrals.east(MODULE, **everywhere(centrals, point))
    assert [row["ext_id"] for row in again["copies"]] == [row["ext_id"] for row in made["copies"]]
    assert [len(contents) for contents in held(centrals).values()] == [1, 1, 1]


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"drop": "before"}, {"status": 503}])
def test_a_lost_answer_makes_no_second_copy(centrals: Centrals, fault: dict[str, Any]) -> None:
    point = point_of(centrals)
    centrals.fault("/replicate", fault, nth=1)
    made = centrals.east(MODULE, **everywhere(centrals, point))
    assert [row["state"] for row in made["copies"]] == ["present"] * 3
    assert [len(contents) for contents in held(centrals).values()] == [1, 1, 1]


@pytest.mark.parametrize("lag", [0, 600])
def test_a_killed_run_s_copies_are_adopted(centrals: Centrals, lag: int) -> None:
    point = point_of(centrals)
    centrals.behave(task_entities_lag_seconds=lag)
    started = centrals.east(MODULE, **everywhere(centrals, point, wait=False, clusters=["b"]))
    assert rows(started) == [("b", "under_way", True)]
    resumed = centrals.east(MODULE, **everywhere(centrals, point))
    assert [row["state"] for row in resumed["copies"]] == ["present"] * 3
    # A copy that has arrived is known before its task tells of it
    assert resumed["copies"][1]["task_ext_id"] in (started["copies"][0]["task_ext_id"], "" if lag else None)
    assert [len(contents) for contents in held(centrals).values()] == [1, 1, 1]


def test_without_waiting_the_rest_is_ordered_beside_what_is_under_way(centrals: Centrals) -> None:
    """The request id of the first order brings its task back."""
    point = point_of(centrals)
    centrals.lab.run_at(0)
    first = centrals.east(MODULE, **everywhere(centrals, point, wait=False, clusters=["b"]))
    again = centrals.east(MODULE, **everywhere(centrals, point, wait=False))
    assert rows(again) == [("a", "present", False), ("b", "under_way", True), ("c", "under_way", True)]
    assert (again["changed"], again["copies"][1]["task_ext_id"]) == (True, first["copies"][0]["task_ext_id"])
    third = centrals.east(MODULE, **everywhere(centrals, point, wait=False))
    assert (third["changed"], third["copies"]) == (False, again["copies"])
    centrals.lab.skip(1000)
    assert [len(contents) for contents in held(centrals).values()] == [1, 1, 1]


def test_a_prism_central_that_forgets_request_ids_makes_no_second_copy_when_it_is_waited_for(
    centrals: Centrals,
) -> None:
    centrals.behave(request_ids_kept_seconds=0)
    point = point_of(centrals)
    centrals.lab.run_at(0)
    centrals.east(MODULE, **everywhere(centrals, point, wait=False, clusters=["b"]))
    centrals.lab.skip(2)
    centrals.lab.run_at(600)
    made = centrals.east(MODULE, **everywhere(centrals, point))
    assert rows(made) == [("a", "present", False), ("b", "present", False), ("c", "present", True)]
    assert [len(contents) for contents in held(centrals).values()] == [1, 1, 1]


def test_one_that_fails_holds_up_no_other_and_is_made_the_next_time(centrals: Centrals) -> None:
    point = point_of(centrals)
    centrals.fault("/replicate", {"fail_task": "no space left"}, nth=1)
    arguments = everywhere(centrals, point)
    failed = run_module(MODULE, {**centrals.east.options, **arguments})
    assert failed["failed"]
    assert failed["changed"]
    assert "1 of 3 copies could not be made" in failed["msg"]
    assert "no space left" in failed["msg"]
    assert sorted(row["state"] for row in failed["copies"]) == ["failed", "present", "present"]
    (error,) = [row["error"] for row in failed["copies"] if row["error"]]
    assert "no space left" in error["message"]
    assert "under Tasks in Prism Central" in error["advice"]
    made = centrals.east(MODULE, **arguments)
    assert [row["state"] for row in made["copies"]] == ["present"] * 3
    assert [len(contents) for contents in held(centrals).values()] == [1, 1, 1]


@pytest.mark.parametrize("tells", ["error_messages", "legacy_message", "sub_task"])
def test_two_runs_at_once_end_with_one_copy(centrals: Centrals, tells: str) -> None:
    """A cluster that got its copy meanwhile refuses the second."""
    for central in ("east", "west"):
        centrals.behave(central, copy_there_already="task_fails", failed_task_tells=tells, index_lag_seconds=20)
    point = point_of(centrals)
    # Ordered by somebody else, under an id of his own
    client = centrals.client()
    body = {"pcExtId": centrals.state("east")["uuid"], "clusterExtId": centrals.cluster("b")}
    client.order("POST", "dataprotection", f"/config/recovery-points/{point}/$actions/replicate", body)
    made = centrals.east(MODULE, **everywhere(centrals, point))
    assert rows(made)[1] == ("b", "present", False)
    assert [len(contents) for contents in held(centrals).values()] == [1, 1, 1]


def test_an_api_key_is_refused_before_anything_is_written(centrals: Centrals) -> None:
    point = point_of(centrals)
    for check in (True, False):
        message = centrals.east.fails(MODULE, check=check, **everywhere(centrals, point), nutanix_api_key=API_KEY)
        assert "does not replicate recovery points for an API key" in message
        assert "nutanix_password" in message
    assert centrals.writes() == []
    done = centrals.east(MODULE, recovery_point=point, clusters=["a"], nutanix_api_key=API_KEY)
    assert done["changed"] is False


@pytest.mark.parametrize("version", RELEASES)
def test_a_peer_has_its_own_log_in(centrals: Centrals, version: str) -> None:
    """Its password goes before the API key of the task, which counts only where the task itself logs in."""
    centrals.reset(version=version)
    point = point_of(centrals)
    arguments = {**everywhere(centrals, point), "nutanix_api_key": API_KEY}
    arguments["peers"][0]["nutanix_password"] = "wrong"
    assert "401" in centrals.east.fails(MODULE, check=True, **arguments)
    arguments["peers"][0].update(nutanix_password=None, nutanix_username=None)
    assert "for an API key" in centrals.east.fails(MODULE, **arguments)


@pytest.mark.parametrize("version", RELEASES)
def test_a_missing_pairing_concerns_only_the_clusters_behind_it(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version, paired_with=[])
    point = point_of(centrals)
    predicted = centrals.east(MODULE, check=True, **everywhere(centrals, point))
    assert rows(predicted) == [("a", "present", False), ("b", "missing", False), ("c", "failed", False)]
    assert "is not paired with 'west'" in predicted["warnings"][0]
    assert centrals.writes() == []
    result = run_module(MODULE, {**centrals.east.options, **everywhere(centrals, point)})
    assert result["failed"] is True
    assert "1 of 3 copies could not be made, on 'c'" in result["msg"]
    assert "is not paired with 'west'" in result["msg"]
    assert rows(result) == [("a", "present", False), ("b", "present", True), ("c", "failed", False)]
    assert [row["error"] and row["error"]["advice"] for row in result["copies"]] == [
        None,
        None,
        "Pair them in Prism Central, under Availability Zones.",
    ]
    centrals.lab.forget()
    alone = {**everywhere(centrals, point), "clusters": [centrals.cluster("c", "west")]}
    assert "is not paired with 'west'" in centrals.east.fails(MODULE, **alone)
    assert centrals.writes() == []


def test_who_cannot_be_a_target_is_told(centrals: Centrals) -> None:
    point = point_of(centrals)
    stranger = {"recovery_point": point, "clusters": ["nowhere"], "peers": peers(centrals)}
    assert "there is no cluster 'nowhere'" in centrals.east.fails(MODULE, **stranger)
    without_peer = {"recovery_point": point, "clusters": ["c"]}
    assert "there is no cluster 'c'" in centrals.east.fails(MODULE, **without_peer)
    unknown = "00000000-0000-4000-8000-000000000000"
    assert "has no recovery point" in centrals.east.fails(MODULE, recovery_point=unknown, clusters=["b"])
    foreign = centrals.west.fails(MODULE, recovery_point=point, clusters=["c"])
    assert "another Prism Central holds it" in foreign
    assert centrals.writes() == []


def test_one_that_will_be_made_is_planned_and_not_copied(centrals: Centrals) -> None:
    arguments = everywhere(centrals, "")
    predicted = centrals.east(MODULE, check=True, **arguments)
    assert [row["state"] for row in predicted["copies"]] == ["missing"] * 3
    assert "recovery_point is empty" in centrals.east.fails(MODULE, **arguments)
    assert centrals.writes() == []


def test_a_cluster_that_is_named_twice_gets_one_copy(centrals: Centrals) -> None:
    point = point_of(centrals)
    made = centrals.east(MODULE, recovery_point=point, clusters=["b", centrals.cluster("b")], peers=peers(centrals) * 2)
    assert rows(made) == [("b", "present", True)]
    assert len(centrals.writes()) == 1


def test_a_wait_that_is_over_cancels_nothing(centrals: Centrals) -> None:
    point = point_of(centrals)
    centrals.lab.run_at(0)
    result = run_module(MODULE, {**centrals.east.options, **everywhere(centrals, point, wait_timeout=1)})
    assert "still running" in result["msg"]
    centrals.lab.run_at(600)
    made = centrals.east(MODULE, **everywhere(centrals, point))
    assert [row["state"] for row in made["copies"]] == ["present"] * 3
    assert [len(contents) for contents in held(centrals).values()] == [1, 1, 1]
