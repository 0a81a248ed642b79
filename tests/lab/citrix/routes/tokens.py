# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in: the cloud's trust endpoint (contract citrix 1.3) and the on-premises one (contract citrix 1.5)."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone

from lab.citrix.state.site import Site
from lab.citrix.state.tokens import Token, bearer
from lab.credentials import basic
from lab.router import Router
from lab.schema import required
from lab.wire import FORM, Refusal, Reply, Request

TRUST_PATH = "/cctrustoauth2/{customerId}/tokens/clients"
CREDENTIALS = {
    "grant_type": required({"client_credentials"}),
    "client_id": required(str),
    "client_secret": required(str),
}


def add_cloud_route(router: Router, site: Site) -> None:
    """Make the trust endpoint's one route known."""

    @router.route("POST", TRUST_PATH, section="1.3", body=CREDENTIALS, content_type=FORM)
    def trust(request: Request) -> Reply:
        if request.header("content-type").lower() != FORM:
            text = f"the token request needs Content-Type {FORM} exactly, not {request.header('content-type')}"
            raise Refusal(415, site.errors.body(415, text), text)
        known_customer = request.params["customerId"] in (site.customer_id, "root")
        if not known_customer or (request.body["client_id"], request.body["client_secret"]) != (
            site.principal,
            site.secret,
        ):
            site.tokens.refused_logins += 1
            raise Refusal(400, {"error": "invalid_client", "error_description": "Invalid client id or client secret."})
        token = site.tokens.issue(site.principal, _claims(site))
        return Reply(
            200,
            {"token_type": "bearer", "access_token": token.text, "expires_in": str(int(site.tokens.seconds))},
            authenticated_as=site.principal,
        )


def _claims(site: Site) -> dict[str, str]:
    """Return what a token says of its customer: JSON in a JSON string (contract image_portability 2)."""
    if not site.behaviour["token_claims"]:
        return {}
    return {"customers": json.dumps([{"CustomerId": site.customer_id, "Geo": site.geo}])}


def add_on_premises_routes(router: Router, site: Site) -> None:
    """Make the token routes of a Delivery Controller known."""

    @router.route("POST", "/Tokens", section="1.5")
    def basic_login(request: Request) -> Reply:
        if basic(request.header("authorization")) != (site.principal, site.secret):
            site.tokens.refused_logins += 1
            raise site.errors.refusal(401, "The credentials are not valid.", parameters=[("reason", "invalid")])
        return _answer(site, site.tokens.issue(site.principal))

    @router.route("GET", "/Tokens", section="1.5")
    def integrated_login(request: Request) -> Reply:
        if not site.behaviour["sso_login"]:
            raise site.errors.refusal(
                401, "Windows integrated login is needed.", headers={"WWW-Authenticate": "Negotiate"}
            )
        return _answer(site, site.tokens.issue(site.principal))

    @router.route("POST", "/tokens/$refresh", section="1.5")
    def refresh(request: Request) -> Reply:
        holder = site.tokens.holder(bearer(request.header("authorization")) or "")
        if holder is None:
            raise site.errors.refusal(401, "The token is not valid.", parameters=[("reason", "invalid")])
        return _answer(site, site.tokens.issue(holder))


def _answer(site: Site, token: Token) -> Reply:
    expires = datetime.fromtimestamp(time.time() + site.tokens.seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {
        "Token": token.text,
        "Principal": site.principal,
        "UserId": "S-1-5-21-1004336348-1177238915-682003330-1105",
        "CustomerId": site.customer_id,
        "ExpiresAt": expires,
    }
    return Reply(200, body, authenticated_as=site.principal)
