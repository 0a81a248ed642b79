# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of the stages of Image Portability, in rows for people, and what of it nobody knows.

`export` is the outcome of that stage, {} where the workflow has none; `targets` inventory host -> {message, error?,
stages: [outcome]} as the role collects it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import options_of, why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.outcomes import BYTES, SETTLED
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.role_options import (
    PORTABILITY,
    with_variables,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.rows import ReportRow
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.run_record import pick

SOURCE = "source"
DONE = {"export": "exported", "upload": "uploaded", "prepare": "prepared", "publish": "published"}
WORDS = {
    "there": "was there",
    # What is made of it is there, or no target can go on
    "not needed": "not needed now",
    "adopted": "made by a job that was there",
    "failed": "failed",
    "unknown": "not known",
    "not reached": "not reached",
}

Facts = Mapping[str, Any]
Targets = Mapping[str, Facts]


def stage_rows(export: Facts, targets: Targets) -> list[ReportRow]:
    rows = []
    if export:
        rows.append(_row(SOURCE, export))
    for host, target in targets.items():
        if target["message"]:
            detail, advice = why(target)
            rows.append(ReportRow(host, "target", "failed", detail, False, advice, kind="target"))
        rows += [_row(host, stage) for stage in target.get("stages") or []]
    return rows


def _row(where: str, stage: Facts) -> ReportRow:
    name, settled = stage["stage"], stage["state"] in SETTLED
    detail, advice = told(stage)
    advice = with_variables(advice, options_of(stage), PORTABILITY)
    return ReportRow(where, name, result_of(stage), detail, settled, advice, kind="stage", phase=name)


def told(stage: Facts) -> tuple[str, str]:
    """What came of a stage that is settled, and no advice; else why it is not, and what to do."""
    if stage["state"] in SETTLED:
        return detail_of(stage), ""
    return why(stage)


def result_of(stage: Facts) -> str:
    done = DONE[stage["stage"]]
    return {**WORDS, "made": done, "planned": f"would be {done}"}[stage["state"]]


def detail_of(stage: Facts) -> str:
    parts = [str(stage.get("output") or ""), bytes_of(stage), str(stage.get("note") or "")]
    return "; ".join(filter(None, parts))


def bytes_of(stage: Facts) -> str:
    """'1.5 GiB sent of 40 GiB', '' for a stage that sends nothing."""
    counted = stage.get("bytes") or {}
    if counted.get("sent_bytes") is None:
        return ""
    sent, whole = f"{amount(counted['sent_bytes'])} sent", counted.get("virtual_size_bytes")
    if whole:
        return f"{sent} of {amount(whole)}"
    return sent


def stages_by_host(export: Facts, targets: Targets) -> Iterable[tuple[str, Facts]]:
    """All of them, the export as that of the source."""
    if export:
        yield SOURCE, export
    for host, target in targets.items():
        for stage in target.get("stages") or []:
            yield host, stage


def unknowns(export: Facts, targets: Targets) -> list[str]:
    """What nobody can say, also where the work went on: a sentence each."""
    sentences = []
    for where, stage in stages_by_host(export, targets):
        text = stage.get("note")
        if not text and stage["state"] == "unknown":
            text = stage["message"]
        if text:
            sentences.append(f"{where}, {stage['stage']}: {text}")
    return sentences


def totals(export: Facts, targets: Targets) -> dict[str, int]:
    """The bytes of all stages together."""
    sums = dict.fromkeys(BYTES, 0)
    for _where, stage in stages_by_host(export, targets):
        for name in BYTES:
            sums[name] += (stage.get("bytes") or {}).get(name) or 0
    return sums


def timeline(export: Facts, targets: Targets) -> list[dict[str, Any]]:
    """What this run worked on, and when."""
    steps = []
    for where, stage in stages_by_host(export, targets):
        if stage.get("started"):
            steps.append({"where": where, **pick(stage, ("stage", "started", "finished", "seconds"))})
    return steps
