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


@pytest.mark.parametrize("state", ["on", "suspended"])
def test_one_that_somebody_uses_is_refused_unless_forced(lab: RunningLab, host: Host, state: str) -> None:
    uuid = add(lab, OURS, state)
    add(lab, OURS)
    for check in (True, False):
        assert uuid in host("cluster-a").fails("pe_vm", check=check, name=OURS, state="absent")
    assert writes(lab) == []
    assert len(host("cluster-a")("pe_vm", name=OURS, state="absent", force=True)["removed"]) == 2


def test_one_that_somebody_has_used_is_refused_unless_forced(lab: RunningLab, host: Host) -> None:
    uuid = add(lab, OURS)
    cluster = host("cluster-a")
    for state in ("powered_on", "powered_off"):
        cluster("pe_vm", uuid=uuid, state=state, power_off="hard")
    assert "is or was, so somebody uses it" in cluster.fails("pe_vm", name=OURS, state="absent")
    assert cluster("pe_vm", uuid=uuid, state="absent", force=True)["removed"] == [uuid]


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
        assert [piece["phase"] for piece in result.pop("timeline")] == ["power"]
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
    assert [entry["body"]["transition"] for entry in lab.requests() if entry["method"] == "POST"] == [
        "ACPI_SHUTDOWN",
        "OFF",
    ]


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
    assert "00000000" in host("cluster-a").fails(
        "pe_vm", uuid="00000000-0000-4000-8000-000000000000", state="powered_on"
    )


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
    body = {
        "progress_status": status,
        "percentage_complete": 100,
        "meta_response": {"error_code": 7, "error_detail": "stopped by admin"},
    }
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


# Many at once.


def many(lab: RunningLab, count: int, power_state: str = "off") -> list[str]:
    (made,) = lab.change(
        [
            {
                "endpoint": "cluster-a",
                "kind": "vm",
                "name": "many-{n}",
                "count": count,
                "power_state": power_state,
                "disk_gib": 1,
            }
        ]
    )
    return list(made["uuids"])


def states(host: Host, uuids: list[str]) -> set[str]:
    return {vm["power_state"] for vm in host("cluster-a")("pe_vm_info")["vms"] if vm["uuid"] in uuids}


@pytest.mark.parametrize("count", [3, 60])
@pytest.mark.parametrize("power_off", ["acpi", "hard"])
def test_many_are_switched_side_by_side_as_predicted_and_then_unchanged(
    lab: RunningLab, host: Host, count: int, power_off: str
) -> None:
    uuids = many(lab, count)
    for state, wanted in (("powered_on", "on"), ("powered_off", "off")):
        options: dict[str, Any] = {"uuids": [*uuids, uuids[0]], "state": state, "force": True, "power_off": power_off}
        lab.forget()
        predicted = host("cluster-a")("pe_vm", check=True, **options)
        assert writes(lab) == []
        result = host("cluster-a")("pe_vm", **options)
        assert [piece["phase"] for piece in result.pop("timeline")] == ["power"]
        assert result == predicted
        assert len(result["vms"]) == len(writes(lab)) == count
        assert states(host, uuids) == {wanted}
        lab.forget()
        assert host("cluster-a")("pe_vm", **options)["changed"] is False
        assert writes(lab) == []
        assert len(lab.requests()) == (count if count < 20 else 1)


def test_guests_that_do_not_listen_are_switched_off(lab: RunningLab, host: Host) -> None:
    behave(lab, guest_ignores_shutdown=True)
    uuids = many(lab, 25, "on")
    host("cluster-a")("pe_vm", uuids=uuids, state="powered_off", force=True, acpi_timeout=1)
    assert states(host, uuids) == {"off"}
    transitions = [entry["body"]["transition"] for entry in lab.requests() if entry["method"] == "POST"]
    assert transitions == ["ACPI_SHUTDOWN"] * 25 + ["OFF"] * 25


@pytest.mark.parametrize("count", [3, 30])
def test_one_that_is_not_there_is_listed_and_holds_up_nobody(lab: RunningLab, host: Host, count: int) -> None:
    uuids = many(lab, count)
    nobody = "00000000-0000-4000-8000-000000000000"
    arguments = {**host("cluster-a").options, "uuids": [*uuids, nobody], "state": "powered_on", "force": True}
    for check in (True, False):
        result = run_module("pe_vm", arguments, check)
        assert result["failed"]
        assert result["failures"] == [{"id": nobody, "name": "", "reason": "there is no VM with this uuid"}]
        assert (result["changed"], len(result["vms"])) == (True, count)
        assert f"1 of {count + 1} VMs could not be powered on: '' ({nobody})" in result["msg"]
        assert (writes(lab) == []) is check
    assert states(host, uuids) == {"on"}


def test_those_whose_task_fails_are_listed_with_its_words(lab: RunningLab, host: Host) -> None:
    uuids = many(lab, 30)
    lab.faults(
        [
            {"method": "POST", "path": f"/vms/{uuid}/", "then": {"fail_task": "no host has enough memory"}}
            for uuid in uuids[:2]
        ]
    )
    lab.faults(
        [
            {
                "method": "POST",
                "path": f"/vms/{uuids[2]}/",
                "then": {"status": 422, "body": {"message": "VM is being migrated"}},
            }
        ]
    )
    result = run_module("pe_vm", {**host("cluster-a").options, "uuids": uuids, "state": "powered_on", "force": True})
    assert result["failed"]
    told = {failure["id"]: failure["reason"] for failure in result["failures"]}
    assert set(told) == set(uuids[:3])
    assert "no host has enough memory" in told[uuids[0]]
    assert "VM is being migrated" in told[uuids[2]]
    assert {vm["uuid"] for vm in result["vms"] if vm["power_state"] == "off"} == set(told)
    lab.clear_faults()
    assert host("cluster-a")("pe_vm", uuids=uuids, state="powered_on", force=True)["changed"] is True


def test_one_that_vanishes_meanwhile_is_listed(lab: RunningLab, host: Host) -> None:
    uuids = many(lab, 2)
    lab.faults(
        [
            {
                "method": "POST",
                "path": f"/vms/{uuids[0]}/",
                "then": {"status": 404, "body": {"message": "VM is not found"}},
            }
        ]
    )
    result = run_module("pe_vm", {**host("cluster-a").options, "uuids": uuids, "state": "powered_on", "force": True})
    assert [failure["reason"] for failure in result["failures"]] == ["it is not there any more"]
    assert states(host, uuids) == {"on", "off"}


@pytest.mark.parametrize("drop", ["before", "after"])
def test_transitions_whose_answers_are_lost_converge(lab: RunningLab, host: Host, drop: str) -> None:
    uuids = many(lab, 25)
    lab.faults([{"method": "POST", "times": 3, "then": {"drop": drop}}])
    host("cluster-a")("pe_vm", uuids=uuids, state="powered_on", force=True)
    assert states(host, uuids) == {"on"}


@pytest.mark.parametrize("count", [1, 2])
def test_a_connection_that_blinks_thrice_at_one_vm_is_endured_and_one_that_stays_away_is_told(
    lab: RunningLab, host: Host, count: int
) -> None:
    uuids = many(lab, count)
    lab.faults([{"method": "POST", "path": f"/vms/{uuids[0]}/", "times": 3, "then": {"drop": "before"}}])
    wanted = {"uuids": uuids} if count > 1 else {"uuid": uuids[0]}
    host("cluster-a")("pe_vm", **wanted, state="powered_on", force=True)
    assert states(host, uuids) == {"on"}
    lab.faults([{"method": "POST", "path": f"/vms/{uuids[0]}/", "then": {"drop": "before"}}])
    assert "no answer to POST" in host("cluster-a").fails(
        "pe_vm", **wanted, state="powered_off", power_off="hard", force=True
    )


def test_many_that_are_not_ready_in_time_are_still_running(lab: RunningLab, host: Host) -> None:
    slow(lab, power=1e6)
    uuids = many(lab, 25)
    message = host("cluster-a").fails("pe_vm", uuids=uuids, state="powered_on", force=True, wait_timeout=1)
    assert "still running" in message
    assert "0 of 25" in message
    assert host("cluster-a")("pe_vm", uuids=uuids, state="powered_on", force=True, wait=False)["changed"] is True


def test_a_role_that_may_not_stops_at_once(lab: RunningLab, host: Host) -> None:
    uuids = many(lab, 60)
    behave(lab, role="viewer")
    assert "403" in host("cluster-a").fails("pe_vm", uuids=uuids, state="powered_on", force=True)
    assert len(writes(lab)) <= 16


def test_many_foreign_ones_are_refused_unless_forced(lab: RunningLab, host: Host) -> None:
    uuids = many(lab, 2)
    for state in ("absent", "powered_on"):
        assert "refused" in host("cluster-a").fails("pe_vm", uuids=uuids, state=state)
    assert writes(lab) == []
    ours = [add(lab, OURS), add(lab, "ctx_r1_353902_Other")]
    result = host("cluster-a")("pe_vm", uuids=[*ours, "00000000-0000-4000-8000-000000000000"], state="absent")
    assert set(result["removed"]) == set(ours)
    assert len(names(host)) == len(set(names(host)))


def test_a_long_list_of_foreign_ones_is_shortened(lab: RunningLab, host: Host) -> None:
    message = host("cluster-a").fails("pe_vm", uuids=many(lab, 60), state="powered_on")
    assert "and 50 more" in message


def test_an_empty_uuid_is_nobody(lab: RunningLab, host: Host) -> None:
    """A plan of an activation has no uuids yet; without check mode one of them missing is an error."""
    uuids = many(lab, 1)
    for state in ("powered_on", "absent"):
        result = host("cluster-a")("pe_vm", check=True, uuids=["", *uuids], state=state, force=True)
        assert [vm["uuid"] for vm in result["vms"]] + result["removed"] == uuids
    result = run_module(
        "pe_vm", {**host("cluster-a").options, "uuids": ["", *uuids], "state": "powered_on", "force": True}
    )
    assert [failure["id"] for failure in result["failures"]] == [""]
    assert "are empty" in host("cluster-a").fails("pe_vm", uuid="", state="absent", force=True)


def test_a_server_error_in_the_middle_of_a_wait_ends_nothing(lab: RunningLab, host: Host) -> None:
    uuids = many(lab, 25)
    slow(lab, power=600)
    lab.faults(
        [
            {
                "method": "GET",
                "path": r"/vms/?$",
                "nth": 2,
                "times": 2,
                "then": {"status": 500, "body": {"message": "internal error"}},
            }
        ]
    )
    host("cluster-a")("pe_vm", uuids=uuids, state="powered_on", force=True)
    assert states(host, uuids) == {"on"}


def test_none_at_all_is_nothing_to_do(lab: RunningLab, host: Host) -> None:
    result = host("cluster-a")("pe_vm", uuids=[], state="powered_on")
    assert (result["changed"], result["vms"]) == (False, [])
    assert "mutually exclusive" in host("cluster-a").fails("pe_vm", uuids=[], name="Gold", state="powered_on")
