# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is killed between what it made of a temporary VM and the question whether somebody had switched it on:
the next one asks in its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chaos.trial import TIME_SCALE
from harness.centrals import both_ways, with_all_plugins, with_versions
from harness.images import assert_identical_everywhere, catalog_images, images
from harness.modules import DEMO, hosts_of, topology_of
from harness.playbooks import Outcome, run_playbook, start_playbook
from lab.running import RunningLab

PLAYBOOK, RELEASE = "euc.nutanix_citrix.image_release", "image_release_id=2026.11.20-1"
NAME, OLD = "ctx_Gold_2026.11.20-1", "ctx_Gold_2026.10.01-1"
pytestmark = pytest.mark.bad_day


def release(lab: RunningLab, directory: Path) -> Outcome:
    return run_playbook(PLAYBOOK, lab.inventory_path, directory, "-e", RELEASE)


def kill(lab: RunningLab, directory: Path, endpoint: str, path: str, method: str = "POST") -> None:
    """Kill the run when an order took effect; simulated time stands still from then on."""
    process = start_playbook(PLAYBOOK, lab.inventory_path, directory, "-e", RELEASE)
    then = {"kill": process.pid, "drop": "after", "time_scale": 0.0}
    lab.faults([{"endpoint": endpoint, "method": method, "path": path, "nth": 1, "then": then}])
    process.communicate(timeout=600)
    assert process.returncode != 0
    lab.clear_faults()


def temporary_vm(lab: RunningLab, cluster: str) -> dict[str, Any]:
    (vm,) = [vm for vm in lab.state()["endpoints"][cluster]["vms"] if vm["name"].startswith("ctx_")]
    return dict(vm)


def switch_on(lab: RunningLab, cluster: str) -> str:
    """Switch the temporary VM on and off again, as somebody does before the copy is there; returns its uuid."""
    uuid = str(temporary_vm(lab, cluster)["uuid"])
    host = hosts_of(lab)[cluster]
    host("pe_vm", uuid=uuid, state="powered_on", force=True, wait=False)
    lab.run_at(TIME_SCALE)
    host("pe_vm", uuid=uuid, state="powered_off", force=True, power_off="hard")
    return uuid


def rows(directory: Path) -> list[tuple[str, str, str]]:
    report = json.loads((directory / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    return [(row["where"], row["what"], row["result"]) for row in report["rows"]]


@pytest.mark.parametrize("gone", [False, pytest.param(True, marks=pytest.mark.night)])
def test_an_image_that_nobody_asked_about_is_taken_back(lab: RunningLab, tmp_path: Path, gone: bool) -> None:
    lab.reset(topology_of(DEMO))
    kill(lab, tmp_path, "cluster-b", "/snapshots/")
    uuid = switch_on(lab, "cluster-b")
    remove = {"uuid": uuid, "state": "absent", "force": True}
    if gone:
        hosts_of(lab)["cluster-b"]("pe_vm", **remove)
    else:
        outcome = release(lab, tmp_path)
        assert outcome.status != 0
        assert "was switched on: it is no true copy of the golden VM any more" in outcome.output
        assert ("cluster-b", "image", "taken back") in rows(tmp_path)
        assert images(lab, NAME)["cluster-b"] == []
        assert catalog_images(lab)["daas//W11-Sales"] == OLD
        assert temporary_vm(lab, "cluster-b")["uuid"] == uuid
        hosts_of(lab)["cluster-b"]("pe_vm", **remove)
    again = release(lab, tmp_path)
    assert again.status == 0, again.output
    assert (("cluster-b", "image", "taken back") in rows(tmp_path)) == gone
    assert_identical_everywhere(lab, NAME)
    assert set(catalog_images(lab).values()) == {NAME}


def made_on(lab: RunningLab, central: str) -> list[str]:
    templates = lab.state()["endpoints"][central]["templates"]
    return [version["name"] for template in templates for version in template["versions"] if version["name"] == NAME]


@pytest.mark.parametrize("version", [False, pytest.param(True, marks=pytest.mark.night)])
@pytest.mark.parametrize("started", [True, pytest.param(False, marks=pytest.mark.night)])
def test_a_template_that_nobody_asked_about_is_taken_back(
    lab: RunningLab, tmp_path: Path, version: bool, started: bool
) -> None:
    topology = with_all_plugins(topology_of(DEMO))
    lab.reset(with_versions(topology) if version else topology)
    before = lab.state()["endpoints"]["pc-west"]["templates"]
    kill(lab, tmp_path, "pc-west", "/content/templates", "PUT" if version else "POST")
    if not started:
        lab.run_at(TIME_SCALE)
        again = release(lab, tmp_path)
        assert again.status == 0, again.output
        assert made_on(lab, "pc-west") == [NAME]
        return
    uuid = switch_on(lab, "cluster-c")
    lab.skip(600)
    assert made_on(lab, "pc-west") == [NAME]
    outcome = release(lab, tmp_path)
    assert outcome.status != 0
    assert ("pc-west", "template", "taken back") in rows(tmp_path)
    assert made_on(lab, "pc-west") == []
    assert len(lab.state()["endpoints"]["pc-west"]["templates"]) == len(before)
    assert catalog_images(lab)["cvad//W11-West"] == OLD
    hosts_of(lab)["cluster-c"]("pe_vm", uuid=uuid, state="absent", force=True)
    again = release(lab, tmp_path)
    assert again.status == 0, again.output
    assert made_on(lab, "pc-west") == [NAME]
    assert_identical_everywhere(lab, NAME)


@pytest.mark.night
def test_a_recovery_point_of_a_temporary_vm_that_nobody_asked_about_is_taken_back(
    lab: RunningLab, tmp_path: Path
) -> None:
    lab.reset(both_ways(topology_of(DEMO)))
    kill(lab, tmp_path, "pc-east", "/recovery-points$")
    uuid = switch_on(lab, "cluster-a")
    outcome = release(lab, tmp_path)
    assert outcome.status != 0
    assert "was switched on: it is no true copy" in outcome.output
    assert lab.state()["endpoints"]["pc-east"]["recovery_points"] == []
    hosts_of(lab)["cluster-a"]("pe_vm", uuid=uuid, state="absent", force=True)
    again = release(lab, tmp_path)
    assert again.status == 0, again.output
    assert_identical_everywhere(lab, NAME)
