# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All paths of the API that the lab knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.prism_element import (
    cluster,
    dr_snapshots,
    events,
    infrastructure,
    mode_changes,
    nics,
    protection_domains,
    remote_sites,
    replications,
    schedules,
    snapshots,
    tasks,
    vms,
)
from lab.prism_element.errors import error_body
from lab.wire import Router

if TYPE_CHECKING:
    from lab.prism_element.world import PrismElementWorld

# Contract 1.1: the same resources answer under both roots.
PREFIXES = ("/PrismGateway/services/rest/v2.0", "/api/nutanix/v2.0")
V1_PREFIX = "/PrismGateway/services/rest/v1"


def build_router(world: PrismElementWorld) -> Router:
    """Return the router of one cluster."""
    router = Router(PREFIXES, refuse=lambda _status, text: error_body(text))
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
    """Return the router of what stands only under the older root (contract 1.1)."""
    router = Router([V1_PREFIX], refuse=lambda _status, text: error_body(text))
    mode_changes.add_v1_routes(router, world)
    return router
