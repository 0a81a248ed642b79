# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from harness.modules import Site, run_module, writes
from lab.running import RunningLab

Hosts = Callable[[str], Site]
GATE = "citrix_catalog_gate"
IMAGE = "ctx_Gold_2026.10.01-1"
POOL: dict[str, Any] = {"catalogs": [{"name": "W11-Pool", "folder": "Prod"}], "image": IMAGE}
AWKWARD = "W11 \"Größe\" 100% #1 'x' 金"


def machines_of(lab: RunningLab, name: str, site: str = "daas") -> list[str]:
    state = lab.estate.endpoint(site).state()
    (catalog,) = [catalog["id"] for catalog in state["catalogs"] if catalog["name"] == name]
    return sorted(machine["name"] for machine in state["machines"] if machine["catalog_id"] == catalog)


def set_machines(lab: RunningLab, names: list[str], **state: Any) -> None:
    lab.change([{"endpoint": "daas", "kind": "machine", "machine": name, **state} for name in names])


def give_image_again(lab: RunningLab) -> None:
    """Give the pool its image anew and restart its machines; returns when the site says that all are on the image and
    registered."""
    lab.change(
        [{"endpoint": "daas", "kind": "image_update", "catalog": "Prod|W11-Pool", "image": IMAGE, "reboot_minutes": 0}]
    )
    names = machines_of(lab, "W11-Pool")

    def settled() -> bool:
        state = lab.state()["endpoints"]["daas"]
        machines = [machine for machine in state["machines"] if machine["name"] in names]
        well = ("On", "Registered", False)
        return all(job["ended"] for job in state["jobs"]) and all(
            (machine["power_state"], machine["registration_state"], machine["image_out_of_date"]) == well
            for machine in machines
        )

    wait_for(lambda: Look(None, done=settled()), what="restart", timeout=60, progress=lambda _line: None)


def test_open_for_catalogs_that_are_well(lab: RunningLab, host: Hosts) -> None:
    result = host("daas")(GATE, catalogs=[*POOL["catalogs"], {"name": "W11-Sales"}], image=IMAGE)
    assert (result["open"], result["changed"], result["faulty"]) == (True, False, [])
    assert [
        (catalog["name"], catalog["on"], catalog["registered"], catalog["reason"]) for catalog in result["catalogs"]
    ] == [
        ("W11-Pool", 20, 20, ""),
        ("W11-Sales", 20, 20, ""),
    ]
    assert host("daas")(GATE, check=True, **POOL)["open"] is True
    assert host("cvad")(GATE, catalogs=[{"name": "W11-Lab"}])["open"] is True
    assert writes(lab) == []


def test_opens_when_the_machines_are_back(lab: RunningLab, host: Hosts) -> None:
    set_machines(lab, machines_of(lab, "W11-Pool"), image_out_of_date=True)
    moved = host("daas")("citrix_catalog_rollback", check=True, from_image="another", catalogs=POOL["catalogs"])
    assert moved["catalogs"][0]["action"] == "unchanged"
    lab.change(
        [{"endpoint": "daas", "kind": "image_update", "catalog": "Prod|W11-Pool", "image": IMAGE, "reboot_minutes": 60}]
    )
    result = host("daas")(GATE, **POOL, registered_percent=100, wait_timeout=60)
    assert result["catalogs"][0]["out_of_date"] == 0
    assert result["catalogs"][0]["registered"] == 20


def test_closed_gate_fails_with_figures_or_only_tells(lab: RunningLab, host: Hosts) -> None:
    set_machines(lab, machines_of(lab, "W11-Pool")[:3], registration_state="Unregistered", fault_state="Unregistered")
    told = host("daas").fails(GATE, **POOL, wait_timeout=1)
    assert "1 of 1 gates did not open within 1 s" in told
    assert (
        "17 of 20 machines that are on are registered, 90 % are wanted; 3 machines are faulty that were not before"
        in told
    )
    result = host("daas")(GATE, **POOL, wait=False, fail_when_closed=False)
    assert result["open"] is False
    assert result["catalogs"][0]["registered_percent"] == 85
    assert result["faulty"] == machines_of(lab, "W11-Pool")[:3]
    assert host("daas")(GATE, **POOL, wait=False, registered_percent=85, baseline=result["faulty"])["open"] is True
    assert host("daas")(GATE, **POOL, wait=False, registered_percent=85, new_faults=3)["open"] is True


def test_another_image_keeps_the_gate_closed(lab: RunningLab, host: Hosts) -> None:
    told = host("daas").fails(GATE, catalogs=POOL["catalogs"], image="ctx_Gold_2026.11.20-1", wait=False)
    assert f"its image is '{IMAGE}' and not 'ctx_Gold_2026.11.20-1'" in told


def test_an_open_gate_is_not_looked_at_again(lab: RunningLab, host: Hosts) -> None:
    set_machines(lab, machines_of(lab, "W11-Pool"), registration_state="Unregistered")
    lab.forget()
    host("daas").fails(GATE, catalogs=[*POOL["catalogs"], {"name": "W11-Sales"}], image=IMAGE, wait_timeout=2)
    machine_reads = [entry["path"] for entry in lab.requests() if entry["path"].endswith("/Machines")]
    assert len(set(machine_reads)) == 2
    assert (
        min(machine_reads.count(path) for path in set(machine_reads))
        == 1
        < max(machine_reads.count(path) for path in set(machine_reads))
    )


def test_awkward_names_and_an_empty_catalog(lab: RunningLab, host: Hosts) -> None:
    lab.change(
        [
            {
                "endpoint": "daas",
                "kind": "catalog",
                "name": AWKWARD,
                "hosting_unit": "AHV-A",
                "image": IMAGE,
                "machines": 0,
            }
        ]
    )
    told = host("daas").fails(GATE, catalogs=[{"name": AWKWARD}], image=IMAGE, wait_timeout=600)
    assert (
        "it has no machine that could verify the image. Leave catalogs of which no machine can prove anything out"
        in told
    )
    result = host("daas")(GATE, catalogs=[{"name": AWKWARD}], image=IMAGE, wait=False, registered_at_least=0)
    assert [(catalog["name"], catalog["machines"], catalog["open"]) for catalog in result["catalogs"]] == [
        (AWKWARD, 0, True)
    ]
    assert result["unproven"] == [AWKWARD]


def test_persistent_machines_prove_no_image_and_are_not_waited_for(lab: RunningLab, host: Hosts) -> None:
    lab.change(
        [
            {
                "endpoint": "daas",
                "kind": "catalog",
                "name": "Own",
                "hosting_unit": "AHV-A",
                "image": IMAGE,
                "machines": 2,
                "persistent": True,
            }
        ]
    )
    own = {"catalogs": [{"name": "Own"}]}
    assert "its 2 machines keep the image that they were made from" in host("daas").fails(
        GATE, **own, image=IMAGE, wait_timeout=600
    )
    assert host("daas")(GATE, **own, wait=False)["catalogs"][0]["machines_take_image"] is False
    accepted = host("daas")(GATE, **own, image=IMAGE, wait=False, registered_at_least=0)
    assert (accepted["open"], accepted["unproven"], accepted["catalogs"][0]["proven"]) == (True, ["Own"], 0)


def test_machines_that_died_in_the_restart_and_are_still_called_registered(lab: RunningLab, host: Hosts) -> None:
    names = machines_of(lab, "W11-Pool")
    lab.change([{"endpoint": "daas", "kind": "behaviour", "heartbeat_lag_seconds": 1e9}])
    set_machines(lab, names, says_goodbye=False, registers=False)
    give_image_again(lab)
    told = host("daas").fails(GATE, **POOL, wait_timeout=1)
    assert (
        "0 of 20 machines that are on are registered (20 more may be so only because their end was not noticed yet)"
        in told
    )
    assert host("daas")(GATE, **POOL, heartbeat_seconds=0, wait=False)["open"] is True
    assert host("daas")(GATE, **POOL, heartbeat_seconds=1, wait_timeout=30)["open"] is True


@pytest.mark.parametrize("tells", [True, False])
def test_machines_that_came_back_are_believed(lab: RunningLab, host: Hosts, tells: bool) -> None:
    lab.change([{"endpoint": "daas", "kind": "behaviour", "tells_deregistration": tells}])
    give_image_again(lab)
    result = run_module(GATE, {**host("daas").options, **POOL, "wait": False, "fail_when_closed": False})
    assert (result["open"], len(result["catalogs"][0]["doubtful"])) == (tells, 0 if tells else 20)


def test_restarts_that_were_ordered_for_an_image_of_long_ago(lab: RunningLab, host: Hosts) -> None:
    assert host("daas")(GATE, **POOL, wait=False)["open"] is True
    assert "their end was not noticed yet" in host("daas").fails(
        GATE, **POOL, wait=False, restarted_after="2026-11-20T12:00:00+00:00"
    )
    assert "restarted_after: 'now' is no moment" in host("daas").fails(GATE, **POOL, restarted_after="now")


def test_more_machines_than_a_page(lab: RunningLab, host: Hosts) -> None:
    lab.change(
        [
            {
                "endpoint": "daas",
                "kind": "catalog",
                "name": "Large",
                "hosting_unit": "AHV-A",
                "image": IMAGE,
                "machines": 1100,
                "machine_prefix": "L-",
            }
        ]
    )
    assert (
        host("daas")(GATE, catalogs=[{"name": "Large"}], image=IMAGE, wait=False)["catalogs"][0]["registered"] == 1100
    )


def test_names_that_mean_none_or_several(lab: RunningLab, host: Hosts) -> None:
    assert "Near names are 'W11-Pool'" in host("daas").fails(GATE, catalogs=[{"name": "W11-Pol"}])
    lab.change(
        [
            {
                "endpoint": "daas",
                "kind": "catalog",
                "name": "W11-Pool",
                "folder": "Test",
                "hosting_unit": "AHV-A",
                "image": IMAGE,
                "machines": 1,
            }
        ]
    )
    assert "2 catalogs are called 'W11-Pool'" in host("daas").fails(GATE, catalogs=[{"name": "W11-Pool"}])


@pytest.mark.parametrize("option", ["registered_percent", "out_of_date_percent"])
def test_senseless_percentages_are_refused(lab: RunningLab, host: Hosts, option: str) -> None:
    assert f"{option} is 101. Give a percentage from 0 to 100." in host("daas").fails(GATE, **POOL, **{option: 101})


def test_wrong_secret_is_tried_once(lab: RunningLab, host: Hosts) -> None:
    result = run_module(GATE, {**host("daas").options, **POOL, "client_secret": "marker-secret"})
    assert result["failed"]
    assert "marker-secret" not in str(result)
    assert len(lab.requests()) == 1


@pytest.mark.parametrize(
    "then",
    [
        {"status": 503},
        {"status": 429, "body": {"parameters": [{"name": "retryDelay", "value": "1"}]}},
        {"drop": "after"},
    ],
    ids=["503", "429", "lost answer"],
)
def test_one_bad_answer_does_not_matter(lab: RunningLab, host: Hosts, then: dict[str, Any]) -> None:
    lab.faults([{"endpoint": "daas", "path": "/Machines", "nth": 1, "then": then}])
    assert host("daas")(GATE, **POOL, wait=False)["open"] is True
