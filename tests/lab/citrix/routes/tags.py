# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bears a tag (contract citrix 14). A site knows the tags that its catalogs bear."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.entities import Catalog
from lab.citrix.state.site import Site
from lab.citrix.views.catalog import CATALOG
from lab.citrix.views.listing import PAGING, page, project
from lab.router import Router
from lab.wire import Reply, Request


def add_routes(router: Router, site: Site) -> None:
    """Make the tag routes of a site known."""

    @router.route("GET", "/Tags/{nameOrId}/MachineCatalogs", section="14", query=PAGING)
    def catalogs_with_tag(request: Request) -> Reply:
        tag = request.params["nameOrId"].casefold()
        tagged = [each for each in site.catalogs.values() if tag in [name.casefold() for name in each.tags]]
        if not tagged:
            raise site.errors.not_found("Tag", request.params["nameOrId"])

        def view(catalog: Catalog) -> dict[str, Any]:
            return project(site, catalog, CATALOG, CATALOG)

        return Reply(200, page(site, request, tagged, view))
