# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a release found of its image on one cluster, and what became of it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import failure
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.true_copy import UNKNOWN, YES


def found(snapshots: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """From the snapshots that bear the image's name, as pe_vm_snapshot_info returns them."""
    image = snapshots[0] if snapshots else {}
    return {
        "state": "present" if snapshots else "missing",
        "image_uuid": image.get("uuid") or "",
        "temporary_vm": image.get("source_vm_name") or "",
        "snapshot_id": _origin(image.get("lineage") or {}),
        "message": "",
        "witness": {"true_copy": image.get("true_copy") or ""},
    }


def confirmed(before: Mapping[str, Any], true_copy: str, kept: str = "", users: Sequence[str] = ()) -> dict[str, Any]:
    """`before` is an image or a template that an earlier run made, `true_copy` what its cluster told of it. What is no
    true copy, or may be none, was taken back, unless `kept` begins to say why it was not.

    A release moves catalogs only when it knows that the image is true. So the catalogs that use it, `users`, speak for
    one of which the cluster does not remember enough.
    """
    if true_copy == YES or (true_copy == UNKNOWN and users):
        return {**before, "state": "present", "message": ""}
    doubt = "may have been" if true_copy == UNKNOWN else "was"
    reason = f"an interrupted run made it of a temporary VM that {doubt} switched on before"
    if kept:
        return {**before, "state": "failed", **failure({"msg": reason}, kept)}
    return {**before, "state": "missing", "snapshot_id": "", "message": "", "taken_back": reason}


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
    result["timeline"] = all_of((restored, made, template or {}, removed), "timeline")
    if removed.get("failed") or removed.get("unreachable"):
        result["leftover"] = failure(removed)
    return result


def _origin(lineage: Mapping[str, Any]) -> str:
    """The protection domain snapshot or the recovery point that an image came out of."""
    return str(lineage.get("protection_domain_snapshot_id") or lineage.get("recovery_point_id") or "")
