# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs as AWX and Automation Platform run them: credentials in the environment only, survey answers as text, a project
that nobody may write to, and nothing kept of the job's folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.automation_platform import run_job
from harness.listener import listening
from harness.modules import DEMO, writes
from harness.patterns import STARTER, objects, templates
from harness.schemas import hold_to_schema
from lab.running import RunningLab

RELEASE = {"image_release_id": "2026.11.20-1"}
PLACE = {"dr_id": "d1", "dr_target": "cluster-b", "dr_protection_domains": "PD-W11, PD-W10"}
MOVE = {**PLACE, "dr_mode": "planned", "dr_source": "cluster-a"}
# What a template asks, answered as a survey does it: with text, or not at all
JOBS: dict[str, dict[str, dict[str, str]]] = {
    "demo": {
        "preflight": {**RELEASE, "preflight_space_factor": "1.5"},
        "image_release": {
            **RELEASE,
            "image_release_publish_when": "all_clusters",
            "image_release_storage_container": "",
            "image_release_reboot": "{within_minutes: 0}",
        },
        "image_retention": {
            "image_retention_keep": "3",
            "image_retention_janitor": "true",
            "image_retention_base_vms": "Gold, Gold-Finance",
            "image_retention_protection_domains": "PD-Gold",
        },
        "image_lineage": {},
        "estate_report": {},
    },
    "retention": {
        "image_rollback": {"image_release_id": "5", "image_release_base_vm": "Gold"},
    },
    "waves": {
        "catalog_rollout": {
            "catalog_rollout_image": "ctx_Gold_2026.11.20-1",
            "catalog_rollout_reboot": "within_minutes=0",
        },
    },
    "workspaces": {
        "prepared_image_release": {
            "prepared_image_release_id": "2026.11.20-1",
            "prepared_image_release_retire": "false",
        },
    },
    "carried": {
        "image_portability": {"image_portability_release": "2026.11.20-1", "catalog_rollout_window_end": ""},
    },
    "xenserver": {
        "xenserver_image_sync": {
            "xenserver_image_sync_release": "2026.11.20-1",
            "xenserver_image_sync_vdi": "",
            "xenserver_image_sync_memory_mib": "2048",
        },
        "xenserver_image_retire": {"xenserver_image_retire_janitor": "true", "xenserver_image_retire_keep": "2"},
    },
    "failover": {
        "dr_failback": {**PLACE, "dr_source": "cluster-a"},
        "dr_failover": {**MOVE, "dr_failover_way_back": "{type: HOURLY}", "dr_failover_policy": ""},
        "dr_drill": {**PLACE, "dr_drill_network": "DRILL"},
        "machine_rehost": {
            "dr_id": "r1",
            "machine_rehost_clusters": "cluster-a",
            "machine_rehost_catalogs": "W11 Persistent",
            "machine_rehost_policy": "",
        },
    },
}
# Of each role that takes answers one; the others take them through the same roles
BY_DAY = ("image_release", "prepared_image_release", "dr_failover")
# What nothing was done before for is refused by these, and is said so.
NOTHING_BEFORE = {
    "dr_failover_release": ("failover", {"dr_id": "d1"}, "d1"),
    "machine_rehost_undo": ("failover", {"dr_id": "d1"}, "d1"),
    "prepared_image_retire": ("workspaces", {}, "there is no image definition 'W11'"),
    "prepared_image_rollback": ("workspaces", {"prepared_image_release_id": "2026.11.20-1"}, "W11"),
}


def topology_with_one_account(name: str) -> dict[str, Any]:
    """For all clusters, because a job takes one credential of each type."""
    topology: dict[str, Any] = yaml.safe_load(DEMO.with_name(f"{name}.yml").read_text(encoding="utf-8"))
    for place in [*topology.get("prism_elements", []), *topology.get("xenserver_pools", [])]:
        place["password"] = "one account for all"
    for site in topology["citrix_sites"]:
        for catalog in site["catalogs"]:
            catalog["sessions"] = 0
    return topology


def estate(name: str) -> dict[str, Any]:
    """With one site, because an environment holds one account of each kind."""
    topology = topology_with_one_account(name)
    (site,) = topology["citrix_sites"] = topology["citrix_sites"][:1]
    # A survey cannot ask for lists. Waves would name catalogs of the other site.
    site.setdefault("inventory_vars", {})["image_release_catalogs"] = [
        {"name": catalog["name"], "folder": catalog.get("folder", "")}
        for catalog in site["catalogs"]
        if "image" in catalog
    ]
    if name != "workspaces":
        topology.get("inventory_vars", {}).pop("catalog_rollout_waves", None)
    return topology


@pytest.mark.bad_day
@pytest.mark.parametrize(
    ("name", "playbook"),
    [
        pytest.param(name, playbook, marks=[] if playbook in BY_DAY else pytest.mark.night)
        for name, jobs in JOBS.items()
        for playbook in jobs
    ],
)
def test_a_plan_is_made_with_credentials_from_the_environment_and_answers_as_text(
    lab: RunningLab, tmp_path: Path, name: str, playbook: str
) -> None:
    lab.reset(estate(name))
    job = run_job(playbook, lab.inventory_path, tmp_path / "job", "--check", **JOBS[name][playbook])
    assert job.status == 0, job.output[-3000:]
    assert writes(lab) == []


@pytest.mark.bad_day
def test_a_release_and_its_way_back_go_through_their_workflows(lab: RunningLab, tmp_path: Path) -> None:
    topology = topology_with_one_account("demo")
    waves = yaml.safe_load((STARTER / "inventory" / "group_vars" / "citrix_sites.yml").read_text(encoding="utf-8"))
    topology["inventory_vars"] |= {**waves, "report_directory": str(tmp_path)}
    topology["citrix_sites"][0]["inventory_vars"]["image_release_catalogs"][0]["wave"] = "canary"
    lab.reset(topology)
    places = [(site["name"], catalog["image"]) for site in topology["citrix_sites"] for catalog in site["catalogs"]]
    before, new = {image for _site, image in places}, "ctx_Gold_2026.11.20-1"

    def on_it() -> int:
        states = [lab.estate.endpoint(site["name"]).state() for site in topology["citrix_sites"]]
        return sum(catalog["image"] == new for state in states for catalog in state["catalogs"])

    seen = [on_it() for _node in walk("Release with approval", lab, tmp_path / "release")]
    assert seen == [0, 1, 1, len(places), len(places)]
    seen = [on_it() for _node in walk("Roll back with approval", lab, tmp_path / "back")]
    assert seen == [len(places), len(places), 0]
    assert new not in before


def walk(name: str, lab: RunningLab, directory: Path) -> Iterator[str]:
    """Each node of a workflow when it is done. Who approves agrees."""
    (workflow,) = [each for each in objects()["workflows"] if each["name"] == name]
    by_name = {each["name"]: playbook for playbook, each in templates().items()}
    nodes = {each["identifier"]: each for each in workflow["simplified_workflow_nodes"]}
    ahead = [next(iter(nodes))]
    while ahead:
        node = nodes[ahead.pop()]
        if "unified_job_template" in node:
            options = ["--check"] if node.get("job_type") == "check" else []
            answers = {**RELEASE, **node.get("extra_data", {})}
            playbook = by_name[node["unified_job_template"]]
            place = lab.inventory_path, directory / node["identifier"]
            job = run_job(playbook, *place, *options, injecting=True, **answers)
            assert job.status == 0, job.output[-3000:]
        yield node["identifier"]
        ahead += node.get("success_nodes", [])


@pytest.mark.night
@pytest.mark.parametrize("playbook", NOTHING_BEFORE)
def test_a_way_back_from_nothing_is_refused_in_words(lab: RunningLab, tmp_path: Path, playbook: str) -> None:
    name, answers, words = NOTHING_BEFORE[playbook]
    lab.reset(estate(name))
    job = run_job(playbook, lab.inventory_path, tmp_path / "job", "--check", **answers)
    assert job.status != 0
    assert words in job.output
    assert "undefined" not in job.output
    assert writes(lab) == []


def test_every_template_is_run() -> None:
    assert {*NOTHING_BEFORE, *(playbook for jobs in JOBS.values() for playbook in jobs)} == templates().keys()


@pytest.mark.bad_day
def test_what_a_job_leaves_outlives_it(lab: RunningLab, tmp_path: Path) -> None:
    lab.reset(topology_with_one_account("failover"))
    reports = tmp_path / "reports"
    answers = {**MOVE, "report_directory": str(reports)}
    with listening() as listener:
        place = lab.inventory_path, tmp_path / "job"
        job = run_job("dr_failover", *place, injecting=True, notify_url=listener.url, **answers)
        assert job.status == 0, job.output[-3000:]
    files = {path.relative_to(STARTER) for path in STARTER.rglob("*")}
    assert {
        path.relative_to(tmp_path / "job" / "project") for path in (tmp_path / "job" / "project").rglob("*")
    } == files
    path = reports / "dr_failover_d1.json"
    hold_to_schema(path)
    assert json.loads(path.read_text(encoding="utf-8"))["complete"]
    summary = job.artifacts["euc_dr_report"]
    assert summary["succeeded"]
    assert summary["report_path"] == os.fspath(path)
    assert listener.documents == [summary]
    assert "S3CRET" not in job.output
