# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.citrix import AWKWARD_CATALOG, CitrixEstate
from harness.modules import run_module

RESTART = "citrix_catalog_restart"
POOL = [{"name": "Pool", "folder": "Prod"}]
REBOOT = r"\$RebootMachines"
ALL = ["CORP\\P-001", "CORP\\P-002", "CORP\\P-003", "CORP\\P-004", "CORP\\P-005", "CORP\\P-006"]
NIGHTLY = {
    "within_minutes": 30,
    "warning_minutes": 5,
    "warning_message": "Restart in %m% minutes",
    "warning_title": "Restart",
    "warning_repeat_minutes": 1,
}


@pytest.fixture
def behind(estate: CitrixEstate) -> CitrixEstate:
    """All of the pool's machines have the image before, one of them is off; two have sessions."""
    for number, name in enumerate(ALL):
        estate.change("machine", machine=name, image_out_of_date=True, sessions=number % 2 if number < 4 else 0)
    estate.change("machine", machine=ALL[4], power_state="Off", registration_state="Unregistered")
    return estate


def only(result: dict[str, Any]) -> dict[str, Any]:
    (catalog,) = result["catalogs"]
    return dict(catalog)


def still_behind(estate: CitrixEstate) -> list[str]:
    machines = estate.daas("citrix_machine_info", catalogs=POOL)["machines"]
    return [machine["name"] for machine in machines if machine["image_out_of_date"]]


def test_restarts_what_is_behind_then_nothing_is_left_to_do(behind: CitrixEstate) -> None:
    result = behind.daas(RESTART, catalogs=POOL, image="img-2", reboot=NIGHTLY)
    catalog = only(result)
    assert (result["changed"], catalog["action"], catalog["behind"], catalog["restarted"]) == (True, "restarted", 5, 5)
    assert catalog["impact"] == {
        "machines": 6,
        "restart": 5,
        "sessions": 2,
        "at_next_start": 1,
        "keep_image": 0,
        "delivery_groups": [{"name": "Pool", "machines": 6, "restart": 5, "sessions": 2}],
    }
    assert result["started"]
    (order,) = behind.asked("POST", REBOOT)
    assert order["body"] == {
        "RebootDuration": 30,
        "WarningDuration": 5,
        "WarningTitle": "Restart",
        "WarningMessage": "Restart in %m% minutes",
        "WarningRepeatInterval": 1,
    }
    assert still_behind(behind) == [ALL[4]]

    again = behind.daas(RESTART, catalogs=POOL, image="img-2", reboot=NIGHTLY)
    assert (again["changed"], only(again)["action"], again["started"]) == (False, "unchanged", None)
    assert len(behind.asked("POST", REBOOT)) == 1


def test_plan_names_whom_it_would_concern_and_writes_nothing(behind: CitrixEstate) -> None:
    plan = behind.daas(RESTART, check=True, catalogs=POOL, reboot={"within_minutes": 0})
    assert (plan["changed"], only(plan)["action"], only(plan)["impact"]["sessions"]) == (True, "planned", 2)
    assert plan["diff"]["before"] == {"Prod/Pool": "5 machines on the image before"}
    assert behind.writes() == []


def test_restarts_under_way_are_waited_for_and_not_ordered_again(behind: CitrixEstate) -> None:
    ordered = behind.daas(RESTART, catalogs=POOL, reboot=NIGHTLY, wait=False)
    assert (only(ordered)["action"], only(ordered)["restarted"]) == ("restarted", 0)
    adopted = behind.daas(RESTART, catalogs=POOL, reboot=NIGHTLY, wait=False)
    assert (adopted["changed"], only(adopted)["action"]) == (False, "adopted")
    assert only(behind.daas(RESTART, catalogs=POOL, reboot=NIGHTLY))["action"] in ("adopted", "unchanged")
    assert len(behind.asked("POST", REBOOT)) == 1
    assert still_behind(behind) == [ALL[4]]


def test_machine_that_restarts_under_way_pass_by_is_restarted_afterwards(behind: CitrixEstate) -> None:
    behind.change("machine", machine=ALL[0], power_state="Off")
    behind.daas(RESTART, catalogs=POOL, reboot=NIGHTLY, wait=False)
    behind.change("machine", machine=ALL[0], power_state="On")
    assert only(behind.daas(RESTART, catalogs=POOL, reboot={"within_minutes": 0}))["action"] == "restarted"
    assert still_behind(behind) == [ALL[4]]


def test_where_some_have_the_image_only_idle_machines_restart(behind: CitrixEstate) -> None:
    behind.change("machine", machine=ALL[5], image_out_of_date=False, sessions=1)
    plan = only(behind.daas(RESTART, check=True, catalogs=POOL, reboot=NIGHTLY))
    assert (plan["impact"]["restart"], plan["impact"]["sessions"], plan["behind"]) == (2, 0, 4)
    catalog = only(behind.daas(RESTART, catalogs=POOL, reboot=NIGHTLY))
    assert (catalog["action"], catalog["restarted"], catalog["left"]) == ("restarted", 2, [ALL[1], ALL[3]])
    assert "2 machines with sessions still have the image before and are not restarted" in catalog["msg"]
    assert still_behind(behind) == [ALL[1], ALL[3], ALL[4]]
    assert behind.asked("POST", REBOOT) == []
    again = behind.daas(RESTART, catalogs=POOL, reboot=NIGHTLY)
    assert (again["changed"], only(again)["action"], only(again)["left"]) == (False, "unchanged", [ALL[1], ALL[3]])
    assert only(behind.daas(RESTART, catalogs=POOL, reboot=NIGHTLY, whole_catalogs=True))["action"] == "restarted"
    assert still_behind(behind) == [ALL[4]]


def test_persistent_machines_are_left_alone_and_named(estate: CitrixEstate) -> None:
    result = estate.daas(RESTART, catalogs=[{"name": "Stable"}], reboot={"within_minutes": 0})
    assert (result["changed"], only(result)["action"], only(result)["machines_take_image"]) == (
        False,
        "unchanged",
        False,
    )
    assert "its 2 machines keep the image that they were made from" in only(result)["msg"]
    assert estate.writes() == []


@pytest.mark.parametrize(
    "then",
    [
        {"drop": "after"},
        {"drop": "before"},
        {"status": 502, "body": "<html>"},
        {"status": 503},
        {"status": 500, "effect": True},
        {"garbage": "<html>504</html>", "status": 504, "effect": True},
    ],
)
def test_lost_answer_is_followed_by_looking(behind: CitrixEstate, then: dict[str, Any]) -> None:
    behind.fault(REBOOT, then, nth=1)
    assert only(behind.daas(RESTART, catalogs=POOL, reboot=NIGHTLY))["action"] == "restarted"
    assert len(behind.asked("POST", REBOOT)) == (1 if then == {"drop": "after"} or "effect" in then else 2)
    assert still_behind(behind) == [ALL[4]]


def test_refusals(behind: CitrixEstate) -> None:
    assert "its image is 'img-2' and not 'img-3'" in behind.daas.fails(
        RESTART, catalogs=POOL, image="img-3", reboot=NIGHTLY
    )
    assert "nothing would be restarted" in behind.daas.fails(RESTART, catalogs=POOL, reboot={})
    assert "users would be warned with nothing" in behind.daas.fails(
        RESTART, catalogs=POOL, reboot={"within_minutes": 5, "warning_minutes": 5}
    )
    assert "2 catalogs are called 'Twin'" in behind.daas.fails(RESTART, catalogs=[{"name": "Twin"}], reboot=NIGHTLY)
    assert "Near names are 'Pool'" in behind.daas.fails(RESTART, catalogs=[{"name": "Pol"}], reboot=NIGHTLY)
    late = behind.daas.fails(RESTART, catalogs=POOL, reboot=NIGHTLY, start_before="2026-11-01T06:00:00+01:00")
    assert "not started: the window was over" in late
    assert "start_before: 'soon' is no moment" in behind.daas.fails(
        RESTART, catalogs=POOL, reboot=NIGHTLY, start_before="soon"
    )
    assert behind.writes() == []


def test_one_catalog_fails_and_the_others_go_on(behind: CitrixEstate) -> None:
    behind.change("machine", machine="CORP\\A-001", image_out_of_date=True)
    behind.fault(REBOOT, {"status": 403}, nth=1)
    result = run_module(
        RESTART,
        {
            **behind.daas.options,
            "catalogs": [*POOL, {"name": AWKWARD_CATALOG}],
            "reboot": {"within_minutes": 0},
            "concurrency": 1,
        },
    )
    assert result["failed"]
    assert sorted(catalog["action"] for catalog in result["catalogs"]) == ["failed", "restarted"]


def test_waiting_has_an_end(behind: CitrixEstate) -> None:
    told = behind.daas.fails(RESTART, catalogs=POOL, reboot={"within_minutes": 10000}, wait_timeout=1)
    assert "Restart of Prod/Pool is still running after " in told


def test_wrong_secret_is_tried_once(behind: CitrixEstate) -> None:
    result = run_module(
        RESTART, {**behind.daas.options, "catalogs": POOL, "reboot": NIGHTLY, "client_secret": "marker-secret"}
    )
    assert result["failed"]
    assert "marker-secret" not in str(result)
    assert len(behind.asked("POST", "token")) == 1
