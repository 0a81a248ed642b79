# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot of a protection domain as answers show it (contract prism_element 8)."""

from __future__ import annotations

from typing import Any

from lab.prism_element.state.entities import PdSnapshot
from lab.prism_element.state.ground import Ground
from lab.prism_element.views.protection_domain import member_view


def pd_snapshot_view(ground: Ground, snapshot: PdSnapshot, detailed: bool) -> dict[str, Any]:
    """Return a snapshot; ``vm_files`` come with full details only."""
    empty: list[Any] | None = None if ground.behaviour["null_lists"] else []
    return {
        "snapshot_id": snapshot.id,
        "snapshot_uuid": snapshot.uuid,
        "protection_domain_name": snapshot.domain,
        "snapshot_create_time_usecs": snapshot.created_usecs,
        "snapshot_expiry_time_usecs": snapshot.expiry_usecs,
        "oob_schedule_ids": list(snapshot.oob_schedule_ids),
        "state": snapshot.state,
        "consistency_groups": list(dict.fromkeys(member.consistency_group for member in snapshot.vms)),
        "vms": [member_view(member, detailed) for member in snapshot.vms] or empty,
        "nfs_files": empty,
        "volume_groups": empty,
        "missing_entities": [{"entity_name": name, "entity_type": "VM", "cg_name": name} for name in snapshot.missing],
        "located_remote_site_name": None,
        "remote_site_names": list(snapshot.remote_sites),
        "size_in_bytes": snapshot.size,
        "exclusive_usage_in_bytes": snapshot.size // 20,
    }
