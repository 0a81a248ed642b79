# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivery groups and their reboot cycles (operations DeliveryGroupsGet..., DeliveryGroupsStartDeliveryGroupRebootCycle
of the vendor's client)."""

from __future__ import annotations

from lab.citrix.routes.deferred import now_or_as_job
from lab.citrix.state.entities import DeliveryGroup
from lab.citrix.state.site import Site
from lab.citrix.vendor import body_of
from lab.citrix.views.delivery_group import group_detail, group_view
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
            lambda: Reply(200, page(site, request, groups, lambda group: group_view(site, group))),
        )

    @router.route("GET", "/DeliveryGroups/{nameOrId}", section="11.2")
    def one_group(request: Request) -> Reply:
        return Reply(200, group_detail(site, _the_group(site, request)))

    @router.route("GET", "/DeliveryGroups/{nameOrId}/Machines", section="11.2", query=PAGING)
    def machines_of_group(request: Request) -> Reply:
        machines = site.machines_of(_the_group(site, request))
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
                else [machine for machine in site.machines_of(group) if machine.in_maintenance_mode]
            )
            site.power.cycle(
                (machine for machine in site.machines_of(group) if machine not in spared),
                order.get("RebootDurationMinutes") or 0,
                order.get("WarningDurationMinutes") or 0,
            )
            return Reply(204)

        return now_or_as_job(site, request, "StartDeliveryGroupRebootCycle", start)


def _the_group(site: Site, request: Request) -> DeliveryGroup:
    key = request.params["nameOrId"]
    return site.errors.required(site.delivery_group(key), "DeliveryGroup", key)
