# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The release playbook with recovery points that were there before: of a protection policy, or of somebody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.centrals import CENTRALS, by_policy, by_recovery_points
from harness.images import assert_identical_everywhere, catalog_images, images, vm_names
from harness.modules import DEMO, hosts_of, topology_of, writes
from harness.playbooks import Outcome, run_playbook
from lab.running import RunningLab

IMAGE = "ctx_Gold_2026.11.20-1"
Release = Callable[..., Outcome]


@pytest.fixture
def release(lab: RunningLab, tmp_path: Path) -> Release:
    lab.reset(by_policy(topology_of(DEMO)))

    def run(*options: str) -> Outcome:
        arguments = ["-e", "image_release_id=2026.11.20-1", *options]
        return run_playbook("euc.nutanix_citrix.image_release", lab.inventory_path, tmp_path, *arguments)

    return run


def points(lab: RunningLab) -> dict[str, list[str]]:
    """The names of the copies that each Prism Central holds."""
    state = lab.state()["endpoints"]
    return {
        central["name"]: sorted(point["name"] for point in state[central["name"]]["recovery_points"])
        for central in CENTRALS
    }


def orders(lab: RunningLab, path: str) -> list[dict[str, Any]]:
    return [each for each in lab.requests() if each["method"] != "GET" and path in each["path"]]


@pytest.mark.bad_day
def test_what_the_policy_made_and_copied_is_released_and_stays(lab: RunningLab, release: Release) -> None:
    lab.skip(3600)
    before, vms = points(lab), vm_names(lab)
    assert {name: len(found) for name, found in before.items()} == {"pc-east": 2, "pc-west": 1}
    planned = release("--check", "--diff")
    assert planned.status == 0, planned.output
    assert writes(lab) == []
    first = release()
    assert first.status == 0, first.output
    assert_identical_everywhere(lab, IMAGE)
    assert set(catalog_images(lab).values()) == {IMAGE}
    assert (points(lab), vm_names(lab)) == (before, vms)
    assert [each for each in orders(lab, "/recovery-points") if not each["path"].endswith("/restore")] == []
    lab.forget()
    # Another one of the policy makes no other image of the same release.
    lab.change([{"endpoint": "pc-east", "kind": "recovery_point", "vm": "Gold", "name": "newer"}])
    second = release()
    assert (second.status, second.changed, writes(lab)) == (0, [], []), second.output


@pytest.mark.bad_day
def test_a_cluster_that_the_policy_leaves_out_holds_up_nobody_else(lab: RunningLab, release: Release) -> None:
    topology = by_policy(topology_of(DEMO))
    topology["prism_centrals"][0]["policies"][0]["to"].pop()
    lab.reset(topology)
    lab.skip(3600)
    outcome = release()
    assert outcome.status != 0
    assert "does not copy its recovery points to cluster-c" in outcome.output
    assert [cluster for cluster, found in images(lab, IMAGE).items() if found] == ["cluster-a", "cluster-b"]


@pytest.mark.bad_day
def test_none_is_young_enough_and_one_is_made_on_demand(lab: RunningLab, release: Release) -> None:
    lab.skip(3600)
    before = points(lab)
    young = ["-e", "image_release_recovery_point_max_age=1"]
    outcome = release(*young)
    assert outcome.status != 0
    assert "has made no recovery point" in outcome.output
    assert (writes(lab), images(lab, IMAGE)["cluster-a"]) == ([], [])
    made = release(*young, "-e", "image_release_on_demand=true")
    assert made.status == 0, made.output
    assert_identical_everywhere(lab, IMAGE)
    assert points(lab) == before


@pytest.mark.bad_day
def test_an_existing_one_is_sent_where_it_is_missing_and_only_these_copies_go(
    lab: RunningLab, release: Release
) -> None:
    lab.reset(by_recovery_points(topology_of(DEMO)))
    lab.change([{"endpoint": "pc-east", "kind": "recovery_point", "vm": "Gold", "name": "sealed"}])
    named = ["-e", "image_release_recovery_point=sealed"]
    planned = release("--check", *named)
    assert planned.status == 0, planned.output
    assert writes(lab) == []
    outcome = release(*named)
    assert outcome.status == 0, outcome.output
    assert_identical_everywhere(lab, IMAGE)
    assert points(lab) == {"pc-east": ["sealed"], "pc-west": []}
    lab.forget()
    again = release(*named)
    assert (again.status, writes(lab)) == (0, []), again.output


@pytest.mark.bad_day
def test_copies_that_an_interrupted_run_has_left_are_removed_by_the_repeat_and_others_named(
    lab: RunningLab, release: Release
) -> None:
    lab.reset(by_recovery_points(topology_of(DEMO)))
    (made,) = lab.change([{"endpoint": "pc-east", "kind": "recovery_point", "vm": "Gold", "name": "sealed"}])
    others = {"recovery_point": made["ext_id"], "clusters": ["cluster-b"]}
    (foreign,) = hosts_of(lab)["pc-east"]("pc_recovery_point_replica", **others)["copies"]
    named = ["-e", "image_release_recovery_point=sealed"]
    lab.faults([{"endpoint": "pc-west", "method": "DELETE", "path": "recovery-points", "then": {"status": 403}}])
    assert release(*named).status != 0
    lab.clear_faults()
    (copy,) = lab.state()["endpoints"]["pc-west"]["recovery_points"]
    lab.forget()
    again = release(*named)
    assert again.status == 0, again.output
    (removal,) = writes(lab)
    assert removal.startswith("DELETE")
    assert removal.endswith(copy["ext_id"])
    assert points(lab) == {"pc-east": ["sealed", "sealed"], "pc-west": []}
    assert f"whether an interrupted run has ordered these copies cannot be told: {foreign['ext_id']}" in again.output


@pytest.mark.bad_day
def test_a_policy_that_fires_in_the_middle_is_not_taken_for_ours(lab: RunningLab, release: Release) -> None:
    topology = by_policy(topology_of(DEMO))
    topology["inventory_vars"].update(image_release_strategy="recovery_point")
    topology["inventory_vars"].pop("image_release_recovery_point_max_age")
    topology["prism_centrals"][0]["policies"][0].update(every_seconds=120, local=1000, remote=1000)
    lab.reset(topology)
    outcome = release()
    assert outcome.status == 0, outcome.output
    assert_identical_everywhere(lab, IMAGE)
    left = points(lab)
    assert all(name.startswith("Images-") for names in left.values() for name in names)
    assert len(left["pc-east"]) > 2
