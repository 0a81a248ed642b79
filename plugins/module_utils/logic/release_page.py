# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a release as one HTML page that needs nothing else: no script, no font, no request."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from xml.etree import ElementTree

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.catalogs import folder_levels
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.release_page_style import STYLE
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.release_report import (
    SETTLED_CATALOG_ACTIONS,
    SETTLED_CLUSTER_STATES,
    SETTLED_ROLLBACK_ACTIONS,
    UNSETTLED_CATALOG_ACTIONS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.timeline import PHASES, Step, from_dicts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.timestamps import from_iso_milliseconds

Element = ElementTree.Element
Node: TypeAlias = "Element | str | None"

PHASE_TITLES = {
    "snapshot": "Snapshot",
    "replicate": "Replicate",
    "restore": "Restore",
    "image": "Image",
    "remove": "Clean up",
    "publish": "Publish",
    "roll back": "Roll back",
}
# More lines than this in one list are folded away until somebody asks for them.
FOLD_BEYOND = 60
TICK_SECONDS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
MOST_TICKS = 6
# Nothing that an HTML document or an UTF-8 file may not hold, whatever a name is made of.
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class _Catalog:
    """One catalog of a site as the page tells of it. `cluster` is empty when none is named for it; `machines` are all, and those that run the image."""

    site: str
    name: str
    cluster: str
    plan: str
    happened: str
    settled: bool
    detail: str
    wave: str = ""
    machines: tuple[int, int] | None = None


@dataclass(frozen=True)
class _Scale:
    """Turns moments of the run into per cents of the width."""

    began: datetime
    seconds: float

    def percent(self, moment: datetime) -> float:
        return min(100.0, max(0.0, (moment - self.began).total_seconds() / self.seconds * 100))

    def tick_seconds(self) -> float:
        return next((step for step in TICK_SECONDS if self.seconds / step <= MOST_TICKS), self.seconds)


@dataclass(frozen=True)
class _Story:
    """The report, looked through once for all parts of the page."""

    report: Mapping[str, Any]
    steps: Sequence[Step]
    critical: Sequence[Step]
    catalogs: Sequence[_Catalog]
    scale: _Scale

    def took(self, where: str, what: str = "") -> str:
        """How long a cluster or catalog was at work, '' when it was not."""
        mine = [step for step in self.steps if step.lane == (where, what)]
        return _duration((max(step.finished for step in mine) - min(step.started for step in mine)).total_seconds()) if mine else ""


def release_page(report: Mapping[str, Any]) -> str:
    """`report` is what image_release_report writes as JSON."""
    story = _story(report)
    title = f"{'Roll-back of release' if report['rollback'] else 'Release'} {report['release']} of {report['base_vm']}"
    sections = [_problems(story), _timeline(story), _clusters(story), _catalogs(story), _lineage(story)]
    shown = [section for section in sections if section is not None]
    page = _element(
        "html",
        _element(
            "head",
            _element("meta", charset="utf-8"),
            _element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            _element("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
            _element("meta", name="color-scheme", content="light dark"),
            _element("title", f"{title}: {_verdict(story)[1]}"),
            _element("link", rel="icon", href="data:,"),
            _element("style", STYLE),
        ),
        _element(
            "body",
            _element("a", "Skip to the report", class_="skip", href="#report"),
            _header(story),
            _element(
                "nav",
                _element("ul", *(_element("li", _element("a", _heading_text(section), href=f"#{section.get('id')}")) for section in shown)),
                aria_label="Parts of the report",
            ),
            _element("main", *shown, id="report", tabindex="-1"),
            _footer(story),
        ),
        lang="en",
    )
    return "<!DOCTYPE html>\n" + ElementTree.tostring(page, encoding="unicode", method="html") + "\n"


def _story(report: Mapping[str, Any]) -> _Story:
    steps = from_dicts(report["timeline"])
    began, ended = (from_iso_milliseconds(report[moment]) for moment in ("started", "finished"))
    lasts = max([ended, *(step.finished for step in steps)]) - began
    scale = _Scale(began, max(lasts, timedelta(milliseconds=1)).total_seconds())
    catalogs = [catalog for site in report["sites"] for catalog in _catalogs_of(site, report)]
    return _Story(report, steps, from_dicts(report["critical_path"]), catalogs, scale)


def _catalogs_of(site: str, report: Mapping[str, Any]) -> list[_Catalog]:
    result = report["sites"][site]
    return [_touched(site, catalog, report) for catalog in result["catalogs"]] + [_waiting(site, catalog, report) for catalog in result["waiting"]]


def _touched(site: str, catalog: Mapping[str, Any], report: Mapping[str, Any]) -> _Catalog:
    good = SETTLED_ROLLBACK_ACTIONS if report["rollback"] else SETTLED_CATALOG_ACTIONS
    action = catalog["action"]
    before = (catalog.get("before") or {}).get("name")
    gate = catalog.get("gate")
    return _Catalog(
        site=site,
        name=catalog.get("full_name") or catalog.get("name") or catalog.get("id") or "",
        cluster=_cluster_of(catalog, report["wanted"].get(site) or []),
        plan="Leave as it is" if action == "unchanged" else f"Move from {before}" if before else _plan(report),
        happened={**UNSETTLED_CATALOG_ACTIONS, **good}.get(action, action),
        settled=action in good,
        detail=(catalog.get("warning") if action in good else catalog.get("msg")) or "",
        wave=str(catalog.get("wave") or ""),
        machines=(gate["machines"], gate["on"] - gate["out_of_date"]) if gate else None,
    )


def _waiting(site: str, catalog: Mapping[str, Any], report: Mapping[str, Any]) -> _Catalog:
    cluster = catalog.get("cluster") or ""
    lacks = cluster and (report["clusters"].get(cluster) or {}).get("state") not in SETTLED_CLUSTER_STATES
    folder, name = catalog.get("folder"), catalog.get("name") or catalog.get("id") or ""
    return _Catalog(
        site=site,
        name=f"{folder}/{name}" if folder else name,
        cluster=cluster,
        plan=_plan(report),
        happened="not touched",
        settled=False,
        detail=f"{cluster if lacks else 'a cluster'} lacks the image",
    )


def _plan(report: Mapping[str, Any]) -> str:
    return "Move back" if report["rollback"] else "Move to the image"


def _cluster_of(catalog: Mapping[str, Any], wanted: Sequence[Mapping[str, Any]]) -> str:
    """The cluster that the operator named for a catalog."""
    for entry in wanted:
        if entry.get("id"):
            same = entry["id"] == catalog.get("id")
        else:
            same = str(entry.get("name")).casefold() == str(catalog.get("name")).casefold() and (
                entry.get("folder") is None or _levels(entry["folder"]) == _levels(catalog.get("folder") or "")
            )
        if same:
            return entry.get("cluster") or ""
    return ""


def _levels(folder: str) -> tuple[str, ...]:
    return tuple(level.casefold() for level in folder_levels(folder))


# The head of the page


def _header(story: _Story) -> Element:
    report = story.report
    kind, verdict, explanation = _verdict(story)
    return _element(
        "header",
        _element("p", "Roll-back of a release" if report["rollback"] else "Image release", class_="eyebrow"),
        _element("h1", _name(report["base_vm"]), " ", _element("span", _name(report["release"]), class_="id")),
        _element("p", _element("strong", verdict), " ", explanation, class_=f"verdict {kind}"),
        _element("p", *_figures(story), class_="figures"),
        _element("dl", *(_fact(term, *values) for term, *values in _facts(story) if values[0] is not None), class_="facts"),
    )


def _verdict(story: _Story) -> tuple[str, str, str]:
    """(class, a few words, a sentence)"""
    report = story.report
    count = len(report["problems"])
    hindered = f"{count} {'part is' if count == 1 else 'parts are'} missing; why is said below."
    if report["check_mode"]:
        return "plan", "A plan: nothing was changed.", f"It would not be complete: {hindered}" if count else "This is what the run would do."
    if count:
        return "bad", "Not complete.", hindered
    if not story.steps:
        return "good", "Complete.", "Everything was there already; nothing had to be done."
    done = "Every catalog has left the image." if report["rollback"] else "Every cluster has the image and every catalog is on it."
    return "good", "Complete.", done


def _figures(story: _Story) -> list[Element]:
    report = story.report
    planned = " (planned)" if report["check_mode"] else ""
    states = [cluster["state"] for cluster in report["clusters"].values()]
    counted = [catalog.machines for catalog in story.catalogs if catalog.machines]
    moved = "taken back" if report["rollback"] else "on the image"
    figures = [
        (sum(state in SETTLED_CLUSTER_STATES for state in states), len(states), f"clusters with the image{planned}"),
        (sum(catalog.settled for catalog in story.catalogs), len(story.catalogs), f"catalogs {moved}{planned}"),
        (sum(current for _total, current in counted), sum(total for total, _current in counted), "machines run the image"),
    ]
    return [_figure(*figure) for figure in figures if figure[1]]


def _figure(done: int, total: int, words: str) -> Element:
    return _element("span", _element("b", str(done)), _element("i", f" of {total} "), _element("span", words), class_="figure")


def _facts(story: _Story) -> list[tuple[Node, ...]]:
    report = story.report
    protection = report["protection"]
    snapshot = _code(protection["snapshot_id"]) if protection.get("snapshot_id") else None
    return [
        ("Image", _name(report["image"])),
        ("Golden VM", _name(report["base_vm"]), *_on_source(report)),
        ("Protection domain", _name(report["protection_domain"]) if report["protection_domain"] else None),
        ("Its snapshot", snapshot),
        ("Started", _moment(from_iso_milliseconds(report["started"]))),
        ("Lasted", _duration(report["seconds"])),
        ("Run by", _name(report["operator"]) if report["operator"] else None),
    ]


def _on_source(report: Mapping[str, Any]) -> tuple[Node, ...]:
    return (" on ", _name(report["source"])) if report["source"] else ()


def _fact(term: Node, *values: Node) -> Element:
    return _element("div", _element("dt", term), _element("dd", *values))


# The parts


def _problems(story: _Story) -> Element | None:
    unsettled = [row for row in story.report["rows"] if not row["settled"]]
    if not unsettled:
        return None
    again = (
        "Remove the obstacles and look again."
        if story.report["check_mode"]
        else "Mend the cause and run the same command again: it does the rest and nothing else."
    )
    # What many catalogs have in common is told once.
    alike: dict[tuple[str, str, str], list[str]] = {}
    for row in unsettled:
        alike.setdefault((row["where"], row["result"], row["detail"]), []).append(row["what"])
    items = []
    for (where, result, detail), parts in alike.items():
        what = [node for part in parts for node in (", ", _name(part))]
        items.append(_element("li", _element("strong", _name(where), *what, ": ", result), _element("p", detail) if detail else None))
    return _section("problems", "What is missing", _element("p", again), _element("ol", *items, class_="problems"))


def _timeline(story: _Story) -> Element:
    if not story.steps:
        why = "A plan does nothing, so it has no timeline." if story.report["check_mode"] else "Nothing had to be done, so nothing took any time."
        return _section("timeline", "Timeline", _element("p", why, class_="quiet"))
    used = {step.phase for step in story.steps}
    legend = [_element("li", _element("span", class_=f"swatch {_css(phase)}", aria_hidden="true"), PHASE_TITLES[phase]) for phase in PHASES if phase in used]
    if any(step.failed for step in story.steps):
        legend.append(_element("li", _element("span", class_="swatch failed", aria_hidden="true"), "Failed"))
    return _section(
        "timeline",
        "Timeline",
        _element("ul", *legend, class_="legend", aria_label="Colours"),
        _critical_path(story),
        *(_lanes(story, "Clusters", list(story.report["clusters"]), "")),
        *(part for site in story.report["sites"] for part in _lanes(story, f"Catalogs of {site}", [site], site)),
    )


def _critical_path(story: _Story) -> Element:
    chain = story.critical
    took = sum(step.seconds for step in chain)
    whole = _duration(story.report["seconds"])
    told = f"These steps waited for one another and took {_duration(took)} of the {whole} that the run lasted. Their bars are the thick ones below."
    lanes = [_lane(story, _lane_name(step, story), [step], _duration(step.seconds), PHASE_TITLES[step.phase]) for step in chain]
    return _element(
        "div", _element("h3", "Critical path"), _element("p", told, class_="quiet"), _axis(story.scale), _element("ol", *lanes, class_="lanes"), class_="chart"
    )


def _lanes(story: _Story, title: str, hosts: Sequence[str], site: str) -> list[Element]:
    """One line for each cluster, or for each catalog of a site; nothing when none of them was at work."""
    steps = [step for step in story.steps if step.where in hosts and bool(step.what) == bool(site)]
    by_lane: dict[tuple[str, str], list[Step]] = {lane: [] for lane in ([(host, "") for host in hosts] if not site else [])}
    for step in steps:
        by_lane.setdefault(step.lane, []).append(step)
    lines = [_lane(story, _lane_name(mine[0], story), mine, story.took(*lane)) for lane, mine in by_lane.items() if mine]
    if not lines:
        return []
    summary = f"{len(lines)} at work"
    return [_foldable(title, summary, len(lines), _axis(story.scale), _element("ol", *lines, class_="lanes"), class_="chart")]


def _lane_name(step: Step, story: _Story) -> str:
    return step.what or step.where


def _axis(scale: _Scale) -> Element:
    step = scale.tick_seconds()
    labels = []
    for number in range(int(scale.seconds / step) + 1):
        percent = number * step / scale.seconds * 100
        labels.append(
            _element("span", _tick(number * step), style=f"left: {percent:.3f}%", class_="end" if percent > 92 else "start" if number == 0 else "mid")
        )
    return _element("div", _element("div", *labels, class_="ticks"), class_="axis", aria_hidden="true")


def _lane(story: _Story, name: str, steps: Sequence[Step], took: str, title: str = "") -> Element:
    critical = [step for step in steps if step in story.critical]
    spoken = "; ".join(f"{_told(step)}{', on the critical path' if step in critical else ''}" for step in steps)
    drawing = _element(
        "svg",
        *(_bar(story.scale, step, step in critical) for step in steps),
        role="img",
        aria_label=f"{name}: {spoken}",
        style=f"--tick: {story.scale.tick_seconds() / story.scale.seconds * 100:.4f}%",
    )
    label = _element("span", _element("b", title) if title else None, " " if title else None, _name(name), class_="name")
    return _element("li", label, drawing, _element("span", took, class_="took"), class_="lane critical" if critical else "lane")


def _bar(scale: _Scale, step: Step, critical: bool) -> Element:
    left, right = scale.percent(step.started), scale.percent(step.finished)
    return _element(
        "rect",
        _element("title", _told(step)),
        class_=f"{_css(step.phase)}{' failed' if step.failed else ''}{' on-path' if critical else ''}",
        x=f"{left:.3f}%",
        width=f"{max(right - left, 0.25):.3f}%",
        y="1" if critical else "5",
        height="14" if critical else "6",
        rx="1.5",
    )


def _told(step: Step) -> str:
    """'Publish 15 min 2 s, 23:43:12 to 23:58:14 UTC'"""
    return (
        f"{PHASE_TITLES[step.phase]}{' failed after' if step.failed else ''} {_duration(step.seconds)}, {step.started:%H:%M:%S} to {step.finished:%H:%M:%S} UTC"
    )


def _css(phase: str) -> str:
    return phase.replace(" ", "-")


def _clusters(story: _Story) -> Element | None:
    clusters = story.report["clusters"]
    if not clusters:
        return None
    rows = []
    for host, cluster in sorted(clusters.items(), key=lambda item: item[1]["state"] in SETTLED_CLUSTER_STATES and not item[1].get("leftover")):
        state = cluster["state"]
        settled = state in SETTLED_CLUSTER_STATES
        detail = [] if settled and not cluster.get("message") else [cluster.get("message") or ""]
        if cluster.get("leftover"):
            detail.append(f"The temporary VM is still there: {cluster['leftover']}")
        source = _element("small", "source") if host == story.report["source"] else None
        plan = "Keep the image" if state == "present" else "Make the image"
        rows.append(
            _row(
                [_name(host), " ", source],
                plan,
                _outcome(SETTLED_CLUSTER_STATES.get(state, state), settled and not cluster.get("leftover"), detail),
                story.took(host),
            )
        )
    return _section("clusters", "Clusters", _table("Clusters", "Cluster", rows))


def _catalogs(story: _Story) -> Element | None:
    if not story.report["sites"]:
        return None
    parts = []
    for site, result in story.report["sites"].items():
        mine = sorted((catalog for catalog in story.catalogs if catalog.site == site), key=lambda catalog: catalog.settled)
        rows = [
            _row(
                [_name(catalog.name), " ", _element("small", f"wave {catalog.wave}") if catalog.wave else None],
                _name(catalog.plan),
                _outcome(catalog.happened, catalog.settled, [catalog.detail, _machines(catalog)]),
                story.took(site, catalog.name),
            )
            for catalog in mine
        ]
        done = sum(catalog.settled for catalog in mine)
        failure = _element("p", _mark(False), result["message"]) if result["message"] else None
        table = _table(f"Catalogs of {site}", "Catalog", rows) if rows else _element("p", "No catalogs of this site use the image.", class_="quiet")
        parts.append(_foldable(site, f"{done} of {len(mine)} as wanted", len(mine), failure, table))
    return _section("catalogs", "Catalogs", *parts)


def _table(caption: str, first: str, rows: Sequence[Element]) -> Element:
    """Roles are said, because narrow screens show the rows as blocks, and browsers then forget that they are a table."""
    heads = [_element("th", text, scope="col", role="columnheader") for text in (first, "Planned", "What happened", "Took")]
    return _element(
        "table",
        _element("caption", caption, class_="spoken"),
        _element("thead", _element("tr", *heads, role="row"), role="rowgroup"),
        _element("tbody", *rows, role="rowgroup"),
        role="table",
    )


def _row(name: Sequence[Node], plan: Node, outcome: Element, took: str) -> Element:
    return _element(
        "tr",
        _element("th", *name, scope="row", role="rowheader"),
        _element("td", plan, role="cell", class_="plan"),
        outcome,
        _element("td", took, role="cell", class_="took"),
        role="row",
    )


def _outcome(words: str, settled: bool, details: Sequence[str]) -> Element:
    notes = [_element("p", detail) for detail in details if detail]
    return _element("td", _mark(settled), _sentence(words), *notes, role="cell", class_="outcome good" if settled else "outcome bad")


def _lineage(story: _Story) -> Element | None:
    report = story.report
    if not report["clusters"]:
        return None
    snapshot_id = report["protection"].get("snapshot_id") or next((found for found in map(_snapshot_of, report["clusters"].values()) if found), "")
    images = [_image_branch(story, host, cluster) for host, cluster in report["clusters"].items()]
    homeless = [catalog for catalog in story.catalogs if catalog.cluster not in report["clusters"]]
    if homeless:
        images.append(
            _foldable_item([_element("span", "Catalogs that name no cluster")], [_catalog_leaf(catalog) for catalog in homeless], len(story.catalogs))
        )
    domain = (" of the protection domain ", _name(report["protection_domain"])) if report["protection_domain"] else ()
    snapshot = _code(snapshot_id) if snapshot_id else "None yet"
    tree = _element(
        "ul",
        _element(
            "li",
            _element("span", _kind("Golden VM"), _name(report["base_vm"]), *_on_source(report)),
            _element("ul", _element("li", _element("span", _kind("Snapshot"), snapshot, *domain), _element("ul", *images))),
        ),
        class_="tree",
    )
    return _section("lineage", "Lineage", _element("p", "Where the image of each catalog comes from.", class_="quiet"), tree)


def _snapshot_of(cluster: Mapping[str, Any]) -> str:
    return str(cluster.get("snapshot_id") or "")


def _image_branch(story: _Story, host: str, cluster: Mapping[str, Any]) -> Element:
    mine = [catalog for catalog in story.catalogs if catalog.cluster == host]
    has_image = cluster["state"] in SETTLED_CLUSTER_STATES
    head: list[Node] = [_kind(f"Image on {host}"), _name(story.report["image"]) if has_image else _element("span", _mark(False), "No image")]
    if mine:
        head += [" ", _element("small", f"{sum(catalog.settled for catalog in mine)} of {len(mine)} catalogs on it")]
    if has_image:
        head.append(_origin(cluster))
    return _foldable_item(head, [_catalog_leaf(catalog) for catalog in mine], len(story.catalogs) + len(story.report["clusters"]))


def _origin(cluster: Mapping[str, Any]) -> Element | None:
    uuid, snapshot_id = cluster.get("image_uuid"), _snapshot_of(cluster)
    told = [_code(uuid) if uuid else None, " from the snapshot " if snapshot_id else None, _code(snapshot_id) if snapshot_id else None]
    return _element("small", *told, class_="origin") if uuid or snapshot_id else None


def _catalog_leaf(catalog: _Catalog) -> Element:
    told = f"{catalog.happened} ({catalog.detail})" if catalog.detail and not catalog.settled else catalog.happened
    words = _element("small", _mark(catalog.settled), told, f" · {_machines(catalog)}" if catalog.machines else None)
    return _element("li", _element("span", _kind(f"Catalog on {catalog.site}"), _name(catalog.name), " ", words))


def _machines(catalog: _Catalog) -> str:
    return f"{catalog.machines[1]} of {catalog.machines[0]} machines run the image" if catalog.machines else ""


def _footer(story: _Story) -> Element:
    finished = _moment(from_iso_milliseconds(story.report["finished"]))
    return _element("footer", _element("p", "Written by euc.nutanix_citrix.image_release_report on ", finished, ". All times are UTC."))


# Pieces


def _section(section_id: str, heading: str, *content: Node) -> Element:
    return _element("section", _element("h2", heading, id=f"{section_id}-heading"), *content, id=section_id, aria_labelledby=f"{section_id}-heading")


def _heading_text(section: Element) -> str:
    return section[0].text or ""


def _foldable(title: str, summary: str, length: int, *content: Node, class_: str = "") -> Element:
    head = _element("summary", _element("h3", _name(title)), " ", _element("small", summary))
    return _element("details", head, *content, class_=class_ or None, open="open" if length <= FOLD_BEYOND else None)


def _foldable_item(head: Sequence[Node], leaves: Sequence[Element], length: int) -> Element:
    if not leaves:
        return _element("li", _element("span", *head))
    return _element("li", _element("details", _element("summary", *head), _element("ul", *leaves), open="open" if length <= FOLD_BEYOND else None))


def _mark(good: bool) -> Element:
    return _element("span", "✓ " if good else "✕ ", class_="good" if good else "bad", aria_hidden="true")


def _kind(text: str) -> Element:
    return _element("span", _name(text), class_="kind")


def _name(text: object) -> Element:
    """A name from outside: kept together with its own direction of writing."""
    return _element("bdi", str(text))


def _code(text: object) -> Element:
    return _element("code", str(text))


def _moment(moment: datetime) -> Element:
    return _element("time", f"{moment:%Y-%m-%d %H:%M:%S} UTC", datetime=f"{moment:%Y-%m-%dT%H:%M:%SZ}")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _duration(seconds: float) -> str:
    """'0.4 s', '42 s', '3 min 20 s', '2 h 5 min'"""
    if seconds < 0.05:
        return "< 0.1 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min" if whole % 3600 >= 60 else f"{whole // 3600} h"


def _tick(seconds: float) -> str:
    return "0" if not seconds else f"{seconds:g} s" if seconds < 60 else _duration(seconds)


def _element(tag: str, *content: Node, **attributes: str | None) -> Element:
    """An element; text is escaped when the page is written. `class_` stands for class, `aria_label` for aria-label; None is left out."""
    element = Element(tag, {name.rstrip("_").replace("_", "-"): _text(value) for name, value in attributes.items() if value is not None})
    for node in content:
        if isinstance(node, str):
            _append_text(element, _text(node))
        elif node is not None:
            element.append(node)
    return element


def _append_text(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _text(text: str) -> str:
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)
