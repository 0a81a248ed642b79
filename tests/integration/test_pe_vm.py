# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_vm"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.modules import Site, run_module, writes
from lab.running import RunningLab

Host = Callable[[str], Site]
OURS = "ctx_r1_353902_Gold"
AWKWARD = ["Büro 'Süd' #1", '50% "off"', "a\\b/c", "黄金", "x;y,z(1)", "Gold_2", "Gold Master"]


def add(lab: RunningLab, name: str, power_state: str = "off") -> str:
    (made,) = lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": name, "power_state": power_state}])
    return str(made["uuids"][0])


def behave(lab: RunningLab, **switches: Any) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", **switches}])


def slow(lab: RunningLab, **durations: float) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "durations", **durations}])


def names(host: Host) -> list[str]:
    return [vm["name"] for vm in host("cluster-a")("pe_vm_info")["vms"]]


@pytest.mark.parametrize("base_vm", ["Gold", *AWKWARD])
def test_removed_as_predicted_and_then_unchanged(lab: RunningLab, host: Host, base_vm: str) -> None:
    name = f"ctx_r1_353902_{base_vm}"
    uuid = add(lab, name)
    predicted = host("cluster-a")("pe_vm", check=True, name=name, state="absent")
    assert writes(lab) == []
    assert predicted["changed"] is True
    result = host("cluster-a")("pe_vm", name=name, state="absent")
    del result["timeline"]
    assert result == predicted
    assert result["removed"] == [uuid]
    assert name not in names(host)
    lab.forget()
    again = host("cluster-a")("pe_vm", name=name, state="absent")
    assert (again["changed"], again["removed"], writes(lab)) == (False, [], [])


def test_its_snapshots_stay(lab: RunningLab, host: Host) -> None:
    uuid = add(lab, OURS)
    lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": "ctx_Gold_r1", "vm": OURS}])
    host("cluster-a")("pe_vm", uuid=uuid, state="absent")
    assert len(host("cluster-a")("pe_vm_snapshot_info", vm_uuid=uuid)["snapshots"]) == 1
    assert not any("delete_snapshots" in entry["query"] for entry in lab.requests())


def test_every_one_of_the_name_is_removed_when_all_are_ours(lab: RunningLab, host: Host) -> None:
    wanted = {add(lab, OURS), add(lab, OURS)}
    add(lab, f"{OURS}-Finance")
    result = host("cluster-a")("pe_vm", name=OURS, state="absent")
    assert set(result["removed"]) == wanted
    assert f"{OURS}-Finance" in names(host)


@pytest.mark.parametrize("name", ["Gold", "ctx_Gold_2026.10.01-1", "other_r1_353902_Gold", "ctx_r1_Gold"])
def test_what_is_not_ours_is_refused_unless_forced(lab: RunningLab, host: Host, name: str) -> None:
    if name != "Gold":
        add(lab, name)
    for check in (True, False):
        message = host("cluster-a").fails("pe_vm", check=check, name=name, state="absent")
        assert "refused" in message
        assert name in message
    assert writes(lab) == []
    host("cluster-a")("pe_vm", name=name, state="absent", force=True)
    assert name not in names(host)


def test_power_on_and_off_as_predicted(lab: RunningLab, host: Host) -> None:
    add(lab, OURS)
    for state, wanted in (("powered_on", "on"), ("powered_off", "off")):
        lab.forget()
        predicted = host("cluster-a")("pe_vm", check=True, name=OURS, state=state)
        assert writes(lab) == []
        result = host("cluster-a")("pe_vm", name=OURS, state=state)
        assert result == predicted
        assert [vm["power_state"] for vm in host("cluster-a")("pe_vm_info", name=OURS)["vms"]] == [wanted]
        lab.forget()
        assert host("cluster-a")("pe_vm", name=OURS, state=state)["changed"] is False
        assert writes(lab) == []


def test_the_guest_is_asked_first(lab: RunningLab, host: Host) -> None:
    add(lab, OURS, "on")
    host("cluster-a")("pe_vm", name=OURS, state="powered_off")
    assert [entry["body"]["transition"] for entry in lab.requests() if entry["method"] == "POST"] == ["ACPI_SHUTDOWN"]


def test_a_guest_that_does_not_listen_is_switched_off(lab: RunningLab, host: Host) -> None:
    behave(lab, guest_ignores_shutdown=True)
    add(lab, OURS, "on")
    host("cluster-a")("pe_vm", name=OURS, state="powered_off", acpi_timeout=1)
    assert [entry["body"]["transition"] for entry in lab.requests() if entry["method"] == "POST"] == ["ACPI_SHUTDOWN", "OFF"]


def test_a_suspended_vm_is_switched_off(lab: RunningLab, host: Host) -> None:
    add(lab, OURS, "suspended")
    host("cluster-a")("pe_vm", name=OURS, state="powered_off")
    assert [vm["power_state"] for vm in host("cluster-a")("pe_vm_info", name=OURS)["vms"]] == ["off"]


def test_hard_is_hard(lab: RunningLab, host: Host) -> None:
    add(lab, OURS, "on")
    host("cluster-a")("pe_vm", name=OURS, state="powered_off", power_off="hard")
    assert [entry["body"]["transition"] for entry in lab.requests() if entry["method"] == "POST"] == ["OFF"]


def test_an_ambiguous_name_lists_both(lab: RunningLab, host: Host) -> None:
    uuids = [add(lab, OURS), add(lab, OURS)]
    message = host("cluster-a").fails("pe_vm", name=OURS, state="powered_on")
    assert all(uuid in message for uuid in uuids)
    assert writes(lab) == []


def test_a_mistyped_name_says_what_there_is(lab: RunningLab, host: Host) -> None:
    assert "'Gold'" in host("cluster-a").fails("pe_vm", name="gold", state="powered_on", force=True)


def test_name_and_uuid_must_fit(lab: RunningLab, host: Host) -> None:
    uuid = add(lab, OURS)
    assert OURS in host("cluster-a").fails("pe_vm", name="ctx_r2_1_Gold", uuid=uuid, state="absent")
    assert host("cluster-a")("pe_vm", uuid="00000000-0000-4000-8000-000000000000", state="absent")["changed"] is False
    assert "00000000" in host("cluster-a").fails("pe_vm", uuid="00000000-0000-4000-8000-000000000000", state="powered_on")


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("missing", ["refuse", "task"])
def test_a_removal_whose_answer_is_lost_converges(lab: RunningLab, host: Host, drop: str, missing: str) -> None:
    behave(lab, delete_missing=missing)
    uuid = add(lab, OURS)
    lab.faults([{"method": "DELETE", "nth": 1, "then": {"drop": drop}}])
    assert host("cluster-a")("pe_vm", name=OURS, state="absent")["removed"] == [uuid]
    assert OURS not in names(host)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_power_transition_whose_answer_is_lost_converges(lab: RunningLab, host: Host, drop: str) -> None:
    add(lab, OURS)
    lab.faults([{"method": "POST", "nth": 1, "then": {"drop": drop}}])
    host("cluster-a")("pe_vm", name=OURS, state="powered_on")
    assert [vm["power_state"] for vm in host("cluster-a")("pe_vm_info", name=OURS)["vms"]] == ["on"]


def test_a_failed_task_fails_with_its_own_words(lab: RunningLab, host: Host) -> None:
    add(lab, OURS)
    lab.faults([{"method": "DELETE", "then": {"fail_task": "VM is locked by a backup"}}])
    message = host("cluster-a").fails("pe_vm", name=OURS, state="absent")
    assert "VM is locked by a backup" in message
    assert OURS in message


@pytest.mark.parametrize("status", ["Aborted", "ABORTED", "Failed"])
def test_every_bad_end_of_a_task_is_an_end(lab: RunningLab, host: Host, status: str) -> None:
    slow(lab, delete=1e6)
    add(lab, OURS)
    body = {"progress_status": status, "percentage_complete": 100, "meta_response": {"error_code": 7, "error_detail": "stopped by admin"}}
    lab.faults([{"path": "/tasks/", "then": {"status": 200, "body": body}}])
    assert f"{status.capitalize()}: stopped by admin" in host("cluster-a").fails("pe_vm", name=OURS, state="absent")


def test_a_task_that_is_not_listed_yet_is_waited_for(lab: RunningLab, host: Host) -> None:
    add(lab, OURS)
    lab.faults([{"path": "/tasks/", "nth": 1, "then": {"status": 404, "body": {"message": "task is not found"}}}])
    assert host("cluster-a")("pe_vm", name=OURS, state="absent")["changed"] is True


def test_a_wait_that_is_over_says_still_running_and_goes_on_next_time(lab: RunningLab, host: Host) -> None:
    slow(lab, delete=1e6)
    uuid = add(lab, OURS)
    result = run_module("pe_vm", {**host("cluster-a").options, "name": OURS, "state": "absent", "wait_timeout": 1})
    assert result["failed"]
    assert "still running" in result["msg"]
    assert "task" in result["msg"]
    assert OURS in names(host)
    lab.skip(1e6)
    slow(lab, delete=1)
    assert host("cluster-a")("pe_vm", name=OURS, state="absent")["removed"] in ([], [uuid])
    assert OURS not in names(host)


def test_not_waiting_returns_at_once(lab: RunningLab, host: Host) -> None:
    slow(lab, delete=1e6)
    add(lab, OURS)
    assert host("cluster-a")("pe_vm", name=OURS, state="absent", wait=False)["changed"] is True


@pytest.mark.parametrize("case", ["title", "upper"])
def test_task_states_in_any_spelling(lab: RunningLab, host: Host, case: str) -> None:
    behave(lab, status_case=case)
    add(lab, OURS)
    host("cluster-a")("pe_vm", name=OURS, state="absent")
    assert OURS not in names(host)
