# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a release, in rows for people and as one list of what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import options_of, why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.blast_radius import sentence, together
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.operator_input import LAST_WAVE, is_meant
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.wave_outcome import AS_WISHED
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import folder_levels
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release_timeline import (
    PUBLISH,
    REMOVE,
    ROLL_BACK,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.role_options import with_variables
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.rows import ReportRow
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

NOT_ASKED = "not asked"
UNKNOWN = "unknown"
# Why catalogs wait for clusters, by their state: of one, and of several
WAITING_WORDS = {
    "missing": ("lacks the image", "lack the image"),
    NOT_ASKED: ("was not asked", "were not asked"),
    UNKNOWN: ("is not known to have the image", "are not known to have the image"),
}
# The catalog of a wave behind the last one that the operator wished for
LATER = "later"
# What a failure of the restore, and of the publishing, advises to change is set by variables of the role.
VARIABLES = {
    "image": role_options.GOLDEN_VM,
    "replicate": {**role_options.GOLDEN_VM, **role_options.IMAGE},
    "restore": {**role_options.GOLDEN_VM, **role_options.IMAGE},
}
SETTLED_CLUSTER_STATES = {
    "present": "image was there",
    "made": "image made",
    "planned": "image would be made",
}
SETTLED_TEMPLATE_STATES = {
    "present": "template was there",
    "made": "template made",
    "planned": "template would be made",
}
SETTLED_CATALOG_ACTIONS = {
    "unchanged": "already on the image",
    "published": "moved to the image",
    "adopted": "running update waited for",
    "restarted": "already on the image, machines restart",
    "restart_planned": "already on the image, machines would restart",
    "planned": "would be moved to the image",
    LATER: "left for later",
}
SETTLED_ROLLBACK_ACTIONS = {
    "unchanged": "left as it is",
    "rolled_back": "moved back",
    "published": "moved back",
    "adopted": "running roll-back waited for",
    "planned": "would be moved back",
}
UNSETTLED_CATALOG_ACTIONS = {
    "gate_closed": "on the image, gate closed",
    "rolled_back": "rolled back",
    "not_ready": "not touched",
    "held": "not started",
    "window_over": "not started: window is over",
}


def cluster_rows(clusters: Mapping[str, Mapping[str, Any]]) -> list[ReportRow]:
    """`clusters`: inventory host -> {state, message, error?, snapshot_id?, prism_central?, failed_at?, taken_back?,
    leftover?} as the role collects it; `leftover` is a failure of {message, error}. What failed at a Prism Central is
    told of it, and not of the cluster."""
    rows = []
    for host, result in clusters.items():
        state, phase = result["state"], _failed_phase(result) or "image"
        is_settled = state in SETTLED_CLUSTER_STATES
        detail, advice = _why(result, VARIABLES.get(phase, {}))
        if is_settled and result.get("snapshot_id"):
            detail, advice = f"from {origin_kind(result)} {result['snapshot_id']}{_carried(result)}", ""
        word = SETTLED_CLUSTER_STATES.get(state, state)
        where, what = host, "image"
        if not is_settled and result.get("failed_at"):
            where, what = result["failed_at"], f"image on {host}"
        rows.append(ReportRow(where, what, word, detail, is_settled, advice, kind="image", phase=phase))
        rows += _taken_back(host, "image", result)
        if result.get("leftover"):
            detail, advice = why(result["leftover"])
            leftover = ReportRow(
                host, "temporary VM", "still there", detail, False, advice, kind="temporary VM", phase=REMOVE
            )
            rows.append(leftover)
    return rows


def _carried(result: Mapping[str, Any]) -> str:
    """How much this run has transferred for it, where that is counted."""
    carried = result.get("transferred_bytes")
    if carried:
        return f", {amount(carried)} transferred"
    return ""


def template_rows(
    templates: Mapping[str, Mapping[str, Any]], protection: Mapping[str, Any] | None = None
) -> list[ReportRow]:
    """`templates`: inventory host of a Prism Central that gets one -> {state, message, error?, snapshot_id?}.
    `protection`: {message, error?}, why the source has nothing to make it of."""
    rows = []
    for host, result in templates.items():
        state = result["state"]
        is_settled = state in SETTLED_TEMPLATE_STATES
        detail, advice = why(result)
        if is_settled and result.get("snapshot_id"):
            detail = f"from recovery point {result['snapshot_id']}"
        if state == "missing":
            detail, advice = why(protection or {})
            detail = detail or "no cluster of it could make one"
        word = SETTLED_TEMPLATE_STATES.get(state, state)
        rows.append(ReportRow(host, "template", word, detail, is_settled, advice, kind="template", phase="image"))
        rows += _taken_back(host, "template", result)
    return rows


def _taken_back(host: str, kind: str, result: Mapping[str, Any]) -> list[ReportRow]:
    """What an interrupted run has left and this one removed."""
    why_it_went = result.get("taken_back")
    if not why_it_went:
        return []
    word = "would be taken back" if result["state"] == "planned" else "taken back"
    return [ReportRow(host, kind, word, why_it_went, True, kind=kind, phase=REMOVE)]


def origin_kind(cluster: Mapping[str, Any]) -> str:
    """What the image of a cluster, or of a XenServer pool, is made from."""
    if cluster.get("origin"):
        return str(cluster["origin"])
    if cluster.get("prism_central"):
        return "recovery point"
    return "protection domain snapshot"


def central_rows(centrals: Mapping[str, Mapping[str, Any]]) -> list[ReportRow]:
    """`centrals`: inventory host -> {message, error?, removed?, planned?, untold?, leftover?}, for a release by
    recovery points. `removed` are the ids of its recovery points and copies that went, or with `planned` would go,
    `untold` those of copies of somebody else's recovery point that this run has not ordered, `leftover` is the failure
    of one that did not go."""
    rows = []
    for host, result in centrals.items():
        if result["message"]:
            detail, advice = why(result)
            rows.append(ReportRow(host, "Prism Central", "failed", detail, False, advice, kind="Prism Central"))
        removed = result.get("removed") or []
        what, kind = "recovery points", "recovery point"
        if result.get("leftover"):
            detail, advice = why(result["leftover"])
            rows.append(ReportRow(host, what, "still there", detail, False, advice, kind=kind, phase=REMOVE))
        elif removed:
            word = "would be removed" if result.get("planned") else "removed"
            rows.append(ReportRow(host, what, word, ", ".join(removed), True, kind=kind, phase=REMOVE))
        if result.get("untold"):
            advice = "Remove them with pc_recovery_point and force, when nobody needs them"
            detail = (
                f"whether an interrupted run has ordered these copies cannot be told: {', '.join(result['untold'])}"
            )
            rows.append(ReportRow(host, what, "left", detail, True, advice, kind=kind, phase=REMOVE))
    return rows


def _failed_phase(result: Mapping[str, Any]) -> str:
    """The phase in which the work on a cluster ended, '' when it came to its end."""
    return next((step["phase"] for step in result.get("timeline") or [] if step.get("failed")), "")


def _why(result: Mapping[str, Any], variables: Mapping[str, str]) -> tuple[str, str]:
    """Message and advice, and what the options in it are called in the role."""
    message, advice = why(result)
    return message, with_variables(advice, options_of(result), variables)


def catalog_rows(
    sites: Mapping[str, Mapping[str, Any]],
    clusters: Mapping[str, Mapping[str, Any]],
    rollback: bool = False,
    wishes_by_site: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    prepared: bool = False,
) -> list[ReportRow]:
    """`sites`: inventory host -> {message, error?, catalogs: [result of citrix_catalog_image], waiting: [catalogs not
    touched]}.

    A catalog that was rolled out in waves names its `wave`. With `rollback` the catalogs are those of
    citrix_catalog_rollback. `wishes_by_site` are the operator's: a wish of which nobody told what became of it is not
    fulfilled. Catalogs that get images `prepared` by the site, and those that go back, are moved by the role
    catalog_rollout alone.
    """
    phase, variables = PUBLISH, role_options.PUBLISH
    if rollback:
        phase = ROLL_BACK
    if rollback or prepared:
        variables = role_options.MOVE
    rows = []
    for host, site in sites.items():
        catalog_lines = [_catalog_row(host, catalog, phase, variables) for catalog in site["catalogs"]]
        if site["message"] and all(row.settled for row in catalog_lines):
            detail, advice = why(site)
            rows.append(ReportRow(host, "site", "failed", detail, False, advice, kind="site"))
        rows += catalog_lines
        for entry in site["waiting"]:
            rows.append(_untouched(host, entry, why_waiting(entry, site, clusters), phase))
        untold = "the site failed" if site["message"] else "nobody told what became of it"
        told = [*site["catalogs"], *site["waiting"]]
        for wish in (wishes_by_site or {}).get(host, []):
            if not any(is_meant(wish, entry) for entry in told):
                rows.append(_untouched(host, wish, untold, phase))
    if rollback and not rows:
        nowhere, why_not = ", ".join(sites) or "nowhere", "no catalog is named for any site of this run"
        rows.append(ReportRow(nowhere, "roll-back", "nothing done", why_not, False, kind="roll-back", phase=phase))
    return rows


def _untouched(host: str, catalog: Mapping[str, Any], detail: str, phase: str) -> ReportRow:
    return ReportRow(host, catalog_name(catalog), "not touched", detail, False, kind="catalog", phase=phase)


def _catalog_row(host: str, catalog: Mapping[str, Any], phase: str, variables: Mapping[str, str]) -> ReportRow:
    good = good_actions(phase == ROLL_BACK)
    action = catalog["action"]
    is_settled = action in good
    if is_settled:
        detail, advice = _told(catalog), ""
    else:
        detail, advice = _why(catalog, variables)
    # What such a catalog waits for has a row of its own, with its advice
    if action == "not_ready":
        advice = ""
    if catalog.get("wave"):
        detail = f"wave {catalog['wave']}: {detail}"
    result = {**UNSETTLED_CATALOG_ACTIONS, **good}.get(action, action)
    return ReportRow(host, catalog_name(catalog), result, detail, is_settled, advice, kind="catalog", phase=phase)


def good_actions(rollback: bool) -> Mapping[str, str]:
    """What a catalog may come to, with the words for it."""
    if rollback:
        return SETTLED_ROLLBACK_ACTIONS
    return SETTLED_CATALOG_ACTIONS


def why_waiting(catalog: Mapping[str, Any], site: Mapping[str, Any], clusters: Mapping[str, Mapping[str, Any]]) -> str:
    """Why a catalog was not touched. Only of a cluster that was asked it is known that it lacks the image."""
    own, candidates = str(catalog.get("cluster") or ""), clusters
    # A catalog whose own cluster is ready may still wait for the others
    if own in clusters and not _has_image(clusters[own]):
        candidates = {own: clusters[own]}
    lacking: dict[str, list[str]] = {state: [] for state in WAITING_WORDS}
    for host, cluster in candidates.items():
        if not _has_image(cluster):
            lacking.get(cluster["state"], lacking[UNKNOWN]).append(host)
    reasons = [_hosts_told(hosts, *WAITING_WORDS[state]) for state, hosts in lacking.items() if hosts]
    if reasons:
        return "; ".join(reasons)
    if site["message"]:
        return "the site failed"
    return "nobody told why"


def _hosts_told(hosts: Sequence[str], one: str, many: str) -> str:
    if len(hosts) == 1:
        return f"{hosts[0]} {one}"
    return f"{', '.join(hosts)} {many}"


def _has_image(cluster: Mapping[str, Any]) -> bool:
    return cluster["state"] in SETTLED_CLUSTER_STATES


def name_of(report: Mapping[str, Any]) -> str:
    """'Release 2026.11.20-1', 'Roll-back of release 2026.11.20-1'"""
    if report["rollback"]:
        return f"Roll-back of release {report['release']}"
    return f"Release {report['release']}"


def problems(rows: Iterable[ReportRow]) -> list[str]:
    """One sentence for each row that is not settled."""
    return [f"{row.where}, {row.problem}" for row in rows if not row.settled]


def incomplete(name: str, missing: Sequence[str], rows: Sequence[ReportRow]) -> OperationError | None:
    """Why the job of this name fails, None when nothing is missing."""
    if not missing:
        return None
    return OperationError(
        f"{name} is not complete: {len(missing)} of {max(len(rows), 1)} parts are missing",
        "The table says which and why. Mend the cause and run the same command again.",
    )


def answered_by(problems_of: Mapping[str, Sequence[str]], host: str, taking_part: Sequence[str]) -> list[str]:
    """What a host fails for at the end: its own parts, and on the first of the others, so that it is told at all, those
    of hosts that take no part."""
    own = list(problems_of.get(host, []))
    well = [other for other in taking_part if other not in problems_of]
    if own or host != (well or taking_part)[0]:
        return own
    of_others = []
    for absent, problems in problems_of.items():
        if absent not in taking_part:
            of_others += [f"{absent}: {problem}" for problem in problems]
    return of_others


def catalog_name(catalog: Mapping[str, Any]) -> str:
    """A wish has no full name, and names may repeat in folders."""
    name = catalog.get("name") or catalog.get("id") or ""
    return f"catalog {catalog.get('full_name') or '/'.join([*folder_levels(catalog.get('folder') or ''), name])}"


def _told(catalog: Mapping[str, Any]) -> str:
    """The move and, in a plan, whom it would concern; what there is to remark goes before the move."""
    if catalog["action"] == LATER:
        return why(catalog)[0]
    concerns = ""
    if catalog["action"] in ("planned", "restart_planned") and catalog.get("impact"):
        concerns = sentence(catalog["impact"])
    return "; ".join(filter(None, (catalog.get("warning") or _move(catalog), concerns)))


def left_for_later(sites: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """{waves, catalogs, text}: what the operator wished this run to leave; {} when nothing."""
    all_waves = [wave for site in sites.values() for wave in site.get("waves") or []]
    waves = [wave for wave in all_waves if wave["state"] == LATER]
    if not waves:
        return {}
    count = sum(catalog["action"] == LATER for catalog in _catalogs_of(sites))
    names = list(dict.fromkeys(wave["name"] for wave in waves))
    goes_on = f"The same command without {LAST_WAVE} goes on"
    if any(wave["state"] not in AS_WISHED for wave in all_waves):
        goes_on += " when what is missing before it is done"
    return {
        "waves": names,
        "catalogs": count,
        "text": f"As wished, {waves[0]['reason']}. Not started: {', '.join(names)}; without the image: {count}"
        f" catalogs. {goes_on}.",
    }


def blast_radius(sites: Mapping[str, Mapping[str, Any]]) -> str:
    """Whom all catalogs together concern, in one line; '' when nobody is concerned."""
    impacts = [catalog["impact"] for catalog in _catalogs_of(sites) if catalog.get("impact")]
    if impacts:
        return sentence(together(impacts))
    return ""


def _catalogs_of(sites: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [catalog for site in sites.values() for catalog in site["catalogs"]]


def problems_of(rows: Iterable[ReportRow]) -> dict[str, list[str]]:
    """The same by inventory host, for those that have any."""
    by_host: dict[str, list[str]] = {}
    for row in rows:
        if not row.settled:
            by_host.setdefault(row.where, []).append(row.problem)
    return by_host


def _move(catalog: Mapping[str, Any]) -> str:
    before, after = ((catalog.get(side) or {}).get("name") for side in ("before", "after"))
    if before != after:
        return f"{before} -> {after}"
    return str(after or "")
