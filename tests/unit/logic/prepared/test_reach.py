# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.reach import out_of_reach

W11 = {"name": "W11", "session_support": "SingleSession", "machine_profile": "XDHyp:\\profile"}
US = {**W11, "name": "W11-US"}
OUTCOME = {
    "name": "W11",
    "state": "planned",
    "hosting_unit": "euc1-a",
    "share_with": ["EUC1-B"],
    "definition": None,
    "version": None,
}
ONE = {
    "id": "1",
    "name": "A1",
    "full_name": "Prod/A1",
    "folder": "Prod",
    "hosting_unit": "euc1-b",
    "session_support": "SingleSession",
    "machine_profile": "profile",
    "machines_take_image": True,
    "plugin": "AmazonWorkSpacesCoreMachineManagerFactory",
}


def told(catalog: dict[str, Any] | None = None, outcome: dict[str, Any] | None = None, **wish: Any) -> list[str]:
    outcomes = [
        {**OUTCOME, **(outcome or {})},
        {**OUTCOME, "name": "W11-US", "hosting_unit": "use1-a", "share_with": []},
    ]
    return out_of_reach([{"name": "a1", **wish}], [W11, US], outcomes, [{**ONE, **(catalog or {})}], "daas")


def test_a_catalog_that_fits() -> None:
    assert told() == []
    assert told(folder="prod", definition="w11") == []
    assert told({"id": "7"}, id="7") == []


@pytest.mark.parametrize(
    ("catalog", "sentence"),
    [
        ({"hosting_unit": "euc1-c"}, "daas: catalog Prod/A1: it is in hosting unit euc1-c, where W11 would not be"),
        ({"session_support": "MultiSession"}, "W11 is for SingleSession, and the catalog is for MultiSession"),
        ({"machine_profile": None}, "W11 has a machine profile and the catalog has none"),
        ({"machines_take_image": False}, "its machines keep their disks"),
    ],
)
def test_one_that_can_never_be_on_it(catalog: dict[str, Any], sentence: str) -> None:
    (refusal,) = told(catalog)
    assert sentence in refusal


def test_the_version_of_another_definition() -> None:
    (refusal,) = told(definition="W11-US")
    assert "where W11-US would not be, but in 'use1-a'. Add euc1-b to share_with" in refusal


def test_where_it_was_shared_before_it_stays() -> None:
    there = {"version": {"hosting_units": [{"name": "euc1-c", "state": "Success"}]}}
    assert told({"hosting_unit": "euc1-c"}, there) == []
    failed = {"version": {"hosting_units": [{"name": "euc1-c", "state": "Failed"}]}}
    assert len(told({"hosting_unit": "euc1-c"}, failed)) == 1


def test_the_machine_profile_of_a_version_that_is_there_counts() -> None:
    specs = [{"preparation": "None", "machine_profile": ""}, {"preparation": "Mcs", "machine_profile": ""}]
    there = {"version": {"hosting_units": [], "specs": specs}}
    assert told({"machine_profile": None}, there) == []
    (refusal,) = told(None, there)
    assert "the catalog has a machine profile and W11 has none" in refusal


def test_what_is_not_known_is_not_judged() -> None:
    assert told({"name": "B", "id": "2"}) == []
    assert told({"hosting_unit": None, "plugin": None, "machines_take_image": None}) == []
    assert told({"hosting_unit": "euc1-c"}, {"state": "failed"}) == []
    assert told({"hosting_unit": "euc1-c"}, {"hosting_unit": "7f1c2c3e-0d7e-4d3c-8a35-0c4f7b0f0d11"}) == []
