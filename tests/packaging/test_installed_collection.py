# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection works when it is built and installed, not only from the checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from lab.running import serve

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in ROOT.glob("plugins/modules/[!_]*.py"))


def ansible(*command: str, collections: Path) -> str:
    """Run one of ansible-core's programs, with the collections of that directory before all others, and return what it
    printed."""
    program = Path(sys.executable).with_name(command[0])
    environment = os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_NOCOLOR": "1"}
    run = subprocess.run(
        [str(program), *command[1:]], cwd=collections, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("archive")
    ansible("ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(directory), collections=directory)
    (built,) = directory.glob("euc-nutanix_citrix-*.tar.gz")
    return built


@pytest.fixture(scope="module")
def installed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("installed")
    ansible(
        "ansible-galaxy",
        "collection",
        "install",
        "--offline",
        "--force",
        str(archive),
        "-p",
        str(directory),
        collections=directory,
    )
    return directory


def test_archive_holds_what_users_need_and_nothing_else(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert {
        "LICENSE",
        "README.md",
        "CHANGELOG.rst",
        "meta/runtime.yml",
        "requirements.txt",
        "plugins/plugin_utils/operation_action.py",
    } <= set(names)
    assert [name for name in names if name.startswith(".") or "__pycache__" in name] == []


def test_every_module_is_documented_from_the_installed_copy(installed: Path) -> None:
    documents = json.loads(
        ansible(
            "ansible-doc",
            "-t",
            "module",
            "--json",
            *(f"euc.nutanix_citrix.{name}" for name in MODULES),
            collections=installed,
        )
    )
    sources = {
        name.removeprefix("euc.nutanix_citrix."): Path(document["doc"]["filename"])
        for name, document in documents.items()
    }
    assert sources == {
        name: installed / f"ansible_collections/euc/nutanix_citrix/plugins/modules/{name}.py" for name in MODULES
    }


def test_image_is_released_from_the_installed_copy(installed: Path) -> None:
    playbook = ("ansible-playbook", "euc.nutanix_citrix.image_release", "-e", "image_release_id=packaging-1")
    with serve(ROOT / "tests/lab/topologies/demo.yml", time_scale=600) as lab:
        first = ansible(*playbook, "-i", str(lab.inventory_path), collections=installed)
        second = ansible(*playbook, "-i", str(lab.inventory_path), collections=installed)
    assert changes(first) > 0
    assert changes(second) == 0


def changes(output: str) -> int:
    """The sum of the changed tasks in the recap."""
    return sum(int(count) for count in re.findall(r"\bchanged=(\d+)", output))
