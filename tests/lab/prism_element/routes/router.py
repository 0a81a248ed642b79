# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All paths of the API that the lab knows."""

from __future__ import annotations

from lab.prism_element.errors import error_body
from lab.prism_element.routes import cluster as cluster_routes
from lab.prism_element.routes import (
    events,
    images,
    mode_changes,
    nics,
    pd_snapshots,
    progress_monitors,
    protection_domains,
    remote_sites,
    replications,
    schedules,
    snapshots,
    tasks,
    vms,
)
from lab.prism_element.state.cluster import Cluster
from lab.router import Router

# contract prism_element 1.1: the same resources answer under both roots.
PREFIXES = ("/PrismGateway/services/rest/v2.0", "/api/nutanix/v2.0")
V1_PREFIXES = ("/PrismGateway/services/rest/v1", "/api/nutanix/v1")
V3_PREFIX = "/api/nutanix/v3"
# contract prism_element addition 20: where an image is uploaded
V08_PREFIX = "/api/nutanix/v0.8"

V2 = (
    cluster_routes,
    vms,
    nics,
    snapshots,
    tasks,
    protection_domains,
    mode_changes,
    schedules,
    pd_snapshots,
    replications,
    remote_sites,
    events,
    images,
)


class Routers:
    """The routers of one cluster: v2, what stands only under the older root (contract prism_element 1.1), and the
    little that it answers under v3 (contract prism_element addition 18)."""

    def __init__(self, cluster: Cluster) -> None:
        self._v2 = _router(PREFIXES)
        for resource in V2:
            resource.add_routes(self._v2, cluster)
        v1, v3, v08 = _router(V1_PREFIXES), _router((V3_PREFIX,)), _router((V08_PREFIX,))
        progress_monitors.add_v1_routes(v1, cluster)
        cluster_routes.add_v3_routes(v3, cluster)
        images.add_v08_routes(v08, cluster)
        self._others = {**dict.fromkeys(V1_PREFIXES, v1), V3_PREFIX: v3, V08_PREFIX: v08}

    def of(self, raw_path: str) -> Router:
        """Return the router that knows the paths of a version."""
        for root, router in self._others.items():
            if raw_path.startswith(f"{root}/"):
                return router
        return self._v2


def _router(prefixes: tuple[str, ...]) -> Router:
    # What shipped clients and Prism's own UI send beside the schema is overlooked (contract prism_element addition 4,
    # addition 5, addition 9, addition 16).
    return Router(prefixes, refuse=lambda _status, text: error_body(text), forgiving=True)
