# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Catalogs of one site whose hosting connections lead to a cluster and, by either plug-in, to a Prism Central: images
by name, back, and machine profiles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from conformance.citrix_models import violations
from harness.citrix import QUICK, CitrixEstate
from harness.modules import run_module
from lab.running import RunningLab

OLD, NEW = "ctx_Gold_1", "ctx_Gold_2"
FOLDERS = "XDHyp:\\HostingUnits\\folders"
TOPOLOGY: dict[str, Any] = {
    "seed": 7,
    "durations": {**QUICK, "catalog_update": 0},
    "prism_elements": [
        {
            "name": "cluster-a",
            "vms": [{"name": "Gold"}],
            "snapshots": [{"name": OLD, "vm": "Gold"}, {"name": NEW, "vm": "Gold"}],
        }
    ],
    "prism_centrals": [
        {
            "name": "pc",
            "clusters": ["cluster-a"],
            "templates": [
                {"name": OLD, "vm": "Gold"},
                {"name": NEW, "vm": "Gold", "version": NEW},
                {"name": "profile", "vm": "Gold", "version": "v1"},
            ],
        }
    ],
    "citrix_sites": [
        {
            "name": "daas",
            "kind": "daas",
            "hypervisors": [
                {"name": "pe", "cluster": "cluster-a", "hosting_units": [{"name": "snapshots"}]},
                {
                    "name": "flat",
                    "cluster": "cluster-a",
                    "prism_central": "pc",
                    "plugin": "AcropolisPCFactory",
                    "hosting_units": [{"name": "templates"}],
                },
                {
                    "name": "deep",
                    "cluster": "cluster-a",
                    "prism_central": "pc",
                    "plugin": "AcropolisHypervisorPCFactory",
                    "hosting_units": [{"name": "folders"}],
                },
            ],
            "catalogs": [
                {"name": "Snapshot", "hosting_unit": "snapshots", "image": OLD},
                {"name": "Template", "hosting_unit": "templates", "image": OLD},
                {"name": "Version", "hosting_unit": "folders", "image": OLD},
                {"name": "Profiled", "hosting_unit": "folders", "image": OLD, "machine_profile": OLD},
                {"name": "Apart", "hosting_unit": "folders", "image": OLD, "machine_profile": "profile"},
            ],
        },
        {"name": "cvad", "kind": "cvad"},
    ],
}
ALL = [{"name": name} for name in ("Snapshot", "Template", "Version", "Profiled", "Apart")]


def version(template: str, name: str) -> str:
    return f"{FOLDERS}\\Templates.folder\\{template}.template\\{name}.templateversion"


class Mixed(CitrixEstate):
    topology: ClassVar[dict[str, Any]] = TOPOLOGY

    def profiles(self) -> dict[str, str | None]:
        listed = self.daas("citrix_catalog_info")["catalogs"]
        return {catalog["name"]: catalog["machine_profile"] for catalog in listed}

    def paths(self) -> dict[str, str]:
        listed = self.daas("citrix_catalog_info")["catalogs"]
        return {catalog["name"]: catalog["master_image"]["path"] for catalog in listed}


@pytest.fixture
def mixed(_citrix_lab: RunningLab) -> Iterator[Mixed]:
    yield Mixed(_citrix_lab)
    recorded = _citrix_lab.requests()
    assert [entry["violation"] for entry in recorded if entry["violation"]] == []
    assert violations(recorded) == []


def by_name(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {catalog["name"]: catalog for catalog in result["catalogs"]}


def test_one_name_is_an_image_behind_every_plug_in(mixed: Mixed) -> None:
    planned = mixed.daas("citrix_catalog_image", check=True, catalogs=ALL, image=NEW)
    assert mixed.writes() == []
    done = mixed.daas("citrix_catalog_image", catalogs=ALL, image=NEW)
    assert planned["diff"] == done["diff"]
    assert mixed.paths() == {
        "Snapshot": f"XDHyp:\\HostingUnits\\snapshots\\{NEW}.template",
        "Template": f"XDHyp:\\HostingUnits\\templates\\{NEW}.template",
        "Version": version(NEW, NEW),
        "Profiled": version(NEW, NEW),
        "Apart": version(NEW, NEW),
    }
    assert {catalog["after"]["name"] for catalog in done["catalogs"]} == {NEW}
    mixed.lab.forget()
    again = mixed.daas("citrix_catalog_image", catalogs=ALL, image=NEW)
    assert not again["changed"]
    assert mixed.writes() == []


def test_back_to_the_first_version_of_the_template_before(mixed: Mixed) -> None:
    mixed.daas("citrix_catalog_image", catalogs=ALL, image=NEW)
    back = mixed.daas("citrix_catalog_rollback", catalogs=ALL, from_image=NEW)
    assert {catalog["action"] for catalog in back["catalogs"]} == {"rolled_back"}
    assert mixed.paths()["Version"] == version(OLD, "Initial Version")
    assert by_name(back)["Version"]["after"]["name"] == OLD
    assert mixed.profiles()["Profiled"] == version(OLD, "Initial Version")
    mixed.lab.forget()
    assert not mixed.daas("citrix_catalog_rollback", catalogs=ALL, from_image=NEW)["changed"]
    assert mixed.writes() == []


def test_what_a_catalog_hangs_on(mixed: Mixed) -> None:
    listed = by_name(mixed.daas("citrix_catalog_info", catalogs=ALL[:3], connections=True))
    assert {name: catalog["plugin"] for name, catalog in listed.items()} == {
        "Snapshot": "AcropolisFactory",
        "Template": "AcropolisPCFactory",
        "Version": "AcropolisHypervisorPCFactory",
    }
    assert all(catalog["connection"]["plugin"] == catalog["plugin"] for catalog in listed.values())
    state = mixed.lab.state()["endpoints"]
    assert listed["Version"]["cluster_uuid"] == state["pc"]["clusters"]["cluster-a"]
    assert listed["Version"]["connection"]["addresses"] == listed["Template"]["connection"]["addresses"]
    assert listed["Version"]["connection"]["addresses"] != listed["Snapshot"]["connection"]["addresses"]
    mixed.behave(tells_cluster_id=False)
    assert by_name(mixed.daas("citrix_catalog_info", catalogs=ALL[:3]))["Version"]["cluster_uuid"] is None


def test_an_image_that_no_plug_in_shows(mixed: Mixed) -> None:
    arguments = {**mixed.daas.options, "catalogs": ALL[:3], "image": "ctx_Gold_3"}
    failed = run_module("citrix_catalog_image", arguments)
    assert failed["failed"]
    for name in ("Snapshot", "Template", "Version"):
        reason = by_name(failed)[name]["msg"]
        assert "shows no image 'ctx_Gold_3'" in reason
        assert "'ctx_Gold_2'" in reason
    planned = by_name(mixed.daas("citrix_catalog_image", check=True, **{**arguments, "image_will_exist": True}))
    assert planned["Version"]["after"]["path"] == version("ctx_Gold_3", "ctx_Gold_3")
    assert mixed.writes() == []


def test_the_machine_profile_follows_where_it_was_the_image(mixed: Mixed) -> None:
    done = by_name(mixed.daas("citrix_catalog_image", catalogs=ALL, image=NEW))
    profiles = mixed.profiles()
    assert profiles["Profiled"] == version(NEW, NEW)
    assert profiles["Apart"] == version("profile", "v1")
    assert profiles["Version"] is None
    assert "stays as it is" in done["Apart"]["warning"]
    assert done["Profiled"]["warning"] is None


def test_a_machine_profile_that_an_interrupted_run_left_behind_follows(mixed: Mixed) -> None:
    profiled = [{"name": "Profiled"}]
    mixed.lab.faults([{"endpoint": "daas", "method": "PATCH", "path": "/MachineCatalogs", "then": {"status": 403}}])
    failed = run_module("citrix_catalog_image", {**mixed.daas.options, "catalogs": profiled, "image": NEW})
    assert failed["failed"]
    (catalog,) = failed["catalogs"]
    assert (catalog["after"]["name"], catalog["changed"]) == (NEW, True)
    mixed.lab.clear_faults()
    mixed.lab.forget()
    planned = mixed.daas("citrix_catalog_image", check=True, catalogs=profiled, image=NEW)
    assert planned["changed"]
    (catalog,) = mixed.daas("citrix_catalog_image", catalogs=profiled, image=NEW)["catalogs"]
    assert catalog["action"] == "adopted"
    assert mixed.profiles()["Profiled"] == version(NEW, NEW)
    assert [entry for entry in mixed.writes() if "UpdateProvisioningScheme" in entry] == []
    mixed.lab.forget()
    assert not mixed.daas("citrix_catalog_image", catalogs=profiled, image=NEW)["changed"]
