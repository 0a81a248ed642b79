# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones and what is in them (contract citrix 12)."""

from __future__ import annotations

from typing import Any

from lab.citrix.routes.deferred import now_or_as_job
from lab.citrix.schemas import ZONED_ITEMS
from lab.citrix.state.entities import Catalog, Hypervisor, Zone
from lab.citrix.state.site import Site
from lab.citrix.views.listing import page
from lab.citrix.views.site import zone_view
from lab.router import Router
from lab.wire import Reply, Request


def add_routes(router: Router, site: Site) -> None:
    """Make the zone routes of a site known."""

    @router.route("GET", "/Zones", section="12", query={"limit": int, "continuationToken": str})
    def list_zones(request: Request) -> Reply:
        return Reply(200, page(site, request, list(site.zones.values()), zone_view))

    @router.route("GET", "/Zones/{nameOrId}", section="12")
    def one_zone(request: Request) -> Reply:
        return Reply(200, {**zone_view(_the_zone(site, request)), "Controllers": []})

    def moving_route(action: str, job_type: str) -> None:
        @router.route("POST", f"/Zones/{{nameOrId}}/{action}", section="12", query={"async": bool}, body=ZONED_ITEMS)
        def move(request: Request) -> Reply:
            zone = _the_zone(site, request)
            items = [_item(site, item) for item in request.body.get("Items") or []]

            def put() -> Reply:
                for item in items:
                    item.zone = zone
                return Reply(204)

            return now_or_as_job(
                site,
                request,
                job_type,
                put,
                parameters=[("Id", zone.id), ("Name", zone.name)],
                result_path=f"/Zones/{zone.id}",
            )

    moving_route("$moveItems", "MoveItemsIntoZone")
    moving_route("$addItems", "AddItemsIntoZone")


def _the_zone(site: Site, request: Request) -> Zone:
    key = request.params["nameOrId"]
    return site.errors.required(site.zone(key), "Zone", key)


def _item(site: Site, item: dict[str, Any]) -> Catalog | Hypervisor:
    found: Catalog | Hypervisor | None = None
    if item["ItemType"] == "MachineCatalog":
        found = site.catalogs.get(item["Id"].lower())
    elif item["ItemType"] == "HypervisorConnection":
        found = site.hypervisors.get(item["Id"].lower())
    if found is None:
        raise site.errors.not_found(item["ItemType"], item["Name"])
    return found
