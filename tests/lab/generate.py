# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a topology of any size: one source cluster that replicates to all others, a DaaS and a CVAD site that share the
catalogs."""

from __future__ import annotations

from typing import Any

IMAGE = "ctx_Gold_2026.10.01-1"
BASE_VM = "Gold"
PROTECTION_DOMAIN = "PD-Gold"


def generated_topology(clusters: int, catalogs: int, machines: int) -> dict[str, Any]:
    """Return a topology with that many clusters, catalogs (over both sites) and machines (over all catalogs)."""
    names = [f"cluster-{number:03d}" for number in range(1, clusters + 1)]
    shares = [machines // catalogs + (number < machines % catalogs) for number in range(catalogs)] if catalogs else []
    numbers = {"daas": range(0, catalogs, 2), "cvad": range(1, catalogs, 2)}
    return {
        "time_scale": 60,
        "inventory_vars": {
            "image_release_base_vm": BASE_VM,
            "image_release_protection_domain": PROTECTION_DOMAIN,
            "image_release_source": names[0],
        },
        "prism_elements": [_source(names[0], names[1:]), *(_target(name, names[0]) for name in names[1:])],
        "citrix_sites": [
            _site(kind, names, [(number, shares[number]) for number in chosen])
            for kind, chosen in numbers.items()
            if chosen
        ],
    }


def _source(name: str, others: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "vms": [{"name": BASE_VM, "power_state": "off", "disk_gib": 40}],
        "snapshots": [{"name": IMAGE, "vm": BASE_VM, "age_hours": 1200}],
        "remote_sites": [{"name": other, "cluster": other, "bandwidth_mbps": 3000} for other in others],
        "protection_domains": [
            {
                "name": PROTECTION_DOMAIN,
                "vms": [BASE_VM],
                "schedules": [{"type": "DAILY", "every_nth": 1, "local": 3, "remote": dict.fromkeys(others, 3)}],
            }
        ],
    }


def _target(name: str, source: str) -> dict[str, Any]:
    return {
        "name": name,
        "snapshots": [{"name": IMAGE, "vm": BASE_VM, "age_hours": 1200}],
        "remote_sites": [{"name": source, "cluster": source}],
    }


def _site(kind: str, clusters: list[str], catalogs: list[tuple[int, int]]) -> dict[str, Any]:
    placed = [(f"W11-{number:03d}", clusters[number % len(clusters)], count) for number, count in catalogs]
    used = sorted({cluster for _name, cluster, _count in placed})
    return {
        "name": kind,
        "kind": kind,
        "hypervisors": [
            {
                "name": f"conn-{name}",
                "cluster": name,
                "hosting_units": [{"name": f"AHV-{name}", "networks": ["VLAN10"]}],
            }
            for name in used
        ],
        "catalogs": [
            {
                "name": name,
                "folder": "Prod",
                "hosting_unit": f"AHV-{cluster}",
                "image": IMAGE,
                "machines": count,
                "machine_prefix": f"{name}-",
            }
            for name, cluster, count in placed
        ],
        "inventory_vars": {
            "image_release_catalogs": [
                {"name": name, "folder": "Prod", "cluster": cluster} for name, cluster, _count in placed
            ]
        },
    }
