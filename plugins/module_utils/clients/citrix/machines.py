# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines of catalogs (contract citrix 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

FIELDS = (
    "Id,Name,DnsName,MachineCatalog,DeliveryGroup,Hosting,ProvisioningType,PowerState,RegistrationState,FaultState,"
    "InMaintenanceMode,MaintenanceModeReason,AgentVersion,SessionCount,ScheduledReboot,"
    "LastDeregistrationTime,FormattedLastDeregistrationTime,LastConnectionTime,FormattedLastConnectionTime"
)
SEARCH_FIELDS = "Id,Name,Hosting,PowerState,RegistrationState,MachineCatalog,ProvisioningType"
PAGE = 1000
SESSION_TYPES = ("SingleSession", "MultiSession")


def read_machines(site: CitrixSite, catalog_id: str | None = None) -> list[Machine]:
    """The machines of a catalog, or all of the site."""
    path = f"/MachineCatalogs/{segment(catalog_id)}/Machines" if catalog_id else "/Machines"
    return [_machine(item) for item in site.items(path, {"fields": FIELDS}, limit=PAGE)]


def search_machines(site: CitrixSite, connection: str, states: Sequence[str] = ()) -> list[Machine]:
    """The machines on a hypervisor connection, in one of these power states where some are given, by the site's search
    (contract citrix 4.3).

    Each session type is searched for by itself: SessionSupport must be among the filters, and what a site leaves out
    without it is not known (contract citrix addition G 4).
    """
    return [machine for support in SESSION_TYPES for machine in _search(site, connection, states, support)]


def _search(site: CitrixSite, connection: str, states: Sequence[str], session_support: str) -> list[Machine]:
    terms = {"HypervisorConnection": connection, "SessionSupport": session_support}
    order: dict[str, Any] = {
        "SearchFilters": [_equals(name, value) for name, value in terms.items()],
        "SearchFilterGroupsType": "And",
    }
    if states:
        order["SearchFilterGroups"] = [
            {"SearchFilterGroupType": "Or", "SearchFilters": [_equals("PowerState", state) for state in states]}
        ]
    return [
        _machine(item) for item in site.items("/Machines/$search", {"fields": SEARCH_FIELDS}, limit=PAGE, order=order)
    ]


def _equals(name: str, value: str) -> dict[str, str]:
    return {"Property": name, "Operator": "Equals", "Value": value}


def read_machine(site: CitrixSite, name: str) -> Machine | None:
    """One machine by DOMAIN\\HOST, None when there is none; the backslash travels as a pipe (2)."""
    try:
        return _machine(site.get(f"/Machines/{segment(name.replace(chr(92), '|'))}", {"fields": FIELDS}) or {})
    except NotFound:
        return None


def _machine(body: Mapping[str, Any]) -> Machine:
    hosting = body.get("Hosting") or {}
    return Machine(
        id=body.get("Id") or "",
        name=body.get("Name") or "",
        dns_name=body.get("DnsName") or "",
        catalog=(body.get("MachineCatalog") or {}).get("Name") or "",
        catalog_id=(body.get("MachineCatalog") or {}).get("Id") or "",
        delivery_group=(body.get("DeliveryGroup") or {}).get("Name") or "",
        provisioning_type=body.get("ProvisioningType") or "",
        power_state=body.get("PowerState") or "",
        registration_state=body.get("RegistrationState") or "",
        fault_state=body.get("FaultState") or "",
        maintenance_mode=bool(body.get("InMaintenanceMode")),
        image_out_of_date=bool(hosting.get("ImageOutOfDate")),
        hosted_machine_id=(hosting.get("HostedMachineId") or "").lower(),
        hosted_machine_name=hosting.get("HostedMachineName") or "",
        hypervisor_connection=(hosting.get("HypervisorConnection") or {}).get("Name") or "",
        agent_version=body.get("AgentVersion") or "",
        sessions=body.get("SessionCount") or 0,
        scheduled_reboot=body.get("ScheduledReboot") or "",
        maintenance_reason=body.get("MaintenanceModeReason") or "",
        delivery_group_id=(body.get("DeliveryGroup") or {}).get("Id") or "",
        last_deregistration=body.get("FormattedLastDeregistrationTime") or body.get("LastDeregistrationTime") or "",
        hosting_updated=hosting.get("FormattedLastHostingUpdateTime") or hosting.get("LastHostingUpdateTime") or "",
        last_connection=body.get("FormattedLastConnectionTime") or body.get("LastConnectionTime") or "",
    )
