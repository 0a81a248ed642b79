# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs, their snapshots, and the VBDs that hold their disks (contract xenserver 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.xenserver.errors import XapiFailure
from lab.xenserver.state.database import NULL, Record
from lab.xenserver.state.disks import Disks
from lab.xenserver.state.ground import Ground

HALTED, RUNNING = "Halted", "Running"
OWN = ("uuid", "is_a_snapshot", "snapshot_of", "snapshot_time", "power_state", "parent", "resident_on")


class Machines:
    """All VMs of a pool, templates and snapshots included, and what they are made of."""

    def __init__(self, ground: Ground, disks: Disks) -> None:
        self._ground = ground
        self._disks = disks

    def create(self, fields: Mapping[str, Any]) -> str:
        """Make the record of a halted VM without disks."""
        return self._ground.database.add("VM", **{**fields, "power_state": HALTED})

    def clone(self, vm: str, name: str) -> str:
        """A copy of a halted VM or template, with clones of its disks; that of a default template is an ordinary
        template."""
        record = self._halted(vm)
        fields = {key: value for key, value in record.items() if key not in OWN}
        fields.update(name_label=name, is_default_template=False, other_config=dict(record["other_config"]))
        copy = self._ground.database.add("VM", **{**fields, "power_state": HALTED})
        self._copy_disks(vm, copy, None, ())
        return copy

    def provision(self, vm: str) -> None:
        """Turn a template into a VM."""
        self._halted(vm)["is_a_template"] = False

    def snapshot(self, vm: str, name: str, ignored: tuple[str, ...]) -> str:
        """A snapshot is a VM record of its own, with snapshots of the disks; it works on a halted VM (contract
        xenserver 6)."""
        record = self._ground.database.get("VM", vm)
        moment = self._ground.clock.epoch
        fields = {key: value for key, value in record.items() if key not in OWN}
        fields.update(
            name_label=name,
            is_a_snapshot=True,
            is_a_template=True,
            snapshot_of=vm,
            snapshot_time=moment,
            power_state=HALTED,
            other_config=dict(record["other_config"]),
            # xapi keeps a tree of them: the VM stands behind its latest one
            parent=record["parent"],
        )
        made = self._ground.database.add("VM", **fields)
        record["parent"] = made
        self._copy_disks(vm, made, moment, ignored)
        return made

    def _copy_disks(self, vm: str, copy: str, moment: float | None, ignored: tuple[str, ...]) -> None:
        database = self._ground.database
        for ref in database.having("VBD", "VM", vm):
            vbd = database.get("VBD", ref)
            if vbd["type"] != "Disk" or vbd["VDI"] == NULL or vbd["VDI"] in ignored:
                continue
            disk = self._disks.snapshot(vbd["VDI"], moment)
            kept = {key: value for key, value in vbd.items() if key not in ("uuid", "VM", "VDI", "currently_attached")}
            database.add("VBD", **{**kept, "VM": copy, "VDI": disk})

    def destroy(self, vm: str) -> None:
        """Remove the record and its VBDs; the disks stay (contract xenserver 6, trap 20)."""
        record = self._halted(vm)
        database = self._ground.database
        for ref in database.having("VBD", "VM", vm):
            database.remove("VBD", ref)
        for ref in database.having("VM", "parent", vm):
            database.get("VM", ref)["parent"] = record["parent"]
        for ref in database.having("VM", "snapshot_of", vm):
            database.get("VM", ref)["snapshot_of"] = NULL
        database.remove("VM", vm)

    def _halted(self, vm: str) -> Record:
        record = self._ground.database.get("VM", vm)
        if record["power_state"] != HALTED:
            raise XapiFailure("VM_BAD_POWER_STATE", vm, HALTED.lower(), record["power_state"].lower())
        return record

    def set_power(self, vm: str, state: str, host: str) -> None:
        """Start a VM, which plugs its VBDs, or halt it."""
        database = self._ground.database
        record, runs = database.get("VM", vm), state == RUNNING
        record.update(power_state=state, resident_on=host if runs else NULL)
        for ref in database.having("VBD", "VM", vm):
            vbd = database.get("VBD", ref)
            if runs and vbd["VDI"] != NULL:
                self._disks.managed(vbd["VDI"])
            vbd["currently_attached"] = runs

    def attach(self, fields: Mapping[str, Any]) -> str:
        """Make a VBD (contract xenserver 6)."""
        database = self._ground.database
        database.get("VM", fields["VM"])
        if not fields["empty"]:
            disk = database.get("VDI", fields["VDI"])
            if fields["mode"] == "RW" and disk["read_only"]:
                raise XapiFailure("VDI_READONLY", fields["VDI"])
        taken = {database.get("VBD", ref)["userdevice"] for ref in database.having("VBD", "VM", fields["VM"])}
        device = fields["userdevice"]
        if device == "autodetect":
            device = next(str(number) for number in range(256) if str(number) not in taken)
        if device in taken:
            raise XapiFailure("DEVICE_ALREADY_EXISTS", device)
        return database.add("VBD", **{**fields, "userdevice": device, "currently_attached": False})

    def detach(self, vbd: str) -> None:
        """Remove a VBD that is not plugged."""
        record = self._ground.database.get("VBD", vbd)
        if record["currently_attached"]:
            raise XapiFailure("OPERATION_NOT_ALLOWED", f"VBD '{record['uuid']}' still attached to a running VM")
        self._ground.database.remove("VBD", vbd)
