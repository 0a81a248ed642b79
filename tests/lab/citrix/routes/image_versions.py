# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of image definitions (contract citrix 13.4 to 13.8)."""

from __future__ import annotations

from lab.citrix.routes.deferred import accepted, location, now_or_as_job
from lab.citrix.routes.image_definitions import PAGED, SHARING, refuse_without_feature, the_definition
from lab.citrix.schemas import CREATE_IMAGE_VERSION, UPDATE_IMAGE_VERSION, UPDATE_IMAGE_VERSION_POOLS
from lab.citrix.state import image_preparation
from lab.citrix.state.entities import ImageDefinition, ImageVersion
from lab.citrix.state.jobs import WORKED, Job
from lab.citrix.state.site import Site
from lab.citrix.views.image_definition import version_view
from lab.citrix.views.listing import page, whole
from lab.router import Router
from lab.wire import Reply, Request

VERSIONS = "/ImageDefinitions/{nameOrId}/ImageVersions"
# Below its definition by number or id, and by its id alone (contract citrix 13.2)
DOORS = (VERSIONS + "/{numberOrId}", "/ImageVersions/{id}")
AS_JOB = {"async": bool}


def add_routes(router: Router, site: Site) -> None:
    """Make the versions of image definitions known."""

    @router.route("GET", VERSIONS, section="13.2, 13.5", query=PAGED)
    def list_versions(request: Request) -> Reply:
        definition = the_definition(site, request)
        versions = definition.versions
        return Reply(200, page(site, request, versions, lambda version: version_view(site, definition, version)))

    @router.route("POST", VERSIONS, section="13.2, 13.4", query=AS_JOB, body=CREATE_IMAGE_VERSION)
    def create(request: Request) -> Reply:
        definition = the_definition(site, request)
        version, job = image_preparation.create(site, definition, request.body)
        return _leading_to(site, request, definition, version, job)

    for door in DOORS:
        _add_routes_of_one(router, site, door)


def _add_routes_of_one(router: Router, site: Site, door: str) -> None:
    @router.route("GET", door, section="13.2, 13.5")
    def one_version(request: Request) -> Reply:
        return Reply(200, version_view(site, *_the_version(site, request)))

    @router.route("GET", door + "/ProvisioningSchemes", section="13.2")
    def schemes(request: Request) -> Reply:
        _definition, version = _the_version(site, request)
        refs = [{"Id": scheme.id, "Uid": None, "Name": catalog.name} for catalog, scheme in site.schemes_on(version)]
        return Reply(200, whole(refs))

    @router.route("PUT", door, section="13.2, 13.4, U18", query=AS_JOB, body=CREATE_IMAGE_VERSION)
    def retry(request: Request) -> Reply:
        definition, version = _idle_version(site, request)
        if site.behaviour["image_version_retry"] == "refuse" or version.status != "Failed":
            raise site.errors.refusal(400, f"Version {version.number} of {definition.name} cannot be changed.")
        job = image_preparation.prepare(site, version, request.body, "SetImageVersion")
        return _leading_to(site, request, definition, version, job)

    @router.route("PATCH", door, section="13.2", body=UPDATE_IMAGE_VERSION)
    def edit(request: Request) -> Reply:
        definition, version = _the_version(site, request)
        if request.body.get("Description") is not None:
            version.description = request.body["Description"]
        return Reply(200, version_view(site, definition, version))

    @router.route("DELETE", door, section="13.2, 13.8, addition E", query={"purgeDBOnly": bool, **AS_JOB})
    def remove(request: Request) -> Reply:
        definition, version = _idle_version(site, request)
        if site.schemes_on(version):
            raise site.errors.refusal(409, f"Version {version.number} of {definition.name} is in use.")
        if len(version.shares) > 1 and site.behaviour["strict_image_removal"]:
            raise site.errors.refusal(409, f"Version {version.number} of {definition.name} is shared.")

        def take_away() -> Reply:
            if version in definition.versions:
                definition.versions.remove(version)
                site.images_left_behind += [str(version)] if request.flag("purgeDBOnly") else []
            return Reply(204)

        parameters = [("Id", version.id), ("Number", str(version.number))]
        return now_or_as_job(
            site, request, "DeleteImageVersion", take_away, duration="image_removal", parameters=parameters
        )

    @router.route("PUT", door + "/$UpdateResourcePools", section="13.6", query=AS_JOB, body=UPDATE_IMAGE_VERSION_POOLS)
    def share(request: Request) -> Reply:
        refuse_without_feature(site, SHARING)
        definition, version = _idle_version(site, request)
        wanted = []
        for entry in request.body.get("ImageVersionResourcePools") or []:
            unit = site.errors.required(site.hosting_unit(entry["ResourcePool"]), "HostingUnit", entry["ResourcePool"])
            wanted.append((unit, image_preparation.named_values(entry.get("CustomProperties"))))
        units = [unit for unit, _properties in wanted]
        if version.unit not in units:
            raise site.errors.refusal(400, f"{version.unit.name} is where the image was prepared.")
        left = [each.unit for each in version.shares if each.unit not in units]
        if any(scheme.unit in left for _catalog, scheme in site.schemes_on(version)):
            raise site.errors.refusal(409, f"Version {version.number} of {definition.name} is in use there.")
        behind = {(each.connection_type, each.region, each.account) for each in (unit.hypervisor for unit in units)}
        if len(behind) > 1:
            raise site.errors.refusal(400, "The connections are not of one type, region and account.")
        return accepted(site, request, image_preparation.share(site, version, wanted))


def _the_version(site: Site, request: Request) -> tuple[ImageDefinition, ImageVersion]:
    refuse_without_feature(site)
    key = request.params.get("id") or request.params["numberOrId"]
    if "id" in request.params:
        versions = [version for each in site.image_definitions.values() for version in each.versions]
        found = next((version for version in versions if version.id == key.casefold()), None)
    else:
        found = site.image_version(the_definition(site, request).id, key)
    if found is None:
        raise site.errors.not_found("ImageVersion", key)
    return found.definition, found


def _idle_version(site: Site, request: Request) -> tuple[ImageDefinition, ImageVersion]:
    """One thing at a time: a version that a job is at work on is refused."""
    definition, version = _the_version(site, request)
    if version.busy:
        raise site.errors.refusal(409, f"Version {version.number} of {definition.name} is being changed.")
    return definition, version


def _leading_to(site: Site, request: Request, definition: ImageDefinition, version: ImageVersion, job: Job) -> Reply:
    """The job's result is the version (contract citrix 13.4, addition D)."""

    def ended(done: Job) -> None:
        if done.status in WORKED:
            there = location(site, request, f"/ImageDefinitions/{definition.id}/ImageVersions/{version.id}")
            done.result = Reply(303, None, {"Location": there})

    job.when_done.append(ended)
    return accepted(site, request, job)
