# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every simulated product has the rooms that docs/lab.md names, and nobody goes upstairs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

LAB = Path(__file__).parents[2] / "lab"
PRODUCTS = sorted(path.parent.name for path in LAB.glob("*/endpoint.py"))
# From the top down: what a room may import is the rooms behind it
FLOORS = ["endpoint", "changes", "routes", "views", "state", "stores", "errors", "schemas", "topology", "vendor"]
WHO_KNOWS_PRODUCTS = {"estate.py", "topology.py"}


def imports_of(path: Path) -> set[str]:
    """The modules of the lab that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lab."):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_there_are_products() -> None:
    assert {"citrix", "prism_element"} <= set(PRODUCTS)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_product_has_the_rooms_and_no_others(product: str) -> None:
    rooms = {path.stem for path in (LAB / product).iterdir() if not path.name.startswith("__")}
    assert rooms <= set(FLOORS)
    assert rooms >= {"endpoint", "changes", "routes", "views", "state", "errors", "topology"}


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_product_imports_no_other_and_no_room_above(product: str) -> None:
    wrong = []
    for path in (LAB / product).rglob("*.py"):
        own = path.relative_to(LAB / product).parts[0].removesuffix(".py")
        for module in imports_of(path):
            _lab, family, *rest = module.split(".")
            upstairs = family == product and rest and rest[0] in FLOORS[: FLOORS.index(own)] if own in FLOORS else False
            if upstairs or (family in PRODUCTS and family != product):
                wrong.append(f"{path.relative_to(LAB)}: {module}")
    assert wrong == []


def test_what_products_share_knows_none_of_them() -> None:
    wrong = [
        f"{path.name}: {module}"
        for path in LAB.glob("*.py")
        for module in imports_of(path)
        if module.split(".")[1] in PRODUCTS and path.name not in WHO_KNOWS_PRODUCTS
    ]
    assert wrong == []


@pytest.mark.parametrize("path", sorted(LAB.rglob("*.py")), ids=lambda path: str(path.relative_to(LAB)))
def test_a_file_is_short_and_asks_one_thing_at_a_time(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    chains = [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.IfExp) and any(isinstance(part, ast.IfExp) for part in (node.body, node.orelse))
    ]
    assert (text.count("\n") <= 400, chains) == (True, [])
