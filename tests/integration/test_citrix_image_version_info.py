# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from harness.prepared import Prepared

INFO = "citrix_image_version_info"


def test_versions_with_specs_and_hosting_units(prepared: Prepared) -> None:
    first, second = prepared.versions()
    assert (first["number"], first["state"], first["ready"], first["catalogs"]) == (1, "Success", True, [])
    assert second["definition"]["name"] == "W11"
    assert second["image"] == {"name": "gold-2", "path": "XDHyp:\\HostingUnits\\ws-a\\gold-2.template"}
    (unit,) = second["hosting_units"]
    assert (unit["name"], unit["primary"], unit["state"], unit["connection_type"]) == (
        "ws-a",
        True,
        "Success",
        "AmazonWorkSpacesCore",
    )
    master, image = second["specs"]
    assert (master["preparation"], image["preparation"]) == ("None", "Mcs")
    assert image["machine_profile"] == "XDHyp:\\HostingUnits\\ws-a\\profile.template"
    assert prepared.versions(definition="w11", number=2) == [second]
    assert prepared.versions(release="another") == []
    assert prepared.writes() == []


def test_catalogs_on_a_version(prepared: Prepared) -> None:
    prepared.change("assign_image_version", catalog="Desks", definition="W11", number=1)
    (catalog,) = prepared.version(definition="W11", number=1)["catalogs"]
    assert (catalog["full_name"], catalog["hosting_unit"]) == ("Prod/Desks", "ws-a")
    assert prepared.version(definition="W11", number=2)["catalogs"] == []


def test_catalogs_that_could_go_back_to_a_version(prepared: Prepared) -> None:
    for number in (1, 2):
        prepared.daas(
            "citrix_catalog_image", catalogs=[{"name": "Desks"}], image_version={"definition": "W11", "number": number}
        )
    assert prepared.version(definition="W11", number=2)["could_return"] == []
    (catalog,) = prepared.version(definition="W11", number=1)["could_return"]
    assert (catalog["full_name"], catalog["hosting_unit"], catalog["steps_back"]) == ("Prod/Desks", "ws-a", 1)
    prepared.daas("citrix_catalog_image", catalogs=[{"name": "Desks"}], image="gold-2")
    (catalog,) = prepared.version(definition="W11", number=1)["could_return"]
    assert catalog["steps_back"] == 2


def test_a_release_that_failed_and_one_that_warns(prepared: Prepared) -> None:
    rearm = {"type": "ImagePreparationOSRearmCountExceeded", "message": "No rearms are left"}
    prepared.change("image_version", definition="W11", number=1, status="Failed", errors=["No licence"])
    prepared.change("image_version", definition="W11", number=2, description="2026.11", warnings=[rearm])
    failed, warned = prepared.versions(definition="W11")
    assert (failed["state"], failed["ready"], failed["errors"]) == ("Failed", False, ["No licence"])
    assert (warned["ready"], warned["warnings"]) == (
        True,
        ["ImagePreparationOSRearmCountExceeded: No rearms are left"],
    )
    assert prepared.versions(release="2026.11") == [warned]


def test_a_number_is_one_of_a_definition(prepared: Prepared) -> None:
    assert "missing parameter(s) required by 'number': definition" in prepared.daas.fails(INFO, number=1)
    assert "parameters are mutually exclusive: number|release" in prepared.daas.fails(
        INFO, definition="W11", number=1, release="a"
    )


def test_who_refers_to_versions(prepared: Prepared) -> None:
    """What deletes versions asks for the references of catalogs, with how far back each is."""
    for number in (1, 2):
        prepared.change("assign_image_version", catalog="Desks", definition="W11", number=number)
        prepared.lab.skip(60)
    addresses = {
        version["number"]: f"ImageDefinitions/{version['definition']['id']}/ImageVersions/{version['id']}"
        for version in prepared.versions()
    }
    told = [each for each in prepared.daas("citrix_image_usage_info")["references"] if each["of"] == "Prod/Desks"]
    ranks = {each["path"]: (each["kind"], each["rank"]) for each in told}
    assert ranks[addresses[2]] == ("prepared image", None)
    assert ranks[addresses[1]] == ("history", 1)
    assert ranks["XDHyp:\\HostingUnits\\ws-a\\gold-1.template"][0] == "history"
