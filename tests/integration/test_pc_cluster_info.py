# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pc_cluster_info"""

from __future__ import annotations

from typing import Any

import pytest

from harness.centrals import Centrals


def hosts_of(centrals: Centrals, *known: dict[str, Any]) -> dict[str, list[str]]:
    clusters = centrals.east("pc_cluster_info", cluster_hosts=list(known))["clusters"]
    return {cluster["name"]: cluster["inventory_hosts"] for cluster in clusters}


@pytest.mark.parametrize("version", ["pc.2024.3.1", "pc.7.3", "pc.7.5.1", "pc.7.6"])
def test_what_a_prism_central_tells(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version)
    result = centrals.east("pc_cluster_info")
    state = centrals.state()
    assert result["prism_central"] == {"uuid": state["uuid"], "name": "east", "version": version}
    west = {"uuid": centrals.state("west")["uuid"], "name": "west", "connected": True}
    assert result["peers"] == [{**west, "address": centrals.west.options["nutanix_host"]}]
    first, second = result["clusters"]
    assert (first["uuid"], first["name"]) == (centrals.cluster("a"), "a")
    assert [container["name"] for container in first["storage_containers"]] == ["default", "fast"]
    assert [container["name"] for container in second["storage_containers"]] == ["default-container"]
    assert (first["hypervisors"], first["available"], first["inventory_hosts"]) == (["AHV"], True, [])
    assert centrals.hosts["a"]("pe_cluster_info")["cluster"]["uuid"] == first["uuid"]
    assert centrals.writes() == []


def test_a_cluster_that_is_out_of_reach_is_told(centrals: Centrals) -> None:
    centrals.change("reachable", "b", reachable=False)
    clusters = centrals.east("pc_cluster_info")["clusters"]
    assert [cluster["available"] for cluster in clusters] == [True, False]


def test_hosts_are_known_by_uuid_and_only_else_by_address(centrals: Centrals) -> None:
    addresses = {name: centrals.hosts[name].options["nutanix_host"] for name in ("a", "b")}
    by_uuid = {"host": "x", "uuid": centrals.cluster("a").upper(), "addresses": [addresses["b"]]}
    by_address = {"host": "y", "addresses": ["10.0.0.1", addresses["b"]]}
    assert hosts_of(centrals, by_uuid, by_address) == {"a": ["x"], "b": ["y"]}
    stranger = {"host": "z", "uuid": "00061fa4-ef93-7dd8-185b-ac1f6b6f97e2", "addresses": [addresses["b"]]}
    assert hosts_of(centrals, stranger) == {"a": [], "b": []}


def test_two_hosts_for_one_cluster_are_both_told(centrals: Centrals) -> None:
    address = centrals.hosts["a"].options["nutanix_host"]
    both = [{"host": name, "addresses": [address]} for name in ("x", "y")]
    assert hosts_of(centrals, *both)["a"] == ["x", "y"]


def test_a_cluster_without_virtual_address_is_known_by_its_cvms(centrals: Centrals) -> None:
    cluster = {
        "extId": "u-1",
        "name": "a",
        "config": {"clusterFunction": ["AOS"]},
        "nodes": {"numberOfNodes": 1, "nodeList": [{"controllerVmIp": {"ipv4": {"value": "10.0.0.21"}}}]},
    }
    central = {"extId": "u-2", "config": {"clusterFunction": ["PRISM_CENTRAL"]}}
    centrals.fault(r"/config/clusters", {"status": 200, "body": {"data": [cluster, central]}})
    (told,) = centrals.east("pc_cluster_info")["clusters"]
    assert (told["address"], told["addresses"], told["nodes"]) == ("10.0.0.21", ["10.0.0.21"], 1)
    assert (told["version"], told["available"], told["storage_containers"]) == ("", None, [])
