# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show what became of a release, write it down, and fail unless it is complete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic import timeline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.release_page import release_page
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.release_report import as_dicts, blast_radius, catalog_rows, cluster_rows, problems, table
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.timestamps import from_iso_milliseconds, iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.report_file import write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    "release": {"type": "str", "required": True},
    "base_vm": {"type": "str", "required": True},
    "image": {"type": "str", "required": True},
    "protection_domain": {"type": "str"},
    "clusters": {"type": "dict", "required": True},
    "sites": {"type": "dict", "required": True},
    "source": {"type": "str", "default": ""},
    "protection": {"type": "dict", "default": {}},
    "wanted": {"type": "dict", "default": {}},
    "operator": {"type": "str", "default": ""},
    "started": {"type": "str"},
    "path": {"type": "path"},
    "rollback": {"type": "bool", "default": False},
    "page_path": {"type": "path"},
    "publish_when": {"type": "str", "default": "needed_clusters", "choices": ["needed_clusters", "all_clusters"]},
}
TOLD_AS_GIVEN = ("release", "rollback", "base_vm", "image", "protection_domain", "source", "operator", "protection", "clusters", "sites", "wanted")
REASSURANCE = "the release itself is not touched by this."


def perform(run: Run) -> dict[str, Any]:
    params = run.params
    if params["path"] and params["path"] == params["page_path"]:
        raise OperationError(f"The report and the page cannot both be {params['path']}", "Give each a path of its own.")
    rows = cluster_rows(params["clusters"]) + catalog_rows(params["sites"], params["clusters"], params["rollback"])
    missing = problems(rows)
    name = f"{'Roll-back of release' if params['rollback'] else 'Release'} {params['release']}"
    title = f"{name} of {params['base_vm']}{' (a plan: nothing was changed)' if run.check else ''}"
    for line in table(title, rows):
        run.show(line)
    concerns = blast_radius(params["sites"])
    if concerns:
        run.show(f"{'Would concern' if run.check else 'Concerned'} {concerns}")
    report = {
        **{name: params[name] for name in TOLD_AS_GIVEN},
        **_times(params),
        "complete": not missing and not run.check,
        "check_mode": run.check,
        "problems": missing,
        "blast_radius": concerns,
        "rows": as_dicts(rows),
    }
    farthest = max((path for path in report["own_paths"] if path["ratio"]), key=lambda path: path["ratio"], default=None)
    if farthest:
        run.show(f"Each catalog took at most {farthest['ratio']:.2f} times its own critical path ({farthest['what']} on {farthest['where']}).")
    if not run.check:
        if params["path"]:
            write_report(Path(params["path"]), json.dumps(report, indent=2, ensure_ascii=False) + "\n", REASSURANCE)
        if params["page_path"]:
            write_report(Path(params["page_path"]), release_page(report), REASSURANCE)
    result = {"changed": False, "complete": report["complete"], "problems": missing, "report_path": params["path"], "page_path": params["page_path"]}
    if missing:
        raise OperationError(
            f"{name} is not complete: {len(missing)} of {len(rows)} parts are missing",
            "The table says which and why. Mend the cause and run the same command again.",
            **result,
        )
    return {**result, "rows": report["rows"]}


def _times(params: Mapping[str, Any]) -> dict[str, Any]:
    """When the run began and ended, and what it did in between."""
    try:
        steps = timeline.release_steps(params["source"], params["protection"], params["clusters"], params["sites"], params["rollback"])
        begun = [from_iso_milliseconds(params["started"])] if params["started"] else []
    except (KeyError, ValueError) as error:
        raise OperationError(f"A time among the results is not understood: {error}", "Times look like 2026-11-20T23:33:00.125Z, in UTC.") from None
    needs = timeline.needs_of(params["sites"], params["wanted"]) if params["publish_when"] == "needed_clusters" else {}
    now = datetime.now(timezone.utc)
    began = min([*begun, *(step.started for step in steps)], default=now)
    return {
        "started": iso_milliseconds(began),
        "finished": iso_milliseconds(now),
        "seconds": round((now - began).total_seconds(), 3),
        "timeline": timeline.as_dicts(steps),
        "critical_path": timeline.as_dicts(timeline.critical_path(steps, needs)),
        "own_paths": timeline.own_paths(steps, needs, began),
    }


OPERATION = Operation(arguments=ARGUMENTS, perform=perform)
