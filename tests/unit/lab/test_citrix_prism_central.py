# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One site with all three plug-ins for AHV: what their hosting units show, and images by their paths."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import requests

from lab.running import RunningLab, serve
from lab.topology import BadTopology, load

TEMPLATE = "ctx_Gold"
UNIT = {"networks": ["VLAN10"]}
VERSION_PATH = rf"XDHyp:\HostingUnits\folders\Templates.folder\{TEMPLATE}.template\v7.templateversion"
ESTATE: dict[str, Any] = {
    "time_scale": 0,
    "prism_elements": [
        {
            "name": "a",
            "vms": [{"name": "Gold"}],
            "snapshots": [{"name": "snap", "vm": "Gold"}, {"name": "old", "vm": "Gold"}],
        }
    ],
    "prism_centrals": [
        {
            "name": "pc",
            "clusters": ["a"],
            "templates": [{"name": TEMPLATE, "vm": "Gold", "version": "v7"}, {"name": "before", "vm": "Gold"}],
        }
    ],
    "citrix_sites": [
        {
            "name": "cvad",
            "kind": "cvad",
            "hypervisors": [
                {"name": "pe", "cluster": "a", "hosting_units": [{"name": "snapshots", **UNIT}]},
                {
                    "name": "flat",
                    "cluster": "a",
                    "prism_central": "pc",
                    "plugin": "AcropolisPCFactory",
                    "hosting_units": [{"name": "templates", **UNIT}],
                },
                {
                    "name": "deep",
                    "cluster": "a",
                    "prism_central": "pc",
                    "plugin": "AcropolisHypervisorPCFactory",
                    "hosting_units": [{"name": "folders", **UNIT}],
                },
            ],
            "catalogs": [
                {"name": "by snapshot", "hosting_unit": "snapshots", "image": "old"},
                {"name": "by template", "hosting_unit": "templates", "image": "before"},
                {"name": "by version", "hosting_unit": "folders", "image": "before"},
            ],
        }
    ],
}


class Site:
    """Talks to the Delivery Controller as a client would."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        variables = lab.endpoint("cvad")["inventory"]
        self.url = lab.endpoint("cvad")["url"] + "/cvad/manage"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(lab.ca_path)
        account = (variables["citrix_client_id"], variables["citrix_client_secret"])
        self.session.headers.update({"Citrix-CustomerId": "CitrixOnPremises"})
        token = self.session.post(f"{self.url}/Tokens", auth=account, timeout=10).json()["Token"]
        self.session.headers["Authorization"] = f"CWSAuth bearer={token}"
        self.session.headers["Citrix-InstanceId"] = self.get("/Me")["Customers"][0]["Sites"][0]["Id"]

    def get(self, address: str, **query: Any) -> Any:
        answer = self.session.get(self.url + address, params=query, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def children(self, connection: str, unit: str, path: str = "") -> dict[str, Any]:
        address = f"/hypervisors/{connection}/resourcePools/{unit}/resources"
        found = self.get(address, path=path, children=1, noCache="true")["Children"]
        return {each["FullName"]: each for each in found}

    def image_of(self, catalog: str) -> str:
        state = self.lab.state()["endpoints"]["cvad"]
        (found,) = [each["image"] for each in state["catalogs"] if each["name"] == catalog]
        return str(found)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningLab]:
    with serve(deepcopy(ESTATE)) as lab:
        yield lab


@pytest.fixture
def site(running: RunningLab) -> Site:
    running.reset(deepcopy(ESTATE))
    return Site(running)


def test_a_unit_shows_snapshots_templates_or_folders(site: Site) -> None:
    assert {"snap.template", "old.template"} <= site.children("pe", "snapshots").keys()
    assert {f"{TEMPLATE}.template", "before.template"} <= site.children("flat", "templates").keys()
    assert site.children("deep", "folders").keys() == {"Templates.folder", "Clusters.folder"}
    assert site.children("deep", "folders", "Templates.folder").keys() == {f"{TEMPLATE}.template", "before.template"}
    versions = site.children("deep", "folders", f"Templates.folder/{TEMPLATE}.template")
    assert versions["v7.templateversion"]["XDPath"] == VERSION_PATH
    assert site.children("deep", "folders", "Clusters.folder/a.cluster").keys() == {"VLAN10.network"}
    everything = site.get("/hypervisors/deep/resourcePools/folders/resources", recurse="true")["Children"]
    (templates,) = [each for each in everything if each["Name"] == "Templates"]
    assert {version["Name"] for each in templates["Children"] for version in each["Children"]} == {
        "v7",
        "Initial Version",
    }


@pytest.mark.parametrize(
    ("catalog", "path", "image"),
    [
        ("by snapshot", r"XDHyp:\HostingUnits\snapshots\snap.template", "snap"),
        ("by template", rf"XDHyp:\HostingUnits\templates\{TEMPLATE}.template", TEMPLATE),
        ("by version", VERSION_PATH, TEMPLATE),
    ],
)
def test_an_image_is_published_by_the_path_of_its_plug_in(site: Site, catalog: str, path: str, image: str) -> None:
    address = f"{site.url}/MachineCatalogs/{catalog}/$UpdateProvisioningScheme"
    answer = site.session.post(address, json={"MasterImagePath": path}, timeout=10)
    assert answer.status_code == 200, answer.text
    site.lab.skip(2000)
    assert site.get(f"/Jobs/{answer.json()['Id']}")["Status"] == "Complete"
    assert site.image_of(catalog) == image
    found = site.get(f"/MachineCatalogs/{catalog}")["ProvisioningScheme"]["CurrentDiskImage"]["Image"]["XDPath"]
    assert found == path
    assert site.lab.violations() == []


def test_a_prism_central_that_nobody_reaches(site: Site) -> None:
    site.lab.change([{"endpoint": "pc", "kind": "reachable", "reachable": False}])
    address = f"{site.url}/hypervisors/deep/resourcePools/folders/resources"
    assert site.session.get(address, params={"noCache": "true"}, timeout=10).status_code == 500
    assert "snap.template" in site.children("pe", "snapshots")


@pytest.mark.parametrize(
    ("hypervisor", "problem"),
    [
        ({"prism_central": "nowhere"}, "no Prism Central is called 'nowhere'"),
        ({"plugin": "AcropolisHypervisorPCFactory"}, "needs prism_central"),
    ],
)
def test_a_connection_that_lacks_its_prism_central(hypervisor: dict[str, str], problem: str) -> None:
    estate = deepcopy(ESTATE)
    estate["citrix_sites"][0]["hypervisors"][0] |= hypervisor
    with pytest.raises(BadTopology, match=problem):
        load(estate)
