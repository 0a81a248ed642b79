# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/examples/xenserver_image.yml, as a user runs it: from one pool to others on NFS, on a local file system, on
LVM."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.modules import TOPOLOGIES, writes
from harness.playbooks import Outcome, run_playbook
from lab.running import RunningLab, serve

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "xenserver_image.yml"
TOPOLOGY = TOPOLOGIES / "xenserver.yml"
SLAVES = ("xs-west", "xs-north", "xs-south")


@pytest.fixture(scope="module")
def pools() -> Iterator[RunningLab]:
    with serve(TOPOLOGY) as lab:
        yield lab
        assert lab.violations() == []


def release(lab: RunningLab, directory: Path, *options: str) -> Outcome:
    source = directory / "source.ini"
    source.write_text("[xenserver_image_source]\nxs-east\n", encoding="utf-8")
    variables = json.dumps({"image_version": "1", "image_directory": str(directory / "images")})
    outcome = run_playbook(EXAMPLE, lab.inventory_path, directory, "-i", str(source), "-e", variables, *options)
    assert outcome.status == 0, outcome.trouble
    return outcome


@pytest.mark.newest
def test_an_image_comes_to_all_pools_and_the_second_run_changes_nothing(pools: RunningLab, tmp_path: Path) -> None:
    release(pools, tmp_path, "--check")
    assert writes(pools) == []
    outcome = release(pools, tmp_path)
    paths = [task["result"]["snapshot"]["path"] for task in outcome.tasks if task["action"].endswith("xen_vm_wrapper")]
    assert paths == ["W11-Pool-image.vm\\W11-Pool_1.snapshot"] * 3
    for name in SLAVES:
        vms = pools.state()["endpoints"][name]["vms"]
        assert [vm["name_label"] for vm in vms if vm["is_a_snapshot"]] == ["W11-Pool_1"]
    pools.forget()
    assert release(pools, tmp_path).changed == []
    assert writes(pools) == []
    inventories = [endpoint["inventory"] for endpoint in pools.endpoints if endpoint["inventory"]]
    assert not [one for one in inventories if one["xenserver_password"] in outcome.output]
