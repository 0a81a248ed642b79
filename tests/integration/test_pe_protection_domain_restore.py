# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_restore"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.modules import Site, run_module, writes
from lab.running import RunningLab

Host = Callable[[str], Site]
MODULE = "pe_protection_domain_restore"
RELEASE = {"protection_domain": "PD-Gold", "vm_name": "Gold", "release": "r1"}


def change(lab: RunningLab, kind: str, endpoint: str = "cluster-b", **payload: Any) -> dict[str, Any]:
    (result,) = lab.change([{"endpoint": endpoint, "kind": kind, **payload}])
    return dict(result)


def vms(host: Host, name: str, cluster: str = "cluster-b") -> list[dict[str, Any]]:
    return list(host(cluster)("pe_vm_info", name=name)["vms"])


@pytest.fixture
def snapshot_id(lab: RunningLab, host: Host) -> str:
    """The id on cluster-a of the snapshot that all three clusters hold at the start."""
    (domain,) = host("cluster-a")("pe_protection_domain_info", name="PD-Gold")["protection_domains"]
    lab.forget()
    return str(domain["snapshots"][0]["id"])


@pytest.mark.parametrize(
    ("cluster", "reply", "entity"),
    [
        ("cluster-a", "task_uuid", "vm"),
        ("cluster-a", "value", "vm"),
        ("cluster-b", "task_uuid", "vm"),
        ("cluster-b", "task_uuid", "protection_domain"),
        ("cluster-b", "task_uuid", "none"),
        ("cluster-b", "value", "vm"),
    ],
)
def test_restored_as_predicted_and_then_adopted(
    lab: RunningLab, host: Host, snapshot_id: str, cluster: str, reply: str, entity: str
) -> None:
    change(lab, "behaviour", cluster, restore_reply=reply, restore_task_entity=entity)
    name = f"ctx_r1_{snapshot_id}_Gold"
    predicted = host(cluster)(MODULE, check=True, **RELEASE, snapshot_id=snapshot_id)
    assert writes(lab) == []
    made = host(cluster)(MODULE, **RELEASE, snapshot_id=snapshot_id)
    assert len(writes(lab)) == 1
    assert (made["changed"], made["adopted"], made["duplicates"]) == (True, False, [])
    assert {key: value for key, value in made.items() if key not in ("vm", "timeline")} == {
        key: value for key, value in predicted.items() if key != "vm"
    }
    assert predicted["vm"] == {"uuid": "", "name": name}
    assert made["vm"]["name"] == name
    assert made["snapshot_id"] == (snapshot_id if cluster == "cluster-a" else f"cluster-a:{snapshot_id}")
    (vm,) = vms(host, name, cluster)
    assert (vm["uuid"], vm["power_state"]) == (made["vm"]["uuid"], "off")
    lab.forget()
    again = host(cluster)(MODULE, **RELEASE, snapshot_id=snapshot_id)
    assert writes(lab) == []
    assert (again["changed"], again["adopted"], again["vm"], again["snapshot_id"]) == (
        False,
        True,
        made["vm"],
        made["snapshot_id"],
    )
    assert host(cluster)(MODULE, check=True, **RELEASE, snapshot_id=snapshot_id) == again


def test_the_golden_vm_is_left_alone(lab: RunningLab, host: Host, snapshot_id: str) -> None:
    before = vms(host, "Gold", "cluster-a")
    host("cluster-a")(MODULE, **RELEASE, snapshot_id=snapshot_id)
    assert vms(host, "Gold", "cluster-a") == before
    (order,) = [entry["body"] for entry in lab.requests() if entry["method"] == "POST"]
    assert order["replace"] is False


@pytest.mark.parametrize("given", ["{}", "cluster-a:{}", "another-label:{}"])
def test_the_id_counts_from_the_last_colon(lab: RunningLab, host: Host, snapshot_id: str, given: str) -> None:
    assert (
        host("cluster-b")(MODULE, **RELEASE, snapshot_id=given.format(snapshot_id))["snapshot_id"]
        == f"cluster-a:{snapshot_id}"
    )


def test_it_waits_for_the_replica(lab: RunningLab, host: Host) -> None:
    change(lab, "remote_site", "cluster-a", name="slow", cluster="cluster-b", bandwidth_mbps=300)
    wanted = change(lab, "pd_snapshot", "cluster-a", protection_domain="PD-Gold", remotes=["slow"])["snapshot_id"]
    predicted = host("cluster-b")(MODULE, check=True, **RELEASE, snapshot_id=wanted)
    assert (predicted["changed"], predicted["snapshot_id"]) == (True, "")
    assert "does not hold" in host("cluster-b").fails(MODULE, **RELEASE, snapshot_id=wanted, wait=False)
    assert writes(lab) == []
    made = host("cluster-b")(MODULE, **RELEASE, snapshot_id=wanted)
    assert made["snapshot_id"] == f"cluster-a:{wanted}"


def test_while_it_waits_it_tells_how_far_the_replica_is(lab: RunningLab, host: Host) -> None:
    change(lab, "remote_site", "cluster-a", name="slow", cluster="cluster-b", bandwidth_mbps=1)
    wanted = change(lab, "pd_snapshot", "cluster-a", protection_domain="PD-Gold", remotes=["slow"])["snapshot_id"]
    lab.skip(3600)
    message = host("cluster-b").fails(MODULE, **RELEASE, snapshot_id=wanted, wait_timeout=1)
    assert "still running" in message
    assert "% (" in message
    assert "iB" in message


@pytest.mark.parametrize("known", ["at_once", "first_replica"])
def test_the_first_replica_brings_the_protection_domain(lab: RunningLab, host: Host, known: str) -> None:
    change(lab, "behaviour", pds_on_receiver=known)
    change(lab, "protection_domain", "cluster-a", name="PD-New", vms=["Gold-Finance"])
    wanted = change(lab, "pd_snapshot", "cluster-a", protection_domain="PD-New", remotes=["cluster-b"])["snapshot_id"]
    made = host("cluster-b")(
        MODULE, protection_domain="PD-New", vm_name="Gold-Finance", release="r1", snapshot_id=wanted
    )
    assert made["changed"] is True


@pytest.mark.parametrize("status", [404, 422, 500])
def test_a_mistyped_protection_domain_is_warned_of(lab: RunningLab, host: Host, snapshot_id: str, status: int) -> None:
    change(lab, "behaviour", not_found_status=status)
    arguments = {
        **host("cluster-b").options,
        **RELEASE,
        "protection_domain": "PD-gold",
        "snapshot_id": snapshot_id,
        "wait_timeout": 1,
    }
    for check in (True, False):
        assert "'PD-gold' yet. Near names are 'PD-Gold'" in str(run_module(MODULE, arguments, check)["warnings"])
    assert run_module(MODULE, arguments)["failed"]
    assert writes(lab) == []


def test_the_snapshot_may_be_unknown_in_check_mode_only(lab: RunningLab, host: Host) -> None:
    for empty in ({}, {"snapshot_id": ""}):
        assert host("cluster-b")(MODULE, check=True, **RELEASE, **empty)["changed"] is True
        assert "snapshot_id is empty" in host("cluster-b").fails(MODULE, **RELEASE, **empty)
    assert lab.requests() == []


def test_an_expired_snapshot_is_an_error(lab: RunningLab, host: Host) -> None:
    wanted = change(lab, "pd_snapshot", "cluster-a", protection_domain="PD-Gold", retention_seconds=600)["snapshot_id"]
    lab.change([{"endpoint": "cluster-a", "kind": "durations", "expired_linger": 1e6}])
    lab.skip(601)
    assert "has expired" in host("cluster-a").fails(MODULE, **RELEASE, snapshot_id=wanted)
    assert writes(lab) == []


def test_a_vm_that_is_not_in_the_snapshot_is_an_error(lab: RunningLab, host: Host, snapshot_id: str) -> None:
    for check in (True, False):
        assert "'Gold'" in host("cluster-b").fails(
            MODULE, check=check, **{**RELEASE, "vm_name": "gold"}, snapshot_id=snapshot_id
        )
    assert "0000" in host("cluster-b").fails(MODULE, **RELEASE, snapshot_id=snapshot_id, vm_uuid="0000")
    assert writes(lab) == []


def test_two_vms_of_one_name_in_the_snapshot_need_the_uuid(lab: RunningLab, host: Host) -> None:
    change(lab, "vm", "cluster-a", name="Gold", content="the other one")
    uuids = [vm["uuid"] for vm in vms(host, "Gold", "cluster-a")]
    change(
        lab,
        "protection_domain",
        "cluster-a",
        name="PD-Two",
        vms=["Gold"],
        snapshots=[{"age_hours": 1, "remotes": ["cluster-b"]}],
    )
    (domain,) = host("cluster-a")("pe_protection_domain_info", name="PD-Two")["protection_domains"]
    arguments = {**RELEASE, "protection_domain": "PD-Two", "snapshot_id": domain["snapshots"][0]["id"]}
    message = host("cluster-b").fails(MODULE, **arguments)
    assert all(uuid in message for uuid in uuids)
    lab.forget()
    host("cluster-b")(MODULE, **arguments, vm_uuid=uuids[1])
    (order,) = [entry["body"] for entry in lab.requests() if entry["method"] == "POST"]
    assert (order["vm_uuids"], "vm_names" in order) == ([uuids[1]], False)


@pytest.mark.parametrize(
    "switches",
    [
        {"forever_state": "RETAIN_FOREVER"},
        {"oob_ids_on_receiver": True},
        {"same_snapshot_uuid": False},
        {"inactive_pd_vms": "listed"},
    ],
)
def test_however_the_receiver_lists_it(lab: RunningLab, host: Host, switches: dict[str, Any]) -> None:
    change(lab, "behaviour", **switches)
    wanted = change(lab, "pd_snapshot", "cluster-a", protection_domain="PD-Gold", remotes=["cluster-b"])["snapshot_id"]
    made = host("cluster-b")(MODULE, **RELEASE, snapshot_id=wanted)
    assert made["snapshot_id"] == f"cluster-a:{wanted}"


def test_a_snapshot_that_lists_no_vms_is_taken_at_its_word(lab: RunningLab, host: Host, snapshot_id: str) -> None:
    change(lab, "behaviour", null_lists=True)
    assert host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id)["changed"] is True


def test_duplicates_are_told_and_the_choice_is_the_same_every_time(
    lab: RunningLab, host: Host, snapshot_id: str
) -> None:
    name = f"ctx_r1_{snapshot_id}_Gold"
    for _turn in range(3):
        change(lab, "vm", name=name)
    uuids = sorted(vm["uuid"] for vm in vms(host, name))
    for _turn in range(2):
        result = host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id)
        assert result["vm"]["uuid"] == uuids[0]
        assert [duplicate["uuid"] for duplicate in result["duplicates"]] == uuids[1:]
    assert writes(lab) == []


def test_vms_of_similar_names_are_not_ours(lab: RunningLab, host: Host, snapshot_id: str) -> None:
    for name in (
        f"ctx_r1_{snapshot_id}_Gold-Finance",
        f"ctx_r1_{snapshot_id}_gold",
        f"ctx_r1_{snapshot_id}1_Gold",
        f"ctx_r11_{snapshot_id}_Gold",
    ):
        change(lab, "vm", name=name)
    assert host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id)["changed"] is True


def test_a_temporary_vm_that_was_started_is_no_true_copy(lab: RunningLab, host: Host, snapshot_id: str) -> None:
    change(lab, "vm", name=f"ctx_r1_{snapshot_id}_Gold", power_state="on")
    assert "no true copy" in host("cluster-b").fails(MODULE, **RELEASE, snapshot_id=snapshot_id)
    assert writes(lab) == []


@pytest.mark.parametrize("reply", ["task_uuid", "value"])
def test_a_restore_under_way_is_waited_for(lab: RunningLab, host: Host, snapshot_id: str, reply: str) -> None:
    change(lab, "behaviour", restore_reply=reply)
    change(lab, "durations", restore=1200)
    begun = host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id, wait=False)
    assert (begun["changed"], begun["vm"]["uuid"]) == (True, "")
    lab.forget()
    assert host("cluster-b")(MODULE, check=True, **RELEASE, snapshot_id=snapshot_id)["changed"] is False
    result = host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id)
    assert (result["changed"], result["adopted"], writes(lab)) == (False, True, [])
    assert [vm["uuid"] for vm in vms(host, result["vm"]["name"])] == [result["vm"]["uuid"]]


@pytest.mark.parametrize("reply", ["task_uuid", "value"])
@pytest.mark.parametrize("listed", [True, False])
def test_a_restore_whose_answer_is_lost_is_ordered_once(
    lab: RunningLab, host: Host, snapshot_id: str, reply: str, listed: bool
) -> None:
    change(lab, "behaviour", restore_reply=reply, pending_restore_listed=listed)
    change(lab, "durations", restore=300)
    lab.faults([{"method": "POST", "path": "restore_entities", "nth": 1, "then": {"drop": "after"}}])
    made = host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id)
    assert (made["changed"], len(writes(lab))) == (True, 1)
    assert [vm["uuid"] for vm in vms(host, made["vm"]["name"])] == [made["vm"]["uuid"]]


def test_a_restore_that_left_no_trace_is_not_ordered_again_unseen(
    lab: RunningLab, host: Host, snapshot_id: str
) -> None:
    lab.faults([{"method": "POST", "path": "restore_entities", "nth": 1, "then": {"drop": "before"}}])
    message = host("cluster-b").fails(MODULE, **RELEASE, snapshot_id=snapshot_id, wait_timeout=4)
    assert "nothing of" in message
    assert "Run the same task again" in message
    assert len(writes(lab)) == 1
    assert host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id)["changed"] is True


@pytest.mark.parametrize("clash", ["allow", "refuse", "task_fails"])
def test_a_run_that_was_killed_unseen_converges_on_one_vm(
    lab: RunningLab, host: Host, snapshot_id: str, clash: str
) -> None:
    change(lab, "behaviour", pending_restore_listed=False, restore_name_clash=clash)
    change(lab, "durations", restore=600)
    host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id, wait=False)
    host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id)
    first, second = (host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id) for _turn in range(2))
    assert first == second
    assert (first["changed"], first["adopted"]) == (False, True)
    assert len(vms(host, first["vm"]["name"])) == 1 + len(first["duplicates"])


def test_a_failed_restore_fails_with_its_own_words(lab: RunningLab, host: Host, snapshot_id: str) -> None:
    lab.faults([{"path": "restore_entities", "then": {"fail_task": "not enough space in container"}}])
    message = host("cluster-b").fails(MODULE, **RELEASE, snapshot_id=snapshot_id)
    assert "not enough space in container" in message


@pytest.mark.parametrize("body", [{"value": False}, {"message": "cannot restore now"}])
def test_a_refusal_with_a_good_status_is_a_refusal(
    lab: RunningLab, host: Host, snapshot_id: str, body: dict[str, Any]
) -> None:
    lab.faults([{"path": "restore_entities", "then": {"status": 200, "body": body}}])
    assert "refuses to restore" in host("cluster-b").fails(MODULE, **RELEASE, snapshot_id=snapshot_id)


@pytest.mark.parametrize("reply", ["task_uuid", "value"])
def test_a_wait_that_is_over_says_still_running_and_goes_on_next_time(
    lab: RunningLab, host: Host, snapshot_id: str, reply: str
) -> None:
    change(lab, "behaviour", restore_reply=reply)
    change(lab, "durations", restore=1e5)
    assert "still running" in host("cluster-b").fails(MODULE, **RELEASE, snapshot_id=snapshot_id, wait_timeout=1)
    lab.skip(1e5)
    lab.forget()
    result = host("cluster-b")(MODULE, **RELEASE, snapshot_id=snapshot_id)
    assert (result["adopted"], writes(lab)) == (True, [])


@pytest.mark.parametrize("name", ["Büro 'Süd' #1", '50% "off"', "a\\b/c", "黄金", "x;y,z(1)", "1_2_3", "Gold Master"])
def test_awkward_names(lab: RunningLab, host: Host, name: str) -> None:
    change(lab, "vm", "cluster-a", name=name)
    change(lab, "remote_site", "cluster-a", name=f"{name}: B", cluster="cluster-b")
    change(
        lab,
        "protection_domain",
        "cluster-a",
        name=name,
        vms=[name],
        snapshots=[{"age_hours": 1, "remotes": [f"{name}: B"]}],
    )
    (domain,) = host("cluster-a")("pe_protection_domain_info", name=name)["protection_domains"]
    arguments = {
        "protection_domain": name,
        "vm_name": name,
        "release": "r1",
        "snapshot_id": domain["snapshots"][0]["id"],
    }
    made = host("cluster-b")(MODULE, **arguments)
    assert made["vm"]["name"].endswith(name)
    assert host("cluster-b")(MODULE, **arguments)["vm"] == made["vm"]
    host("cluster-b")("pe_vm", name=made["vm"]["name"], state="absent")
    assert vms(host, made["vm"]["name"]) == []
