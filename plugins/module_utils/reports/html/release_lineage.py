# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the image of each catalog of a release comes from, as the page of a release shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release import (
    SETTLED_CLUSTER_STATES,
    origin_kind,
)


def lineage(report: Mapping[str, Any], catalogs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Where the image of each catalog comes from: {snapshot_id, origin_kind, policy, images, homeless}."""
    clusters, protection = report["clusters"], report["protection"]
    sources = (protection.get("domain_snapshot_id"), protection.get("snapshot_id"))
    copies = (cluster.get("snapshot_id") for cluster in clusters.values())
    snapshot_id = str(next(filter(None, (*sources, *copies)), ""))
    return {
        "snapshot_id": snapshot_id,
        "origin_kind": _first_origin(report, snapshot_id),
        "policy": protection.get("policy") or "",
        "images": [_image(host, cluster, catalogs) for host, cluster in clusters.items()],
        "homeless": [catalog for catalog in catalogs if catalog["cluster"] not in clusters],
    }


def _first_origin(report: Mapping[str, Any], snapshot_id: str) -> str:
    if report.get("of_pools"):
        return "Disk"
    if "-" in snapshot_id:
        return "Recovery point"
    return "Snapshot"


def _image(host: str, cluster: Mapping[str, Any], catalogs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    mine = [catalog for catalog in catalogs if catalog["cluster"] == host]
    image: dict[str, Any] = {
        "cluster": host,
        "has_image": cluster["state"] in SETTLED_CLUSTER_STATES,
        "settled": "",
        "catalogs": mine,
        "origin_kind": origin_kind(cluster),
        "image_uuid": "",
        "snapshot_id": "",
    }
    if mine:
        image["settled"] = f"{settled(mine)} of {len(mine)} catalogs on it"
    if not cluster.get("origin") and "recovery" not in image["origin_kind"]:
        image["origin_kind"] = "snapshot"
    if image["has_image"]:
        image |= {name: str(cluster.get(name) or "") for name in ("image_uuid", "snapshot_id")}
    return image


def settled(catalogs: Sequence[Mapping[str, Any]]) -> int:
    return sum(bool(catalog["settled"]) for catalog in catalogs)
