# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Machine Creation Services makes of a provisioning scheme (contract xenserver 1, 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.xenserver.state import vhd
from lab.xenserver.state.disks import Disks
from lab.xenserver.state.ground import Ground
from lab.xenserver.state.machines import Machines
from lab.xenserver.state.vhd import MIB

IDENTITY_DISK = 16 * MIB
HOUR = 3600.0


class Schemes:
    """Publishes images the way MCS does: one flat copy for each SR, which becomes a hidden base copy under an empty
    ``<scheme>-baseDisk`` as soon as there are machines."""

    def __init__(self, ground: Ground, disks: Disks, machines: Machines) -> None:
        self._ground = ground
        self._disks = disks
        self._machines = machines
        self.current: dict[str, dict[str, str]] = {}

    def add(self, spec: Mapping[str, Any], srs: Mapping[str, str]) -> None:
        """Make a scheme with all its versions, the newest last; its machines are on the newest."""
        versions = spec.get("versions") or [{}]
        for version in versions:
            data = version.get("data_mib", spec.get("data_mib", 4))
            self.publish(spec, srs, data, version.get("age_hours", 0.0), version is versions[-1])

    def publish(
        self, spec: Mapping[str, Any], srs: Mapping[str, str], data_mib: int, age_hours: float, with_machines: bool
    ) -> dict[str, str]:
        """Consolidate an image on every SR of a scheme and return the uuids of its base disks."""
        name = spec["name"]
        blocks = self._ground.some_blocks(data_mib)
        made: dict[str, str] = {}
        for sr_name in spec["srs"]:
            fields = {
                "SR": srs[sr_name],
                "name_label": f"{name}-baseDisk",
                "virtual_size": spec.get("size_mib", 64) * MIB,
            }
            vdi = self._disks.create(fields, blocks, age_hours * HOUR)
            base = self._disks.consolidate(vdi)
            # The flag was set when the first machine was made, soon after the publish
            vhd.set_age(self._disks.volume_of(vdi).path(base), self._ground.clock.epoch - age_hours * HOUR)
            made[sr_name] = self._ground.database.get("VDI", vdi)["uuid"]
            if with_machines:
                self._machines_on(spec, sr_name, srs[sr_name], base)
        self.current[name] = made
        return made

    def _machines_on(self, spec: Mapping[str, Any], sr_name: str, sr: str, base: str) -> None:
        volume = self._disks.volume_of(self._ground.database.by_uuid("VDI", base))
        for number in range(spec.get("machines", 2)):
            name = f"{spec['name']}-{sr_name}-{number + 1}"
            vm = self._machines.create({"name_label": name})
            identity = self._disks.create(
                {"SR": sr, "name_label": f"{name}-identity", "virtual_size": IDENTITY_DISK, "type": "user"}
            )
            disk = self._disks.add_child(base, volume, {"name_label": f"{name}-disk"})
            for device, vdi in enumerate((disk, identity)):
                fields = {"VM": vm, "VDI": vdi, "userdevice": str(device), "mode": "RW", "type": "Disk"}
                self._machines.attach({**fields, "bootable": device == 0, "empty": False})
