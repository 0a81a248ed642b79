# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.prepared import Prepared

VERSION = "citrix_image_version"
PROFILE = "XDHyp:\\HostingUnits\\ws-a\\profile.template"
R3 = {
    "definition": "W11",
    "release": "2026.11-3",
    "hosting_unit": "ws-a",
    "image": "gold-2",
    "machine_profile": PROFILE,
}
W11_3 = {"definition": "W11", "number": 3}
ORDERS = r"/ImageVersions\?"


def numbers(prepared: Prepared) -> list[int]:
    return [version["number"] for version in prepared.versions(definition="W11")]


def test_prepared_once(prepared: Prepared) -> None:
    planned = prepared.daas(VERSION, check=True, **R3)
    assert (planned["changed"], planned["image_version"], prepared.writes()) == (True, None, [])
    made = prepared.daas(VERSION, **R3)
    version = made["image_version"]
    assert (made["changed"], version["number"], version["ready"], version["release"]) == (True, 3, True, "2026.11-3")
    assert version["image"]["path"] == "XDHyp:\\HostingUnits\\ws-a\\gold-2.template"
    assert version["specs"][1]["machine_profile"] == PROFILE
    again = prepared.daas(VERSION, **R3)
    assert (again["changed"], again["image_version"]) == (False, version)
    # What is there needs neither image nor hosting unit
    assert prepared.daas(VERSION, definition="W11", release="2026.11-3")["changed"] is False
    assert len(prepared.writes()) == 1


def test_the_whole_scheme_is_ordered(prepared: Prepared) -> None:
    scheme = {
        "service_offering": "XDHyp:\\HostingUnits\\ws-a\\m5.serviceoffering",
        "cpu_count": 4,
        "memory_mb": 16384,
        "network_mapping": [{"device": "0", "network": "XDHyp:\\HostingUnits\\ws-a\\blue.network"}],
        "custom_properties": {"Storage": "1"},
        "cluster_id": "1234",
    }
    version = prepared.daas(VERSION, **R3, **scheme)["image_version"]
    (order,) = prepared.asked("POST", "/ImageVersions")
    told = [{"Name": "Storage", "Value": "1"}, {"Name": "ClusterId", "Value": "1234"}]
    assert order["body"]["ImageScheme"]["CustomProperties"] == told
    assert version["specs"][1]["service_offering"] == scheme["service_offering"]
    assert prepared.daas(VERSION, **R3, **scheme)["changed"] is False


def test_one_under_way_is_followed(prepared: Prepared) -> None:
    prepared.reset(image_preparation=100000)
    assert "is still running" in prepared.daas.fails(VERSION, **R3, wait_timeout=1)
    assert prepared.daas(VERSION, check=True, **R3)["changed"] is False
    prepared.change("image_version", definition="W11", number=3, status="Success")
    assert prepared.daas(VERSION, **R3)["changed"] is False
    assert (len(prepared.writes()), numbers(prepared)) == (1, [1, 2, 3])


def test_one_that_failed_is_retried(prepared: Prepared) -> None:
    prepared.fault(ORDERS, {"fail_task": "No licence"}, nth=1, method="POST")
    message = prepared.daas.fails(VERSION, **R3)
    assert "the preparation of version 3 of W11 failed: No licence" in message
    assert "the preparation of version 3 of W11 failed" in prepared.daas.fails(VERSION, **R3, retry=False)
    retried = prepared.daas(VERSION, **R3)
    assert (retried["changed"], retried["image_version"]["number"], retried["leftovers"]) == (True, 3, [])
    assert numbers(prepared) == [1, 2, 3]


def test_a_site_that_repeats_nothing_says_what_to_do(prepared: Prepared) -> None:
    prepared.behave(image_version_retry="refuse")
    prepared.fault(ORDERS, {"fail_task": "No licence"}, nth=1, method="POST")
    prepared.daas.fails(VERSION, **R3)
    message = prepared.daas.fails(VERSION, **R3)
    assert "the site does not repeat it" in message
    assert "Delete it (state absent, number 3), then run again." in message
    assert prepared.daas(VERSION, definition="W11", number=3, state="absent")["deleted"][0]["number"] == 3
    assert prepared.daas(VERSION, **R3)["image_version"]["number"] == 4


def test_a_number_that_somebody_took_in_between(prepared: Prepared) -> None:
    prepared.daas(VERSION, **{**R3, "release": "2026.11-3b", "image": "gold-1"})
    assert prepared.daas(VERSION, **R3)["image_version"]["number"] == 4


def test_leftovers_of_a_release_are_told_and_left(prepared: Prepared) -> None:
    for number, status in ((1, "Failed"), (2, "Success")):
        prepared.change("image_version", definition="W11", number=number, status=status, description="2026.11-3")
    kept = prepared.daas(VERSION, **R3)
    assert (kept["changed"], kept["image_version"]["number"], kept["leftovers"]) == (False, 2, [1])
    prepared.change("image_version", definition="W11", number=1, status="Success")
    assert "release '2026.11-3' has several versions of W11: 1 and 2" in prepared.daas.fails(VERSION, **R3)


def test_warnings_are_told(prepared: Prepared) -> None:
    rearm = {"type": "ImagePreparationOSRearmCountExceeded", "message": "No rearms are left"}
    prepared.change("image_version", definition="W11", number=2, description="2026.11-3", warnings=[rearm])
    (warning,) = prepared.daas(VERSION, **R3)["warnings"]
    assert "version 2 of W11: ImagePreparationOSRearmCountExceeded: No rearms are left" in warning


def test_an_image_behind_the_cache_is_found(prepared: Prepared) -> None:
    prepared.change("snapshot", "zones", name="fresh", vm="Gold")
    assert prepared.daas(VERSION, **{**R3, "image": "fresh"})["image_version"]["image"]["name"] == "fresh"


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"definition": "W1"}, "there is no image definition 'W1'"),
        ({"hosting_unit": "ws-x"}, "there is no hosting unit 'ws-x'"),
        ({"hosting_unit": "pe-a"}, "belongs to connection 'conn-pe', and image definition 'W11' is bound to 'conn-ws'"),
        ({"image": "gold-x"}, "gold-x"),
        ({"machine_profile": None}, "needs a machine profile, and machine_profile is missing"),
        ({"machine_profile": PROFILE.replace("profile", "lost")}, "shows no machine profile"),
        ({"image": None}, "hosting_unit and image must be given"),
        ({"release": " "}, "a version that is to be there needs its release"),
    ],
)
def test_what_cannot_be_is_refused_before_a_write(prepared: Prepared, wish: dict[str, Any], sentence: str) -> None:
    arguments = {key: value for key, value in {**R3, **wish}.items() if value is not None}
    assert sentence in prepared.daas.fails(VERSION, **arguments)
    assert prepared.writes() == []


def test_a_release_made_from_something_else_is_refused(prepared: Prepared) -> None:
    prepared.daas(VERSION, **R3)
    assert "instead of 'gold-1'" in prepared.daas.fails(VERSION, **{**R3, "image": "gold-1"})
    assert "was not prepared in hosting unit ws-b" in prepared.daas.fails(VERSION, **{**R3, "hosting_unit": "ws-b"})


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"machine_profile": PROFILE.replace("profile", "other")}, f"machine profile {PROFILE} instead of"),
        ({"cpu_count": 8}, "cpu count 4 instead of 8"),
        ({"memory_mb": 4096}, "memory mb 16384 instead of 4096"),
        ({"service_offering": "XDHyp:\\HostingUnits\\ws-a\\m6.serviceoffering"}, "service offering"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_a_release_made_otherwise_is_refused(prepared: Prepared, wish: dict[str, Any], sentence: str) -> None:
    offering = "XDHyp:\\HostingUnits\\ws-a\\m5.serviceoffering"
    made = {**R3, "cpu_count": 4, "memory_mb": 16384, "service_offering": offering}
    prepared.daas(VERSION, **made)
    prepared.lab.forget()
    message = prepared.daas.fails(VERSION, **{**made, **wish})
    assert "version 3 of W11 bears this release, but has" in message
    assert sentence in message
    assert prepared.writes() == []
    # What is not given is no difference
    assert prepared.daas(VERSION, definition="W11", release="2026.11-3")["changed"] is False


def test_all_versions_have_a_machine_profile_or_none(prepared: Prepared) -> None:
    nutanix = {"hypervisor_connection": "conn-pc", "session_support": "SingleSession"}
    prepared.daas("citrix_image_definition", name="AHV", **nutanix)
    wish = {"definition": "AHV", "hosting_unit": "pc-a", "image": "gold-1"}
    prepared.daas(VERSION, **wish, release="1")
    profile = "XDHyp:\\HostingUnits\\pc-a\\profile.template"
    message = prepared.daas.fails(VERSION, **wish, release="2", machine_profile=profile)
    assert "version 1 of AHV has no machine profile" in message


@pytest.mark.parametrize("then", [{"drop": "after"}, {"status": 500, "effect": True}], ids=str)
def test_a_lost_answer_makes_no_second_version(prepared: Prepared, then: dict[str, Any]) -> None:
    prepared.fault(ORDERS, then, nth=1, method="POST")
    assert prepared.daas(VERSION, **R3)["image_version"]["number"] == 3
    assert numbers(prepared) == [1, 2, 3]


def test_an_order_that_left_no_trace_is_left_to_the_next_run(prepared: Prepared) -> None:
    prepared.fault(ORDERS, {"drop": "before"}, nth=1, method="POST")
    assert "It may have taken effect" in prepared.daas.fails(VERSION, **R3)
    assert prepared.daas(VERSION, **R3)["image_version"]["number"] == 3


def test_deleted_when_nobody_is_on_it(prepared: Prepared) -> None:
    gone = {"definition": "W11", "number": 1, "state": "absent"}
    prepared.change("assign_image_version", catalog="Desks", definition="W11", number=1)
    message = prepared.daas.fails(VERSION, **gone)
    assert "version 1 of W11 cannot be deleted, because catalogs are on it: 'Prod/Desks'" in message
    assert prepared.writes() == []
    prepared.change("assign_image_version", catalog="Desks", definition="W11", number=2)
    assert prepared.daas(VERSION, check=True, **gone)["changed"] is True
    assert prepared.writes() == []
    result = prepared.daas(VERSION, **gone)
    assert (result["changed"], [version["number"] for version in result["deleted"]]) == (True, [1])
    assert prepared.daas(VERSION, **gone)["changed"] is False
    assert numbers(prepared) == [2]
    assert all("purgeDBOnly" not in entry["query"] for entry in prepared.asked("DELETE", "/ImageVersions/"))


def test_only_the_record_goes_when_asked(prepared: Prepared) -> None:
    prepared.daas(VERSION, definition="W11", number=1, state="absent", purge_db_only=True)
    (entry,) = prepared.asked("DELETE", "/ImageVersions/")
    assert entry["query"]["purgeDBOnly"] == ["true"]


def test_one_under_way_is_not_deleted(prepared: Prepared) -> None:
    prepared.change("image_version", definition="W11", number=1, status="InProgress")
    message = prepared.daas.fails(VERSION, definition="W11", number=1, state="absent")
    assert "version 1 of W11 cannot be deleted while it is in state InProgress" in message


@pytest.mark.parametrize("then", [{"status": 503}, {"drop": "after"}, {"status": 404}], ids=str)
def test_a_lost_answer_of_a_deletion(prepared: Prepared, then: dict[str, Any]) -> None:
    prepared.fault("/ImageVersions/", then, nth=1, method="DELETE")
    gone = {"definition": "W11", "number": 1, "state": "absent"}
    if then == {"status": 404}:
        assert "is still running" in prepared.daas.fails(VERSION, **gone)
        return
    assert prepared.daas(VERSION, **gone)["changed"] is True
    assert numbers(prepared) == [2]


def test_on_premises_with_other_forms_of_answers(prepared: Prepared) -> None:
    prepared.behave(location_host="gateway.invalid", new_job_hidden_seconds=200, error_shape="c", controllers=2)
    assert prepared.cvad(VERSION, **R3)["changed"] is True
    assert prepared.cvad(VERSION, **R3)["changed"] is False


def test_two_are_prepared_at_the_same_time(prepared: Prepared) -> None:
    prepared.reset(image_preparation=100000)
    begun = prepared.daas(VERSION, **R3, wait=False)
    assert (begun["changed"], begun["image_version"]["state"]) == (True, "InProgress")
    assert prepared.daas(VERSION, **R3, wait=False)["changed"] is False
    prepared.daas(VERSION, **{**R3, "release": "2026.11-4"}, wait=False)
    for number in (3, 4):
        prepared.change("image_version", definition="W11", number=number, status="Success")
    assert prepared.daas(VERSION, **R3)["image_version"]["ready"] is True
    assert (len(prepared.writes()), numbers(prepared)) == (2, [1, 2, 3, 4])


def test_what_the_collection_made_bears_its_mark(prepared: Prepared) -> None:
    version = prepared.daas(VERSION, **R3)["image_version"]
    assert (version["description"], version["marked"]) == ("2026.11-3 [euc.nutanix_citrix]", True)
    prepared.change("image_version", definition="W11", number=2, description="by hand")
    assert prepared.version(definition="W11", number=2)["marked"] is False


@pytest.mark.parametrize("strict", [True, False])
def test_a_shared_version_is_taken_away_first(prepared: Prepared, strict: bool) -> None:
    prepared.behave(strict_image_removal=strict)
    version = prepared.daas(VERSION, **R3)["image_version"]
    prepared.daas("citrix_image_version_share", **W11_3, hosting_units=["ws-b", "ws-c"])
    gone = {"definition": "W11", "id": version["id"], "state": "absent", "unshare": True}
    assert "is shared with hosting units 'ws-b', 'ws-c'" in prepared.daas.fails(VERSION, **{**gone, "unshare": False})
    before = len(prepared.writes())
    assert prepared.daas(VERSION, check=True, **gone)["changed"] is True
    assert len(prepared.writes()) == before
    assert prepared.daas(VERSION, **gone)["deleted"][0]["number"] == 3
    assert prepared.daas(VERSION, **gone)["changed"] is False
    taken, deleted = prepared.writes()[before:]
    assert ("$UpdateResourcePools" in taken, deleted.endswith(version["id"]), numbers(prepared)) == (True, True, [1, 2])


def test_a_site_that_takes_no_share_away_keeps_the_version(prepared: Prepared) -> None:
    prepared.behave(unshare_by_omission=False)
    prepared.daas("citrix_image_version_share", definition="W11", number=2, hosting_units=["ws-b"])
    message = prepared.daas.fails(VERSION, definition="W11", number=2, state="absent", unshare=True)
    assert "version 2 of W11 is still in 'ws-b', although it was left out of the list" in message
    assert numbers(prepared) == [1, 2]


def test_catalogs_keep_a_version_wherever_it_would_be_taken_away(prepared: Prepared) -> None:
    prepared.daas("citrix_image_version_share", definition="W11", number=2, hosting_units=["ws-b"])
    prepared.change("assign_image_version", catalog="Labs", definition="W11", number=2)
    message = prepared.daas.fails(VERSION, definition="W11", number=2, state="absent", unshare=True)
    assert "catalogs are on it: 'Labs'" in message
    assert len(prepared.writes()) == 1


def test_the_plan_of_a_definition_to_come(prepared: Prepared) -> None:
    new = {**R3, "definition": "W12"}
    share = {"definition": "W12", "release": "2026.11-3", "hosting_units": ["ws-b"]}
    planned = prepared.daas(VERSION, check=True, **new, hypervisor_connection="conn-ws")
    assert (planned["changed"], planned["image_version"]) == (True, None)
    shared = prepared.daas("citrix_image_version_share", check=True, **share, hosting_unit="ws-a")
    assert (shared["changed"], shared["image_version"], shared["shared"]) == (True, None, ["ws-b"])
    wrong = prepared.daas.fails(VERSION, check=True, **new, hypervisor_connection="conn-pc")
    assert "hosting unit ws-a belongs to connection 'conn-ws'" in wrong
    other = {**share, "hosting_units": ["pc-a"]}
    refused = prepared.daas.fails("citrix_image_version_share", check=True, **other, hosting_unit="ws-a")
    assert "is of another kind of connection" in refused
    assert "there is no image definition 'W12'" in prepared.daas.fails(VERSION, **new, hypervisor_connection="conn-ws")
    assert prepared.writes() == []
