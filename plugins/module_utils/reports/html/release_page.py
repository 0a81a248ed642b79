# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a release as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import in_one, why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import from_iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.page import (
    Bar,
    Element,
    Node,
    Scale,
    Verdict,
    axis,
    bdi,
    code,
    document,
    element,
    figure,
    foldable,
    foldable_item,
    footer,
    header,
    kind,
    lane_line,
    legend,
    mark,
    moment,
    outcome,
    section,
    span,
    table,
    table_row,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.release_page_style import STYLE
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release import (
    SETTLED_CATALOG_ACTIONS,
    SETTLED_CLUSTER_STATES,
    SETTLED_ROLLBACK_ACTIONS,
    UNSETTLED_CATALOG_ACTIONS,
    is_meant,
    why_waiting,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release_timeline import (
    PHASES,
    Step,
    from_dicts,
)

PHASE_TITLES = {
    "snapshot": "Snapshot",
    "replicate": "Replicate",
    "restore": "Restore",
    "image": "Image",
    "remove": "Clean up",
    "publish": "Publish",
    "roll back": "Roll back",
}
# What was planned for catalogs that have the image already
PLANS = {"unchanged": "Leave as it is", "restarted": "Restart its machines", "restart_planned": "Restart its machines"}
HEADS = ("Planned", "What happened", "Took")


@dataclass(frozen=True)
class _Catalog:
    """One catalog of a site as the page tells of it. `cluster` is empty when none is named for it; `machines` are all,
    and those that run the image."""

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
class _Story:
    """The report, looked through once for all parts of the page."""

    report: Mapping[str, Any]
    steps: Sequence[Step]
    critical: Sequence[Step]
    catalogs: Sequence[_Catalog]
    scale: Scale

    def took(self, where: str, what: str = "") -> str:
        """How long a cluster or catalog was at work, '' when it was not."""
        return span([step for step in self.steps if step.lane == (where, what)])


def release_page(report: Mapping[str, Any]) -> str:
    """`report` is what image_release_report writes as JSON."""
    story = _story(report)
    title = f"{'Roll-back of release' if report['rollback'] else 'Release'} {report['release']} of {report['base_vm']}"
    sections = [
        _problems(story),
        _timeline(story),
        *_earlier_timelines(report),
        _clusters(story),
        _catalogs(story),
        _lineage(story),
    ]
    foot = footer("image_release_report", from_iso_milliseconds(report["finished"]))
    return document(f"{title}: {_verdict(story).words}", STYLE, _header(story), sections, foot)


def _story(report: Mapping[str, Any]) -> _Story:
    steps = from_dicts(report["timeline"])
    began, ended = (from_iso_milliseconds(report[name]) for name in ("started", "finished"))
    catalogs = [catalog for site in report["sites"] for catalog in _catalogs_of(site, report)]
    return _Story(report, steps, from_dicts(report["critical_path"]), catalogs, Scale.of(began, ended, steps))


def _catalogs_of(site: str, report: Mapping[str, Any]) -> list[_Catalog]:
    result = report["sites"][site]
    return [_touched(site, catalog, report) for catalog in result["catalogs"]] + [
        _waiting(site, catalog, report) for catalog in result["waiting"]
    ]


def _touched(site: str, catalog: Mapping[str, Any], report: Mapping[str, Any]) -> _Catalog:
    good = SETTLED_ROLLBACK_ACTIONS if report["rollback"] else SETTLED_CATALOG_ACTIONS
    action = catalog["action"]
    before = (catalog.get("before") or {}).get("name")
    gate = catalog.get("gate")
    return _Catalog(
        site=site,
        name=catalog.get("full_name") or catalog.get("name") or catalog.get("id") or "",
        cluster=_cluster_of(catalog, report["wanted"].get(site) or []),
        plan=PLANS.get(action) or (f"Move from {before}" if before else _plan(report)),
        happened={**UNSETTLED_CATALOG_ACTIONS, **good}.get(action, action),
        settled=action in good,
        detail=(catalog.get("warning") or "") if action in good else in_one(*why(catalog)),
        wave=str(catalog.get("wave") or ""),
        machines=(gate["machines"], 0 if action == "rolled_back" else gate["proven"]) if gate else None,
    )


def _waiting(site: str, catalog: Mapping[str, Any], report: Mapping[str, Any]) -> _Catalog:
    cluster = catalog.get("cluster") or ""
    folder, name = catalog.get("folder"), catalog.get("name") or catalog.get("id") or ""
    return _Catalog(
        site=site,
        name=f"{folder}/{name}" if folder else name,
        cluster=cluster,
        plan=_plan(report),
        happened="not touched",
        settled=False,
        detail=why_waiting(catalog, report["sites"][site], report["clusters"]),
    )


def _plan(report: Mapping[str, Any]) -> str:
    return "Move back" if report["rollback"] else "Move to the image"


def _cluster_of(catalog: Mapping[str, Any], wanted: Sequence[Mapping[str, Any]]) -> str:
    """The cluster that the operator named for a catalog."""
    return next((entry.get("cluster") or "" for entry in wanted if is_meant(entry, catalog)), "")


# The head of the page


def _header(story: _Story) -> Element:
    report = story.report
    eyebrow = "Roll-back of a release" if report["rollback"] else "Image release"
    return header(eyebrow, report["base_vm"], report["release"], _verdict(story), _figures(story), _facts(story))


def _verdict(story: _Story) -> Verdict:
    report = story.report
    count = len(report["problems"])
    hindered = f"{count} {'part is' if count == 1 else 'parts are'} missing; why is said below."
    if report["check_mode"]:
        return Verdict(
            "plan",
            "A plan: nothing was changed.",
            f"It would not be complete: {hindered}" if count else "This is what the run would do.",
        )
    if count:
        return Verdict("bad", "Not complete.", hindered)
    if not story.steps:
        return Verdict("good", "Complete.", "Everything was there already; nothing had to be done.")
    done = (
        "Every catalog has left the image."
        if report["rollback"]
        else "Every cluster has the image and every catalog is on it."
    )
    return Verdict("good", "Complete.", done)


def _figures(story: _Story) -> list[Element]:
    report = story.report
    planned = " (planned)" if report["check_mode"] else ""
    states = [cluster["state"] for cluster in report["clusters"].values()]
    counted = [catalog.machines for catalog in story.catalogs if catalog.machines]
    moved = "taken back" if report["rollback"] else "on the image"
    figures = [
        (sum(state in SETTLED_CLUSTER_STATES for state in states), len(states), f"clusters with the image{planned}"),
        (sum(catalog.settled for catalog in story.catalogs), len(story.catalogs), f"catalogs {moved}{planned}"),
        (
            sum(current for _total, current in counted),
            sum(total for total, _current in counted),
            "machines run the image",
        ),
    ]
    return [figure(done, f" of {total} ", words) for done, total, words in figures if total]


def _facts(story: _Story) -> list[tuple[Node, ...]]:
    report = story.report
    protection = report["protection"]
    snapshot = code(protection["snapshot_id"]) if protection.get("snapshot_id") else None
    return [
        ("Image", bdi(report["image"])),
        ("Golden VM", bdi(report["base_vm"]), *_on_source(report)),
        ("Protection domain", bdi(report["protection_domain"]) if report["protection_domain"] else None),
        ("Its snapshot", snapshot),
        ("Started", moment(from_iso_milliseconds(report["started"]))),
        ("Lasted", duration(report["seconds"])),
        ("Run by", bdi(report["operator"]) if report["operator"] else None),
    ]


def _on_source(report: Mapping[str, Any]) -> tuple[Node, ...]:
    return (" on ", bdi(report["source"])) if report["source"] else ()


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
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for row in unsettled:
        alike.setdefault((row["where"], row["result"], row["detail"], row["advice"]), []).append(row["what"])
    items = []
    for (where, result, detail, advice), parts in alike.items():
        what = [node for part in parts for node in (", ", bdi(part))]
        told = [element("p", text) for text in (detail, advice) if text]
        items.append(element("li", element("strong", bdi(where), *what, ": ", result), *told))
    return section("problems", "What is missing", element("p", again), element("ol", *items, class_="problems"))


def _timeline(story: _Story) -> Element:
    if not story.steps:
        empty = (
            "A plan does nothing, so it has no timeline."
            if story.report["check_mode"]
            else "Nothing had to be done, so nothing took any time."
        )
        return section("timeline", "Timeline", element("p", empty, class_="quiet"))
    return section("timeline", "Timeline", *_work(story))


def _work(story: _Story) -> list[Element]:
    used = {step.phase for step in story.steps}
    return [
        legend(
            [(phase, PHASE_TITLES[phase]) for phase in PHASES if phase in used],
            any(step.failed for step in story.steps),
        ),
        _critical_path(story),
        *(_lanes(story, "Clusters", list(story.report["clusters"]), "")),
        *(part for site in story.report["sites"] for part in _lanes(story, f"Catalogs of {site}", [site], site)),
    ]


def _earlier_timelines(report: Mapping[str, Any]) -> list[Element]:
    """What earlier runs of the same release did, the newest first: the run that did the work is not forgotten for the
    idle one after it."""
    sections = []
    for number, run in enumerate(reversed(report.get("runs", [])[:-1]), start=1):
        if not run["timeline"]:
            continue
        missing = len(run["problems"])
        who = f", run by {run['operator']}" if run["operator"] else ""
        told = (
            f"An earlier run of the same release, which lasted {duration(run['seconds'])}{who}:"
            f" {f'{missing} missing' if missing else 'complete'}."
        )
        story = _story({**report, **run})
        heading = element("p", moment(from_iso_milliseconds(run["started"])), ". ", told, class_="quiet")
        sections.append(section(f"run-{number}", "What was done before", heading, *_work(story)))
    return sections


def _critical_path(story: _Story) -> Element:
    chain = story.critical
    took = sum(step.seconds for step in chain)
    whole = duration(story.report["seconds"])
    told = (
        f"These steps waited for one another and took {duration(took)} of the {whole} that the run lasted. Their bars"
        " are the thick ones below."
    )
    lanes = [
        lane_line(story.scale, _lane_name(step), [_bar(story, step)], duration(step.seconds), PHASE_TITLES[step.phase])
        for step in chain
    ]
    return element(
        "div",
        element("h3", "Critical path"),
        element("p", told, class_="quiet"),
        axis(story.scale),
        element("ol", *lanes, class_="lanes"),
        class_="chart",
    )


def _lanes(story: _Story, title: str, hosts: Sequence[str], site: str) -> list[Element]:
    """One line for each cluster, or for each catalog of a site; nothing when none of them was at work."""
    steps = [step for step in story.steps if step.where in hosts and bool(step.what) == bool(site)]
    by_lane: dict[tuple[str, str], list[Step]] = {
        lane: [] for lane in ([(host, "") for host in hosts] if not site else [])
    }
    for step in steps:
        by_lane.setdefault(step.lane, []).append(step)
    lines = [
        lane_line(story.scale, _lane_name(mine[0]), [_bar(story, step) for step in mine], span(mine))
        for mine in by_lane.values()
        if mine
    ]
    if not lines:
        return []
    summary = f"{len(lines)} at work"
    return [
        foldable(title, summary, len(lines), axis(story.scale), element("ol", *lines, class_="lanes"), class_="chart")
    ]


def _lane_name(step: Step) -> str:
    return step.what or step.where


def _bar(story: _Story, step: Step) -> Bar:
    return Bar(step, PHASE_TITLES[step.phase], step in story.critical)


def _clusters(story: _Story) -> Element | None:
    clusters = story.report["clusters"]
    if not clusters:
        return None
    rows = []
    for host, cluster in sorted(
        clusters.items(), key=lambda item: item[1]["state"] in SETTLED_CLUSTER_STATES and not item[1].get("leftover")
    ):
        state = cluster["state"]
        settled = state in SETTLED_CLUSTER_STATES
        message, advice = why(cluster)
        detail = [] if settled and not message else [message, advice]
        if cluster.get("leftover"):
            detail.append(f"The temporary VM is still there: {in_one(*why(cluster['leftover']))}")
        source = element("small", "source") if host == story.report["source"] else None
        plan = "Keep the image" if state == "present" else "Make the image"
        rows.append(
            table_row(
                [bdi(host), " ", source],
                plan,
                outcome(SETTLED_CLUSTER_STATES.get(state, state), settled and not cluster.get("leftover"), detail),
                story.took(host),
            )
        )
    return section("clusters", "Clusters", table("Clusters", ("Cluster", *HEADS), rows))


def _catalogs(story: _Story) -> Element | None:
    if not story.report["sites"]:
        return None
    parts = []
    for site, result in story.report["sites"].items():
        mine = sorted(
            (catalog for catalog in story.catalogs if catalog.site == site), key=lambda catalog: catalog.settled
        )
        rows = [
            table_row(
                [bdi(catalog.name), " ", element("small", f"wave {catalog.wave}") if catalog.wave else None],
                bdi(catalog.plan),
                outcome(catalog.happened, catalog.settled, [catalog.detail, _machines(catalog)]),
                story.took(site, catalog.name),
            )
            for catalog in mine
        ]
        done = sum(catalog.settled for catalog in mine)
        failure = element("p", mark(False), in_one(*why(result))) if result["message"] else None
        listed = (
            table(f"Catalogs of {site}", ("Catalog", *HEADS), rows)
            if rows
            else element("p", "No catalogs of this site use the image.", class_="quiet")
        )
        parts.append(foldable(site, f"{done} of {len(mine)} as wanted", len(mine), failure, listed))
    return section("catalogs", "Catalogs", *parts)


def _lineage(story: _Story) -> Element | None:
    report = story.report
    if not report["clusters"]:
        return None
    snapshot_id = report["protection"].get("snapshot_id") or next(
        (found for found in map(_snapshot_of, report["clusters"].values()) if found), ""
    )
    images = [_image_branch(story, host, cluster) for host, cluster in report["clusters"].items()]
    homeless = [catalog for catalog in story.catalogs if catalog.cluster not in report["clusters"]]
    if homeless:
        images.append(
            foldable_item(
                [element("span", "Catalogs that name no cluster")],
                [_catalog_leaf(catalog) for catalog in homeless],
                len(story.catalogs),
            )
        )
    domain = (" of the protection domain ", bdi(report["protection_domain"])) if report["protection_domain"] else ()
    snapshot = code(snapshot_id) if snapshot_id else "None yet"
    tree = element(
        "ul",
        element(
            "li",
            element("span", kind("Golden VM"), bdi(report["base_vm"]), *_on_source(report)),
            element("ul", element("li", element("span", kind("Snapshot"), snapshot, *domain), element("ul", *images))),
        ),
        class_="tree",
    )
    return section(
        "lineage", "Lineage", element("p", "Where the image of each catalog comes from.", class_="quiet"), tree
    )


def _snapshot_of(cluster: Mapping[str, Any]) -> str:
    return str(cluster.get("snapshot_id") or "")


def _image_branch(story: _Story, host: str, cluster: Mapping[str, Any]) -> Element:
    mine = [catalog for catalog in story.catalogs if catalog.cluster == host]
    has_image = cluster["state"] in SETTLED_CLUSTER_STATES
    head: list[Node] = [
        kind(f"Image on {host}"),
        bdi(story.report["image"]) if has_image else element("span", mark(False), "No image"),
    ]
    if mine:
        head += [" ", element("small", f"{sum(catalog.settled for catalog in mine)} of {len(mine)} catalogs on it")]
    if has_image:
        head.append(_origin(cluster))
    return foldable_item(
        head, [_catalog_leaf(catalog) for catalog in mine], len(story.catalogs) + len(story.report["clusters"])
    )


def _origin(cluster: Mapping[str, Any]) -> Element | None:
    uuid, snapshot_id = cluster.get("image_uuid"), _snapshot_of(cluster)
    told = [
        code(uuid) if uuid else None,
        " from the snapshot " if snapshot_id else None,
        code(snapshot_id) if snapshot_id else None,
    ]
    return element("small", *told, class_="origin") if uuid or snapshot_id else None


def _catalog_leaf(catalog: _Catalog) -> Element:
    told = f"{catalog.happened} ({catalog.detail})" if catalog.detail and not catalog.settled else catalog.happened
    words = element("small", mark(catalog.settled), told, f" · {_machines(catalog)}" if catalog.machines else None)
    return element("li", element("span", kind(f"Catalog on {catalog.site}"), bdi(catalog.name), " ", words))


def _machines(catalog: _Catalog) -> str:
    return f"{catalog.machines[1]} of {catalog.machines[0]} machines run the image" if catalog.machines else ""
