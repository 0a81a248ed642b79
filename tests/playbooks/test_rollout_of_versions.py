# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roll-outs of prepared images, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.modules import writes
from harness.playbooks import Outcome, run_playbook
from harness.prepared import QUICK, Prepared
from lab.running import RunningLab

ROLLOUT = "euc.nutanix_citrix.catalog_rollout"
ROLLBACK = "euc.nutanix_citrix.image_rollback"
CATALOGS = [
    {"name": "Desks", "folder": "Prod", "wave": "canary"},
    {"name": "Labs"},
    {"name": "Bare", "image": "gold-2"},
]
WAVES = [
    {"name": "canary", "reboot": {"within_minutes": 0}, "gate": {"wait_timeout": 3}},
    {"name": "all", "reboot": {"within_minutes": 0}},
]
VERSION = {"catalog_rollout_image_definition": "W11", "catalog_rollout_image_number": "2"}


class Rollout:
    """Version 2 of W11 is in both zones; two waves on one site, with a gate after the first."""

    def __init__(self, lab: RunningLab, directory: Path) -> None:
        self._lab, self._directory = lab, directory
        version = {"image": "gold-2", "machine_profile": "profile", "shared_with": ["ws-b"]}
        daas = {
            **Prepared.topology["citrix_sites"][0],
            "image_definitions": [{"name": "W11", "hosting_unit": "ws-a", "versions": [version, version]}],
            "inventory_vars": {"catalog_rollout_catalogs": CATALOGS},
        }
        lab.reset({**Prepared.topology, "citrix_sites": [daas], "durations": {**QUICK, "boot": 1, "register": 1}})

    def __call__(self, *options: str, playbook: str = ROLLOUT, **variables: Any) -> Outcome:
        given = json.dumps({"catalog_rollout_waves": WAVES, **variables})
        return run_playbook(playbook, self._lab.inventory_path, self._directory, *options, "-e", given)

    @property
    def images(self) -> dict[str, str]:
        """What the catalogs are on."""
        catalogs = self._lab.estate.endpoint("daas").state()["catalogs"]
        return {each["name"]: each["image_version"] or each["image"] for each in catalogs if each["name"] in NAMES}


NAMES = {entry["name"] for entry in CATALOGS}


@pytest.fixture
def rollout(lab: RunningLab, tmp_path: Path) -> Rollout:
    return Rollout(lab, tmp_path)


def test_some_catalogs_to_a_version_and_one_to_a_master_image(lab: RunningLab, rollout: Rollout) -> None:
    plan = rollout("--check", "--diff", **VERSION)
    assert plan.status == 0, plan.output
    assert "version 2 of W11" in plan.output
    assert writes(lab) == []
    first = rollout(**VERSION)
    assert first.status == 0, first.output
    assert rollout.images == {"Desks": "W11:2", "Labs": "W11:2", "Bare": "gold-2"}
    lab.forget()
    second = rollout(**VERSION)
    assert (second.status, second.changed, writes(lab)) == (0, [], []), second.output


def test_a_canary_that_fails_goes_back_to_its_master_image(lab: RunningLab, rollout: Rollout) -> None:
    machines = lab.estate.endpoint("daas").state()["machines"]
    lab.change(
        [{"endpoint": "daas", "kind": "machine", "machine": each["name"], "registers": False} for each in machines]
    )
    outcome = rollout(**VERSION, catalog_rollout_on_closed_gate="roll_back")
    assert outcome.status != 0
    assert rollout.images == dict.fromkeys(NAMES, "gold-1")
