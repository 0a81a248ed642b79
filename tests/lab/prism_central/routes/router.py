# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All paths of the API that the lab knows, namespace by namespace and version by version."""

from __future__ import annotations

from functools import partial

from lab.prism_central import vendor
from lab.prism_central.errors import error_body
from lab.prism_central.routes import clustermgmt, datapolicies, dataprotection, prism, templates, vms
from lab.prism_central.routes.api import Api, RequestIds
from lab.prism_central.routes.v3 import PREFIX, v3_router
from lab.prism_central.state.central import Central
from lab.router import Router
from lab.wire import LongPoll, Reply, Request

RESOURCES = {
    "clustermgmt": (clustermgmt,),
    "datapolicies": (datapolicies,),
    "dataprotection": (dataprotection,),
    "prism": (prism,),
    "vmm": (vms, templates),
}


class Routers:
    """One router for each namespace; older minor versions stay served next to newer ones (contract prism_central
    1.1)."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._by_namespace: dict[str, Router] = {}
        self._v3 = v3_router(central)
        self._request_ids = RequestIds(central)
        self._build()

    def _build(self) -> None:
        central = self._central
        self._minors = dict(central.minors)
        for namespace, resources in RESOURCES.items():
            router = Router(refuse=partial(_refusal, namespace), exists=partial(_vendor_has, central))
            self._by_namespace[namespace] = router
            for minor in range(central.minors[namespace] + 1):
                api = Api(central, namespace, minor, router, self._request_ids)
                for resource in resources:
                    resource.add_routes(api)
            _add_version_info(router, central, namespace)

    def dispatch(self, request: Request) -> Reply | LongPoll:
        """Let the router of a request's namespace answer."""
        if self._minors != self._central.minors:  # it was upgraded meanwhile
            self._build()
        if request.path.startswith(PREFIX):
            return self._v3.dispatch(request)
        namespace = request.path.removeprefix("/api/").partition("/")[0]
        return self._by_namespace.get(namespace, self._by_namespace["prism"]).dispatch(request)


def _add_version_info(router: Router, central: Central, namespace: str) -> None:
    @router.route("OPTIONS", f"/api/{namespace}/unversioned/info", section="1.1")
    def version_info(_request: Request) -> Reply:
        minor = central.minors[namespace]
        if minor < 2 and central.behaviour["version_info"] == "not_found":
            return Reply(404)
        return Reply(200, {"data": f"v4.{minor}"})


def _refusal(namespace: str, status: int, text: str) -> dict[str, object]:
    return error_body(namespace, text, f"{namespace.upper()}-{status}", "INVALID_INPUT")


def _vendor_has(central: Central, request: Request) -> bool:
    return vendor.has_operation(request.method, request.path, central.minors)
