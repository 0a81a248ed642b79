# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hypervisor connections and their resource pools (contract citrix 10.1 to 10.3)."""

from __future__ import annotations

from lab.citrix.routes.catalogs import merged
from lab.citrix.routes.deferred import deferrable, now_or_as_job
from lab.citrix.schemas import EDIT_HYPERVISOR
from lab.citrix.state.entities import HostingUnit, Hypervisor
from lab.citrix.state.site import Site
from lab.citrix.views.catalog import CATALOG
from lab.citrix.views.hosting import SETTINGS, hypervisor_detail, hypervisor_view, plugin_view, pool_detail, with_pools
from lab.citrix.views.job import job_view
from lab.citrix.views.listing import PAGING, page, project, whole
from lab.router import Router
from lab.wire import Reply, Request

PROVISIONING_JOBS = frozenset({"UpdateMachineCatalogProvisioningScheme", "RollbackMachineCatalogProvisioningScheme"})
# What a PATCH sets (contract citrix 10.1, addition G 7): attributes of a connection, and settings with what the detail
# shows of one that nobody has changed.
ATTRIBUTES = {
    "Name": "name",
    "InMaintenanceMode": "in_maintenance_mode",
    "Addresses": "addresses",
    "UserName": "user_name",
}
NOT_SHOWN = frozenset({"ConnectionType", "Password", "PasswordFormat"})
EDITABLE = frozenset({*ATTRIBUTES, *SETTINGS, *NOT_SHOWN, "Metadata", "Scopes", "Tenants"})

PLUGINS = (
    ("Custom", "Nutanix AHV", "AcropolisFactory"),
    ("Custom", "Nutanix AHV PC", "AcropolisPCFactory"),
    ("Custom", "Nutanix Prism Central", "AcropolisHypervisorPCFactory"),
    ("XenServer", "XenServer", "XenFactory"),
    ("VCenter", "VMware vSphere", "VmwareFactory"),
)


def add_routes(router: Router, site: Site) -> None:
    """Make the hypervisor and resource pool routes of a site known."""
    cached = {"async": bool, "noCache": bool}

    @router.route("GET", "/hypervisors", section="10.1", query=cached)
    @deferrable(site, "GetHypervisors")
    def list_hypervisors(request: Request) -> Reply:
        return Reply(200, whole(hypervisor_view(site, each) for each in site.hypervisors.values()))

    @router.route(
        "GET",
        "/hypervisors/supportedPlugins",
        section="10.1",
        query={**cached, "zoneNameOrId": str, "includeUnavailable": bool},
    )
    @deferrable(site, "GetHypervisors")
    def supported_plugins(request: Request) -> Reply:
        return Reply(200, whole(plugin_view(*plugin) for plugin in PLUGINS))

    @router.route("GET", "/hypervisors/{nameOrId}", section="10.1", query=cached)
    @deferrable(site, "GetHypervisor")
    def one_hypervisor(request: Request) -> Reply:
        return Reply(200, hypervisor_detail(site, the_hypervisor(site, request)))

    @router.route("HEAD", "/hypervisors/{nameOrId}", section="10.1")
    def name_taken(request: Request) -> Reply:
        return Reply(204 if site.hypervisor(request.params["nameOrId"]) else 404)

    @router.route(
        "PATCH", "/hypervisors/{nameOrId}", section="10.1, addition G 7", query={"async": bool}, body=EDIT_HYPERVISOR
    )
    def edit_hypervisor(request: Request) -> Reply:
        hypervisor = the_hypervisor(site, request)
        body = request.body
        if body["ConnectionType"] != hypervisor.connection_type:
            raise site.errors.refusal(400, f"{hypervisor.name} is not of type {body['ConnectionType']}.")

        changes = {key: value for key, value in body.items() if value is not None}
        strange = sorted(changes.keys() - EDITABLE)
        if strange:
            raise site.errors.refusal(400, f"{hypervisor.name} is a connection to AHV and has no {', '.join(strange)}.")

        def edit() -> Reply:
            for key, value in changes.items():
                if key in ATTRIBUTES:
                    setattr(hypervisor, ATTRIBUTES[key], value)
                elif key == "Metadata":
                    hypervisor.metadata = merged(hypervisor.metadata, value)
                elif key not in NOT_SHOWN:
                    hypervisor.settings[key] = value
            return Reply(204)

        return now_or_as_job(
            site,
            request,
            "UpdateHypervisor",
            edit,
            concerns=[hypervisor.id],
            result_path=f"/hypervisors/{hypervisor.id}",
        )

    @router.route("POST", "/hypervisors/{nameOrId}/$resetConnection", section="10.1, 10.2", query={"async": bool})
    def reset_connection(request: Request) -> Reply:
        hypervisor = the_hypervisor(site, request)

        def reset() -> Reply:
            hypervisor.resets += 1
            site.events.after(site.durations["reset_connection"], lambda: _follow(site, hypervisor))
            return Reply(204)

        return now_or_as_job(
            site,
            request,
            "ResetBrokerHypervisorConnection",
            reset,
            parameters=[("Id", hypervisor.id), ("Name", hypervisor.name)],
            concerns=[hypervisor.id],
        )

    @router.route("GET", "/hypervisors/{nameOrId}/jobs", section="5.2")
    def jobs_of_hypervisor(request: Request) -> Reply:
        return _jobs(site, the_hypervisor(site, request).id)

    @router.route("GET", "/hypervisors/{nameOrId}/machineCatalogs", section="10.1", query=PAGING)
    def catalogs_of_hypervisor(request: Request) -> Reply:
        hypervisor = the_hypervisor(site, request)
        return now_or_as_job(site, request, "GetHypervisor", lambda: _catalogs(site, request, hypervisor, None))

    @router.route("GET", "/hypervisors/{nameOrId}/resourcePools", section="10.1", query=cached)
    def list_pools(request: Request) -> Reply:
        hypervisor = the_hypervisor(site, request)
        return now_or_as_job(
            site,
            request,
            "GetHypervisorResourcePools",
            lambda: Reply(200, whole(pool_detail(site, unit) for unit in site.units_of(hypervisor))),
        )

    @router.route("GET", "/hypervisors/{nameOrId}/resourcePools/{poolId}", section="10.1", query=cached)
    @deferrable(site, "GetHypervisorResourcePool")
    def one_pool(request: Request) -> Reply:
        return Reply(200, pool_detail(site, the_unit(site, request)))

    @router.route("HEAD", "/hypervisors/{nameOrId}/resourcePools/{poolId}", section="10.1")
    def pool_name_taken(request: Request) -> Reply:
        hypervisor = the_hypervisor(site, request)
        unit = site.hosting_unit(request.params["poolId"])
        if unit is not None and unit.hypervisor is not hypervisor:
            return Reply(
                303, None, {"Location": f"https://{request.header('host')}/cvad/manage/{unit.full_relative_path}"}
            )
        return Reply(204 if unit else 404)

    @router.route("GET", "/hypervisors/{nameOrId}/resourcePools/{poolId}/jobs", section="5.2")
    def jobs_of_pool(request: Request) -> Reply:
        return _jobs(site, the_unit(site, request).id)

    @router.route("GET", "/hypervisors/{nameOrId}/resourcePools/{poolId}/machineCatalogs", section="10.1", query=PAGING)
    def catalogs_of_pool(request: Request) -> Reply:
        unit = the_unit(site, request)
        return now_or_as_job(
            site, request, "GetHypervisorResourcePool", lambda: _catalogs(site, request, unit.hypervisor, unit)
        )

    @router.route("GET", "/hypervisorsAndResourcePools", section="10.1", query=cached)
    @deferrable(site, "GetHypervisors")
    def everything(request: Request) -> Reply:
        return Reply(
            200, whole({**hypervisor_view(site, each), **with_pools(site, each)} for each in site.hypervisors.values())
        )


def the_hypervisor(site: Site, request: Request) -> Hypervisor:
    """Return the connection that the path names."""
    key = request.params["nameOrId"]
    return site.errors.required(site.hypervisor(key), "HypervisorConnection", key)


def the_unit(site: Site, request: Request) -> HostingUnit:
    """Return the resource pool that the path names."""
    hypervisor = the_hypervisor(site, request)
    key = request.params["poolId"]
    unit = site.hosting_unit(key)
    if unit is None or unit.hypervisor is not hypervisor:
        raise site.errors.not_found("ResourcePool", key)
    return unit


def _jobs(site: Site, concerned: str) -> Reply:
    """Only provisioning jobs that run (contract citrix addition G 9)."""
    active = (
        job
        for job in site.jobs.visible(site.principal)
        if concerned in job.concerns and not job.done and job.type in PROVISIONING_JOBS
    )
    return Reply(200, whole(job_view(site, job) for job in active))


def _catalogs(site: Site, request: Request, hypervisor: Hypervisor, unit: HostingUnit | None) -> Reply:
    catalogs = [
        catalog
        for catalog in site.catalogs_in_order()
        if catalog.hypervisor is hypervisor
        and (unit is None or (catalog.scheme is not None and catalog.scheme.unit is unit))
    ]
    return Reply(
        200,
        page(
            site,
            request,
            catalogs,
            lambda catalog: {
                **project(site, catalog, CATALOG, CATALOG),
                "NumProvisionedMachines": len(catalog.machines) if catalog.scheme else 0,
            },
        ),
    )


def _follow(site: Site, hypervisor: Hypervisor) -> None:
    """After a reset the broker knows the power states of all machines that are VMs (contract citrix 10.2, 20)."""
    for machine in site.machines.values():
        if machine.hypervisor is hypervisor and machine.catalog.provisioning_type != "MCS":
            site.power.follow_hypervisor(machine)
