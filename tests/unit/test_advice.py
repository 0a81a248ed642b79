# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What documents, playbook heads and messages tell people to type exists: variables behind -e, playbooks, and the
interpreter of a jump host."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PLACES = (
    "README.md",
    "docs/*.md",
    "playbooks/*.yml",
    "roles/**/*.yml",
    "roles/**/*.md",
    "plugins/module_utils/**/*.py",
)
# One word for any variable
EXAMPLES = {"name"}


def texts() -> Iterator[tuple[Path, str]]:
    for pattern in PLACES:
        for path in sorted(ROOT.glob(pattern)):
            yield path, path.read_text(encoding="utf-8")


def variables() -> set[str]:
    known: set[str] = set()
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values():
            known |= set(entry.get("options") or {})
    for path in (
        *ROOT.glob("playbooks/*.yml"),
        *ROOT.glob("roles/*/defaults/main.yml"),
        *ROOT.glob("roles/*/vars/main.yml"),
    ):
        known |= set(
            re.findall(
                r"\b(?:dr|image|catalog|preflight|machine|report)_\w+",
                "\n".join(line for line in path.read_text().splitlines() if line[:1] != "#"),
            )
        )
    return known


def test_every_variable_that_people_are_told_to_give_exists() -> None:
    known = variables() | EXAMPLES
    told = {
        (str(path.relative_to(ROOT)), name)
        for path, text in texts()
        for name in re.findall(r"-e\s+['\"\\]*\{?['\"\\]*([a-z]\w*)['\"\\]*\s*[=:]", text)
    }
    assert len(told) > 20
    assert sorted((path, name) for path, name in told if name not in known) == []


def test_every_playbook_that_people_are_told_to_run_exists() -> None:
    told = {
        (str(path.relative_to(ROOT)), name)
        for path, text in texts()
        for name in re.findall(r"(?:ansible-playbook\b.*|playbook )euc\.nutanix_citrix\.(\w+)", text)
    }
    assert len(told) > 10
    assert sorted((path, name) for path, name in told if not (ROOT / "playbooks" / f"{name}.yml").exists()) == []


def test_a_jump_host_of_the_example_does_not_use_the_interpreter_of_the_controller() -> None:
    inventory = ROOT / "docs" / "examples" / "inventory"
    command = [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(inventory), "--list"]
    hosts = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["_meta"]["hostvars"]
    remote = [variables for variables in hosts.values() if variables.get("ansible_connection", "local") != "local"]
    assert remote
    assert not [
        variables for variables in remote if "ansible_playbook_python" in variables["ansible_python_interpreter"]
    ]
