# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The estate of the XenServer modules' tests: a master pool with a scheme of two versions, and a slave pool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import XenAPI

from harness.modules import Site, hosts_of, writes
from lab.running import RunningLab

HOUR = 3600
TIME_SCALE = 60
TOPOLOGY: dict[str, Any] = {
    "xenserver_pools": [
        {
            "name": "master",
            "hosts": [{"name": "master-1"}, {"name": "master-2"}],
            "srs": [{"name": "NFS"}, {"name": "Local", "type": "ext", "host": "master-2"}],
            "vms": [{"name": "Gold", "disks": [{"sr": "Local", "size_mib": 8, "data_mib": 2}]}],
            "schemes": [
                {
                    "name": "W11",
                    "srs": ["NFS"],
                    "size_mib": 8,
                    "data_mib": 4,
                    "versions": [{"age_hours": 48.0}, {"age_hours": 1.0}],
                }
            ],
        },
        {
            "name": "slave",
            "srs": [{"name": "NFS"}, {"name": "LVM", "type": "lvm"}],
            "vdis": [{"name": "foreign", "sr": "NFS", "size_mib": 8, "data_mib": 2}],
            "vms": [
                {"name": "busy", "power_state": "Running", "disks": [{"sr": "NFS", "size_mib": 8, "data_mib": 2}]},
                {"name": "idle", "memory_mib": 2048, "disks": [{"sr": "NFS", "size_mib": 8, "data_mib": 2}]},
            ],
        },
    ]
}


def bring_image(pool: Site, path: str) -> None:
    """As a run brings an image to a pool; also in a process of its own."""
    into = {"storage_repository": "NFS", "name": "W11_1", "release": "1"}
    disk = pool("xen_vdi_transfer", state="imported", path=path, **into)["vdi_uuid"]
    pool("xen_vm_wrapper", name="W11_1_NFS", vdi_uuid=disk, snapshot="W11_1")


class Pools:
    """The estate in its first state."""

    def __init__(self, lab: RunningLab) -> None:
        lab.reset(TOPOLOGY)
        lab.clear_faults()
        self.lab = lab
        hosts = hosts_of(lab)
        self.master: Site = hosts["master"]
        self.slave: Site = hosts["slave"]

    def state(self, pool: str) -> dict[str, Any]:
        """Everything that a pool holds."""
        state: dict[str, Any] = self.lab.state()["endpoints"][pool]
        return state

    def change(self, pool: str, kind: str, **order: Any) -> dict[str, Any]:
        """Change a pool from outside."""
        (result,) = self.lab.change([{"endpoint": pool, "kind": kind, **order}])
        return result

    @contextmanager
    def session(self, pool: str) -> Iterator[Any]:
        """XAPI, as somebody else uses it, with the vendor's own client."""
        place = next(each for each in self.lab.endpoints if each["name"] == pool)
        session = XenAPI.Session(place["url"], ignore_ssl=True)
        account = place["inventory"]
        session.xenapi.login_with_password(account["xenserver_username"], account["xenserver_password"], "1.0", "test")
        try:
            yield session.xenapi
        finally:
            session.xenapi.session.logout()

    def files(self, pool: str, sr: str) -> list[str]:
        """What find would write of the directory of an SR: the moment and the path of each file."""
        directory = Path(self.state(pool)["srs"][sr]["directory"])
        return [f"{path.stat().st_mtime} {path}" for path in directory.iterdir()]

    def vdis(self, pool: str, **fields: Any) -> list[dict[str, Any]]:
        """The VDIs of a pool that have these fields."""
        return [vdi for vdi in self.state(pool)["vdis"] if all(vdi[name] == value for name, value in fields.items())]

    def writes(self) -> list[str]:
        """Every recorded request that changes anything."""
        return writes(self.lab)
