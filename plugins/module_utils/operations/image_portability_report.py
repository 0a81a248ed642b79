# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show what became of an image that was carried to clouds, write it down, and fail unless it is complete."""

from __future__ import annotations

from collections.abc import Mapping
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.run_scope import without_scope
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.outcomes import registrations
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import WORKFLOWS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.portability_page import portability_page
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.json_file import write_json
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.portability import (
    stage_rows,
    timeline,
    totals,
    unknowns,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release import (
    catalog_rows,
    incomplete,
    left_for_later,
    problems,
    problems_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.rows import as_dicts, table
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.run_record import (
    RunFiles,
    began,
    pick,
    record_in,
    times,
    with_earlier_runs,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.summary import ending, summary, titled
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS: dict[str, Any] = {
    **REPORT_ARGUMENTS,
    "release": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "workflow": {"type": "str", "required": True, "choices": list(WORKFLOWS)},
    "export": {"type": "dict", "default": {}},
    "targets": {"type": "dict", "required": True},
    "sites": {"type": "dict", "default": {}},
    "wanted": {"type": "dict", "default": {}},
    "operator": {"type": "str", "default": ""},
    "started": {"type": "str"},
    "report_path": {"type": "path"},
    "page_path": {"type": "path"},
    "page_template": {"type": "path"},
}
TOLD_AS_GIVEN = ("release", "name", "workflow", "operator", "export", "wanted")
TOLD_OF_HOSTS = ("targets", "sites")
ONE_RECORD = ("release", "name", "workflow")
OF_A_RUN = ("started", "finished", "seconds", "operator", "complete", "problems", "unknown", "timeline")
REASSURANCE = "the image itself is not touched by this."


def judge(params: Params, check: bool, now: datetime) -> Verdict:
    export, targets = params["export"], params["targets"]
    rows = [*stage_rows(export, targets), *catalog_rows(params["sites"], {}, False, params["wanted"], True)]
    missing = problems(rows)
    if not rows:
        missing = ["no target took part, so that nothing was done"]
    name = f"Image Portability {params['workflow']}: {params['name']} {params['release']}"
    title = titled(name, check)
    later, unknown = left_for_later(params["sites"]), unknowns(export, targets)
    to_register = registrations(targets)
    record = {
        **pick(params, TOLD_AS_GIVEN),
        **{key: without_scope(params[key]) for key in TOLD_OF_HOSTS},
        **_times(params, now),
        "complete": not missing and not later and not check,
        "check_mode": check,
        "problems": missing,
        "later": later,
        "unknown": unknown,
        "registrations": to_register,
        "totals": totals(export, targets),
        "timeline": timeline(export, targets),
        "rows": as_dicts(rows),
    }
    return Verdict(
        lines=[
            *table(title, rows),
            *(f"Not known: {text}" for text in unknown),
            *(f"By hand: {text}" for text in to_register),
            *filter(None, [later.get("text")]),
        ],
        record=record,
        facts={
            **pick(record, ("complete", "problems", "later", "unknown", "registrations")),
            "problems_of": problems_of(rows),
            "report_path": params["report_path"],
            "page_path": params["page_path"],
        },
        summary=summary(f"{title}: {ending(record)}", not missing, missing, check),
        details={"rows": record["rows"]},
        refusal=incomplete(name, missing, rows),
    )


def _times(params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    try:
        return times(began(params["started"], (), now), now)
    except ValueError as error:
        raise OperationError(
            f"started is not understood: {error}", "Times look like 2026-11-20T23:33:00.125Z, in UTC."
        ) from None


def write(params: Params, verdict: Verdict, reporter: Reporter) -> Result:
    """Write record and page, with what earlier runs of the same image and release did."""
    files, earlier = RunFiles.named_in(params), None
    if files.report:
        earlier = record_in(files.report, verdict.record, ONE_RECORD, OF_A_RUN)
    report = with_earlier_runs(verdict.record, earlier, OF_A_RUN)
    if files.report:
        write_json(files.report, "image_portability_report", report, REASSURANCE)
    if files.page:
        write_report(files.page, portability_page(report, params["page_template"]), REASSURANCE)
        reporter.show(f"Page: {params['page_path']}")
    return {}


OF_EACH: dict[str, type] = {**dict.fromkeys(("targets", "sites"), dict), "wanted": list}
OPERATION = Report(arguments=ARGUMENTS, of_each=OF_EACH, judge=judge, write=write, stays=True)
