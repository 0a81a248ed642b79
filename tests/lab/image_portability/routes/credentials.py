# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential wallet (contract image_portability 4)."""

from __future__ import annotations

from lab.image_portability.errors import not_found, refusal
from lab.image_portability.state.credentials import TYPES, Credential
from lab.image_portability.state.service import Service
from lab.image_portability.views.credential import credential_view
from lab.image_portability.views.listing import PAGING, page
from lab.router import Router
from lab.schema import mapping
from lab.wire import Reply, Request

UPDATES = ("PUT", "PATCH")


def add_routes(router: Router, service: Service) -> None:
    """Make the routes of the wallet known."""

    @router.route("GET", "/credentials", section="4.2", query=PAGING)
    def list_credentials(request: Request) -> Reply:
        entries = sorted(service.credentials.values(), key=lambda entry: entry.id)
        return page(service, request, entries, lambda entry: credential_view(service, entry))

    @router.route("POST", "/credentials", section="4.1", query={"async": bool}, body=mapping(object))
    def create(request: Request) -> Reply:
        body = request.body
        if not body.get("id") or body.get("type") not in TYPES:
            raise refusal(400, "id or type is not valid.", [("reason", "invalidEnum")])
        if body["id"] in service.credentials:
            raise refusal(service.behaviour["credential_exists"], f"The credential {body['id']} exists.")
        now = service.clock.now
        secret = {name: value for name, value in body.items() if name not in ("id", "type")}
        made = Credential(body["id"], body["type"], now, now, secret=secret)
        service.credentials[made.id] = made
        return Reply(service.behaviour["credential_created"], credential_view(service, made))

    for method in UPDATES:
        _add_update(router, service, method)

    @router.route("DELETE", "/credentials/{id}", section="3")
    def delete(request: Request) -> Reply:
        del service.credentials[_the_credential(service, request).id]
        return Reply(204)


def _add_update(router: Router, service: Service, method: str) -> None:
    @router.route(method, "/credentials/{id}", section="3", body=mapping(object))
    def update(request: Request) -> Reply:
        if service.behaviour["credential_update"] != method:
            raise refusal(405, f"{method} is not allowed.")
        credential = _the_credential(service, request)
        if request.body.get("type", credential.type) != credential.type:
            raise refusal(400, "The type of a credential cannot be changed.")
        credential.secret = {name: value for name, value in request.body.items() if name not in ("id", "type")}
        credential.updated, credential.writes = service.clock.now, credential.writes + 1
        return Reply(200, credential_view(service, credential))


def _the_credential(service: Service, request: Request) -> Credential:
    key = request.params["id"]
    if key not in service.credentials:
        raise not_found("Credential", key)
    return service.credentials[key]
