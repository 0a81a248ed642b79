# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of the house (docs/development.md): imports go downwards only, and products do not know one another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULE_UTILS = Path(__file__).parents[2] / "plugins" / "module_utils"
PACKAGE = "ansible_collections.euc.nutanix_citrix.plugins.module_utils."
# What each floor may import, apart from itself.
BELOW = {
    "rest": set(),
    "core": {"rest"},
    "model": {"core", "rest"},
    "logic": {"model", "core", "rest"},
    "reports": {"logic", "model", "core", "rest"},
    "clients": {"model", "core", "rest"},
    "procedures": {"clients", "logic", "model", "core", "rest"},
    "operations": {"procedures", "clients", "reports", "logic", "model", "core", "rest"},
}
WITH_PRODUCTS = ("clients", "procedures")


def imports_of(path: Path) -> Iterator[tuple[str, ...]]:
    """The modules of the collection that a file imports, as parts of their path below module_utils."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGE):
            yield tuple(node.module.removeprefix(PACKAGE).split("."))


def files() -> Iterator[tuple[Path, tuple[str, ...]]]:
    for path in sorted(MODULE_UTILS.rglob("*.py")):
        yield path, path.relative_to(MODULE_UTILS).with_suffix("").parts


def products_of(room: tuple[str, ...]) -> set[str]:
    """The product that a client or a procedure belongs to; files between the products belong to none."""
    return {room[1]} if room[0] in WITH_PRODUCTS and len(room) > 2 else set()


@pytest.mark.parametrize("floor", BELOW)
def test_imports_go_downwards_only(floor: str) -> None:
    upwards = [
        f"{'/'.join(room)} imports {'/'.join(other)}"
        for path, room in files()
        if room[0] == floor
        for other in imports_of(path)
        if other[0] not in {floor, *BELOW[floor]}
    ]
    assert upwards == []


def test_products_do_not_know_one_another() -> None:
    acquaintances = [
        f"{'/'.join(room)} imports {'/'.join(other)}"
        for path, room in files()
        for other in imports_of(path)
        if len(products_of(room) | products_of(other)) > 1
    ]
    assert acquaintances == []


def test_an_operation_knows_one_product() -> None:
    """Only roles and playbooks bring products together."""
    products = {
        room[1]: {product for other in imports_of(path) for product in products_of(other)}
        for path, room in files()
        if room[0] == "operations"
    }
    assert {name: known for name, known in products.items() if len(known) > 1} == {}


def test_imports_make_no_circle() -> None:
    graph = {"/".join(room): {"/".join(other) for other in imports_of(path)} for path, room in files()}
    while True:
        leaves = {name for name, others in graph.items() if not others & graph.keys()}
        if not leaves:
            break
        graph = {name: others for name, others in graph.items() if name not in leaves}
    assert graph == {}


def test_every_file_is_in_a_room() -> None:
    assert {room[0] for _path, room in files()} == set(BELOW)
