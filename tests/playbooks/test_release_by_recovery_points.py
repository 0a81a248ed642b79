# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The release playbook where the image travels by recovery points of Prism Central instead of a protection domain."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from harness.centrals import CENTRALS, by_recovery_points, with_all_plugins
from harness.images import (
    assert_identical_everywhere,
    catalog_images,
    images,
    vm_names,
)
from harness.modules import DEMO, TOPOLOGIES, hosts_of, topology_of, writes
from harness.playbooks import Outcome, outcome_of, run_playbook, start_playbook
from lab.running import RunningLab

PLAYBOOK = "euc.nutanix_citrix.image_release"
MIXED = TOPOLOGIES / "mixed.yml"
Release = Callable[..., Outcome]


@pytest.fixture
def release(lab: RunningLab, tmp_path: Path) -> Release:
    """`release("2026.11.20-1", "--check")` runs the playbook on the lab."""
    lab.reset(by_recovery_points(topology_of(DEMO)))

    def run(release_id: str, *options: str, **environment: str) -> Outcome:
        return run_playbook(
            PLAYBOOK, lab.inventory_path, tmp_path, "-e", f"image_release_id={release_id}", *options, **environment
        )

    return run


def recovery_points(lab: RunningLab) -> list[dict[str, Any]]:
    state = lab.state()["endpoints"]
    return [
        point for central in CENTRALS if central["name"] in state for point in state[central["name"]]["recovery_points"]
    ]


@pytest.mark.bad_day
def test_release_then_nothing_left_to_do(lab: RunningLab, release: Release, tmp_path: Path) -> None:
    lab.change([{"endpoint": "pc-east", "kind": "recovery_point", "vm": "Gold", "name": "nightly"}])
    before = [point["ext_id"] for point in recovery_points(lab)]
    vms = vm_names(lab)
    planned = release("2026.11.20-1", "--check", "--diff")
    assert planned.status == 0, planned.output
    assert writes(lab) == []
    first = release("2026.11.20-1")
    assert first.status == 0, first.output
    assert_identical_everywhere(lab, "ctx_Gold_2026.11.20-1")
    assert set(catalog_images(lab).values()) == {"ctx_Gold_2026.11.20-1"}
    assert vm_names(lab) == vms
    assert [point["ext_id"] for point in recovery_points(lab)] == before
    report = json.loads((tmp_path / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    assert report["complete"] is True
    assert {cluster["state"] for cluster in report["clusters"].values()} == {"made"}
    assert [path["prism_central"] for path in report["paths"]] == ["pc-east", "pc-east", "pc-west"]
    assert all(path["copy"] and path["restored"] and path["made"] for path in report["paths"])
    assert sum(len(central["removed"]) for central in report["prism_centrals"].values()) == 3
    lab.forget()
    second = release("2026.11.20-1")
    assert second.status == 0, second.output
    assert second.changed == []
    assert writes(lab) == []


@pytest.mark.bad_day
def test_what_bears_the_name_only_is_refused(lab: RunningLab, release: Release) -> None:
    name = "ctx_Gold_2026.11.20-1"
    lab.change([{"endpoint": "pc-east", "kind": "recovery_point", "vm": "Gold", "name": name}])
    before = recovery_points(lab)
    outcome = release("2026.11.20-1")
    assert outcome.status != 0
    assert "does not bear the collection's mark" in outcome.output
    assert writes(lab) == []
    assert recovery_points(lab) == before


@pytest.mark.bad_day
def test_a_cluster_of_no_prism_central_holds_up_nobody_else(lab: RunningLab, release: Release) -> None:
    lab.reset(by_recovery_points(topology_of(DEMO)) | {"prism_centrals": [CENTRALS[0]]})
    outcome = release("2026.11.20-1")
    assert outcome.status != 0
    assert "No Prism Central of the inventory group prism_centrals manages cluster-c" in outcome.output
    assert [cluster for cluster, found in images(lab, "ctx_Gold_2026.11.20-1").items() if found] == [
        "cluster-a",
        "cluster-b",
    ]
    moved = [catalog for catalog, image in catalog_images(lab).items() if image == "ctx_Gold_2026.11.20-1"]
    assert sorted(moved) == ["daas//W11-Sales", "daas/Prod/W11-Pool"]
    # What is missing can still be made of the same recovery point.
    assert len(recovery_points(lab)) == 2
    limited = release("2026.11.20-1", "--limit", "cluster-b")
    assert "(not asked: pc-east). Include the one that does in --limit" in limited.output


@pytest.mark.bad_day
def test_a_prism_central_without_pairing_holds_up_only_its_own_clusters(
    lab: RunningLab, release: Release, tmp_path: Path
) -> None:
    unpaired = [{name: value for name, value in central.items() if name != "paired_with"} for central in CENTRALS]
    lab.reset(by_recovery_points(topology_of(DEMO)) | {"prism_centrals": unpaired})
    assert release("2026.11.20-1").status != 0
    found = images(lab, "ctx_Gold_2026.11.20-1")
    assert [cluster for cluster, contents in found.items() if contents] == ["cluster-a", "cluster-b"]
    report = json.loads((tmp_path / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    # It fails at the one that is to copy it.
    (told,) = [problem for problem in report["problems"] if "image on cluster-c" in problem]
    assert told.startswith("pc-east, image on cluster-c: failed")
    assert "is not paired with 'pc-west'" in told
    assert "Pair them in Prism Central, under Availability Zones." in told


@pytest.mark.bad_day
def test_what_fails_at_a_prism_central_is_told_of_it(lab: RunningLab, release: Release, tmp_path: Path) -> None:
    lab.faults(
        [
            {"endpoint": "pc-west", "method": "POST", "path": "/restore", "then": {"fail_task": "no memory"}},
            {"endpoint": "pc-east", "method": "DELETE", "path": "recovery-points", "then": {"status": 403}},
        ]
    )
    assert release("2026.11.20-1").status != 0
    lab.clear_faults()
    lab.faults([{"endpoint": "pc-east", "method": "DELETE", "path": "recovery-points", "then": {"status": 403}}])
    first = json.loads((tmp_path / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    assert [problem for problem in first["problems"] if problem.startswith("pc-west, image on cluster-c: failed")]
    assert release("2026.11.20-1").status != 0
    second = json.loads((tmp_path / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    assert [row["where"] for row in second["rows"] if not row["settled"]] == ["pc-east"]
    lab.clear_faults()
    assert release("2026.11.20-1").status == 0
    assert recovery_points(lab) == []


def left_over_vm(lab: RunningLab) -> dict[str, Any]:
    (vm,) = [vm for vm in lab.state()["endpoints"]["cluster-b"]["vms"] if vm["name"].startswith("ctx_")]
    return dict(vm)


@pytest.mark.bad_day
def test_what_was_restored_before_counts_only_where_nobody_switched_it_on(lab: RunningLab, release: Release) -> None:
    lab.faults([{"endpoint": "cluster-b", "method": "POST", "path": "/snapshots/", "then": {"status": 500}}])
    assert release("2026.11.20-1").status != 0
    lab.clear_faults()
    first = left_over_vm(lab)
    # Its tasks do not reach back to the recovery point any more.
    lab.change([{"endpoint": "cluster-b", "kind": "behaviour", "tasks_kept": 0}])
    lab.faults([{"endpoint": "cluster-b", "method": "POST", "path": "/snapshots/", "then": {"status": 500}}])
    assert release("2026.11.20-1").status != 0
    lab.clear_faults()
    second = left_over_vm(lab)
    assert second["uuid"] != first["uuid"]
    lab.change([{"endpoint": "cluster-b", "kind": "behaviour", "tasks_kept": 100}])
    cluster = hosts_of(lab)["cluster-b"]
    for state in ("powered_on", "powered_off"):
        cluster("pe_vm", uuid=second["uuid"], state=state, force=True)
    outcome = release("2026.11.20-1")
    assert outcome.status != 0
    assert "was switched on: it is no true copy of the golden VM any more" in outcome.output
    assert images(lab, "ctx_Gold_2026.11.20-1")["cluster-b"] == []
    assert left_over_vm(lab)["uuid"] == second["uuid"]


@pytest.mark.bad_day
def test_the_rest_is_made_of_the_same_recovery_point_though_another_vm_has_the_name(
    lab: RunningLab, release: Release
) -> None:
    lab.faults([{"endpoint": "pc-west", "method": "POST", "path": "/restore", "then": {"fail_task": "no memory"}}])
    assert release("2026.11.20-1").status != 0
    lab.clear_faults()
    (source,) = [point for point in recovery_points(lab) if point["cluster_ext_id"].endswith("00a")]
    lab.change([{"endpoint": "cluster-a", "kind": "delete_vm", "vm": "Gold"}])
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": "Gold"}])
    # Late clusters need it as long as the others did.
    lab.skip(20 * 24 * 3600)
    again = release("2026.11.20-1", "-e", '{"image_release_catalogs": [], "image_release_require_catalogs": false}')
    assert again.status == 0, again.output
    assert_identical_everywhere(lab, "ctx_Gold_2026.11.20-1")
    extended = [entry["path"] for entry in lab.requests() if "set-expiration-time" in entry["path"]]
    assert [source["ext_id"] in path for path in extended] == [True]
    assert recovery_points(lab) == []


@pytest.mark.bad_day
def test_what_no_recovery_point_is_left_of_is_not_made_of_another_one(lab: RunningLab, release: Release) -> None:
    lab.faults([{"endpoint": "pc-west", "method": "POST", "path": "/restore", "then": {"fail_task": "no memory"}}])
    assert release("2026.11.20-1").status != 0
    lab.clear_faults()
    lab.skip(40 * 24 * 3600)
    lab.forget()
    outcome = release("2026.11.20-1")
    assert outcome.status != 0
    assert "cannot get an identical image any more" in outcome.output
    assert writes(lab) == []


@pytest.mark.bad_day
def test_what_killed_runs_leave_is_cleaned_up_when_nobody_needs_it(
    lab: RunningLab, release: Release, tmp_path: Path
) -> None:
    lab.change([{"endpoint": "pc-east", "kind": "recovery_point", "vm": "Gold", "name": "nightly"}])
    nightly, vms = recovery_points(lab), vm_names(lab)
    lab.faults(
        [
            {"endpoint": central, "method": "DELETE", "path": "recovery-points", "then": {"status": 403}}
            for central in ("pc-east", "pc-west")
        ]
    )
    lab.faults([{"endpoint": "cluster-b", "method": "DELETE", "path": "/vms/", "then": {"status": 403}}])
    assert release("2026.11.20-1").status != 0
    assert (len(recovery_points(lab)), vm_names(lab) == vms) == (4, False)
    lab.clear_faults()

    def clean(*options: str, **variables: Any) -> list[str]:
        given = {"image_retention_janitor": True, **variables}
        outcome = run_playbook(
            "euc.nutanix_citrix.image_retention", lab.inventory_path, tmp_path, "-e", json.dumps(given), *options
        )
        assert outcome.status == 0, outcome.output
        objects = json.loads((tmp_path / "image_retention.json").read_text(encoding="utf-8"))["objects"]
        return [f"{each['cluster']} {each['kind']}" for each in objects if each["delete"]]

    assert clean("--check") == []
    orphans = [
        "cluster-b temporary VM",
        "pc-east recovery point",
        "pc-east recovery point",
        "pc-west recovery point",
    ]
    assert clean("--check", image_retention_janitor_age=0) == orphans
    assert len(recovery_points(lab)) == 4
    assert clean(image_retention_janitor_age=0) == orphans
    assert (recovery_points(lab), vm_names(lab)) == (nightly, vms)
    assert clean(image_retention_janitor_age=0) == []


@pytest.mark.bad_day
def test_a_copy_that_fails_is_told_at_once_and_made_the_next_time(lab: RunningLab, release: Release) -> None:
    lab.faults([{"method": "POST", "path": "/replicate", "then": {"fail_task": "no space left"}}])
    outcome = release("2026.11.20-1")
    assert outcome.status != 0
    assert "no space left" in outcome.output
    assert "is still running" not in outcome.output
    lab.clear_faults()
    again = release("2026.11.20-1")
    assert again.status == 0, again.output
    assert_identical_everywhere(lab, "ctx_Gold_2026.11.20-1")


def templates(lab: RunningLab) -> dict[str, list[str]]:
    state = lab.state()["endpoints"]
    return {name: [template["name"] for template in state[name]["templates"]] for name in ("pc-east", "pc-west")}


def test_each_catalog_gets_what_its_plug_in_needs_and_goes_back(
    lab: RunningLab, release: Release, tmp_path: Path
) -> None:
    name = "ctx_Gold_2026.11.20-1"
    # The plan is that of `make demo`, which has all plug-ins as well, and a cluster without a Prism Central.
    lab.reset(topology_of(MIXED))
    planned = release("2026.11.20-1", "--check", "--diff")
    assert planned.status == 0, planned.output
    assert writes(lab) == []
    told = Counter(re.findall(r"(image|template) would be made|would be (moved) to the image", planned.output))
    assert told == {("image", ""): 5, ("template", ""): 2, ("", "moved"): 7}
    assert '"name": "ctx_2026.11.20-1_new_Gold"' in planned.output
    lab.reset(with_all_plugins(topology_of(DEMO)))
    lab.change([{"endpoint": "pc-east", "kind": "recovery_point", "vm": "Gold", "name": "nightly"}])
    before, vms = catalog_images(lab), vm_names(lab)
    first = release("2026.11.20-1")
    assert first.status == 0, first.output
    assert_identical_everywhere(lab, name)
    old = "ctx_Gold_2026.10.01-1"
    assert templates(lab) == {"pc-east": [old, name], "pc-west": [old, name]}
    assert set(catalog_images(lab).values()) == {name}
    assert vm_names(lab) == vms
    assert [point["name"] for point in recovery_points(lab)] == ["nightly"]
    report = json.loads((tmp_path / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    assert {host: template["state"] for host, template in report["templates"].items()} == {
        "pc-east": "made",
        "pc-west": "made",
    }
    # Its disks lie where a catalog of its Prism Central is, and the making is seen on the timeline of that cluster.
    makers = [step["where"] for step in report["timeline"] if step["phase"] == "image"]
    assert sorted(makers) == ["cluster-a", "cluster-b", "cluster-b", "cluster-c", "cluster-c"]
    lab.forget()
    second = release("2026.11.20-1")
    assert second.status == 0, second.output
    assert writes(lab) == []
    back = run_playbook(
        "euc.nutanix_citrix.image_rollback", lab.inventory_path, tmp_path, "-e", "image_release_id=2026.11.20-1"
    )
    assert back.status == 0, back.output
    assert catalog_images(lab) == before


@pytest.mark.bad_day
def test_a_template_of_somebody_else_holds_up_the_catalogs_of_its_prism_central_only(
    lab: RunningLab, release: Release, tmp_path: Path
) -> None:
    name = "ctx_Gold_2026.11.20-1"
    topology = with_all_plugins(topology_of(DEMO))
    topology["prism_centrals"][1]["templates"].append({"name": name, "vm": "desk-c-001"})
    lab.reset(topology)
    outcome = release("2026.11.20-1")
    assert outcome.status != 0
    assert "Rename or remove it, or use another release id" in outcome.output
    stays = {catalog for catalog, image in catalog_images(lab).items() if image != name}
    assert stays == {"cvad//W11-West"}
    # What is missing can still be made of the same recovery point.
    assert len(recovery_points(lab)) == 3
    report = json.loads((tmp_path / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    assert {host: template["state"] for host, template in report["templates"].items()} == {
        "pc-east": "made",
        "pc-west": "failed",
    }


@pytest.mark.bad_day
def test_a_connection_to_an_undeclared_prism_central_ends_the_run_before_it_begins(
    lab: RunningLab, release: Release
) -> None:
    lab.reset(with_all_plugins(topology_of(DEMO)))
    lab.change(
        [{"endpoint": "cvad", "kind": "hypervisor", "hypervisor": "conn-west", "addresses": ["https://10.9.9.9:9440"]}]
    )
    outcome = release("2026.11.20-1")
    assert outcome.status != 0
    assert "'conn-west' (https://10.9.9.9:9440) leads to no host of the group prism_centrals" in outcome.output
    assert "Nothing was begun" in outcome.output
    assert writes(lab) == []


@pytest.mark.bad_day
def test_a_new_version_of_one_template_and_one_for_horizon(lab: RunningLab, release: Release) -> None:
    name = "ctx_Gold_2026.11.20-1"
    topology = with_all_plugins(topology_of(DEMO))
    (daas, cvad) = topology["citrix_sites"]
    daas["inventory_vars"]["image_release_catalogs"] = [{"name": "W11-Deep"}]
    cvad["inventory_vars"]["image_release_catalogs"] = []
    for central, vm in zip(topology["prism_centrals"], ("Gold", "desk-c-001"), strict=True):
        central["templates"].append({"name": "W11-Gold", "vm": vm})
    topology["inventory_vars"] |= {"image_release_template_name": "W11-Gold", "image_release_templates": "everywhere"}
    lab.reset(topology)
    first = release("2026.11.20-1")
    assert first.status == 0, first.output
    state = lab.state()["endpoints"]
    for central in ("pc-east", "pc-west"):
        (template,) = [each for each in state[central]["templates"] if each["name"] == "W11-Gold"]
        assert [version["name"] for version in template["versions"]] == ["Initial Version", name]
        assert template["active"]["name"] == name
    (deep,) = [each for each in state["daas"]["catalogs"] if each["name"] == "W11-Deep"]
    assert deep["image"] == "W11-Gold"
    lab.forget()
    second = release("2026.11.20-1")
    assert second.status == 0, second.output
    assert writes(lab) == []


@pytest.mark.bad_day
@pytest.mark.parametrize("used", [False, pytest.param(True, marks=pytest.mark.night)])
def test_a_template_of_a_vm_that_was_switched_on_meanwhile_is_taken_back_unless_it_is_used(
    lab: RunningLab, release: Release, tmp_path: Path, used: bool
) -> None:
    name = "ctx_Gold_2026.11.20-1"
    topology = with_all_plugins(topology_of(DEMO))
    topology["prism_centrals"][1]["durations"] = {"template": 6000}
    lab.reset(topology)
    process = start_playbook(PLAYBOOK, lab.inventory_path, tmp_path, "-e", "image_release_id=2026.11.20-1")
    wait_until(lambda: any(entry["endpoint"] == "pc-west" and is_template_order(entry) for entry in lab.requests()))
    (vm,) = [vm for vm in lab.state()["endpoints"]["cluster-c"]["vms"] if vm["name"].startswith("ctx_")]
    for state in ("powered_on", "powered_off"):
        hosts_of(lab)["cluster-c"]("pe_vm", uuid=vm["uuid"], state=state, force=True, power_off="hard")
    if used:
        # A run at the same time has found it, and moved a catalog to it.
        lab.change([{"endpoint": "cvad", "kind": "set_image", "catalog": "W11-West", "image": name}])
    outcome = outcome_of(process, process.communicate(timeout=600)[0], tmp_path)
    assert outcome.status != 0
    assert "it is no true copy of the golden VM any more" in re.sub(r"\s+", " ", outcome.output)
    old = "ctx_Gold_2026.10.01-1"
    assert templates(lab) == {"pc-east": [old, name], "pc-west": [old, name] if used else [old]}
    assert catalog_images(lab)["cvad//W11-West"] == (name if used else old)
    assert vm["uuid"] in [vm["uuid"] for vm in lab.state()["endpoints"]["cluster-c"]["vms"]]
    # It is not forgotten as long as the temporary VM is there.
    assert release("2026.11.20-1").status != 0
    assert templates(lab)["pc-west"] == ([old, name] if used else [old])


def wait_until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not seen():
        assert time.monotonic() < deadline
        Event().wait(0.05)


def is_template_order(entry: dict[str, Any]) -> bool:
    return entry["method"] == "POST" and str(entry["path"]).endswith("/content/templates")


@pytest.mark.bad_day
def test_another_id_in_the_middle_leaves_the_first_release_as_it_is_and_the_janitor_names_it(
    lab: RunningLab, release: Release, tmp_path: Path
) -> None:
    process = start_playbook(PLAYBOOK, lab.inventory_path, tmp_path, "-e", "image_release_id=2026.11.20-1")
    kill = {"kill": process.pid, "drop": "after"}
    images = {"method": "POST", "path": "/snapshots/"}
    busy = {"endpoint": "cluster-c", **images, "times": 1000, "then": {"status": 503, "body": {}}}
    lab.faults([busy, {"endpoint": "cluster-b", **images, "nth": 1, "then": kill}])
    process.communicate(timeout=600)
    lab.clear_faults()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = run_playbook(PLAYBOOK, lab.inventory_path, elsewhere, "-e", "image_release_id=2026.11.21-1")
    assert other.status == 0, other.output
    assert_identical_everywhere(lab, "ctx_Gold_2026.11.21-1")
    assert set(catalog_images(lab).values()) == {"ctx_Gold_2026.11.21-1"}
    # The first one is whole: it can go on.
    assert {point["name"] for point in recovery_points(lab)} == {"ctx_Gold_2026.11.20-1"}
    assert left_over_vm(lab)["name"].startswith("ctx_2026.11.20-1_")
    variables = {"image_retention_janitor": True, "image_retention_janitor_age": 0}
    outcome = run_playbook(
        "euc.nutanix_citrix.image_retention", lab.inventory_path, elsewhere, "-e", json.dumps(variables)
    )
    assert outcome.status == 0, outcome.output
    objects = json.loads((elsewhere / "image_retention.json").read_text(encoding="utf-8"))["objects"]
    own = [each for each in objects if each["release"] == "2026.11.20-1"]
    assert {each["kind"] for each in own if each["delete"]} == {"temporary VM"}
    assert [each for each in objects if each["delete"] and each not in own] == []
    # It is what the first one would go on with.
    told = [each["reason"] for each in own if each["kind"] == "recovery point"]
    assert len(told) == len(recovery_points(lab))
    assert all("cluster-c can still get the image" in each and "expires by itself" in each for each in told)
    assert [name for names in vm_names(lab).values() for name in names if name.startswith("ctx_")] == []
    first = release("2026.11.20-1")
    assert first.status == 0, first.output
    assert_identical_everywhere(lab, "ctx_Gold_2026.11.20-1")
    assert recovery_points(lab) == []
