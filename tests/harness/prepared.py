# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An estate for the tests of prepared images: a connection to WorkSpaces Core with three zones, one to Nutanix through
Prism Central and one through Prism Element."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.citrix import CitrixEstate

WORKSPACES = {"connection_type": "AmazonWorkSpacesCore", "plugin": "AmazonWorkSpacesCoreMachineManagerFactory"}
CLUSTER = {
    "vms": [{"name": "Gold"}],
    "snapshots": [
        {"name": "gold-1", "vm": "Gold"},
        {"name": "gold-2", "vm": "Gold"},
        {"name": "profile", "vm": "Gold"},
    ],
}
OF_MASTER = {"image": "gold-1", "machine_profile": "profile", "machines": 2}
SITE: dict[str, Any] = {
    "hypervisors": [
        {
            "name": "conn-ws",
            "cluster": "zones",
            **WORKSPACES,
            "hosting_units": [{"name": "ws-a"}, {"name": "ws-b"}, {"name": "ws-c"}],
        },
        {
            "name": "conn-pc",
            "cluster": "ahv",
            "plugin": "AcropolisPCFactory",
            "hosting_units": [{"name": "pc-a"}, {"name": "pc-b"}],
        },
        {"name": "conn-pe", "cluster": "ahv", "hosting_units": [{"name": "pe-a"}]},
    ],
    "catalogs": [
        {"name": "Desks", "folder": "Prod", "hosting_unit": "ws-a", **OF_MASTER},
        {"name": "Labs", "hosting_unit": "ws-b", **OF_MASTER},
        {"name": "Bare", "hosting_unit": "ws-a", **OF_MASTER, "machine_profile": None},
        {"name": "Servers", "hosting_unit": "ws-a", **OF_MASTER, "session_support": "MultiSession"},
        {"name": "Own", "hosting_unit": "ws-a", **OF_MASTER, "persistent": True},
        {"name": "Elements", "hosting_unit": "pe-a", **OF_MASTER},
    ],
    "image_definitions": [
        {
            "name": "W11",
            "hosting_unit": "ws-a",
            "versions": [
                {"image": "gold-1", "machine_profile": "profile"},
                {"image": "gold-2", "machine_profile": "profile"},
            ],
        }
    ],
}
QUICK = {
    "job_start": 0,
    "publish": 0,
    "rollback": 0,
    "image_definition": 0,
    "image_preparation": 0,
    "image_share": 0,
    "image_share_settling": 0,
    "image_removal": 0,
}


class Prepared(CitrixEstate):
    """The lab with this estate, in the cloud and on premises."""

    topology: ClassVar[dict[str, Any]] = {
        "seed": 7,
        "prism_elements": [{"name": "zones", **CLUSTER}, {"name": "ahv", **CLUSTER}],
        "citrix_sites": [{"name": "daas", "kind": "daas", **SITE}, {"name": "cvad", "kind": "cvad", **SITE}],
    }

    def reset(self, site: dict[str, Any] | None = None, **durations: float) -> None:
        """Back to the beginning; preparing and sharing take no time unless a test wants to watch them."""
        super().reset(site, **{**QUICK, **durations})

    def version(self, **which: Any) -> dict[str, Any]:
        """The one version that fits, as the site tells of it."""
        (version,) = self.versions(**which)
        return version

    def versions(self, **which: Any) -> list[dict[str, Any]]:
        """The versions that fit."""
        found: list[dict[str, Any]] = self.daas("citrix_image_version_info", **which)["image_versions"]
        return found
