# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations read options that they have: a name that is none would show only in the branch that reads it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

PACKAGE = "ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations"
OPERATIONS = sorted(Path(__file__).parents[2].glob("plugins/module_utils/operations/[!_]*.py"))


def options_read(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            read = ast.unparse(node.value).split(".")[-1]
            yield from [str(node.slice.value)] if read == "params" else []


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_an_operation_reads_options_that_it_has(path: Path) -> None:
    operation = import_module(f"{PACKAGE}.{path.stem}").OPERATION
    assert set(options_read(path)) - set(operation.arguments) == set()
