# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doors of a site: its region host or Delivery Controller, and the trust endpoint of the cloud."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from lab.allowance import Allowance
from lab.citrix import vendor
from lab.citrix.changes import CHANGES
from lab.citrix.routes import (
    batch,
    catalog_images,
    catalogs,
    delivery_groups,
    hypervisors,
    image_definitions,
    image_versions,
    jobs,
    machines,
    resources,
    sites,
    tags,
    tokens,
    zones,
)
from lab.citrix.routes.roots import GATEWAY, on_gateway_root
from lab.citrix.state.site import Site
from lab.citrix.state.tokens import TokenBook, bearer
from lab.citrix.views.lab_state import state_of
from lab.clock import Events
from lab.endpoint import Endpoint
from lab.ports import HypervisorCluster, MasterVms, TemplateSource
from lab.router import Router
from lab.wire import LongPoll, Refusal, Reply, Request

TRANSACTION = "Citrix-TransactionId"
# contract citrix addition G 1: these and everything below
WITHOUT_INSTANCE = ("/me", "/sites", "/tokens", "/healthcheck")
WITHOUT_TOKEN = ("/tokens", "/tokens/$refresh")  # contract citrix 1.5


def build_sites(
    topology: Mapping[str, Any],
    events: Events,
    clusters: Mapping[str, HypervisorCluster],
    centrals: Mapping[str, TemplateSource],
    pools: Mapping[str, MasterVms],
) -> Iterator[Endpoint]:
    """Build the sites of a topology; a DaaS site may have a trust endpoint beside it."""
    for spec in topology["citrix_sites"]:
        endpoint = SiteEndpoint(Site(spec, events, topology, clusters, centrals, pools))
        yield endpoint
        if endpoint.trust is not None:
            yield endpoint.trust


class SiteEndpoint(Endpoint):
    """Where the orchestration API of a site answers."""

    def __init__(self, site: Site) -> None:
        super().__init__(name=site.name, kind="citrix_cvad" if site.on_premises else "citrix_daas")
        self.site = site
        self.trust = TrustEndpoint(site) if not site.on_premises and site.spec.get("trust", True) else None
        self._allowance = Allowance(site.spec.get("rate_limit_per_second"))
        self._login_router = Router(case_insensitive=True, refuse=site.errors.body)
        if not site.on_premises:
            tokens.add_cloud_route(self._login_router, site)

    @cached_property
    def router(self) -> Router:
        """Everything below /cvad/manage; built when first asked, as many tests speak to one site only."""
        return site_router(self.site, self._answer_item)

    def handle(self, request: Request) -> Reply | LongPoll:
        """Answer one request. Every answer has a transaction id (contract citrix 2)."""
        site = self.site
        site.jobs.next_controller()
        if not site.on_premises and request.path.lower().startswith("/cctrustoauth2/"):
            return self._login_router.dispatch(request)
        try:
            retry_after = self._allowance.take()
            reply = self._limited(retry_after) if retry_after else self._answer(on_gateway_root(request))
        except Refusal as refusal:
            reply = refusal.reply()
        reply.headers[TRANSACTION] = request.header(TRANSACTION) or site.new_id()
        reply.takes = site.spec.get("calls_take", 0.0)
        return reply

    def state(self) -> dict[str, Any]:
        """Return everything the site holds."""
        return state_of(self.site)

    def change(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Change the site from outside."""
        if kind == "reachable":
            self.reachable = bool(payload["reachable"])
            return {"reachable": self.reachable}
        return CHANGES.carry_out(self.site, kind, payload)

    def inventory(self) -> dict[str, Any]:
        """Return the host variables that a user would write for the site."""
        site = self.site
        own = f"{self.address}:{self.port}"
        variables: dict[str, Any] = {"citrix_hostname": own}
        if not site.on_premises:
            variables["citrix_trust_hostname"] = f"{self.trust.address}:{self.trust.port}" if self.trust else own
        variables |= self._account()
        return {**variables, **site.spec.get("inventory_vars", {})}

    @property
    def customer_id(self) -> str:
        """The customer whose site it is, as other services of the cloud know him."""
        return self.site.customer_id

    @property
    def geo(self) -> str:
        """The region of the customer."""
        return self.site.geo

    @property
    def tokens(self) -> TokenBook:
        """The tokens that the cloud gave out."""
        return self.site.tokens

    def log_in(self) -> dict[str, Any]:
        """Return the host variables that log in to other services of the cloud."""
        door = self.trust or self
        return {"citrix_trust_hostname": f"{door.address}:{door.port}", **self._account()}

    def _account(self) -> dict[str, Any]:
        site = self.site
        return {
            "citrix_customer_id": site.customer_id,
            "citrix_client_id": site.principal,
            "citrix_client_secret": site.secret,
        }

    def _answer(self, request: Request) -> Reply:
        principal = self._admit(request)
        with self.site.ordained(request.outcome):
            answer = self.router.dispatch(request)
        assert isinstance(answer, Reply)
        answer.authenticated_as = answer.authenticated_as or principal
        return answer

    def _answer_item(self, request: Request) -> Reply:
        """Answer an item of a batch, which carries its own credentials."""
        try:
            return self._answer(on_gateway_root(request))
        except Refusal as refusal:
            return refusal.reply()

    def _admit(self, request: Request) -> str | None:
        """Check the headers of a request (contract citrix 2, 20) and return whose token it carries."""
        site = self.site
        errors = site.errors
        path = request.path.lower()
        if request.raw_path.startswith(GATEWAY):
            path = request.raw_path.lower().replace("%24", "$").removeprefix(GATEWAY).rstrip("/")
        if site.on_premises and path in WITHOUT_TOKEN:
            return None
        principal = None if path == "/about" and not site.behaviour["about_needs_token"] else self._principal(request)
        customer = request.header("citrix-customerid")
        if not customer:
            text = "the header Citrix-CustomerId is missing"
            if site.on_premises:
                raise errors.refusal(400, text, "missing", violation=text)
            # contract citrix 3.2 (c)
            answer = {"activityId": site.new_id(), "message": "Internal server error", "statusCode": 500}
            raise Refusal(500, answer, text)
        if customer.lower() != site.customer_id.lower():
            raise errors.refusal(403, "The user is not authenticated for this resource.")
        if any(path == root or path.startswith(f"{root}/") for root in WITHOUT_INSTANCE):
            return principal
        instance = request.header("citrix-instanceid")
        if not instance:
            raise errors.violation(400, "the header Citrix-InstanceId is missing", "missing")
        if instance.lower() != site.id:
            raise errors.refusal(site.behaviour["unknown_instance"], f"There is no site {instance}.")
        return principal

    def _principal(self, request: Request) -> str:
        site = self.site
        authorization = request.header("authorization")
        token = bearer(authorization)
        if token is None:
            text: str | None = (
                "the header Authorization is missing"
                if not authorization
                else "the Authorization header has none of the known forms"
            )
            if not authorization and request.path.lower().endswith("/about"):
                # contract citrix 7.3: whether it needs a token is unknown, so asking without one is no fault
                text = None
            raise site.errors.refusal(
                401, "Missing or invalid CWSAuth header.", parameters=[("reason", "missing")], violation=text
            )
        if request.outcome.get("expire_token"):
            site.tokens.expire(token)
        holder = site.tokens.holder(token)
        if holder is None:
            raise site.errors.refusal(401, "The token is not valid or has expired.", parameters=[("reason", "invalid")])
        return holder

    def _limited(self, retry_after: float) -> Reply:
        """Refuse what comes too fast (contract citrix 3.3)."""
        seconds = str(max(1, math.ceil(retry_after)))
        detail = f"The rate limit is exceeded, try again in {seconds} seconds"
        reply = Reply(429, self.site.errors.body(429, detail, parameters=[("retryDelay", seconds)]))
        if self.site.behaviour["retry_after_header"]:
            reply.headers["Retry-After"] = seconds
        return reply


class TrustEndpoint(Endpoint):
    """Where the cloud gives out tokens; a host of another region for everything else (contract citrix 1.2)."""

    def __init__(self, site: Site) -> None:
        super().__init__(name=f"{site.name}-trust", kind="citrix_trust")
        self.site = site
        self._router = Router(case_insensitive=True, refuse=site.errors.body)
        tokens.add_cloud_route(self._router, site)

    def handle(self, request: Request) -> Reply | LongPoll:
        """Give out tokens, turn everything else away."""
        if request.path.lower().startswith("/cctrustoauth2/"):
            return self._router.dispatch(request)
        status = self.site.behaviour["wrong_region"]
        kind = "Redirect" if status == 307 else None
        body = self.site.errors.body(status, "The user is not authenticated for this resource.", kind)
        return Reply(status, body, {TRANSACTION: self.site.new_id()})

    def state(self) -> dict[str, Any]:
        """Return nothing: the tokens are the site's."""
        return {"site": self.site.name}

    def change(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Make it reachable or not."""
        if kind != "reachable":
            raise ValueError(f"a trust endpoint knows no change of kind {kind!r}")
        self.reachable = bool(payload["reachable"])
        return {"reachable": self.reachable}

    def inventory(self) -> None:
        """Return None: it is no host of its own."""
        return


def _vendor_has(request: Request) -> bool:
    """An operation that exists at the vendor and is not simulated is answered 501, since clients read 404 as
    "gone" (contract citrix addition G 10)."""
    return request.raw_path.startswith(GATEWAY) and vendor.has_operation(
        request.method, request.raw_path.removeprefix(GATEWAY)
    )


def site_router(site: Site, answer_item: batch.Answer) -> Router:
    """Return the router of everything below /cvad/manage."""
    router = Router(prefixes=[GATEWAY], case_insensitive=True, refuse=site.errors.body, exists=_vendor_has)
    if site.on_premises:
        tokens.add_on_premises_routes(router, site)
    for resource in (
        sites,
        catalogs,
        catalog_images,
        image_definitions,
        image_versions,
        delivery_groups,
        machines,
        hypervisors,
        resources,
        zones,
        tags,
        jobs,
    ):
        resource.add_routes(router, site)
    batch.add_routes(router, site, answer_item)
    return router
