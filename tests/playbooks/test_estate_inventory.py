# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A release planned with the inventory that writes itself is the one of the typed inventory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.modules import DEMO, topology_of, writes
from harness.playbooks import run_playbook
from lab.estate_source import write_source
from lab.running import RunningLab


@pytest.mark.bad_day
def test_the_plan_of_a_release_is_that_of_the_typed_inventory(lab: RunningLab, tmp_path: Path) -> None:
    def plan(name: str, inventory: Path) -> list[str]:
        directory = tmp_path / name
        directory.mkdir(exist_ok=True)
        options = ("-e", "image_release_id=2026.11.20-1", "--check", "--diff")
        outcome = run_playbook("euc.nutanix_citrix.image_release", inventory, directory, *options)
        assert outcome.status == 0, outcome.trouble
        return sorted(
            json.dumps([task["host"], task["task"], task["result"]["diff"]], sort_keys=True)
            for task in outcome.tasks
            if task["result"].get("diff")
        )

    source = write_source(lab, tmp_path / "inventory", topology_of(DEMO)["inventory_vars"])
    own = plan("own", source)
    assert own == plan("typed", lab.inventory_path)
    assert len([task for task in own if "W11-" in task]) >= 2
    assert writes(lab) == []
