# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepared images on every kind of hypervisor connection that has them, from the master image to the catalog."""

from __future__ import annotations

from typing import Any

import pytest

from harness.prepared import Prepared

# Where a master image stands below the hosting unit (contract citrix 9)
IMAGES = {
    "AmazonWorkSpacesCore": "gold (ami-1).template",
    "AWS": "gold (ami-1).template",
    "AzureRM": "image.folder\\gold.resourcegroup\\gold (ami-1).snapshot",
    "VCenter": "Gold.vm\\gold (ami-1).snapshot",
    "XenServer": "Gold.vm\\gold (ami-1).snapshot",
    "OpenShift": "gold (ami-1).template",
}
PROFILES = {"AmazonWorkSpacesCore": "lt.launchtemplate\\lt (1).launchtemplateversion"}
PROFILES["VCenter"] = "lt.template"
PROFILES["AWS"] = PROFILES["AmazonWorkSpacesCore"]
DEFINITION = {"name": "Kind", "session_support": "SingleSession", "hypervisor_connection": "conn"}
VERSION = {"definition": "Kind", "release": "1"}


def site_of(kind: str) -> dict[str, Any]:
    """A connection of this kind with two hosting units and a catalog in the second."""
    connection = {
        "name": "conn",
        "connection_type": kind,
        "region": "here",
        "images": ["gold (ami-1)"],
        "machine_profiles": ["lt"],
        "hosting_units": [{"name": "a"}, {"name": "b"}],
    }
    catalog = {"name": "Desks", "hosting_unit": "b", "image": "gold (ami-1)", "machine_profile": "lt", "machines": 1}
    return {"hypervisors": [connection], "catalogs": [catalog], "image_definitions": []}


@pytest.mark.parametrize("kind", IMAGES)
def test_from_the_master_image_to_a_catalog_in_another_hosting_unit(prepared: Prepared, kind: str) -> None:
    prepared.reset(site_of(kind))
    root = "XDHyp:\\HostingUnits\\a"
    path = f"{root}\\{IMAGES[kind]}"
    folder = IMAGES[kind].rpartition("\\")[0]
    unit, _other = prepared.daas("citrix_hosting_unit_info", images=True, machine_profiles=True, folder=folder)[
        "hosting_units"
    ]
    assert [image["path"] for image in unit["images"]] == [path]
    profile = f"{root}\\{PROFILES.get(kind, 'lt.vm')}"
    assert profile in [each["path"] for each in unit["machine_profiles"]]

    prepared.daas("citrix_image_definition", **DEFINITION)
    wish = {**VERSION, "hosting_unit": "a", "image": path, "machine_profile": profile}
    assert prepared.daas("citrix_image_version", **wish)["image_version"]["image"]["path"] == path
    prepared.daas("citrix_image_version_share", **VERSION, hosting_units=["b"])
    move = {"catalogs": [{"name": "Desks"}], "image_version": VERSION}
    (moved,) = prepared.daas("citrix_catalog_image", **move)["catalogs"]
    assert (moved["action"], moved["after"]["name"]) == ("published", "version 1 of Kind")

    prepared.lab.forget()
    prepared.daas("citrix_image_definition", **DEFINITION)
    prepared.daas("citrix_image_version", **wish)
    prepared.daas("citrix_image_version_share", **VERSION, hosting_units=["b"])
    prepared.daas("citrix_catalog_image", **move)
    assert prepared.writes() == []


@pytest.mark.parametrize("kind", ["VCenter", "AmazonWorkSpacesCore"])
def test_back_and_gone_in_the_strict_order(prepared: Prepared, kind: str) -> None:
    prepared.reset(site_of(kind))
    prepared.behave(strict_image_removal=True)
    root = "XDHyp:\\HostingUnits\\a"
    profile = f"{root}\\{PROFILES.get(kind, 'lt.vm')}"
    prepared.daas("citrix_image_definition", **DEFINITION)
    prepared.daas(
        "citrix_image_version", **VERSION, hosting_unit="a", image=f"{root}\\{IMAGES[kind]}", machine_profile=profile
    )
    prepared.daas("citrix_image_version_share", **VERSION, hosting_units=["b"])
    catalogs = [{"name": "Desks"}]
    prepared.daas("citrix_catalog_image", catalogs=catalogs, image_version=VERSION)
    gone = {**VERSION, "state": "absent", "unshare": True}
    message = prepared.daas.fails("citrix_image_version", **gone)
    assert "version 1 of Kind cannot be deleted, because catalogs are on it: 'Desks'" in message
    (back,) = prepared.daas("citrix_catalog_rollback", catalogs=catalogs, from_image="version 1 of Kind")["catalogs"]
    assert back["after"]["path"] == f"XDHyp:\\HostingUnits\\b\\{IMAGES[kind]}"
    assert prepared.daas("citrix_image_version", **gone)["changed"] is True
    assert prepared.daas("citrix_image_definition", name="Kind", state="absent")["changed"] is True


def test_an_image_in_a_folder_behind_the_cache_is_found(prepared: Prepared) -> None:
    prepared.reset(site_of("VCenter"))
    prepared.daas("citrix_image_definition", **DEFINITION)
    prepared.change("cloud_image", hypervisor="conn", image="fresh")
    path = "XDHyp:\\HostingUnits\\a\\Gold.vm\\fresh.snapshot"
    seen = prepared.daas("citrix_hosting_unit_info", name="a", images=True, folder="Gold.vm")["hosting_units"][0]
    assert path not in [image["path"] for image in seen["images"]]
    made = prepared.daas("citrix_image_version", **VERSION, hosting_unit="a", image=path)
    assert made["image_version"]["image"] == {"name": "fresh", "path": path}


def test_a_site_that_is_too_old_for_ec2_alone_says_so(prepared: Prepared) -> None:
    prepared.reset({**site_of("AWS"), "api_version": 125})
    message = prepared.daas.fails("citrix_image_definition", **DEFINITION)
    assert (
        "the site knows no image definitions on AWS EC2: that needs orchestration API version 126 or later" in message
    )
    assert prepared.writes() == []


@pytest.mark.parametrize("kind", IMAGES)
def test_regions_are_told_where_the_kind_has_them(prepared: Prepared, kind: str) -> None:
    prepared.reset(site_of(kind))
    unit = prepared.daas("citrix_hosting_unit_info", name="a")["hosting_units"][0]
    assert unit["region"] == ("here" if kind in ("AWS", "AmazonWorkSpacesCore", "AzureRM") else "")
