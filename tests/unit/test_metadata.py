# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's metadata agrees with what the collection holds."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.action import ActionBase

from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.connection_variables import client_of

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in ROOT.glob("plugins/modules/[!_]*.py"))
GROUP_OF_PREFIX = {
    "pe": "prism_element",
    "pc": "prism_central",
    "citrix": "citrix",
    "xen": "xenserver",
    "ips": "image_portability",
}


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def operation(name: str) -> Any:
    return import_module(f"ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.{name}").OPERATION


def group_of(name: str) -> str | None:
    """The group by its prefix. Modules of the upload stage connect to clouds and shares, which are none."""
    group = GROUP_OF_PREFIX.get(name.split("_")[0])
    return None if group == "image_portability" and client_of(operation(name).arguments) is None else group


@pytest.fixture(scope="module")
def runtime() -> dict[str, Any]:
    return load("meta/runtime.yml")


def test_there_are_modules() -> None:
    assert MODULES


def test_every_action_plugin_belongs_to_a_module() -> None:
    assert sorted(path.stem for path in ROOT.glob("plugins/action/[!_]*.py")) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_main_process_of_ansible_loads_what_the_module_needs(name: str) -> None:
    loaded = import_module(f"ansible_collections.euc.nutanix_citrix.plugins.action.{name}")
    assert issubclass(loaded.ActionModule, ActionBase)
    assert loaded.OPERATION is operation(name)


def test_every_module_with_a_connection_is_in_the_group_of_its_prefix(runtime: dict[str, Any]) -> None:
    expected: dict[str, list[str]] = {}
    for name in MODULES:
        group = group_of(name)
        if group:
            expected.setdefault(group, []).append(name)
    assert runtime["action_groups"] == expected


@pytest.mark.parametrize("name", MODULES)
def test_module_documentation_names_its_action_group(name: str) -> None:
    documentation = (ROOT / "plugins/modules" / f"{name}.py").read_text(encoding="utf-8")
    fragment = group_of(name)
    assert fragment is None or f"euc.nutanix_citrix.{fragment}" in documentation


def test_version_of_galaxy_is_the_one_of_the_changelog() -> None:
    version = load("galaxy.yml")["version"]
    assert version in load("changelogs/changelog.yaml")["releases"]
    assert f"\nv{version}\n" in (ROOT / "CHANGELOG.rst").read_text(encoding="utf-8")


def test_nothing_was_added_in_a_version_that_is_yet_to_come() -> None:
    version = _numbers(load("galaxy.yml")["version"])
    added = {
        f"{path.relative_to(ROOT)}: {added}"
        for room in ("plugins", "roles")
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".py", ".yml")
        for added in re.findall(r'version_added: "?([\d.]+)', path.read_text(encoding="utf-8"))
        if _numbers(added) > version
    }
    assert added == set()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def test_the_first_release_mends_nothing() -> None:
    releases = load("changelogs/changelog.yaml")["releases"]
    fragments = [load(str(path.relative_to(ROOT))) for path in ROOT.glob("changelogs/fragments/*.yml")]
    first = min(releases, key=_numbers)
    told = [releases[first]["changes"], *(fragments if first == load("galaxy.yml")["version"] else [])]
    assert [changes for changes in told if "bugfixes" in changes] == []


def test_readme_says_that_utilities_are_private() -> None:
    assert "`plugins/module_utils` and `plugins/plugin_utils` are private" in (ROOT / "README.md").read_text("utf-8")


def test_runtime_requirements_are_the_same_for_users_and_execution_environments() -> None:
    environment = load("meta/execution-environment.yml")["dependencies"]
    assert environment["python"] == "requirements.txt"
    assert (ROOT / environment["python"]).read_text(encoding="utf-8").split() == ["requests>=2.31", "XenAPI>=24.11"]
    assert (ROOT / environment["system"]).is_file()


def test_oldest_ansible_core_is_the_one_that_make_oldest_installs() -> None:
    requires = load("meta/runtime.yml")["requires_ansible"]
    assert requires == ">=2.16.0"
    assert "ansible-core==2.16.*" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_doc_fragments_name_the_arguments_that_they_mirror() -> None:
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("plugins/doc_fragments/*.py")]
    mirrored = [pair for text in texts for pair in re.findall(r"[Mm]irrors (\S+)\.py (\w+)", text)]
    assert len(mirrored) > 6
    package = "ansible_collections.euc.nutanix_citrix.plugins.module_utils."
    for path, name in mirrored:
        assert getattr(import_module(package + path.replace("/", ".")), name), path
