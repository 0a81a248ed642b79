# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service holds, for GET /lab/state."""

from __future__ import annotations

from typing import Any

from lab.image_portability.state.service import Service
from lab.image_portability.stores import DirectoryStore
from lab.plain import plain


def state_of(service: Service) -> dict[str, Any]:
    """Return everything, also what never goes over the wire."""
    return {
        "region": service.region,
        "resource_locations": service.resource_locations,
        "credentials": plain(service.credentials),
        "share": {
            "location": service.share.location,
            "directory": str(service.share.directory),
            "files": service.share.files(),
        },
        "stores": {
            platform: {"directory": str(store.directory), "disks": store.names(), "tags": store.tags}
            for platform, store in service.stores.items()
            if isinstance(store, DirectoryStore)
        },
        "jobs": [
            {
                "id": job.id,
                "kind": job.kind,
                "route": job.route,
                "status": job.status,
                "done": job.done,
                "order": dict(job.order),
                "error": str(job.error or ""),
            }
            for job in service.jobs.items.values()
        ],
    }
