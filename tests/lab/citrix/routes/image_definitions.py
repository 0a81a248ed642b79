# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image definitions and their versions, to be read (contract citrix 13.2 to 13.5). Sites whose version has none do not
know the path (contract citrix 1.7)."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.site import Site
from lab.citrix.views.image_definition import definition_view, version_view
from lab.citrix.views.listing import page
from lab.router import Router
from lab.wire import Reply, Request

PAGED: dict[str, Any] = {"limit": int, "continuationToken": str}
SINCE_CLOUD = 121
SINCE_ON_PREMISES = (118, (7, 41))


def add_routes(router: Router, site: Site) -> None:
    """Make the image definitions of a site known."""

    @router.route("GET", "/ImageDefinitions", section="13.2, 13.3", query=PAGED)
    def list_definitions(request: Request) -> Reply:
        _refuse_without_feature(site)
        return Reply(
            200,
            page(
                site,
                request,
                list(site.image_definitions.values()),
                lambda definition: definition_view(site, definition),
            ),
        )

    @router.route("GET", "/ImageDefinitions/{nameOrId}/ImageVersions", section="13.2, 13.5", query=PAGED)
    def list_versions(request: Request) -> Reply:
        _refuse_without_feature(site)
        key = request.params["nameOrId"]
        found = [each for each in site.image_definitions.values() if key.casefold() in (each.id, each.name.casefold())]
        if not found:
            raise site.errors.not_found("ImageDefinition", key)
        return Reply(200, page(site, request, found[0].versions, lambda version: version_view(site, found[0], version)))


def _refuse_without_feature(site: Site) -> None:
    api_version = site.spec.get("api_version", 126)
    product = tuple(int(number) for number in site.spec.get("product_version", "7.45").split(".")[:2])
    since_api, since_product = SINCE_ON_PREMISES
    if not (api_version >= since_api and product >= since_product if site.on_premises else api_version >= SINCE_CLOUD):
        raise site.errors.refusal(404, "No such resource.")
