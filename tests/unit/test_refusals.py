# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure code that says no also says what to do: the advice is a field of its own, and reports show it in a column."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MODULE_UTILS = Path(__file__).parents[2] / "plugins" / "module_utils"


def refusals(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
            yield node


def test_every_refusal_has_an_advice() -> None:
    found = [(path, call) for path in MODULE_UTILS.rglob("*.py") for call in refusals(path)]
    without = [
        f"{path.relative_to(MODULE_UTILS)}:{call.lineno} {ast.unparse(call.args[0])}"
        for path, call in found
        if len(call.args) < 2 and not any(keyword.arg == "advice" for keyword in call.keywords)
    ]
    assert len(found) > 100
    assert without == []
