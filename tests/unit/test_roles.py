# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a role, named with tasks_from: each has its tasks and its own argument spec, and whoever names none is
told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
# Files that playbooks of others have no reason to name
INSIDE = {
    "catalog_rollout": {"back_wave", "end", "hold", "move", "wave", "waves"},
    "dr_drill": {"absent", "present", "report"},
    "dr_failover": {"arrival", "give_up", "in_use"},
    "image_release": {
        "adopted",
        "common_snapshot",
        "protection_domain",
        "recovery_point",
        "restore_common_snapshot",
        "restore_protection_domain",
        "restore_recovery_point",
        "send_recovery_point",
        "take_back",
        "doubted_image",
        "doubted_recovery_point",
        "doubted_template",
        "template",
        "ways",
    },
    "image_portability": {"find_prepared", "prepare", "publish"},
    "machine_rehost": {"settle"},
    "prepared_image_release": {"plan"},
}


def specs(role: str) -> dict[str, dict[str, Any]]:
    path = ROOT / "roles" / role / "meta" / "argument_specs.yml"
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
    return found


def tasks_of(role: str) -> set[str]:
    return {path.stem for path in (ROOT / "roles" / role / "tasks").glob("*.yml")}


@pytest.mark.parametrize("role", ROLES)
def test_every_part_has_tasks_and_an_argument_spec(role: str) -> None:
    assert specs(role).keys() == tasks_of(role) - INSIDE.get(role, set())
    assert all(part["short_description"] and part["description"] for part in specs(role).values())


@pytest.mark.parametrize("role", ROLES)
def test_a_role_of_several_parts_names_them_all_to_whoever_names_none(role: str) -> None:
    main = (ROOT / "roles" / role / "tasks" / "main.yml").read_text(encoding="utf-8")
    if "ansible.builtin.fail:" in main:
        assert "options" not in specs(role)["main"]
        assert set(re.findall(r"\w+", re.findall(r"tasks_from: ([^.]+)\.", main)[0])) - {"or"} == (
            specs(role).keys() - {"main"}
        )


def test_no_host_can_be_given_the_part_of_another() -> None:
    """Ansible tells includes of roles apart by role and variables, not by part (ansible.playbook.included_file): of
    hosts that arrive at the same moment, all do what a template in tasks_from says for the first."""
    written = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for place in ("roles/*/tasks/*.yml", "playbooks/*.yml", "docs/*.md")
        for path in ROOT.glob(place)
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"(tasks|vars|defaults|handlers)_from:.*{{", line)
    ]
    assert written == []


def test_every_filter_that_is_used_exists() -> None:
    places = (
        "roles/*/*/*.yml",
        "playbooks/*.yml",
        "plugins/modules/*.py",
        "plugins/filter/*.yml",
        "extensions/*/*/*.yml",
    )
    used = {
        name
        for place in places
        for path in ROOT.glob(place)
        for name in re.findall(r"(?:\|\s*|map\(')euc\.nutanix_citrix\.(\w+)", path.read_text(encoding="utf-8"))
    }
    assert len(used) > 20
    assert used - {path.stem for path in ROOT.glob("plugins/filter/*.yml")} == set()


@pytest.mark.parametrize("role", ROLES)
def test_options_bear_the_name_of_their_role(role: str) -> None:
    options = {name for part in specs(role).values() for name in part.get("options", {})}
    assert [name for name in options if not name.startswith(f"{role}_")] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("playbooks/*.yml")), ids=lambda path: path.stem)
def test_each_playbook_begins_with_a_task_that_no_skipped_tag_leaves_out(path: Path) -> None:
    first = yaml.safe_load(path.read_text(encoding="utf-8"))[0]
    role = first["tasks"][0]["ansible.builtin.import_role"]
    assert "tags" not in first
    assert "tags" not in first["tasks"][0]
    assert (role["name"], role["tasks_from"] in ("begin", "tags")) == ("euc.nutanix_citrix.release_begin", True)
    assert [task["tags"] for task in first["tasks"][1:]] == ["always"] * len(first["tasks"][1:])
