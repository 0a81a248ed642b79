# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles in playbooks of others, part by part, as the documents say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.modules import DEMO, writes
from harness.playbooks import Outcome, run_playbook
from lab.running import RunningLab

CLUSTERS, SITES, ALL = "prism_elements", "citrix_sites", "prism_elements:citrix_sites"


def play(hosts: str, role: str, part: str = "", how: str = "include_role", **variables: Any) -> dict[str, Any]:
    task: dict[str, Any] = {
        "name": f"{role} {part}",
        f"ansible.builtin.{how}": {
            "name": f"euc.nutanix_citrix.{role}",
            **({"tasks_from": part} if part else {}),
        },
        "vars": variables,
    }
    return {"hosts": hosts, "gather_facts": False, "tasks": [task]}


def run(lab: RunningLab, directory: Path, plays: list[dict[str, Any]], *options: str, **variables: Any) -> Outcome:
    playbook = directory / "foreign.yml"
    playbook.write_text(yaml.safe_dump(plays), encoding="utf-8")
    return run_playbook(playbook, lab.inventory_path, directory, *options, "-e", json.dumps(variables))


@pytest.mark.newest
def test_the_jobs_about_images_part_by_part(lab: RunningLab, tmp_path: Path) -> None:
    """All in one playbook, as a plan; the parts of each job validate their own options."""
    on_source = play(CLUSTERS, "image_release", "protect")
    on_source["tasks"][0]["when"] = "inventory_hostname == image_release_source"
    plays = [
        play("localhost:all", "release_begin", "begin", release_begin_job="preflight"),
        play(ALL, "release_begin", "check", release_begin_job="preflight"),
        play(CLUSTERS, "preflight", "clusters"),
        play(SITES, "preflight", "sites"),
        play(ALL, "preflight", "report"),
        play("localhost:all", "release_begin", "begin", release_begin_job="release"),
        play(ALL, "release_begin", "check", release_begin_job="release"),
        play(SITES, "release_begin", "ask", release_begin_catalogs="{{ image_release_catalogs | default([]) }}"),
        play(CLUSTERS, "image_release", "look"),
        on_source,
        play(CLUSTERS, "image_release", "image"),
        play(SITES, "image_release", "publish"),
        play(ALL, "image_release", "report"),
        play("localhost:all", "release_begin", "begin", release_begin_job="retention"),
        play(ALL, "release_begin", "check", release_begin_job="retention"),
        play(CLUSTERS, "image_retention", "look"),
        play(SITES, "image_retention", "ask"),
        play(ALL, "image_retention", "plan"),
        play(CLUSTERS, "image_retention", "clean"),
        play(ALL, "image_retention", "report"),
        play(SITES, "catalog_rollout", catalog_rollout_catalogs="{{ image_release_catalogs | default([]) }}"),
        play(SITES, "catalog_rollout", "back", catalog_rollout_catalogs="{{ image_release_catalogs | default([]) }}"),
    ]
    outcome = run(
        lab,
        tmp_path,
        plays,
        "--check",
        image_release_id="2026.11.20-1",
        catalog_rollout_image="ctx_Gold_2026.11.20-1",
        image_retention_release="",
    )
    assert outcome.status == 0, outcome.output
    assert writes(lab) == []
    validated = set(re.findall(r"against arg spec '(\w+)'", outcome.output))
    assert validated >= {"begin", "ask", "look", "protect", "publish", "clusters", "plan", "main", "back"}


@pytest.mark.bad_day
def test_the_jobs_about_prepared_images_part_by_part(lab: RunningLab, tmp_path: Path) -> None:
    lab.reset(yaml.safe_load(DEMO.with_name("workspaces.yml").read_text(encoding="utf-8")))
    release, retire = "prepared_image_release", "prepared_image_retire"
    plays = [
        play("localhost:all", "release_begin", "begin", release_begin_job="prepared_release"),
        play(SITES, "release_begin", "check", release_begin_job="prepared_release"),
        play(SITES, "release_begin", "ask", release_begin_catalogs="{{ prepared_image_release_catalogs }}"),
        *(play(SITES, release, part) for part in ("look", "prepare", "share", "roll_out", "report")),
        *(play(SITES, retire, part) for part in ("ask", "plan", "clean", "report")),
    ]
    outcome = run(lab, tmp_path, plays, "--check", prepared_image_retire_delete_definitions=True)
    assert outcome.status == 0, outcome.trouble
    assert writes(lab) == []
    validated = set(re.findall(r"against arg spec '(\w+)'", outcome.output))
    assert validated >= {"look", "prepare", "share", "roll_out", "report", "ask", "plan", "clean"}


@pytest.mark.bad_day
def test_a_failover_and_a_re_hosting_part_by_part(lab: RunningLab, tmp_path: Path) -> None:
    lab.reset(yaml.safe_load(Path(DEMO).with_name("failover.yml").read_text(encoding="utf-8")))
    plays = [
        play(ALL, "dr_failover", "begin"),
        play("cluster-a:cluster-b", "dr_failover", "look"),
        play("cluster-a", "dr_failover", "plan"),
        play(SITES, "dr_failover", "prepare"),
        play("cluster-b", "dr_failover", "discard"),
        play(SITES, "dr_failover", "drain"),
        play("cluster-a", "dr_failover", "move"),
        play(SITES, "dr_failover", "arrivals"),
        play("cluster-b", "dr_failover", "power"),
        play(SITES, "dr_failover", "rehost"),
        play(ALL, "dr_failover", "report"),
        play(ALL, "machine_rehost", "begin"),
        play(CLUSTERS, "machine_rehost", "look"),
        play(SITES, "machine_rehost", "rehost"),
        play(SITES, "machine_rehost", "report"),
    ]
    outcome = run(
        lab,
        tmp_path,
        plays,
        "--check",
        dr_id="foreign",
        dr_source="cluster-a",
        dr_target="cluster-b",
        dr_failover_sessions="ignore",
        machine_rehost_protection_domains=["PD-W10", "PD-W11"],
    )
    assert outcome.status == 0, outcome.output
    assert writes(lab) == []


@pytest.mark.bad_day
def test_nothing_moves_under_users_because_a_playbook_lacks_the_drain(lab: RunningLab, tmp_path: Path) -> None:
    lab.reset(yaml.safe_load(Path(DEMO).with_name("failover.yml").read_text(encoding="utf-8")))
    plays = [
        play(ALL, "dr_failover", "begin"),
        play("cluster-a:cluster-b", "dr_failover", "look"),
        play("cluster-a", "dr_failover", "plan"),
        play(SITES, "dr_failover", "prepare"),
        play("cluster-a", "dr_failover", "move"),
        play(ALL, "dr_failover", "report"),
    ]
    outcome = run(lab, tmp_path, plays, dr_id="foreign", dr_source="cluster-a", dr_target="cluster-b")
    assert outcome.status != 0
    assert "daas: It never told that its machines are drained" in outcome.output
    assert writes(lab) == []


def test_the_options_of_a_part_are_checked(lab: RunningLab, tmp_path: Path) -> None:
    outcome = run(lab, tmp_path, [play("cluster-a", "image_retention", "clean", image_retention_timeout="soon")])
    assert outcome.status != 0
    assert "argument 'image_retention_timeout' is of type" in outcome.output.replace("\n", " ")
    assert lab.requests() == []


def test_who_names_no_part_or_one_that_is_not_there_is_told(lab: RunningLab, tmp_path: Path) -> None:
    outcome = run(lab, tmp_path, [play("cluster-a", "image_release")])
    assert outcome.status != 0
    assert "Name the part of this role with tasks_from: centrals, look, protect," in outcome.output
    misspelt = run(lab, tmp_path, [play("cluster-a", "image_release", "loook", how="import_role")])
    assert misspelt.status != 0
    assert "loook" in misspelt.output
    assert lab.requests() == []
