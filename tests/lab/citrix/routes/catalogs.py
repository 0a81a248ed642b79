# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machine catalogs (contract citrix 8.1, 8.2, 8.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lab.citrix import vendor
from lab.citrix.routes import search
from lab.citrix.routes.deferred import deferrable, now_or_as_job
from lab.citrix.schemas import UPDATE_CATALOG
from lab.citrix.state import hosting
from lab.citrix.state.entities import Catalog, NameValue
from lab.citrix.state.site import Site
from lab.citrix.views.catalog import CATALOG, DEFAULT_FIELDS, DETAIL
from lab.citrix.views.listing import PAGING, fields_asked, page, project
from lab.citrix.views.machine import MACHINE
from lab.router import Router
from lab.wire import Reply, Request

# What a PATCH sets (contract citrix 8.7, addition G 7): settings of the catalog and of its provisioning scheme, by the
# keys that the answer shows them under.
CATALOG_SETTINGS = {
    key: key
    for key in (
        "Scopes",
        "Tenants",
        "PvsAddress",
        "PvsDomain",
        "VdaUpgradeType",
        "HypervisorVMTagging",
        "ShowRdsLicenseWarning",
    )
}
SCHEME_SETTINGS = {
    **{
        key: key
        for key in (
            "NetworkMapping",
            "SecurityGroups",
            "WriteBackCacheDiskSizeGB",
            "WriteBackCacheMemorySizeMB",
            "AzureADTenantId",
            "ServiceAccountUid",
        )
    },
    "ServiceOfferingPath": "ServiceOffering",
    "AzureADSecurityGroupName": "AzureAdSecurityGroupName",
}
OF_SCHEME = frozenset({*SCHEME_SETTINGS, "MachineProfilePath", "CpuCount", "MemoryMB", "CustomProperties"})


def add_routes(router: Router, site: Site) -> None:
    """Make the catalog routes of a site known."""
    paged = {**PAGING, "fields": str}

    @router.route("GET", "/MachineCatalogs", section="8.1", query={**paged, "adminFolder": str})
    @deferrable(site, "GetMachineCatalogs")
    def list_catalogs(request: Request) -> Reply:
        return _list(site, request, CATALOG)

    @router.route("GET", "/MachineCatalogsV2", section="4.2, 8.1", query={**paged, "adminFolder": str})
    @deferrable(site, "GetMachineCatalogs")
    def list_catalogs_v2(request: Request) -> Reply:
        return _list(site, request, DEFAULT_FIELDS)

    @router.route("POST", "/MachineCatalogs/$search", section="4.3", query=paged, body=search.CATALOG_SEARCH)
    @deferrable(site, "SearchMachineCatalogs")
    def search_catalogs(request: Request) -> Reply:
        names = fields_asked(site, request, "CatalogSearchResponseModel", CATALOG)
        catalogs = search.catalogs(site, request.body)

        def view(catalog: Catalog) -> dict[str, Any]:
            item = project(site, catalog, CATALOG, names)
            connection = DETAIL["HypervisorConnection"](site, catalog)
            return {
                **item,
                "MachinesArePhysical": False,
                "HypervisorConnection": connection,
                "HypervisorConnectionUid": connection["Uid"] if connection else 0,
            }

        return Reply(200, page(site, request, catalogs, view, total=True))

    @router.route(
        "POST",
        "/MachineCatalogs/$checkCatalogName",
        section="8.1, addition G 2",
        body=vendor.body_of("CatalogNameCheckRequestModel"),
    )
    def check_name(request: Request) -> Reply:
        return Reply(204 if site.catalogs_called(request.body.get("Name") or "") else 404)

    @router.route("GET", "/MachineCatalogs/{nameOrId}", section="8.1", query={"async": bool, "fields": str})
    @deferrable(site, "GetMachineCatalogDetails")
    def one_catalog(request: Request) -> Reply:
        catalog = the_catalog(site, request)
        return Reply(
            200,
            project(site, catalog, DETAIL, fields_asked(site, request, "MachineCatalogDetailResponseModel", DETAIL)),
        )

    @router.route("HEAD", "/MachineCatalogs/{nameOrId}", section="8.1")
    def name_taken(request: Request) -> Reply:
        return Reply(204 if site.catalogs_called(request.params["nameOrId"]) else 404)

    @router.route(
        "PATCH", "/MachineCatalogs/{nameOrId}", section="8.7, addition G 7", query={"async": bool}, body=UPDATE_CATALOG
    )
    def edit_catalog(request: Request) -> Reply:
        catalog = the_catalog(site, request)
        changes = _checked(site, catalog, request.body)

        def edit() -> Reply:
            _edit(site, catalog, changes)
            return Reply(200, project(site, catalog, DETAIL, DETAIL))

        return now_or_as_job(
            site,
            request,
            "UpdateMachineCatalog",
            edit,
            duration="catalog_update" if changes.get("MachineProfilePath") else "read_job",
            parameters=naming(catalog),
            concerns=[catalog.id],
        )

    @router.route("GET", "/MachineCatalogs/{nameOrId}/Machines", section="8.1", query=paged)
    @deferrable(site, "GetMachineCatalogMachines")
    def machines_of_catalog(request: Request) -> Reply:
        catalog = the_catalog(site, request)
        names = fields_asked(site, request, "MachineResponseModel", MACHINE)
        machines = sorted(catalog.machines.values(), key=lambda machine: machine.id)
        return Reply(200, page(site, request, machines, lambda machine: project(site, machine, MACHINE, names)))


def the_catalog(site: Site, request: Request) -> Catalog:
    """Return the catalog that the path names; a bare name that several folders have is refused."""
    key = request.params["nameOrId"]
    found = site.catalogs_called(key)
    if not found:
        raise site.errors.not_found("MachineCatalog", key)
    if len(found) > 1 and site.behaviour["ambiguous_name"] != "first":
        raise site.errors.refusal(site.behaviour["ambiguous_name"], f"More than one machine catalog is called {key}.")
    return found[0]


def naming(catalog: Catalog) -> list[NameValue]:
    """Return the job parameters Id and Name."""
    return [("Id", catalog.id), ("Name", catalog.name)]


def _list(site: Site, request: Request, default: Iterable[str]) -> Reply:
    names = fields_asked(site, request, "MachineCatalogResponseModel", default)
    catalogs = site.catalogs_in_order()
    folder = request.one("adminFolder")
    if folder is not None:
        catalogs = [
            catalog
            for catalog in catalogs
            if folder.casefold() in ("|".join(catalog.folder).casefold(), str(catalog.folder_uid))
        ]
    return Reply(200, page(site, request, catalogs, lambda catalog: project(site, catalog, CATALOG, names)))


def _checked(site: Site, catalog: Catalog, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to change (null means leave) with its references resolved, or refuse."""
    changes = {key: value for key, value in body.items() if value is not None}
    if "Zone" in changes:
        changes["Zone"] = site.zone(changes["Zone"])
        if changes["Zone"] is None:
            raise site.errors.not_found("Zone", body["Zone"])
    if "HypervisorConnection" in changes:
        changes["HypervisorConnection"] = site.hypervisor(changes["HypervisorConnection"])
        if changes["HypervisorConnection"] is None:
            raise site.errors.not_found("HypervisorConnection", body["HypervisorConnection"])
    if catalog.scheme is None and any(changes.get(key) for key in OF_SCHEME):
        raise site.errors.refusal(400, f"The catalog {catalog.name} has no provisioning scheme.")
    if changes.get("RemotePCEnrollmentScopes"):
        raise site.errors.refusal(400, f"The catalog {catalog.name} is not for Remote PC access.")
    if "MachineProfilePath" in changes and catalog.scheme:
        resource = hosting.find(
            catalog.scheme.unit, changes["MachineProfilePath"], site.inventory.templates(catalog.scheme.unit)
        )
        if resource is None:
            raise site.errors.refusal(400, f"The path {changes['MachineProfilePath']} was not found.")
        changes["MachineProfilePath"] = resource
    return changes


def _edit(site: Site, catalog: Catalog, changes: Mapping[str, Any]) -> None:
    catalog.name = changes.get("Name", catalog.name)
    catalog.description = changes.get("Description", catalog.description)
    catalog.zone = changes.get("Zone", catalog.zone)
    catalog.hypervisor = changes.get("HypervisorConnection", catalog.hypervisor)
    catalog.minimum_functional_level = changes.get("MinimumFunctionalLevel", catalog.minimum_functional_level)
    catalog.metadata = merged(catalog.metadata, changes.get("Metadata", []))
    catalog.settings |= {CATALOG_SETTINGS[key]: value for key, value in changes.items() if key in CATALOG_SETTINGS}
    if "AdminFolder" in changes:
        catalog.folder = tuple(part for part in changes["AdminFolder"].replace("\\", "|").split("|") if part)
        catalog.folder_uid = site.folder_uid(catalog.folder)
    if catalog.scheme is not None:
        catalog.scheme.machine_profile = changes.get("MachineProfilePath", catalog.scheme.machine_profile)
        catalog.scheme.cpu_count = changes.get("CpuCount", catalog.scheme.cpu_count)
        catalog.scheme.memory_mb = changes.get("MemoryMB", catalog.scheme.memory_mb)
        catalog.scheme.settings |= {
            SCHEME_SETTINGS[key]: value for key, value in changes.items() if key in SCHEME_SETTINGS
        }
        if "CustomProperties" in changes:
            catalog.scheme.custom_properties = [(pair["Name"], pair["Value"]) for pair in changes["CustomProperties"]]


def merged(present: list[NameValue], changes: list[dict[str, Any]]) -> list[NameValue]:
    """Return metadata with changes; a null or empty value deletes its key (contract citrix 8.4)."""
    values = dict(present)
    for pair in changes:
        if pair.get("Value"):
            values[pair["Name"]] = pair["Value"]
        else:
            values.pop(pair["Name"], None)
    return list(values.items())
