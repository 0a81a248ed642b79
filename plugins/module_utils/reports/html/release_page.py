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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.operator_input import is_meant
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.release_lineage import (
    lineage,
    settled,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.render import (
    one_or_many,
    render,
    sections,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.prepared_images import trees
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release import (
    LATER,
    SETTLED_CLUSTER_STATES,
    UNSETTLED_CATALOG_ACTIONS,
    good_actions,
    name_of,
    why_waiting,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release_timeline import (
    TimelineStep,
    from_dicts,
)

PHASE_TITLES = {
    "snapshot": "Snapshot",
    "replicate": "Replicate",
    "restore": "Restore",
    "image": "Image",
    "remove": "Clean up",
    "definition": "Define",
    "preparation": "Prepare",
    "share": "Share",
    "publish": "Publish",
    "roll back": "Roll back",
}
PHASE_COLOURS = {
    "snapshot": ("#9c6b06", "#d8aa45"),
    "replicate": ("#2e6cb2", "#6aa6e8"),
    "restore": ("#0f7d76", "#3eb9ae"),
    "image": ("#41792d", "#82bd66"),
    "remove": ("#767b83", "#8f959d"),
    "definition": ("#9c6b06", "#d8aa45"),
    "preparation": ("#0f7d76", "#3eb9ae"),
    "share": ("#2e6cb2", "#6aa6e8"),
    "publish": ("#6952b0", "#a996ea"),
    "roll back": ("#a6457f", "#dd86b8"),
}
# What was planned for catalogs that have the image already
PLANS = {"unchanged": "Leave as it is", "restarted": "Restart its machines", "restart_planned": "Restart its machines"}


@dataclass(frozen=True)
class _Work:
    """When what was done in a run."""

    report: Mapping[str, Any]
    steps: Sequence[TimelineStep]
    critical: Sequence[TimelineStep]
    scale: Scale

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> _Work:
        """Of a report, or of an earlier run in it."""
        steps = from_dicts(report["timeline"])
        began, ended = from_iso_milliseconds(report["started"]), from_iso_milliseconds(report["finished"])
        return cls(report, steps, from_dicts(report["critical_path"]), Scale.of(began, ended, steps))

    def took(self, where: str, what: str = "") -> str:
        """How long a cluster or catalog was at work, '' when it was not."""
        return span([step for step in self.steps if step.lane == (where, what)])

    def lane(self, steps: Sequence[TimelineStep], took: str, title: str = "") -> Lane:
        """A line with these steps."""
        bars = [Bar(step, PHASE_TITLES[step.phase], step in self.critical) for step in steps]
        return Lane(self.scale, steps[0].what or steps[0].where, bars, took, title)

    def timeline(self) -> Timeline:
        """The critical path, the clusters, and the catalogs of each site."""
        if not self.steps:
            return empty_timeline(self.report["check_mode"])
        things = "Images and catalogs" if self.report.get("definitions") else "Catalogs"
        sites = [self._chart(f"{things} of {site}", [site], True) for site in self.report["sites"]]
        charts = [
            self._critical_path(),
            self._chart(_places(self.report), list(self.report["clusters"]), False),
            *sites,
        ]
        return Timeline.of(self.steps, PHASE_TITLES, charts)

    def _critical_path(self) -> Chart:
        took = duration(sum(step.seconds for step in self.critical))
        note = (
            f"These steps waited for one another and took {took} of the {duration(self.report['seconds'])} that the run"
            " lasted. Their bars are the thick ones below."
        )
        lanes = [self.lane([step], duration(step.seconds), PHASE_TITLES[step.phase]) for step in self.critical]
        return Chart("Critical path", self.scale, lanes, note)

    def _chart(self, title: str, hosts: Sequence[str], of_catalogs: bool) -> Chart | None:
        """One line for each cluster, or for each catalog of a site; nothing when none of them was at work."""
        by_lane: dict[tuple[str, str], list[TimelineStep]] = {} if of_catalogs else {(host, ""): [] for host in hosts}
        for step in self.steps:
            if step.where in hosts and bool(step.what) == of_catalogs:
                by_lane.setdefault(step.lane, []).append(step)
        lanes = [self.lane(mine, span(mine)) for mine in by_lane.values() if mine]
        if lanes:
            return Chart(title, self.scale, lanes, summary=f"{len(lanes)} at work")
        return None


def release_page(report: Mapping[str, Any], template: str | None = None) -> str:
    """`report` is what image_release_report writes as JSON, `template` the path of a user's own."""
    return render("release.html.j2", template, view(report))


def view(report: Mapping[str, Any]) -> dict[str, Any]:
    """What a template is given."""
    work, verdict = _Work.of(report), _verdict(report)
    catalogs = [catalog for site in report["sites"] for catalog in _catalogs_of(site, report, work)]
    earlier = _earlier_runs(report)
    parts = {
        "problems": _problems(report),
        "timeline": work.timeline(),
        "clusters": _clusters(report, work),
        "sites": [_site(site, result, catalogs) for site, result in report["sites"].items()],
        "paths": list(map(_path, report.get("paths") or [])),
        "lineage": lineage(report, catalogs) if report["clusters"] else None,
        "prepared": trees(report.get("definitions") or {}, catalogs),
    }
    blocks = {**parts, "catalogs": parts["sites"]}
    headings = {
        "problems": "What is missing",
        "timeline": "Timeline",
        **{run["id"]: "What was done before" for run in earlier},
        "clusters": _places(report),
        "catalogs": "Catalogs",
        "paths": "Paths of the image",
        "lineage": "Lineage",
        "prepared": "Prepared images",
    }
    return {
        "report": report,
        "module": "image_release_report",
        "title": f"{name_of(report)} of {report['base_vm']}: {verdict.words}",
        "eyebrow": "Roll-back of a release" if report["rollback"] else "Image release",
        "name": report["base_vm"],
        "id": report["release"],
        "verdict": verdict,
        "figures": _figures(report, catalogs),
        "started": from_iso_milliseconds(report["started"]),
        "finished": from_iso_milliseconds(report["finished"]),
        "colours": colours_of(PHASE_COLOURS),
        "sections": sections(headings, blocks),
        "catalogs": catalogs,
        "earlier_runs": earlier,
        **parts,
    }


def _places(report: Mapping[str, Any]) -> str:
    if report.get("of_pools"):
        return "Pools"
    return "Clusters"


def _verdict(report: Mapping[str, Any]) -> Verdict:
    count = len(report["problems"])
    hindered = f"{one_or_many(count, 'part is', 'parts are')} missing; why is said below."
    if report["check_mode"]:
        sentence = "This is what the run would do."
        if count:
            sentence = f"It would not be complete: {hindered}"
        return Verdict("plan", "A plan: nothing was changed.", sentence)
    if count:
        return Verdict("bad", "Not complete.", hindered)
    if report.get("later"):
        return Verdict("plan", "Not complete, as wished.", report["later"]["text"])
    sentence = f"Every {'pool' if report.get('of_pools') else 'cluster'} has the image and every catalog is on it."
    if report.get("definitions"):
        sentence = "Every version is in its hosting units and every catalog is on it."
    if not report["timeline"]:
        sentence = "Everything was there already; nothing had to be done."
    elif report["rollback"]:
        sentence = "Every catalog has left the image."
    return Verdict("good", "Complete.", sentence)


def _figures(report: Mapping[str, Any], catalogs: Sequence[Mapping[str, Any]]) -> list[Figure]:
    suffix = " (planned)" if report["check_mode"] else ""
    verb = "taken back" if report["rollback"] else "on the image"
    clusters = report["clusters"]
    with_image = sum(cluster["state"] in SETTLED_CLUSTER_STATES for cluster in clusters.values())
    running, machines = sum(each["running_image"] for each in catalogs), sum(each["machines"] for each in catalogs)
    rows = [
        (with_image, len(clusters), f"{_places(report).casefold()} with the image{suffix}"),
        (settled(catalogs), len(catalogs), f"catalogs {verb}{suffix}"),
        (running, machines, "machines run the image"),
    ]
    return [Figure(number, words, f" of {total} ") for number, total, words in rows if total]


def _problems(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is not settled; what many catalogs have in common is told once: {where, parts, result, texts}."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for row in report["rows"]:
        if not row["settled"]:
            alike.setdefault((row["where"], row["result"], row["detail"], row["advice"]), []).append(row["what"])
    return [
        {"where": where, "parts": parts, "result": result, "texts": list(filter(None, (detail, advice)))}
        for (where, result, detail, advice), parts in alike.items()
    ]


def _earlier_runs(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What earlier runs of the same release did, the newest first: the run that did the work is not forgotten for the
    idle one after it."""
    runs = []
    for number, run in enumerate(reversed(report.get("runs", [])[:-1]), start=1):
        start = from_iso_milliseconds(run["started"])
        if run["timeline"]:
            timeline = _Work.of({**report, **run}).timeline()
            runs.append({"id": f"run-{number}", "started": start, "words": _heading(run), "timeline": timeline})
    return runs


def _heading(run: Mapping[str, Any]) -> str:
    """How long an earlier run lasted, whose it was, and how it ended."""
    lasted, end = f"which lasted {duration(run['seconds'])}", "complete"
    if run["operator"]:
        lasted += f", run by {run['operator']}"
    if run["problems"]:
        end = f"{len(run['problems'])} missing"
    elif run.get("later"):
        end = "ended early, as wished"
    return f"An earlier run of the same release, {lasted}: {end}."


def _clusters(report: Mapping[str, Any], work: _Work) -> list[dict[str, Any]]:
    """A line for each cluster, what is not settled first."""
    rows = []
    for host, cluster in report["clusters"].items():
        state, leftover = cluster["state"], cluster.get("leftover")
        has_image, (message, advice) = state in SETTLED_CLUSTER_STATES, why(cluster)
        details = []
        if message or not has_image:
            details = [message, advice]
        if leftover:
            details.append(f"The temporary VM is still there: {in_one(*why(leftover))}")
        rows.append(
            {
                "name": host,
                "is_source": host == report["source"],
                "plan": "Keep the image" if state == "present" else "Make the image",
                "result": SETTLED_CLUSTER_STATES.get(state, state),
                "settled": has_image and not leftover,
                "details": details,
                "took": work.took(host),
            }
        )
    return sorted(rows, key=lambda row: bool(row["settled"]))


def _catalogs_of(site: str, report: Mapping[str, Any], work: _Work) -> list[dict[str, Any]]:
    """The catalogs of a site, those that were not touched last."""
    to_come, result = "Move back" if report["rollback"] else "Move to the image", report["sites"][site]
    catalogs = [_moved(catalog, site, report, to_come) for catalog in result["catalogs"]]
    catalogs += [_untouched(catalog, site, report, to_come) for catalog in result["waiting"]]
    return [{**catalog, "site": site, "took": work.took(site, catalog["name"])} for catalog in catalogs]


def _moved(catalog: Mapping[str, Any], site: str, report: Mapping[str, Any], to_come: str) -> dict[str, Any]:
    good = good_actions(report["rollback"])
    action, wish = catalog["action"], _wish_for(catalog, report, site)
    before = (catalog.get("before") or {}).get("name")
    if before:
        to_come = f"Move from {before}"
    settled, detail = action in good, in_one(*why(catalog))
    if settled and action != LATER:
        detail = catalog.get("warning") or ""
    return {
        "name": catalog.get("full_name") or catalog.get("name") or catalog.get("id") or "",
        "cluster": wish.get("cluster") or "",
        "definition": wish.get("definition") or "",
        "hosting_unit": catalog.get("hosting_unit") or "",
        "plan": PLANS.get(action, to_come),
        "result": {**UNSETTLED_CATALOG_ACTIONS, **good}.get(action, action),
        # What was left as wished is neither
        "settled": None if action == LATER else settled,
        "detail": detail,
        "wave": str(catalog.get("wave") or ""),
        **_behind_gate(catalog.get("gate"), action),
    }


def _behind_gate(gate: Mapping[str, Any] | None, action: str) -> dict[str, Any]:
    if not gate:
        return {"machines": 0, "running_image": 0, "machine_words": ""}
    proven = 0 if action == "rolled_back" else gate["proven"]
    words = f"{proven} of {gate['machines']} machines run the image"
    return {"machines": gate["machines"], "running_image": proven, "machine_words": words}


def _untouched(catalog: Mapping[str, Any], site: str, report: Mapping[str, Any], to_come: str) -> dict[str, Any]:
    folder, name = catalog.get("folder"), catalog.get("name") or catalog.get("id") or ""
    return {
        "name": f"{folder}/{name}" if folder else name,
        "cluster": catalog.get("cluster") or "",
        "definition": catalog.get("definition") or "",
        "hosting_unit": "",
        "plan": to_come,
        "result": "not touched",
        "settled": False,
        "detail": why_waiting(catalog, report["sites"][site], report["clusters"]),
        "wave": "",
        "machines": 0,
        "running_image": 0,
        "machine_words": "",
    }


def _wish_for(catalog: Mapping[str, Any], report: Mapping[str, Any], site: str) -> Mapping[str, Any]:
    """What the operator wanted of a catalog."""
    return next((entry for entry in report["wanted"].get(site) or [] if is_meant(entry, catalog)), {})


def _site(site: str, result: Mapping[str, Any], catalogs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    mine = sorted(
        (catalog for catalog in catalogs if catalog["site"] == site), key=lambda catalog: bool(catalog["settled"])
    )
    failure = in_one(*why(result)) if result["message"] else ""
    summary = f"{settled(mine)} of {len(mine)} as wanted"
    return {"name": site, "failure": failure, "catalogs": mine, "summary": summary}


def _path(path: Mapping[str, Any]) -> dict[str, Any]:
    """The same with moments."""
    moments = {name: path[name] and from_iso_milliseconds(path[name]) for name in ("arrived", "restored", "made")}
    return {**path, **moments}
