# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""image_retention_plan, image_retention_report and image_lineage_info: their results and refusals. They ask nobody."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import doubt
from harness.modules import run_module

PATH = "XDHyp:\\HostingUnits\\AHV-A\\{}.template"


def snapshot(release: str, days: float, base_vm: str = "Gold", source: str = "77") -> dict[str, Any]:
    created = datetime.now(timezone.utc) - timedelta(days=days)
    name = f"ctx_{base_vm}_{release}"
    proof = {
        "protection_domain_snapshot_id": source or None,
        "proven": bool(source),
        "doubt": "" if source else f"was taken from the VM '{base_vm}'",
    }
    return {
        "uuid": f"uuid-{name}",
        "name": name,
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source_vm_name": f"ctx_{release}_{source}_{base_vm}" if source else base_vm,
        "lineage": {"base_vm": base_vm, "release": release, **proof},
    }


def reference(name: str, kind: str = "history") -> dict[str, Any]:
    return {
        "kind": kind,
        "of": "Prod/W11-Pool",
        "names": [name, f"{name}.template"],
        "path": PATH.format(name),
        "hosting_unit": "AHV-A",
    }


def clusters(*snapshots: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"cluster-a": {"message": "", "snapshots": list(snapshots), **more}}


def sites(*references: dict[str, Any]) -> dict[str, Any]:
    return {"daas": {"message": "", "references": list(references), "catalogs": []}}


def test_plan() -> None:
    held = clusters(
        snapshot("3", 20),
        snapshot("2", 30),
        snapshot("1", 40),
        snapshot("0", 50, source=""),
        {"uuid": "x", "name": "foreign", "source_vm_name": ""},
    )
    plan = run_module("image_retention_plan", {"clusters": held, "sites": sites(reference("CTX_gold_2")), "keep": 1})
    assert not plan.get("failed"), plan
    assert [(each["name"], each["delete"]) for each in plan["decisions"]] == [
        ("ctx_Gold_3", False),
        ("ctx_Gold_2", False),
        ("ctx_Gold_1", True),
        ("ctx_Gold_0", False),
    ]
    assert [each["id"] for each in plan["delete"]["cluster-a"]] == ["uuid-ctx_Gold_1"]
    assert (plan["doubts"], plan["changed"]) == ([], False)


def test_plan_with_the_janitor() -> None:
    machine = {"uuid": "u", "name": "ctx_3_77_Gold", "power_state": "off"}
    held = clusters(
        snapshot("3", 20), vms=[machine, {"uuid": "v", "name": "ctx_Gold", "power_state": "off"}], protection_domains=[]
    )
    plan = run_module("image_retention_plan", {"clusters": held, "sites": sites(), "janitor": True})
    assert [each["kind"] for each in plan["delete"]["cluster-a"]] == ["temporary VM"]
    without = run_module("image_retention_plan", {"clusters": held, "sites": sites()})
    leftover = {"cluster-a": {**held["cluster-a"], "snapshots": []}}
    assert (
        run_module("image_retention_plan", {"clusters": leftover, "sites": sites(), "base_vms": ["Gold"]})["doubts"]
        == []
    )
    assert without["delete"] == {"cluster-a": []}


def test_a_fresh_house_has_nothing_to_remove() -> None:
    plan = run_module("image_retention_plan", {"clusters": clusters(), "sites": sites()})
    assert (plan["doubts"], plan["decisions"], plan["delete"]) == ([], [], {"cluster-a": []})
    mistyped = run_module("image_retention_plan", {"clusters": clusters(), "sites": sites(), "prefix": "ctxx_"})
    assert "prefix 'ctxx_'" in mistyped["doubts"][0]["reason"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"sites": {}}, "no Citrix site is declared"),
        ({"sites": {"daas": {"message": "no answer"}}}, "site daas cannot be asked: no answer"),
        ({"release": "3", "release_base_vm": "Gold"}, "no catalog is named that has to be on 'ctx_Gold_3'"),
        (
            {"base_vms": ["Gold", "gold"]},
            "there is no image and no temporary VM of a golden VM 'gold' on any cluster. Near names are 'Gold'",
        ),
        (
            {"prefix": "img_", "base_vms": ["Gold"]},
            "there is no image and no temporary VM of a golden VM 'Gold' on any cluster",
        ),
        (
            {"prefix": "ctxx_", "clusters": clusters(other_snapshots=["ctx_Gold_3", "before patch"])},
            "there is no image and no temporary VM whose name begins with the prefix 'ctxx_' on any cluster."
            " Near names are 'ctx_'.",
        ),
        (
            {"release": "3", "release_base_vm": "Gold", "release_catalogs": {"daas": [{"name": "nobody"}]}},
            "'ctx_Gold_3' is not verified on daas",
        ),
    ],
)
def test_plan_in_doubt(more: dict[str, Any], reason: str) -> None:
    plan = run_module(
        "image_retention_plan",
        {"clusters": clusters(snapshot("3", 20), snapshot("2", 30)), "sites": sites(), "keep": 1, **more},
    )
    assert not any(each["delete"] for each in plan["decisions"])
    assert plan["doubts"][0]["reason"].startswith(reason)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"keep": 0}, "0 images to keep are too few"),
        ({"minimum_age": -1}, "an age is never less than 0"),
        ({"release": "not valid", "release_base_vm": "Gold"}, "is no release id"),
        ({"release": "1"}, "release_base_vm"),
    ],
)
def test_plan_refuses_nonsense(arguments: dict[str, Any], problem: str) -> None:
    result = run_module("image_retention_plan", {"clusters": {}, "sites": {}, **arguments})
    assert result["failed"]
    assert problem in result["msg"]


def decision(name: str = "ctx_Gold_1", delete: bool = True) -> dict[str, Any]:
    return {
        "cluster": "cluster-a",
        "kind": "image",
        "name": name,
        "id": f"uuid-{name}",
        "delete": delete,
        "reason": "because",
    }


@pytest.mark.parametrize(
    ("removal", "check", "result", "fails"),
    [
        ({"changed": True}, False, "deleted", False),
        ({"changed": False}, False, "was gone already", False),
        ({"changed": True}, True, "would be deleted", False),
        ({"failed": True, "msg": "no"}, False, "not deleted", True),
        ({"failed": True, "msg": "no"}, True, "not deleted", True),
        (None, True, "would be deleted", False),
        (None, False, "not deleted", True),
    ],
)
def test_report(tmp_path: Path, removal: dict[str, Any] | None, check: bool, result: str, fails: bool) -> None:
    removals = {"cluster-a": [{**removal, "item": decision()}] if removal else [], "cluster-b": []}
    path = tmp_path / "here" / "report.json"
    told = run_module(
        "image_retention_report",
        {"decisions": [decision(), decision("kept", False)], "removals": removals, "report_path": str(path)},
        check,
    )
    assert bool(told.get("failed")) is fails
    assert told["totals"] == dict(sorted({result: 1, "kept": 1}.items()))
    written = json.loads(path.read_text(encoding="utf-8"))
    assert [each["result"] for each in written["objects"]] == [result, "kept"]
    assert written["check_mode"] is check


def test_report_of_a_doubt_fails() -> None:
    told = run_module(
        "image_retention_report", {"decisions": [], "doubts": [doubt("site cvad cannot be asked: no answer")]}
    )
    assert told["failed"]
    assert "site cvad cannot be asked: no answer" in told["msg"]


def test_report_tells_what_each_host_is_to_blame_for() -> None:
    plan = run_module(
        "image_retention_plan",
        {"clusters": clusters(snapshot("3", 20)), "sites": {"daas": {}, "cvad": {"message": "no answer"}}},
    )
    told = run_module(
        "image_retention_report",
        {
            "decisions": [decision()],
            "doubts": [*plan["doubts"], doubt("no catalog is named")],
            "fail_when_incomplete": False,
        },
    )
    assert not told.get("failed"), told
    assert told["problems_of"] == {
        "cvad": ["site cvad cannot be asked: no answer"],
        "all hosts": ["no catalog is named"],
        "cluster-a": ["image ctx_Gold_1: not deleted (the run ended before)"],
    }


def catalog(name: str, image: str | None, total: int = 20) -> dict[str, Any]:
    master = {"name": image, "path": PATH.format(image)} if image else None
    facts = {
        "id": f"id-{name}",
        "name": name,
        "full_name": f"Prod/{name}",
        "hosting_unit": "AHV-A",
        "master_image": master,
        "total_count": total,
        "note": "n",
    }
    return {**facts, "machines_take_image": name != "Desks"}


def test_lineage(tmp_path: Path) -> None:
    told_sites = {
        "daas": {
            "message": "",
            "catalogs": [
                catalog("Pool", "ctx_Gold_1"),
                catalog("Old", "by hand"),
                catalog("None", None),
                catalog("Desks", "ctx_Gold_1"),
            ],
            "out_of_date": ["id-Pool"] * 3,
        }
    }
    told_clusters = {
        **clusters(snapshot("1", 3)),
        "cluster-b": {"message": "", "snapshots": [snapshot("1", 3, source="")]},
    }
    path = tmp_path / "lineage.json"
    result = run_module(
        "image_lineage_info", {"clusters": told_clusters, "sites": told_sites, "report_path": str(path)}
    )
    assert not result.get("failed"), result
    desks, old, pool = result["catalogs"]
    # The site says of machines that never take an image that they are up to date
    assert (desks["machines"], desks["machines_up_to_date"], desks["machines_take_image"]) == (20, None, False)
    assert (old["image"], old["release"], old["clusters"]) == ("by hand", None, [])
    # Which cluster the catalog lives on is not told, so the image that somebody made by hand on cluster-b may be its
    # own.
    assert (pool["release"], pool["base_vm"], pool["protection_domain_snapshots"], pool["marked"]) == (
        "1",
        "Gold",
        [],
        False,
    )
    assert (pool["cluster"], pool["doubts"]) == (None, ["on cluster-b it was taken from the VM 'Gold'"])
    assert [copy["cluster"] for copy in pool["clusters"]] == ["cluster-a", "cluster-b"]
    assert (pool["machines"], pool["machines_up_to_date"]) == (20, 17)
    assert json.loads(path.read_text(encoding="utf-8"))["catalogs"] == result["catalogs"]
    one = run_module("image_lineage_info", {"clusters": told_clusters, "sites": told_sites, "catalogs": ["PROD/pool"]})
    assert [each["name"] for each in one["catalogs"]] == ["Pool"]


@pytest.mark.parametrize(
    ("home", "snapshots", "doubts"),
    [
        ("cluster-a", ["77"], []),
        ("cluster-b", [], ["on cluster-b it was taken from the VM 'Gold'"]),
        ("cluster-c", [], ["cluster-c has no image of this name"]),
        ("elsewhere", [], ["on cluster-b it was taken from the VM 'Gold'"]),
    ],
)
def test_lineage_is_told_by_the_image_of_the_catalogs_own_cluster(
    home: str, snapshots: list[str], doubts: list[str]
) -> None:
    held = {"cluster-a": [snapshot("1", 3)], "cluster-b": [snapshot("1", 3, source="")], "cluster-c": []}
    told_clusters = {
        host: {"message": "", "address": f"{host}.example", "port": 9440, "snapshots": images}
        for host, images in held.items()
    }
    unit = {"name": "ahv-a", "connection": {"addresses": [f"https://{home}.example:9440"]}}
    site = {"message": "", "catalogs": [catalog("Pool", "ctx_Gold_1")], "hosting_units": [unit]}
    (pool,) = run_module("image_lineage_info", {"clusters": told_clusters, "sites": {"daas": site}})["catalogs"]
    assert (pool["protection_domain_snapshots"], pool["doubts"], pool["marked"]) == (snapshots, doubts, not doubts)
    assert [copy["cluster"] for copy in pool["clusters"]] == ["cluster-a", "cluster-b"]


def test_lineage_of_what_nobody_has() -> None:
    arguments = {
        "clusters": {},
        "sites": {
            "daas": {"message": "", "catalogs": [catalog("Pool", "ctx_Gold_1")]},
            "cvad": {"message": "no answer"},
        },
    }
    wrong = run_module("image_lineage_info", {**arguments, "catalogs": ["Prod/Poool"]})
    assert wrong["failed"]
    assert "no site that was asked has a catalog 'Prod/Poool'" in wrong["msg"]
    assert "'Prod/Pool'" in wrong["msg"]
    silent = run_module("image_lineage_info", arguments)
    assert silent["failed"]
    assert silent["failures"] == [{"id": "", "name": "cvad", "reason": "cvad cannot be asked: no answer"}]
    assert len(silent["catalogs"]) == 1
