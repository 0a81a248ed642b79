# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The retention playbook end to end, as a user runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.images import own_image
from harness.modules import DEMO, topology_of, writes
from harness.playbooks import Outcome, run_playbook
from lab.running import RunningLab

PLAYBOOK = "euc.nutanix_citrix.image_retention"
CLUSTERS = ("cluster-a", "cluster-b", "cluster-c")
DAY = 24
Retention = Callable[..., Outcome]


def estate() -> dict[str, Any]:
    """The demo with ten months of releases behind it, and everything around them that must not be touched."""
    topology = topology_of(DEMO)
    for cluster in topology["prism_elements"]:
        uuid = cluster["uuid"]
        # Images of an older script, which nothing proves to be ours.
        for old in cluster["snapshots"]:
            del old["uuid"]
        cluster["snapshots"] += [
            own_image(uuid, str(month), age_hours=(400 - 30 * month) * DAY) for month in range(1, 11)
        ]
        cluster["snapshots"] += [
            own_image(uuid, str(month), "Gold-Finance", age_hours=(700 - 30 * month) * DAY) for month in range(1, 4)
        ]
        cluster["snapshots"] += [
            {"name": "ctx_Gold_by-hand", "vm": "Gold", "age_hours": 600 * DAY},
            {"name": "before patch", "vm": "Gold", "age_hours": 900 * DAY},
        ]
    daas, cvad = topology["citrix_sites"]
    daas["catalogs"][0].update(image="ctx_Gold_9", history=["ctx_Gold_3"])
    cvad["catalogs"][0].update(image="ctx_Gold_10", machine_profile="ctx_Gold_2")
    daas["image_definitions"] = [{"name": "W11", "hosting_unit": "AHV-A", "versions": [{"image": "ctx_Gold_4"}]}]
    return topology


@pytest.fixture
def retention(lab: RunningLab, tmp_path: Path) -> Retention:
    """`retention("--check", keep=2)` runs the playbook on the lab; keywords are variables of the role."""
    lab.reset(estate())
    lab.forget()

    def run(*options: str, **variables: Any) -> Outcome:
        given = {f"image_retention_{name}": value for name, value in variables.items()}
        return run_playbook(PLAYBOOK, lab.inventory_path, tmp_path, "-e", json.dumps(given), *options)

    return run


def names(lab: RunningLab) -> dict[str, set[str]]:
    """Cluster -> names of its live AHV snapshots."""
    return {
        name: {
            snapshot["name"] for snapshot in lab.estate.endpoint(name).state()["snapshots"] if not snapshot["deleted"]
        }
        for name in CLUSTERS
    }


def vm_names(lab: RunningLab) -> dict[str, set[str]]:
    return {name: {vm["name"] for vm in lab.estate.endpoint(name).state()["vms"]} for name in CLUSTERS}


def deleted(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, set[str]]:
    return {name: before[name] - after[name] for name in before}


def report(directory: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((directory / "image_retention.json").read_text(encoding="utf-8"))
    return told


def test_only_what_nobody_needs_goes_and_then_nothing(lab: RunningLab, retention: Retention, tmp_path: Path) -> None:
    before = names(lab)
    plan = retention("--check", "--diff", keep=2)
    assert plan.status == 0, plan.output
    assert writes(lab) == []
    assert report(tmp_path)["check_mode"] is True
    planned = {
        (each["cluster"], each["name"]) for each in report(tmp_path)["objects"] if each["result"] == "would be deleted"
    }

    real = retention(keep=2)
    assert real.status == 0, real.output
    gone = {f"ctx_Gold_{month}" for month in (1, 5, 6, 7, 8)} | {"ctx_Gold-Finance_1"}
    assert deleted(before, names(lab)) == dict.fromkeys(CLUSTERS, gone)
    assert planned == {(cluster, name) for cluster in CLUSTERS for name in gone}
    told = report(tmp_path)
    assert told["totals"] == {"deleted": 18, "kept": 28}
    assert all(each["reason"] for each in told["objects"])
    assert "in use: history of Prod/W11-Pool on daas" in real.output

    lab.forget()
    again = retention(keep=2)
    assert again.status == 0, again.output
    assert (again.changed, writes(lab)) == ([], [])


@pytest.mark.newest
def test_one_golden_vm_only(lab: RunningLab, retention: Retention) -> None:
    before = names(lab)
    outcome = retention(keep=1, base_vms=["Gold-Finance"])
    assert outcome.status == 0, outcome.output
    assert deleted(before, names(lab)) == {key: {"ctx_Gold-Finance_1", "ctx_Gold-Finance_2"} for key in CLUSTERS}


@pytest.mark.bad_day
def test_images_of_older_scripts_only_when_asked(lab: RunningLab, retention: Retention) -> None:
    before = names(lab)
    outcome = retention(keep=20, include_unmarked=True)
    assert outcome.status == 0, outcome.output
    assert deleted(before, names(lab)) == {key: set() for key in CLUSTERS}
    outcome = retention(keep=10, include_unmarked=True)
    assert outcome.status == 0, outcome.output
    assert "ctx_Gold_by-hand" not in names(lab)["cluster-b"]
    assert "before patch" in names(lab)["cluster-b"]


@pytest.mark.bad_day
@pytest.mark.parametrize("silent", ["cvad", pytest.param("cluster-c", marks=pytest.mark.night)])
def test_nothing_goes_while_somebody_is_silent(
    lab: RunningLab, retention: Retention, tmp_path: Path, silent: str
) -> None:
    lab.change([{"endpoint": silent, "kind": "reachable", "reachable": False}])
    outcome = retention(keep=1)
    assert outcome.status != 0
    assert writes(lab) == []
    assert f"{silent} cannot be asked" in outcome.output
    assert [line.split(":")[0].strip() for line in outcome.output.splitlines() if "failed=1" in line] == [silent]
    assert {each["result"] for each in report(tmp_path)["objects"]} == {"kept"}


@pytest.mark.bad_day
@pytest.mark.parametrize("limit", ["cluster-a,daas", pytest.param("citrix_sites", marks=pytest.mark.night)])
def test_nothing_goes_on_a_part_of_the_estate(lab: RunningLab, retention: Retention, limit: str) -> None:
    outcome = retention("--limit", limit, keep=1)
    assert outcome.status != 0
    assert writes(lab) == []
    assert "cannot be asked: it is not part of this run" in outcome.output


@pytest.mark.newest
def test_site_that_hides_one_history_keeps_everything(lab: RunningLab, retention: Retention) -> None:
    lab.faults([{"endpoint": "cvad", "path": "/MasterImageHistory", "then": {"status": 403}}])
    outcome = retention(keep=1)
    assert outcome.status != 0
    assert writes(lab) == []


@pytest.mark.bad_day
def test_nothing_goes_before_the_release_is_published(lab: RunningLab, retention: Retention) -> None:
    outcome = retention("-e", "image_release_id=10", keep=1)
    assert outcome.status != 0
    assert writes(lab) == []
    assert "is not on 'ctx_Gold_10': it has 'ctx_Gold_9'" in outcome.output
    moves = [("daas", "W11-Pool"), ("daas", "W11-Sales"), ("cvad", "W11-Lab"), ("cvad", "W11-Train")]
    lab.change(
        [{"endpoint": site, "kind": "set_image", "catalog": catalog, "image": "ctx_Gold_10"} for site, catalog in moves]
    )
    outcome = retention("-e", "image_release_id=10", keep=1)
    assert outcome.status == 0, outcome.output
    assert all({"ctx_Gold_9", "ctx_Gold_10"} < found and "ctx_Gold_8" not in found for found in names(lab).values())


def test_impossible_number_to_keep_is_refused(lab: RunningLab, retention: Retention) -> None:
    outcome = retention(keep=0)
    assert outcome.status != 0
    assert writes(lab) == []


@pytest.mark.bad_day
def test_what_cannot_be_deleted_is_told_and_holds_up_nothing_else(
    lab: RunningLab, retention: Retention, tmp_path: Path
) -> None:
    lab.faults([{"endpoint": "cluster-b", "method": "DELETE", "nth": 2, "then": {"fail_task": "no"}}])
    outcome = retention(keep=2)
    assert outcome.status != 0
    assert report(tmp_path)["totals"] == {"deleted": 17, "kept": 28, "not deleted": 1}
    lab.clear_faults()
    rest = retention(keep=2)
    assert rest.status == 0, rest.output
    assert len(rest.changed) == 1


def killed_release(lab: RunningLab, directory: Path) -> None:
    """A release to cluster-a and -b, killed on cluster-b when the temporary VM was there, with nobody who runs it
    again."""
    lab.faults(
        [
            {
                "endpoint": "cluster-b",
                "method": "POST",
                "path": "/snapshots",
                "then": {"status": 422, "body": {"message": "no"}},
            }
        ]
    )
    outcome = run_playbook(
        "euc.nutanix_citrix.image_release", lab.inventory_path, directory, "-e", "image_release_id=11"
    )
    assert outcome.status != 0
    lab.clear_faults()
    lab.forget()


@pytest.mark.bad_day
def test_janitor_respects_a_run_that_may_be_under_way(lab: RunningLab, retention: Retention, tmp_path: Path) -> None:
    killed_release(lab, tmp_path)
    before = vm_names(lab)
    assert [name for name in before["cluster-b"] if name.startswith("ctx_")]
    outcome = retention(janitor=True, keep=20)
    assert outcome.status == 0, outcome.output
    assert writes(lab) == []
    assert "may still be under way" in outcome.output
    assert "can still get the image of release 11" in outcome.output


@pytest.mark.bad_day
def test_janitor_cleans_up_after_a_dead_run(lab: RunningLab, retention: Retention, tmp_path: Path) -> None:
    killed_release(lab, tmp_path)
    lab.change(
        [
            {"endpoint": "cluster-b", "kind": "vm", "name": "ctx_1_2_Nobody"},
            {"endpoint": "cluster-b", "kind": "vm", "name": "ctx_test_01_Gold"},
            {"endpoint": "cluster-b", "kind": "vm", "name": "ctx_Prod-A_2024_Gold"},
            {"endpoint": "cluster-a", "kind": "vm", "name": "ctx_11_1_Gold", "power_state": "on"},
        ]
    )
    before = vm_names(lab)
    images = names(lab)
    outcome = retention(janitor=True, janitor_age=0, keep=20)
    assert outcome.status == 0, outcome.output
    gone = deleted(before, vm_names(lab))
    assert (gone["cluster-a"], len(gone["cluster-b"]), gone["cluster-c"]) == (set(), 1, set())
    assert next(iter(gone["cluster-b"])).startswith("ctx_11_")
    assert names(lab) == images
    assert "its last sign of life is" in outcome.output
    kept = {
        each["name"]: each["reason"]
        for each in report(tmp_path)["objects"]
        if each["kind"] == "temporary VM" and each["result"] == "kept"
    }
    assert all(
        "only its name says" in kept[name] for name in ("ctx_1_2_Nobody", "ctx_test_01_Gold", "ctx_Prod-A_2024_Gold")
    )
    lab.forget()
    again = retention(janitor=True, janitor_age=0, keep=20)
    assert again.status == 0, again.output
    assert (again.changed, writes(lab)) == ([], [])


@pytest.mark.bad_day
def test_janitor_removes_the_snapshots_of_a_finished_release(
    lab: RunningLab, retention: Retention, tmp_path: Path
) -> None:
    outcome = run_playbook(
        "euc.nutanix_citrix.image_release", lab.inventory_path, tmp_path, "-e", "image_release_id=11"
    )
    assert outcome.status == 0, outcome.output

    def listed() -> dict[str, int]:
        worlds = {name: lab.estate.endpoint(name).state()["protection_domains"] for name in CLUSTERS}
        return {name: sum(len(domain["snapshots"]) for domain in domains) for name, domains in worlds.items()}

    before = listed()
    lab.forget()
    young = retention(janitor=True, keep=20)
    assert young.status == 0, young.output
    assert writes(lab) == []
    plan = retention("--check", janitor=True, janitor_age=0, keep=20)
    assert plan.status == 0, plan.output
    assert writes(lab) == []
    real = retention(janitor=True, janitor_age=0, keep=20)
    assert real.status == 0, real.output
    assert sorted(real.changed) == sorted(plan.changed)
    assert listed() == {name: count - 1 for name, count in before.items()}
    lab.forget()
    assert (
        run_playbook(
            "euc.nutanix_citrix.image_release", lab.inventory_path, tmp_path, "-e", "image_release_id=11"
        ).changed
        == []
    )
    again = retention(janitor=True, janitor_age=0, keep=20)
    assert (again.status, again.changed, writes(lab)) == (0, [], [])


@pytest.mark.bad_day
def test_lineage_of_what_a_release_made(lab: RunningLab, tmp_path: Path) -> None:
    assert (
        run_playbook(
            "euc.nutanix_citrix.image_release", lab.inventory_path, tmp_path, "-e", "image_release_id=12"
        ).status
        == 0
    )
    asked = json.dumps({"image_lineage_catalogs": ["prod/w11-pool", "W11-Lab"], "image_lineage_path": "lineage.json"})
    outcome = run_playbook("euc.nutanix_citrix.image_lineage", lab.inventory_path, tmp_path, "-e", asked)
    assert outcome.status == 0, outcome.output
    told = json.loads((tmp_path / "lineage.json").read_text(encoding="utf-8"))["catalogs"]
    assert [(each["catalog"], each["release"], each["base_vm"], each["marked"]) for each in told] == [
        ("W11-Lab", "12", "Gold", True),
        ("Prod/W11-Pool", "12", "Gold", True),
    ]
    (source,) = {tuple(each["protection_domain_snapshots"]) for each in told}
    assert len(source) == 1
    assert [copy["cluster"] for copy in told[0]["clusters"]] == list(CLUSTERS)
    assert "12" in outcome.output

    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": False}])
    lame = run_playbook("euc.nutanix_citrix.image_lineage", lab.inventory_path, tmp_path)
    assert lame.status != 0
    assert "cluster-b cannot be asked" in lame.output
    assert "W11-Sales" in lame.output
