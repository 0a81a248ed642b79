# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines (contract citrix 11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.citrix.routes import search
from lab.citrix.routes.catalogs import merged
from lab.citrix.routes.deferred import deferrable, now_or_as_job
from lab.citrix.schemas import UPDATE_MACHINE
from lab.citrix.state.entities import Machine
from lab.citrix.state.site import Site
from lab.citrix.views.listing import PAGING, fields_asked, page, project
from lab.citrix.views.machine import DEFAULT_FIELDS, DETAIL, MACHINE
from lab.router import Router
from lab.wire import Reply, Request


def add_routes(router: Router, site: Site) -> None:
    """Make the machine routes of a site known."""
    paged = {**PAGING, "fields": str}
    listed = {**paged, "sessionSupport": frozenset({"SingleSession", "MultiSession"}), "configured": bool}

    @router.route("GET", "/Machines", section="11.1", query=listed)
    @deferrable(site, "GetMachines")
    def list_machines(request: Request) -> Reply:
        return _list(site, request, list(MACHINE))

    @router.route("GET", "/MachinesV2", section="4.2, 11.1", query=listed)
    @deferrable(site, "GetMachines")
    def list_machines_v2(request: Request) -> Reply:
        return _list(site, request, DEFAULT_FIELDS)

    @router.route("POST", "/Machines/$search", section="4.3", query={**paged, "skip": int}, body=search.MACHINE_SEARCH)
    @deferrable(site, "DoMachineSearch")
    def search_machines(request: Request) -> Reply:
        names = fields_asked(site, request, "MachineResponseModel", MACHINE)
        machines = search.machines(site, request.body)[request.number("skip", 0) :]
        return Reply(
            200, page(site, request, machines, lambda machine: project(site, machine, MACHINE, names), total=True)
        )

    @router.route("GET", "/Machines/{nameOrId}", section="11.1", query={"fields": str})
    def one_machine(request: Request) -> Reply:
        machine = _the_machine(site, request)
        return Reply(
            200, project(site, machine, DETAIL, fields_asked(site, request, "MachineDetailResponseModel", DETAIL))
        )

    @router.route("HEAD", "/Machines/{nameOrId}", section="11.1")
    def name_taken(request: Request) -> Reply:
        return Reply(204 if site.machine(request.params["nameOrId"]) else 404)

    @router.route("PATCH", "/Machines/{nameOrId}", section="11.3", query={"async": bool}, body=UPDATE_MACHINE)
    def edit_machine(request: Request) -> Reply:
        machine = _the_machine(site, request)
        changes = _checked(site, machine, request.body)

        def edit() -> Reply:
            _edit(site, machine, changes)
            return Reply(204)

        return now_or_as_job(
            site,
            request,
            "UpdateMachineCatalogMachine",
            edit,
            parameters=[("Id", machine.id), ("Name", machine.name)],
            result_path=f"/Machines/{machine.id}",
        )

    power_query = {"detailResponseRequired": bool, "async": bool}

    def power_route(
        action: str, job_type: str, query: dict[str, Any], act: Callable[[Machine], None], possible_when: str
    ) -> None:
        @router.route("POST", f"/Machines/{{nameOrId}}/{action}", section="11.1", query=query)
        def change_power(request: Request) -> Reply:
            machine = _the_machine(site, request)
            if machine.power_state != possible_when:
                raise site.errors.failure(
                    409, f"The machine {machine.name} is {machine.power_state}.", "PowerActionInProgress"
                )

            def change() -> Reply:
                delay = request.number("delay", 0) or 0  # seconds (contract citrix addition G 11)
                if delay:
                    site.events.after(delay, lambda: act(machine))
                else:
                    act(machine)
                view = DETAIL if request.flag("detailResponseRequired", True) else MACHINE
                return Reply(200, project(site, machine, view, view))

            return now_or_as_job(
                site, request, job_type, change, parameters=[("Id", machine.id), ("Name", machine.name)]
            )

    power_route("$start", "StartMachines", power_query, site.power.start, "Off")
    power_route(
        "$shutdown", "ShutDownMachines", {**power_query, "force": bool, "delay": int}, site.power.shut_down, "On"
    )
    power_route("$reboot", "RebootMachines", {**power_query, "force": bool}, site.power.restart, "On")


def _list(site: Site, request: Request, default: list[str]) -> Reply:
    names = fields_asked(site, request, "MachineResponseModel", default)
    machines = site.machines_in_order()
    support = request.one("sessionSupport")
    if support:
        machines = [machine for machine in machines if machine.catalog.session_support == support]
    if not request.flag("configured", True):
        machines = []
    return Reply(200, page(site, request, machines, lambda machine: project(site, machine, MACHINE, names)))


def _the_machine(site: Site, request: Request) -> Machine:
    key = request.params["nameOrId"]
    return site.errors.required(site.machine(key), "Machine", key)


def _checked(site: Site, machine: Machine, body: dict[str, Any]) -> dict[str, Any]:
    """Return what is to change (null means leave) with the connection resolved, or refuse."""
    changes = {key: value for key, value in body.items() if value is not None}
    assignments = [key for key in ("AssignedUsers", "AssignedClientName", "AssignedIPAddress") if changes.get(key)]
    if len(assignments) > 1:
        raise site.errors.refusal(400, f"{' and '.join(assignments)} exclude each other.")
    if not {"HostedMachineId", "HypervisorConnection"} & changes.keys():
        return changes
    if machine.catalog.provisioning_type == "MCS" and site.behaviour["mcs_rehost"] == "refuse":
        raise site.errors.failure(
            400, f"The hosting of {machine.name} cannot be changed: MCS provisioned it.", "InvalidArgument"
        )
    if "HypervisorConnection" in changes:
        changes["HypervisorConnection"] = site.hypervisor(changes["HypervisorConnection"])
        if changes["HypervisorConnection"] is None:
            raise site.errors.not_found("HypervisorConnection", body["HypervisorConnection"])
    hypervisor = changes.get("HypervisorConnection", machine.hypervisor)
    vm_id = changes.get("HostedMachineId")
    if vm_id and hypervisor is None:
        raise site.errors.failure(400, f"{machine.name} has no hypervisor connection.", "MachineHypMcIdAlone")
    if (
        vm_id
        and hypervisor
        and site.behaviour["hosted_machine_id_checked"]
        and site.inventory.vm(hypervisor, vm_id) is None
    ):
        raise site.errors.failure(400, f"There is no VM {vm_id} on {hypervisor.name}.", "InvalidMachineId")
    if vm_id and site.behaviour["machine_id_in_use"] == "refuse":
        holder = next((other for other in site.machines_on(vm_id) if other is not machine), None)
        if holder is not None:
            raise site.errors.failure(409, f"{holder.name} has the VM {vm_id}.", "DuplicateObject")
    return changes


def _edit(site: Site, machine: Machine, changes: dict[str, Any]) -> None:
    if {"HostedMachineId", "HypervisorConnection"} & changes.keys():
        site.host(
            machine,
            changes.get("HostedMachineId", machine.hosted_machine_id),
            changes.get("HypervisorConnection", machine.hypervisor),
        )
        machine.hosting_updated = site.clock.now
        # Nobody knows until the connection is reset or the broker looks again (contract citrix 10.2, 20).
        machine.power_state = "Unknown"
        site.events.after(site.durations["hosting_sync"], lambda: site.power.follow_hypervisor(machine))
    if "InMaintenanceMode" in changes:
        machine.in_maintenance_mode, machine.maintenance_reason = changes["InMaintenanceMode"], "Administrator"
    machine.assigned_users = changes.get("AssignedUsers", machine.assigned_users)
    machine.assigned_client_name = changes.get("AssignedClientName", machine.assigned_client_name)
    machine.assigned_ip_address = changes.get("AssignedIPAddress", machine.assigned_ip_address)
    machine.published_name = changes.get("PublishedName", machine.published_name) or None
    machine.icon = changes.get("Icon", machine.icon)
    machine.metadata = merged(machine.metadata, changes.get("Metadata", []))
