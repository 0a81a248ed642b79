# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what a release still lacks can be made of the recovery point that its images came out of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import (
    cluster_of_unit,
    identities_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    CENTRAL_PLUGINS,
    Selector,
    find_catalog,
    known_by_name,
)


def check(rows: Rows, facts: Facts, estate: Estate) -> None:
    """On the Prism Central of the source, which was asked for the recovery points of the images that are there."""
    points, lacking = facts.get("origins"), _lacking(estate)
    if points is None or not lacking:
        return
    origins = set(chain.from_iterable(map(_origins, estate.clusters.values())))
    copies = [point for point in points if point["location_agnostic_id"] in origins]
    if not copies:
        gone = (
            f"that of the images ({quoted(sorted(origins))}) is gone, and {quoted(lacking)} cannot get identical ones"
        )
        rows.stop("recovery point", gone, "Use another release id")
        return
    moments = [moment for copy in copies if (moment := parse_moment(copy["expires"]))]
    label = f"that of the images, '{copies[0]['name']}', is there for {quoted(lacking)}"
    # A release gives its own its full time again.
    by_others = not any(copy["ours"] for copy in copies)
    soon = estate.now + timedelta(seconds=estate.release.replication_timeout)
    if by_others and len(moments) == len(copies) and max(moments) < soon:
        expiry = f"{label}, and expires at {max(moments).isoformat()}"
        rows.warn("recovery point", expiry, "Give it a later expiry: a copy and a restore may take longer")
    else:
        rows.ok("recovery point", label)


def _origins(cluster: Facts) -> list[str]:
    """The recovery point that the image of the release on a cluster came out of."""
    snapshots = (cluster.get("image") or {}).get("snapshots") or []
    return [point for each in snapshots if (point := (each.get("lineage") or {}).get("recovery_point_id"))]


def _lacking(estate: Estate) -> list[str]:
    """The clusters without the image, and the Prism Centrals without the template that a catalog needs, of those that
    were asked."""
    clusters = []
    for host in estate.managed_clusters:
        image = estate.clusters[host].get("image")
        if image and not image["snapshots"] and not image["doubts"]:
            clusters.append(host)
    needing: set[str] = set()
    for facts in estate.sites.values():
        needing.update(_leads_to(facts, estate))
    return clusters + [host for host, facts in estate.centrals.items() if host in needing and facts["templates"] == []]


def _leads_to(site: Facts, estate: Estate) -> Iterator[str]:
    """The Prism Centrals that the catalogs to move hang on."""
    identities = identities_of(estate.centrals)
    units = {unit["name"].casefold(): unit for unit in site.get("hosting_units") or []}
    records = list(map(known_by_name, site.get("catalogs") or []))
    places = {catalog["id"]: str(catalog.get("hosting_unit") or "") for catalog in site.get("catalogs") or []}
    for entry in site.get("wanted") or []:
        selector = Selector(name=entry.get("name") or "", folder=entry.get("folder"), id=entry.get("id") or "")
        try:
            unit = units.get(places[find_catalog(selector, records).id].casefold())
        except Refusal:
            continue
        if unit and unit["connection"]["plugin"] in CENTRAL_PLUGINS:
            yield from cluster_of_unit(unit, identities)
