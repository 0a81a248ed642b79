# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.desktops import Desktops
from harness.modules import run_module

PROOF = "citrix_machine_proof"
USUAL_SCALE = 600.0
ELSEWHERE = "00000000-0000-4000-8000-000000000000"


def test_proven(desktops: Desktops) -> None:
    machines = desktops.hosting()
    result = desktops.daas(PROOF, machines=machines)
    assert (result["proven"], result["reason"], result["changed"]) == (True, "", False)
    assert [(each["name"], each["machines"], each["on"], each["registered"]) for each in result["catalogs"]] == [
        ("Desks", 6, 6, 6),
        ("Labs", 4, 4, 4),
        ("Loose", 2, 2, 2),
    ]
    assert (result["counts"]["registered_percent"], result["counts"]["machines"]) == (100, 12)
    assert [piece["phase"] for piece in result["timeline"]] == ["proof"]
    assert result["seconds"] >= 0
    assert desktops.cvad(PROOF, machines=desktops.hosting(endpoint="cvad"))["proven"] is True
    assert desktops.writes() == []


def test_evidence_of_nothing_is_no_proof(desktops: Desktops) -> None:
    assert "Nothing is verified, because no machines were given" in desktops.daas.fails(PROOF, machines=[])
    result = desktops.daas(PROOF, machines=[], fail=False)
    assert (result["proven"], result["reason"], result["catalogs"]) == (False, "no machines were given", [])
    assert desktops.lab.requests() == []


def test_waits_until_enough_are_registered(desktops: Desktops) -> None:
    machines = desktops.hosting()
    desktops.set_machines(["M-001", "M-002"], registration_state="Unregistered")
    told = run_module(PROOF, {**desktops.daas.options, "machines": machines, "wait_timeout": 1})
    assert told["failed"]
    assert (
        "12 machines are not verified within 1 s: 10 of 12 machines that are on are registered, 90 % are wanted (not"
        " CORP\\M-001, CORP\\M-002)" in told["msg"]
    )
    assert (told["proven"], told["unregistered"]) == (False, ["CORP\\M-001", "CORP\\M-002"])
    assert desktops.daas(PROOF, machines=machines, registered_percent=83)["proven"] is True
    assert desktops.daas(PROOF, machines=machines, wait=False, fail=False)["proven"] is False
    desktops.set_machines(["M-001", "M-002"], power_state="Unknown")
    assert "2 of 12 machines have a power state that is not known" in desktops.daas.fails(
        PROOF, machines=machines, wait=False
    )
    # conn-a is reset by somebody while it is waited
    desktops.reset(reset_connection=600)
    machines = desktops.hosting()
    desktops.set_machines(["M-001", "M-002"], power_state="Unknown", registration_state="Unregistered")
    desktops.daas("citrix_hosting_connection_reset", names=["conn-a"], settle_timeout=0, wait=False)
    assert desktops.daas(PROOF, machines=machines, registered_percent=100, wait_timeout=60)["proven"] is True


def test_a_catalog_that_is_well_is_not_looked_at_again(desktops: Desktops) -> None:
    desktops.change(
        "catalog",
        name="Large",
        hypervisor="conn-b",
        provisioning_type="Manual",
        machines=30,
        machine_prefix="B-{n:05d}",
    )
    machines = desktops.hosting()
    desktops.set_machines(["M-001", "M-002"], registration_state="Unregistered")
    desktops.daas.fails(PROOF, machines=machines, registered_percent=100, wait_timeout=1)
    asked = [entry["path"] for entry in desktops.asked("GET", "/MachineCatalogs/.*/Machines$")]
    assert sorted(asked.count(path) for path in set(asked)) == [1, 1, 1, 1]
    assert len(desktops.asked("GET", r"/Machines/[-0-9a-f]+$")) >= 12


def test_wrong_hosting_is_told_both_ways(desktops: Desktops) -> None:
    first, second, *rest = desktops.hosting()
    wanted = [{**first, "hosted_machine_id": ELSEWHERE}, {**second, "hypervisor_connection": "conn-x"}, *rest]
    told = run_module(PROOF, {**desktops.daas.options, "machines": wanted, "wait": False})
    assert "2 of 12 machines do not have the expected hosting (CORP\\L-001, CORP\\L-002)" in told["msg"]
    assert told["wrong_hosting"][0] == {
        "name": "CORP\\L-001",
        "hosted_machine_id": first["hosted_machine_id"],
        "hypervisor_connection": "conn-b",
        "wanted_hosted_machine_id": ELSEWHERE,
        "wanted_hypervisor_connection": "conn-b",
    }
    assert [each["wrong_hosting"] for each in told["catalogs"]] == [0, 2, 0]
    shouted = [
        {
            **each,
            "hosted_machine_id": each["hosted_machine_id"].upper(),
            "hypervisor_connection": each["hypervisor_connection"].upper(),
        }
        for each in rest
    ]
    assert desktops.daas(PROOF, machines=shouted)["proven"] is True


def test_check_mode_looks_once_and_never_fails(desktops: Desktops) -> None:
    machines = [
        {**machine, "hosted_machine_id": "", "hypervisor_connection": "conn-b"} for machine in desktops.hosting()
    ]
    result = desktops.daas(PROOF, check=True, machines=machines)
    assert (result["proven"], len(result["wrong_hosting"]), result["seconds"]) == (False, 8, 0)
    assert "timeline" not in result
    assert len(desktops.asked("GET", "/Machines/")) == 12
    assert "machines lacks hosted_machine_id of CORP\\L-001" in desktops.daas.fails(PROOF, machines=machines)
    assert "an entry of machines lacks id, catalog_id" in desktops.daas.fails(
        PROOF, machines=[{**machines[0], "id": None, "catalog_id": ""}]
    )
    assert desktops.writes() == []


def test_what_is_off_proves_nothing(desktops: Desktops) -> None:
    machines = desktops.hosting("CORP\\M-001", "CORP\\M-002")
    desktops.set_machines(["M-001", "M-002"], power_state="Off", registration_state="Unregistered")
    result = desktops.daas(PROOF, machines=machines, wait=False, fail=False)
    assert (result["proven"], result["off"]) == (False, ["CORP\\M-001", "CORP\\M-002"])
    assert result["reason"] == "0 machines are registered, at least 1 must be to verify anything"
    assert desktops.daas(PROOF, machines=machines, wait=False, registered_at_least=0)["proven"] is True
    assert "0 of 2 machines are on, 50 % are wanted" in desktops.daas.fails(
        PROOF, machines=machines, wait=False, powered_on_percent=50
    )


def test_a_vm_that_is_not_found_is_no_proof(desktops: Desktops) -> None:
    machines = desktops.hosting()
    desktops.set_machines(["M-001"], power_state="VirtualMachineNotFound", registration_state="Unregistered")
    result = desktops.daas(PROOF, machines=machines, wait=False, fail=False)
    assert (result["proven"], result["vm_not_found"]) == (False, ["CORP\\M-001"])


def test_what_the_hypervisor_does_not_know_is_not_waited_for_to_the_end(desktops: Desktops) -> None:
    machines = desktops.hosting()
    desktops.set_machines(["M-001"], power_state="VirtualMachineNotFound", registration_state="Unregistered")
    told = desktops.daas.fails(PROOF, machines=machines, wait_timeout=12)
    assert "have a VM that the hypervisor does not know" in told
    assert "not proven within" not in told


def test_machines_that_are_gone_are_told_and_left_out(desktops: Desktops) -> None:
    machines = desktops.hosting()
    desktops.change("delete_machine", machine="M-001")
    desktops.change("delete_catalog", catalog="Loose")
    result = desktops.daas(PROOF, machines=machines)
    assert (result["proven"], result["gone"]) == (True, ["CORP\\M-001", "CORP\\X-001", "CORP\\X-002"])
    assert "3 machines are gone from the site" in str(result["warnings"])
    gone = [machine for machine in machines if machine["name"] in result["gone"]]
    assert "all 3 machines are gone" in desktops.daas.fails(PROOF, machines=gone, wait_timeout=60)


def test_a_machine_in_another_catalog_than_before_is_found(desktops: Desktops) -> None:
    machines = [{**machine, "catalog_id": ELSEWHERE} for machine in desktops.hosting()]
    assert desktops.daas(PROOF, machines=machines)["proven"] is True


@pytest.mark.parametrize("known", [True, False])
def test_more_than_a_thousand_machines(desktops: Desktops, known: bool) -> None:
    desktops.change(
        "catalog",
        name="Large",
        hypervisor="conn-b",
        provisioning_type="Manual",
        machines=1100,
        machine_prefix="B-{n:05d}",
    )
    machines = desktops.hosting()
    if not known:
        machines = [{**machine, "catalog_id": ELSEWHERE} for machine in machines]
    assert desktops.daas(PROOF, machines=machines, wait=False)["counts"]["registered"] == 1112
    assert len(desktops.lab.requests()) < 20


@pytest.mark.parametrize(
    ("option", "value"),
    [("heartbeat_lag", -1), ("registered_percent", 101), ("powered_on_percent", -1), ("registered_at_least", -1)],
)
def test_senseless_terms_are_refused(desktops: Desktops, option: str, value: int) -> None:
    assert f"{option} is {value}. Give a" in desktops.daas.fails(PROOF, machines=[], **{option: value})


@pytest.mark.parametrize(
    "then",
    [
        {"status": 503},
        {"status": 429, "body": {"parameters": [{"name": "retryDelay", "value": "1"}]}},
        {"drop": "after"},
        {"expire_token": True},
    ],
    ids=["503", "429", "lost answer", "token expires"],
)
def test_one_bad_answer_does_not_matter(desktops: Desktops, then: dict[str, Any]) -> None:
    machines = desktops.hosting()
    desktops.fault("/Machines", then, nth=1)
    assert desktops.daas(PROOF, machines=machines)["proven"] is True


@pytest.mark.parametrize(
    "switch", [{"unasked_fields": "null"}, {"not_found": 500}, {"error_shape": "c"}, {"limit_above_1000": "clamp"}]
)
def test_switches(desktops: Desktops, switch: dict[str, Any]) -> None:
    machines = desktops.hosting()
    desktops.behave(**switch)
    desktops.change("delete_machine", machine="X-001")
    assert desktops.daas(PROOF, machines=machines)["gone"] == ["CORP\\X-001"]


def test_the_whole_way_after_a_failover(desktops: Desktops, tmp_path: Path) -> None:
    """Drained, re-hosted, reset, moved to the other zone, released, proven; and nothing of it is done again the second
    time."""
    saved_path = str(tmp_path / "drained.json")
    desk = {"catalogs": [{"name": "Desks"}]}
    desktops.daas("citrix_machine_maintenance", state="drained", **desk, saved_path=saved_path)
    vms = [
        {"name": vm["name"], "uuid": vm["uuid"], "hypervisor_connection": "conn-b", "cluster": "cluster-b"}
        for vm in desktops.hosts["cluster-b"]("pe_vm_info")["vms"]
        if vm["name"].startswith("M-")
    ]

    def re_host() -> dict[str, bool]:
        hosted = desktops.daas("citrix_machine_hosting", **desk, vms=vms)
        moved = {"only_when_moved": True, "hypervisor_connection": "conn-b"}
        return {
            "hosting": hosted["changed"],
            "reset": desktops.daas("citrix_hosting_connection_reset", names=["conn-b"], force=hosted["changed"])[
                "changed"
            ],
            "zone": desktops.daas("citrix_catalog_zone", catalogs=hosted["catalogs_by_connection"]["conn-b"], **moved)[
                "changed"
            ],
            "released": desktops.daas("citrix_machine_maintenance", state="released", saved_path=saved_path)["changed"],
            "proven": desktops.daas(PROOF, machines=hosted["machines"], registered_percent=100)["proven"],
        }

    assert re_host() == {"hosting": True, "reset": True, "zone": True, "released": True, "proven": True}
    assert re_host() == {"hosting": False, "reset": False, "zone": False, "released": False, "proven": True}


MOVED = ("M-001", "M-002", "M-003")


def re_hosted(desktops: Desktops) -> list[dict[str, Any]]:
    """Three desktops that were re-hosted onto their VMs on the other cluster a moment ago, and reset; time goes on
    afterwards."""
    vms = [
        {"name": vm["name"], "uuid": vm["uuid"], "hypervisor_connection": "conn-b", "cluster": "cluster-b"}
        for vm in desktops.hosts["cluster-b"]("pe_vm_info")["vms"]
        if vm["name"] in MOVED
    ]
    hosted: list[dict[str, Any]] = desktops.daas(
        "citrix_machine_hosting", catalogs=[{"name": "Desks"}], machines=list(MOVED), vms=vms
    )["machines"]
    desktops.daas("citrix_hosting_connection_reset", names=["conn-b"], force=True, settle_timeout=0)
    return hosted


def lose_old_vms(desktops: Desktops) -> None:
    """The old VMs lose their power; their VDAs say nothing. A user at the console of cluster-a would have to do it one
    by one."""
    desktops.lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": name, "state": "off"} for name in MOVED])


@pytest.fixture
def slowly(desktops: Desktops) -> Iterator[Callable[[float], None]]:
    """Time that goes so slowly that a busy machine outlives no lag by itself; the tests go on by skipping."""
    desktops.lab.run_at(20)
    yield desktops.lab.run_at
    desktops.lab.run_at(USUAL_SCALE)


def test_a_registration_from_before_the_move_proves_nothing(
    desktops: Desktops, slowly: Callable[[float], None]
) -> None:
    """The new VDAs never find a controller; the site calls the machines registered for ten minutes."""
    desktops.behave(heartbeat_lag_seconds=600)
    desktops.set_machines(MOVED, registers=False)
    lose_old_vms(desktops)
    machines = re_hosted(desktops)
    look = desktops.daas(PROOF, machines=machines, wait=False, fail=False)
    assert (look["proven"], look["counts"]["registered"], look["doubtful"]) == (
        False,
        0,
        [f"CORP\\{name}" for name in MOVED],
    )
    # What registration alone would say
    assert desktops.daas(PROOF, machines=machines, wait=False, heartbeat_lag=0)["proven"] is True
    desktops.lab.skip(700)
    told = run_module(PROOF, {**desktops.daas.options, "machines": machines, "wait_timeout": 1})
    assert (told["proven"], told["doubtful"], told["unregistered"]) == (False, [], [f"CORP\\{name}" for name in MOVED])


def test_a_registration_that_outlives_the_lag_is_proof(desktops: Desktops, slowly: Callable[[float], None]) -> None:
    desktops.behave(heartbeat_lag_seconds=600)
    lose_old_vms(desktops)
    machines = re_hosted(desktops)
    assert desktops.daas(PROOF, machines=machines, wait=False, fail=False)["doubtful"]
    slowly(USUAL_SCALE)
    result = desktops.daas(PROOF, machines=machines, wait_timeout=60, registered_percent=100)
    assert (result["proven"], result["doubtful"], result["counts"]["registered"]) == (True, [], 3)


def test_who_was_not_registered_when_it_was_moved_has_registered_since(desktops: Desktops) -> None:
    lose_old_vms(desktops)
    machines = re_hosted(desktops)
    assert {machine["registration_state"] for machine in machines} == {"Unregistered"}
    desktops.lab.skip(100)
    desktops.lab.forget()
    assert (
        desktops.daas(PROOF, machines=machines, wait=False, registered_percent=100, heartbeat_lag=86400)["proven"]
        is True
    )
    assert len(desktops.asked("GET", "/Me$")) == 1  # the log-in: the time is asked only when it matters


def test_who_has_deregistered_since_the_move_has_registered_anew(desktops: Desktops) -> None:
    machines = re_hosted(desktops)  # the old VMs are still on
    desktops.lab.skip(100)
    assert desktops.daas(PROOF, machines=machines, wait=False, fail=False, heartbeat_lag=86400)["proven"] is False
    desktops.lab.change(
        [
            {"endpoint": "cluster-b", "kind": "power", "vm": name, "state": state}
            for name in MOVED
            for state in ("off", "on")
        ]
    )
    desktops.lab.skip(300)
    assert (
        desktops.daas(PROOF, machines=machines, wait=False, registered_percent=100, heartbeat_lag=86400)["proven"]
        is True
    )


def test_a_site_that_dates_nothing_is_waited_for_from_the_first_look(desktops: Desktops) -> None:
    machines = desktops.hosting(*(f"CORP\\{name}" for name in MOVED))
    undated = {
        "Hosting": {
            "HostedMachineId": machines[0]["hosted_machine_id"],
            "HypervisorConnection": {"Id": "1", "Uid": 1, "Name": "conn-a"},
        }
    }
    body = {
        "Id": machines[0]["id"],
        "Name": machines[0]["name"],
        "PowerState": "On",
        "RegistrationState": "Registered",
        **undated,
    }
    desktops.fault(f"/Machines/{machines[0]['id']}", {"status": 200, "body": body})
    assert desktops.daas(PROOF, machines=machines[:1], wait=False, fail=False)["doubtful"] == [machines[0]["name"]]
    assert desktops.daas(PROOF, machines=machines[:1], wait_timeout=60)["proven"] is True
