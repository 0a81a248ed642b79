# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook image_portability end to end: each workflow to each cloud, and what may happen on the way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import CLOUDS, WORKFLOWS
from harness.carried import PLAYBOOK, STORE, Carriage, Clouds
from harness.playbooks import files_with, start_playbook
from lab.running import RunningLab

needs_azurite = pytest.mark.skipif(bool(os.environ.get("EUC_WITHOUT_AZURITE")), reason="Azurite is not to be used")


def pair(workflow: str, platform: str) -> Any:
    """Each shows on one more pair what the two on AWS below show, and tests of ips_upload on each cloud."""
    marks = [pytest.mark.night, *([needs_azurite] if platform == "azure" else [])]
    return pytest.param((workflow, platform), marks=marks)


PAIRS = [pair(workflow, platform) for workflow in WORKFLOWS for platform in CLOUDS]


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    with ExitStack() as stack:
        yield Clouds(stack, tmp_path_factory.mktemp("clouds"))


@pytest.fixture
def carriage(lab: RunningLab, clouds: Clouds, tmp_path: Path, request: pytest.FixtureRequest) -> Carriage:
    return Carriage(lab, clouds, tmp_path, *request.param)


@pytest.fixture
def beside_a_lost_one(lab: RunningLab, clouds: Clouds, tmp_path: Path, request: pytest.FixtureRequest) -> Carriage:
    """With a second target that nothing can be done for."""
    return Carriage(lab, clouds, tmp_path, request.param, is_one_lost=True)


@pytest.mark.parametrize("carriage", PAIRS, indirect=True, ids="-".join)
def test_a_workflow_ends_with_the_same_content_in_a_cloud_and_the_second_run_does_nothing(carriage: Carriage) -> None:
    workflow, names = carriage.workflow, carriage.names
    planned = carriage.run("--check", "--diff")
    assert (planned.status, carriage.writes, planned.changed != []) == (0, [], True), planned.trouble
    assert carriage.disks() == []

    first = carriage.run()
    assert first.status == 0, first.trouble
    assert all(gate.writes for gate in carriage.gates)
    stages = len(WORKFLOWS[workflow]) - workflow.startswith("mcs")
    exported = "made" if workflow.startswith("mcs") else ""
    assert carriage.states() == {"source": [exported], "euc1": ["made"] * stages}
    assert carriage.prepared_for() == f"{carriage.platform} {workflow[-3:].title()}"
    assert (carriage.disks(), carriage.left_behind()) == (sorted([names["uploaded"], names["prepared"]]), [])
    if workflow.endswith("mcs"):
        assert carriage.images() == dict.fromkeys(("W11-A", "W11-B"), names["prepared"])
    assert files_with(carriage.secrets, carriage.directory) == set()

    for options in ([], ["--check", "--diff"]):
        again = carriage.run(*options)
        assert (again.status, carriage.writes, again.changed) == (0, [], []), again.trouble


@pytest.mark.bad_day
@pytest.mark.parametrize("beside_a_lost_one", ["mcs_to_mcs"], indirect=True)
def test_a_target_that_nothing_can_be_done_for_holds_up_no_other(beside_a_lost_one: Carriage) -> None:
    carriage = beside_a_lost_one
    prepared = carriage.names["prepared"]
    planned = carriage.run("--check", "--diff")
    assert (planned.status, carriage.writes) == (2, []), planned.trouble
    would = {row["where"]: row["result"] for row in planned.result("image_portability_report")["rows"]}
    assert would == {
        "source": "would be exported",
        "euc1": "would be prepared",
        "lost": "failed",
        "daas": "would be moved to the image",
    }
    assert not (carriage.directory / "share").exists() or not list((carriage.directory / "share").iterdir())

    first = carriage.run()
    # And the run says so
    assert first.status == 2
    assert carriage.states() == {"source": ["made"], "euc1": ["made", "made"], "lost": []}
    (problem,) = carriage.report()["problems"]
    assert "lost, target: failed (The wallet of the service has no credential 'nobody'" in problem
    assert carriage.images() == {"W11-A": prepared, "W11-B": prepared}
    assert carriage.prepared_for() == "aws Mcs"
    assert carriage.report()["unknown"] == []

    second = carriage.run()
    assert (second.status, carriage.writes) == (2, []), second.trouble
    assert second.changed == []
    assert carriage.states() == {"source": ["not needed"], "euc1": ["there", "there"], "lost": []}


@pytest.mark.bad_day
@pytest.mark.parametrize("carriage", [("mcs_to_pvs", "aws")], indirect=True)
def test_all_four_stages_killed_and_repeated_and_seen_again_a_day_later(carriage: Carriage) -> None:
    process = start_playbook(PLAYBOOK, carriage.lab.inventory_path, carriage.directory)
    killed = {"drop": "after", "kill": process.pid}
    carriage.lab.faults([{"endpoint": "ips", "method": "POST", "path": "prepare", "nth": 1, "then": killed}])
    process.communicate(timeout=600)
    assert process.returncode == -9
    carriage.lab.clear_faults()

    again = carriage.run()
    assert again.status == 0, again.trouble
    # What the job of the killed run made counts: there is one of each kind, because a publish is an export
    assert carriage.jobs() == ["export", "export", "prepare"]
    assert carriage.states() == {"source": ["not needed"], "euc1": ["there", "there", "made"]}
    assert carriage.prepared_for() == "aws Pvs"
    (told,) = carriage.report()["registrations"]
    assert f"add the existing vDisk {carriage.names['prepared']}.vhdx of the store {STORE}" in told

    # The service has forgotten all jobs, and their ids are lost: marks and the report tell
    carriage.lab.skip(26 * 3600)
    shutil.rmtree(carriage.directory / "image_portability_jobs")
    later = carriage.run()
    assert (later.status, carriage.writes, later.changed) == (0, [], []), later.trouble
    assert carriage.states() == {"source": ["not needed"], "euc1": ["there", "there", "there"]}
