# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VM and VBD (contract xenserver 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.xenserver.routes.calls import Calls, taken

POWER = ("VM_BAD_POWER_STATE",)


def add_calls(calls: Calls) -> None:
    """Register them."""
    machines = calls.pool.machines

    @calls.call("VM.create", "VM record", section="6", result="VM ref", role="vm-admin", implicit=True)
    def create(record: dict[str, Any]) -> str:
        return machines.create(taken("VM", record))

    @calls.call("VM.destroy", "VM ref", section="6", role="vm-admin", implicit=True)
    def destroy(vm: str) -> None:
        machines.destroy(vm)

    @calls.call("VM.clone", "VM ref", "string", section="6", result="VM ref", role="vm-admin", errors=POWER)
    def clone(vm: str, name: str) -> str:
        return machines.clone(vm, name)

    @calls.call("VM.provision", "VM ref", section="6", role="vm-admin", errors=POWER)
    def provision(vm: str) -> None:
        machines.provision(vm)

    @calls.call(
        "VM.snapshot",
        "VM ref",
        "string",
        "VDI ref set",
        section="6",
        result="VM ref",
        role="vm-power-admin",
        optional=1,
    )
    def snapshot(vm: str, name: str, ignored: Sequence[str] = ()) -> str:
        return machines.snapshot(vm, name, tuple(ignored))

    @calls.call("VBD.create", "VBD record", section="6", result="VBD ref", role="vm-admin", implicit=True)
    def attach(record: dict[str, Any]) -> str:
        return machines.attach(taken("VBD", record))

    @calls.call("VBD.destroy", "VBD ref", section="6", role="vm-admin", implicit=True)
    def detach(vbd: str) -> None:
        machines.detach(vbd)
