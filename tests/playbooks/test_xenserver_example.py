# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/examples/xenserver_image.yml, as a user runs it: one pool with the image, one with files, one without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.modules import writes
from harness.playbooks import Outcome, run_playbook
from lab.running import RunningLab, serve

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "xenserver_image.yml"
SCHEME = {"name": "W11-Pool", "srs": ["NFS"], "size_mib": 8, "data_mib": 4}


def pool(name: str, storage: str, kind: str, **more: Any) -> dict[str, Any]:
    variables = {"image_storage": storage, "image_scheme": "W11-Pool"}
    return {"name": name, "srs": [{"name": storage, "type": kind}], "inventory_vars": variables, **more}


TOPOLOGY = {
    "time_scale": 60,
    "xenserver_pools": [
        pool("xs-east", "NFS", "nfs", schemes=[SCHEME]),
        pool("xs-west", "Local", "ext"),
        pool("xs-north", "LVM", "lvm"),
    ],
}


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


def test_an_image_comes_to_all_pools_and_the_second_run_changes_nothing(pools: RunningLab, tmp_path: Path) -> None:
    release(pools, tmp_path, "--check")
    assert writes(pools) == []
    outcome = release(pools, tmp_path)
    paths = [task["result"]["snapshot"]["path"] for task in outcome.tasks if task["action"].endswith("xen_vm_wrapper")]
    assert paths == ["W11-Pool-image.vm\\W11-Pool_1.snapshot"] * 2
    for name in ("xs-west", "xs-north"):
        vms = pools.state()["endpoints"][name]["vms"]
        assert [vm["name_label"] for vm in vms if vm["is_a_snapshot"]] == ["W11-Pool_1"]
    pools.forget()
    assert release(pools, tmp_path).changed == []
    assert writes(pools) == []
    secrets = [endpoint["inventory"]["xenserver_password"] for endpoint in pools.endpoints]
    assert not [secret for secret in secrets if secret in outcome.output]
