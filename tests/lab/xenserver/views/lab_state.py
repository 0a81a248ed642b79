# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What GET /lab/state tells of a pool."""

from __future__ import annotations

from typing import Any

from lab.xenserver.state.pool import Pool


def state_of(pool: Pool) -> dict[str, Any]:
    """Return everything a pool holds, and where its hosts' file systems are."""
    database = pool.database
    return {
        "master": pool.master,
        "behaviour": pool.behaviour,
        "sr_mount_roots": {host: str(pool.storage.mount_root(host)) for host in pool.hosts},
        "schemes": pool.schemes.current,
        "srs": {
            record["name_label"]: {
                "uuid": record["uuid"],
                "type": record["type"],
                "directory": str(pool.storage.volumes[ref].directory),
                "files": sorted(path.name for path in pool.storage.volumes[ref].directory.iterdir()),
            }
            for ref, record in database.items("SR")
        },
        "vdis": [{**record, "ref": ref} for ref, record in database.items("VDI")],
        "vms": [{**record, "ref": ref} for ref, record in database.items("VM")],
        "vbds": [{**record, "ref": ref} for ref, record in database.items("VBD")],
        "tasks": [{**record, "ref": ref} for ref, record in database.items("task")],
        "sessions": len(database.refs("session")),
    }
