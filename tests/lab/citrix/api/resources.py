# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Browsing what a hosting unit shows of its hypervisor (contract 10.3, 10.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lab.citrix import hosting
from lab.citrix.api.deferred import now_or_as_job
from lab.citrix.api.hypervisors import the_hypervisor, the_unit
from lab.citrix.api.listing import page
from lab.citrix.api.refs import TYPE_NAMES, pool_ref, resource_ref
from lab.citrix.api.schemas import FLAG, PAIRS, TEXT
from lab.citrix.entities import HostingUnit, Resource
from lab.citrix.world import Site
from lab.wire import Reply, Request, Router, nullable, required

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
SEARCHABLE = frozenset(
    [
        "Template",
        "Vm",
        "LaunchTemplateVersion",
        "Folder",
        "Snapshot",
        "ManagedDisk",
        "Gallery",
        "ImageDefinition",
        "TemplateSpec",
        "Tag",
        "ResourceGroup",
        "SecurityGroup",
        "AvailabilityZone",
        "Network",
    ]
)
SEARCH = {
    "Path": TEXT,
    "ResourceType": nullable(SEARCHABLE),
    "ResourceTypes": nullable([SEARCHABLE]),
    "NameContains": TEXT,
    "Id": TEXT,
    "Tags": PAIRS,
    "AdditionalData": PAIRS,
    "ForwardDirection": FLAG,
    "Template": TEXT,
}
SEARCH_PAGING = {"limit": int, "continuationToken": str, "detail": bool, "async": bool}
POOL = "/hypervisors/{nameOrId}/resourcePools/{poolId}/resources"


def add_routes(router: Router, site: Site) -> None:
    """Make the browsing routes of a site known."""

    @router.route("GET", POOL, section="10.3", query=BROWSE)
    def browse_pool(request: Request) -> Reply:
        unit = the_unit(site, request)
        return now_or_as_job(site, request, "GetHypervisorResourcePoolResources", lambda: _browse(site, request, unit), duration="browse", concerns=[unit.id])

    @router.route("GET", "/hypervisors/{nameOrId}/allResources", section="10.1", query=BROWSE)
    def browse_connection(request: Request) -> Reply:
        hypervisor = the_hypervisor(site, request)
        units = site.units_of(hypervisor)
        if not units:
            raise site.errors.not_found("ResourcePool", hypervisor.name)
        return now_or_as_job(site, request, "GetHypervisorAllResources", lambda: _browse(site, request, units[0]), duration="browse", concerns=[hypervisor.id])

    @router.route("POST", POOL + "/$search", section="10.4", query=SEARCH_PAGING, body=SEARCH)
    def search_pool(request: Request) -> Reply:
        unit = the_unit(site, request)
        return now_or_as_job(
            site, request, "SearchHypervisorResourcePoolResources", lambda: _search(site, request, unit), duration="browse", concerns=[unit.id]
        )

    @router.route("POST", POOL + "/$validate", section="10.1", query={"async": bool}, body={"Path": required(str)})
    def validate(request: Request) -> Reply:
        unit = the_unit(site, request)

        def found() -> Reply:
            resource = hosting.find(unit, request.body["Path"], _listed(site, unit, past_cache=True))
            if resource is None:
                raise site.errors.not_found("Resource", request.body["Path"])
            return Reply(200, {"ResourceRef": resource_ref(resource), "Reports": [{"Category": "MachineProfile", "Result": "Passed", "Violations": []}]})

        return now_or_as_job(site, request, "ValidateHypervisorResourcePoolResource", found, concerns=[unit.id])


def _listed(site: Site, unit: HostingUnit, past_cache: bool = False) -> list[Resource]:
    try:
        return site.inventory.listed(unit, past_cache)
    except ConnectionError as error:
        raise site.errors.refusal(500, f"The hypervisor {error} cannot be contacted.", parameters=[("errorCode", "HypervisorNotContactable")]) from None


def _browse(site: Site, request: Request, unit: HostingUnit) -> Reply:
    resources = _listed(site, unit, past_cache=request.flag("noCache"))
    path = request.one("path") or ""
    children = request.number("children", 0) or 0
    if hosting.below(unit, path) == "":
        return Reply(200, _root(unit, _typed(request, resources) if children or request.flag("recurse") else None))
    found = hosting.find(unit, path, resources)
    if found is None:
        raise site.errors.not_found("Resource", path)
    return Reply(200, {**_resource(found, request.flag("detail")), "Children": [] if children else None})


def _search(site: Site, request: Request, unit: HostingUnit) -> Reply:
    body = request.body
    types = {*(body.get("ResourceTypes") or []), *([body["ResourceType"]] if body.get("ResourceType") else [])}
    part = (body.get("NameContains") or "").casefold()
    found = [
        resource
        for resource in _listed(site, unit)
        if (not types or TYPE_NAMES[resource.kind] in types) and part in resource.name.casefold() and body.get("Id") in (None, "", resource.id)
    ]
    # The default limit of 1 is no misprint (trap 24).
    return Reply(200, page(site, request, found, lambda resource: _resource(resource, request.flag("detail")), default_limit=1))


def _typed(request: Request, resources: Iterable[Resource]) -> list[Resource]:
    types = {value.casefold() for value in request.query.get("type", [])}
    return [resource for resource in resources if not types or TYPE_NAMES[resource.kind].casefold() in types]


def _root(unit: HostingUnit, children: list[Resource] | None) -> dict[str, Any]:
    return {
        "Id": unit.id,
        "Name": unit.name,
        "FullName": f"{unit.name}.hostingunit",
        "XDPath": unit.xd_path,
        "RelativePath": "",
        "FullRelativePath": f"{unit.full_relative_path}/Resources",
        "AllResourcesRelativePath": "",
        "ResourceType": "HostingUnit",
        "ObjectTypeName": "hostingunit",
        "ResourcePoolXDPath": unit.xd_path,
        "ResourcePool": pool_ref(unit),
        "IsContainer": True,
        "IsMachine": False,
        "IsSnapshotable": False,
        "IsSymLink": False,
        "Children": None if children is None else [_resource(child) for child in children],
        "AdditionalData": [],
    }


def _resource(resource: Resource, detail: bool = False) -> dict[str, Any]:
    answer = {
        **(resource_ref(resource) or {}),
        "FullName": resource.relative_path,
        "AllResourcesRelativePath": resource.relative_path,
        "ResourcePool": pool_ref(resource.unit),
        "IsContainer": False,
        "IsMachine": False,
        "IsSnapshotable": False,
        "IsSymLink": False,
        "Children": None,
        "AdditionalData": [],
    }
    if detail and resource.kind == "template":
        answer |= {"CpuCount": 2, "MemoryMB": 8192, "HardDiskSizeGB": 64, "NetworkMappings": [], "AttachedDisks": []}
    return answer
