# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.prepared import Prepared

INFO = "citrix_image_definition_info"


def test_all_and_one(prepared: Prepared) -> None:
    (definition,) = prepared.daas(INFO)["image_definitions"]
    assert (definition["name"], definition["latest_version"], definition["os_type"]) == ("W11", 2, "Windows")
    (connection,) = definition["connections"]
    assert (connection["name"], connection["plugin"]) == ("conn-ws", "AmazonWorkSpacesCoreMachineManagerFactory")
    assert prepared.daas(INFO, name="w11")["image_definitions"] == [definition]
    assert prepared.daas(INFO, name=definition["id"])["image_definitions"] == [definition]
    assert len(prepared.cvad(INFO)["image_definitions"]) == 1
    assert prepared.writes() == []


def test_unknown_name_tells_near_ones(prepared: Prepared) -> None:
    assert "there is no image definition 'W1'. Near names are 'W11'" in prepared.daas.fails(INFO, name="W1")


@pytest.mark.parametrize("module", [INFO, "citrix_image_version_info"])
@pytest.mark.parametrize(
    ("host", "numbers", "sentence"),
    [
        ("daas", {"api_version": 120}, "needs orchestration API version 121 or later, and it has 120"),
        (
            "cvad",
            {"api_version": 118, "product_version": "7.40"},
            "needs orchestration API version 118 and product version 7.41 or later, and it has 118 and 7.40",
        ),
        (
            "cvad",
            {"api_version": 117, "product_version": "7.45"},
            "needs orchestration API version 118 and product version 7.41 or later, and it has 117 and 7.45",
        ),
    ],
)
def test_a_site_that_is_too_old_is_told_so(
    prepared: Prepared, module: str, host: str, numbers: dict[str, Any], sentence: str
) -> None:
    prepared.reset(numbers)
    message = prepared.hosts[host].fails(module)
    assert "the site knows no prepared images" in message
    assert sentence in message
    assert prepared.asked("GET", "/ImageDefinitions") == []


def test_the_first_release_on_premises_that_knows_them(prepared: Prepared) -> None:
    prepared.reset({"api_version": 118, "product_version": "7.41"})
    assert len(prepared.cvad(INFO)["image_definitions"]) == 1
