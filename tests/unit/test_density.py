# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a reader has to unfold in one place. These limits may only fall; those that ruff knows stand in
pyproject.toml."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# For each 100 lines of functions. hetzner.hcloud, kubernetes.core, moto, httpx: up to 1.3, and 0.3 to 2.8
CONDITIONAL_EXPRESSIONS = 2.2
COMPREHENSION_EXPRESSIONS = 6.4
# In one function
MOST_CONDITIONAL_EXPRESSIONS = 3
MOST_COMPREHENSIONS = 5
# In one file; those of modules are mostly their documentation
MOST_LINES = 400


def functions() -> Iterator[tuple[str, ast.AST, list[ast.AST]]]:
    """Every function with what stands in it, without the functions and classes inside."""
    for path in sorted(PLUGINS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{path.relative_to(PLUGINS)}:{node.lineno} {node.name}", node, list(own(node))


def own(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield child
            yield from own(child)


@pytest.fixture(scope="module")
def found() -> list[tuple[str, ast.AST, list[ast.AST]]]:
    return list(functions())


def test_no_such_expression_stands_in_another(found: list[tuple[str, ast.AST, list[ast.AST]]]) -> None:
    nested = []
    for name, _function, nodes in found:
        for outer in nodes:
            # A comprehension may be the value of a condition, never the other way round
            inside = (ast.IfExp, *COMPREHENSIONS) if isinstance(outer, COMPREHENSIONS) else (ast.IfExp,)
            if isinstance(outer, (ast.IfExp, *COMPREHENSIONS)):
                inner = [node for node in ast.walk(outer) if isinstance(node, inside) and node is not outer]
                nested += [f"{name}: line {node.lineno}" for node in inner]
    assert nested == []


@pytest.mark.parametrize(
    ("kinds", "per_hundred_lines", "most"),
    [
        ((ast.IfExp,), CONDITIONAL_EXPRESSIONS, MOST_CONDITIONAL_EXPRESSIONS),
        (COMPREHENSIONS, COMPREHENSION_EXPRESSIONS, MOST_COMPREHENSIONS),
    ],
)
def test_expressions_that_are_read_from_the_inside_are_few(
    found: list[tuple[str, ast.AST, list[ast.AST]]],
    kinds: tuple[type[ast.AST], ...],
    per_hundred_lines: float,
    most: int,
) -> None:
    count = {name: sum(isinstance(node, kinds) for node in nodes) for name, _function, nodes in found}
    lines = sum(function.end_lineno - function.lineno + 1 for _name, function, _nodes in found)
    assert {name: number for name, number in count.items() if number > most} == {}
    assert 100 * sum(count.values()) / lines <= per_hundred_lines


def test_no_file_is_longer_than_a_reader_follows() -> None:
    count = {
        str(path.relative_to(PLUGINS)): len(path.read_text(encoding="utf-8").splitlines())
        for path in PLUGINS.rglob("*.py")
        if "modules" not in path.parts
    }
    assert {name: lines for name, lines in count.items() if lines > MOST_LINES} == {}
