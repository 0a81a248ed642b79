# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_snapshot"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.modules import Site, run_module, writes
from lab.running import RunningLab

Host = Callable[[str], Site]
MODULE = "pe_protection_domain_snapshot"
RELEASE = {"protection_domain": "PD-Gold", "vm_name": "Gold", "release": "2026.11.20-1"}
BOTH_DONE = [
    {"name": "cluster-b", "state": "done", "percent": 100.0},
    {"name": "cluster-c", "state": "done", "percent": 100.0},
]


def change(lab: RunningLab, kind: str, **payload: Any) -> dict[str, Any]:
    (result,) = lab.change([{"endpoint": "cluster-a", "kind": kind, **payload}])
    return dict(result)


def snapshots(host: Host, cluster: str = "cluster-a", name: str = "PD-Gold") -> list[dict[str, Any]]:
    return list(host(cluster)("pe_protection_domain_info", name=name)["protection_domains"][0]["snapshots"])


def ordered(host: Host) -> list[str]:
    return [snapshot["id"] for snapshot in snapshots(host) if snapshot["oob"]]


def test_made_replicated_as_predicted_and_then_unchanged(lab: RunningLab, host: Host) -> None:
    cluster = host("cluster-a")
    predicted = cluster(MODULE, check=True, **RELEASE)
    assert writes(lab) == []
    assert (predicted["changed"], predicted["adopted"], predicted["snapshot_id"]) == (True, False, "")
    made = cluster(MODULE, **RELEASE)
    assert (made["changed"], made["adopted"], made["diff"]) == (
        predicted["changed"],
        predicted["adopted"],
        predicted["diff"],
    )
    assert made["remote_sites"] == BOTH_DONE
    assert made["snapshot_id"].isdigit()
    assert made["schedule_id"] > 0
    assert made["created"] < made["expires"]
    for receiver in ("cluster-b", "cluster-c"):
        assert f"cluster-a:{made['snapshot_id']}" in [snapshot["id"] for snapshot in snapshots(host, receiver)]
    lab.forget()
    again = cluster(MODULE, **RELEASE)
    assert writes(lab) == []
    del made["timeline"]
    assert again == {
        **made,
        "changed": False,
        "adopted": True,
        "diff": {"before": made["diff"]["after"], "after": made["diff"]["after"]},
    }
    assert cluster(MODULE, check=True, **RELEASE) == again


def test_another_release_makes_another_snapshot(lab: RunningLab, host: Host) -> None:
    first = host("cluster-a")(MODULE, **RELEASE)
    second = host("cluster-a")(MODULE, **{**RELEASE, "release": "2026.11.20-2"})
    third = host("cluster-a")(MODULE, **RELEASE, prefix="test_")
    assert len({first["snapshot_id"], second["snapshot_id"], third["snapshot_id"]}) == 3
    assert host("cluster-a")(MODULE, **RELEASE)["snapshot_id"] == first["snapshot_id"]


def test_chosen_sites_only(lab: RunningLab, host: Host) -> None:
    made = host("cluster-a")(MODULE, **RELEASE, remote_sites=["cluster-c"])
    assert made["remote_sites"] == BOTH_DONE[1:]
    assert len(snapshots(host, "cluster-b")) == 1


def test_local_only(lab: RunningLab, host: Host) -> None:
    made = host("cluster-a")(MODULE, **RELEASE, remote_sites=[])
    assert (made["changed"], made["remote_sites"]) == (True, [])
    assert ordered(host) == [made["snapshot_id"]]
    assert len(snapshots(host, "cluster-b")) == 1


def test_without_schedule_or_sites_it_fails_clearly(lab: RunningLab, host: Host) -> None:
    change(lab, "protection_domain", name="PD-Finance", vms=["Gold-Finance"])
    arguments = {**RELEASE, "protection_domain": "PD-Finance", "vm_name": "Gold-Finance"}
    message = host("cluster-a").fails(MODULE, **arguments)
    assert "no schedule" in message
    assert "'cluster-b', 'cluster-c'" in message
    assert writes(lab) == []
    assert host("cluster-a")(MODULE, **arguments, remote_sites=["cluster-b"])["remote_sites"] == BOTH_DONE[:1]


def test_retention_is_at_least_what_was_asked_for(lab: RunningLab, host: Host) -> None:
    host("cluster-a")(MODULE, **RELEASE, retention=86400, wait=False)
    (order,) = [entry["body"] for entry in lab.requests() if entry["method"] == "POST"]
    assert 86400 <= order["snapshot_retention_time_secs"] < 86400 + 13 * 86400
    assert "not possible" in host("cluster-a").fails(MODULE, **RELEASE, retention=0)


@pytest.mark.parametrize(
    "switches",
    [
        {"expiry_base": "created"},
        {"expiry_base": "requested"},
        {"scheduled_snapshots_listed": True},
        {"dr_snapshot_order": "oldest_first"},
    ],
)
def test_it_is_adopted_however_the_cluster_lists_it(lab: RunningLab, host: Host, switches: dict[str, Any]) -> None:
    change(lab, "behaviour", **switches)
    change(lab, "durations", oob_snapshot=37.3)
    made = host("cluster-a")(MODULE, **RELEASE)
    change(lab, "pd_snapshot", protection_domain="PD-Gold")
    lab.forget()
    again = host("cluster-a")(MODULE, **RELEASE)
    assert (again["changed"], again["snapshot_id"], writes(lab)) == (False, made["snapshot_id"], [])


def test_an_order_under_way_is_waited_for(lab: RunningLab, host: Host) -> None:
    change(lab, "durations", oob_snapshot=1e6)
    assert "still running" in host("cluster-a").fails(MODULE, **RELEASE, wait_timeout=1)
    lab.forget()
    predicted = host("cluster-a")(MODULE, check=True, **RELEASE)
    assert (predicted["changed"], predicted["adopted"], predicted["snapshot_id"]) == (False, True, "")
    lab.skip(1e6 - 600)
    result = host("cluster-a")(MODULE, **RELEASE)
    assert (result["changed"], result["adopted"], result["remote_sites"]) == (False, True, BOTH_DONE)
    assert writes(lab) == []
    assert ordered(host) == [result["snapshot_id"]]


def test_of_several_the_oldest_is_taken_and_the_others_are_told(lab: RunningLab, host: Host) -> None:
    cluster = host("cluster-a")
    made = cluster(MODULE, **RELEASE)
    (order,) = [entry["body"]["snapshot_retention_time_secs"] for entry in lab.requests() if entry["method"] == "POST"]
    change(lab, "behaviour", scheduled_snapshots_listed=False)
    lab.faults([{"method": "GET", "path": "oob_schedules", "nth": 1, "then": {"status": 200, "body": []}}])
    lab.faults(
        [
            {
                "method": "GET",
                "path": "PD-Gold/dr_snapshots",
                "nth": 1,
                "then": {"status": 200, "body": {"metadata": {}, "entities": []}},
            }
        ]
    )
    stray = cluster(MODULE, **RELEASE)
    assert stray["changed"] is True
    result = cluster(MODULE, **RELEASE)
    # Also the run that ordered the second one goes on with the first, so that runs at the same time agree.
    assert result["snapshot_id"] == stray["snapshot_id"] == made["snapshot_id"]
    assert "holds several snapshots of this release" in str(result["warnings"])
    assert order > 2592000


@pytest.mark.parametrize("drop", ["before", "after"])
def test_an_order_whose_answer_is_lost_is_given_once(lab: RunningLab, host: Host, drop: str) -> None:
    lab.faults([{"method": "POST", "path": "oob_schedules", "nth": 1, "then": {"drop": drop}}])
    made = host("cluster-a")(MODULE, **RELEASE, wait_timeout=8)
    assert made["changed"] is True
    assert made["remote_sites"] == BOTH_DONE
    assert ordered(host) == [made["snapshot_id"]]


def test_an_order_of_which_nothing_is_known_yet_is_looked_for_and_not_repeated(lab: RunningLab, host: Host) -> None:
    change(lab, "durations", oob_snapshot=600)
    lab.faults([{"method": "POST", "path": "oob_schedules", "nth": 1, "then": {"drop": "after"}}])
    made = host("cluster-a")(MODULE, **RELEASE)
    assert len(writes(lab)) == 1
    assert ordered(host) == [made["snapshot_id"]]


def test_a_later_scheduled_snapshot_does_not_hide_that_ours_has_arrived(lab: RunningLab, host: Host) -> None:
    made = host("cluster-a")(MODULE, **RELEASE)
    change(lab, "pd_snapshot", protection_domain="PD-Gold", remotes=["cluster-b", "cluster-c"])
    lab.skip(3600)
    assert host("cluster-a")(MODULE, **RELEASE)["remote_sites"] == BOTH_DONE
    assert host("cluster-a")(MODULE, **RELEASE)["snapshot_id"] == made["snapshot_id"]


def test_a_site_that_is_cut_off_is_not_done_and_the_wait_says_so(lab: RunningLab, host: Host) -> None:
    change(lab, "connected", remote_site="cluster-c", connected=False)
    result = run_module(MODULE, {**host("cluster-a").options, **RELEASE, "wait_timeout": 2})
    assert result["failed"]
    assert "still running" in result["msg"]
    assert "cluster-b done" in result["msg"]
    assert "'cluster-c' is unreachable" in str(result["warnings"])
    going = host("cluster-a")(MODULE, **RELEASE, wait=False)
    assert [(site["name"], site["state"]) for site in going["remote_sites"]] == [
        ("cluster-b", "done"),
        ("cluster-c", "pending"),
    ]
    change(lab, "connected", remote_site="cluster-c", connected=True)
    lab.forget()
    done = host("cluster-a")(MODULE, **RELEASE)
    assert (done["changed"], done["remote_sites"], writes(lab)) == (False, BOTH_DONE, [])


def test_an_aborted_replication_is_never_taken_for_done(lab: RunningLab, host: Host) -> None:
    change(lab, "remote_site", name="slow", cluster="cluster-b", bandwidth_mbps=0.001)
    host("cluster-a")(MODULE, **RELEASE, remote_sites=["slow"], wait=False)
    lab.skip(60)
    assert change(lab, "abort_replications", remote_site="slow") == {"aborted": 1}
    message = host("cluster-a").fails(MODULE, **RELEASE, remote_sites=["slow"], wait_timeout=4)
    assert (
        "nothing is under way any more: it is neither listed among the replications nor among those that wait, and it"
        " is not on 'slow'" in message
    )


def test_percent_while_it_is_under_way(lab: RunningLab, host: Host) -> None:
    change(lab, "remote_site", name="slow", cluster="cluster-b", bandwidth_mbps=1)
    host("cluster-a")(MODULE, **RELEASE, remote_sites=["slow"], wait=False)
    lab.skip(3600)
    (site,) = host("cluster-a")(MODULE, **RELEASE, remote_sites=["slow"], wait=False)["remote_sites"]
    assert site["state"] == "replicating"
    assert 0 < site["percent"] < 100
    message = host("cluster-a").fails(MODULE, **RELEASE, remote_sites=["slow"], wait_timeout=1)
    assert "slow" in message
    assert "GiB" in message


def test_when_the_list_of_a_site_fails_it_is_no_proof(lab: RunningLab, host: Host) -> None:
    host("cluster-a")(MODULE, **RELEASE)
    change(lab, "pd_snapshot", protection_domain="PD-Gold", remotes=["cluster-b", "cluster-c"])
    lab.skip(3600)
    lab.faults(
        [
            {
                "path": "remote_sites/cluster-b/dr_snapshots",
                "then": {"status": 500, "body": {"message": "remote call failed"}},
            }
        ]
    )
    states = host("cluster-a")(MODULE, **RELEASE, wait=False)["remote_sites"]
    assert [site["state"] for site in states] == ["pending", "done"]
    lab.clear_faults()
    assert host("cluster-a")(MODULE, **RELEASE)["remote_sites"] == BOTH_DONE


def test_a_running_golden_vm_is_refused(lab: RunningLab, host: Host) -> None:
    change(lab, "power", vm="Gold", state="on")
    for check in (True, False):
        assert "not powered off" in host("cluster-a").fails(MODULE, check=check, **RELEASE)
    assert writes(lab) == []
    made = host("cluster-a")(MODULE, **RELEASE, require_powered_off=False)
    assert made["changed"] is True
    assert host("cluster-a")(MODULE, **RELEASE)["adopted"] is True


def test_the_wrong_side_names_the_right_one(lab: RunningLab, host: Host) -> None:
    message = host("cluster-b").fails(MODULE, **RELEASE)
    assert "not active here" in message
    assert "'cluster-a'" in message
    assert writes(lab) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"protection_domain": "PD-gold"}, ["no protection domain 'PD-gold'", "'PD-Gold'"]),
        ({"vm_name": "gold"}, ["no VM 'gold'", "'Gold'"]),
        ({"vm_name": "Gold-Finance"}, ["no VM 'Gold-Finance'", "'Gold'"]),
        ({"vm_uuid": "00000000-0000-4000-8000-000000000000"}, ["00000000"]),
        ({"remote_sites": ["cluster-B"]}, ["no remote site 'cluster-B'", "'cluster-b'"]),
        ({"release": "2026_1"}, ["no release id"]),
        ({"prefix": ""}, ["prefix is empty"]),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(
    lab: RunningLab, host: Host, wrong: dict[str, Any], words: list[str]
) -> None:
    for check in (True, False):
        message = host("cluster-a").fails(MODULE, check=check, **{**RELEASE, **wrong})
        assert all(word in message for word in words)
    assert writes(lab) == []


def test_two_golden_vms_of_one_name_need_the_uuid(lab: RunningLab, host: Host) -> None:
    change(lab, "vm", name="Gold")
    uuids = [vm["uuid"] for vm in host("cluster-a")("pe_vm_info", name="Gold")["vms"]]
    change(lab, "protection_domain", name="PD-Two", vms=["Gold"])
    arguments = {**RELEASE, "protection_domain": "PD-Two", "remote_sites": []}
    message = host("cluster-a").fails(MODULE, **arguments)
    assert all(uuid in message for uuid in uuids)
    assert host("cluster-a")(MODULE, **arguments, vm_uuid=uuids[1])["changed"] is True


def test_a_member_that_no_longer_exists_is_an_error(lab: RunningLab, host: Host) -> None:
    change(lab, "delete_vm", vm="Gold")
    assert "does not exist any more" in host("cluster-a").fails(MODULE, **RELEASE)
    assert writes(lab) == []


@pytest.mark.parametrize("name", ["PD Büro 'Süd' #1", '50% "off"', "a\\b/c", "黄金", "x;y,z(1)"])
def test_awkward_names(lab: RunningLab, host: Host, name: str) -> None:
    change(lab, "vm", name=name, power_state="off")
    change(lab, "remote_site", name=name, cluster="cluster-b")
    change(lab, "protection_domain", name=name, vms=[name], schedules=[{"type": "DAILY", "remote": {name: 2}}])
    arguments = {"protection_domain": name, "vm_name": name, "release": "r1"}
    made = host("cluster-a")(MODULE, **arguments)
    assert made["remote_sites"] == [{"name": name, "state": "done", "percent": 100.0}]
    assert host("cluster-a")(MODULE, **arguments)["changed"] is False


def test_a_site_with_three_addresses_is_one_site(lab: RunningLab, host: Host) -> None:
    made = host("cluster-a")(MODULE, **RELEASE, remote_sites=["cluster-b", "cluster-b"])
    assert made["remote_sites"] == BOTH_DONE[:1]
