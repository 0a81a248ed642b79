# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The door of the service in one region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from lab.clock import Events
from lab.clouds.door import CloudDoor
from lab.endpoint import Endpoint
from lab.image_portability import errors
from lab.image_portability.changes import CHANGES
from lab.image_portability.routes import credentials, jobs
from lab.image_portability.state.service import Service
from lab.image_portability.views.lab_state import state_of
from lab.ports import CloudCustomer
from lab.router import Router
from lab.wire import Refusal, Reply, Request

PREFIX = "/ips"


class PortabilityEndpoint(Endpoint):
    """Where the service answers, below /ips (contract image_portability 2)."""

    def __init__(self, service: Service, clouds: Mapping[str, CloudDoor]) -> None:
        super().__init__(name=service.name, kind="citrix_image_portability")
        self.service = service
        self._clouds = clouds

    @cached_property
    def router(self) -> Router:
        """All routes; `$` may come as %24, and a slash may end a path (contract image_portability 10)."""
        router = Router(prefixes=(PREFIX,), case_insensitive=True, refuse=errors.body)
        credentials.add_routes(router, self.service)
        jobs.add_routes(router, self.service, PREFIX)
        return router

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        try:
            principal = self._admit(request)
        except Refusal as refusal:
            return refusal.reply()
        with self.service.ordained(request.outcome):
            answer = self.router.dispatch(request)
        assert isinstance(answer, Reply)
        answer.authenticated_as = principal
        return answer

    def _admit(self, request: Request) -> str:
        """Check the headers and the region of a request (contract image_portability 2, 7, trap 2)."""
        service = self.service
        customer = service.customer
        authorization = request.header("authorization")
        if request.outcome.get("expire_token"):
            customer.tokens.expire_all()
        principal = customer.tokens.holder_of(authorization)
        if principal is None:
            raise errors.refusal(401, "The token is not valid or has expired.", [("reason", "invalid")])
        if request.header("citrix-customerid").lower() != customer.customer_id.lower():
            raise errors.refusal(403, "The user is not authenticated for this resource.")
        if customer.geo.lower() != service.region:
            text = f"The customer {customer.customer_id} is not served in this region."
            raise errors.refusal(service.behaviour["wrong_region"], text)
        return principal

    def state(self) -> dict[str, Any]:
        """Return everything the service holds."""
        return state_of(self.service)

    def change(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Change the service from outside; docs/lab.md lists the kinds."""
        return CHANGES.carry_out(self.service, kind, payload)

    def inventory(self) -> dict[str, Any]:
        """Return the host variables that a user would write."""
        customer = self.service.customer
        return {
            "citrix_hostname": f"{self.address}:{self.port}",
            **customer.log_in(),
            **self.service.spec.get("inventory_vars", {}),
        }

    def hosts(self) -> dict[str, dict[str, Any]]:
        """Return a host for each target, all with the same service."""
        own = self.inventory()
        targets = self.service.spec.get("targets", [])
        if not targets:
            return {self.name: own}
        return {target["name"]: {**own, **self._variables(target)} for target in targets}

    def _variables(self, target: Mapping[str, Any]) -> Mapping[str, Any]:
        given: Mapping[str, Any] = target.get("inventory_vars", {})
        cloud, share = self._clouds.get(target.get("platform", "")), self.service.share
        if cloud is None:
            return given
        reached = {"location": share.location, "credential": share.credential, "path": str(share.directory)}
        return cloud.variables({"image_portability_share": reached, **given})


def build_services(
    topology: Mapping[str, Any], events: Events, customers: Mapping[str, CloudCustomer]
) -> Iterator[Endpoint]:
    """Build the services of a topology, and the clouds that have doors of their own."""
    for spec in topology["image_portability"]:
        service = Service(spec, events, topology, customers[spec["site"]])
        clouds = {
            platform: door for platform, store in service.stores.items() if (door := _door(platform, spec, store))
        }
        yield from clouds.values()
        yield PortabilityEndpoint(service, clouds)


def _door(platform: str, spec: Mapping[str, Any], store: Any) -> CloudDoor | None:
    if spec.get("stores", {}).get(platform, {}).get("kind") != "moto":
        return None
    from lab.clouds.aws import AwsEndpoint

    return AwsEndpoint(f"{spec['name']}-{platform}", store)
