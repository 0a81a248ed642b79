# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The release playbook where one cluster has no Prism Central and gets the image by the protection domain."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.centrals import both_ways
from harness.images import assert_identical_everywhere, catalog_images, images, vm_names
from harness.modules import DEMO, topology_of, writes
from harness.playbooks import Outcome, run_playbook
from lab.running import RunningLab

PLAYBOOK = "euc.nutanix_citrix.image_release"
IMAGE = "ctx_Gold_r1"
Release = Callable[..., Outcome]

pytestmark = pytest.mark.bad_day


@pytest.fixture
def release(lab: RunningLab, tmp_path: Path) -> Release:
    lab.reset(both_ways(topology_of(DEMO)))

    def run(*options: str) -> Outcome:
        return run_playbook(PLAYBOOK, lab.inventory_path, tmp_path, "-e", "image_release_id=r1", *options)

    return run


def points(lab: RunningLab) -> list[str]:
    return [point["name"] for point in lab.state()["endpoints"]["pc-east"]["recovery_points"]]


def pd_snapshots(lab: RunningLab) -> set[str]:
    (domain,) = lab.state()["endpoints"]["cluster-a"]["protection_domains"]
    return set(domain["snapshots"])


def report(tmp_path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((tmp_path / "image_release_r1.json").read_text(encoding="utf-8"))
    return told


def test_one_snapshot_reaches_all_clusters_both_ways(lab: RunningLab, release: Release, tmp_path: Path) -> None:
    vms, before = vm_names(lab), pd_snapshots(lab)
    overridden = release("-e", "image_release_strategy=recovery_point")
    assert overridden.status != 0
    assert "No Prism Central manages cluster-c, and image_release_strategy, given with -e" in overridden.output
    assert writes(lab) == []
    planned = release("--check", "--diff")
    assert planned.status == 0, planned.output
    assert writes(lab) == []
    first = release()
    assert first.status == 0, first.output
    assert_identical_everywhere(lab, IMAGE)
    assert set(catalog_images(lab).values()) == {IMAGE}
    assert (vm_names(lab), points(lab)) == (vms, [])
    # Where the machine is slow, the schedule of the protection domain fires meanwhile.
    assert len([entry for entry in lab.requests() if entry["path"].endswith("/oob_schedules")]) == 1
    paths = {path["cluster"]: path for path in report(tmp_path)["paths"]}
    snapshot = paths["cluster-a"]["origin_of_point"]
    assert snapshot in pd_snapshots(lab) - before
    assert paths["cluster-c"]["origin_kind"] == "protection domain snapshot"
    # Receivers list it with the name of its site.
    assert paths["cluster-c"]["origin"] == f"cluster-a:{snapshot}"
    assert {paths[host]["origin_kind"] for host in ("cluster-a", "cluster-b")} == {"recovery point"}
    assert {paths[host]["origin_of_point"] for host in ("cluster-a", "cluster-b")} == {snapshot}
    page = (tmp_path / "image_release_r1.html").read_text(encoding="utf-8")
    assert f"made from protection domain snapshot <code>{snapshot}</code>" in page
    lab.forget()
    second = release()
    assert (second.status, second.changed, writes(lab)) == (0, [], [])


def test_neither_way_holds_up_the_other(lab: RunningLab, release: Release) -> None:
    lab.faults([{"endpoint": "pc-east", "method": "POST", "path": "recovery-points$", "then": {"status": 500}}])
    outcome = release()
    assert outcome.status != 0
    assert [cluster for cluster, found in images(lab, IMAGE).items() if found] == ["cluster-c"]
    lab.clear_faults()
    # What somebody does to the golden VM in between is in no image.
    lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "Gold", "state": "on"}])
    repeated = release()
    assert repeated.status == 0, repeated.output
    assert_identical_everywhere(lab, IMAGE)
    assert points(lab) == []


@pytest.mark.night
def test_the_rest_of_one_way_needs_nothing_of_the_other(lab: RunningLab, release: Release) -> None:
    lab.faults([{"endpoint": "cluster-b", "method": "POST", "path": "/snapshots/", "then": {"status": 500}}])
    assert release().status != 0
    lab.clear_faults()
    (domain,) = lab.state()["endpoints"]["cluster-a"]["protection_domains"]
    for number in domain["snapshots"]:
        lab.change(
            [
                {
                    "endpoint": "cluster-a",
                    "kind": "delete_pd_snapshot",
                    "protection_domain": "PD-Gold",
                    "snapshot_id": number,
                }
            ]
        )
    repeated = release()
    assert repeated.status == 0, repeated.output
    assert_identical_everywhere(lab, IMAGE)
    assert points(lab) == []


@pytest.mark.night
def test_what_has_no_common_origin_is_refused(lab: RunningLab, release: Release) -> None:
    lab.faults([{"endpoint": "cluster-c", "method": "POST", "path": "restore_entities", "then": {"status": 500}}])
    assert release().status != 0
    lab.clear_faults()
    for point in lab.state()["endpoints"]["pc-east"]["recovery_points"]:
        lab.change([{"endpoint": "pc-east", "kind": "delete_recovery_point", "ext_id": point["ext_id"]}])
    outcome = release()
    assert outcome.status != 0
    assert "nobody can tell which protection domain snapshot is identical" in outcome.output
    assert images(lab, IMAGE)["cluster-c"] == []
