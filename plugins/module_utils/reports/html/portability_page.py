# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of Image Portability as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import in_one, why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import from_iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.outcomes import SETTLED
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.chart import Figure, Verdict
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.render import counted, render, sections
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.portability import SOURCE, result_of, told

HEADINGS = {
    "problems": "What is missing",
    "unknown": "What nobody knows",
    "stages": "Stages",
    "catalogs": "Catalogs",
    "registrations": "To do by hand",
}


def portability_page(report: Mapping[str, Any], template: str | None = None) -> str:
    """`report` is what image_portability_report writes as JSON, `template` the path of a user's own."""
    return render("portability.html.j2", template, view(report))


def view(report: Mapping[str, Any]) -> dict[str, Any]:
    """What a template is given."""
    verdict = _verdict(report)
    parts = {
        "problems": [row for row in report["rows"] if not row["settled"]],
        "unknown": report["unknown"],
        "stages": _stages(report),
        "catalogs": [row for row in report["rows"] if row["kind"] == "catalog"],
        "registrations": report["registrations"],
    }
    return {
        "report": report,
        "module": "image_portability_report",
        "title": f"{report['name']} {report['release']}: {verdict.words}",
        "eyebrow": f"Image Portability, {report['workflow'].replace('_', ' ')}",
        "name": report["name"],
        "id": report["release"],
        "verdict": verdict,
        "figures": _figures(report),
        "started": from_iso_milliseconds(report["started"]),
        "finished": from_iso_milliseconds(report["finished"]),
        "colours": {},
        "sections": sections(HEADINGS, parts),
        **parts,
    }


def _verdict(report: Mapping[str, Any]) -> Verdict:
    missing = counted(len(report["problems"]), "part")
    if report["check_mode"]:
        words = "Everything could be done."
        if report["problems"]:
            words = f"{missing} could not be done."
        return Verdict("plan", "A plan: nothing was changed.", words)
    if report["problems"]:
        return Verdict("bad", "Not complete.", f"{missing} missing, and named below.")
    if report["later"]:
        return Verdict("plan", "Not complete, as wished.", report["later"]["text"])
    return Verdict("good", "Complete.", "Every target has the image.")


def _figures(report: Mapping[str, Any]) -> list[Figure]:
    targets = report["targets"].values()
    done = [target for target in targets if not target["message"] and _is_done(target)]
    return [
        Figure(len(done), "targets have it", f" of {len(report['targets'])}"),
        Figure(amount(report["totals"]["sent_bytes"]), "sent by this run"),
        Figure(duration(report["seconds"]), "this run lasted"),
    ]


def _is_done(target: Mapping[str, Any]) -> bool:
    return all(stage["state"] in SETTLED and stage["state"] != "planned" for stage in target["stages"])


def _stages(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A table for the source, and for each target."""
    places: list[dict[str, Any]] = []
    if report["export"]:
        places.append({"name": SOURCE, "platform": "", "failure": "", "stages": [_stage(report["export"])]})
    for host, target in report["targets"].items():
        place = {"name": host, "platform": target.get("platform") or "", "failure": in_one(*why(target))}
        places.append({**place, "stages": list(map(_stage, target.get("stages") or []))})
    return places


def _stage(stage: Mapping[str, Any]) -> dict[str, Any]:
    took = ""
    if stage["seconds"] is not None:
        took = duration(stage["seconds"])
    return {
        "name": stage["stage"],
        "settled": stage["state"] in SETTLED,
        "result": result_of(stage),
        "detail": in_one(*told(stage)),
        "job": stage["job"].get("id") or "",
        "took": took,
    }
