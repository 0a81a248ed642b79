# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The release playbook end to end, as a user runs it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.images import CLUSTERS, assert_identical_everywhere, catalog_images, images, vm_names
from harness.modules import DEMO, topology_of, writes
from harness.playbooks import Outcome, files_with, run_playbook, secrets_of, start_playbook
from lab.running import RunningLab

PLAYBOOK = "euc.nutanix_citrix.image_release"
Release = Callable[..., Outcome]


@pytest.fixture
def release(lab: RunningLab, tmp_path: Path) -> Release:
    """`release("2026.11.20-1", "--check")` runs the playbook on the lab."""

    def run(release_id: str, *options: str, **environment: str) -> Outcome:
        return run_playbook(
            PLAYBOOK, lab.inventory_path, tmp_path, "-e", f"image_release_id={release_id}", *options, **environment
        )

    return run


@pytest.mark.newest
def test_what_bears_the_name_only_is_refused_and_no_catalog_moves(
    lab: RunningLab, release: Release, tmp_path: Path
) -> None:
    foreign = [
        {"endpoint": "cluster-a", "kind": "snapshot", "name": "ctx_Gold_rc1", "vm": "ctx_rc1_353902_Gold"},
        {"endpoint": "cluster-b", "kind": "snapshot", "name": "ctx_Gold_rc1", "vm": "desk-b-001"},
        {"endpoint": "cluster-c", "kind": "snapshot", "name": "ctx_Gold_RC1", "vm": "Gold"},
    ]
    lab.change(foreign)
    before = (catalog_images(lab), {name: images(lab, name) for name in ("ctx_Gold_rc1", "ctx_Gold_RC1")})
    outcome = release("rc1")
    assert outcome.status != 0
    assert (catalog_images(lab), {name: images(lab, name) for name in ("ctx_Gold_rc1", "ctx_Gold_RC1")}) == before
    assert writes(lab) == []
    told = json.loads((tmp_path / "image_release_rc1.json").read_text(encoding="utf-8"))
    assert told["complete"] is False
    assert {host: cluster["state"] for host, cluster in told["clusters"].items()} == dict.fromkeys(CLUSTERS, "failed")
    for host, words in (
        ("cluster-a", "another tool made it"),
        ("cluster-b", "taken from the VM 'desk-b-001'"),
        ("cluster-c", "in case only"),
    ):
        assert words in told["clusters"][host]["message"]
    judged = run_playbook("euc.nutanix_citrix.preflight", lab.inventory_path, tmp_path, "-e", "image_release_id=rc1")
    stops = [
        row["where"]
        for row in judged.result("preflight_report")["problems"]
        if (row["what"], row["result"]) == ("image", "stop")
    ]
    assert stops == sorted(CLUSTERS)


def test_release_then_nothing_left_to_do(lab: RunningLab, release: Release, tmp_path: Path) -> None:
    vms_before = vm_names(lab)
    first = release("2026.11.20-1")
    assert first.status == 0, first.output

    assert_identical_everywhere(lab, "ctx_Gold_2026.11.20-1")
    assert set(catalog_images(lab).values()) == {"ctx_Gold_2026.11.20-1"}
    assert vm_names(lab) == vms_before

    report = json.loads((tmp_path / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    assert report["complete"] is True
    assert report["problems"] == []
    assert "image made" in first.output
    assert "moved to the image" in first.output

    lab.forget()
    second = release("2026.11.20-1")
    assert second.status == 0, second.output
    assert second.changed == []
    assert writes(lab) == []


@pytest.mark.newest
def test_plan_writes_nothing_and_comes_true(lab: RunningLab, release: Release, tmp_path: Path) -> None:
    topology: dict[str, Any] = topology_of(DEMO)
    # The source need not be the first cluster of the inventory.
    lab.reset({**topology, "prism_elements": topology["prism_elements"][::-1]})
    plan = release("2026.11.20-1", "--check", "--diff")
    assert plan.status == 0, plan.output
    assert writes(lab) == []
    assert not (tmp_path / "image_release_2026.11.20-1.json").exists()
    assert "image would be made" in plan.output
    real = release("2026.11.20-1")
    assert real.status == 0, real.output
    # Removing the temporary VM is part of making the image and not planned on its own.
    assert {change for change in real.changed if "Remove the temporary VM" not in change} == set(plan.changed)
    assert_identical_everywhere(lab, "ctx_Gold_2026.11.20-1")


@pytest.mark.bad_day
def test_one_cluster_away_then_back(lab: RunningLab, release: Release) -> None:
    before = catalog_images(lab)
    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": False}])
    lame = release("2026.11.20-1")
    assert lame.status != 0
    found = images(lab, "ctx_Gold_2026.11.20-1")
    assert {cluster: len(contents) for cluster, contents in found.items()} == {
        "cluster-a": 1,
        "cluster-b": 0,
        "cluster-c": 1,
    }
    moved = {name for name, path in catalog_images(lab).items() if path != before[name]}
    assert moved == {name for name in before if not name.endswith("W11-Sales")}
    assert "cannot be reached" in lame.output
    assert lame.result("image_release_report")["problems"][1:] == [
        "daas, catalog W11-Sales: not touched (cluster-b is not known to have the image)"
    ]
    recap = {
        line.split(":")[0].strip(): "failed=1" in line for line in lame.output.splitlines() if "unreachable=" in line
    }
    assert {host for host, failed in recap.items() if failed} == {"cluster-b", "daas"}

    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": True}])
    lab.forget()
    rest = release("2026.11.20-1")
    assert rest.status == 0, rest.output
    assert {change.partition(":")[0] for change in rest.changed} == {"cluster-b", "daas"}
    assert {entry["endpoint"] for entry in lab.requests() if entry["writes"]} == {"cluster-b", "daas"}
    assert_identical_everywhere(lab, "ctx_Gold_2026.11.20-1")
    assert set(catalog_images(lab).values()) == {"ctx_Gold_2026.11.20-1"}


@pytest.mark.bad_day
def test_a_dead_link_holds_up_nobody_but_its_own_catalogs(lab: RunningLab, release: Release, tmp_path: Path) -> None:
    before = catalog_images(lab)
    lab.change([{"endpoint": "cluster-a", "kind": "connected", "remote_site": "cluster-c", "connected": False}])
    outcome = release("2026.11.20-1", "-e", "image_release_replication_timeout=40")
    assert outcome.status != 0
    moved = {name for name, image in catalog_images(lab).items() if image != before[name]}
    assert moved == {name for name in before if name.startswith("daas/")}
    report = json.loads((tmp_path / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    (given_up,) = [step["finished"] for step in report["timeline"] if step["where"] == "cluster-c" and step["failed"]]
    assert all(step["finished"] < given_up for step in report["timeline"] if step["phase"] == "publish")
    assert {(path["where"], path["what"]) for path in report["own_paths"]} == {
        ("daas", "Prod/W11-Pool"),
        ("daas", "W11-Sales"),
    }
    assert "cvad, catalog W11-Lab: not touched (cluster-c lacks the image)" in report["problems"]


@pytest.mark.newest
def test_source_away_moves_nothing(lab: RunningLab, release: Release) -> None:
    before = catalog_images(lab)
    lab.change([{"endpoint": "cluster-a", "kind": "reachable", "reachable": False}])
    outcome = release("2026.11.20-1")
    assert outcome.status != 0
    assert catalog_images(lab) == before
    assert writes(lab) == []
    assert "No image without the snapshot of cluster-a" in outcome.output


@pytest.mark.bad_day
def test_all_clusters_policy_holds_every_catalog_back(lab: RunningLab, release: Release) -> None:
    before = catalog_images(lab)
    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": False}])
    outcome = release("2026.11.20-1", "-e", "image_release_publish_when=all_clusters")
    assert outcome.status != 0
    assert catalog_images(lab) == before


def test_wrong_password_is_tried_once_and_never_shown(lab: RunningLab, release: Release, tmp_path: Path) -> None:
    outcome = release(
        "2026.11.20-1",
        "-vvv",
        "-e",
        "nutanix_password=marker-nutanix-secret",
        "-e",
        "citrix_client_secret=marker-citrix-secret",
    )
    assert outcome.status != 0
    assert "marker-nutanix-secret" not in outcome.output
    assert "marker-citrix-secret" not in outcome.output
    attempts = {cluster: sum(1 for entry in lab.requests() if entry["endpoint"] == cluster) for cluster in CLUSTERS}
    assert attempts == dict.fromkeys(CLUSTERS, 1)
    assert (
        "User name and password (or client id and secret, or API key) were refused and not tried again"
        in outcome.output
    )
    rows = json.loads((tmp_path / outcome.result("image_release_report")["report_path"]).read_text(encoding="utf-8"))[
        "rows"
    ]
    refused = {row["where"]: row["advice"] for row in rows if row["what"] in ("image", "site")}
    assert set(refused) == {*CLUSTERS, "daas", "cvad"}
    assert all(refused.values()), refused
    assert not [row for row in rows if row["advice"] and row["advice"] in row["detail"]]


@pytest.mark.newest
def test_no_secret_of_a_good_run_is_shown_listed_or_left_in_a_file(lab: RunningLab, tmp_path: Path) -> None:
    secrets = secrets_of(lab.inventory_path)
    assert len(secrets) == 5
    directory = tmp_path / "run"
    directory.mkdir()
    options = ("-vvv", "--diff", "-e", "image_release_id=2026.11.20-1")
    process = start_playbook(PLAYBOOK, lab.inventory_path, directory, *options)
    # Its output is read by a thread of its own: a full pipe would stop the playbook.
    with ThreadPoolExecutor(1) as reader:
        output = reader.submit(process.communicate)
        seen: set[str] = set()
        caught = 0
        while process.poll() is None:
            listed = subprocess.run(
                ["ps", "-axww", "-o", "command="], capture_output=True, text=True, check=True
            ).stdout
            # Not in the last look, perhaps: the run may end between the two.
            caught += str(lab.inventory_path) in listed
            seen.update(secret for secret in secrets if secret in listed)
            wait([output], timeout=0.1)
        printed = output.result()[0]
    assert process.returncode == 0, printed
    assert caught > 5
    assert [secret for secret in secrets if secret in printed] == []
    assert (directory / "image_release_2026.11.20-1.json").is_file()
    assert (seen, files_with(secrets, directory)) == (set(), set())


@pytest.mark.newest
def test_running_golden_vm_is_refused(lab: RunningLab, release: Release) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "Gold", "state": "on"}])
    outcome = release("2026.11.20-1")
    assert outcome.status != 0
    assert writes(lab) == []
    assert "is not powered off" in outcome.output


@pytest.mark.bad_day
def test_rest_of_a_release_is_never_made_from_another_snapshot(lab: RunningLab, release: Release) -> None:
    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": False}])
    assert release("2026.11.20-1").status != 0
    (domain,) = lab.state()["endpoints"]["cluster-a"]["protection_domains"]
    gone = [
        {"endpoint": "cluster-a", "kind": "delete_pd_snapshot", "protection_domain": "PD-Gold", "snapshot_id": number}
        for number in domain["snapshots"]
    ]
    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": True}, *gone])
    lab.forget()
    outcome = release("2026.11.20-1")
    assert outcome.status != 0
    assert "cannot get an identical image any more. Use a new release id." in outcome.output
    assert writes(lab) == []


def awkward_estate() -> dict[str, Any]:
    """The demo, with every name as bad as names get and a crowd around each thing that matters."""
    topology = topology_of(DEMO)
    gold, domain = 'Göld "W11" 100% #1 \\ 金', "PD Göld #1 'x' 100% 金"
    source = topology["prism_elements"][0]
    for machine in source["vms"]:
        if machine["name"] == "Gold":
            machine["name"] = gold
    source["vms"].append({"name": f"{gold}-Finance", "power_state": "off"})
    (protected,) = [entry for entry in source["protection_domains"] if entry["name"] == "PD-Gold"]
    protected["name"] = domain
    protected["vms"] = [gold]
    for snapshot in protected.get("snapshots", []):
        snapshot["vms"] = [gold]
    for cluster in topology["prism_elements"]:
        for domain_entry in cluster.get("protection_domains", []):
            if domain_entry["name"] == "PD-Gold":
                domain_entry["name"] = domain
        for snapshot in cluster.get("snapshots", []):
            if snapshot.get("vm") == "Gold" and cluster is source:
                snapshot["vm"] = gold
        cluster.setdefault("snapshots", []).append(
            {"name": "ctx_other_2026.{n}", "vm": gold if cluster is source else "Gold", "count": 1500}
        )
    daas = topology["citrix_sites"][0]
    template = daas["catalogs"][0]
    daas["catalogs"] += [
        {**template, "folder": "Test", "machines": 2, "machine_prefix": "W11T-"},
        {**template, "name": "Mass {n}", "count": 300, "machines": 0},
    ]
    topology["inventory_vars"].update(image_release_base_vm=gold, image_release_protection_domain=domain)
    return topology


@pytest.mark.bad_day
def test_awkward_names_in_a_crowd(lab: RunningLab, release: Release) -> None:
    estate = awkward_estate()
    gold = estate["inventory_vars"]["image_release_base_vm"]
    lab.reset(estate)
    # A namesake outside the protection domain, and running: were it taken for the golden VM, the release would refuse.
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": gold, "power_state": "on"}])
    before = catalog_images(lab)
    outcome = release("2026.11.20-1")
    assert outcome.status == 0, outcome.output
    name = 'ctx_Göld "W11" 100% #1 \\ 金_2026.11.20-1'
    assert_identical_everywhere(lab, name)
    moved = {catalog for catalog, path in catalog_images(lab).items() if path != before[catalog]}
    assert len(moved) == 4
    lab.forget()
    again = release("2026.11.20-1")
    assert again.status == 0, again.output
    assert (again.changed, writes(lab)) == ([], [])


@pytest.mark.bad_day
def test_two_golden_vms_of_one_name_in_the_protection_domain(lab: RunningLab, release: Release) -> None:
    topology = topology_of(DEMO)
    topology["prism_elements"][0]["vms"].append({"name": "Gold", "power_state": "off"})
    topology["prism_elements"][0]["snapshots"] = []
    topology["citrix_sites"] = topology["citrix_sites"][1:]
    lab.reset(topology)
    refused = release("2026.11.20-1")
    assert refused.status != 0
    uuids = [vm["uuid"] for vm in lab.state()["endpoints"]["cluster-a"]["vms"] if vm["name"] == "Gold"]
    assert len(uuids) == 2
    assert all(uuid in refused.output for uuid in uuids)
    assert writes(lab) == []

    chosen = release("2026.11.20-1", "-e", f"image_release_base_vm_uuid={uuids[1]}")
    assert chosen.status == 0, chosen.output
    assert_identical_everywhere(lab, "ctx_Gold_2026.11.20-1")
    (content,) = images(lab, "ctx_Gold_2026.11.20-1")["cluster-a"]
    (wanted,) = [
        vm["disks"][0]["content"] for vm in lab.state()["endpoints"]["cluster-a"]["vms"] if vm["uuid"] == uuids[1]
    ]
    assert content == wanted


def two_releases(tmp_path: Path, second: str) -> Path:
    """One playbook with two releases; `second` are the variables of the second."""
    playbook = tmp_path / "two.yml"
    playbook.write_text(
        f"""
- ansible.builtin.import_playbook: {PLAYBOOK}
  vars: {{image_release_id: "1"}}
- ansible.builtin.import_playbook: {PLAYBOOK}
  vars: {second}
""",
        encoding="utf-8",
    )
    return playbook


@pytest.mark.newest
def test_what_one_release_said_does_not_count_for_the_next(lab: RunningLab, tmp_path: Path) -> None:
    """The source is lost to the second release only, as by a jump host that is away: Ansible drops it, and its facts of
    the first release stay."""
    playbook = two_releases(tmp_path, '{image_release_id: "2"}')
    first, second = yaml.safe_load(playbook.read_text(encoding="utf-8"))
    lose = {"name": "Lose it", "ansible.builtin.fail": {"msg": "lost"}, "when": "inventory_hostname == 'cluster-a'"}
    lost = {"name": "Lose the source", "hosts": "prism_elements", "gather_facts": False, "tasks": [lose]}
    playbook.write_text(yaml.safe_dump([first, lost, second]), encoding="utf-8")
    outcome = run_playbook(playbook, lab.inventory_path, tmp_path)
    assert outcome.status != 0
    assert_identical_everywhere(lab, "ctx_Gold_1")
    assert set(catalog_images(lab).values()) == {"ctx_Gold_1"}
    assert images(lab, "ctx_Gold_2") == {cluster: [] for cluster in CLUSTERS}
    report = json.loads((tmp_path / "image_release_2.json").read_text(encoding="utf-8"))
    assert report["clusters"]["cluster-a"]["state"] == "not asked"
    assert "it is not part of this run" in outcome.output


@pytest.mark.bad_day
def test_source_of_the_release_before_takes_no_snapshot_for_the_next(lab: RunningLab, tmp_path: Path) -> None:
    topology: dict[str, Any] = topology_of(DEMO)
    second = topology["prism_elements"][1]
    second["vms"].append({"name": "Silver", "power_state": "off", "disk_gib": 40})
    second["remote_sites"] = [
        {"name": name, "cluster": name, "bandwidth_mbps": 3000} for name in ("cluster-a", "cluster-c")
    ]
    second["protection_domains"] = [
        {
            "name": "PD-Silver",
            "vms": ["Silver"],
            "schedules": [{"type": "DAILY", "every_nth": 1, "local": 3, "remote": {"cluster-a": 3, "cluster-c": 3}}],
        }
    ]
    topology["prism_elements"][2]["remote_sites"].append(
        {"name": "cluster-b", "cluster": "cluster-b", "bandwidth_mbps": 2500}
    )
    lab.reset(topology)
    wishes = (
        '{image_release_id: "1", image_release_base_vm: Silver, image_release_protection_domain: PD-Silver,'
        " image_release_source: cluster-b}"
    )
    outcome = run_playbook(two_releases(tmp_path, wishes), lab.inventory_path, tmp_path)
    assert outcome.status == 0, outcome.output
    assert_identical_everywhere(lab, "ctx_Silver_1")
    asked = [
        task["host"]
        for task in outcome.tasks
        if task["action"].endswith("pe_protection_domain_snapshot") and task["status"] != "skipped"
    ]
    assert asked == ["cluster-a", "cluster-b"]


def test_tags_leave_nothing_out(lab: RunningLab, release: Release) -> None:
    outcome = release("2026.11.20-1", "--check", "--tags", "anything", "--skip-tags", "publish")
    assert outcome.status == 0, outcome.output
    assert len(outcome.result("image_release_report")["rows"]) == 7
