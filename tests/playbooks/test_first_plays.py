# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A job that would do nothing, or not what was meant, says so before it touches anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.modules import writes
from harness.playbooks import run_playbook
from lab.running import RunningLab


def inventory(lab: RunningLab, directory: Path, groups: dict[str, str]) -> Path:
    """The lab's inventory with groups under other names; '' leaves one out."""
    given: dict[str, Any] = yaml.safe_load(Path(lab.inventory_path).read_text(encoding="utf-8"))
    children = given["all"]["children"]
    for name, other in groups.items():
        hosts = children.pop(name)
        if other:
            children[other] = hosts
    path = directory / "inventory.yml"
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    return path


@pytest.mark.newest
@pytest.mark.parametrize(
    "job",
    [
        "image_release",
        "preflight",
        pytest.param("catalog_rollout", marks=pytest.mark.night),
        "image_rollback",
        pytest.param("image_retention", marks=pytest.mark.night),
        pytest.param("image_lineage", marks=pytest.mark.night),
        pytest.param("estate_report", marks=pytest.mark.night),
        "prepared_image_release",
        pytest.param("prepared_image_retire", marks=pytest.mark.night),
        pytest.param("prepared_image_rollback", marks=pytest.mark.night),
        "xenserver_image_sync",
        pytest.param("xenserver_image_retire", marks=pytest.mark.night),
    ],
)
def test_misspelt_groups_with_tags_that_nothing_bears(lab: RunningLab, tmp_path: Path, job: str) -> None:
    renamed = inventory(lab, tmp_path, {"prism_elements": "prism_element", "citrix_sites": ""})
    outcome = run_playbook(
        f"euc.nutanix_citrix.{job}", renamed, tmp_path, "-e", "image_release_id=1", "--tags", "anything"
    )
    assert outcome.status != 0
    assert ("The inventory has no host in the group prism_elements" in outcome.output) == (
        job not in ("catalog_rollout", "image_rollback", "image_lineage")
        and not job.startswith(("prepared_image_", "xenserver_image_"))
    )
    assert "The inventory has no host in the group citrix_sites" in outcome.output
    assert lab.requests() == []


@pytest.mark.parametrize(
    ("job", "given", "words"),
    [
        (
            "catalog_rollout",
            "catalog_rollout_image=ctx_Gold_2026.10.01-1",
            "names a catalog in catalog_rollout_catalogs, so that nothing would be moved",
        ),
        (
            "image_rollback",
            "image_release_id=2026.10.1-1",
            "None of the catalogs has or had the image 'ctx_Gold_2026.10.1-1'",
        ),
        pytest.param("image_rollback", "image_release_id=../2026.10.01-1", "is no release id", marks=pytest.mark.night),
        (
            "image_retention",
            "image_retention_report_path=/dev/null/report.json",
            "image_retention_report_path is '/dev/null/report.json', which cannot be",
        ),
        ("image_retention", "image_retention_prefix=ctxx_", "Near names are 'ctx_'"),
        (
            "prepared_image_release",
            "prepared_image_release_definitions=W11",
            "prepared_image_release_definitions is text and must be a list",
        ),
        pytest.param(
            "prepared_image_retire",
            "prepared_image_retire_keep=many",
            "prepared_image_retire_keep",
            marks=pytest.mark.night,
        ),
        ("image_portability", "image_portability_release=1", "has no host in the group image_portability_targets"),
        (
            "image_release",
            '{"image_release_id": "2026.11.20-1", "catalog_rollout_known_faults": ["CORP\\\\W11P-0007"]}',
            "catalog_rollout_known_faults names 'CORP",
        ),
        (
            "image_release",
            '{"image_release_id": "2026.11.20-1", "image_release_concurency": 3}',
            "No role has the variable image_release_concurency: did you mean image_release_concurrency?",
        ),
    ],
)
def test_a_wish_that_matches_nothing(lab: RunningLab, tmp_path: Path, job: str, given: str, words: str) -> None:
    outcome = run_playbook(f"euc.nutanix_citrix.{job}", lab.inventory_path, tmp_path, "-e", given)
    assert outcome.status != 0
    assert words in outcome.output
    assert writes(lab) == []


def test_no_inventory_at_all(tmp_path: Path) -> None:
    empty = tmp_path / "inventory.yml"
    empty.write_text("all: {children: {prism_elements: {}, citrix_sites: {}}}", encoding="utf-8")
    outcome = run_playbook("euc.nutanix_citrix.image_release", empty, tmp_path, "-e", "image_release_id=1")
    assert outcome.status != 0
    assert "The inventory has no host in the group prism_elements" in outcome.output


def test_catalogs_that_are_not_there_stop_the_release_before_any_image(lab: RunningLab, tmp_path: Path) -> None:
    given = yaml.safe_load(Path(lab.inventory_path).read_text(encoding="utf-8"))
    sites = given["all"]["children"]["citrix_sites"]["hosts"]
    sites["daas"]["image_release_catalogs"] += [{"name": "W11-Sale"}, {"name": "W11-Pol"}]
    sites["cvad"]["citrix_client_secret"] = "wrong"
    path = tmp_path / "inventory.yml"
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    outcome = run_playbook("euc.nutanix_citrix.image_release", path, tmp_path, "-e", "image_release_id=1")
    assert outcome.status != 0
    assert writes(lab) == []
    (told,) = [task["result"]["msg"] for task in outcome.tasks if "Stop while nothing is done" in task["task"]]
    assert "daas: there is no catalog 'W11-Sale'" in told
    assert "daas: there is no catalog 'W11-Pol'" in told
    assert not any(entry["endpoint"].startswith("cluster") for entry in lab.requests())


@pytest.mark.parametrize(
    ("job", "skipped", "asked"),
    [
        ("image_release", "always", []),
        ("dr_failover", "always", []),
        ("image_rollback", "tagged", []),
        ("image_release", "always", ["--tags", "anything"]),
        ("dr_failover", "always", ["--tags", "drain,move"]),
    ],
)
def test_a_job_of_which_everything_is_skipped_fails(
    lab: RunningLab, tmp_path: Path, job: str, skipped: str, asked: list[str]
) -> None:
    outcome = run_playbook(f"euc.nutanix_citrix.{job}", lab.inventory_path, tmp_path, "--skip-tags", skipped, *asked)
    assert outcome.status != 0
    assert f"--skip-tags {skipped} (in AWX: Skip Tags) leaves out everything" in outcome.output
    assert lab.requests() == []
