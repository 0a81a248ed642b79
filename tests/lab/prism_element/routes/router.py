# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All paths of the API that the lab knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.prism_element.errors import error_body
from lab.prism_element.routes import (
    cluster,
    dr_snapshots,
    events,
    infrastructure,
    mode_changes,
    nics,
    progress_monitors,
    protection_domains,
    remote_sites,
    replications,
    schedules,
    snapshots,
    tasks,
    vms,
)
from lab.wire import Router

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

# contract prism_element 1.1: the same resources answer under both roots.
PREFIXES = ("/PrismGateway/services/rest/v2.0", "/api/nutanix/v2.0")
V1_PREFIXES = ("/PrismGateway/services/rest/v1", "/api/nutanix/v1")
V3_PREFIX = "/api/nutanix/v3"


def build_router(world: PrismElementWorld) -> Router:
    """Return the router of one cluster."""
    # What shipped clients and Prism's own UI send beside the schema is overlooked (contract prism_element addition 4,
    # addition 5, addition 9, addition 16).
    router = Router(PREFIXES, refuse=lambda _status, text: error_body(text), forgiving=True)
    for resource in (
        cluster,
        vms,
        nics,
        snapshots,
        tasks,
        protection_domains,
        mode_changes,
        schedules,
        dr_snapshots,
        replications,
        remote_sites,
        events,
        infrastructure,
    ):
        resource.add_routes(router, world)
    return router


def build_v1_router(world: PrismElementWorld) -> Router:
    """Return the router of what stands only under the older root (contract prism_element 1.1)."""
    router = Router(V1_PREFIXES, refuse=lambda _status, text: error_body(text), forgiving=True)
    progress_monitors.add_v1_routes(router, world)
    return router


def build_v3_router(world: PrismElementWorld) -> Router:
    """Return the router of the little that a cluster answers under v3 (contract prism_element addition 18)."""
    router = Router([V3_PREFIX], refuse=lambda _status, text: error_body(text), forgiving=True)
    cluster.add_v3_routes(router, world)
    return router
