# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which path the image took to each cluster, and to each Prism Central that has it as a template: by which Prism
Central, out of which copy, over which temporary VM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release import (
    SETTLED_CLUSTER_STATES,
    SETTLED_TEMPLATE_STATES,
    origin_kind,
)


def paths(
    clusters: Mapping[str, Mapping[str, Any]],
    templates: Mapping[str, Mapping[str, Any]],
    protection: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """A path for each cluster that has the image, and for each Prism Central that has the template. The moments are
    when this run saw the copy arrive, the temporary VM restored, and the image made; None for what it found or did not
    wait for. Of a recovery point, `protection` tells the protection domain snapshot that it was made from, and the
    policy that made it."""
    found = []
    for host, result in clusters.items():
        if result["state"] in SETTLED_CLUSTER_STATES:
            found.append(_path(host, result, protection))
    for host, result in templates.items():
        if result["state"] in SETTLED_TEMPLATE_STATES:
            of_central = {**result, "prism_central": host, "image_uuid": result.get("ext_id")}
            found.append(_path(host, of_central, protection))
    return found


def _path(host: str, result: Mapping[str, Any], protection: Mapping[str, Any]) -> dict[str, Any]:
    ends = {
        step["phase"]: step["finished"] for step in reversed(result.get("timeline") or []) if not step.get("failed")
    }
    origin = str(result.get("snapshot_id") or "")
    made_by: Mapping[str, Any] = {}
    if origin and origin == protection.get("snapshot_id"):
        made_by = protection
    return {
        "cluster": host,
        "prism_central": result.get("prism_central") or "",
        "origin_kind": origin_kind(result),
        "origin": origin,
        "origin_of_point": made_by.get("domain_snapshot_id") or "",
        "policy": made_by.get("policy") or "",
        "copy": result.get("copy_id") or "",
        "arrived": ends.get("replicate"),
        "temporary_vm": result.get("temporary_vm") or "",
        "restored": ends.get("restore"),
        "image": result.get("image_uuid") or "",
        "made": ends.get("image"),
    }
