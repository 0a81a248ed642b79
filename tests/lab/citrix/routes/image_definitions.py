# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image definitions (contract citrix 13.2, 13.3, 13.8). Sites whose version has none do not know the path (contract
citrix 1.7)."""

from __future__ import annotations

from typing import Any

from lab.citrix.routes.deferred import now_or_as_job
from lab.citrix.schemas import CREATE_IMAGE_DEFINITION, UPDATE_IMAGE_DEFINITION
from lab.citrix.state.entities import ImageDefinition
from lab.citrix.state.image_preparation import KINDS, PLUGINS, named_values
from lab.citrix.state.site import Site
from lab.citrix.views.image_definition import definition_view
from lab.citrix.views.listing import page
from lab.router import Router
from lab.wire import Reply, Request

PAGED: dict[str, Any] = {"limit": int, "continuationToken": str}
# contract citrix 1.7: in the cloud, and on premises
PREPARED_IMAGES = (121, (118, (7, 41)))
SHARING = (125, (126, (7, 45)))
EC2_SINCE_CLOUD = 126


def add_routes(router: Router, site: Site) -> None:
    """Make the image definitions of a site known."""

    @router.route("GET", "/ImageDefinitions", section="13.2, 13.3", query=PAGED)
    def list_definitions(request: Request) -> Reply:
        refuse_without_feature(site)
        definitions = list(site.image_definitions.values())
        return Reply(200, page(site, request, definitions, lambda definition: definition_view(site, definition)))

    @router.route("GET", "/ImageDefinitions/{nameOrId}", section="13.2")
    def one_definition(request: Request) -> Reply:
        return Reply(200, definition_view(site, the_definition(site, request)))

    @router.route(
        "POST", "/ImageDefinitions", section="13.2, 13.3", query={"async": bool}, body=CREATE_IMAGE_DEFINITION
    )
    def create(request: Request) -> Reply:
        refuse_without_feature(site)

        def make() -> Reply:
            return Reply(201, definition_view(site, _make(site, request.body)))

        return now_or_as_job(site, request, "CreateImageDefinition", make, duration="image_definition")

    @router.route("PATCH", "/ImageDefinitions/{nameOrId}", section="13.2", body=UPDATE_IMAGE_DEFINITION)
    def edit(request: Request) -> Reply:
        definition = the_definition(site, request)
        if request.body.get("Name"):
            definition.name = request.body["Name"]
        if request.body.get("Description") is not None:
            definition.description = request.body["Description"]
        return Reply(200, definition_view(site, definition))

    @router.route("DELETE", "/ImageDefinitions/{nameOrId}", section="13.2, 13.8", query={"async": bool})
    def remove(request: Request) -> Reply:
        definition = the_definition(site, request)
        if definition.versions:
            raise site.errors.refusal(409, f"The image definition {definition.name} has versions.")

        def take_away() -> Reply:
            site.image_definitions.pop(definition.id, None)
            return Reply(204)

        return now_or_as_job(site, request, "RemoveImageDefinition", take_away, duration="image_definition")


def the_definition(site: Site, request: Request) -> ImageDefinition:
    """Return the definition of the path."""
    refuse_without_feature(site)
    key = request.params["nameOrId"]
    return site.errors.required(site.image_definition(key), "ImageDefinition", key)


def refuse_without_feature(site: Site, since: tuple[int, tuple[int, tuple[int, int]]] = PREPARED_IMAGES) -> None:
    """Know nothing of what came with a later release."""
    since_cloud, (since_api, since_product) = since
    api_version = _api_version(site)
    product = tuple(int(number) for number in site.spec.get("product_version", "7.45").split(".")[:2])
    if not (api_version >= since_api and product >= since_product if site.on_premises else api_version >= since_cloud):
        raise site.errors.refusal(404, "No such resource.")


def _api_version(site: Site) -> int:
    return int(site.spec.get("api_version", 126))


def _make(site: Site, body: dict[str, Any]) -> ImageDefinition:
    if site.image_definition(body["Name"]) is not None:
        raise site.errors.refusal(409, f"There is already an image definition {body['Name']}.")
    assigned = body.get("AssignedHypervisorConnection") or {}
    key = assigned.get("HypervisorConnection") or ""
    hypervisor = site.errors.required(site.hypervisor(key), "HypervisorConnection", key)
    # contract citrix 13.9, U7, addition E
    too_early = hypervisor.connection_type == "AWS" and not site.on_premises and _api_version(site) < EC2_SINCE_CLOUD
    if too_early or (hypervisor.connection_type not in KINDS and hypervisor.plugin_id not in PLUGINS):
        raise site.errors.refusal(400, "Prepared images are not supported on this kind of hypervisor connection.")
    definition = ImageDefinition(
        site.new_id(),
        body["Name"],
        hypervisor,
        site.clock.now,
        description=body.get("Description") or "",
        os_type=body["OsType"],
        session_support=body["VDASessionSupport"],
        custom_properties=named_values(assigned.get("CustomProperties")),
    )
    site.image_definitions[definition.id] = definition
    return definition
