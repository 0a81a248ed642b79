# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who am I, which sites, which version (contract citrix 7)."""

from __future__ import annotations

from lab.citrix.state.site import Site
from lab.citrix.views.listing import whole
from lab.citrix.views.site import site_detail
from lab.router import Router
from lab.wire import Reply, Request

FROZEN = 530


def add_routes(router: Router, site: Site) -> None:
    """Make the routes about the site itself known."""
    short = {"Id": site.id, "Name": site.name if site.on_premises else "cloudxdsite"}

    @router.route("GET", "/Me", section="7.1")
    def me(request: Request) -> Reply:
        if site.behaviour["dormant"]:
            raise site.errors.refusal(FROZEN, "The site is dormant and must be activated.")
        return Reply(
            200,
            {
                "UserId": site.principal,
                "DisplayName": site.principal.rpartition("\\")[2],
                "ExpiryTime": site.moments.formatted(site.clock.now + site.tokens.seconds),
                "RefreshExpirationTime": site.moments.formatted(site.clock.now + site.tokens.seconds),
                "VerifiedEmail": None,
                "IsCspCustomer": False,
                "Customers": [{"Id": site.customer_id, "Name": None, "Sites": [short]}],
            },
        )

    @router.route("GET", "/Sites", section="7.2")
    def list_sites(request: Request) -> Reply:
        return Reply(200, whole([short]))

    @router.route("GET", "/Sites/{nameOrId}", section="7.2")
    def one_site(request: Request) -> Reply:
        key = request.params["nameOrId"]
        if key.casefold() not in (short["Id"], short["Name"].casefold()):
            raise site.errors.not_found("Site", key)
        return Reply(200, {**short, **site_detail(site)})

    @router.route("GET", "/About", section="7.3")
    def about(request: Request) -> Reply:
        return Reply(200, {"Commit": "0000000", "IsCloud": not site.on_premises})
