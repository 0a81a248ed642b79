# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.citrix import AWKWARD_IMAGE, CitrixEstate, path_of
from harness.prepared import WORKSPACES, Prepared


def images(result: dict[str, Any]) -> dict[str, list[str]]:
    return {unit["name"]: [image["name"] for image in unit["images"]] for unit in result["hosting_units"]}


def test_all_hosting_units(estate: CitrixEstate) -> None:
    first, second = estate.daas("citrix_hosting_unit_info")["hosting_units"]
    assert (first["name"], first["path"]) == ("AHV A", "XDHyp:\\HostingUnits\\AHV A")
    assert (second["name"], second["connection"]["name"], second["connection"]["zone"]) == ("AHV-B", "conn-b", "Zürich")
    assert second["connection"]["plugin"] == "AcropolisFactory"
    assert "images" not in first
    assert estate.asked("GET", "/resources$") == []


@pytest.mark.parametrize("location_host", [None, "gateway.invalid"])
def test_images_of_one(estate: CitrixEstate, location_host: str | None) -> None:
    estate.behave(location_host=location_host)
    result = estate.daas("citrix_hosting_unit_info", name="ahv a", images=True)
    assert images(result) == {"AHV A": ["img-1", "img-2", "img-3", "twice", "twice", AWKWARD_IMAGE]}
    assert result["hosting_units"][0]["images"][0] == {
        "name": "img-1",
        "path": path_of("img-1"),
        "type": "Template",
        "id": result["hosting_units"][0]["images"][0]["id"],
    }
    assert estate.writes() == []


def test_new_image_behind_the_cache(estate: CitrixEstate) -> None:
    estate.change("snapshot", "cluster-a", name="fresh", vm="Gold")
    assert "fresh" not in images(estate.daas("citrix_hosting_unit_info", name="AHV A", images=True))["AHV A"]
    assert (
        "fresh"
        in images(estate.daas("citrix_hosting_unit_info", name="AHV A", images=True, bypass_cache=True))["AHV A"]
    )


def test_unknown_name_tells_near_ones(estate: CitrixEstate) -> None:
    assert "there is no hosting unit 'AHV-C'. " in estate.daas.fails("citrix_hosting_unit_info", name="AHV-C")


def test_two_controllers_of_which_one_does_not_know_the_job(estate: CitrixEstate) -> None:
    estate.behave(controllers=2)
    assert images(estate.daas("citrix_hosting_unit_info", name="AHV-B", images=True)) == {"AHV-B": ["img-2", "img-3"]}
    assert estate.asked("GET", "/Results$")


@pytest.mark.parametrize("hidden", [0, 200])
def test_job_of_the_reading_may_be_hidden_at_first(estate: CitrixEstate, hidden: float) -> None:
    estate.behave(new_job_hidden_seconds=hidden)
    assert images(estate.daas("citrix_hosting_unit_info", name="AHV-B", images=True)) == {"AHV-B": ["img-2", "img-3"]}


def test_reading_that_fails_is_told(estate: CitrixEstate) -> None:
    estate.fault("/resources", {"fail_task": "The hypervisor does not answer"})
    assert "The hypervisor does not answer" in estate.daas.fails("citrix_hosting_unit_info", name="AHV-B", images=True)


@pytest.mark.parametrize("times", [None, "null"])
def test_answer_that_points_elsewhere_is_followed(estate: CitrixEstate, times: str | None) -> None:
    estate.behave(unset_times=times or "year_0001")
    estate.fault(
        "/Results", {"status": 303, "headers": {"Location": "https://gateway.invalid/cvad/manage/hypervisorsX"}}, nth=1
    )
    assert images(estate.daas("citrix_hosting_unit_info", name="AHV-B", images=True)) == {"AHV-B": ["img-2", "img-3"]}
    assert estate.asked("GET", "/cvad/manage/hypervisorsX$")
    estate.lab.forget()


def test_hosting_units_of_clouds_tell_where_they_are(prepared: Prepared) -> None:
    azure = {"connection_type": "AzureRM", "plugin": "AzureRmFactory", "region": "westeurope", "account": "sub-1"}
    hypervisors = [
        {
            "name": "ws",
            "cluster": "zones",
            **WORKSPACES,
            "region": "eu-central-1",
            "account": "1234",
            "machine_profiles": ["W11"],
            "hosting_units": [{"name": "a", "availability_zone": "eu-central-1a"}],
        },
        {"name": "az", "cluster": "zones", **azure, "machine_profiles": ["vm"], "hosting_units": [{"name": "b"}]},
        {"name": "ahv", "cluster": "ahv", "region": "none", "hosting_units": [{"name": "c"}]},
    ]
    prepared.reset({"hypervisors": hypervisors, "catalogs": [], "image_definitions": []})
    units = prepared.daas("citrix_hosting_unit_info", machine_profiles=True, images=True)["hosting_units"]
    told = [(unit["connection"]["type"], unit["region"], unit["availability_zone"], unit["account"]) for unit in units]
    assert told == [
        ("AmazonWorkSpacesCore", "eu-central-1", "eu-central-1a", ""),
        ("AzureRM", "westeurope", "", "sub-1"),
        ("Custom", "", "", ""),
    ]
    profiles = [
        [profile["path"].partition("HostingUnits\\")[2] for profile in unit["machine_profiles"]] for unit in units
    ]
    assert profiles == [["a\\W11.launchtemplate\\W11 (1).launchtemplateversion"], ["b\\vm.vm"], []]
    assert [len(unit["images"]) for unit in units] == [3, 3, 3]
    assert prepared.writes() == []
