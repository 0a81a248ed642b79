# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivery groups and their reboot cycles (operations DeliveryGroupsGet..., DeliveryGroupsStartDeliveryGroupRebootCycle
of the vendor's client)."""

from __future__ import annotations

from typing import Any

from lab.citrix.routes.deferred import now_or_as_job
from lab.citrix.state.entities import Catalog, DeliveryGroup, Machine
from lab.citrix.state.site import Site
from lab.citrix.vendor import body_of
from lab.citrix.views.listing import PAGING, page, project
from lab.citrix.views.machine import MACHINE
from lab.router import Router
from lab.wire import Reply, Request


def add_routes(router: Router, site: Site) -> None:
    """Make the routes of delivery groups known."""

    @router.route("GET", "/DeliveryGroups", section="11.2", query=PAGING)
    def list_groups(request: Request) -> Reply:
        groups = sorted(site.delivery_groups.values(), key=lambda group: group.id)
        return now_or_as_job(
            site,
            request,
            "GetDeliveryGroups",
            lambda: Reply(200, page(site, request, groups, lambda group: _listed(site, group))),
        )

    @router.route("GET", "/DeliveryGroups/{nameOrId}", section="11.2")
    def one_group(request: Request) -> Reply:
        return Reply(200, _detail(site, _the_group(site, request)))

    @router.route("GET", "/DeliveryGroups/{nameOrId}/Machines", section="11.2", query=PAGING)
    def machines_of_group(request: Request) -> Reply:
        machines = _machines(site, _the_group(site, request))
        return Reply(200, page(site, request, machines, lambda machine: project(site, machine, MACHINE, MACHINE)))

    @router.route(
        "POST",
        "/DeliveryGroups/{nameOrId}/$StartRebootCycle",
        section="8.5",
        query={"async": bool},
        body=body_of("RebootCycleRequestModel"),
    )
    def start_cycle(request: Request) -> Reply:
        group = _the_group(site, request)
        order = request.body

        def start() -> Reply:
            spared = (
                []
                if order.get("IgnoreMaintenanceMode")
                else [machine for machine in _machines(site, group) if machine.in_maintenance_mode]
            )
            site.power.cycle(
                (machine for machine in _machines(site, group) if machine not in spared),
                order.get("RebootDurationMinutes") or 0,
                order.get("WarningDurationMinutes") or 0,
            )
            return Reply(204)

        return now_or_as_job(site, request, "StartDeliveryGroupRebootCycle", start)


def _the_group(site: Site, request: Request) -> DeliveryGroup:
    key = request.params["nameOrId"]
    group = site.delivery_group(key)
    if group is None:
        raise site.errors.not_found("DeliveryGroup", key)
    return group


def _machines(site: Site, group: DeliveryGroup) -> list[Machine]:
    return [machine for machine in site.machines_in_order() if machine.catalog.delivery_group is group]


def _listed(site: Site, group: DeliveryGroup) -> dict[str, Any]:
    machines = _machines(site, group)
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


def _detail(site: Site, group: DeliveryGroup) -> dict[str, Any]:
    machines = _machines(site, group)
    return {
        **_listed(site, group),
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
