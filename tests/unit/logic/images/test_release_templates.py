# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.release_templates import (
    central_needs,
    found,
    makers,
    unserved,
    users,
    witnessed,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.starts import start_terms

PE, FLAT, DEEP = "AcropolisFactory", "AcropolisPCFactory", "AcropolisHypervisorPCFactory"
IMAGE = "ctx_Gold_r1"


def central(address: str, port: int = 9440, *addresses: str) -> dict[str, Any]:
    return {"address": address, "port": port, "endpoint": {"host": address, "port": port, "addresses": addresses}}


CENTRALS = {"pc-east": central("pc-east.example.com", 9440, "10.0.0.1"), "pc-west": central("10.0.0.2")}


def catalog(name: str, plugin: str, *addresses: str, folder: str = "", cluster: str | None = None) -> dict[str, Any]:
    connection = {"name": f"conn of {name}", "plugin": plugin, "addresses": list(addresses)}
    full_name = f"{folder}/{name}".lstrip("/")
    own = {"id": f"id-{name}", "name": name, "folder": folder, "full_name": full_name, "hosting_unit": "U"}
    return {**own, "cluster_uuid": cluster, "connection": connection}


def needs_of(*catalogs: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return central_needs({"daas": {"catalogs": catalogs}, "silent": {"message": "no answer"}}, CENTRALS)


@pytest.mark.parametrize(
    ("plugin", "address", "hosts"),
    [
        (PE, "https://10.0.0.1:9440", None),
        (FLAT, "https://10.0.0.1:9440", ["pc-east"]),
        (DEEP, "PC-EAST.example.com", ["pc-east"]),
        (DEEP, "10.0.0.2", ["pc-west"]),
        (DEEP, "https://pc-west:9440", []),
        ("VmwareFactory", "https://10.0.0.2", None),
    ],
)
def test_the_plug_in_says_what_is_needed_and_the_address_of_whom(
    plugin: str, address: str, hosts: list[str] | None
) -> None:
    needs = needs_of(catalog("W11", plugin, address))
    assert needs["silent"] == []
    assert [need["centrals"] for need in needs["daas"]] == ([] if hosts is None else [hosts])


def test_a_catalog_without_a_connection_needs_nothing() -> None:
    assert central_needs({"daas": {"catalogs": [{"name": "Manual", "connection": None}]}}, CENTRALS) == {"daas": []}


@pytest.mark.parametrize(
    ("plugin", "address", "template", "words"),
    [
        (DEEP, "10.9.9.9", "", "leads to no host of the group prism_centrals"),
        (DEEP, "10.0.0.1 10.0.0.2", "", "may lead to any of pc-east, pc-west"),
        (FLAT, "10.0.0.1", "Gold", "shows no versions"),
        (FLAT, "10.0.0.1", "", ""),
        (DEEP, "10.0.0.1", "Gold", ""),
    ],
)
def test_what_cannot_be_served_is_told(plugin: str, address: str, template: str, words: str) -> None:
    told = unserved(needs_of(catalog("W11", plugin, address, folder="Prod")), template)
    assert bool(told) is bool(words)
    assert all(words in sentence and "daas: the catalog 'Prod/W11'" in sentence for sentence in told)


def test_a_prism_central_that_did_not_tell_its_addresses_may_be_the_one_that_is_meant() -> None:
    """Left out by --limit, or without an answer: the catalog is not touched, and the others go on."""
    answers = {"daas": {"catalogs": [catalog("W11", DEEP, "10.9.9.9")]}}
    left_out = {**CENTRALS, "pc-far": {"state": "not asked", "uuid": ""}}
    needs = central_needs(answers, left_out)
    assert needs["daas"][0]["silent"] == ["pc-far"]
    assert not unserved(needs)
    assert (
        "took part in this run" in start_terms([{"name": "W11"}], {}, "needed_clusters", needs=needs["daas"])[0]["hold"]
    )


def template(name: str, recovery_point: str | None, ext_id: str = "t1") -> dict[str, Any]:
    lineage = {"proven": bool(recovery_point), "doubt": "bears no mark", "recovery_point_id": recovery_point}
    return {"name": name, "ext_id": ext_id, "lineage": lineage}


def test_the_template_of_the_release_is_found_by_its_proof() -> None:
    assert found([template("other", None)], IMAGE)["state"] == "missing"
    seen = found([template(IMAGE, "rp-1")], IMAGE)
    assert (seen["state"], seen["ext_id"], seen["snapshot_id"]) == ("present", "t1", "rp-1")


@pytest.mark.parametrize(
    ("templates", "words"),
    [
        ([template(IMAGE, None)], "bears no mark"),
        ([template(IMAGE, "rp-1"), template(IMAGE, "rp-1", "t2")], "'ctx_Gold_r1' (t2)"),
        ([template(IMAGE.upper(), "rp-1")], "Citrix cannot tell them apart"),
        ([{"name": IMAGE, "ext_id": "t1", "lineage": None}], "is none of the collection"),
    ],
)
def test_a_name_that_is_taken_is_refused(templates: list[dict[str, Any]], words: str) -> None:
    seen = found(templates, IMAGE)
    assert seen["state"] == "failed"
    assert words in seen["message"]


def test_a_template_counts_only_when_its_temporary_vm_is_gone_or_its_cluster_has_told() -> None:
    versions = [{"cluster_uuids": ["uuid-a"]}]
    made = {**template(IMAGE, "rp-1"), "source_vm_uuid": "vm-1", "created": "2026-11-20T23:33:00Z"}
    seen = found([{**made, "versions": versions}], IMAGE)
    assert seen["witness"] == {"vm_uuid": "vm-1", "created": "2026-11-20T23:33:00Z", "asks": ["uuid-a"]}
    assert witnessed(seen, []) == seen
    doubted = witnessed(seen, [{"name": "ctx_r1_7_Gold", "uuid": "vm-1", "cluster_uuid": "uuid-b"}])
    assert (doubted["state"], doubted["snapshot_id"], doubted["witness"]["asks"]) == ("failed", "rp-1", ["uuid-b"])
    assert "did not tell whether somebody has switched it on" in doubted["message"]


def test_a_version_of_a_template_that_lives_long() -> None:
    holder = {"name": "Gold", "ext_id": "long", "versions": [template("ctx_Gold_r0", "rp-0", "v0")]}
    seen = found([holder], IMAGE, "Gold")
    assert (seen["state"], seen["ext_id"]) == ("missing", "long")
    holder["versions"] = [template(IMAGE, "rp-1", "v1")]
    seen = found([holder], IMAGE, "Gold")
    assert (seen["state"], seen["ext_id"], seen["snapshot_id"]) == ("present", "long", "rp-1")
    assert "there is no template called 'Gold'" in found([], IMAGE, "Gold")["message"]
    assert "there are 2 templates called 'Gold'" in found([holder, holder], IMAGE, "Gold")["message"]


CLUSTERS = {
    "a": {"prism_central": "pc-east", "cluster_uuid": "uuid-a", "state": "present"},
    "b": {"prism_central": "pc-east", "cluster_uuid": "uuid-b", "state": "missing"},
    "c": {"prism_central": "pc-west", "cluster_uuid": "uuid-c", "state": "failed"},
    "only domains": {"state": "missing"},
}
MISSING = {"pc-east": {"state": "missing"}, "pc-west": {"state": "missing"}}


@pytest.mark.parametrize(
    ("cluster", "source", "maker"), [("uuid-b", "a", "b"), (None, "b", "b"), (None, "c", "a"), ("elsewhere", "a", "a")]
)
def test_a_template_is_made_where_a_catalog_is_else_on_the_source(cluster: str, source: str, maker: str) -> None:
    needs = needs_of(catalog("W11", DEEP, "10.0.0.1", cluster=cluster))
    assert makers(MISSING, CLUSTERS, needs, source) == {"pc-east": maker}
    assert makers({"pc-east": {"state": "present"}}, CLUSTERS, needs, source) == {}


def test_a_catalog_waits_for_the_template_of_its_prism_central_and_for_no_cluster() -> None:
    (rows,) = [needs_of(catalog("W11", DEEP, "10.0.0.1"), catalog("Flat", FLAT, "10.0.0.2"))["daas"]]
    wishes = [{"name": "w11", "cluster": "c"}, {"id": "ID-FLAT"}, {"name": "Snapshots", "cluster": "a"}]
    places = {**CLUSTERS, "pc-east": {"state": "missing"}, "pc-west": {"state": "failed", "message": "taken"}}
    moves = start_terms(wishes, places, "needed_clusters", ["pc-east"], "note ", rows)
    assert moves[0]["start_when"] == ["note pc-east"]
    assert "pc-west" in moves[1]["hold"]
    assert moves[2] == wishes[2]
    nowhere = needs_of(catalog("W11", DEEP, "10.9.9.9"))["daas"]
    assert "leads to no Prism Central" in start_terms(wishes, places, "needed_clusters", needs=nowhere)[0]["hold"]
    (move, *_others) = start_terms(wishes, places, "needed_clusters", ["pc-east"], "note ", rows, "Gold", IMAGE)
    assert move["image"] == f"XDHyp:\\HostingUnits\\U\\Templates.folder\\Gold.template\\{IMAGE}.templateversion"


def test_what_is_elsewhere_uses_nothing_here_and_what_nobody_can_tell_does() -> None:
    needs = needs_of(catalog("W11", DEEP, "10.0.0.1"), catalog("Lost", DEEP, "10.9.9.9"))
    wishes = [{"name": "here", "folder": "Prod", "cluster": "a"}, {"name": "There", "cluster": "b"}, {"name": "All"}]
    of = ("Prod/Here", "Test/Here", "Any/There", "All", "W11", "Lost", "unknown")
    references = [{"kind": "master image", "of": name, "names": [IMAGE]} for name in of]
    uses = [{"item": "daas", "references": references}, {"item": "silent", "references": []}]

    def found_at(place: str) -> list[str]:
        return [text.rpartition(" of ")[2] for text in users(uses, {"daas": wishes}, needs, place)]

    assert found_at("a") == ["All", "Lost", "Prod/Here", "Test/Here", "unknown"]
    assert found_at("pc-east") == ["All", "Lost", "Test/Here", "W11", "unknown"]
    assert users(uses, {}, {}, "a")[0] == "daas: master image of All"
