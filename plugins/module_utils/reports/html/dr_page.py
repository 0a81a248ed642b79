# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a move of desktops to another cluster as one HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import from_iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import Finding
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import (
    DRILL,
    MODES,
    PHASES,
    UNDO,
    UNPLANNED,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.sentences import grouped
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.timeline import (
    MoveStep,
    phases_of,
    steps_from_dicts,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.words import (
    DONE,
    KINDS,
    TROUBLES,
    machine_words,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.chart import (
    Bar,
    Chart,
    Figure,
    Lane,
    Scale,
    Timeline,
    Verdict,
    colours_of,
    empty_timeline,
    span,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.render import (
    counted,
    one_or_many,
    render,
    sections,
    sentence,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.summary import ending

PHASE_COLOURS = {
    "drain": ("#767b83", "#8f959d"),
    "fail over": ("#2e6cb2", "#6aa6e8"),
    "clone": ("#8a5a2b", "#cf9a66"),
    "power on": ("#9c6b06", "#d8aa45"),
    "re-host": ("#6952b0", "#a996ea"),
    "reset": ("#41792d", "#82bd66"),
    "zone": ("#a6457f", "#dd86b8"),
    "release": ("#56748a", "#8aa9bd"),
    "proof": ("#0f7d76", "#3eb9ae"),
}
HEADINGS = {
    "problems": "What is wrong",
    "notes": "Worth knowing",
    "warnings": "Warnings",
    "runs": "Earlier runs",
    "timeline": "Timeline",
    "clusters": "Clusters",
    "sites": "Citrix sites",
    "machines": "Machines",
}


def dr_page(report: Mapping[str, Any], template: str | None = None) -> str:
    """`report` is what dr_report writes as JSON, `template` the path of a user's own."""
    return render("dr.html.j2", template, view(report))


def view(report: Mapping[str, Any]) -> dict[str, Any]:
    """What a template is given."""
    steps = steps_from_dicts(report["timeline"])
    began, ended = from_iso_milliseconds(report["started"]), from_iso_milliseconds(report["finished"])
    verdict, mode = _verdict(report, steps), MODES[report["mode"]]
    way = " → ".join(filter(None, (report["source"], report["target"])))
    rows = [_row(row, report, steps) for row in report["rows"]]
    parts = {
        "problems": _groups(report["problems"]),
        "notes": _groups(report["notes"]),
        # Not in a report of an earlier version
        "warnings": report.get("warnings") or [],
        "runs": list(map(_run, (report.get("runs") or [])[:-1])),
        "timeline": _timeline(report, steps, Scale.of(began, ended, steps)),
        "clusters": [row for row in rows if row["where"] not in report["sites"]],
        "sites": list(filter(None, (_site(site, rows, steps) for site in report["sites"]))),
        "machines": _machines(report),
    }
    return {
        "report": report,
        "module": "dr_report",
        "title": f"{mode} {report['move']}: {verdict.words}",
        "eyebrow": mode,
        "name": way or mode,
        "id": report["move"],
        "verdict": verdict,
        "figures": _figures(report),
        "started": began,
        "finished": ended,
        "colours": colours_of(PHASE_COLOURS),
        "sections": sections(HEADINGS, parts),
        **parts,
    }


def _verdict(report: Mapping[str, Any], steps: Sequence[MoveStep]) -> Verdict:
    count = len(report["problems"])
    hindered = f"{one_or_many(count, 'problem is', 'problems are')} explained below."
    if report["check_mode"]:
        sentence = "This is what the run would do."
        if count:
            sentence = f"It could not be completed: {hindered}"
        return Verdict("plan", "A plan: nothing was changed.", sentence)
    if count:
        return Verdict("bad", "Not complete.", hindered)
    sentence = "Every machine has the hosting it should have."
    unsettled = sum(report["counts"][kind] for kind in TROUBLES)
    if not steps:
        sentence = "Everything was as it should be already; nothing had to be done."
    elif report["mode"] == DRILL:
        sentence = "Every protection domain was drilled."
    elif unsettled:
        sentence = f"{counted(unsettled, 'machine')} could not be served, which the policy allows."
    return Verdict("good", "Complete.", sentence)


def _figures(report: Mapping[str, Any]) -> list[Figure]:
    counts, suffix = report["counts"], " (planned)" if report["check_mode"] else ""
    figures = []
    if report["recovery_seconds"] is not None:
        figures.append(Figure(duration(report["recovery_seconds"]), "from the start to the last piece of work"))
    if report["data_age_seconds"] is not None:
        missing = "of work lost" if report["mode"] == UNPLANNED else "was the age of the data"
        figures.append(Figure(duration(report["data_age_seconds"]), f"{missing}{suffix}"))
    right, words = sum(counts[action] for action in DONE), machine_words(report["mode"] == UNDO)["changed"]
    rows = [
        (counts["failed_over"], counts["protection_domains"], f"protection domains failed over{suffix}"),
        (right, counts["machines"], f"machines right or {words}{suffix}"),
        (counts["registered"], counts["registered_of"], "machines registered"),
    ]
    figures += [Figure(count, text, f" of {total} ") for count, total, text in rows if total]
    if counts["machines"]:
        missing = counts["missing"]
        figures.append(Figure(missing, f"{'machine' if missing == 1 else 'machines'} without a VM"))
    return figures


def _groups(findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What needs the same together: {where, words, advice, texts}; a single one has no texts."""
    groups = []
    for alike in grouped([Finding(**finding, fails=False) for finding in findings]):
        first = alike[0]
        group: dict[str, Any] = {"where": first.where, "words": first.text, "advice": first.advice, "texts": []}
        if len(alike) > 1:
            group["words"] = f"{len(alike)} {KINDS.get(first.kind, 'of one kind')}"
            group["texts"] = [finding.text for finding in alike]
        groups.append(group)
    return groups


def _run(run: Mapping[str, Any]) -> dict[str, Any]:
    """What a run before this one did, so that the record of a failover outlives its repeats."""
    age, counts = run["data_age_seconds"], run["counts"]
    details = []
    if age is not None:
        details.append(f"{duration(age)} was the age of the data")
    domains, machines = counted(counts["failed_over"], "protection domain"), counted(counts["changed"], "machine")
    return {
        "started": from_iso_milliseconds(run["started"]),
        "mode": MODES[run["mode"]],
        "moved": f"{domains}, {machines}",
        "result": ending(run),
        "settled": run["complete"],
        "details": [*details, *(finding["text"] for finding in (*run["problems"], *run["notes"]))],
        "took": duration(run["recovery_seconds"] or run["seconds"]),
    }


def _timeline(report: Mapping[str, Any], steps: Sequence[MoveStep], scale: Scale) -> Timeline:
    if not steps:
        return empty_timeline(report["check_mode"])
    titles = {phase: sentence(phase) for phase in PHASES}
    whole = []
    for phase in phases_of(steps):
        title = titles[phase.phase]
        whole.append(Lane(scale, title, [Bar(phase, title)], duration(phase.seconds)))
    note = "Each from its first beginning to its last end, wherever that was."
    charts = [
        Chart("Phases", scale, whole, note),
        _chart("Clusters", scale, [step for step in steps if step.what]),
        _chart("Citrix sites", scale, [step for step in steps if not step.what]),
    ]
    return Timeline.of(steps, titles, charts)


def _chart(title: str, scale: Scale, steps: Sequence[MoveStep]) -> Chart | None:
    """One line for each protection domain or site; nothing when none of them was at work."""
    by_lane: dict[tuple[str, str], list[MoveStep]] = {}
    for step in steps:
        by_lane.setdefault(step.lane, []).append(step)
    lanes = []
    for (where, what), mine in by_lane.items():
        name = " on ".join(filter(None, (what, where)))
        lanes.append(Lane(scale, name, list(map(_bar, mine)), span(mine)))
    if lanes:
        return Chart(title, scale, lanes, summary=f"{len(lanes)} at work")
    return None


def _bar(step: MoveStep) -> Bar:
    title = sentence(step.phase)
    if step.work in ("", step.phase):
        return Bar(step, title)
    return Bar(step, f"{title} ({step.work})")


def _row(row: Mapping[str, Any], report: Mapping[str, Any], steps: Sequence[MoveStep]) -> dict[str, Any]:
    """A row of the table on the screen, and how long its work took: that of a protection domain, or of a phase on a
    site."""
    site = row["where"] in report["sites"]
    lane = (row["where"], "" if site else row["what"])
    mine = [step for step in steps if step.lane == lane and (not site or step.phase == row["phase"])]
    return {**row, "took": span(mine)}


def _site(site: str, rows: Sequence[Mapping[str, Any]], steps: Sequence[MoveStep]) -> dict[str, Any] | None:
    mine = [row for row in rows if row["where"] == site]
    if not mine:
        return None
    took = span([step for step in steps if step.lane == (site, "")])
    summary = f"{sum(row['settled'] for row in mine)} of {len(mine)} as wanted"
    return {"name": site, "rows": mine, "summary": ", ".join(filter(None, (summary, took)))}


def _machines(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """By catalog, what is not settled first."""
    words = machine_words(report["mode"] == UNDO)
    by_catalog: dict[str, list[dict[str, Any]]] = {}
    for machine in report["machines"]:
        catalog = f"{machine['catalog'] or 'Without a catalog'} ({machine['site']})"
        by_catalog.setdefault(catalog, []).append({**machine, "words": words[machine["action"]]})
    parts: list[dict[str, Any]] = []
    for name, machines in by_catalog.items():
        machines.sort(key=lambda machine: (machine["settled"], str(machine["name"]).casefold()))
        right = sum(machine["action"] in DONE for machine in machines)
        summary = f"{right} of {counted(len(machines), 'machine')} as wanted"
        parts.append({"name": name, "summary": summary, "machines": machines})
    return parts
