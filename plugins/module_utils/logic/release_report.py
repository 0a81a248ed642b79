# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a release, in rows for people and as one list of what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic import tables
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.blast_radius import sentence, together

SETTLED_CLUSTER_STATES = {
    "present": "image was there",
    "made": "image made",
    "planned": "image would be made",
}
SETTLED_CATALOG_ACTIONS = {
    "unchanged": "already on the image",
    "published": "moved to the image",
    "adopted": "running update waited for",
    "restarted": "already on the image, machines restart",
    "restart_planned": "already on the image, machines would restart",
    "planned": "would be moved to the image",
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


@dataclass(frozen=True)
class Row:
    """One line of the summary. `settled` is False when the release is not complete here."""

    where: str
    what: str
    result: str
    detail: str
    settled: bool


def cluster_rows(clusters: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """`clusters`: inventory host -> {state, message, snapshot_id?, leftover?} as the role collects it."""
    rows = []
    for host, result in clusters.items():
        state = result["state"]
        settled = state in SETTLED_CLUSTER_STATES
        detail = f"from protection domain snapshot {result['snapshot_id']}" if settled and result.get("snapshot_id") else result.get("message", "")
        rows.append(Row(host, "image", SETTLED_CLUSTER_STATES.get(state, state), detail, settled))
        if result.get("leftover"):
            rows.append(Row(host, "temporary VM", "still there", result["leftover"], False))
    return rows


def catalog_rows(sites: Mapping[str, Mapping[str, Any]], clusters: Mapping[str, Mapping[str, Any]], rollback: bool = False) -> list[Row]:
    """`sites`: inventory host -> {message, catalogs: [result of citrix_catalog_image], waiting: [catalogs not touched]}.

    A catalog that was rolled out in waves names its `wave`. With `rollback` the catalogs are those of citrix_catalog_rollback.
    """
    good = SETTLED_ROLLBACK_ACTIONS if rollback else SETTLED_CATALOG_ACTIONS
    rows = []
    for host, site in sites.items():
        for catalog in site["catalogs"]:
            action = catalog["action"]
            settled = action in good
            detail = (_told(catalog) if settled else catalog.get("msg")) or ""
            if catalog.get("advice") and not settled:
                detail = f"{detail}. {catalog['advice']}"
            wave = f"wave {catalog['wave']}: " if catalog.get("wave") else ""
            rows.append(Row(host, _catalog_name(catalog), {**UNSETTLED_CATALOG_ACTIONS, **good}.get(action, action), f"{wave}{detail}", settled))
        for catalog in site["waiting"]:
            cluster = catalog.get("cluster")
            lacking = cluster if cluster and clusters.get(cluster, {}).get("state") not in SETTLED_CLUSTER_STATES else "a cluster"
            rows.append(Row(host, _catalog_name(catalog), "not touched", f"{lacking} lacks the image", False))
        if site["message"] and not any(not row.settled for row in rows if row.where == host):
            rows.append(Row(host, "site", "failed", site["message"], False))
    return rows


def problems(rows: Iterable[Row]) -> list[str]:
    """One sentence for each row that is not settled."""
    return [f"{row.where}, {row.what}: {row.result}{f' ({row.detail})' if row.detail else ''}" for row in rows if not row.settled]


def table(title: str, rows: Iterable[Row]) -> list[str]:
    """Lines for the screen."""
    return tables.table(title, ("where", "what", "result", "detail"), ((row.where, row.what, row.result, row.detail) for row in rows))


def as_dicts(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def _catalog_name(catalog: Mapping[str, Any]) -> str:
    name = catalog.get("full_name") or catalog.get("name") or catalog.get("id") or ""
    return f"catalog {name}"


def _told(catalog: Mapping[str, Any]) -> str:
    """The move and, in a plan, whom it would concern; what there is to remark goes before the move."""
    concerns = sentence(catalog["impact"]) if catalog["action"] in ("planned", "restart_planned") and catalog.get("impact") else ""
    return "; ".join(part for part in (catalog.get("warning") or _move(catalog), concerns) if part)


def blast_radius(sites: Mapping[str, Mapping[str, Any]]) -> str:
    """Whom all catalogs together concern, in one line; '' when nobody is concerned."""
    found = [catalog["impact"] for site in sites.values() for catalog in site["catalogs"] if catalog.get("impact")]
    return sentence(together(found)) if found else ""


def _move(catalog: Mapping[str, Any]) -> str:
    before, after = (catalog.get(side) or {} for side in ("before", "after"))
    return f"{before.get('name')} -> {after.get('name')}" if before.get("name") != after.get("name") else str(after.get("name") or "")
