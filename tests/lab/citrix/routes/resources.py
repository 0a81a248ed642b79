# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Browsing what a hosting unit shows of its hypervisor (contract citrix 10.3, 10.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lab.citrix.routes.deferred import now_or_as_job
from lab.citrix.routes.hypervisors import the_hypervisor, the_unit
from lab.citrix.schemas import RESOURCE_SEARCH
from lab.citrix.state import hosting
from lab.citrix.state.entities import ConnectionTree, HostingUnit, Resource, Tree
from lab.citrix.state.site import Site
from lab.citrix.views.hosting import root_view
from lab.citrix.views.listing import page
from lab.citrix.views.refs import TYPE_NAMES, resource_ref, resource_view
from lab.router import Router
from lab.schema import required
from lab.wire import Reply, Request

BROWSE = {
    "path": str,
    "children": int,
    "type": str,
    "showTagged": bool,
    "detail": bool,
    "async": bool,
    "noCache": bool,
    "force": bool,
    "recurse": bool,
}
SEARCH_PAGING = {"limit": int, "continuationToken": str, "detail": bool, "async": bool}
POOL = "/hypervisors/{nameOrId}/resourcePools/{poolId}/resources"


def add_routes(router: Router, site: Site) -> None:
    """Make the browsing routes of a site known."""

    @router.route("GET", POOL, section="10.3", query=BROWSE)
    def browse_pool(request: Request) -> Reply:
        unit = the_unit(site, request)
        return now_or_as_job(
            site,
            request,
            "GetHypervisorResourcePoolResources",
            lambda: _browse(site, request, unit),
            duration="browse",
            concerns=[unit.id],
        )

    @router.route("GET", "/hypervisors/{nameOrId}/allResources", section="10.1, addition G 6", query=BROWSE)
    def browse_connection(request: Request) -> Reply:
        hypervisor = the_hypervisor(site, request)
        tree = ConnectionTree(hypervisor)
        return now_or_as_job(
            site,
            request,
            "GetHypervisorAllResources",
            lambda: _browse(site, request, tree),
            duration="browse",
            concerns=[hypervisor.id],
        )

    @router.route("POST", POOL + "/$search", section="10.4", query=SEARCH_PAGING, body=RESOURCE_SEARCH)
    def search_pool(request: Request) -> Reply:
        unit = the_unit(site, request)
        return now_or_as_job(
            site,
            request,
            "SearchHypervisorResourcePoolResources",
            lambda: _search(site, request, unit),
            duration="browse",
            concerns=[unit.id],
        )

    @router.route("POST", POOL + "/$validate", section="10.1", query={"async": bool}, body={"Path": required(str)})
    def validate(request: Request) -> Reply:
        unit = the_unit(site, request)

        def found() -> Reply:
            resource = hosting.find(unit, request.body["Path"], _listed(site, unit, past_cache=True))
            if resource is None:
                raise site.errors.not_found("Resource", request.body["Path"])
            return Reply(
                200,
                {
                    "ResourceRef": resource_ref(resource),
                    "Reports": [{"Category": "MachineProfile", "Result": "Passed", "Violations": []}],
                },
            )

        return now_or_as_job(site, request, "ValidateHypervisorResourcePoolResource", found, concerns=[unit.id])


def _listed(site: Site, tree: Tree, past_cache: bool = False) -> list[Resource]:
    try:
        return site.inventory.listed(tree, past_cache)
    except ConnectionError as error:
        raise site.errors.failure(
            500, f"The hypervisor {error} cannot be contacted.", "HypervisorNotContactable"
        ) from None


def _browse(site: Site, request: Request, tree: Tree) -> Reply:
    resources = _listed(site, tree, past_cache=request.flag("noCache"))
    path = request.one("path") or ""
    depth = -1 if request.flag("recurse") else request.number("children", 0) or 0
    if hosting.below(tree, path) == "":
        return Reply(200, {**root_view(tree), "Children": _children(request, resources, "", depth)})
    found = hosting.find(tree, path, resources)
    if found is None:
        raise site.errors.not_found("Resource", path)
    return Reply(
        200,
        {
            **resource_view(found, request.flag("detail")),
            "Children": _children(request, resources, found.relative_path, depth),
        },
    )


def _children(request: Request, resources: list[Resource], folder: str, depth: int) -> list[dict[str, Any]] | None:
    """Return what is in a folder, so many levels deep; -1 is everything, 0 is none (contract citrix 10.3)."""
    if depth == 0:
        return None
    inside = [resource for resource in resources if resource.folder == folder]
    return [
        {
            **resource_view(child),
            "Children": _children(request, resources, child.relative_path, depth - 1) if child.is_container else None,
        }
        for child in _typed(request, inside)
    ]


def _search(site: Site, request: Request, unit: HostingUnit) -> Reply:
    body = request.body
    types = {*(body.get("ResourceTypes") or []), *([body["ResourceType"]] if body.get("ResourceType") else [])}
    part = (body.get("NameContains") or "").casefold()
    found = [
        resource
        for resource in _listed(site, unit)
        if (not types or TYPE_NAMES[resource.kind] in types)
        and part in resource.name.casefold()
        and body.get("Id") in (None, "", resource.id)
    ]
    # The default limit of 1 is no misprint (contract citrix trap 24).
    return Reply(
        200,
        page(site, request, found, lambda resource: resource_view(resource, request.flag("detail")), default_limit=1),
    )


def _typed(request: Request, resources: Iterable[Resource]) -> list[Resource]:
    types = {value.casefold() for value in request.query.get("type", [])}
    return [resource for resource in resources if not types or TYPE_NAMES[resource.kind].casefold() in types]
