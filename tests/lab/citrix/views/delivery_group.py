# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A delivery group as answers show it (contract citrix 11.2)."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.entities import Catalog, DeliveryGroup
from lab.citrix.state.site import Site


def group_view(site: Site, group: DeliveryGroup) -> dict[str, Any]:
    """Return a delivery group as lists have it."""
    machines = site.machines_of(group)
    catalogs = {machine.catalog.id: machine.catalog for machine in machines}
    first = next(iter(catalogs.values()), None)
    return {
        "Id": group.id,
        "Uid": group.uid,
        "Name": group.name,
        "FullName": group.name,
        "Delivering": "DesktopsOnly",
        "DeliveryType": "DesktopsOnly",
        "DesktopsAvailable": sum(machine.summary_state in ("Available", "Off") for machine in machines),
        "DesktopsDisconnected": sum(machine.session_disconnected for machine in machines),
        "DesktopsFaulted": sum(machine.fault_state != "None" for machine in machines),
        "DesktopsUnregistered": sum(machine.registration_state != "Registered" for machine in machines),
        "Enabled": True,
        "HasBeenPromoted": False,
        "InMaintenanceMode": group.in_maintenance_mode,
        "IsBroken": False,
        "IsRemotePC": False,
        "MinimumFunctionalLevel": _minimum(group, first),
        "RequireUserHomeZone": False,
        "Scopes": [],
        "SessionCount": sum(machine.sessions for machine in machines),
        "SessionSupport": first.session_support if first else "SingleSession",
        "SharingKind": "Private" if first and first.persistent else "Shared",
        "TotalApplications": 0,
        "TotalDesktops": len(machines),
        "ApplicationGroupCompatibility": "Compatible",
    }


def _minimum(group: DeliveryGroup, catalog: Catalog | None) -> str:
    """The level of the group; one that nobody has set follows its catalog."""
    if group.minimum_functional_level != "Unknown" or catalog is None:
        return group.minimum_functional_level
    return catalog.minimum_functional_level


def group_detail(site: Site, group: DeliveryGroup) -> dict[str, Any]:
    """Return a delivery group with what only its detail has."""
    machines = site.machines_of(group)
    return {
        **group_view(site, group),
        "DesktopsInUse": sum(machine.sessions > 0 for machine in machines),
        "DesktopsNeverRegistered": 0,
        "DesktopsPreparing": 0,
        "MachinesInMaintenanceMode": sum(machine.in_maintenance_mode for machine in machines),
        "MachineOperatingSystems": [],
        "MachineType": "Virtual",
        "OffMachines": sum(machine.power_state == "Off" for machine in machines),
        "RegisteredMachines": sum(machine.registration_state == "Registered" for machine in machines),
        "SecureIcaRequired": False,
        "TotalApplicationGroups": 0,
        "TotalMachines": len(machines),
    }
