# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show what retention kept and deleted, and why, write it down, and fail unless everything could be asked and done."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.json_file import write_json
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.retention import (
    outcomes,
    problems,
    problems_of,
    rows,
    totals,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.tables import table
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    "decisions": {"type": "list", "elements": "dict", "required": True},
    "doubts": {"type": "list", "elements": "str", "default": []},
    "doubts_of": {"type": "dict", "default": {}},
    "removals": {"type": "dict", "default": {}},
    "path": {"type": "path"},
    "fail_when_incomplete": {"type": "bool", "default": True},
}


def perform(run: Run) -> dict[str, Any]:
    params = run.params
    told = outcomes(params["decisions"], params["removals"], run.check)
    counted = totals(told)
    summary = (
        ", ".join(f"{count} {result}" for result, count in counted.items()) or "no object of the collection was found"
    )
    for line in table(
        f"Retention{' (a plan: nothing was changed)' if run.check else ''}: {summary}",
        ("where", "what", "result", "why"),
        rows(told),
    ):
        run.show(line)
    for doubt in params["doubts"]:
        run.show(f"Nothing is deleted: {doubt}")
    wrong = problems(told, params["doubts"])
    report = {"check_mode": run.check, "totals": counted, "problems": wrong, "objects": told}
    if params["path"]:
        # A plan is worth a file as well: somebody may have to agree to it.
        write_json(params["path"], "image_retention_report", report, "the estate is not touched by this.")
    result = {
        "changed": False,
        "totals": counted,
        "problems": wrong,
        "problems_of": problems_of(told, params["doubts"], params["doubts_of"]),
        "objects": told,
        "report_path": params["path"],
    }
    if wrong and params["fail_when_incomplete"]:
        raise OperationError(
            "Retention is not complete:"
            f" {wrong[0].rstrip('.')}{f' (and {len(wrong) - 1} more)' if len(wrong) > 1 else ''}",
            **result,
        )
    return result


OPERATION = Operation(arguments=ARGUMENTS, perform=perform)
