# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from harness.modules import run_module


def test_reports_of_jobs_are_found_and_other_files_are_no_trouble(tmp_path: Path) -> None:
    release = {"release": "1", "base_vm": "Gold", "rollback": False}
    move = {"move": "d1", "mode": "drill"}
    for name, schema, content in (
        ("a", "image_release_report", {**release, "finished": "2026-11-20T03:00:00.000Z", "complete": True}),
        ("b", "dr_report", {**move, "finished": "2026-11-20T01:00:00.000Z", "complete": False, "check_mode": True}),
        ("c", "preflight_report", {"ready": True}),
    ):
        document = {"schema": {"name": schema, "version": 1}, **content}
        (tmp_path / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "half.json").write_text('{"schema": ', encoding="utf-8")
    found = run_module("report_info", {"directory": str(tmp_path)})
    assert [(each["kind"], each["id"], each["complete"], each["check_mode"]) for each in found["reports"]] == [
        ("drill", "d1", False, True),
        ("release", "1", True, False),
    ]
    assert found["unreadable"] == [{"file": str(tmp_path / "half.json"), "reason": "it is no JSON"}]


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = run_module("report_info", {"directory": str(tmp_path / "nowhere")})
    assert [each["reason"] for each in found["unreadable"]] == ["it is not there"]


def test_a_directory_that_cannot_be_read_is_no_empty_one(tmp_path: Path) -> None:
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    found = run_module("report_info", {"directory": str(tmp_path / "ring")})
    assert [each["reason"] for each in found["unreadable"]] == ["Too many levels of symbolic links"]


def test_odd_files_neither_hang_nor_count(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "deep.json").write_text("[" * 200_000, encoding="utf-8")
    (tmp_path / "folder.json").mkdir()
    said = {"schema": {"name": "image_release_report", "version": 1}, "release": "1", "complete": "false"}
    said |= {"finished": "2026-11-20T03:00:00Z"}
    (tmp_path / "text.json").write_text(json.dumps(said), encoding="utf-8")
    found = run_module("report_info", {"directory": str(tmp_path)})
    assert [each["complete"] for each in found["reports"]] == [False]
    assert [Path(each["file"]).name for each in found["unreadable"]] == ["deep.json", "folder.json"]


@pytest.mark.parametrize(
    ("schema", "finished", "reason"),
    [
        ({"name": "dr_report", "version": 99}, "2026-11-20T03:00:00Z", "its version 99 is not known here"),
        ({"name": "dr_report"}, "2026-11-20T03:00:00Z", "its version None is not known here"),
        ({"name": "dr_report", "version": 1}, 17, "it does not say when the job ended"),
        ({"name": "image_release_report", "version": 1}, None, "it does not say when the job ended"),
    ],
)
def test_a_report_that_is_not_understood_is_said(
    tmp_path: Path, schema: dict[str, Any], finished: Any, reason: str
) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"schema": schema, "finished": finished}), encoding="utf-8")
    found = run_module("report_info", {"directory": str(tmp_path)})
    assert found["reports"] == []
    assert [each["reason"] for each in found["unreadable"]] == [reason]
