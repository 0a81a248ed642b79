# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.citrix import AWKWARD_CATALOG
from harness.desktops import Desktops

ZONE = "citrix_catalog_zone"
DESKS = {"catalogs": [{"name": "Desks", "folder": "Prod"}]}
MOVE = r"/\$moveItems"


def zones(desktops: Desktops) -> dict[str, str]:
    return {catalog["name"]: catalog["zone"] for catalog in desktops.daas("citrix_catalog_info")["catalogs"]}


def actions(result: dict[str, Any]) -> dict[str, str]:
    return {catalog["full_name"]: catalog["action"] for catalog in result["catalogs"]}


def test_moves_in_one_request_and_only_once(desktops: Desktops) -> None:
    catalogs = [{"name": "Desks"}, {"name": "labs"}, {"name": "Labs", "folder": ""}]
    planned = desktops.daas(ZONE, check=True, catalogs=catalogs, zone="zürich")
    assert (planned["changed"], actions(planned)) == (True, {"Prod/Desks": "would_move", "Labs": "would_move"})
    assert planned["diff"]["after"] == {"zones": {"Prod/Desks": "Zürich", "Labs": "Zürich"}}
    assert "timeline" not in planned
    assert desktops.writes() == []
    result = desktops.daas(ZONE, catalogs=catalogs, zone="zürich")
    assert (result["changed"], actions(result), result["moved"]) == (
        True,
        {"Prod/Desks": "moved", "Labs": "moved"},
        ["Prod/Desks", "Labs"],
    )
    assert [(catalog["before"], catalog["zone"]) for catalog in result["catalogs"]] == [("Primary", "Zürich")] * 2
    assert result["diff"] == planned["diff"]
    assert [piece["phase"] for piece in result["timeline"]] == ["zone"]
    assert len(desktops.asked("POST", MOVE)) == len(desktops.writes()) == 1
    assert zones(desktops) == {"Desks": "Zürich", "Labs": "Zürich", "Loose": "Primary"}
    again = desktops.daas(ZONE, catalogs=catalogs, zone=result["zone"]["id"])
    assert (again["changed"], actions(again)) == (False, {"Prod/Desks": "unchanged", "Labs": "unchanged"})
    assert len(desktops.writes()) == 1


def test_zone_of_a_connection_on_premises(desktops: Desktops) -> None:
    result = desktops.cvad(ZONE, catalogs=[{"name": "Desks"}], hypervisor_connection="conn-b")
    assert (result["changed"], result["zone"]["name"]) == (True, "DR")
    assert desktops.cvad(ZONE, catalogs=[{"name": "Desks"}], hypervisor_connection="conn-b")["changed"] is False


def test_catalogs_stay_where_machines_stay(desktops: Desktops) -> None:
    arguments = {
        "catalogs": [{"name": "Desks"}, {"name": "Labs"}],
        "hypervisor_connection": "conn-b",
        "only_when_moved": True,
    }
    result = desktops.daas(ZONE, **arguments)
    assert actions(result) == {"Prod/Desks": "staying", "Labs": "moved"}
    (staying,) = result["staying"]
    assert (
        staying["why"]
        == "6 of 6 machines are still hosted by conn-a (CORP\\M-001, CORP\\M-002, CORP\\M-003 and 3 more)"
    )
    assert len(staying["machines"]) == 6
    again = desktops.daas(ZONE, **arguments)
    assert (again["changed"], actions(again)) == (False, {"Prod/Desks": "staying", "Labs": "unchanged"})
    assert len(desktops.writes()) == 1
    # Machines that are not power-managed keep no catalog
    desktops.set_machines([f"M-{number:03d}" for number in range(1, 7)], hosted_machine_id=None)
    assert actions(desktops.daas(ZONE, **arguments))["Prod/Desks"] == "moved"


def test_awkward_names_and_more_than_a_page_of_machines(desktops: Desktops) -> None:
    large = {
        "provisioning_type": "Manual",
        "hypervisor": "conn-b",
        "zone": "Primary",
        "machines": 1100,
        "machine_prefix": "B-{n:05d}",
    }
    desktops.change("catalog", name=AWKWARD_CATALOG, folder="Größe & Co|東京", **large)
    arguments = {"catalogs": [{"name": AWKWARD_CATALOG}], "zone": "Zürich", "only_when_moved": True}
    assert desktops.daas(ZONE, **arguments)["changed"] is True
    assert desktops.daas(ZONE, **arguments)["changed"] is False


def test_wrong_names_tell_near_ones(desktops: Desktops) -> None:
    assert "there is no zone 'Zurich'. Near names are 'Zürich'" in desktops.daas.fails(ZONE, **DESKS, zone="Zurich")
    assert "there is no hypervisor connection 'conn-x'. Near names" in desktops.daas.fails(
        ZONE, **DESKS, hypervisor_connection="conn-x"
    )
    assert "there is no catalog 'Desk'. Near names are 'Desks'" in desktops.daas.fails(
        ZONE, catalogs=[{"name": "Desk"}], zone="Zürich"
    )
    assert "one of the following is required: zone, hypervisor_connection" in desktops.daas.fails(ZONE, **DESKS)
    assert desktops.writes() == []


def test_a_connection_without_a_zone_is_refused(desktops: Desktops) -> None:
    desktops.connection_answers("conn-b", Zone={})
    assert "connection conn-b has no known zone" in desktops.daas.fails(ZONE, **DESKS, hypervisor_connection="conn-b")
    desktops.lab.forget()


@pytest.mark.parametrize(
    "then",
    [
        {"status": 503},
        {"status": 500},
        {"drop": "before"},
        {"drop": "after"},
        {"status": 500, "effect": True},
        {"garbage": "<html>504</html>", "status": 504, "effect": True},
    ],
    ids=str,
)
def test_a_lost_answer_of_the_move_is_looked_into(desktops: Desktops, then: dict[str, Any]) -> None:
    desktops.fault(MOVE, then, nth=1)
    assert desktops.daas(ZONE, **DESKS, zone="Zürich")["changed"] is True
    assert len(desktops.asked("POST", MOVE)) == (1 if then == {"drop": "after"} or "effect" in then else 2)
    assert zones(desktops)["Desks"] == "Zürich"


def test_a_move_that_never_gets_an_answer_fails(desktops: Desktops) -> None:
    desktops.fault(MOVE, {"status": 503})
    assert "It may have taken effect" in desktops.daas.fails(ZONE, **DESKS, zone="Zürich")
    assert len(desktops.asked("POST", MOVE)) == 2


def test_a_job_that_fails_or_only_says_so(desktops: Desktops) -> None:
    desktops.fault(MOVE, {"fail_task": "The zone is locked"}, nth=1)
    assert "The zone is locked" in desktops.daas.fails(ZONE, **DESKS, zone="Zürich")
    desktops.fault(MOVE, {"status": 204}, nth=1)
    assert "has ended, but these are not there: 'Prod/Desks'" in desktops.daas.fails(ZONE, **DESKS, zone="Zürich")
    desktops.fault(MOVE, {"job_status": "CompleteWithWarning"}, nth=1)
    assert desktops.daas(ZONE, **DESKS, zone="Zürich")["changed"] is True


def test_a_refusal_is_told(desktops: Desktops) -> None:
    desktops.fault(MOVE, {"status": 403, "body": {"detail": "Not yours"}})
    assert "Not yours" in desktops.daas.fails(ZONE, **DESKS, zone="Zürich")
    assert len(desktops.asked("POST", MOVE)) == 1


@pytest.mark.parametrize("path", ["/Me", "/Zones", "/MachineCatalogs", MOVE, "/Jobs/"])
def test_the_token_may_expire_at_any_request(desktops: Desktops, path: str) -> None:
    desktops.fault(path, {"expire_token": True}, nth=1)
    assert desktops.daas(ZONE, **DESKS, zone="Zürich")["changed"] is True


@pytest.mark.parametrize(
    "switch",
    [
        {"unasked_fields": "null"},
        {"location_host": "gateway.invalid"},
        {"new_job_hidden_seconds": 200},
        {"error_shape": "c"},
    ],
)
def test_switches(desktops: Desktops, switch: dict[str, Any]) -> None:
    desktops.behave(**switch)
    assert desktops.daas(ZONE, **DESKS, zone="Zürich", only_when_moved=False)["changed"] is True
    assert desktops.daas(ZONE, **DESKS, zone="Zürich")["changed"] is False
