# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_vm_snapshot"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations import pe_vm_snapshot
from harness.images import put_own_image
from harness.modules import Site, run_module, writes
from lab.running import RunningLab

Host = Callable[[str], Site]
IMAGE = "ctx_Gold_r1"
TEMPORARY = "ctx_r1_353902_Gold"
AWKWARD = ["ctx_Büro 'Süd' #1_r1", 'ctx_50% "off"_r1', "ctx_a\\b/c_r1", "ctx_黄金_r1", "ctx_x;y,z(1)_r1"]


def behave(lab: RunningLab, **switches: Any) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", **switches}])


def slow(lab: RunningLab, **durations: float) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "durations", **durations}])


@pytest.fixture
def vm(lab: RunningLab) -> str:
    """The uuid of a temporary VM on cluster-a."""
    (made,) = lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": TEMPORARY}])
    return str(made["uuids"][0])


def images(host: Host, name: str = IMAGE) -> list[dict[str, Any]]:
    return list(host("cluster-a")("pe_vm_snapshot_info", name=name)["snapshots"])


@pytest.mark.parametrize("name", [IMAGE, *AWKWARD])
def test_made_as_predicted_and_then_unchanged(lab: RunningLab, host: Host, vm: str, name: str) -> None:
    cluster = host("cluster-a")
    predicted = cluster("pe_vm_snapshot", check=True, name=name, vm_uuid=vm)
    assert writes(lab) == []
    made = cluster("pe_vm_snapshot", name=name, vm_uuid=vm)
    assert made["changed"] is predicted["changed"] is True
    known_later = ("uuid", "created")
    assert {key: value for key, value in made["snapshot"].items() if key not in known_later} == {
        key: value for key, value in predicted["snapshot"].items() if key not in known_later
    }
    assert images(host, name) == [made["snapshot"]]
    lab.forget()
    again = cluster("pe_vm_snapshot", name=name, vm_uuid=vm)
    assert (again["changed"], again["snapshot"], writes(lab)) == (False, made["snapshot"], [])
    assert cluster("pe_vm_snapshot", name=name, check=True)["changed"] is False


@pytest.mark.parametrize("source", ["Gold", "desk-a-001", TEMPORARY])
def test_an_image_of_another_vm_is_not_the_one_that_is_wanted(lab: RunningLab, host: Host, source: str) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": IMAGE, "vm": source}])
    (made,) = lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": TEMPORARY}])
    for check in (True, False):
        assert f"was taken of '{source}'" in host("cluster-a").fails(
            "pe_vm_snapshot", check=check, name=IMAGE, vm_uuid=made["uuids"][0]
        )
    assert "was taken of" in host("cluster-a").fails("pe_vm_snapshot", name=IMAGE, vm_name="desk-a-002")
    assert writes(lab) == []


def test_two_runs_that_each_restored_a_vm_share_one_image(lab: RunningLab, host: Host, vm: str) -> None:
    (other,) = lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": TEMPORARY}])
    made = host("cluster-a")("pe_vm_snapshot", name=IMAGE, vm_uuid=vm)["snapshot"]
    assert host("cluster-a")("pe_vm_snapshot", name=IMAGE, vm_uuid=other["uuids"][0])["snapshot"] == made
    lab.change([{"endpoint": "cluster-a", "kind": "delete_vm", "vm": uuid} for uuid in (vm, other["uuids"][0])])
    for named in ({"vm_uuid": vm}, {"vm_name": TEMPORARY}, {}):
        assert host("cluster-a")("pe_vm_snapshot", name=IMAGE, **named)["changed"] is False


@pytest.mark.parametrize("other", ["ctx_Gold_R1", "CTX_Gold_r1", "ctx_gold_r1"])
def test_a_name_that_differs_in_case_only_is_refused(lab: RunningLab, host: Host, vm: str, other: str) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": other, "vm": "Gold"}])
    for check in (True, False):
        assert "Citrix cannot tell them apart" in host("cluster-a").fails(
            "pe_vm_snapshot", check=check, name=IMAGE, vm_uuid=vm
        )
    assert writes(lab) == []


def test_check_mode_needs_no_vm_yet(lab: RunningLab, host: Host) -> None:
    for source in ({}, {"vm_uuid": ""}, {"vm_uuid": "00000000-0000-4000-8000-000000000000"}, {"vm_name": TEMPORARY}):
        result = host("cluster-a")("pe_vm_snapshot", check=True, name=IMAGE, **source)
        assert result["changed"] is True
        assert (result["snapshot"]["name"], result["snapshot"]["lineage"]) == (IMAGE, None)
    assert writes(lab) == []


def test_a_vm_that_is_not_there_is_an_error(lab: RunningLab, host: Host) -> None:
    cluster = host("cluster-a")
    assert "no VM is named" in cluster.fails("pe_vm_snapshot", name=IMAGE)
    assert "00000000" in cluster.fails("pe_vm_snapshot", name=IMAGE, vm_uuid="00000000-0000-4000-8000-000000000000")
    assert "'Gold'" in cluster.fails("pe_vm_snapshot", name=IMAGE, vm_name="gold")
    assert writes(lab) == []


def test_two_vms_of_the_name_are_listed(lab: RunningLab, host: Host, vm: str) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": TEMPORARY}])
    assert vm in host("cluster-a").fails("pe_vm_snapshot", name=IMAGE, vm_name=TEMPORARY)
    assert TEMPORARY in host("cluster-a").fails("pe_vm_snapshot", name=IMAGE, vm_name="Gold", vm_uuid=vm)


def test_two_snapshots_of_the_name_are_listed(lab: RunningLab, host: Host, vm: str) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": IMAGE, "vm": "Gold"}] * 2)
    listed = [image["uuid"] for image in images(host)]
    for arguments in ({"vm_uuid": vm}, {"state": "absent"}):
        message = host("cluster-a").fails("pe_vm_snapshot", name=IMAGE, **arguments)
        assert all(uuid in message for uuid in listed)
    host("cluster-a")("pe_vm_snapshot", uuid=listed[0], state="absent", force=True)
    assert [image["uuid"] for image in images(host)] == [listed[1]]


@pytest.mark.parametrize(
    ("drop", "duplicate", "entity"),
    [
        ("before", "idempotent", "vm"),
        ("after", "idempotent", "snapshot"),
        ("before", "refuse", "none"),
        ("after", "refuse", "vm"),
    ],
)
def test_a_lost_answer_makes_one_snapshot(
    lab: RunningLab, host: Host, vm: str, drop: str, duplicate: str, entity: str
) -> None:
    behave(lab, duplicate_uuid=duplicate, snapshot_task_entity=entity)
    lab.faults([{"method": "POST", "nth": 1, "then": {"drop": drop}}])
    made = host("cluster-a")("pe_vm_snapshot", name=IMAGE, vm_uuid=vm, wait_timeout=4)
    assert made["changed"] is True
    assert images(host) == [made["snapshot"]]


@pytest.mark.parametrize("duplicate", ["idempotent", "refuse"])
def test_a_run_that_was_killed_is_picked_up(lab: RunningLab, host: Host, vm: str, duplicate: str) -> None:
    behave(lab, duplicate_uuid=duplicate)
    slow(lab, snapshot=1200)
    host("cluster-a")("pe_vm_snapshot", name=IMAGE, vm_uuid=vm, wait=False)
    made = host("cluster-a")("pe_vm_snapshot", name=IMAGE, vm_uuid=vm)
    assert images(host) == [made["snapshot"]]


def test_a_name_may_be_used_again_while_the_removed_one_lingers(lab: RunningLab, host: Host, vm: str) -> None:
    behave(lab, deleted_snapshots_linger_seconds=1e6)
    cluster = host("cluster-a")
    first = cluster("pe_vm_snapshot", name=IMAGE, vm_uuid=vm)["snapshot"]
    cluster("pe_vm_snapshot", name=IMAGE, state="absent")
    second = cluster("pe_vm_snapshot", name=IMAGE, vm_uuid=vm)
    assert second["changed"] is True
    assert second["snapshot"]["uuid"] != first["uuid"]
    assert images(host) == [second["snapshot"]]


def test_a_failed_task_fails_with_its_own_words(lab: RunningLab, host: Host, vm: str) -> None:
    lab.faults([{"method": "POST", "then": {"fail_task": "no space left"}}])
    message = host("cluster-a").fails("pe_vm_snapshot", name=IMAGE, vm_uuid=vm, wait_timeout=4)
    assert "no space left" in message
    assert IMAGE in message


def test_a_wait_that_is_over_says_still_running_and_goes_on_next_time(lab: RunningLab, host: Host, vm: str) -> None:
    slow(lab, snapshot=1e6)
    result = run_module(
        "pe_vm_snapshot", {**host("cluster-a").options, "name": IMAGE, "vm_uuid": vm, "wait_timeout": 1}
    )
    assert "still running" in result["msg"]
    lab.skip(1e6)
    assert host("cluster-a")("pe_vm_snapshot", name=IMAGE, vm_uuid=vm)["changed"] is False
    assert len(images(host)) == 1


def test_removed_as_predicted_and_then_unchanged(lab: RunningLab, host: Host) -> None:
    cluster, name = host("cluster-a"), IMAGE
    put_own_image(lab, "cluster-a", "r1")
    predicted = cluster("pe_vm_snapshot", check=True, name=name, state="absent")
    assert writes(lab) == []
    assert cluster("pe_vm_snapshot", name=name, state="absent") == predicted
    assert predicted["changed"] is True
    assert images(host, name) == []
    lab.forget()
    assert cluster("pe_vm_snapshot", name=name, state="absent")["changed"] is False
    assert writes(lab) == []


@pytest.mark.parametrize("name", ["ctx_Gold", "before upgrade", "other_Gold_r1", "ctx_Gold_r1"])
def test_what_is_not_ours_is_refused_unless_forced(lab: RunningLab, host: Host, name: str) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": name, "vm": "Gold"}])
    for check in (True, False):
        assert "refused" in host("cluster-a").fails("pe_vm_snapshot", check=check, name=name, state="absent")
    assert writes(lab) == []
    assert host("cluster-a")("pe_vm_snapshot", name=name, state="absent", force=True)["changed"] is True
    assert images(host, name) == []


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize(("missing", "status"), [("refuse", 404), ("refuse", 422), ("refuse", 500), ("task", 404)])
def test_a_removal_whose_answer_is_lost_converges(
    lab: RunningLab, host: Host, drop: str, missing: str, status: int
) -> None:
    behave(lab, delete_missing=missing, not_found_status=status, deleted_snapshots_linger_seconds=0)
    lab.faults([{"method": "DELETE", "nth": 1, "then": {"drop": drop}}])
    put_own_image(lab, "cluster-a", "r1")
    assert host("cluster-a")("pe_vm_snapshot", name=IMAGE, state="absent")["changed"] is True
    assert images(host) == []


def test_a_name_is_needed(lab: RunningLab, host: Host) -> None:
    assert "name" in host("cluster-a").fails("pe_vm_snapshot", vm_uuid="x")
    assert "name, uuid" in host("cluster-a").fails("pe_vm_snapshot", state="absent")


@pytest.mark.parametrize(("again", "words"), [(None, "is on"), ("powered_off", "was switched on")])
def test_no_image_is_taken_of_a_temporary_vm_that_somebody_switched_on(
    host: Host, vm: str, again: str | None, words: str
) -> None:
    cluster = host("cluster-a")
    cluster("pe_vm", name=TEMPORARY, state="powered_on")
    if again:
        cluster("pe_vm", name=TEMPORARY, state=again, force=True)
    assert words in cluster.fails("pe_vm_snapshot", name=IMAGE, vm_uuid=vm, check=True)
    assert words in cluster.fails("pe_vm_snapshot", name=IMAGE, vm_uuid=vm)
    assert images(host) == []


@pytest.mark.parametrize("take_back", [True, False])
def test_an_image_of_a_vm_that_was_switched_on_meanwhile_is_taken_back_or_named(
    lab: RunningLab, host: Host, vm: str, take_back: bool
) -> None:
    defaults = {option: spec.get("default") for option, spec in pe_vm_snapshot.ARGUMENTS.items()}
    params = {**defaults, **host("cluster-a").options, "state": "present", "name": IMAGE, "vm_uuid": vm}
    params["take_back"] = take_back
    observed = pe_vm_snapshot.observe(params, Reporter())
    plan = pe_vm_snapshot.plan(params, observed)
    host("cluster-a")("pe_vm", name=TEMPORARY, state="powered_on")
    with pytest.raises(Refusal, match="no true copy") as refused:
        pe_vm_snapshot.apply(params, observed, plan, Reporter())
    left = [image["uuid"] for image in images(host)]
    assert left == ([] if take_back else [refused.value.details["untrue_image"]])
