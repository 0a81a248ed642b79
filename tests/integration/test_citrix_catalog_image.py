# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from typing import Any

import pytest

from harness.citrix import AWKWARD_CATALOG, AWKWARD_IMAGE, CitrixEstate, path_of
from harness.modules import run_module

UPDATE = r"\$UpdateProvisioningScheme"
POOL = [{"name": "Pool"}]
HOUR_LONG = 3600.0 * 24 * 30


def only(result: dict[str, Any]) -> dict[str, Any]:
    (catalog,) = result["catalogs"]
    return dict(catalog)


def failing(estate: CitrixEstate, check: bool = False, **arguments: Any) -> dict[str, Any]:
    """The whole result of a run that must fail."""
    result = run_module("citrix_catalog_image", {**estate.daas.options, **arguments}, check)
    assert result["failed"], result
    return result


@pytest.mark.parametrize("site", ["daas", "cvad"])
def test_publish_then_nothing_left_to_do(estate: CitrixEstate, site: str) -> None:
    run = getattr(estate, site)
    name = {"daas": "Pool", "cvad": "Lab"}[site]
    unit = {"daas": "AHV A", "cvad": "AHV-B"}[site]
    result = run("citrix_catalog_image", catalogs=[{"name": name}], image="img-3", note="November")
    catalog = only(result)
    assert result["changed"]
    assert (catalog["action"], catalog["job_status"], catalog["warning"], catalog["msg"]) == (
        "published",
        "Complete",
        None,
        None,
    )
    assert catalog["before"] == {"name": "img-2", "path": path_of("img-2", unit)}
    assert catalog["after"] == {"name": "img-3", "path": path_of("img-3", unit)}
    assert result["diff"] == {
        "before": {catalog["full_name"]: path_of("img-2", unit)},
        "after": {catalog["full_name"]: path_of("img-3", unit)},
    }
    (request,) = estate.asked("POST", UPDATE)
    assert request["body"] == {
        "MasterImagePath": path_of("img-3", unit),
        "StoreOldImage": True,
        "MasterImageNote": "November",
        "RebootOptions": {"RebootDuration": -1, "WarningDuration": 0},
    }
    estate.lab.forget()
    again = run("citrix_catalog_image", catalogs=[{"name": name}], image="img-3", note="another note")
    assert not again["changed"]
    assert only(again)["action"] == "unchanged"
    assert estate.writes() == []
    assert [entry["path"].rpartition("/")[2] for entry in estate.asked("GET", "")] == ["Me", "MachineCatalogs", "Jobs"]


def test_check_mode_writes_nothing_and_comes_true(estate: CitrixEstate) -> None:
    wanted = {
        "catalogs": [*POOL, {"name": "Stable"}, {"name": "Twin", "folder": "Prod", "image": "img-2"}],
        "image": "img-3",
    }
    planned = estate.daas("citrix_catalog_image", check=True, **wanted)
    assert estate.writes() == []
    assert [catalog["action"] for catalog in planned["catalogs"]] == ["planned", "planned", "unchanged"]
    done = estate.daas("citrix_catalog_image", **wanted)
    assert (planned["changed"], planned["diff"]) == (done["changed"], done["diff"])
    assert [catalog["after"] for catalog in planned["catalogs"]] == [catalog["after"] for catalog in done["catalogs"]]


def test_plan_of_an_image_still_to_come(estate: CitrixEstate) -> None:
    planned = only(
        estate.daas("citrix_catalog_image", check=True, catalogs=POOL, image="coming", image_will_exist=True)
    )
    assert planned["after"] == {"name": "coming", "path": path_of("coming")}
    assert "shows no image 'coming'" in failing(estate, catalogs=POOL, image="coming", image_will_exist=True)["msg"]
    assert "shows no image 'coming'" in failing(estate, check=True, catalogs=POOL, image="coming")["msg"]
    assert estate.writes() == []


@pytest.mark.parametrize("image", [AWKWARD_IMAGE, path_of(AWKWARD_IMAGE), path_of(AWKWARD_IMAGE).upper()])
def test_awkward_names(estate: CitrixEstate, image: str) -> None:
    result = estate.daas(
        "citrix_catalog_image",
        catalogs=[{"name": AWKWARD_CATALOG, "folder": "größe & co/東京"}],
        image=image,
        note="ä 黄 \" '",
    )
    assert only(result)["after"] == {"name": AWKWARD_IMAGE, "path": path_of(AWKWARD_IMAGE)}
    assert not estate.daas("citrix_catalog_image", catalogs=[{"name": AWKWARD_CATALOG}], image=image)["changed"]


def test_each_hosting_unit_is_read_once(estate: CitrixEstate) -> None:
    catalogs = [
        *POOL,
        {"name": "Twin", "folder": "Prod"},
        {"name": "Twin", "folder": "Test/Süd"},
        {"name": "Stable"},
        {"name": AWKWARD_CATALOG},
    ]
    result = estate.daas("citrix_catalog_image", catalogs=catalogs, image="img-3")
    assert [catalog["action"] for catalog in result["catalogs"]] == ["published"] * 5
    assert [catalog["hosting_unit"] for catalog in result["catalogs"]] == ["AHV A", "AHV A", "AHV-B", "AHV-B", "AHV A"]
    assert len(estate.asked("GET", "/resources$")) == 2
    assert len(estate.asked("GET", "/MachineCatalogs$")) == len(estate.asked("GET", "/Jobs$")) == 1


@pytest.mark.parametrize(
    ("selector", "image", "told"),
    [
        ({"name": "Pol"}, "img-3", "there is no catalog 'Pol'. Near names are 'Pool'"),
        ({"name": "Twin"}, "img-3", "2 catalogs are called 'Twin'"),
        ({"name": "Physical"}, "img-3", "it is not provisioned by MCS but Manual"),
        ({"name": "Pool"}, "img-4", "hosting unit 'AHV A' shows no image 'img-4'. Near names are 'img-3'"),
        ({"name": "Pool"}, "IMG-3", "shows no image 'IMG-3'"),
        ({"name": "Pool"}, "VLAN10", "shows no image 'VLAN10'"),
        ({"name": "Pool"}, "twice", "shows 2 images 'twice'"),
        ({"name": "Pool"}, path_of("img-3", "AHV-B"), "shows no image"),
        ({"id": "no-such-id"}, "img-3", "there is no catalog with id no-such-id"),
    ],
)
def test_refused(estate: CitrixEstate, selector: dict[str, str], image: str, told: str) -> None:
    result = failing(estate, catalogs=[selector, {"name": "Stable", "image": "img-3"}], image=image)
    assert told in result["msg"]
    assert "1 of 2 catalogs failed" in result["msg"]
    actions = {catalog["name"]: catalog["action"] for catalog in result["catalogs"]}
    assert actions.pop("Stable") == "published"
    assert set(actions.values()) == {"failed"}
    assert result["changed"]


def test_no_image_given(estate: CitrixEstate) -> None:
    assert "catalog 'Pool' has no image" in estate.daas.fails("citrix_catalog_image", catalogs=POOL)
    assert estate.lab.requests() == []


def test_one_catalog_given_twice(estate: CitrixEstate) -> None:
    result = estate.daas(
        "citrix_catalog_image", catalogs=[{"name": "Pool"}, {"name": "POOL", "folder": "Prod"}], image="img-3"
    )
    assert len(result["catalogs"]) == 1
    message = failing(
        estate, catalogs=[{"name": "Pool", "image": "img-1"}, {"name": "Pool", "folder": "Prod", "image": "img-2"}]
    )["msg"]
    assert "in the list twice, with two images" in message


@pytest.mark.parametrize("bypass", [True, False])
def test_new_image_is_found_past_the_cache(estate: CitrixEstate, bypass: bool) -> None:
    estate.change("snapshot", "cluster-a", name="fresh", vm="Gold")
    assert (
        only(estate.daas("citrix_catalog_image", catalogs=POOL, image="fresh", bypass_cache=bypass))["action"]
        == "published"
    )
    assert (
        [entry["query"].get("noCache") for entry in estate.asked("GET", "/resources$")] == [["true"]]
        if bypass
        else [None, ["true"]]
    )


def test_options_travel(estate: CitrixEstate) -> None:
    reboot = {
        "within_minutes": 120,
        "warning_minutes": 10,
        "warning_title": "Neustart",
        "warning_message": "%m% Minuten",
        "warning_repeat_minutes": 5,
    }
    catalogs = [{"name": "Pool", "note": "own"}, {"name": "Stable"}]
    estate.daas(
        "citrix_catalog_image",
        catalogs=catalogs,
        image="img-3",
        note="all",
        functional_level="L7_34",
        store_old_image=False,
        reboot=reboot,
    )
    bodies = [entry["body"] for entry in estate.asked("POST", UPDATE)]
    assert sorted(body["MasterImageNote"] for body in bodies) == ["all", "own"]
    for body in bodies:
        assert (body["MinimumFunctionalLevel"], body["StoreOldImage"]) == ("L7_34", False)
        assert body["RebootOptions"] == {
            "RebootDuration": 120,
            "WarningDuration": 10,
            "WarningTitle": "Neustart",
            "WarningMessage": "%m% Minuten",
            "WarningRepeatInterval": 5,
        }


def test_contradicting_reboot_options_ask_nobody(estate: CitrixEstate) -> None:
    assert "reboot.within_minutes is -1: there is no time to count down to" in estate.daas.fails(
        "citrix_catalog_image", catalogs=POOL, image="img-3", reboot={"warning_minutes": 5}
    )
    assert estate.lab.requests() == []


@pytest.mark.parametrize("form", ["200_body", "202_location", "202_body"])
@pytest.mark.parametrize("location_host", [None, "gateway.invalid"])
def test_every_form_of_the_answer(estate: CitrixEstate, form: str, location_host: str | None) -> None:
    estate.behave(update_reply=form, location_host=location_host)
    catalog = only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3"))
    assert (catalog["action"], catalog["job_status"]) == ("published", "Complete")
    assert catalog["job_id"]


@pytest.mark.parametrize("status", ["CompleteWithWarning", "NonTerminatingError"])
def test_warning_of_a_job_is_told(estate: CitrixEstate, status: str) -> None:
    estate.fault(UPDATE, {"job_status": status})
    catalog = only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3"))
    assert (catalog["action"], catalog["job_status"]) == ("published", status)
    assert status in catalog["warning"]


@pytest.mark.parametrize(
    ("then", "told"),
    [({"fail_task": "no space left"}, "failed: no space left"), ({"job_status": "Canceled"}, "was cancelled")],
)
@pytest.mark.parametrize("times", ["year_0001", "null"])
def test_bad_end_of_a_job(estate: CitrixEstate, then: dict[str, str], told: str, times: str) -> None:
    estate.behave(unset_times=times)
    estate.fault(UPDATE, then, nth=1)
    result = failing(estate, catalogs=POOL, image="img-3")
    catalog = only(result)
    assert told in result["msg"]
    assert (catalog["action"], catalog["changed"], catalog["job_status"]) == (
        "failed",
        False,
        "Failed" if "fail_task" in then else "Canceled",
    )
    assert catalog["job_id"] in result["msg"]
    assert catalog["after"]["name"] == "img-2"
    assert not result["changed"]
    assert estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3")["changed"]


def test_image_that_vanishes_before_the_job_looks(estate: CitrixEstate) -> None:
    estate.fault(UPDATE, {"delay": 0.0}, nth=1)
    body = {"Children": [{"Id": "x", "Name": "ghost", "XDPath": path_of("ghost"), "ResourceType": "Template"}]}
    estate.fault("/Results", {"status": 200, "body": body})
    assert "was not found in AHV A" in failing(estate, catalogs=POOL, image="ghost")["msg"]


def test_job_status_of_the_future_leaves_the_word_to_the_catalog(estate: CitrixEstate) -> None:
    strange = {
        "Id": "j",
        "Type": "UpdateMachineCatalogProvisioningScheme",
        "Status": "CompleteButOdd",
        "FormattedEndTime": "2026-11-20T12:00:00Z",
    }
    estate.fault(UPDATE, {"status": 202, "body": None, "headers": {"Location": "https://x/cvad/manage/Jobs/j"}})
    estate.change("set_image", catalog="Prod|Pool", image="img-1")
    estate.fault("/Jobs/j$", {"status": 200, "body": strange})
    result = failing(estate, catalogs=POOL, image="img-3")
    assert "ended with CompleteButOdd, but the catalog's image is" in result["msg"]


def test_vanished_job_leaves_the_word_to_the_catalog(estate: CitrixEstate) -> None:
    estate.reset(publish=1200)
    estate.fault(r"/Jobs/[0-9a-f-]+$", {"status": 404}, nth=3, times=1000)
    catalog = only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3"))
    assert (catalog["action"], catalog["after"]["name"]) == ("published", "img-3")
    assert "vanished" in catalog["warning"]


def test_two_controllers_of_which_one_does_not_know_the_job(estate: CitrixEstate) -> None:
    estate.reset(publish=1200)
    estate.behave(controllers=2)
    catalog = only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3"))
    assert (catalog["action"], catalog["job_status"], catalog["warning"]) == ("published", "Complete", None)


@pytest.mark.parametrize("path", [r"/Jobs/[0-9a-f-]+$", "/Results$"])
def test_what_only_reads_is_read_without_a_job_when_nobody_knows_the_job(estate: CitrixEstate, path: str) -> None:
    estate.fault(path, {"status": 404}, nth=2 if path.endswith("]+$") else 1, times=1000)
    catalog = only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3", check=True))
    assert (catalog["action"], catalog["after"]["name"]) == ("planned", "img-3")


def test_new_job_may_be_hidden_at_first(estate: CitrixEstate) -> None:
    estate.behave(new_job_hidden_seconds=300)
    assert only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3"))["job_status"] == "Complete"


@pytest.mark.parametrize(
    "then",
    [
        {"drop": "after"},
        {"drop": "before"},
        {"status": 502, "body": "<html>"},
        {"status": 500},
        {"status": 500, "effect": True},
        {"garbage": "<html>504</html>", "status": 504, "effect": True},
    ],
)
def test_lost_answer_is_followed_by_looking_and_never_doubles(estate: CitrixEstate, then: dict[str, Any]) -> None:
    estate.reset(publish=600)
    estate.fault(UPDATE, then, nth=1)
    catalog = only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3"))
    assert (catalog["action"], catalog["after"]["name"]) == ("published", "img-3")
    history = estate.daas("citrix_catalog_info", catalogs=POOL, history=True)["catalogs"][0]["history"]
    assert [image["name"] for image in history].count("img-2") == 1
    assert len(estate.asked("POST", UPDATE)) == (1 if then == {"drop": "after"} or "effect" in then else 2)


def test_answer_lost_of_an_update_that_is_done_before_we_look(estate: CitrixEstate) -> None:
    estate.fault(UPDATE, {"drop": "after"}, nth=1)
    catalog = only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3"))
    assert (catalog["action"], catalog["after"]["name"]) == ("published", "img-3")
    assert len(estate.asked("POST", UPDATE)) == 1


def test_answer_lost_twice_with_nothing_started_is_a_failure(estate: CitrixEstate) -> None:
    estate.fault(UPDATE, {"status": 502})
    result = failing(estate, catalogs=POOL, image="img-3")
    assert "502" in result["msg"]
    assert len(estate.asked("POST", UPDATE)) == 2
    assert only(result)["after"]["name"] == "img-2"


@pytest.mark.parametrize("status", [400, 403, 404, 501])
def test_clear_refusal_is_not_repeated(estate: CitrixEstate, status: int) -> None:
    estate.fault(UPDATE, {"status": status, "body": {"type": "x/y", "detail": "this is refused"}})
    assert "this is refused" in failing(estate, catalogs=POOL, image="img-3")["msg"]
    assert len(estate.asked("POST", UPDATE)) == 1


def test_rate_limited_write_is_repeated(estate: CitrixEstate) -> None:
    body = {
        "type": "https://errors-api.cloud.com/common/rateLimitExceeded",
        "detail": "wait",
        "parameters": {"retryDelay": "0.2"},
    }
    estate.fault(UPDATE, {"status": 429, "body": body}, nth=1)
    assert estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3")["changed"]
    assert len(estate.asked("POST", UPDATE)) == 2


def test_token_that_expires_while_waiting(estate: CitrixEstate) -> None:
    estate.reset(publish=600)
    estate.fault(r"/Jobs/[0-9a-f-]+$", {"expire_token": True}, nth=3)
    assert estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3")["changed"]
    assert len(estate.asked("POST", "tokens")) == 2


@pytest.mark.parametrize(
    "then", [{"status": 500}, {"status": 503}, {"drop": "after"}, {"garbage": "<html>busy</html>"}]
)
def test_looks_that_go_wrong_do_not_end_the_wait(estate: CitrixEstate, then: dict[str, Any]) -> None:
    estate.reset(publish=600)
    estate.fault(r"/Jobs/[0-9a-f-]+$", then, nth=3, times=2)
    assert only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3"))["job_status"] == "Complete"


def test_timeout_says_still_running_and_the_next_run_adopts(estate: CitrixEstate) -> None:
    estate.reset(publish=1500)
    result = failing(estate, catalogs=POOL, image="img-3", wait_timeout=1)
    assert "still running" in result["msg"]
    assert "not cancelled" in result["msg"]
    first = only(result)
    assert first["job_id"] in result["msg"]
    assert result["changed"]
    planned = only(estate.daas("citrix_catalog_image", check=True, catalogs=POOL, image="img-3"))
    assert (planned["action"], planned["job_id"]) == ("planned", first["job_id"])
    second = only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3"))
    assert (second["action"], second["job_id"], second["after"]["name"]) == ("adopted", first["job_id"], "img-3")
    assert len(estate.asked("POST", UPDATE)) == 1
    assert estate.asked("POST", "cancel") == []


def test_without_waiting(estate: CitrixEstate) -> None:
    estate.reset(publish=HOUR_LONG)
    result = estate.daas("citrix_catalog_image", catalogs=[*POOL, {"name": "Stable"}], image="img-3", wait=False)
    assert [catalog["action"] for catalog in result["catalogs"]] == ["published", "published"]
    assert all(catalog["job_id"] for catalog in result["catalogs"])
    again = estate.daas("citrix_catalog_image", catalogs=[*POOL, {"name": "Stable"}], image="img-3", wait=False)
    assert [catalog["action"] for catalog in again["catalogs"]] == ["adopted", "adopted"]
    assert len(estate.asked("POST", UPDATE)) == 2


def test_update_that_somebody_else_runs_to_the_same_image_is_adopted(estate: CitrixEstate) -> None:
    estate.reset(publish=600)
    estate.change("image_update", catalog="Prod|Pool", image="img-3")
    catalog = only(estate.daas("citrix_catalog_image", catalogs=POOL, image="img-3"))
    assert (catalog["action"], catalog["job_id"], catalog["after"]["name"]) == ("adopted", None, "img-3")
    assert estate.writes() == []


@pytest.mark.parametrize("ours", [True, False])
def test_update_to_another_image_is_in_the_way(estate: CitrixEstate, ours: bool) -> None:
    estate.reset(publish=HOUR_LONG)
    if ours:
        estate.daas("citrix_catalog_image", catalogs=POOL, image="img-1", wait=False)
    else:
        estate.change("image_update", catalog="Prod|Pool", image="img-1")
    message = failing(estate, catalogs=POOL, image="img-3")["msg"]
    assert "another task is running: image update to " in message
    assert "img-1" in message
    assert ("(job " in message) is ours
    assert "another task is running" in failing(estate, catalogs=POOL, image="img-2")["msg"]


def overtaken(estate: CitrixEstate, image: str) -> dict[str, Any]:
    """The result of a run that wants img-3, when somebody else's update to `image` begins while it looks."""

    def interfere() -> None:
        while not [entry for entry in estate.lab.requests() if entry["path"].endswith("/resources")]:
            pass
        estate.change("image_update", catalog="Prod|Pool", image=image)

    other = threading.Thread(target=interfere)
    other.start()
    result = run_module("citrix_catalog_image", {**estate.daas.options, "catalogs": POOL, "image": "img-3"})
    other.join()
    return result


@pytest.mark.parametrize("busy", [409, "job_failed"])
@pytest.mark.parametrize("image", ["img-3", "img-1"])
def test_update_that_begins_between_looking_and_asking(estate: CitrixEstate, busy: Any, image: str) -> None:
    estate.reset(publish=1200)
    estate.behave(busy_catalog=busy)
    estate.fault("/Results", {"delay": 300.0})
    catalog = only(overtaken(estate, image))
    if image == "img-3":
        assert (catalog["action"], catalog["after"]["name"]) == ("adopted", "img-3")
    else:
        assert "Another task is running: image update to" in catalog["msg"]
    assert estate.image_of("Pool") == ("img-3" if image == "img-3" else "img-2")


def test_update_that_was_in_the_way_and_has_ended_by_the_time_its_refusal_is_heard(estate: CitrixEstate) -> None:
    estate.reset(publish=1200)
    estate.behave(busy_catalog="job_failed")
    estate.fault("/Results", {"delay": 300.0})
    estate.fault("/Jobs/[^/]+$", {"delay": 3000.0}, nth=2)
    catalog = only(overtaken(estate, "img-1"))
    assert catalog["action"] == "failed"
    assert f"It has ended since then, and the catalog's image is '{path_of('img-1')}' now. Run again." in catalog["msg"]


def test_hosting_unit_that_cannot_be_read_fails_only_its_catalogs(estate: CitrixEstate) -> None:
    estate.fault("/resources", {"fail_task": "hypervisor down"}, nth=1)
    catalogs = [*POOL, {"name": "Twin", "folder": "Prod"}, {"name": "Stable", "image": "img-2"}]
    result = failing(estate, catalogs=catalogs, image="img-3")
    assert [catalog["action"] for catalog in result["catalogs"]] == ["failed", "failed", "unchanged"]
    assert "hypervisor down" in result["msg"]


def test_bounded_concurrency(estate: CitrixEstate) -> None:
    estate.reset(publish=300)
    estate.lab.change(
        [
            {"endpoint": "daas", "kind": "catalog", "name": f"Cat {n}", "hosting_unit": "AHV A", "image": "img-2"}
            for n in range(6)
        ]
    )
    wanted = [{"name": f"Cat {n}"} for n in range(6)]
    result = estate.daas("citrix_catalog_image", catalogs=wanted, image="img-3", concurrency=2)
    assert len(result["catalogs"]) == 6
    spans = []
    for catalog in result["catalogs"]:
        mine = [
            entry
            for entry in estate.lab.requests()
            if catalog["id"] in entry["path"] and not entry["path"].endswith("/Machines")
        ]
        spans.append((min(entry["started"] for entry in mine), max(entry["ended"] for entry in mine)))
    assert max(sum(start <= moment < end for start, end in spans) for moment, _end in spans) == 2


def test_three_hundred_catalogs(estate: CitrixEstate) -> None:
    estate.lab.change(
        [
            {"endpoint": "daas", "kind": "catalog", "name": f"Cat {n:03d}", "hosting_unit": "AHV A", "image": "img-2"}
            for n in range(300)
        ]
    )
    wanted = [{"name": f"cat {n:03d}"} for n in range(300)]
    result = estate.daas("citrix_catalog_image", catalogs=wanted, image="img-3", concurrency=16)
    assert {catalog["after"]["name"] for catalog in result["catalogs"]} == {"img-3"}
    assert len(estate.lab.requests()) <= 300 * 3 + 10
    estate.lab.forget()
    assert not estate.daas("citrix_catalog_image", catalogs=wanted, image="img-3")["changed"]
    assert len(estate.lab.requests()) == 5
