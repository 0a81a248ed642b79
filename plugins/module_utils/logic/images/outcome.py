# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a release found of its image on one cluster, and what became of it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import failure


def found(snapshots: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """From the snapshots that bear the image's name, as pe_vm_snapshot_info returns them."""
    image = snapshots[0] if snapshots else {}
    return {
        "state": "present" if snapshots else "missing",
        "image_uuid": image.get("uuid") or "",
        "temporary_vm": image.get("source_vm_name") or "",
        "snapshot_id": _origin(image.get("lineage") or {}),
        "message": "",
    }


def became(
    before: Mapping[str, Any],
    restored: Mapping[str, Any],
    made: Mapping[str, Any],
    removed: Mapping[str, Any],
    planned: bool = False,
    template: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """`before` is what was found; the others are the results of the modules that were at work since, or nothing."""
    result = dict(before)
    if before["state"] == "missing":
        result |= {
            "state": "planned" if planned else "made",
            "image_uuid": (made.get("snapshot") or {}).get("uuid") or "",
            "temporary_vm": restored["vm"]["name"],
            "snapshot_id": restored.get("snapshot_id") or "",
            "copy_id": restored.get("recovery_point_ext_id") or "",
        }
    result["timeline"] = [
        step for each in (restored, made, template or {}, removed) for step in each.get("timeline") or []
    ]
    if removed.get("failed") or removed.get("unreachable"):
        result["leftover"] = failure(removed)
    return result


def _origin(lineage: Mapping[str, Any]) -> str:
    """The protection domain snapshot or the recovery point that an image came out of."""
    return str(lineage.get("protection_domain_snapshot_id") or lineage.get("recovery_point_id") or "")
