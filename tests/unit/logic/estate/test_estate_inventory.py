# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts an estate has, and what the inventory says of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.catalogs import Choice
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.inventory import (
    EstateInventory,
    declared,
    estate_inventory,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.lineage import Proofs, proofs_of

ID_A, ID_B = "0006568f-0000-4000-8000-00000000000a", "1116568f-0000-4000-8000-00000000000b"


def connection(name: str, *addresses: str, plugin: str = "AcropolisFactory", zone: str = "Primary") -> dict[str, Any]:
    return {"name": name, "addresses": list(addresses), "plugin": plugin, "zone": {"id": "", "name": zone}}


def catalog(name: str, on: str | None, image: str | None = "ctx_Gold_2026.10.01-1", **more: Any) -> dict[str, Any]:
    return {
        "id": f"ID-{name}",
        "name": name,
        "full_name": name,
        "folder": "",
        "zone": "Primary",
        "provisioning_type": "MCS",
        "hosting_unit": None if on is None else f"unit of {on}",
        "hypervisor_connection": on,
        "total_count": 20,
        "image_version": None,
        "master_image": {"name": image, "path": ""} if image else None,
        **more,
    }


def site(
    connections: Sequence[dict[str, Any]], catalogs: Sequence[dict[str, Any]] = (), **tagged: list[str]
) -> dict[str, Any]:
    return {
        "site": {"id": "1", "name": "Site"},
        "zones": ["Primary"],
        "connections": list(connections),
        "catalogs": list(catalogs),
        "tagged": tagged,
    }


def central(*clusters: tuple[str, str, list[str]]) -> dict[str, Any]:
    told = [{"uuid": uuid, "name": name, "address": at[0], "addresses": at} for uuid, name, at in clusters]
    return {"central": {"uuid": "c", "name": "PC", "version": ""}, "clusters": told}


def estate(
    sites: dict[str, Any],
    centrals: dict[str, Any] | None = None,
    clusters: dict[str, Any] | None = None,
    resolved: dict[str, list[str]] | None = None,
    own: dict[str, Any] | None = None,
    choice: Choice | None = None,
    proofs: Proofs | None = None,
) -> EstateInventory:
    entries: dict[str, dict[str, Any]] = {
        "citrix_sites": {**{host: {} for host in sites}, **(own or {})},
        "prism_centrals": {host: {"nutanix_host": f"{host}.example.com"} for host in centrals or {}},
        "prism_elements": clusters or {},
    }
    return estate_inventory(entries, centrals or {}, sites, resolved or {}, choice or Choice(prefix="ctx_"), proofs)


def addresses(found: EstateInventory) -> dict[str, str]:
    return {name: variables["nutanix_host"] for name, variables in found.told["prism_elements"].items()}


def test_a_connection_alone_names_its_cluster_by_the_address() -> None:
    found = estate({"daas": site([connection("AHV-A", "https://cluster-a.example.com:9440")])})
    assert (addresses(found), found.problems) == ({"cluster-a.example.com": "cluster-a.example.com"}, [])
    assert found.told["citrix_sites"]["daas"]["dr_connections"] == {"cluster-a.example.com": "AHV-A"}


@pytest.mark.parametrize(
    ("told", "port"), [("10.1.1.10", None), ("https://10.1.1.10:9440/", None), ("10.1.1.10:9999", 9999)]
)
def test_only_another_port_is_a_variable(told: str, port: int | None) -> None:
    (variables,) = estate({"daas": site([connection("A", told)])}).told["prism_elements"].values()
    assert (variables["nutanix_host"], variables.get("nutanix_port")) == ("10.1.1.10", port)


def test_two_sites_and_a_prism_central_know_one_cluster_by_three_addresses() -> None:
    found = estate(
        {
            "daas": site([connection("AHV-A", "cluster-a.example.com", zone="East")]),
            "cvad": site([connection("conn", "10.1.1.12", zone="West")]),
        },
        {"pc": central((ID_A.upper(), "CLUSTER-A", ["10.1.1.10", "10.1.1.11", "10.1.1.12"]))},
        resolved={"cluster-a.example.com": ["10.1.1.10"]},
    )
    assert (addresses(found), found.problems) == ({"CLUSTER-A": "10.1.1.10"}, [])
    variables = found.told["prism_elements"]["CLUSTER-A"]
    assert (variables["estate_uuid"], variables["estate_zones"]) == (ID_A, ["East", "West"])
    assert variables["estate_prism_centrals"] == ["pc"]
    assert found.told["citrix_sites"]["cvad"]["dr_connections"] == {"CLUSTER-A": "conn"}


def test_one_cluster_of_two_prism_centrals_is_one_by_its_uuid() -> None:
    found = estate({}, {"east": central((ID_A, "A", ["10.1.1.10"])), "west": central((ID_A, "a-old", ["10.9.9.9"]))})
    assert addresses(found) == {"A": "10.1.1.10"}
    assert found.told["prism_elements"]["A"]["estate_prism_centrals"] == ["east", "west"]


def test_two_connections_are_one_cluster_as_soon_as_a_third_has_both_addresses() -> None:
    found = estate(
        {
            "one": site([connection("A", "10.1.1.10")]),
            "two": site([connection("B", "10.1.1.11")]),
            "three": site([connection("C", "10.1.1.10, 10.1.1.11")]),
        }
    )
    assert (len(addresses(found)), found.problems) == (1, [])


def test_the_operators_name_counts_and_may_come_by_uuid() -> None:
    found = estate(
        {"daas": site([connection("A", "10.1.1.10")])},
        {"pc": central((ID_B, "Other", ["10.2.2.10"]))},
        {"cluster-a": {"nutanix_host": "10.1.1.10"}, "cluster-b": {"estate_uuid": ID_B.upper()}},
    )
    assert addresses(found) == {"cluster-b": "10.2.2.10", "cluster-a": "10.1.1.10"}


def test_clusters_of_one_name_are_told_apart_by_uuid() -> None:
    found = estate({}, {"pc": central((ID_A, "Prod", ["10.1.1.10"]), (ID_B, "PROD", ["10.2.2.10"]))})
    assert sorted(addresses(found)) == ["PROD-1116568f", "Prod-0006568f"]


@pytest.mark.parametrize(
    ("connections", "words"),
    [
        ([connection("A", "10.9.9.9")], "may lead to any of 'East', 'West'"),
        ([connection("A")], "tells no address"),
        ([connection("P", "pc9.example.com", plugin="AcropolisPCFactory")], "that is not declared"),
        ([connection("A", "10.1.1.1"), connection("B", "10.1.1.1")], "say in dr_connections which one"),
    ],
)
def test_a_doubt_is_a_problem_and_never_a_missing_cluster(connections: list[dict[str, Any]], words: str) -> None:
    centrals = {"pc": central((ID_A, "East", ["10.9.9.9"]), (ID_B, "West", ["10.9.9.9"]))}
    (problem,) = estate({"daas": site(connections)}, centrals).problems
    assert words in problem


def test_connections_to_something_else_tell_of_no_cluster() -> None:
    found = estate({"daas": site([connection("V", "vcenter", plugin="VmwareFactory")])})
    assert (addresses(found), found.problems) == ({}, [])


def test_one_site_under_two_names_is_a_problem() -> None:
    told = site([connection("A", "10.1.1.1")], [catalog("W11", "A"), catalog("W10", "A")])
    elsewhere = {**told, "site": {"id": "2", "name": "Site"}}
    found = estate({"cvad": told, "again": told, "other": elsewhere}, own={"cvad": {}, "again": {}, "other": {}})
    assert found.problems == ["'cvad' and 'again' of the source are one Citrix site"]


def test_a_host_of_two_kinds_is_a_problem() -> None:
    found = estate({"prod": site([])}, {"pc": central((ID_A, "prod", ["10.1.1.10"]))})
    assert found.problems == ["several hosts are called 'prod'; name the cluster under clusters"]


CATALOGS = [
    catalog("W11-Pool", "AHV-A", folder="Prod"),
    catalog("W11-Hand", "AHV-A", "made by hand"),
    catalog("W11-New", "AHV-A", None),
    catalog("Server", "AHV-A"),
    catalog("W11-Manual", None, None, provisioning_type="Manual"),
    catalog(
        "W11-Prepared",
        "AHV-A",
        image_version={"name": "Def:3", "release": "2026.11.20-1"},
    ),
]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (Choice(prefix="ctx_"), ["Server", "W11-Pool"]),
        (Choice(names=("w11-*",), prefix="ctx_"), ["W11-Pool"]),
        (Choice(names=("prod/*",), prefix="ctx_"), ["W11-Pool"]),
        (Choice(names=("W11-*",), ours=False), ["W11-Hand", "W11-New", "W11-Pool"]),
        (Choice(tags=("ansible",), prefix="ctx_"), ["Server"]),
        (Choice(prefix="other_"), []),
    ],
)
def test_which_catalogs_count(choice: Choice, names: list[str]) -> None:
    daas = site([connection("AHV-A", "10.1.1.10")], CATALOGS, ansible=["id-server", "ID-W11-HAND"])
    found = estate({"daas": daas}, clusters={"a": {"nutanix_host": "10.1.1.10"}}, choice=choice)
    variables = found.told["citrix_sites"]["daas"]
    assert (sorted(each["name"] for each in variables["image_release_catalogs"]), found.problems) == (names, [])
    assert {each["cluster"] for each in variables["image_release_catalogs"]} <= {"a"}
    assert len(variables["estate_catalogs"]) == len(CATALOGS)


def test_brackets_in_a_name_are_brackets() -> None:
    daas = site([connection("AHV-A", "10.1.1.10")], [catalog("W11 [Test]", "AHV-A"), catalog("W11 T", "AHV-A")])
    found = estate({"daas": daas}, choice=Choice(names=("w11 [t*]",), prefix="ctx_"))
    variables = found.told["citrix_sites"]["daas"]
    assert ([each["name"] for each in variables["image_release_catalogs"]], found.problems) == (["W11 [Test]"], [])


def test_a_catalog_is_said_as_a_release_wants_it() -> None:
    daas = site([connection("AHV-A", "10.1.1.10")], CATALOGS[:1])
    found = estate({"daas": daas}, choice=Choice(waves=(("W11-P*", "canary"), ("*", "rest")), prefix="ctx_"))
    assert found.told["citrix_sites"]["daas"]["image_release_catalogs"] == [
        {"name": "W11-Pool", "folder": "Prod", "cluster": "10.1.1.10", "wave": "canary"}
    ]
    (row,) = found.told["citrix_sites"]["daas"]["estate_catalogs"]
    assert (row["image"], row["release"], row["base_vm"]) == ("ctx_Gold_2026.10.01-1", "2026.10.01-1", "Gold")


@pytest.mark.parametrize(
    ("choice", "problem"),
    [
        (Choice(names=("W11-*", "W12-*"), ours=False), "no catalog is called 'W12-*'"),
        (Choice(tags=("gold",), ours=False), "no catalog bears the tag 'gold'"),
        (Choice(waves=(("Canary", "1"),), ours=False), "no catalog is called 'Canary'"),
        (
            Choice(names=("W11-Hand", "Server"), prefix="ctx_"),
            "no catalog called 'W11-Hand' counts by catalog_names, catalog_tags and catalogs_on_our_images",
        ),
        (
            Choice(names=("Server",), waves=(("W11-Pool", "canary"),), prefix="ctx_"),
            "no catalog called 'W11-Pool' counts by catalog_names, catalog_tags and catalogs_on_our_images",
        ),
    ],
)
def test_a_wish_that_matches_nothing_is_a_problem(choice: Choice, problem: str) -> None:
    found = estate({"daas": site([connection("AHV-A", "10.1.1.10")], CATALOGS, gold=[])}, choice=choice)
    assert found.problems == [problem]


@pytest.mark.parametrize(("doubt", "counting"), [("", ["W11"]), ("was made by hand", [])])
def test_with_images_asked_for_only_a_proven_one_counts(doubt: str, counting: list[str]) -> None:
    """A namesake on another cluster proves nothing."""
    lineage = {"protection_domain_snapshot_id": "1", "recovery_point_id": None}
    image = {"name": "ctx_Gold_2026.10.01-1", "uuid": "1", "lineage": {**lineage, "doubt": doubt}}
    places = {
        "a": {"address": "10.1.1.10", "port": 9440, "snapshots": [image]},
        "b": {"address": "10.2.2.20", "port": 9440, "snapshots": [{**image, "lineage": {**lineage, "doubt": ""}}]},
    }
    sites = {"daas": site([connection("AHV-A", "10.1.1.10")], [{**catalog("W11", "AHV-A"), "note": ""}])}
    proofs = proofs_of(sites, places, "ctx_")
    found = estate(sites, proofs=proofs).told["citrix_sites"]["daas"]
    assert [each["name"] for each in found["image_release_catalogs"]] == counting
    assert found["estate_catalogs"][0]["verified"] is bool(counting)


def test_a_catalog_of_nowhere_is_a_problem_unless_the_source_says_the_catalogs() -> None:
    daas = site([connection("VM", "vcenter", plugin="VmwareFactory")], [catalog("W11", "VM")])
    (problem,) = estate({"daas": daas}).problems
    assert "leads to no cluster and no Prism Central" in problem
    assert estate({"daas": daas}, own={"daas": {"image_release_catalogs": []}}).problems == []


def test_a_catalog_behind_a_prism_central_needs_no_cluster() -> None:
    behind = connection("P", "https://10.5.5.5:9440", plugin="AcropolisHypervisorPCFactory")
    found = estate(
        {"daas": site([behind], [catalog("W11", "P")])}, {"pc": central()}, resolved={"pc.example.com": ["10.5.5.5"]}
    )
    variables = found.told["citrix_sites"]["daas"]
    assert (variables["image_release_catalogs"], found.problems) == ([{"name": "W11", "folder": ""}], [])
    assert variables["estate_catalogs"][0]["prism_central"] == "pc"


def test_accounts_stay_in_the_source() -> None:
    assert declared(
        {
            "nutanix_host": "a",
            "nutanix_username": "u",
            "nutanix_password": "p",
            "nutanix_api_key": "k",
            "citrix_client_id": "i",
            "citrix_client_secret": "s",
        }
    ) == {"nutanix_host": "a"}
