# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put what clusters, Prism Centrals and sites said into one overview: a table, a JSON file, a page, and metrics. Asks
nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.overview import (
    cares,
    catalogs_of,
    endpoints_of,
    last_jobs,
    next_certificate,
    of_the_future,
    unknowns,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.estate import HEADER, rows, title
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.estate_metrics import metrics
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.estate_page import estate_page
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.json_file import write_json
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.run_record import pick
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.summary import summary
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.tables import table
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS: dict[str, Any] = {
    **REPORT_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    "clusters": {"type": "dict", "required": True},
    "sites": {"type": "dict", "required": True},
    "prism_centrals": {"type": "dict", "default": {}},
    "decisions": {"type": "list", "elements": "dict", "default": []},
    "doubts": {"type": "list", "elements": "dict", "default": []},
    "reports": {"type": "list", "elements": "dict", "default": []},
    "unreadable": {"type": "list", "elements": "dict", "default": []},
    "directory": {"type": "path", "default": ""},
    "certificate_days": {"type": "int", "default": 30},
    "report_path": {"type": "path"},
    "page_path": {"type": "path"},
    "page_template": {"type": "path"},
    "metrics_path": {"type": "path"},
}
REASSURANCE = "nothing else depends on this file."


def judge(params: Params, check: bool, now: datetime) -> Verdict:
    clusters, centrals, sites = params["clusters"], params["prism_centrals"], params["sites"]
    catalogs = catalogs_of(clusters, sites, centrals, params["prefix"], now)
    endpoints = endpoints_of(clusters, centrals, sites)
    future = of_the_future(params["reports"], now)
    early = [{"file": each["file"], "reason": f"it says that its job ended at {each['finished']}"} for each in future]
    unknown = unknowns(endpoints, catalogs, params["doubts"], [*params["unreadable"], *early])
    tasks = cares(endpoints, catalogs, params["certificate_days"])
    text = title(len(catalogs), len(unknown), len(tasks))
    record = {
        "written": iso_moment(now),
        "complete": not unknown,
        "directory": params["directory"],
        "unknown": unknown,
        "cares": tasks,
        "catalogs": catalogs,
        "endpoints": endpoints,
        "next_certificate": next_certificate(endpoints),
        "retention": _retention(params),
        "last": last_jobs([each for each in params["reports"] if each not in future]),
    }
    return Verdict(
        lines=[*table(text, HEADER, rows(catalogs)), *(f"To look after: {each}" for each in tasks)],
        record=record,
        facts={**record, "report_path": None, "page_path": None, "metrics_path": None},
        summary=summary(text, not unknown, unknown, check),
        refusal=_incomplete(unknown),
    )


def _incomplete(unknown: Sequence[str]) -> OperationError | None:
    if unknown:
        return OperationError(
            f"Not everything is known: {'; '.join(unknown[:3])}",
            "The rest is told all the same. Remove these reasons, then run the playbook again.",
        )
    return None


def _retention(params: Params) -> dict[str, Any]:
    """What retention would do; the counts are null when it could not decide."""
    decisions, doubts = params["decisions"], params["doubts"]
    going = [pick(each, ("cluster", "kind", "name", "id", "reason")) for each in decisions if each["delete"]]
    retention: dict[str, Any] = {
        "kept_count": len(decisions) - len(going),
        "would_delete_count": len(going),
        "would_delete": going,
        "doubts": [{"name": each.get("name") or "", "reason": each["reason"]} for each in doubts],
    }
    if doubts:
        retention |= {"kept_count": None, "would_delete_count": None}
    return retention


def write(params: Params, verdict: Verdict, reporter: Reporter) -> Result:
    """The file for programs first: nothing that happens to the page takes it away."""
    if params["report_path"]:
        write_json(params["report_path"], "estate_report", verdict.record, REASSURANCE)
    if params["metrics_path"]:
        # Whole or not at all, as the collector asks
        write_report(Path(params["metrics_path"]), metrics(verdict.record), REASSURANCE, "file of metrics")
    if params["page_path"]:
        page = estate_page(verdict.record, params["page_template"])
        write_report(Path(params["page_path"]), page, REASSURANCE)
        reporter.show(f"Page: {params['page_path']}")
    return pick(params, ("report_path", "page_path", "metrics_path"))


OF_EACH: dict[str, type] = dict.fromkeys(("clusters", "sites", "prism_centrals"), dict)
OPERATION = Report(arguments=ARGUMENTS, of_each=OF_EACH, judge=judge, write=write, stays=True)
