# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import start
from harness.citrix import CitrixEstate, path_of
from harness.modules import run_module

UPDATE = r"\$UpdateProvisioningScheme"
POOL = [{"name": "Pool"}]


def only(result: dict[str, Any]) -> dict[str, Any]:
    (catalog,) = result["catalogs"]
    return dict(catalog)


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
def test_back_to_the_image_before_and_no_further(estate: CitrixEstate, order: str) -> None:
    estate.behave(history_order=order)
    arguments = {"catalogs": POOL, "from_image": "img-2"}
    planned = estate.daas("citrix_catalog_rollback", check=True, **arguments)
    assert estate.writes() == []
    done = estate.daas("citrix_catalog_rollback", **arguments)
    assert (planned["changed"], planned["diff"]) == (done["changed"], done["diff"])
    catalog = only(done)
    assert (catalog["action"], catalog["job_status"], catalog["warning"]) == ("rolled_back", "Complete", None)
    assert (catalog["before"]["name"], catalog["after"]) == ("img-2", {"name": "img-1", "path": path_of("img-1")})
    (request,) = estate.asked("POST", UPDATE)
    assert request["body"] == {
        "MasterImagePath": path_of("img-1"),
        "StoreOldImage": True,
        "MasterImageNote": "[back from img-2]",
        "RebootOptions": {"RebootDuration": -1, "WarningDuration": 0},
    }
    estate.lab.forget()
    again = estate.daas("citrix_catalog_rollback", **arguments)
    assert (again["changed"], only(again)["action"]) == (False, "unchanged")
    assert estate.writes() == []


def run_through(estate: CitrixEstate, *images: str) -> None:
    """Publish these images one after the other; '-x' takes x back."""
    for image in images:
        if image.startswith("-"):
            estate.daas("citrix_catalog_rollback", catalogs=POOL, from_image=image[1:])
        else:
            estate.daas("citrix_catalog_image", catalogs=POOL, image=image)


@pytest.mark.parametrize("slots", ["each_time", "each_image"])
@pytest.mark.parametrize(
    ("before", "left", "target"),
    [
        (["img-3", "-img-3"], "img-2", "img-1"),
        (["img-3", "-img-3", "img-3"], "img-3", "img-2"),
        (["img-3", "-img-3", "img-4"], "img-4", "img-2"),
        (["img-3", "img-4", "-img-4", "-img-3"], "img-2", "img-1"),
        (["-img-2", "img-3"], "img-3", "img-1"),
    ],
)
def test_back_means_what_was_there_before_and_never_a_withdrawn_image(
    estate: CitrixEstate, slots: str, before: list[str], left: str, target: str
) -> None:
    estate.behave(history_slots=slots)
    estate.change("snapshot", "cluster-a", name="img-4", vm="Gold")
    run_through(estate, *before)
    assert only(estate.daas("citrix_catalog_rollback", catalogs=POOL, from_image=left))["after"]["name"] == target


def test_back_and_back_again_wants_the_one_before_both(estate: CitrixEstate) -> None:
    run_through(estate, "-img-2")
    estate.lab.forget()
    assert path_of("img-0") in estate.daas.fails("citrix_catalog_rollback", catalogs=POOL, from_image="img-1")
    assert estate.writes() == []


def test_rollback_that_the_account_has_running_is_waited_for_and_verified(estate: CitrixEstate) -> None:
    estate.reset(rollback=1200)
    site = CitrixSite.connect(
        {**{name: spec.get("default") for name, spec in CONNECTION_ARGUMENTS.items()}, **estate.daas.options}
    )
    (pool,) = estate.daas("citrix_catalog_info", catalogs=POOL)["catalogs"]
    start(
        site, f"/MachineCatalogs/{pool['id']}/$RollbackProvisioningScheme", {"RebootDuration": -1, "WarningDuration": 0}
    )
    catalog = only(estate.daas("citrix_catalog_rollback", catalogs=POOL, from_image="img-2"))
    assert (catalog["action"], catalog["after"]["name"]) == ("adopted", "img-1")


@pytest.mark.parametrize("image", ["img-1", path_of("img-1")])
def test_back_to_a_named_image(estate: CitrixEstate, image: str) -> None:
    planned = estate.daas("citrix_catalog_rollback", check=True, catalogs=POOL, image=image, note="bad release")
    done = estate.daas("citrix_catalog_rollback", catalogs=POOL, image=image, note="bad release")
    assert (planned["changed"], planned["diff"]) == (done["changed"], done["diff"])
    assert (only(done)["action"], only(done)["after"]["name"]) == ("published", "img-1")
    assert estate.asked("POST", UPDATE)[0]["body"]["MasterImageNote"] == "bad release [back from img-2]"
    estate.lab.forget()
    assert not estate.daas("citrix_catalog_rollback", catalogs=POOL, image=image)["changed"]
    assert estate.writes() == []


def test_a_release_is_taken_back_wherever_it_has_got_to(estate: CitrixEstate) -> None:
    catalogs = [*POOL, {"name": "Twin", "folder": "Prod"}, {"name": "Stable"}]
    estate.daas("citrix_catalog_image", catalogs=[*POOL, {"name": "Stable"}], image="img-3")
    result = estate.daas("citrix_catalog_rollback", catalogs=catalogs, from_image="img-3", reboot={"within_minutes": 0})
    assert {catalog["full_name"]: catalog["action"] for catalog in result["catalogs"]} == {
        "Prod/Pool": "rolled_back",
        "Prod/Twin": "unchanged",
        "Stable": "rolled_back",
    }
    assert {catalog["after"]["name"] for catalog in result["catalogs"]} == {"img-2"}
    assert [entry["body"]["RebootOptions"]["RebootDuration"] for entry in estate.asked("POST", UPDATE)[-2:]] == [0, 0]


@pytest.mark.parametrize(
    ("catalog", "arguments", "told"),
    [
        ({"name": "Pool"}, {"image": "img-3"}, "its history holds no image 'img-3'"),
        ({"name": "Pool"}, {"image": "img-0"}, "shows no image"),
        ({"name": "Stable"}, {"from_image": "img-2"}, "its history holds no image before the current one"),
        ({"name": "Physical"}, {"from_image": "img-2"}, "not provisioned by MCS"),
        ({"name": "Nobody"}, {"from_image": "img-2"}, "there is no catalog 'Nobody'"),
    ],
)
def test_refused(estate: CitrixEstate, catalog: dict[str, str], arguments: dict[str, str], told: str) -> None:
    assert told in estate.daas.fails("citrix_catalog_rollback", catalogs=[catalog], **arguments)
    assert estate.writes() == []


def test_image_before_that_was_deleted_on_the_cluster_is_refused(estate: CitrixEstate) -> None:
    estate.change("delete_snapshot", "cluster-a", snapshot="img-1")
    assert "shows no image" in estate.daas.fails("citrix_catalog_rollback", catalogs=POOL, from_image="img-2")
    assert estate.writes() == []


def test_image_before_that_the_history_calls_deleted_is_refused(estate: CitrixEstate) -> None:
    estate.behave(old_image_status="Deleted")
    assert "'img-1' of its history was deleted" in estate.daas.fails(
        "citrix_catalog_rollback", catalogs=POOL, from_image="img-2"
    )


def test_what_to_get_away_from_or_go_to_must_be_said(estate: CitrixEstate) -> None:
    assert "nothing says which image to move away from, or back to" in estate.daas.fails(
        "citrix_catalog_rollback", catalogs=POOL
    )
    assert estate.lab.requests() == []


@pytest.mark.parametrize(
    "then",
    [
        {"drop": "after"},
        {"drop": "before"},
        {"status": 500, "effect": True},
        {"garbage": "<html>504</html>", "status": 504, "effect": True},
    ],
)
def test_lost_answer_goes_back_one_step_only(estate: CitrixEstate, then: dict[str, Any]) -> None:
    estate.fault(UPDATE, then, nth=1)
    catalog = only(estate.daas("citrix_catalog_rollback", catalogs=POOL, from_image="img-2"))
    assert (catalog["action"], catalog["after"]["name"]) == ("rolled_back", "img-1")
    assert len(estate.asked("POST", UPDATE)) == (1 if then == {"drop": "after"} or "effect" in then else 2)


def test_timeout_and_the_next_run_adopts(estate: CitrixEstate) -> None:
    estate.reset(publish=1200)
    first = run_module(
        "citrix_catalog_rollback", {**estate.daas.options, "catalogs": POOL, "from_image": "img-2", "wait_timeout": 1}
    )
    assert "still running" in first["msg"]
    second = only(estate.daas("citrix_catalog_rollback", catalogs=POOL, from_image="img-2"))
    assert (second["action"], second["job_id"], second["after"]["name"]) == ("adopted", only(first)["job_id"], "img-1")
    assert len(estate.asked("POST", UPDATE)) == 1


def test_rollback_in_the_way_of_an_update(estate: CitrixEstate) -> None:
    estate.reset(publish=100000)
    estate.daas("citrix_catalog_rollback", catalogs=POOL, from_image="img-2", wait=False)
    assert "another task is running: image update to" in estate.daas.fails(
        "citrix_catalog_image", catalogs=POOL, image="img-3"
    )


def test_failed_job_is_told(estate: CitrixEstate) -> None:
    estate.fault(UPDATE, {"fail_task": "no space left"})
    result = run_module("citrix_catalog_rollback", {**estate.daas.options, "catalogs": POOL, "from_image": "img-2"})
    assert "no space left" in result["msg"]
    assert (only(result)["action"], only(result)["after"]["name"]) == ("failed", "img-2")


def test_on_premises(estate: CitrixEstate) -> None:
    estate.cvad("citrix_catalog_image", catalogs=[{"name": "Lab"}], image="img-3")
    assert (
        only(estate.cvad("citrix_catalog_rollback", catalogs=[{"name": "Lab"}], from_image="img-3"))["after"]["name"]
        == "img-2"
    )
