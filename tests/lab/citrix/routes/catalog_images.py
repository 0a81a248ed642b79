# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image of a catalog: history, update, rollback, reboots (contract citrix 8.4 to 8.6)."""

from __future__ import annotations

from typing import Any

from lab.citrix.routes.catalogs import merged, the_catalog
from lab.citrix.routes.deferred import accepted, location, now_or_as_job
from lab.citrix.routes.image_definitions import refuse_without_feature
from lab.citrix.schemas import REBOOT_OPTIONS, UPDATE_PROVISIONING_SCHEME
from lab.citrix.state import image_update
from lab.citrix.state.entities import Catalog, Scheme
from lab.citrix.state.jobs import WORKED, Job
from lab.citrix.state.site import Site
from lab.citrix.views.catalog import image_history
from lab.citrix.views.job import job_view
from lab.citrix.views.listing import whole
from lab.citrix.views.refs import vm_image
from lab.router import Router
from lab.wire import Reply, Request
from lab.work import Step

# Deprecated keys (contract citrix 8.4): what would be dropped is refused.
NOT_SIMULATED = (
    "ServiceOfferingPath",
    "NumTotalMachines",
    "AddAvailableMachineAccounts",
    "RemoveAvailableMachineAccounts",
)


def add_routes(router: Router, site: Site) -> None:
    """Make the image routes of a site known."""

    @router.route("GET", "/MachineCatalogs/{nameOrId}/MasterImageHistory", section="8.6")
    def history(request: Request) -> Reply:
        return Reply(200, whole(image_history(site, _provisioned(site, request)[1])))

    @router.route("GET", "/MachineCatalogs/{nameOrId}/LastMasterImage", section="8.1", query={"async": bool})
    def last_image(request: Request) -> Reply:
        scheme = _provisioned(site, request)[1]
        return now_or_as_job(
            site,
            request,
            "GetMachineCatalogLastMasterImage",
            lambda: Reply(200, vm_image(site, scheme.image, "Current")),
        )

    @router.route(
        "POST",
        "/MachineCatalogs/{nameOrId}/$UpdateProvisioningScheme",
        section="8.4",
        query={"async": bool},
        body=UPDATE_PROVISIONING_SCHEME,
    )
    def update(request: Request) -> Reply:
        catalog, scheme = _provisioned(site, request)
        order = request.body
        _check_reboot(site, order.get("RebootOptions") or {})
        if order.get("Metadata"):
            return _job_reply(site, request, _set_metadata(site, catalog, scheme, request))
        for key in NOT_SIMULATED:
            if order.get(key):
                raise site.errors.refusal(
                    501, f"{key} is not simulated.", violation=f"not simulated: {key} of $UpdateProvisioningScheme"
                )
        if order.get("MasterImageNote") and not order.get("MasterImagePath"):
            raise site.errors.violation(501, "not simulated: MasterImageNote without an image")
        if (order.get("MachineAccountCreationRules") or {}).get("Domain"):
            raise site.errors.refusal(
                501,
                "Another domain is not simulated.",
                violation="not simulated: Domain of MachineAccountCreationRules",
            )
        if order.get("AssignImageVersionToProvisioningScheme"):
            _check_assignment(site, catalog, scheme, order)
        elif order.get("MasterImagePath") and scheme.image_version and not site.behaviour["image_kind_changes"]:
            raise site.errors.refusal(400, f"The catalog {catalog.name} is on a prepared image.")
        _refuse_when_busy(site, catalog)
        return _job_reply(
            site,
            request,
            _leading_to(site, request, catalog, image_update.update(site, catalog, order, site.principal)),
        )

    @router.route(
        "POST",
        "/MachineCatalogs/{nameOrId}/$RollbackProvisioningScheme",
        section="8.6",
        query={"async": bool},
        body=REBOOT_OPTIONS,
    )
    def rollback(request: Request) -> Reply:
        catalog, scheme = _provisioned(site, request)
        _check_reboot(site, request.body)
        if not scheme.history:
            raise site.errors.refusal(409, f"The catalog {catalog.name} has no previous image to go back to.")
        _refuse_when_busy(site, catalog)
        return _job_reply(
            site,
            request,
            _leading_to(site, request, catalog, image_update.rollback(site, catalog, request.body, site.principal)),
        )

    @router.route("POST", "/MachineCatalogs/{nameOrId}/$RebootMachines", section="8.5", body=REBOOT_OPTIONS)
    def reboot(request: Request) -> Reply:
        catalog = the_catalog(site, request)
        _check_reboot(site, request.body)
        number = image_update.reboot_number
        site.power.cycle(
            catalog.machines.values(),
            number(request.body, "RebootDuration", -1),
            number(request.body, "WarningDuration", 0),
        )
        return Reply(204)


def _provisioned(site: Site, request: Request) -> tuple[Catalog, Scheme]:
    """Return the catalog of the path with its provisioning scheme; only MCS has one (contract citrix 8.4)."""
    catalog = the_catalog(site, request)
    if catalog.scheme is None:
        raise site.errors.refusal(400, f"The catalog {catalog.name} is not provisioned by MCS.")
    return catalog, catalog.scheme


def _check_assignment(site: Site, catalog: Catalog, scheme: Scheme, order: dict[str, Any]) -> None:
    """Refuse a version that a catalog cannot be on (contract citrix 8.4, 13.7, addition A, D)."""
    refuse_without_feature(site)
    if order.get("MasterImagePath"):
        raise site.errors.violation(400, "MasterImagePath and AssignImageVersionToProvisioningScheme are alternatives")
    version = image_update.assigned_version(site, order)
    if version is None:
        raise site.errors.not_found("ImageVersion", str(order["AssignImageVersionToProvisioningScheme"]))
    there = {share.unit for share in version.shares if share.status == "Success"}
    hindrances = {
        f"{catalog.name} is on a master image.": not scheme.image_version and not site.behaviour["image_kind_changes"],
        f"Version {version.number} is not prepared.": version.status != "Success",
        f"Version {version.number} is not in {scheme.unit.name}.": scheme.unit not in there,
        "The session support differs.": version.definition.session_support != catalog.session_support,
        "Either both have a machine profile or none.": bool(version.machine_profile) != bool(scheme.machine_profile),
        "Only catalogs that clean on boot can be on it.": not scheme.clean_on_boot
        and scheme.unit.hypervisor.connection_type == "AmazonWorkSpacesCore",
    }
    for hindrance, is_there in hindrances.items():
        if is_there:
            raise site.errors.refusal(400, hindrance)


def _check_reboot(site: Site, options: dict[str, Any]) -> None:
    """Refuse what the provider knows to be refused (contract citrix 8.5)."""
    duration = image_update.reboot_number(options, "RebootDuration", -1)
    warning = image_update.reboot_number(options, "WarningDuration", 0)
    if duration < -1 or warning < -1 or (warning == -1 and duration != -1) or (duration == -1 and warning > 0):
        raise site.errors.refusal(
            400, f"RebootDuration {duration} and WarningDuration {warning} do not go together.", "outOfRange"
        )


def _refuse_when_busy(site: Site, catalog: Catalog) -> None:
    """One provisioning task per catalog: 409, unless the site lets the job fail instead (contract citrix 8.4, U4)."""
    status = site.behaviour["busy_catalog"]
    if catalog.task is not None and status != "job_failed":
        raise site.errors.failure(status, f"Another provisioning task of {catalog.name} is running.", "TaskActive")


def _set_metadata(site: Site, catalog: Catalog, scheme: Scheme, request: Request) -> Job:
    """Metadata makes the site ignore everything else in the body, and forbids an image (contract citrix 8.4, trap
    23)."""
    if request.body.get("MasterImagePath") or request.body.get("AssignImageVersionToProvisioningScheme"):
        raise site.errors.refusal(400, "Metadata cannot be set together with an image.")

    def set_metadata() -> None:
        scheme.metadata = merged(scheme.metadata, request.body["Metadata"])

    parameters = [("Id", catalog.id), ("Name", catalog.name)]
    steps = [Step("Metadata", site.durations["read_job"], set_metadata)]
    return site.jobs.submit("UpdateMachineCatalogProvisioningScheme", site.principal, steps, parameters=parameters)


def _leading_to(site: Site, request: Request, catalog: Catalog, job: Job) -> Job:
    """The results of an image update or rollback that worked are the catalog (contract citrix addition G 5)."""
    there = Reply(303, None, {"Location": location(site, request, f"/MachineCatalogs/{catalog.id}")})

    def ended(done: Job) -> None:
        if done.status in WORKED:
            done.result = there

    job.when_done.append(ended)
    return job


def _job_reply(site: Site, request: Request, job: Job) -> Reply:
    """Always a job: 200 with it, with async=true 202 and its Location; the site may be switched to the other forms that
    were seen (contract citrix 5.1)."""
    form = site.behaviour["update_reply"]
    if form == "202_body":
        return Reply(202, job_view(site, job))
    if form == "202_location" or request.flag("async"):
        return accepted(site, request, job)
    return Reply(200, job_view(site, job))
