# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may happen to prepared images while they are made, shared and used, across the modules."""

from __future__ import annotations

from typing import Any

import pytest

from harness.prepared import SITE, Prepared

DEFINITION = "citrix_image_definition"
VERSION = "citrix_image_version"
SHARE = "citrix_image_version_share"
MOVE = "citrix_catalog_image"
PROFILE = "XDHyp:\\HostingUnits\\ws-a\\profile.template"
DESKS = [{"name": "Desks"}]
ORDERS = r"/ImageVersions\?"
R3 = {"definition": "W11", "release": "r3", "hosting_unit": "ws-a", "image": "gold-2", "machine_profile": PROFILE}


def definition(name: str) -> dict[str, Any]:
    version = {"image": "gold-1", "machine_profile": "profile", "description": "r1"}
    return {"name": name, "hosting_unit": "ws-a", "versions": [version]}


def numbers(prepared: Prepared, name: str) -> list[int]:
    return [version["number"] for version in prepared.versions(definition=name)]


def test_a_definition_never_stands_for_one_whose_name_begins_alike(prepared: Prepared) -> None:
    prepared.reset({**SITE, "image_definitions": [definition("W11-Finance"), definition("W11"), definition("W1")]})
    release = {"definition": "w11", "release": "r1"}
    prepared.daas(SHARE, **release, hosting_units=["ws-b"])
    (moved,) = prepared.daas(MOVE, catalogs=DESKS, image_version=release)["catalogs"]
    assert moved["after"]["name"] == "version 1 of W11"
    prepared.daas("citrix_catalog_rollback", catalogs=DESKS, from_image="version 1 of W11")
    prepared.daas(VERSION, **release, state="absent", unshare=True)
    prepared.daas(DEFINITION, name="W11", state="absent")
    assert [numbers(prepared, name) for name in ("W11-Finance", "W1")] == [[1], [1]]
    (finance,) = prepared.versions(definition="W11-Finance")
    assert [unit["name"] for unit in finance["hosting_units"]] == ["ws-a"]


def test_two_definitions_that_differ_in_case_are_told_apart_by_their_ids_only(prepared: Prepared) -> None:
    prepared.reset({**SITE, "image_definitions": [definition("W11"), definition("w11")]})
    first, second = prepared.daas("citrix_image_definition_info")["image_definitions"]
    arguments: dict[str, dict[str, Any]] = {
        DEFINITION: {"name": "W11", "state": "absent"},
        VERSION: {"definition": "W11", "release": "r1", "state": "absent"},
        SHARE: {"definition": "W11", "release": "r1", "hosting_units": ["ws-b"]},
        MOVE: {"catalogs": DESKS, "image_version": {"definition": "W11", "release": "r1"}},
    }
    for module, wish in arguments.items():
        message = prepared.daas.fails(module, **wish)
        assert "2 image definitions are called 'W11'" in message
        assert first["id"] in message
        assert second["id"] in message
    assert prepared.writes() == []
    (moved,) = prepared.daas(MOVE, catalogs=DESKS, image_version={"definition": second["id"], "release": "r1"})[
        "catalogs"
    ]
    assert moved["after"]["path"].startswith(f"ImageDefinitions/{second['id']}/")


def test_our_version_is_known_by_its_release_when_somebody_takes_the_next_number(prepared: Prepared) -> None:
    planned = prepared.daas(VERSION, check=True, **R3)
    assert planned["changed"] is True
    prepared.change("new_image_version", definition="W11", description="by hand")
    prepared.fault(ORDERS, {"fail_task": "No licence"}, nth=1, method="POST")
    assert "the preparation of version 4 of W11 failed: No licence" in prepared.daas.fails(VERSION, **R3)
    prepared.change("new_image_version", definition="W11", description="by hand again")
    assert prepared.daas(VERSION, **R3)["image_version"]["number"] == 4
    assert numbers(prepared, "W11") == [1, 2, 3, 4, 5]


def test_a_preparation_that_hangs_is_neither_ordered_twice_nor_used(prepared: Prepared) -> None:
    prepared.reset(image_preparation=10**6)
    assert "is still running" in prepared.daas.fails(VERSION, **R3, wait_timeout=1)
    release = {"definition": "W11", "release": "r3"}
    for module, wish in (
        (SHARE, {**release, "hosting_units": ["ws-b"]}),
        (MOVE, {"catalogs": DESKS, "image_version": release}),
    ):
        assert "version 3 of W11 is not ready (InProgress)" in prepared.daas.fails(module, **wish)
    assert "cannot be deleted while it is in state InProgress" in prepared.daas.fails(
        VERSION, **release, state="absent"
    )
    assert "is still running" in prepared.daas.fails(VERSION, **R3, wait_timeout=1)
    assert len(prepared.writes()) == 1


def test_a_version_that_warns_is_used_and_the_warning_told(prepared: Prepared) -> None:
    rearm = {"type": "ImagePreparationOSRearmCountExceeded", "message": "No rearms are left"}
    prepared.change("image_version", definition="W11", number=2, description="r3", warnings=[rearm])
    made = prepared.daas(VERSION, **R3)
    assert (made["changed"], made["image_version"]["warnings"]) == (False, [": ".join(rearm.values())])
    assert rearm["message"] in made["warnings"][0]
    release = {"definition": "W11", "release": "r3"}
    assert prepared.daas(MOVE, catalogs=DESKS, image_version=release)["changed"] is True


def test_a_hosting_unit_that_is_removed_while_the_image_is_on_its_way(prepared: Prepared) -> None:
    prepared.reset(image_share=1200)
    wish = {"definition": "W11", "number": 2}
    assert "is still running" in prepared.daas.fails(SHARE, **wish, hosting_units=["ws-b"], wait_timeout=1)
    prepared.change("delete_hosting_unit", hosting_unit="ws-b")
    prepared.lab.skip(1300)
    assert "there is no hosting unit 'ws-b'" in prepared.daas.fails(SHARE, **wish, hosting_units=["ws-b"])
    (version,) = prepared.versions(**wish)
    assert [(unit["name"], unit["state"]) for unit in version["hosting_units"]] == [
        ("ws-a", "Success"),
        ("ws-b", "Failed"),
    ]
    gone = prepared.daas(SHARE, **wish, hosting_units=["ws-b"], state="unshared")
    assert gone["unshared"] == ["ws-b"]


def test_a_hosting_unit_that_was_removed_holds_up_no_other(prepared: Prepared) -> None:
    wish = {"definition": "W11", "number": 2}
    prepared.daas(SHARE, **wish, hosting_units=["ws-b"])
    prepared.change("delete_hosting_unit", hosting_unit="ws-b")
    others = prepared.daas(SHARE, **wish, hosting_units=["ws-c"])
    assert (others["shared"], others["unshared"]) == (["ws-c"], [])
    assert prepared.daas(SHARE, **wish, hosting_units=["ws-c"])["changed"] is False


def test_a_hosting_unit_where_it_failed_holds_up_nobody_who_does_not_wish_for_it(prepared: Prepared) -> None:
    prepared.change("hosting_unit", hosting_unit="ws-b", shares_fail="No quota")
    wish = {"definition": "W11", "number": 2}
    assert "ws-b: No quota" in prepared.daas.fails(SHARE, **wish, hosting_units=["ws-b"])
    shared = prepared.daas(SHARE, **wish, hosting_units=["ws-c"])
    assert shared["shared"] == ["ws-c"]
    assert prepared.daas(SHARE, **wish, hosting_units=["ws-c"])["changed"] is False
    prepared.change("hosting_unit", hosting_unit="ws-b", shares_fail=None)
    assert prepared.daas(SHARE, **wish, hosting_units=["ws-b"])["shared"] == ["ws-b"]


def test_sharing_that_takes_twenty_minutes_is_waited_for(prepared: Prepared) -> None:
    prepared.reset(image_share=1200)
    shared = prepared.daas(SHARE, definition="W11", number=2, hosting_units=["ws-b"])
    assert [unit["state"] for unit in shared["image_version"]["hosting_units"]] == ["Success", "Success"]
    assert len(prepared.asked("PUT", r"/\$UpdateResourcePools")) == 1


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        (DEFINITION, {"name": "W11"}),
        ("citrix_image_definition_info", {}),
        (VERSION, R3),
        ("citrix_image_version_info", {}),
        (SHARE, {"definition": "W11", "number": 2, "hosting_units": ["ws-b"]}),
        (MOVE, {"catalogs": DESKS, "image_version": {"definition": "W11", "number": 2}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("site", [{"api_version": 117}, {"product_version": "7.40"}], ids=str)
def test_a_site_below_the_gate_says_what_is_missing(
    prepared: Prepared, site: dict[str, Any], module: str, arguments: dict[str, Any]
) -> None:
    prepared.reset(site)
    message = prepared.cvad.fails(module, **arguments)
    assert "that needs orchestration API version" in message
    assert "Upgrade the site." in message
    assert prepared.writes() == []
