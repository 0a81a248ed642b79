# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines of a site as records, finding them by name, and counting them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded, right_name

NO_FAULT = ("None", "Unknown", "")


@dataclass(frozen=True)
class Machine:
    """A machine (contract citrix 11.2). `name` is DOMAIN\\HOST. Times are the site's, '' when it does not tell
    them."""

    id: str
    name: str
    dns_name: str
    catalog: str
    catalog_id: str
    delivery_group: str
    provisioning_type: str
    power_state: str
    registration_state: str
    fault_state: str
    maintenance_mode: bool
    image_out_of_date: bool
    hosted_machine_id: str
    hosted_machine_name: str
    hypervisor_connection: str
    agent_version: str
    sessions: int
    scheduled_reboot: str
    maintenance_reason: str = ""
    delivery_group_id: str = ""
    last_deregistration: str = ""
    last_connection: str = ""
    hosting_updated: str = ""


def is_at_work(machine: Machine) -> bool:
    """Whether its VM is known to run: it is registered, and the hosting connection says that the VM is on. A machine
    whose cluster was lost stays registered for minutes, but the connection does not know its power state any more."""
    return (machine.registration_state, machine.power_state) == ("Registered", "On")


def hosting_of(machine: Machine) -> dict[str, str]:
    """Which machine it is and where it is hosted, as results and saved states tell it."""
    return {
        "id": machine.id,
        "name": machine.name,
        "catalog": machine.catalog,
        "catalog_id": machine.catalog_id,
        "hosted_machine_id": machine.hosted_machine_id,
        "hypervisor_connection": machine.hypervisor_connection,
    }


def find_machine(name: str, machines: Sequence[Machine]) -> Machine:
    """The one machine called DOMAIN\\HOST, HOST alone or by its DNS name; whole name, without case. Raises
    Refusal."""
    matches = [machine for machine in machines if name.casefold() in names_of(machine)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise several_called(name, matches)
    names = all_names(machines)
    if "\\" not in name:
        names = list(map(host_name, names))
    raise Refusal(f"there is no machine '{name}'", right_name(name, names))


def several_called(name: str, machines: Sequence[Machine]) -> Refusal:
    ids = ", ".join(f"{machine.name} ({machine.id})" for machine in machines)
    return Refusal(f"{len(machines)} machines are called '{name}': {ids}", "Give DOMAIN\\HOST.")


def names_of(machine: Machine) -> frozenset[str]:
    """What an operator may call a machine, without case: DOMAIN\\HOST, HOST, or its DNS name where the site tells
    it."""
    return folded(filter(None, (machine.name, host_name(machine.name), machine.dns_name)))


def host_name(name: str) -> str:
    """HOST of DOMAIN\\HOST."""
    return name.rpartition("\\")[2]


def out_of_date(machines: Iterable[Machine]) -> int:
    """How many do not have the image of their catalog."""
    return sum(machine.image_out_of_date for machine in machines)


def in_maintenance(machines: Iterable[Machine]) -> int:
    return sum(machine.maintenance_mode for machine in machines)


def summarise(machines: Sequence[Machine]) -> dict[str, Any]:
    """Counts for gates and reports: {total, registered, image_out_of_date, maintenance_mode, with_sessions,
    by_power_state, by_fault_state}."""
    power = Counter(machine.power_state for machine in machines)
    faults = Counter(machine.fault_state for machine in machines if machine.fault_state not in NO_FAULT)
    return {
        "total": len(machines),
        "registered": sum(machine.registration_state == "Registered" for machine in machines),
        "image_out_of_date": out_of_date(machines),
        "maintenance_mode": in_maintenance(machines),
        "with_sessions": sum(machine.sessions > 0 for machine in machines),
        "by_power_state": dict(sorted(power.items())),
        "by_fault_state": dict(sorted(faults.items())),
    }


@dataclass(frozen=True)
class Occupied:
    """A machine with sessions; `user` and `state` (Active, Disconnected ...) are those of one of them, which is all
    that a machine tells (contract citrix 11.2)."""

    machine: str
    sessions: int
    user: str = ""
    state: str = ""

    def __str__(self) -> str:
        parts = [self.user, self.state, f"{self.sessions} sessions" if self.sessions > 1 else ""]
        return f"{self.machine} ({', '.join(filter(None, parts)) or '1 session'})"
