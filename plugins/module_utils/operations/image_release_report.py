# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show what became of a release, write it down, and fail unless it is complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.baseline import faulty_before
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import RELEASE_ID
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import release_timeline as timeline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.release_page import release_page
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.json_file import write_json
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.prepared_images import definition_rows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release import (
    blast_radius,
    catalog_rows,
    central_rows,
    cluster_rows,
    incomplete,
    left_for_later,
    name_of,
    problems,
    problems_of,
    template_rows,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release_paths import paths
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.rows import as_dicts, table
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.run_record import (
    RunFiles,
    began,
    pick,
    times,
    with_earlier_runs,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.summary import summary, titled
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    **REPORT_ARGUMENTS,
    "release": {"type": "str", "required": True},
    "base_vm": {"type": "str", "required": True},
    "image": {"type": "str", "required": True},
    "protection_domain": {"type": "str"},
    "clusters": {"type": "dict", "required": True},
    "of_pools": {"type": "bool", "default": False},
    "prism_centrals": {"type": "dict", "default": {}},
    "templates": {"type": "dict", "default": {}},
    "definitions": {"type": "dict", "default": {}},
    "sites": {"type": "dict", "required": True},
    "source": {"type": "str", "default": ""},
    "protection": {"type": "dict", "default": {}},
    "wanted": {"type": "dict", "default": {}},
    "operator": {"type": "str", "default": ""},
    "started": {"type": "str"},
    "report_path": {"type": "path"},
    "rollback": {"type": "bool", "default": False},
    "page_path": {"type": "path"},
    "page_template": {"type": "path"},
    "publish_when": {"type": "str", "default": "needed_clusters", "choices": ["needed_clusters", "all_clusters"]},
}
TOLD_AS_GIVEN = (
    "release",
    "rollback",
    "base_vm",
    "image",
    "protection_domain",
    "source",
    "operator",
    "protection",
    "of_pools",
    "wanted",
)
TOLD_OF_HOSTS = ("clusters", "prism_centrals", "templates", "definitions", "sites")
# Another golden VM may have a release of the same id.
ONE_RECORD = ("release", "base_vm", "image", "rollback")
OF_A_RUN = ("started", "finished", "seconds", "operator", "complete", "problems", "timeline", "critical_path")
REASSURANCE = "the release itself is not touched by this."


def judge(params: Params, check: bool, now: datetime) -> Verdict:
    _check(params)
    rows = [
        *central_rows(params["prism_centrals"]),
        *cluster_rows(params["clusters"]),
        *template_rows(params["templates"], params["protection"]),
        *definition_rows(params["definitions"]),
        *catalog_rows(
            params["sites"],
            params["clusters"],
            params["rollback"],
            params["wanted"],
            params["of_pools"] or bool(params["definitions"]),
        ),
    ]
    missing = problems(rows)
    if not rows:
        missing = ["no cluster and no site took part, so that nothing was done"]
    name = name_of(params)
    title = titled(f"{name} of {params['base_vm']}", check)
    later, concerns = left_for_later(params["sites"]), blast_radius(params["sites"])
    record = {
        **pick(params, TOLD_AS_GIVEN),
        **{name: without_scope(params[name]) for name in TOLD_OF_HOSTS},
        **_times(params, now),
        "complete": not missing and not later and not check,
        "check_mode": check,
        "problems": missing,
        "later": later,
        "paths": paths(params["clusters"], params["templates"], params["protection"]),
        "blast_radius": concerns,
        "rows": as_dicts(rows),
    }
    return Verdict(
        lines=[
            *table(title, rows),
            *filter(None, [_concerned(concerns, check), later.get("text"), _farthest(record["own_paths"])]),
        ],
        record=record,
        facts={
            "complete": record["complete"],
            "problems": missing,
            "later": later,
            "problems_of": problems_of(rows),
            "report_path": params["report_path"],
            "page_path": params["page_path"],
        },
        summary=summary(f"{title}: {_ending(missing, later, check)}", not missing, missing, check),
        details={"rows": record["rows"]},
        refusal=incomplete(name, missing, rows),
    )


def _ending(missing: Sequence[str], later: Mapping[str, Any], check: bool) -> str:
    """How it ended; what was left for later is told where nothing else is missing."""
    if not missing and not later:
        return "would be complete" if check else "complete"
    words = "would not be complete" if check else "not complete"
    if later and not missing:
        return f"{words}. {later['text']}"
    return words


def _concerned(concerns: str, check: bool) -> str:
    if not concerns:
        return ""
    if check:
        return f"Would concern {concerns}"
    return f"Concerned {concerns}"


def _farthest(own_paths: Iterable[Mapping[str, Any]]) -> str:
    """The catalog that was farthest from its own path, '' when none was moved."""
    path = max((path for path in own_paths if path["ratio"]), key=lambda path: path["ratio"], default=None)
    if path is None:
        return ""
    return (
        f"Each catalog took at most {path['ratio']:.2f} times its own critical path ({path['what']} on"
        f" {path['where']})."
    )


def _check(params: Mapping[str, Any]) -> None:
    # The id becomes a part of paths, so that none is made of a wrong one.
    if not RELEASE_ID.match(params["release"]):
        raise OperationError(
            f"'{params['release']}' is no release id",
            "Use letters, digits, '.', '+' and '-', beginning with a letter or digit.",
        )


def write(params: Params, verdict: Verdict, reporter: Reporter) -> Result:
    """Write record and page, with what earlier runs of the same release did, beside the files of another image; where
    they are now."""
    report, named = verdict.record, RunFiles.named_in(params)
    files, earlier = named.for_record(report, ONE_RECORD, OF_A_RUN, report["image"])
    if files != named:
        reporter.show(
            f"{named.report} holds something else than the record of {report['image']}, which is therefore written to"
            f" {files.report}"
        )
    report = {
        **with_earlier_runs(report, earlier, (*OF_A_RUN, "later")),
        "faulty_before": _faulty_before(report, earlier),
    }
    if files.report:
        write_json(files.report, "image_release_report", report, REASSURANCE)
    if files.page:
        write_report(files.page, release_page(report, params["page_template"]), REASSURANCE)
        reporter.show(f"Page: {files.page}")
    return files.as_facts()


def _faulty_before(report: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    """The only witnesses of who was faulty before: a run that saw nothing of a site writes over them otherwise."""
    try:
        return faulty_before(earlier or {}, report)
    except (TypeError, KeyError, AttributeError):
        return faulty_before(report)


def _times(params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """When the run began and ended, and what it did in between."""
    try:
        steps = timeline.release_steps(
            params["source"],
            params["protection"],
            params["clusters"],
            params["sites"],
            params["rollback"],
            params["definitions"],
        )
        start = began(params["started"], steps, now)
    except (KeyError, ValueError) as error:
        raise OperationError(
            f"A time among the results is not understood: {error}", "Times look like 2026-11-20T23:33:00.125Z, in UTC."
        ) from None
    needs = {}
    if params["publish_when"] == "needed_clusters":
        needs = timeline.needs_of(params["sites"], params["wanted"])
    return {
        **times(start, now),
        "timeline": timeline.as_dicts(steps),
        "critical_path": timeline.as_dicts(timeline.critical_path(steps, needs)),
        "own_paths": timeline.own_paths(steps, needs, start),
    }


RESULTS = ("clusters", "prism_centrals", "templates", "definitions", "sites")
OF_EACH: dict[str, type] = {**dict.fromkeys(RESULTS, dict), "wanted": list}
OPERATION = Report(arguments=ARGUMENTS, of_each=OF_EACH, judge=judge, write=write, stays=True)
