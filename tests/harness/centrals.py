# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An estate of two paired Prism Centrals for the tests of their modules: three clusters, golden VMs of one name on two
clusters of one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    PrismCentral,
)
from harness.modules import Site, hosts_of, writes
from lab.citrix.topology import FOLDER_PLUGIN
from lab.running import RunningLab

TIME_SCALE = 600.0
# Over the three clusters of the demo
CENTRALS: list[dict[str, Any]] = [
    {"name": "pc-east", "clusters": ["cluster-a", "cluster-b"], "bandwidth_mbps": 3000},
    {"name": "pc-west", "clusters": ["cluster-c"], "paired_with": ["pc-east"], "bandwidth_mbps": 3000},
]
LONG_LIVED = "W11-Gold"
API_KEY = "key-of-the-service-account"
TOPOLOGY: dict[str, Any] = {
    "seed": 7,
    "prism_elements": [
        {
            "name": "a",
            "vms": [{"name": "Gold", "disk_gib": 10}, {"name": "Twin"}, {"name": "Büro 'Süd' #1 & 黄金"}],
            "storage_containers": ["default", "fast"],
        },
        {"name": "b", "vms": [{"name": "Twin"}, {"name": "On", "power_state": "on"}]},
        {"name": "c", "vms": [{"name": "Far"}]},
    ],
    "prism_centrals": [
        {
            "name": "east",
            "clusters": ["a", "b"],
            "api_key": API_KEY,
            "categories": [{"key": "App", "value": "Gold", "vms": ["Gold"]}],
        },
        {"name": "west", "clusters": ["c"], "paired_with": ["east"], "api_key": API_KEY},
    ],
}


def by_recovery_points(demo: dict[str, Any]) -> dict[str, Any]:
    """The demo without its protection domain, under two Prism Centrals."""
    clusters = [
        {name: value for name, value in cluster.items() if name != "protection_domains"}
        for cluster in demo["prism_elements"]
    ]
    variables = {
        "image_release_base_vm": "Gold",
        "image_release_source": "cluster-a",
        "image_release_strategy": "recovery_point",
    }
    return {**demo, "prism_elements": clusters, "prism_centrals": deepcopy(CENTRALS), "inventory_vars": variables}


def both_ways(demo: dict[str, Any]) -> dict[str, Any]:
    """The demo, where one Prism Central manages two clusters, and the third cluster has none."""
    topology = deepcopy(demo)
    topology["prism_centrals"] = deepcopy(CENTRALS[:1])
    topology["inventory_vars"] = {**demo["inventory_vars"], "image_release_strategy": "recovery_point"}
    topology["prism_elements"][2]["inventory_vars"] = {"image_release_strategy": "protection_domain"}
    return topology


def with_all_plugins(demo: dict[str, Any]) -> dict[str, Any]:
    """The demo under two Prism Centrals, where one site has catalogs behind all three plug-ins, and the other one
    behind Citrix's own."""
    topology = deepcopy(by_recovery_points(demo))
    daas, cvad = topology["citrix_sites"]
    daas["hypervisors"] += [
        _connection("conn-flat", "cluster-a", "pc-east", "AcropolisPCFactory", "FLAT"),
        _connection("conn-deep", "cluster-b", "pc-east", FOLDER_PLUGIN, "DEEP"),
    ]
    cvad["hypervisors"].append(_connection("conn-west", "cluster-c", "pc-west", FOLDER_PLUGIN, "WEST"))
    old = "ctx_Gold_2026.10.01-1"
    for central, vm in zip(topology["prism_centrals"], ("Gold", "desk-c-001"), strict=True):
        central["templates"] = [{"name": old, "vm": vm}]
    for site, name, unit in ((daas, "W11-Flat", "FLAT"), (daas, "W11-Deep", "DEEP"), (cvad, "W11-West", "WEST")):
        catalog = {"name": name, "hosting_unit": unit, "image": old, "machines": 3, "machine_prefix": f"{name[4:]}-"}
        site["catalogs"].append({**catalog, "delivery_group": name, "machine_profile": old if unit == "DEEP" else None})
        site["inventory_vars"]["image_release_catalogs"].append({"name": name})
    return topology


def with_versions(topology: dict[str, Any]) -> dict[str, Any]:
    """The same, where each release becomes a version of one template that lives long; the catalog whose plug-in shows
    no versions has no part in it."""
    topology = deepcopy(topology)
    for central, vm in zip(topology["prism_centrals"], ("Gold", "desk-c-001"), strict=True):
        central["templates"].append({"name": LONG_LIVED, "vm": vm})
    variables = topology["citrix_sites"][0]["inventory_vars"]
    variables["image_release_catalogs"] = [
        catalog for catalog in variables["image_release_catalogs"] if catalog["name"] != "W11-Flat"
    ]
    topology["inventory_vars"]["image_release_template_name"] = LONG_LIVED
    return topology


def with_a_cluster_without_central(topology: dict[str, Any]) -> dict[str, Any]:
    """The same with a fourth cluster that no Prism Central manages, and a catalog on it."""
    topology, old = deepcopy(topology), "ctx_Gold_2026.10.01-1"
    source, daas = topology["prism_elements"][0], topology["citrix_sites"][0]
    source.setdefault("remote_sites", []).append({"name": "cluster-d", "cluster": "cluster-d", "bandwidth_mbps": 3000})
    schedule = {"type": "DAILY", "every_nth": 1, "local": 3, "remote": {"cluster-d": 3}}
    snapshot = {"age_hours": 12, "remotes": ["cluster-d"]}
    source["protection_domains"] = [
        {"name": "PD-Gold", "vms": ["Gold"], "schedules": [schedule], "snapshots": [snapshot]}
    ]
    topology["prism_elements"].append(
        {
            "name": "cluster-d",
            "networks": [{"name": "VLAN10", "vlan_id": 10}],
            "vms": [{"name": "desk-d-{n:03d}", "count": 2, "power_state": "on"}],
            "snapshots": [{"name": old, "vm": "ctx_2026.10.01-1_351001_Gold"}],
            "remote_sites": [{"name": "cluster-a", "cluster": "cluster-a", "bandwidth_mbps": 3000}],
            "inventory_vars": {"image_release_strategy": "protection_domain"},
        }
    )
    topology["inventory_vars"]["image_release_protection_domain"] = "PD-Gold"
    units = [{"name": "AHV-D", "networks": ["VLAN10"]}]
    daas["hypervisors"].append({"name": "conn-d", "cluster": "cluster-d", "hosting_units": units})
    catalog = {"name": "W11-Branch", "hosting_unit": "AHV-D", "image": old, "machines": 2, "machine_prefix": "W11B-"}
    daas["catalogs"].append({**catalog, "delivery_group": "W11 Branch"})
    daas["inventory_vars"]["image_release_catalogs"].append({"name": "W11-Branch", "cluster": "cluster-d"})
    return topology


def _connection(name: str, cluster: str, central: str, plugin: str, unit: str) -> dict[str, Any]:
    units = [{"name": unit, "networks": ["VLAN10"]}]
    return {"name": name, "cluster": cluster, "prism_central": central, "plugin": plugin, "hosting_units": units}


def by_policy(demo: dict[str, Any]) -> dict[str, Any]:
    """The same, where a protection policy has copied a recovery point of the golden VM to all clusters."""
    estate = by_recovery_points(demo)
    variables = {
        **estate["inventory_vars"],
        "image_release_strategy": "protection_policy",
        "image_release_recovery_point_max_age": 7 * 24 * 3600,
    }
    east, west = estate["prism_centrals"]
    category = {"key": "App", "value": "Gold", "vms": ["Gold"]}
    to = [{"cluster": "cluster-b"}, {"prism_central": "pc-west", "cluster": "cluster-c"}]
    policy = {"name": "Images", "category": "App/Gold", "every_seconds": 30 * 24 * 3600, "to": to}
    centrals = [{**east, "categories": [category], "policies": [policy]}, west]
    return {**estate, "prism_centrals": centrals, "inventory_vars": variables}


class Centrals:
    """The lab with this estate: `east` and `west` call modules, the rest changes and looks at the lab."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        self.reset()

    def reset(self, **of_each: Any) -> None:
        """Back to the beginning, with other keys of both Prism Centrals where given."""
        topology = deepcopy(TOPOLOGY)
        for spec in topology["prism_centrals"]:
            spec.update(of_each)
        self.lab.clear_faults()
        self.lab.reset(topology)
        self.lab.run_at(TIME_SCALE)
        self.lab.forget()
        self.hosts = hosts_of(self.lab)
        self.east: Site = self.hosts["east"]
        self.west: Site = self.hosts["west"]

    def client(self, name: str = "east", **options: Any) -> PrismCentral:
        """A client of the collection."""
        defaults = {option: spec.get("default") for option, spec in CONNECTION_ARGUMENTS.items()}
        return PrismCentral.connect({**defaults, **self.hosts[name].options, **options})

    def behave(self, name: str = "east", **switches: Any) -> None:
        """Set behaviour switches."""
        self.change("behaviour", name, **switches)

    def change(self, kind: str, endpoint: str = "east", **payload: Any) -> dict[str, Any]:
        """Let somebody else change something."""
        return self.lab.change([{"endpoint": endpoint, "kind": kind, **payload}])[0]

    def fault(self, path: str, then: dict[str, Any], **rule: Any) -> None:
        """Let requests go wrong."""
        self.lab.faults([{"path": path, "then": then, **rule}])

    def asked(self, method: str, pattern: str) -> list[dict[str, Any]]:
        """The recorded requests of a method whose path fits."""
        return [
            entry for entry in self.lab.requests() if entry["method"] == method and re.search(pattern, entry["path"])
        ]

    def writes(self) -> list[str]:
        return writes(self.lab)

    def state(self, name: str = "east") -> dict[str, Any]:
        state: dict[str, Any] = self.lab.state()["endpoints"][name]
        return state

    def cluster(self, name: str, central: str = "east") -> str:
        """The uuid of a cluster."""
        return str(self.state(central)["clusters"][name])

    def vm(self, name: str, cluster: str = "a") -> str:
        """The uuid of a VM."""
        (uuid,) = [vm["uuid"] for vm in self.vms(cluster) if vm["name"] == name]
        return str(uuid)

    def vms(self, cluster: str = "a") -> list[Mapping[str, Any]]:
        return list(self.lab.state()["endpoints"][cluster]["vms"])
