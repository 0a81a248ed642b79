# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate that is measured: a generated topology whose every step takes a known time."""

from __future__ import annotations

from typing import Any

from bench.critical_path import Durations
from lab.generate import BASE_VM, generated_topology

DISK_GIB = 40
MACHINES_PER_CATALOG = 20
SITES = 2
RECOVERY_POINT = "recovery_point"
# How much slower the link to the last cluster of an uneven estate is
SLOWER = 20


def measured_topology(
    clusters: int, catalogs: int, durations: Durations, crowd: bool = False, uneven: bool = False
) -> dict[str, Any]:
    """Return a topology in which the steps take ``durations``.

    ``crowd`` puts things around that do not concern the release: 1,500 images and 200 VMs on each cluster, 300 catalogs
    on the sites.
    ``uneven`` makes the link to the last cluster slower.
    """
    topology = generated_topology(clusters, catalogs, catalogs * MACHINES_PER_CATALOG)
    topology["durations"] = {
        "oob_snapshot": durations.snapshot,
        "restore": durations.restore,
        "snapshot": durations.snapshot,
        "delete": durations.delete,
        "publish": durations.publish,
    }
    source = topology["prism_elements"][0]
    for vm in source["vms"]:
        vm["disk_gib"] = DISK_GIB
    for site in source["remote_sites"]:
        site["bandwidth_mbps"] = DISK_GIB * 2**30 * 8 / durations.replicate / 1_000_000
    if uneven:
        source["remote_sites"][-1]["bandwidth_mbps"] /= SLOWER
    if crowd:
        _crowd(topology)
    return topology


def under_prism_centrals(topology: dict[str, Any], centrals: int, durations: Durations) -> dict[str, Any]:
    """Return the same estate without its protection domain, its clusters under so many Prism Centrals, which are all
    paired with the first one."""
    clusters = topology["prism_elements"]
    source = clusters[0]
    del source["protection_domains"]
    rate = source["remote_sites"][0]["bandwidth_mbps"] if len(clusters) > 1 else 1000
    names = [f"pc-{number + 1}" for number in range(centrals)]
    topology["prism_centrals"] = [
        {
            "name": name,
            "clusters": [cluster["name"] for cluster in clusters[number::centrals]],
            "paired_with": names[:number][:1],
            "bandwidth_mbps": rate,
            "durations": {"recovery_point": durations.snapshot, "vm_restore": durations.restore},
        }
        for number, name in enumerate(names)
    ]
    variables = topology["inventory_vars"]
    del variables["image_release_protection_domain"]
    variables["image_release_strategy"] = RECOVERY_POINT
    return topology


def _crowd(topology: dict[str, Any]) -> None:
    for cluster in topology["prism_elements"]:
        cluster["snapshots"].append({"name": "other-{n:04d}", "vm": BASE_VM, "count": 1500, "age_hours": 500})
        cluster.setdefault("vms", []).append({"name": "desk-{n:04d}", "count": 200, "power_state": "on"})
    sites = topology["citrix_sites"]
    for site in sites:
        model = site["catalogs"][0]
        foreign = {key: model[key] for key in ("hosting_unit", "image")}
        site["catalogs"].append({"name": "Other-{n:03d}", "count": 300 // len(sites), "folder": "Others", **foreign})
