# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""preflight_report; what it decides is tested in unit/logic/preflight"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.modules import run_module

RELEASE = {"base_vm": "Gold", "protection_domain": "PD-Gold", "source": "a"}
QUIET: dict[str, Any] = {"clusters": {"a": {"message": ""}}, "sites": {}}
LOUD: dict[str, Any] = {"clusters": {"a": {"message": "b金 cannot be reached"}}, "sites": {}}


def test_warnings_do_not_fail(tmp_path: Path) -> None:
    result = run_module("preflight_report", {**RELEASE, **QUIET, "report_path": str(tmp_path / "new" / "report.json")})
    assert not result.get("failed"), result
    assert (result["changed"], result["ready"], result["stop_count"], result["warning_count"]) == (False, True, 0, 1)
    assert [row["result"] for row in result["problems"]] == ["warning"]
    report = json.loads((tmp_path / "new" / "report.json").read_text(encoding="utf-8"))
    assert report["rows"] == result["rows"]
    assert report["base_vm"] == "Gold"


def test_a_stop_fails_and_is_in_the_report(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    result = run_module("preflight_report", {**RELEASE, **LOUD, "report_path": str(path)})
    assert result["failed"]
    assert result["msg"].startswith("Not ready to release Gold: 1 of 2 checks say stop.")
    assert (result["ready"], result["stop_count"]) == (False, 1)
    assert "金" in path.read_text(encoding="utf-8")


def test_check_mode_writes_nothing_and_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    arguments = {**RELEASE, **LOUD, "report_path": str(path)}
    checked = run_module("preflight_report", arguments, check=True)
    assert not path.exists()
    made = run_module("preflight_report", arguments)
    assert made["summary"].pop("report_path") == str(path)
    assert checked == made


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run_module("preflight_report", {**RELEASE, **QUIET, "report_path": str(tmp_path / "file" / "report.json")})
    assert result["failed"]
    assert "cannot be written" in result["msg"]


def test_named_remote_sites_and_limits_are_taken() -> None:
    result = run_module(
        "preflight_report",
        {**RELEASE, **QUIET, "remote_sites": [], "space_factor": 2, "certificate_days": 1, "show_ok": False},
    )
    assert result["ready"]
