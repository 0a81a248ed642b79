# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module image_portability_report: what it judges, its files, and how the page looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.modules import run_module
from harness.pages import AWKWARD, look
from harness.schemas import hold_to_schema

GIB = 1024**3
JOB = {"id": "5c2b", "status": "complete", "state": "complete"}
TIMES = {"started": "2026-11-20T10:00:00.000Z", "finished": "2026-11-20T11:00:00.000Z", "seconds": 3600.0}


def stage(name: str, state: str = "made", **more: Any) -> dict[str, Any]:
    plain = {"message": "", "output": AWKWARD, "job": JOB, "bytes": {}, "file": {}, "note": ""}
    return {"stage": name, "state": state, **plain, **TIMES, **more}


SENT = {"virtual_size_bytes": 40 * GIB, "data_bytes": 2 * GIB, "sent_bytes": GIB + GIB // 2}
STAGES = [stage("upload", bytes=SENT, job={}), stage("prepare")]
# As the role hands it over, with the run that it belongs to
TARGET = {
    "scope": {"run": "1"},
    "message": "",
    "platform": "azure",
    "store": "",
    "prepared": {"name": "W11", "id": "1"},
    "stages": STAGES,
}
CATALOG = {"name": "W11", "full_name": "Prod/W11", "action": "published", "message": "", "timeline": []}
SITE = {"message": "", "catalogs": [{**CATALOG, "before": {"name": "a"}, "after": {"name": "b"}}], "waiting": []}
MCS = {"release": "2026.11.20-1", "name": "W11", "workflow": "mcs_to_mcs", "export": stage("export")}


def report(tmp_path: Path, check: bool = False, **given: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The result, and what the files hold."""
    files = {"report_path": str(tmp_path / "p.json"), "page_path": str(tmp_path / "p.html")}
    arguments = {**MCS, "targets": {"weu": TARGET}, **files, **given}
    result = run_module("image_portability_report", arguments, check=check)
    if check:
        return result, {}, ""
    hold_to_schema(tmp_path / "p.json", "image_portability_report")
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    look(page)
    return result, json.loads((tmp_path / "p.json").read_text(encoding="utf-8")), page


def test_everything_went_well(tmp_path: Path) -> None:
    wanted = {"daas": [{"name": "W11"}]}
    result, record, page = report(tmp_path, sites={"daas": SITE}, wanted=wanted, operator="a.meier")
    assert not result.get("failed")
    assert (result["complete"], result["problems"], result["unknown"], result["registrations"]) == (True, [], [], [])
    assert [(row["where"], row["result"]) for row in result["rows"]] == [
        ("source", "exported"),
        ("weu", "uploaded"),
        ("weu", "prepared"),
        ("daas", "moved to the image"),
    ]
    assert record["totals"] == SENT
    assert [each["stage"] for each in record["timeline"]] == ["export", "upload", "prepare"]
    assert "1.5 GiB sent of 40.0 GiB" in page
    assert result["summary"]["text"] == "Image Portability mcs_to_mcs: W11 2026.11.20-1: complete"


def test_a_target_that_failed_is_named_and_fails_the_task(tmp_path: Path) -> None:
    failed = stage("prepare", "failed", message="no room", error={"message": "no room", "advice": "Make some."})
    targets = {"weu": TARGET, "use1": {**TARGET, "stages": [stage("upload"), failed]}}
    error = {"message": "not part of this run", "advice": ""}
    targets["gone"] = {"message": "not part of this run", "error": error, "stages": []}
    result, record, page = report(tmp_path, targets=targets)
    assert result["failed"]
    assert result["msg"].startswith("Image Portability mcs_to_mcs: W11 2026.11.20-1 is not complete: 2 of 6 parts")
    assert result["problems_of"] == {
        "use1": ["prepare: failed (no room. Make some.)"],
        "gone": ["target: failed (not part of this run)"],
    }
    assert not record["complete"]
    assert "What is missing" in page


def test_what_nobody_knows_is_named_whether_the_work_went_on_or_not(tmp_path: Path) -> None:
    stages = [stage("upload"), stage("prepare", "unknown", message="job 5c2b vanished")]
    export = stage("export", "there", note="how job 1 ended is not known; what it made was seen")
    result, _record, page = report(tmp_path, export=export, targets={"weu": {**TARGET, "stages": stages}})
    assert result["unknown"] == [
        "source, export: how job 1 ended is not known; what it made was seen",
        "weu, prepare: job 5c2b vanished",
    ]
    assert result["problems"] == ["weu, prepare: not known (job 5c2b vanished)"]
    assert "What nobody knows" in page


def test_the_vdisk_is_to_be_registered_by_hand(tmp_path: Path) -> None:
    stages = [*STAGES, stage("publish", output="W11-1.vhdx")]
    target = {**TARGET, "store": "smb://pvs/store/", "stages": stages}
    result, _record, page = report(tmp_path, workflow="mcs_to_pvs", targets={"weu": target})
    (told,) = result["registrations"]
    assert told.startswith("weu: add the existing vDisk W11-1.vhdx of the store smb://pvs/store/")
    assert "To do by hand" in page


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    planned = {**TARGET, "stages": [stage("upload", "planned"), stage("prepare", "planned")]}
    result, _record, _page = report(tmp_path, check=True, targets={"weu": planned})
    assert not result.get("failed")
    assert [row["result"] for row in result["rows"]] == ["exported", "would be uploaded", "would be prepared"]
    assert list(tmp_path.iterdir()) == []


def test_nothing_at_all_is_no_success(tmp_path: Path) -> None:
    result, _record, _page = report(tmp_path, export={}, targets={})
    assert result["failed"]
    assert result["problems"] == ["no target took part, so that nothing was done"]


def test_a_catalog_of_which_nobody_told_is_missing(tmp_path: Path) -> None:
    site = {"message": "", "catalogs": [], "waiting": []}
    result, _record, _page = report(tmp_path, sites={"daas": site}, wanted={"daas": [{"name": "W11"}]})
    assert result["problems"] == ["daas, catalog W11: not touched (nobody told what became of it)"]


def test_earlier_runs_of_the_same_image_stay_in_the_record(tmp_path: Path) -> None:
    report(tmp_path, operator="first")
    _result, record, _page = report(tmp_path, operator="second")
    assert [run["operator"] for run in record["runs"]] == ["first", "second"]
    _result, record, _page = report(tmp_path, name="W10")
    assert len(record["runs"]) == 1


@pytest.mark.parametrize(("given", "words"), [({"started": "today"}, "started is not understood")])
def test_refusals(tmp_path: Path, given: dict[str, Any], words: str) -> None:
    result = run_module("image_portability_report", {**MCS, "targets": {"weu": TARGET}, **given})
    assert result["failed"]
    assert words in result["msg"]
