# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The estate of the Image Portability modules' tests: one customer, a golden image, a share, disks in the clouds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.modules import Site, hosts_of
from lab.image_portability.state.service import RESOURCE_LOCATION
from lab.image_portability.stores import prepared_for
from lab.running import RunningLab

TIME_SCALE = 3600
A_DAY = 24 * 3600
DISK = {"size_mib": 4, "data_mib": 1}
TOPOLOGY: dict[str, Any] = {
    "citrix_sites": [{"name": "daas", "kind": "daas"}],
    "image_portability": [
        {
            "name": "ips",
            "site": "daas",
            "region": "us",
            "credentials": [
                {"id": "smb", "type": "UsernamePassword"},
                {"id": "platform", "type": "UsernamePassword"},
            ],
            "share": {"credential": "smb"},
            "disks": {
                platform: [{"name": "gold", **DISK}] for platform in ("ahv", "aws", "azure", "gcp", "vsphere", "xen")
            },
        },
        {"name": "ips-eu", "site": "daas", "region": "eu"},
    ],
}
# What each platform needs to name a disk
SOURCES: dict[str, dict[str, Any]] = {
    "ahv": {"prism_host": "prism.example.com", "disk": "gold"},
    "aws": {"region": "us-east-1", "snapshot": "gold"},
    "azure": {"subscription_id": "s-1", "region": "eastus", "disk": "gold"},
    "gcp": {"zone": "us-east4-a", "image": "gold"},
    "vsphere": {"host": "vcenter.example.com", "disk": "gold"},
    "xenserver": {"host": "xen.example.com", "disk": "gold"},
}


class Portability:
    """The estate in its first state."""

    def __init__(self, lab: RunningLab) -> None:
        lab.reset(TOPOLOGY)
        lab.clear_faults()
        self.lab = lab
        hosts = hosts_of(lab)
        self.ips: Site = hosts["ips"]
        self.elsewhere: Site = hosts["ips-eu"]

    def export(self, check: bool = False, **options: Any) -> dict[str, Any]:
        return self.ips("ips_export", check, **self.export_options(**options))

    def prepare(self, check: bool = False, **options: Any) -> dict[str, Any]:
        return self.ips("ips_prepare", check, **self.prepare_options(**options))

    @staticmethod
    def export_options(**options: Any) -> dict[str, Any]:
        platform = options.get("platform", "ahv")
        return {
            **_common(platform),
            "share": {"location": "smb://files.example.com/images/", "credential": "smb"},
            "file_name": "w11",
            **options,
        }

    @staticmethod
    def prepare_options(**options: Any) -> dict[str, Any]:
        return {**_common(options.get("platform", "azure")), "output_name": "w11-prepared", **options}

    @staticmethod
    def foreign_order(file_name: str) -> dict[str, Any]:
        """The body of an export that somebody else orders."""
        return {
            "platform": "ahv",
            "resourceLocationId": RESOURCE_LOCATION,
            "platformCredentialId": "platform",
            "sourceDiskName": "gold",
            "outputImageFilename": file_name,
            "outputStorageLocation": {"location": "smb://files.example.com/images/", "credentialId": "smb"},
        }

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.lab.state()["endpoints"]["ips"]
        return state

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs that were ever started."""
        jobs: list[dict[str, Any]] = self.state()["jobs"]
        return jobs

    def change(self, kind: str, **order: Any) -> dict[str, Any]:
        (result,) = self.lab.change([{"endpoint": "ips", "kind": kind, **order}])
        return result

    def behave(self, **switches: Any) -> None:
        """Let the service answer in another of the possible ways."""
        self.change("behaviour", **switches)

    def hold(self) -> None:
        """Let jobs that start now run until `let_end`, however slow this machine is."""
        self.change("durations", ips_transfer=72000.0)

    def let_end(self) -> None:
        """Let those jobs come to their end, which the service still knows."""
        self.lab.skip(75000)

    def writes(self) -> list[str]:
        """Every request that changes anything."""
        return [
            f"{entry['method']} {entry['path']}"
            for entry in self.lab.requests()
            if entry["method"] != "GET" and "cctrustoauth2" not in entry["path"]
        ]

    def disk(self, platform: str, name: str) -> Path:
        """The content of a disk."""
        return Path(self.state()["stores"][platform]["directory"]) / f"{name}.raw"

    def prepared_for(self, platform: str, name: str) -> str:
        return prepared_for(self.disk(platform, name))

    def file(self, name: str) -> Path:
        """A file on the share."""
        return Path(self.state()["share"]["directory"]) / name


def _common(platform: str) -> dict[str, Any]:
    return {
        "platform": platform,
        "resource_location_id": RESOURCE_LOCATION,
        "credential": "platform",
        "release": "2026.11.20-1",
        "poll_interval": 1,
        "wait_timeout": 60,
        platform: SOURCES[platform],
    }
