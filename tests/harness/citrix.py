# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An estate for the tests of Citrix modules: awkward names, catalogs of every kind, and jobs that end at once unless a
test wants to watch them."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any, ClassVar

from harness.modules import Site, hosts_of, writes
from lab.running import RunningLab

AWKWARD_CATALOG = 'Büro "Süd" #1 100% a\\b デスク'
AWKWARD_IMAGE = "Bild 'ä' #2 50% 黄金|x"
QUICK = {"job_start": 0, "browse": 0, "publish": 0, "rollback": 0, "register": 0}

TOPOLOGY: dict[str, Any] = {
    "seed": 7,
    "durations": QUICK,
    "prism_elements": [
        {
            "name": "cluster-a",
            "vms": [{"name": "Gold"}, {"name": "Gold-Finance"}],
            "snapshots": [
                {"name": "img-1", "vm": "Gold", "age_hours": 2000},
                {"name": "img-2", "vm": "Gold", "age_hours": 1000},
                {"name": "img-3", "vm": "Gold", "age_hours": 10},
                {"name": "twice", "vm": "Gold"},
                {"name": "twice", "vm": "Gold-Finance"},
                {"name": AWKWARD_IMAGE, "vm": "Gold"},
            ],
        },
        {
            "name": "cluster-b",
            "vms": [{"name": "Gold"}],
            "snapshots": [{"name": "img-2", "vm": "Gold"}, {"name": "img-3", "vm": "Gold"}],
        },
    ],
    "citrix_sites": [
        {
            "name": "daas",
            "kind": "daas",
            "zones": [{"name": "Primary", "primary": True}, {"name": "Zürich"}],
            "hypervisors": [
                {
                    "name": "conn-a",
                    "cluster": "cluster-a",
                    "hosting_units": [{"name": "AHV A", "networks": ["VLAN10"]}],
                },
                {
                    "name": "conn-b",
                    "cluster": "cluster-b",
                    "zone": "Zürich",
                    "hosting_units": [{"name": "AHV-B", "networks": ["VLAN10"]}],
                },
            ],
            "catalogs": [
                {
                    "name": "Pool",
                    "folder": "Prod",
                    "hosting_unit": "AHV A",
                    "image": "img-2",
                    "history": ["img-1", "img-0"],
                    "machines": 6,
                    "machine_prefix": "P-",
                },
                {
                    "name": "Twin",
                    "folder": "Prod",
                    "hosting_unit": "AHV A",
                    "image": "img-2",
                    "machines": 2,
                    "machine_prefix": "TP-",
                },
                {
                    "name": "Twin",
                    "folder": "Test|Süd",
                    "hosting_unit": "AHV-B",
                    "image": "img-2",
                    "machines": 2,
                    "machine_prefix": "TT-",
                },
                {
                    "name": AWKWARD_CATALOG,
                    "folder": "Größe & Co|東京",
                    "hosting_unit": "AHV A",
                    "image": "img-2",
                    "machines": 1,
                    "machine_prefix": "A-",
                },
                {
                    "name": "Stable",
                    "hosting_unit": "AHV-B",
                    "image": "img-2",
                    "persistent": True,
                    "machines": 2,
                    "machine_prefix": "S-",
                },
                {
                    "name": "Physical",
                    "hypervisor": "conn-a",
                    "provisioning_type": "Manual",
                    "machines": 3,
                    "machine_prefix": "M-",
                    "power_state": "off",
                },
            ],
        },
        {
            "name": "cvad",
            "kind": "cvad",
            "username": "CORP\\svc ansible",
            "password": "pä:ß%w0rd",
            "hypervisors": [{"name": "conn-b", "cluster": "cluster-b", "hosting_units": [{"name": "AHV-B"}]}],
            "catalogs": [
                {"name": "Lab", "hosting_unit": "AHV-B", "image": "img-2", "machines": 2, "machine_prefix": "L-"}
            ],
        },
    ],
}


class CitrixEstate:
    """The lab with this estate: `daas` and `cvad` call modules, the rest changes and looks at the lab."""

    topology: ClassVar[dict[str, Any]] = TOPOLOGY

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        self.reset()

    def reset(self, site: dict[str, Any] | None = None, **durations: float) -> None:
        """Back to the beginning, with other durations and other keys of both sites where given."""
        topology = deepcopy(self.topology)
        topology["durations"] = {**QUICK, **durations}
        for spec in topology["citrix_sites"]:
            spec.update(site or {})
        self.lab.clear_faults()
        self.lab.reset(topology)
        self.lab.forget()
        self.hosts = hosts_of(self.lab)
        self.daas: Site = self.hosts["daas"]
        self.cvad: Site = self.hosts["cvad"]

    def behave(self, **switches: Any) -> None:
        """Set behaviour switches of both sites."""
        self.lab.change([{"endpoint": name, "kind": "behaviour", **switches} for name in ("daas", "cvad")])

    def change(self, kind: str, endpoint: str = "daas", **payload: Any) -> dict[str, Any]:
        """Let somebody else change something."""
        return self.lab.change([{"endpoint": endpoint, "kind": kind, **payload}])[0]

    def fault(self, path: str, then: dict[str, Any], **rule: Any) -> None:
        """Let requests go wrong."""
        self.lab.faults([{"path": path, "then": then, **rule}])

    def asked(self, method: str, pattern: str) -> list[dict[str, Any]]:
        """The recorded requests of a method whose path fits."""
        return [
            entry for entry in self.lab.requests() if entry["method"] == method and re.search(pattern, entry["path"])
        ]

    def writes(self) -> list[str]:
        return writes(self.lab)

    def image_of(self, name: str, folder: str | None = None) -> str:
        """The name of a catalog's current image, read through the front door; the record is as before."""
        (catalog,) = self.daas("citrix_catalog_info", catalogs=[{"name": name, "folder": folder}])["catalogs"]
        return str(catalog["master_image"]["name"])


def path_of(image: str, unit: str = "AHV A") -> str:
    """The XDHyp path of an image."""
    return f"XDHyp:\\HostingUnits\\{unit}\\{image}.template"
