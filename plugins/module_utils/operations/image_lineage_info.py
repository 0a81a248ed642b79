# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which release made the image that each catalog uses today, from what clusters and sites have said. Asks nobody."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Report, Result, Verdict
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_lineage import (
    ancestries,
    chosen,
    rows,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.tables import table
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

HEADER = ("site", "catalog", "image", "release", "golden VM", "made from", "where", "machines up to date")

ARGUMENTS = {
    **PREFIX_ARGUMENTS,
    "clusters": {"type": "dict", "required": True},
    "sites": {"type": "dict", "required": True},
    "prism_centrals": {"type": "dict", "default": {}},
    "pools": {"type": "dict", "default": {}},
    "catalogs": {"type": "list", "elements": "str"},
    "report_path": {"type": "path"},
}


def judge(params: Params, check: bool, now: datetime) -> Verdict:
    clusters, sites, centrals, pools = params["clusters"], params["sites"], params["prism_centrals"], params["pools"]
    catalogs = ancestries(sites, {**clusters, **centrals}, params["prefix"], pools)
    silent = [failure for hosts in (clusters, centrals, pools, sites) for failure in _silent(hosts)]
    reasons = [failure["reason"] for failure in silent]
    if params["catalogs"] is not None:
        try:
            catalogs = chosen(catalogs, params["catalogs"])
        except Refusal as error:
            advice = " ".join([error.advice, *(f"{reason}." for reason in reasons)]).strip()
            raise error.replace(advice=advice) from None
    facts = {"catalogs": catalogs, "failures": silent}
    return Verdict(
        lines=[*table("Where the images of the catalogs come from", HEADER, rows(catalogs)), *reasons],
        record=facts,
        facts=facts,
        refusal=_incomplete(reasons),
    )


def _incomplete(reasons: Sequence[str]) -> OperationError | None:
    if reasons:
        return OperationError(
            f"The lineage is not complete: {'; '.join(reasons)}",
            "The rest is told all the same. Remove these reasons, then run the playbook again.",
        )
    return None


def _silent(hosts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    failures = []
    for host, answer in hosts.items():
        if answer.get("message"):
            reason = f"{host} cannot be asked: {answer['message'].rstrip('.')}"
            failures.append({"id": "", "name": host, "reason": reason})
    return failures


def write(params: Params, verdict: Verdict, reporter: Reporter) -> Result:
    if params["report_path"]:
        text = json.dumps(verdict.record, indent=2, ensure_ascii=False)
        write_report(Path(params["report_path"]), f"{text}\n", "nothing was changed.")
    return {}


OF_EACH: dict[str, type] = dict.fromkeys(("clusters", "sites", "prism_centrals", "pools"), dict)
OPERATION = Report(arguments=ARGUMENTS, of_each=OF_EACH, judge=judge, write=write, writes_plans=True)
