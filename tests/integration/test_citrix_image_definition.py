# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.prepared import Prepared

DEFINITION = "citrix_image_definition"
INFO = "citrix_image_definition_info"
W10 = {"name": "W10", "session_support": "SingleSession", "hypervisor_connection": "conn-ws"}
PATH = r"/ImageDefinitions\?"


def names(prepared: Prepared) -> list[str]:
    return [definition["name"] for definition in prepared.daas(INFO)["image_definitions"]]


def test_made_once_described_and_deleted(prepared: Prepared) -> None:
    planned = prepared.daas(DEFINITION, check=True, **W10)
    assert (planned["changed"], planned["image_definition"], prepared.writes()) == (True, None, [])
    made = prepared.daas(DEFINITION, **W10)
    assert (made["changed"], made["image_definition"]["os_type"]) == (True, "Windows")
    again = prepared.daas(DEFINITION, **W10)
    assert (again["changed"], again["image_definition"]) == (False, made["image_definition"])
    assert len(prepared.writes()) == 1
    described = prepared.daas(DEFINITION, **W10, description="Desks of the branch offices")
    assert described["image_definition"] == {
        **made["image_definition"],
        "description": "Desks of the branch offices",
    }
    assert prepared.daas(DEFINITION, **W10)["changed"] is False
    by_id = {"name": made["image_definition"]["id"], "state": "absent"}
    assert prepared.daas(DEFINITION, check=True, **by_id)["changed"] is True
    assert prepared.daas(DEFINITION, **by_id)["image_definition"] is None
    assert prepared.daas(DEFINITION, **by_id)["changed"] is False
    assert names(prepared) == ["W11"]


def test_names_are_whole(prepared: Prepared) -> None:
    assert prepared.daas(DEFINITION, **{**W10, "name": "W11-Finance"})["changed"] is True
    assert prepared.daas(DEFINITION, **{**W10, "name": "w11"})["changed"] is False
    assert names(prepared) == ["W11", "W11-Finance"]


def test_custom_properties_of_nutanix(prepared: Prepared) -> None:
    wish = {**W10, "hypervisor_connection": "conn-pc", "custom_properties": {"ClusterId": "1234"}}
    (connection,) = prepared.daas(DEFINITION, **wish)["image_definition"]["connections"]
    assert connection["custom_properties"] == {"ClusterId": "1234"}
    assert prepared.daas(DEFINITION, **wish)["changed"] is False
    assert prepared.daas(DEFINITION, **{**wish, "custom_properties": None, "cluster_id": "1234"})["changed"] is False
    contradiction = prepared.daas.fails(DEFINITION, **wish, cluster_id="5678")
    assert "the custom property ClusterId is '1234', and the cluster is given as '5678'" in contradiction
    wish["custom_properties"] = {"ClusterId": "5678"}
    assert "custom properties {'ClusterId': '1234'} instead of" in prepared.daas.fails(DEFINITION, **wish)
    renamed = {**wish, "name": "W12", "custom_properties": None, "cluster_id": "1234", "cluster_property": "Cluster"}
    (connection,) = prepared.daas(DEFINITION, **renamed)["image_definition"]["connections"]
    assert connection["custom_properties"] == {"Cluster": "1234"}


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"hypervisor_connection": "conn-pe"}, "one through AcropolisFactory, which has no prepared images"),
        ({"hypervisor_connection": "conn-x"}, "there is no hypervisor connection 'conn-x'"),
        ({"session_support": None}, "to make it session_support must be given"),
        ({"name": "W11", "session_support": "MultiSession"}, "session support SingleSession instead of MultiSession"),
        ({"name": "W11", "os_type": "Linux"}, "OS type Windows instead of Linux, which no site can change"),
        ({"name": "W11", "hypervisor_connection": "conn-pc"}, "connection conn-ws instead of conn-pc"),
        ({"name": "W11", "state": "absent"}, "still has versions: 1 (Success), 2 (Success)"),
    ],
)
def test_what_cannot_be_is_refused_before_a_write(prepared: Prepared, wish: dict[str, Any], sentence: str) -> None:
    arguments = {key: value for key, value in {**W10, **wish}.items() if value is not None}
    assert sentence in prepared.daas.fails(DEFINITION, **arguments)
    assert prepared.writes() == []


@pytest.mark.parametrize(
    "then",
    [{"status": 503}, {"drop": "before"}, {"drop": "after"}, {"status": 500, "effect": True}],
    ids=str,
)
def test_a_lost_answer_is_looked_into(prepared: Prepared, then: dict[str, Any]) -> None:
    prepared.fault(PATH, then, nth=1, method="POST")
    assert prepared.daas(DEFINITION, **W10)["changed"] is True
    prepared.fault("/ImageDefinitions/[^/]*$", then, nth=1, method="DELETE")
    assert prepared.daas(DEFINITION, name="W10", state="absent")["changed"] is True
    assert names(prepared) == ["W11"]


def test_a_job_that_fails(prepared: Prepared) -> None:
    prepared.fault(PATH, {"fail_task": "The site is locked"}, nth=1, method="POST")
    assert "The site is locked" in prepared.daas.fails(DEFINITION, **W10)
    assert prepared.daas(DEFINITION, **W10)["changed"] is True


def test_a_site_that_is_too_old(prepared: Prepared) -> None:
    prepared.reset({"api_version": 120})
    assert "the site knows no prepared images" in prepared.daas.fails(DEFINITION, **W10)


def test_on_premises_with_other_forms_of_answers(prepared: Prepared) -> None:
    prepared.behave(location_host="gateway.invalid", new_job_hidden_seconds=200, error_shape="c")
    assert prepared.cvad(DEFINITION, **W10)["changed"] is True
    assert prepared.cvad(DEFINITION, **W10)["changed"] is False
    assert prepared.cvad(DEFINITION, name="W10", state="absent")["changed"] is True
