# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of all reports, by the same rules."""

from __future__ import annotations

import importlib
from itertools import combinations
from pathlib import Path

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import WRITTEN_BY_A_REPORT
from harness.calls import CALLS
from harness.modules import run_module

OPERATIONS = "ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations"


def pairs() -> list[tuple[str, str, str]]:
    found = []
    for module in (name for name in CALLS if name.endswith("_report")):
        arguments = importlib.import_module(f"{OPERATIONS}.{module}").OPERATION.arguments
        written = [name for name in WRITTEN_BY_A_REPORT if name in arguments]
        found += [(module, *pair) for pair in combinations(written, 2)]
    return found


@pytest.mark.parametrize(("module", "one", "other"), pairs())
def test_no_file_is_written_over_another(tmp_path: Path, module: str, one: str, other: str) -> None:
    path = str(tmp_path / "one")
    result = run_module(module, {**CALLS[module][0][1], one: path, other: path})
    assert result["msg"] == f"Two files of this report would be {path}. Give each a path of its own."
    assert list(tmp_path.iterdir()) == []
