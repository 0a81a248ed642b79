# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""citrix_catalog_image and citrix_catalog_rollback with versions of prepared images."""

from __future__ import annotations

from typing import Any

import pytest

from harness.prepared import Prepared

MOVE = "citrix_catalog_image"
BACK = "citrix_catalog_rollback"
UPDATE = r"\$UpdateProvisioningScheme"
DESKS = [{"name": "Desks"}]
FIRST = {"definition": "W11", "number": 1}
SECOND = {"definition": "W11", "number": 2}
GOLD_1 = "XDHyp:\\HostingUnits\\ws-a\\gold-1.template"


def only(result: dict[str, Any]) -> dict[str, Any]:
    (catalog,) = result["catalogs"]
    return dict(catalog)


def image_of(prepared: Prepared, name: str = "Desks") -> str:
    """The image of a catalog, as the site tells it."""
    catalog = only(prepared.daas("citrix_catalog_info", catalogs=[{"name": name}]))
    return str((catalog["image_version"] or catalog["master_image"])["name"])


def move(prepared: Prepared, *images: str | dict[str, Any]) -> None:
    for image in images:
        given = {"image": image} if isinstance(image, str) else {"image_version": image}
        prepared.daas(MOVE, catalogs=DESKS, **given)


def test_to_a_version_and_no_further(prepared: Prepared) -> None:
    version = prepared.version(**SECOND)
    address = f"ImageDefinitions/{version['definition']['id']}/ImageVersions/{version['id']}"
    arguments = {"catalogs": DESKS, "image_version": SECOND, "note": "Release 2"}
    planned = prepared.daas(MOVE, check=True, **arguments)
    assert planned["diff"] == {"before": {"Prod/Desks": GOLD_1}, "after": {"Prod/Desks": "version 2 of W11"}}
    assert prepared.writes() == []
    done = prepared.daas(MOVE, **arguments)
    assert (done["changed"], done["diff"]) == (True, planned["diff"])
    catalog = only(done)
    assert (catalog["action"], catalog["warning"]) == ("published", None)
    assert catalog["before"] == {"name": "gold-1", "path": GOLD_1}
    assert catalog["after"] == only(planned)["after"] == {"name": "version 2 of W11", "path": address}
    (request,) = prepared.asked("POST", UPDATE)
    assert request["body"] == {
        "AssignImageVersionToProvisioningScheme": {
            "ImageDefinition": version["definition"]["id"],
            "ImageVersion": version["id"],
            "ImageAssignmentNote": "Release 2",
        },
        "StoreOldImage": True,
        "RebootOptions": {"RebootDuration": -1, "WarningDuration": 0},
    }
    prepared.lab.forget()
    again = prepared.daas(MOVE, **arguments)
    assert (again["changed"], only(again)["action"], prepared.writes()) == (False, "unchanged", [])


@pytest.mark.parametrize("way", ["id", "release", "address"])
def test_a_version_by_any_of_its_names(prepared: Prepared, way: str) -> None:
    prepared.change("image_version", definition="W11", number=2, description="2026.11-2\nby hand")
    version = prepared.version(**SECOND)
    address = f"ImageDefinitions/{version['definition']['id']}/ImageVersions/{version['id']}"
    wish = {
        "id": {"image_version": {"id": version["id"]}},
        "release": {"image_version": {"definition": version["definition"]["id"], "release": "2026.11-2"}},
        "address": {"image": address},
    }[way]
    assert only(prepared.daas(MOVE, catalogs=DESKS, **wish))["after"]["name"] == "version 2 of W11"
    assert image_of(prepared) == "version 2 of W11"


def test_a_catalog_tells_the_version_that_it_is_on(prepared: Prepared) -> None:
    prepared.daas(MOVE, catalogs=DESKS, image_version=FIRST, note="Release 1")
    prepared.daas(MOVE, catalogs=DESKS, image_version=SECOND)
    catalog = only(prepared.daas("citrix_catalog_info", catalogs=DESKS, history=True))
    version = catalog["image_version"]
    assert (version["number"], version["definition"]["name"], version["available"]) == (2, "W11", True)
    names = [(entry["name"], entry["status"], entry["note"]) for entry in catalog["history"]]
    assert ("gold-1", "Prepared", "") in names
    assert ("version 1 of W11", "Prepared", "Release 1") in names
    assert ("version 2 of W11", "Current", "") in names
    assert len(names) == 3


def test_some_to_versions_and_some_to_master_images(prepared: Prepared) -> None:
    catalogs = [
        {"name": "Desks"},
        {"name": "Labs", "image": "gold-2"},
        {"name": "Bare", "image": "gold-x"},
    ]
    message = prepared.daas.fails(MOVE, catalogs=catalogs, image_version=SECOND)
    assert "1 of 3 catalogs failed: Bare: hosting unit 'ws-a' shows no image 'gold-x'" in message
    assert [image_of(prepared, name) for name in ("Desks", "Labs", "Bare")] == ["version 2 of W11", "gold-2", "gold-1"]


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
@pytest.mark.parametrize("source", ["same_moment", "no"])
def test_back_to_what_was_there_before(prepared: Prepared, order: str, source: str) -> None:
    prepared.behave(history_order=order, prepared_images_have_source=source)
    move(prepared, FIRST, SECOND)
    back = {"catalogs": DESKS, "from_image": "version 2 of W11"}
    planned = prepared.daas(BACK, check=True, **back)
    done = only(prepared.daas(BACK, **back))
    assert only(planned)["after"] == done["after"]
    assert (done["action"], done["before"]["name"], done["after"]["name"]) == (
        "rolled_back",
        "version 2 of W11",
        "version 1 of W11",
    )
    assert only(prepared.daas(BACK, **back))["action"] == "unchanged"
    further = only(prepared.daas(BACK, catalogs=DESKS, from_image=done["after"]["path"]))
    assert further["after"] == {"name": "gold-1", "path": GOLD_1}
    assert image_of(prepared) == "gold-1"


@pytest.mark.parametrize("source", ["same_moment", "own_moment", "no"])
def test_from_a_version_to_a_master_image_and_back(prepared: Prepared, source: str) -> None:
    prepared.behave(prepared_images_have_source=source)
    move(prepared, SECOND, "gold-2")
    assert image_of(prepared) == "gold-2"
    back = only(prepared.daas(BACK, catalogs=DESKS, from_image="gold-2"))
    assert (back["after"]["name"], back["warning"]) == ("version 2 of W11", None)
    named = only(prepared.daas(BACK, catalogs=DESKS, image="gold-1"))
    assert named["after"]["path"] == GOLD_1


def test_what_a_version_was_made_from_is_not_taken_for_an_image_that_was_there(prepared: Prepared) -> None:
    prepared.behave(prepared_images_have_source="own_moment")
    move(prepared, FIRST)
    prepared.lab.skip(3600)
    move(prepared, SECOND)
    message = prepared.daas.fails(BACK, catalogs=DESKS, from_image="version 2 of W11")
    assert "its history lists 'gold-1', of which version 1 of W11 was made, at nearly the same moment" in message
    assert image_of(prepared) == "version 2 of W11"
    named = only(prepared.daas(BACK, catalogs=DESKS, from_image="version 2 of W11", image="version 1 of W11"))
    assert named["after"]["name"] == "version 1 of W11"


def test_a_site_that_keeps_no_notes_makes_nobody_go_back_to_what_was_withdrawn(prepared: Prepared) -> None:
    prepared.behave(image_assignment_notes="dropped")
    move(prepared, FIRST, SECOND)
    prepared.daas(BACK, catalogs=DESKS, from_image="version 2 of W11")
    message = prepared.daas.fails(BACK, catalogs=DESKS, from_image="version 1 of W11")
    assert "the current image came more than once, with 'version 2 of W11' in between" in message
    named = only(prepared.daas(BACK, catalogs=DESKS, from_image="version 1 of W11", image="gold-1"))
    assert named["after"]["path"] == GOLD_1


def test_away_from_and_back_to_a_version_by_its_release(prepared: Prepared) -> None:
    for number in (1, 2):
        prepared.change("image_version", definition="W11", number=number, description=f"r{number}")
    move(prepared, FIRST, SECOND)
    release = {"definition": "W11", "release": "r2"}
    back = {"catalogs": DESKS, "from_image_version": release}
    assert only(prepared.daas(BACK, **back))["after"]["name"] == "version 1 of W11"
    assert only(prepared.daas(BACK, **back))["action"] == "unchanged"
    named = {"catalogs": [{"name": "Desks", "image_version": release}], "from_image": "version 1 of W11"}
    assert only(prepared.daas(BACK, **named))["after"]["name"] == "version 2 of W11"
    prepared.lab.forget()
    lost = prepared.daas.fails(BACK, catalogs=DESKS, from_image_version={"definition": "W11", "release": "r9"})
    assert "image definition 'W11' has no version of release 'r9'" in lost
    both = prepared.daas.fails(BACK, **back, from_image="version 2 of W11")
    assert "from_image and from_image_version are both given" in both
    assert prepared.writes() == []


def test_a_version_that_is_gone_is_not_gone_back_to(prepared: Prepared) -> None:
    move(prepared, FIRST, SECOND)
    prepared.daas("citrix_image_version", definition="W11", number=1, state="absent")
    message = prepared.daas.fails(BACK, catalogs=DESKS, from_image="version 2 of W11")
    assert "the image 'version 1 of W11' of its history was deleted" in message


def test_a_site_that_keeps_the_kinds_apart_says_so(prepared: Prepared) -> None:
    prepared.behave(image_kind_changes=False)
    assert "Desks is on a master image" in prepared.daas.fails(MOVE, catalogs=DESKS, image_version=SECOND)
    assert image_of(prepared) == "gold-1"


@pytest.mark.parametrize(
    ("catalog", "version", "sentence"),
    [
        ("Labs", SECOND, "version 2 of W11 is not in hosting unit ws-b, but in 'ws-a'"),
        ("Bare", SECOND, "version 2 of W11 has a machine profile and the catalog has none"),
        ("Servers", SECOND, "version 2 of W11 is for SingleSession, and the catalog is for MultiSession"),
        ("Own", SECOND, "its machines keep their disks, and on AmazonWorkSpacesCore only those"),
        ("Elements", SECOND, "its connection conn-pe is one through AcropolisFactory, which has no prepared images"),
        ("Desks", {"definition": "W1", "number": 2}, "there is no image definition 'W1'"),
        ("Desks", {"definition": "W11", "number": 7}, "image definition 'W11' has no version 7"),
        ("Desks", {"definition": "W11", "release": "x"}, "image definition 'W11' has no version of release 'x'"),
        ("Desks", {"id": "none"}, "there is no image version none any more"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else str(value),
)
def test_what_does_not_fit_is_refused_before_a_write(
    prepared: Prepared, catalog: str, version: dict[str, Any], sentence: str
) -> None:
    message = prepared.daas.fails(MOVE, catalogs=[{"name": catalog}], image_version=version)
    assert sentence in message
    assert prepared.writes() == []


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("InProgress", "version 2 of W11 is not ready (InProgress)"),
        ("Failed", "version 2 of W11 is not ready (Failed)"),
    ],
)
def test_a_version_that_is_not_ready_is_refused(prepared: Prepared, status: str, sentence: str) -> None:
    prepared.change("image_version", definition="W11", number=2, status=status)
    assert sentence in prepared.daas.fails(MOVE, catalogs=DESKS, image_version=SECOND)
    assert prepared.writes() == []


def test_a_hosting_unit_where_sharing_failed_is_refused(prepared: Prepared) -> None:
    prepared.change("hosting_unit", hosting_unit="ws-b", shares_fail="No room")
    prepared.daas.fails("citrix_image_version_share", **SECOND, hosting_units=["ws-b"])
    prepared.lab.forget()
    message = prepared.daas.fails(MOVE, catalogs=[{"name": "Labs"}], image_version=SECOND)
    assert "version 2 of W11 is not ready in hosting unit ws-b (Failed: No room)" in message
    assert prepared.writes() == []


def test_a_site_without_prepared_images_moves_to_master_images_only(prepared: Prepared) -> None:
    prepared.reset({"api_version": 117})
    catalogs = [{"name": "Desks"}, {"name": "Labs", "image": "gold-2"}]
    message = prepared.cvad.fails(MOVE, catalogs=catalogs, image_version=SECOND)
    assert "that needs orchestration API version 118 and product version 7.41 or later, and it has 117" in message
    moved = prepared.cvad("citrix_catalog_info", catalogs=[{"name": "Labs"}])
    assert only(moved)["master_image"]["name"] == "gold-2"


def test_a_plan_for_a_version_that_an_earlier_step_makes(prepared: Prepared) -> None:
    catalogs = [{"name": "Desks"}, {"name": "Labs"}]
    wish = {"definition": "W11", "release": "2026.12-1"}
    planned = prepared.daas(MOVE, check=True, catalogs=catalogs, image_version=wish, image_will_exist=True)
    assert planned["diff"]["after"] == dict.fromkeys(("Prod/Desks", "Labs"), "release 2026.12-1 of W11")
    not_shared = prepared.daas(MOVE, check=True, catalogs=catalogs, image_version=SECOND, image_will_exist=True)
    assert not_shared["diff"]["after"] == dict.fromkeys(("Prod/Desks", "Labs"), "version 2 of W11")
    new = {"definition": "W12", "release": "2026.12-1"}
    assert prepared.daas(MOVE, check=True, catalogs=catalogs, image_version=new, image_will_exist=True)["changed"]
    assert "no version of release" in prepared.daas.fails(
        MOVE, catalogs=catalogs, image_version=wish, image_will_exist=True
    )
    assert prepared.writes() == []


def test_an_update_under_way_that_tells_no_image_is_followed(prepared: Prepared) -> None:
    prepared.reset(publish=400)
    under_way = prepared.daas(MOVE, catalogs=DESKS, image_version=SECOND, wait=False)
    adopted = only(prepared.daas(MOVE, catalogs=DESKS, image_version=SECOND))
    assert (adopted["action"], adopted["job_id"]) == ("adopted", only(under_way)["job_id"])
    assert len(prepared.asked("POST", UPDATE)) == 1


def test_an_update_that_leads_elsewhere_is_not_taken_for_ours(prepared: Prepared) -> None:
    prepared.reset(publish=400)
    prepared.daas(MOVE, catalogs=DESKS, image_version=FIRST, wait=False)
    message = prepared.daas.fails(MOVE, catalogs=DESKS, image_version=SECOND)
    assert "but the catalog's image is 'version 1 of W11' and not 'version 2 of W11'" in message
    assert len(prepared.asked("POST", UPDATE)) == 1


@pytest.mark.parametrize("then", [{"drop": "after"}, {"drop": "before"}, {"status": 500, "effect": True}], ids=str)
def test_a_lost_answer_moves_nothing_twice(prepared: Prepared, then: dict[str, Any]) -> None:
    prepared.fault(UPDATE, then, nth=1, method="POST")
    done = only(prepared.daas(MOVE, catalogs=DESKS, image_version=SECOND))
    assert (done["action"], done["after"]["name"]) == ("published", "version 2 of W11")
    catalog = only(prepared.daas("citrix_catalog_info", catalogs=DESKS, history=True))
    assert len(catalog["history"]) == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "catalog 'Desks' has no image"),
        ({"image": "gold-2", "image_version": SECOND}, "catalog 'Desks' has two images"),
        ({"image_version": {"definition": "W11"}}, "one of the following is required: number, release, id"),
        ({"image_version": {"number": 2}}, "missing parameter(s) required by 'number': definition"),
    ],
    ids=["none", "both", "no number", "no definition"],
)
def test_one_image_for_each_catalog(prepared: Prepared, given: dict[str, Any], sentence: str) -> None:
    assert sentence in prepared.daas.fails(MOVE, catalogs=DESKS, **given)


def test_a_gate_and_a_restart_know_the_version(prepared: Prepared) -> None:
    moved = only(prepared.daas(MOVE, catalogs=DESKS, image_version=SECOND, reboot={"within_minutes": 0}))
    gate = prepared.daas("citrix_catalog_gate", catalogs=DESKS, image=moved["after"]["path"], heartbeat_seconds=0)
    assert only(gate)["image"] == "version 2 of W11"
    message = prepared.daas.fails("citrix_catalog_gate", catalogs=DESKS, image="gold-1", wait=False)
    assert "its image is 'version 2 of W11' and not 'gold-1'" in message
    restart = prepared.daas.fails(
        "citrix_catalog_restart", catalogs=DESKS, image="gold-1", reboot={"within_minutes": 0}
    )
    assert "its image is 'version 2 of W11' and not 'gold-1'" in restart
