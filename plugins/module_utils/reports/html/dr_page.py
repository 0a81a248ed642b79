# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a move of desktops to another cluster as one HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import from_iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import Finding
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import (
    DRAIN,
    DRILL,
    MODES,
    PHASES,
    PROOF,
    RE_HOST,
    RELEASE,
    RESET,
    UNDO,
    UNPLANNED,
    ZONE,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.sentences import grouped
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.timeline import (
    Work,
    phases_of,
    steps_from_dicts,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.words import (
    DONE,
    KINDS,
    MACHINE_WORDS,
    TROUBLES,
    UNDONE_WORDS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.page import (
    FOLD_BEYOND,
    Bar,
    Element,
    Node,
    Scale,
    Verdict,
    axis,
    bdi,
    css,
    document,
    element,
    figure,
    foldable,
    footer,
    header,
    lane_line,
    legend,
    moment,
    outcome,
    section,
    sentence,
    span,
    table,
    table_row,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.page_style import page_style

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
STYLE = (
    page_style({css(phase): colours for phase, colours in PHASE_COLOURS.items()})
    + """
.problems.notes li { border-color: var(--line); }
.problems li li { margin: .25rem 0; padding: 0; border: 0; }
td.state { padding-right: 0; text-align: right; color: var(--quiet); }
@media (max-width: 42rem) {
  td.state { text-align: left; }
}
"""
)
# How the rows of a site begin -> their phase
SITE_PHASES = {
    "drain": DRAIN,
    "catalog ": RE_HOST,
    "connection": RESET,
    "catalogs to zone": ZONE,
    "maintenance": RELEASE,
    "proof": PROOF,
}


@dataclass(frozen=True)
class _Story:
    """The report, looked through once for all parts of the page."""

    report: Mapping[str, Any]
    steps: Sequence[Work]
    scale: Scale

    def took(self, where: str, what: str, phase: str = "") -> str:
        """How long a protection domain, or a site, was at work, in one phase or altogether, '' when it was not."""
        return span([step for step in self.steps if step.lane == (where, what) and phase in ("", step.phase)])


def dr_page(report: Mapping[str, Any]) -> str:
    """`report` is what dr_report writes as JSON."""
    steps = steps_from_dicts(report["timeline"])
    began, ended = (from_iso_milliseconds(report[name]) for name in ("started", "finished"))
    story = _Story(report, steps, Scale.of(began, ended, steps))
    verdict = _verdict(story)
    name = MODES[report["mode"]]
    head = header(name, _way(report) or name, report["move"], verdict, _figures(report), _facts(report))
    sections = [
        _problems(report),
        _notes(report),
        _earlier_runs(report),
        _timeline(story),
        _clusters(story),
        _sites(story),
        _machines(report),
    ]
    return document(f"{name} {report['move']}: {verdict.words}", STYLE, head, sections, footer("dr_report", ended))


def _way(report: Mapping[str, Any]) -> str:
    return " → ".join(cluster for cluster in (report["source"], report["target"]) if cluster)


# The head of the page


def _verdict(story: _Story) -> Verdict:
    report = story.report
    count = len(report["problems"])
    hindered = f"{count} {'problem is' if count == 1 else 'problems are'} explained below."
    if report["check_mode"]:
        return Verdict(
            "plan",
            "A plan: nothing was changed.",
            f"It could not be completed: {hindered}" if count else "This is what the run would do.",
        )
    if count:
        return Verdict("bad", "Not complete.", hindered)
    if not story.steps:
        return Verdict("good", "Complete.", "Everything was as it should be already; nothing had to be done.")
    if report["mode"] == DRILL:
        return Verdict("good", "Complete.", "Every protection domain was drilled.")
    unsettled = sum(report["counts"][kind] for kind in TROUBLES)
    if unsettled:
        return Verdict(
            "good", "Complete.", f"{_counted(unsettled, 'machine')} could not be served, which the policy allows."
        )
    return Verdict("good", "Complete.", "Every machine has the hosting it should have.")


def _figures(report: Mapping[str, Any]) -> list[Element]:
    counts = report["counts"]
    planned = " (planned)" if report["check_mode"] else ""
    figures = []
    if report["recovery_seconds"] is not None:
        figures.append(figure(duration(report["recovery_seconds"]), "", "from the start to the last piece of work"))
    if report["data_age_seconds"] is not None:
        lost = "of work lost" if report["mode"] == UNPLANNED else "was the age of the data"
        figures.append(figure(duration(report["data_age_seconds"]), "", f"{lost}{planned}"))
    moved = counts["changed"] + counts["would_change"]
    words = UNDONE_WORDS["changed"] if report["mode"] == UNDO else MACHINE_WORDS["changed"]
    shown = [
        (counts["failed_over"], counts["protection_domains"], f"protection domains failed over{planned}"),
        (moved + counts["right"], counts["machines"], f"machines right or {words}{planned}"),
        (counts["registered"], counts["registered_of"], "machines registered"),
    ]
    figures += [figure(done, f" of {total} ", told) for done, total, told in shown if total]
    lost_machines = counts["missing"]
    if counts["machines"]:
        figures.append(figure(lost_machines, "", f"{'machine' if lost_machines == 1 else 'machines'} without a VM"))
    return figures


def _facts(report: Mapping[str, Any]) -> list[tuple[Node, ...]]:
    return [
        ("From", bdi(report["source"]) if report["source"] else None),
        ("To", bdi(report["target"]) if report["target"] else None),
        ("Started", moment(from_iso_milliseconds(report["started"]))),
        ("Lasted", duration(report["seconds"])),
        *((sentence(phase["phase"]), duration(phase["seconds"])) for phase in report["phases"]),
        ("Run by", bdi(report["operator"]) if report["operator"] else None),
    ]


# The parts


def _problems(report: Mapping[str, Any]) -> Element | None:
    found = _findings(report["problems"], fails=True)
    return (
        section("problems", "What is wrong", element("ol", *map(_alike, grouped(found)), class_="problems"))
        if found
        else None
    )


def _notes(report: Mapping[str, Any]) -> Element | None:
    found = _findings(report["notes"], fails=False)
    return (
        section("notes", "Worth knowing", element("ol", *map(_alike, grouped(found)), class_="problems notes"))
        if found
        else None
    )


def _earlier_runs(report: Mapping[str, Any]) -> Element | None:
    """What runs before this one did, so that the record of a failover outlives its repeats."""
    rows = []
    for run in (report.get("runs") or [])[:-1]:
        told = [
            (
                f"{duration(run['data_age_seconds'])} was the age of the data"
                if run["data_age_seconds"] is not None
                else ""
            )
        ]
        told += [finding["text"] for finding in (*run["problems"], *run["notes"])]
        moved = (
            f"{_counted(run['counts']['failed_over'], 'protection domain')},"
            f" {_counted(run['counts']['changed'], 'machine')}"
        )
        ended = outcome("complete" if run["complete"] else "not complete", run["complete"], told)
        began = moment(from_iso_milliseconds(run["started"]))
        rows.append(
            table_row(
                [began, " ", element("small", MODES[run["mode"]])],
                moved,
                ended,
                duration(run["recovery_seconds"] or run["seconds"]),
            )
        )
    return (
        section("runs", "Earlier runs", table("Earlier runs", ("Begun", "Moved", "How it ended", "Took"), rows))
        if rows
        else None
    )


def _findings(given: Iterable[Mapping[str, Any]], fails: bool) -> list[Finding]:
    return [Finding(**finding, fails=fails) for finding in given]


def _alike(findings: Sequence[Finding]) -> Element:
    first = findings[0]
    where = element("strong", bdi(first.where), ": ") if first.where else None
    if len(findings) == 1:
        return element("li", where, first.text, element("p", first.advice, class_="quiet"))
    words = f"{len(findings)} {KINDS.get(first.kind, 'of one kind')}"
    listed = element("ul", *(element("li", finding.text) for finding in findings))
    folded = element(
        "details", element("summary", "Which"), listed, open="open" if len(findings) <= FOLD_BEYOND else None
    )
    return element("li", where, words, element("p", first.advice, class_="quiet"), folded)


def _timeline(story: _Story) -> Element:
    if not story.steps:
        why = (
            "A plan does nothing, so it has no timeline."
            if story.report["check_mode"]
            else "Nothing had to be done, so nothing took any time."
        )
        return section("timeline", "Timeline", element("p", why, class_="quiet"))
    phases = phases_of(story.steps)
    whole = [
        lane_line(story.scale, sentence(phase.phase), [Bar(phase, sentence(phase.phase))], duration(phase.seconds))
        for phase in phases
    ]
    used = {phase.phase for phase in phases}
    return section(
        "timeline",
        "Timeline",
        legend(
            [(phase, sentence(phase)) for phase in PHASES if phase in used], any(step.failed for step in story.steps)
        ),
        element(
            "div",
            element("h3", "Phases"),
            element("p", "Each from its first beginning to its last end, wherever that was.", class_="quiet"),
            axis(story.scale),
            element("ol", *whole, class_="lanes"),
            class_="chart",
        ),
        _lanes(story, "Clusters", [step for step in story.steps if step.what]),
        _lanes(story, "Citrix sites", [step for step in story.steps if not step.what]),
    )


def _lanes(story: _Story, title: str, steps: Sequence[Work]) -> Element | None:
    """One line for each protection domain or site; nothing when none of them was at work."""
    by_lane: dict[tuple[str, str], list[Work]] = {}
    for step in steps:
        by_lane.setdefault(step.lane, []).append(step)
    if not by_lane:
        return None
    lines = [
        lane_line(
            story.scale, f"{what} on {where}" if what and where else what or where, list(map(_bar, mine)), span(mine)
        )
        for (where, what), mine in by_lane.items()
    ]
    return foldable(
        title,
        f"{len(lines)} at work",
        len(lines),
        axis(story.scale),
        element("ol", *lines, class_="lanes"),
        class_="chart",
    )


def _bar(step: Work) -> Bar:
    return Bar(step, sentence(step.phase) if step.work in ("", step.phase) else f"{sentence(step.phase)} ({step.work})")


def _clusters(story: _Story) -> Element | None:
    rows = [row for row in story.report["rows"] if row["where"] not in story.report["sites"]]
    if not rows:
        return None
    return section(
        "clusters",
        "Clusters",
        table(
            "Clusters", ("Cluster", "Of it", "What happened", "Took"), [_row(story, row, row["where"]) for row in rows]
        ),
    )


def _sites(story: _Story) -> Element | None:
    parts = []
    for site in story.report["sites"]:
        rows = [row for row in story.report["rows"] if row["where"] == site]
        if rows:
            settled = sum(row["settled"] for row in rows)
            told = table(
                f"Citrix site {site}",
                ("Of it", "Detail", "What happened", "Took"),
                [_row(story, row, "") for row in rows],
            )
            took = story.took(site, "")
            parts.append(
                foldable(site, f"{settled} of {len(rows)} as wanted{f', {took}' if took else ''}", len(rows), told)
            )
    return section("sites", "Citrix sites", *parts) if parts else None


def _row(story: _Story, row: Mapping[str, Any], where: str) -> Element:
    """A row of the table on the screen; `where` when it is not said above."""
    if where:
        return table_row(
            [bdi(where)],
            bdi(row["what"]),
            outcome(row["result"], row["settled"], [row["detail"]]),
            story.took(where, row["what"]),
        )
    phase = next((phase for words, phase in SITE_PHASES.items() if row["what"].startswith(words)), None)
    took = story.took(row["where"], "", phase) if phase else ""
    return table_row([bdi(row["what"])], bdi(row["detail"]), outcome(row["result"], row["settled"], []), took)


def _machines(report: Mapping[str, Any]) -> Element | None:
    by_catalog: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for machine in report["machines"]:
        by_catalog.setdefault((machine["site"], machine["catalog"]), []).append(machine)
    words = {**MACHINE_WORDS, **(UNDONE_WORDS if report["mode"] == UNDO else {})}
    # Tables of one estate are folded alike: many small ones are as long as a large one.
    length = len(report["machines"])
    parts = []
    for (site, catalog), machines in by_catalog.items():
        name = f"{catalog or 'Without a catalog'} ({site})"
        rows = [
            _machine(machine, words)
            for machine in sorted(machines, key=lambda machine: (machine["settled"], str(machine["name"]).casefold()))
        ]
        right = sum(machine["action"] in DONE for machine in machines)
        listed = table(f"Machines of {name}", ("Machine", "VM and hosting", "What happened", "Now"), rows)
        parts.append(foldable(name, f"{right} of {_counted(len(machines), 'machine')} as wanted", length, listed))
    return section("machines", "Machines", *parts) if parts else None


def _machine(machine: Mapping[str, Any], words: Mapping[str, str]) -> Element:
    hosting = [
        bdi(machine["vm"]) if machine["vm"] else None,
        " " if machine["vm"] else None,
        element("small", bdi(machine["hosting"])),
    ]
    happened = outcome(words[machine["action"]], machine["settled"], [machine["text"]])
    return table_row([bdi(machine["name"])], element("span", *hosting), happened, machine["proof"], "state")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
