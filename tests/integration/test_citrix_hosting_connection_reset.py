# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.desktops import Desktops
from harness.modules import run_module

RESET = "citrix_hosting_connection_reset"
POST = r"/\$resetConnection"
SEARCH = r"/Machines/\$search"
THREE = ["M-001", "M-002", "M-003"]
NEVER = {"reset_connection": 1e7, "hosting_sync": 1e8}


def resets(result: dict[str, Any]) -> dict[str, int]:
    return {connection["name"]: connection["resets"] for connection in result["connections"]}


@pytest.mark.parametrize("state", ["Unknown", "Unavailable"])
def test_resets_twice_and_waits_until_power_states_are_known(desktops: Desktops, state: str) -> None:
    desktops.reset(reset_connection=300)
    desktops.set_machines(THREE, power_state=state)
    planned = desktops.daas(RESET, check=True, names=["conn-a"])
    assert (planned["changed"], resets(planned), planned["machines"]) == (True, {"conn-a": 0}, 8)
    assert planned["power_unknown"] == planned["diff"]["before"]["power_unknown"] == [f"CORP\\{name}" for name in THREE]
    assert planned["diff"]["after"] == {"reset": ["conn-a"], "power_unknown": []}
    assert desktops.writes() == []
    result = desktops.daas(RESET, names=["CONN-A"])
    assert (result["changed"], resets(result), result["power_unknown"]) == (True, {"conn-a": 2}, [])
    assert [piece["phase"] for piece in result["timeline"]] == ["reset"]
    assert len(desktops.asked("POST", POST)) == len(desktops.writes()) == 2
    assert {desktops.machines()[name]["power_state"] for name in THREE} == {"On"}
    again = desktops.daas(RESET, names=["conn-a"])
    assert (again["changed"], resets(again)) == (False, {"conn-a": 0})
    assert len(desktops.writes()) == 2


def test_machines_whose_vm_is_not_found_are_told(desktops: Desktops) -> None:
    desktops.set_machines(["M-001"], power_state="Unknown", hosted_machine_id="00000000-0000-4000-8000-000000000000")
    result = desktops.daas(RESET, names=["conn-a"])
    assert result["vm_not_found"] == ["CORP\\M-001", "CORP\\X-001", "CORP\\X-002"]
    assert "the hypervisor does not know the VMs of 3 machines" in str(result["warnings"])


def test_on_premises_and_several_connections_at_once(desktops: Desktops) -> None:
    assert resets(desktops.cvad(RESET, names=["conn-a"], force=True, settle_timeout=0)) == {"conn-a": 2}
    desktops.set_machines(["M-001", "L-001"], power_state="Unknown")
    assert resets(desktops.daas(RESET, names=["conn-a", "conn-b"])) == {"conn-a": 2, "conn-b": 2}
    desktops.set_machines(["L-001"], power_state="Unknown")
    assert resets(desktops.daas(RESET, names=["conn-a", "conn-b"])) == {"conn-a": 0, "conn-b": 2}


def test_states_that_were_known_before_are_trusted_when_the_site_has_looked_since(desktops: Desktops) -> None:
    # Longer than this test may take: the second reset comes by the condition, not by the clock.
    result = desktops.daas(RESET, names=["conn-a"], catalogs=[{"name": "Desks"}], force=True, settle_timeout=3600)
    assert (result["changed"], resets(result), result["power_unknown"]) == (True, {"conn-a": 2}, [])


def test_states_that_were_known_before_prove_nothing_where_the_site_does_not_say_when_it_looked(
    desktops: Desktops,
) -> None:
    desktops.lab.change([{"endpoint": "daas", "kind": "behaviour", "hosting_update_time": "change"}])
    result = desktops.daas(RESET, names=["conn-a"], force=True, settle_timeout=1)
    assert (result["changed"], resets(result)) == (True, {"conn-a": 2})
    first, second = desktops.asked("POST", POST)
    assert second["started"] - first["started"] >= 1


def test_once_when_that_is_enough(desktops: Desktops) -> None:
    desktops.set_machines(THREE, power_state="Unknown")
    assert resets(desktops.daas(RESET, names=["conn-a"], always_twice=False)) == {"conn-a": 1}
    desktops.reset(reset_connection=1200)
    desktops.set_machines(THREE, power_state="Unknown")
    assert resets(desktops.daas(RESET, names=["conn-a"], always_twice=False, settle_timeout=1)) == {"conn-a": 2}


def test_what_stays_unknown_is_named_with_what_to_do(desktops: Desktops) -> None:
    desktops.reset(**NEVER)
    desktops.set_machines(THREE, power_state="Unknown")
    result = run_module(RESET, {**desktops.daas.options, "names": ["conn-a"], "settle_timeout": 0, "wait_timeout": 1})
    assert result["failed"]
    assert (
        " s after the reset the power state of 3 of 8 machines is not known: CORP\\M-001, CORP\\M-002, CORP\\M-003."
        in result["msg"]
    )
    assert "Look whether their VMs are on the cluster" in result["msg"]
    assert result["power_unknown"] == [f"CORP\\{name}" for name in THREE]
    assert result["timeline"][0]["phase"] == "reset"
    assert (
        desktops.daas(RESET, names=["conn-a"], settle_timeout=0, wait=False)["power_unknown"] == result["power_unknown"]
    )


def test_only_machines_of_the_scope_are_waited_for(desktops: Desktops) -> None:
    desktops.reset(**NEVER)
    desktops.set_machines(["X-001"], power_state="Unknown")
    scope: dict[str, Any] = {"names": ["conn-a"], "catalogs": [{"name": "Desks"}, {"name": "Labs"}]}
    result = desktops.daas(RESET, **scope)
    assert (result["changed"], result["machines"]) == (False, 6)
    assert desktops.daas(RESET, names=["conn-a"], exclude=["X-001"])["changed"] is False
    told = desktops.daas(RESET, names=["conn-a"], machines=["M-001", "M-0001"])
    assert "no machine is called 'M-0001'" in str(told["warnings"])
    assert desktops.writes() == []


def test_connections_that_cannot_be_used(desktops: Desktops) -> None:
    desktops.set_machines(["L-001"], power_state="Unknown")
    desktops.change("hypervisor", hypervisor="conn-b", in_maintenance_mode=True)
    for check in (True, False):
        told = desktops.daas.fails(RESET, check=check, names=["conn-a", "conn-b"])
        assert "the site does not use a connection that is in maintenance mode: conn-b" in told
    assert desktops.daas(RESET, names=["conn-a"])["changed"] is False
    assert desktops.writes() == []
    desktops.change("hypervisor", hypervisor="conn-b", in_maintenance_mode=False)
    desktops.connection_answers("conn-b", Fault={"State": "Unavailable", "Reason": "Host unreachable"})
    assert "connection conn-b has a fault: Unavailable (Host unreachable)" in str(
        desktops.daas(RESET, names=["conn-b"])["warnings"]
    )
    desktops.reset(**NEVER)
    desktops.set_machines(["L-001"], power_state="Unknown")
    desktops.connection_answers("conn-b", Fault={"State": "Unavailable"})
    assert "CORP\\L-001; connection conn-b has a fault: Unavailable." in desktops.daas.fails(
        RESET, names=["conn-b"], settle_timeout=0, wait_timeout=1
    )


def test_names(desktops: Desktops) -> None:
    assert "there is no hypervisor connection 'conn-c'. Near names are" in desktops.daas.fails(RESET, names=["conn-c"])
    assert "there is no catalog 'Desk'. Near names are 'Desks'" in desktops.daas.fails(
        RESET, names=["conn-a"], catalogs=[{"name": "Desk"}]
    )
    desktops.lab.forget()
    assert desktops.daas(RESET, names=[], force=True)["changed"] is False
    assert desktops.lab.requests() == []


@pytest.mark.parametrize(
    "then",
    [{"status": 503}, {"status": 500}, {"drop": "before"}, {"drop": "after"}],
    ids=lambda then: "-".join(map(str, *then.items())),
)
@pytest.mark.parametrize("nth", [1, 2])
def test_a_lost_answer_never_means_a_reset_too_few(desktops: Desktops, then: dict[str, Any], nth: int) -> None:
    desktops.set_machines(THREE, power_state="Unknown")
    desktops.fault(POST, then, nth=nth)
    assert desktops.daas(RESET, names=["conn-a"])["power_unknown"] == []
    (connection,) = [
        each for each in desktops.lab.estate.endpoint("daas").state()["hypervisors"] if each["name"] == "conn-a"
    ]
    assert connection["resets"] in (2, 3)


def test_a_reset_whose_answer_was_lost_is_followed_while_it_runs(desktops: Desktops) -> None:
    desktops.reset(read_job=300)
    desktops.set_machines(THREE, power_state="Unknown")
    desktops.fault(POST, {"drop": "after"}, nth=1)
    assert desktops.daas(RESET, names=["conn-a"])["power_unknown"] == []
    assert len(desktops.asked("POST", POST)) == 2


def test_a_reset_that_is_refused_or_fails(desktops: Desktops) -> None:
    desktops.set_machines(THREE, power_state="Unknown")
    desktops.fault(POST, {"status": 403, "body": {"detail": "Not yours"}}, nth=1)
    assert "Not yours" in desktops.daas.fails(RESET, names=["conn-a"])
    desktops.fault(POST, {"fail_task": "The plug-in crashed"}, nth=1)
    assert "The plug-in crashed" in desktops.daas.fails(RESET, names=["conn-a"])
    desktops.lab.clear_faults()
    desktops.fault(POST, {"status": 503})
    assert "It may have taken effect" in desktops.daas.fails(RESET, names=["conn-a"])
    desktops.lab.clear_faults()
    desktops.fault(POST, {"job_status": "CompleteWithWarning"}, nth=1)
    assert "resetting connection conn-a: The job ended CompleteWithWarning." in str(
        desktops.daas(RESET, names=["conn-a"])["warnings"]
    )


def test_an_answer_without_a_job_is_enough(desktops: Desktops) -> None:
    desktops.set_machines(THREE, power_state="Unknown")
    desktops.fault(POST, {"status": 204}, nth=1)
    assert desktops.daas(RESET, names=["conn-a"], settle_timeout=1)["power_unknown"] == []


def test_a_machine_that_is_deleted_meanwhile_is_not_waited_for(desktops: Desktops) -> None:
    desktops.reset(**NEVER)
    desktops.set_machines(["M-001"], power_state="Unknown")
    desktops.change("delete_machine", machine="M-001", after=300.0)
    assert desktops.daas(RESET, names=["conn-a"])["power_unknown"] == []
    desktops.set_machines(["X-001"], power_state="Unknown")
    desktops.fault("/MachineCatalogs/.*/Machines", {"status": 404})
    assert desktops.daas(RESET, names=["conn-a"])["power_unknown"] == []


@pytest.mark.parametrize(
    "search",
    [
        None,
        {"status": 501},
        {"status": 503},
        {"drop": "after"},
        {"status": 200, "body": {"Items": [], "ContinuationToken": None, "TotalItems": 0}},
    ],
    ids=["works", "unsupported", "503", "lost answer", "finds nothing"],
)
def test_more_than_a_thousand_machines_whatever_the_search_does(
    desktops: Desktops, search: dict[str, Any] | None
) -> None:
    desktops.reset(reset_connection=600)
    desktops.change(
        "catalog",
        name="Large",
        hypervisor="conn-a",
        provisioning_type="Manual",
        machines=1100,
        machine_prefix="B-{n:05d}",
    )
    desktops.set_machines([f"B-{number:05d}" for number in range(1, 1101)], power_state="Unknown")
    if search:
        desktops.fault(SEARCH, search)
    result = desktops.daas(RESET, names=["conn-a"], catalogs=[{"name": "Large"}])
    assert (result["power_unknown"], len(result["vm_not_found"])) == ([], 1100)
    searches, lists = desktops.asked("POST", SEARCH), desktops.asked("GET", "/MachineCatalogs/.*/Machines$")
    assert len(lists) == 6 if search is None else len(lists) > 6
    # One for each session type, and none after a search that failed or is wrong.
    assert len(searches) > 2 if search is None else len(searches) == (2 if search.get("status") == 200 else 1)


def test_a_search_that_turns_in_circles_is_done_without(desktops: Desktops) -> None:
    desktops.change(
        "catalog",
        name="Large",
        hypervisor="conn-a",
        provisioning_type="Manual",
        machines=1100,
        machine_prefix="B-{n:05d}",
    )
    desktops.set_machines([f"B-{number:05d}" for number in range(1, 1101)], power_state="Unknown")
    desktops.fault(SEARCH, {"status": 200, "body": {"Items": [], "ContinuationToken": "again"}})
    assert desktops.daas(RESET, names=["conn-a"], catalogs=[{"name": "Large"}])["power_unknown"] == []
    assert len(desktops.asked("POST", SEARCH)) == 2


@pytest.mark.parametrize("path", ["/Me", "/hypervisors", "/Machines", POST, "/Jobs/"])
def test_the_token_may_expire_at_any_request(desktops: Desktops, path: str) -> None:
    desktops.set_machines(THREE, power_state="Unknown")
    desktops.fault(path, {"expire_token": True}, nth=1)
    assert desktops.daas(RESET, names=["conn-a"])["power_unknown"] == []


@pytest.mark.parametrize(
    "switch",
    [
        {"unasked_fields": "null"},
        {"location_host": "gateway.invalid"},
        {"new_job_hidden_seconds": 200},
        {"unset_times": "null"},
        {"limit_above_1000": "clamp"},
    ],
)
def test_switches(desktops: Desktops, switch: dict[str, Any]) -> None:
    desktops.behave(**switch)
    desktops.set_machines(THREE, power_state="Unknown")
    assert desktops.daas(RESET, names=["conn-a"])["power_unknown"] == []
    assert desktops.daas(RESET, names=["conn-a"])["changed"] is False
