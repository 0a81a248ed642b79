# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a catalog back to the release that made its image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.lineage import lineage
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.suggestion import near_names


def ancestries(sites: Mapping[str, Mapping[str, Any]], clusters: Mapping[str, Mapping[str, Any]], prefix: str) -> list[dict[str, Any]]:
    """For each catalog with a master image: the image, the release and golden VM that its name tells, and what the clusters say of images of that name.

    `sites`: host -> {catalogs: as citrix_catalog_info returns them, out_of_date: the catalog id of each machine whose image is out of date};
    `clusters`: host -> {snapshots: as pe_vm_snapshot_info returns them}. Which cluster a hosting unit stands for is not certain, so all that have an image of
    the name are listed. `marked` says that on each of them the collection made it.
    """
    found = []
    for host, site in sites.items():
        behind = Counter(site.get("out_of_date") or [])
        for catalog in site.get("catalogs") or []:
            if not catalog.get("master_image"):
                continue
            image = catalog["master_image"]
            copies = [
                _copy(cluster, snapshot, prefix)
                for cluster, told in clusters.items()
                for snapshot in told.get("snapshots") or []
                if snapshot["name"] == image["name"]
            ]
            named = lineage(image["name"], "", prefix)
            total = catalog.get("total_count") or 0
            found.append(
                {
                    "site": host,
                    "catalog": catalog["full_name"],
                    "name": catalog["name"],
                    "hosting_unit": catalog.get("hosting_unit"),
                    "image": image["name"],
                    "release": named["release"] if named else None,
                    "base_vm": named["base_vm"] if named else None,
                    "protection_domain_snapshots": sorted({copy["protection_domain_snapshot_id"] for copy in copies if copy["protection_domain_snapshot_id"]}),
                    "marked": bool(copies) and all(copy["protection_domain_snapshot_id"] for copy in copies),
                    "clusters": copies,
                    "machines": total,
                    "machines_up_to_date": total - behind[catalog["id"]],
                    "note": catalog.get("note") or "",
                }
            )
    return sorted(found, key=lambda each: (each["site"], each["catalog"].casefold()))


def chosen(found: Sequence[dict[str, Any]], wanted: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the catalogs that are wanted by name or full name, whole and without case, on whatever site. Raises LookupError for one that nobody has."""
    names = [(each, {each["catalog"].casefold(), each["name"].casefold()}) for each in found]
    for name in wanted:
        if not any(name.casefold() in own for _each, own in names):
            raise LookupError(
                f"no site that was asked has a catalog '{name}' with a master image. {near_names(name, (each['catalog'] for each in found))}".rstrip()
            )
    folded = {name.casefold() for name in wanted}
    return [each for each, own in names if folded & own]


def rows(found: Iterable[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Lines of the table."""
    return [
        (
            each["site"],
            each["catalog"],
            each["image"],
            each["release"] or "not ours",
            each["base_vm"] or "",
            ", ".join(each["protection_domain_snapshots"]) or ("not told" if each["release"] else ""),
            ", ".join(copy["cluster"] for copy in each["clusters"]) or "none has it",
            f"{each['machines_up_to_date']} of {each['machines']}",
        )
        for each in found
    ]


def _copy(cluster: str, snapshot: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    told = lineage(snapshot["name"], snapshot.get("source_vm_name") or "", prefix)
    return {
        "cluster": cluster,
        "uuid": snapshot["uuid"],
        "created": snapshot.get("created"),
        "taken_from": snapshot.get("source_vm_name"),
        "protection_domain_snapshot_id": told["protection_domain_snapshot_id"] if told else None,
    }
