# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that remembers which VMs were on, off and missing before a migration: afterwards no cluster can tell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Found
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import Member
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

FORMAT = 1
OFF, MISSING = "off", "missing"


@dataclass(frozen=True)
class VmBefore:
    """A VM as it was before the migration."""

    name: str
    uuid: str
    power_state: str


@dataclass(frozen=True)
class Before:
    """A protection domain before its migration. `ended` when the migration has come to its end since then: another one
    begins with what is seen, while one that was broken off still has to return to this."""

    vms: tuple[VmBefore, ...]
    ended: bool = False

    @classmethod
    def of(cls, members: Iterable[Member], existing: Mapping[str, Found]) -> Before:
        """As it is seen now."""

        def before(member: Member) -> VmBefore:
            vm = existing.get(member.vm_uuid)
            return VmBefore(member.vm_name, member.vm_uuid, vm.power_state if vm else MISSING)

        return cls(tuple(sorted(map(before, members), key=lambda vm: (vm.name, vm.uuid))))

    @property
    def missing(self) -> list[dict[str, str]]:
        """Those that the protection domain listed and that did not exist."""
        return self._in(MISSING)

    @property
    def off(self) -> list[dict[str, str]]:
        return self._in(OFF)

    @property
    def on(self) -> dict[str, str]:
        """uuid -> name"""
        return {vm.uuid: vm.name for vm in self.vms if vm.power_state not in (OFF, MISSING)}

    def joined(self, earlier: Before | None) -> Before:
        """With what was found before a migration that was broken off: whatever was on then was switched off by it."""
        if earlier is None or earlier.ended:
            return self
        on, states = earlier.on, {vm.uuid: vm.power_state for vm in earlier.vms}

        def joint(vm: VmBefore) -> VmBefore:
            if vm.uuid in on and vm.power_state != MISSING:
                return replace(vm, power_state=states[vm.uuid])
            return vm

        return Before(tuple(map(joint, self.vms)))

    def _in(self, power_state: str) -> list[dict[str, str]]:
        return [{"name": vm.name, "uuid": vm.uuid} for vm in self.vms if vm.power_state == power_state]


class PowerRecord:
    """The file, of all protection domains of a move; without a path it remembers nothing."""

    def __init__(self, path: str | None) -> None:
        self._path = Path(path) if path else None
        self._lock = Lock()

    def of(self, name: str) -> Before | None:
        return self._read().get(name)

    def note(self, name: str, before: Before) -> None:
        if self._path is None:
            return
        with self._lock:
            domains = {**self._read(), name: before}
            body = {"format": FORMAT, "domains": {each: _entry(domains[each]) for each in sorted(domains)}}
            write_report(
                self._path,
                json.dumps(body, indent=2, ensure_ascii=False) + "\n",
                "without it, a later run does not know which VMs were off before the move.",
                "list of VMs that were on and off",
            )

    def close(self, name: str) -> None:
        """The migration is over, or everything is as it was before."""
        before = self.of(name)
        if before and not before.ended:
            self.note(name, replace(before, ended=True))

    def _read(self) -> dict[str, Before]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            return _domains(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise OperationError(
                f"{self._path} is no list of VMs that were on and off: {error}", "Give another saved_path."
            ) from None


def _domains(text: str) -> dict[str, Before]:
    body = json.loads(text)
    if body["format"] != FORMAT:
        raise ValueError(f"its format is {body['format']}")
    return {name: _before(entry) for name, entry in body["domains"].items()}


def _entry(before: Before) -> dict[str, Any]:
    vms = [{"name": vm.name, "uuid": vm.uuid, "power_state": vm.power_state} for vm in before.vms]
    return {"ended": before.ended, "vms": vms}


def _before(entry: Mapping[str, Any]) -> Before:
    vms = (VmBefore(str(vm["name"]), str(vm["uuid"]), str(vm["power_state"])) for vm in entry["vms"])
    return Before(tuple(vms), bool(entry["ended"]))
