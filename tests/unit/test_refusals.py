# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever says no also says what to do: the advice is a field of its own, and reports show it in a column."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PLUGINS = Path(__file__).parents[2] / "plugins"
# It says nothing where no name is near; `right_name` always does
SOMETIMES_SILENT = "near_names"


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in PLUGINS.rglob("*.py")}


def errors() -> set[str]:
    """OperationError and the classes made of it, at any distance."""
    classes = [node for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found, known = {"OperationError"}, 0
    while len(found) > known:
        known = len(found)
        found |= {each.name for each in classes if found & {ast.unparse(base) for base in each.bases}}
    return found


def raised() -> Iterator[tuple[str, ast.Call]]:
    names = errors()
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield f"{path.relative_to(PLUGINS)}:{node.lineno} {ast.unparse(node)}", node


def advice_of(call: ast.Call) -> ast.expr | None:
    if len(call.args) > 1:
        return call.args[1]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "advice"), None)


def is_silent(advice: ast.expr | None) -> bool:
    if isinstance(advice, ast.Constant):
        return not advice.value
    if isinstance(advice, ast.Call):
        return ast.unparse(advice.func) == SOMETIMES_SILENT
    return advice is None


def test_the_classes_of_all_floors_are_known() -> None:
    assert {"Refusal", "ApiError", "NotFound", "StillRunning", "TaskFailed", "JobFailed", "XapiError"} <= errors()


def test_every_error_has_an_advice() -> None:
    found = list(raised())
    assert len(found) > 500
    assert [place for place, call in found if is_silent(advice_of(call))] == []
