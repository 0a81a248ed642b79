# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show what retention kept and deleted, and why, write it down, and fail unless everything could be asked and done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    REPORT_ARGUMENTS,
    Params,
    Report,
    Result,
    Verdict,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.json_file import write_json
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.retention import (
    outcomes,
    problems,
    problems_of,
    rows,
    totals,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.summary import summary, titled
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.tables import table
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    **REPORT_ARGUMENTS,
    "decisions": {"type": "list", "elements": "dict", "required": True},
    "doubts": {"type": "list", "elements": "dict", "default": []},
    "removals": {"type": "dict", "default": {}},
    "report_path": {"type": "path"},
}


def judge(params: Params, check: bool, now: datetime) -> Verdict:
    objects = outcomes(params["decisions"], params["removals"], check)
    counted = totals(objects)
    figures = (
        ", ".join(f"{count} {result}" for result, count in counted.items()) or "no object of the collection was found"
    )
    title = f"{titled('Retention', check)}: {figures}"
    wrong = problems(objects, params["doubts"])
    return Verdict(
        lines=[
            *table(title, ("where", "what", "result", "why"), rows(objects)),
            *(f"Nothing is deleted: {doubt['reason']}" for doubt in params["doubts"]),
        ],
        record={"check_mode": check, "totals": counted, "problems": wrong, "objects": objects},
        facts={
            "totals": counted,
            "problems": wrong,
            "problems_of": problems_of(objects, params["doubts"]),
            "objects": objects,
            "report_path": params["report_path"],
        },
        summary=summary(title, not wrong, wrong, check),
        refusal=_incomplete(wrong),
    )


def _incomplete(wrong: Sequence[str]) -> OperationError | None:
    if not wrong:
        return None
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    return OperationError(
        f"Retention is not complete: {wrong[0].rstrip('.')}{more}",
        "What is doubted was kept. Remove the reasons in the report, then run the playbook again.",
    )


def write(params: Params, verdict: Verdict, reporter: Reporter) -> Result:
    if params["report_path"]:
        write_json(
            params["report_path"], "image_retention_report", verdict.record, "the estate is not touched by this."
        )
    return {}


# A plan is worth a file as well: somebody may have to agree to it.
OF_EACH: dict[str, type] = {"removals": list}
OPERATION = Report(arguments=ARGUMENTS, of_each=OF_EACH, judge=judge, write=write, writes_plans=True)
