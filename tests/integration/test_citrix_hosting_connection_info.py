# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.desktops import Desktops

INFO = "citrix_hosting_connection_info"


def test_all_connections(desktops: Desktops) -> None:
    first, second = desktops.daas(INFO)["connections"]
    assert (first["name"], first["zone"]["name"], second["name"], second["zone"]["name"]) == (
        "conn-a",
        "Primary",
        "conn-b",
        "Zürich",
    )
    assert first["zone"]["id"] == "00000000-0000-0000-0000-000000000000" != second["zone"]["id"]
    assert (first["plugin"], first["connection_type"], first["in_maintenance_mode"], first["fault"]) == (
        "AcropolisFactory",
        "Custom",
        False,
        None,
    )
    assert first["addresses"][0].startswith("https://")
    assert "hosting_units" not in first
    assert desktops.asked("GET", "/resourcePools$") == []


def test_named_ones_with_their_hosting_units(desktops: Desktops) -> None:
    desktops.change("hypervisor", hypervisor="conn-a", in_maintenance_mode=True)
    by_id = desktops.daas(INFO)["connections"][1]["id"]
    result = desktops.daas(INFO, names=["CONN-A", by_id, "conn-a"], hosting_units=True)
    assert [(each["name"], each["in_maintenance_mode"], each["hosting_units"]) for each in result["connections"]] == [
        ("conn-a", True, ["AHV A", "AHV-A2"]),
        ("conn-b", False, ["AHV-B"]),
    ]
    assert desktops.cvad(INFO, names=["conn-b"], check=True)["connections"][0]["zone"]["name"] == "DR"
    assert desktops.daas(INFO, names=[])["connections"] == []
    assert desktops.writes() == []


def test_unknown_name_tells_near_ones(desktops: Desktops) -> None:
    assert "there is no hypervisor connection 'conn-c'. Near names are 'conn-" in desktops.daas.fails(
        INFO, names=["conn-a", "conn-c"]
    )


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        (None, None),
        ({}, None),
        ({"State": None, "Reason": None}, None),
        ({"State": "None", "Reason": ""}, None),
        ({"State": "Initializing"}, {"state": "Initializing", "reason": ""}),
        (
            {"State": "Unavailable", "Reason": "Host unreachable"},
            {"state": "Unavailable", "reason": "Host unreachable"},
        ),
    ],
)
def test_fault_in_every_form(desktops: Desktops, fault: Any, shown: Any) -> None:
    desktops.connection_answers("conn-b", Fault=fault)
    assert [each["fault"] for each in desktops.daas(INFO)["connections"]] == [None, shown]


@pytest.mark.parametrize(
    "then", [{"status": 503}, {"drop": "after"}, {"expire_token": True}], ids=["503", "lost answer", "token expires"]
)
def test_one_bad_answer_does_not_matter(desktops: Desktops, then: dict[str, Any]) -> None:
    desktops.fault("/hypervisors", then, nth=1)
    assert len(desktops.daas(INFO)["connections"]) == 2
