# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show what became of a move of desktops to another cluster, write it down, and fail unless it is complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    REPORT_ARGUMENTS,
    Params,
    Report,
    Result,
    Verdict,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.figures import counts, oldest_data
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import (
    Judgement,
    findings_as_dicts,
    number,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judging import judge as judge_move
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import MODES, RULES, USUAL_POLICY, Move
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.sentences import (
    on_screen,
    sentences,
    sentences_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.timeline import (
    MoveStep,
    phases_as_dicts,
    phases_of,
    recovery_seconds,
    steps_as_dicts,
    steps_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.warnings import warnings_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.dr_page import dr_page
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.json_file import write_json
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.rows import as_dicts, table
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.run_record import (
    RunFiles,
    began,
    pick,
    times,
    with_earlier_runs,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.summary import summary
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS: dict[str, Any] = {
    **REPORT_ARGUMENTS,
    "move": {"type": "str", "required": True},
    "mode": {"type": "str", "required": True, "choices": list(MODES)},
    "source": {"type": "str", "default": ""},
    "target": {"type": "str", "default": ""},
    "operator": {"type": "str", "default": ""},
    "started": {"type": "str"},
    "failovers": {"type": "dict", "default": {}},
    "discards": {"type": "dict", "default": {}},
    "ways_back": {"type": "dict", "default": {}},
    "power": {"type": "dict", "default": {}},
    "sites": {"type": "dict", "default": {}},
    "drills": {"type": "dict", "default": {}},
    "obstacles": {"type": "list", "elements": "raw", "default": []},
    "clusters": {"type": "dict", "default": {}},
    "warnings": {"type": "dict", "default": {}},
    "accept_maintenance": {"type": "bool", "default": False},
    "policy": {"type": "dict", "options": {kind: {"type": "str", "choices": list(RULES)} for kind in USUAL_POLICY}},
    "report_path": {"type": "path"},
    "page_path": {"type": "path"},
    "page_template": {"type": "path"},
}
PARTS = ("failovers", "discards", "ways_back", "power", "sites", "drills")
# What tells one run of a move from another in its report
OF_A_JOB = ("move", "source", "target")
OF_A_RUN = (
    "mode",
    "operator",
    "started",
    "finished",
    "seconds",
    "complete",
    "counts",
    "data_age_seconds",
    "recovery_seconds",
    "phases",
    "problems",
    "notes",
    "timeline",
)
REASSURANCE = "the move itself is not touched by this."


def judge(params: Params, check: bool, now: datetime) -> Verdict:
    names = ("move", "mode", "source", "target", "accept_maintenance", "clusters", "warnings", *PARTS)
    move = Move(
        **pick(params, names),
        policy=params["policy"] or {},
        obstacles=tuple(params["obstacles"]),
        check=check,
    )
    steps, start = _steps(move, params["started"], now)
    judgement = judge_move(move)
    figures = {
        "complete": not judgement.problems and not check,
        "counts": counts(move, judgement),
        "data_age_seconds": oldest_data(move),
        "recovery_seconds": recovery_seconds(steps, start),
        "phases": phases_as_dicts(phases_of(steps)),
    }
    return Verdict(
        lines=[
            *table(move.title, judgement.rows),
            *on_screen("What is wrong, and what to do about it:", judgement.problems),
            *on_screen("Worth knowing:", judgement.notes),
        ],
        record=_record(params, move, judgement, steps, {**times(start, now), "check_mode": check, **figures}),
        facts={
            **figures,
            "problems": sentences(judgement.problems),
            "problems_of": sentences_of(judgement.problems),
            "notes": sentences(judgement.notes),
            "report_path": params["report_path"],
            "page_path": params["page_path"],
        },
        summary=summary(move.title, not judgement.problems, sentences(judgement.problems), check),
        details={"rows": as_dicts(judgement.rows)},
        refusal=_incomplete(move, judgement),
    )


def _incomplete(move: Move, judgement: Judgement) -> OperationError | None:
    problems = judgement.problems
    if not problems:
        return None
    return OperationError(
        f"{MODES[move.mode]} {move.move} {move.would('is not complete', 'cannot be completed')}:"
        f" {number(problems, 'problem')}, the first is: {sentences(problems)[0].rstrip('.')}",
        "Below the table it is said what each means and what to do.",
    )


def _steps(move: Move, start: str | None, now: datetime) -> tuple[list[MoveStep], datetime]:
    """All that was done, and when the run began."""
    try:
        steps = steps_of(move)
        return steps, began(start, steps, now)
    except (KeyError, TypeError, ValueError) as error:
        raise OperationError(
            f"A time among the results is not understood: {error}", "Times look like 2026-11-20T23:33:00.125Z, in UTC."
        ) from None


def _record(
    params: Params, move: Move, judgement: Judgement, steps: Sequence[MoveStep], figures: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        **pick(params, ("move", "mode", "source", "target", "operator")),
        **figures,
        "problems": findings_as_dicts(judgement.problems),
        "notes": findings_as_dicts(judgement.notes),
        "warnings": warnings_of(move),
        "rows": as_dicts(judgement.rows),
        "machines": list(map(asdict, judgement.machines)),
        "unexpected": judgement.unexpected,
        "timeline": steps_as_dicts(steps),
        "policy": {kind: move.rule(kind) for kind in USUAL_POLICY},
        **pick(params, PARTS),
    }


def write(params: Params, verdict: Verdict, reporter: Reporter) -> Result:
    """Write report and page, with what earlier runs of the same move did, beside the files of another move of the same
    id; where they are now."""
    report, named = verdict.record, RunFiles.named_in(params)
    name = "-".join(filter(None, (report["source"], report["target"], report["mode"])))
    files, earlier = named.for_record(report, OF_A_JOB, OF_A_RUN, name)
    if files != named:
        reporter.show(
            f"{named.report} holds something else than the report of this move, which is therefore written to"
            f" {files.report}"
        )
    report = with_earlier_runs(report, earlier, (*OF_A_RUN, "warnings"))
    if files.report:
        write_json(files.report, "dr_report", report, REASSURANCE)
    if files.page:
        write_report(files.page, dr_page(report, params["page_template"]), REASSURANCE, "page")
    paths = [str(path.absolute()) for path in (files.report, files.page) if path]
    if paths:
        reporter.show("")
        reporter.show(f"Written: {' and '.join(paths)}")
    return files.as_facts()


RESULTS = ("failovers", "discards", "ways_back", "sites", "drills", "clusters")
OF_EACH: dict[str, type] = {**dict.fromkeys(RESULTS, dict), "warnings": list}
OPERATION = Report(arguments=ARGUMENTS, of_each=OF_EACH, judge=judge, write=write, stays=True)
