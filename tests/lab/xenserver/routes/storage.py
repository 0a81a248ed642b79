# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SR, VDI and PBD (contract xenserver 5, 6)."""

from __future__ import annotations

from typing import Any

from lab.xenserver.errors import XapiFailure
from lab.xenserver.routes.calls import Calls, taken
from lab.xenserver.state.database import NULL


def add_calls(calls: Calls) -> None:
    """Register them."""
    pool = calls.pool
    disks, database = pool.disks, pool.database

    @calls.call("SR.scan", "SR ref", section="5, addition C", role="vm-power-admin")
    def scan(sr: str) -> None:
        pool.storage.scan(sr)

    @calls.call("VDI.create", "VDI record", section="6", result="VDI ref", role="vm-admin", implicit=True)
    def create(record: dict[str, Any]) -> str:
        return disks.create(taken("VDI", record))

    @calls.call("VDI.destroy", "VDI ref", section="6", role="vm-admin", implicit=True)
    def destroy(vdi: str) -> None:
        disks.destroy(vdi)

    @calls.call("VDI.forget", "VDI ref", section="5", role="vm-admin")
    def forget(vdi: str) -> None:
        database.get("VDI", vdi)
        pool.storage.forget(vdi)

    @calls.call(
        "VDI.copy",
        "VDI ref",
        "SR ref",
        "VDI ref",
        "VDI ref",
        section="6",
        result="VDI ref",
        role="vm-admin",
        errors=("VDI_READONLY", "VDI_TOO_SMALL", "VDI_NOT_SPARSE"),
    )
    def copy(vdi: str, sr: str, base: str, into: str) -> str:
        if base not in (NULL, "") or into not in (NULL, ""):
            raise XapiFailure("SR_OPERATION_NOT_SUPPORTED", sr, violation="not simulated: VDI.copy onto another VDI")
        return disks.copy(vdi, sr)

    @calls.call("VDI.snapshot", "VDI ref", "(string -> string) map", section="2", result="VDI ref", role="vm-admin")
    def snapshot(vdi: str, _driver_params: dict[str, str]) -> str:
        return disks.snapshot(vdi, pool.clock.epoch)

    @calls.call("VDI.clone", "VDI ref", "(string -> string) map", section="2", result="VDI ref", role="vm-admin")
    def clone(vdi: str, _driver_params: dict[str, str]) -> str:
        return disks.snapshot(vdi, None)

    @calls.call("VDI.set_read_only", "VDI ref", "bool", section="5", role="vm-admin")
    def set_read_only(vdi: str, value: bool) -> None:
        database.get("VDI", vdi)["read_only"] = value
