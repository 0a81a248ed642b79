# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote sites: other clusters under their local labels (contract prism_element 12)."""

from __future__ import annotations

from lab.prism_element.routes.lists import chosen
from lab.prism_element.schemas import SITES_QUERY
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.views.envelopes import prism_envelope
from lab.prism_element.views.replication import site_view
from lab.router import Router
from lab.wire import Reply, Request


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""

    @router.route("GET", "/remote_sites", section="12, 1.5", query=SITES_QUERY)
    def list_sites(request: Request) -> Reply:
        everything = list(cluster.sites)
        found = [site_view(cluster, site) for site in everything if chosen(request.query.get("names"), site.name)]
        return Reply(body=prism_envelope(found, request, grand_total=len(everything)))

    @router.route("GET", "/remote_sites/{name}", section="12")
    def get(request: Request) -> Reply:
        return Reply(body=site_view(cluster, cluster.sites.find(request.params["name"])))
