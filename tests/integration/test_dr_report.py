# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dr_report; what it decides is tested in unit/reports"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.browser import find_browser, screenshot
from harness.modules import run_module
from harness.moves import WAYS, at, failed_over, hosted, hosting, powered, proof, site, stuck
from harness.pages import look

MOVE: dict[str, Any] = {"move": "2026-11-20", "mode": "unplanned", **WAYS, "operator": "a.meier", "started": at(0)}
WHOLE = {
    "failovers": {"PD-W11": failed_over()},
    "power": powered(),
    "sites": {"daas": site(hosted(0), hosted(1, "right"))},
}
OLD_SIDE = "cluster-a: PD-W11 comes up on cluster-a as well when cluster-a is back, with its old VMs"
LOST = {**WHOLE, "sites": {"daas": site(hosting=hosting(hosted(0), missing=[stuck("W11-007金")]))}}


def files(tmp_path: Path) -> dict[str, str]:
    return {"report_path": str(tmp_path / "new" / "report.json"), "page_path": str(tmp_path / "pages" / "report.html")}


def test_a_complete_move(tmp_path: Path) -> None:
    paths = files(tmp_path)
    result = run_module("dr_report", {**MOVE, **WHOLE, **paths})
    assert not result.get("failed"), result
    assert (result["changed"], result["complete"], result["problems"], result["notes"]) == (False, True, [], [OLD_SIDE])
    assert (result["recovery_seconds"], result["data_age_seconds"]) == (400.0, 1560)
    assert [phase["phase"] for phase in result["phases"]] == ["fail over", "power on", "re-host", "proof"]
    assert {name: result[name] for name in paths} == paths
    report = json.loads(Path(paths["report_path"]).read_text(encoding="utf-8"))
    for name in ("rows", "counts", "phases", "complete", "recovery_seconds", "data_age_seconds"):
        assert report[name] == result[name]
    assert {name: report[name] for name in WHOLE} == WHOLE
    assert (report["started"], report["operator"], report["check_mode"], report["drills"]) == (
        at(0),
        "a.meier",
        False,
        {},
    )
    assert [step["work"] for step in report["timeline"]] == ["activate", "power", "re-host", "proof"]
    assert [(machine["name"], machine["action"], machine["proof"]) for machine in report["machines"]] == [
        ("CORP\\W11-0", "changed", "registered"),
        ("CORP\\W11-1", "right", "registered"),
    ]
    page = look(Path(paths["page_path"]).read_text(encoding="utf-8"))
    assert "2026-11-20" in page.text


def test_what_modules_warned_of_is_kept(tmp_path: Path) -> None:
    paths = files(tmp_path)
    parts = {
        **WHOLE,
        "failovers": {"PD-W11": {**failed_over(), "warnings": ["no schedule"]}},
        "sites": {
            "daas": {
                **site(hosted(0)),
                "resets": [{"changed": True, "warnings": ["a job warned"]}],
                "beside_zones": {"warnings": ["<b>zone</b>"]},
                "drain": {"results": [{"warnings": ["a group is empty"]}]},
            }
        },
        "warnings": {"cluster-b": ["no test of another cluster", "no test of another cluster"]},
    }
    result = run_module("dr_report", {**MOVE, **parts, **paths})
    assert result["complete"], result
    report = json.loads(Path(paths["report_path"]).read_text(encoding="utf-8"))
    assert [(warning["where"], warning["text"]) for warning in report["warnings"]] == [
        ("cluster-b", "no test of another cluster"),
        ("cluster-b", "no schedule"),
        ("daas", "a job warned"),
        ("daas", "<b>zone</b>"),
        ("daas", "a group is empty"),
    ]
    page = look(Path(paths["page_path"]).read_text(encoding="utf-8"))
    assert all(warning["text"] in page.text for warning in report["warnings"])
    # The repeat keeps them with the run that they belong to.
    run_module("dr_report", {**MOVE, **WHOLE, **paths})
    report = json.loads(Path(paths["report_path"]).read_text(encoding="utf-8"))
    assert (report["warnings"], len(report["runs"][0]["warnings"])) == ([], 5)


def test_a_move_that_lost_machines_fails_after_writing(tmp_path: Path) -> None:
    paths = files(tmp_path)
    result = run_module("dr_report", {**MOVE, **LOST, **paths})
    assert result["failed"]
    sentence = (
        "daas: CORP\\W11-007金 has no VM on cluster-b: it was lost or never protected; it keeps its old hosting AHV-A /"
        " old-W11-007金"
    )
    assert result["msg"].startswith(f"Failover 2026-11-20 is not complete: 1 problem, the first is: {sentence}.")
    assert (result["complete"], result["problems"], result["counts"]["missing"]) == (False, [sentence], 1)
    assert result["problems_of"] == {"daas": [sentence]}
    assert not run_module("dr_report", {**MOVE, **LOST, "fail_when_incomplete": False}).get("failed")
    report = json.loads(Path(paths["report_path"]).read_text(encoding="utf-8"))
    assert [(problem["where"], problem["kind"], problem["what"]) for problem in report["problems"]] == [
        ("daas", "missing", "CORP\\W11-007金")
    ]
    assert report["problems"][0]["advice"]
    assert "CORP\\W11-007金" in Path(paths["page_path"]).read_text(encoding="utf-8")


def test_the_policy_may_accept_it() -> None:
    result = run_module("dr_report", {**MOVE, **LOST, "policy": {"missing": "warn"}})
    assert not result.get("failed"), result
    assert result["complete"]
    assert [note for note in result["notes"] if note != OLD_SIDE] == [result["notes"][1]]
    assert run_module("dr_report", {**MOVE, **LOST, "policy": {"missing": "perhaps"}})["failed"]


def test_a_repeat_keeps_the_record_of_the_run_that_did_the_work(tmp_path: Path) -> None:
    paths = files(tmp_path)
    run_module("dr_report", {**MOVE, **LOST, **paths})
    idle = {
        "failovers": {"PD-W11": failed_over(changed=False, timeline=[], data_age_seconds=None)},
        "power": {},
        "sites": {
            "daas": {
                "message": "",
                "hosting": hosting(hosted(0, "right"), changed=False, timeline=[]),
                "proof": proof(timeline=[]),
            }
        },
    }
    for _again in range(2):
        result = run_module("dr_report", {**MOVE, **idle, "mode": "planned", **paths})
        assert not result.get("failed"), result
    report = json.loads(Path(paths["report_path"]).read_text(encoding="utf-8"))
    first, last = report["runs"]
    assert (first["mode"], first["complete"], first["data_age_seconds"], first["recovery_seconds"]) == (
        "unplanned",
        False,
        1560,
        400.0,
    )
    assert [problem["what"] for problem in first["problems"]] == ["CORP\\W11-007金"]
    assert (last["mode"], last["complete"], last["timeline"]) == ("planned", True, [])
    page = look(Path(paths["page_path"]).read_text(encoding="utf-8"))
    assert "Earlier runs" in page.text
    assert "26 min was the age of the data" in page.text


@pytest.mark.parametrize("there", ["", "[]", '{"move": "2026-11-20"}', None])
def test_the_file_of_something_else_is_left_alone(tmp_path: Path, there: str | None) -> None:
    """A dr_id used for a move between other clusters, or any other file at this place."""
    paths = files(tmp_path)
    path = Path(paths["report_path"])
    if there is None:
        run_module("dr_report", {**MOVE, **WHOLE, **paths, "source": "cluster-z"})
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(there, encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    result = run_module("dr_report", {**MOVE, **WHOLE, **paths})
    assert path.read_text(encoding="utf-8") == before
    assert Path(result["report_path"]).name == "report_cluster-a-cluster-b-unplanned.json"
    assert json.loads(Path(result["report_path"]).read_text(encoding="utf-8"))["source"] == "cluster-a"
    assert Path(result["page_path"]).exists()


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    planned = {
        "failovers": {"PD-W11": failed_over(timeline=[])},
        "sites": {
            "daas": {"message": "", "hosting": hosting(hosted(0, "would_change", hosted_machine_id=""), timeline=[])}
        },
    }
    result = run_module("dr_report", {**MOVE, **planned, **files(tmp_path)}, check=True)
    assert not result.get("failed"), result
    assert (result["complete"], result["problems"], result["recovery_seconds"]) == (False, [], None)
    assert list(tmp_path.iterdir()) == []
    refused = {"failovers": {"PD-W11": {"failed": True, "msg": "It has pending replications."}}}
    result = run_module("dr_report", {**MOVE, **planned, **refused, **files(tmp_path)}, check=True)
    assert (
        "cannot be completed: 1 problem, the first is: cluster-b: PD-W11 cannot be activated: It has pending"
        " replications." in result["msg"]
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "given",
    [
        {},
        {
            "failovers": {"PD-W11": {}},
            "sites": {"daas": {}, "cvad": {"message": "not part of this run, or the run ended before"}},
        },
        {
            "failovers": {"PD-W11": failed_over()},
            "power": {},
            "sites": {"daas": {"message": "", "drain": {}, "hosting": {}, "resets": [], "proof": {}}},
        },
        {
            **WHOLE,
            "sites": {
                "daas": {
                    "message": "",
                    "hosting": hosting(hosted(0)),
                    "resets": [{}],
                    "zones": [],
                    "release": {},
                    "proof": {},
                }
            },
        },
    ],
)
def test_a_run_that_was_killed_half_way(tmp_path: Path, given: dict[str, Any]) -> None:
    paths = files(tmp_path)
    result = run_module("dr_report", {**MOVE, "mode": "planned", **given, **paths})
    assert result["failed"]
    assert any("the run ended before" in problem for problem in result["problems"])
    assert "the run ended before" in look(Path(paths["page_path"]).read_text(encoding="utf-8")).text


@pytest.mark.parametrize("name", ["report_path", "page_path"])
def test_a_file_that_cannot_be_written_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    result = run_module("dr_report", {**MOVE, **WHOLE, name: str(tmp_path / "file" / "report")})
    assert result["failed"]
    assert f"The {name.partition('_')[0]} cannot be written to {tmp_path}/file/report" in result["msg"]


def test_no_files(tmp_path: Path) -> None:
    result = run_module("dr_report", {**MOVE, **WHOLE, "report_path": "", "page_path": ""})
    assert not result.get("failed"), result


def test_times_that_are_none_are_said() -> None:
    for given in (
        {"started": "yesterday"},
        {"power": powered(timeline=[{"phase": "power", "started": at(0)}])},
        {"power": powered(timeline=["soon"])},
    ):
        assert run_module("dr_report", {**MOVE, **WHOLE, **given})["msg"].startswith(
            "A time among the results is not understood"
        )


def test_the_page_in_a_browser(tmp_path: Path) -> None:
    unwell = proof(False, unregistered=[f"CORP\\W11-{number}" for number in range(80)])
    run_module(
        "dr_report",
        {**MOVE, **WHOLE, "sites": {"daas": site(*map(hosted, range(90)), proof=unwell)}, **files(tmp_path)},
    )
    browser = find_browser()
    if browser is None:
        return
    for name, size in (("wide", (1280, 1600)), ("narrow", (500, 1600))):
        picture = screenshot(browser, tmp_path / "pages" / "report.html", tmp_path / f"{name}.png", size)
        assert picture.size == size
        assert len(picture.getcolors(maxcolors=size[0] * size[1]) or []) > 100
