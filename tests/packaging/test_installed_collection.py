# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection works when it is built and installed, not only from the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

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


@pytest.mark.parametrize("way", ["released", "git", "archive"])
def test_a_context_for_an_execution_environment_holds_the_collection(archive: Path, tmp_path: Path, way: str) -> None:
    source, context = tmp_path / "exec_env", tmp_path / "context"
    shutil.copytree(ROOT / "extensions" / "patterns" / "citrix_on_nutanix" / "exec_env", source)
    shutil.copy(archive, source)
    collections: dict[str, dict[str, Any]] = {
        "released": {"name": "euc.nutanix_citrix"},
        "git": {"name": "https://github.com/euc/nutanix_citrix.git", "type": "git", "version": "main"},
        "archive": {"name": f"/build/archives/{archive.name}", "type": "file"},
    }
    more = {"additional_build_files": [{"src": archive.name, "dest": "archives"}]} if way == "archive" else {}
    requirements, definition = source / "requirements.yml", source / "execution-environment.yml"
    # The first stands there, the others in its comments
    told = requirements.read_text(encoding="utf-8")
    assert all(f"{key}: {value}" in told for key, value in collections[way].items())
    requirements.write_text(yaml.safe_dump({"collections": [collections[way]]}), encoding="utf-8")
    given = yaml.safe_load(definition.read_text(encoding="utf-8"))
    definition.write_text(yaml.safe_dump({**given, **more}), encoding="utf-8")

    ansible("ansible-builder", "create", "-f", str(definition), "-c", str(context), collections=source)
    found = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert found["collections"] == [collections[way]]
    assert (context / "_build" / "archives" / archive.name).is_file() == (way == "archive")
    (steps,) = [path.read_text(encoding="utf-8") for path in context.glob("*file")]
    assert "COPY _build /build" in steps
    assert "collection install $ANSIBLE_GALAXY_CLI_COLLECTION_OPTS -r requirements.yml" in steps


def test_an_execution_environment_gets_what_the_collection_needs(installed: Path) -> None:
    found = yaml.safe_load(
        ansible("ansible-builder", "introspect", "--sanitize", str(installed), collections=installed)
    )
    assert [line.partition(" ")[0] for line in found["python"]] == ["requests>=2.31", "XenAPI>=24.11"]


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
