# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which machines were faulty before their catalog was moved: what a gate does not count."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import column


def earlier_catalogs(report: str, site: str, release: str, image: str) -> list[dict[str, Any]]:
    """The catalogs of a site in a report of exactly this release and image; [] when the text is none. Nothing else
    hangs on it, so it need not be there."""
    try:
        record = json.loads(report)
        if record["release"] != release or record["image"] != image or record["check_mode"] or record["rollback"]:
            return []
        return faulty_before(record).get(site, [])
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def faulty_before(*reports: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """site -> {id, faulty_before} of each catalog of which one of the reports knows who was faulty before it got the
    image; the last that knows counts.

    A later run that did not reach a site, or that found the image there already, saw nothing of it and takes no witness
    away.
    """
    machines: dict[str, dict[str, list[str]]] = {}
    for report in reports:
        of_this_run = {site: facts.get("catalogs") or [] for site, facts in (report.get("sites") or {}).items()}
        for site, catalogs in [*(report.get("faulty_before") or {}).items(), *of_this_run.items()]:
            for catalog in catalogs:
                if isinstance(catalog.get("faulty_before"), list):
                    machines.setdefault(site, {})[str(catalog["id"])] = list(map(str, catalog["faulty_before"]))
    faulty = {}
    for site, catalogs in machines.items():
        faulty[site] = [{"id": each, "faulty_before": names} for each, names in catalogs.items()]
    return faulty


def baseline(
    moved: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]] = (), known: Iterable[str] = ()
) -> list[str]:
    """The machines whose faults do not speak against the image: faulty right before this run moved their catalog, or
    before an earlier run of the same release did, or known to the operator. A catalog that has the image already has no
    before: its faults count."""
    before = faults_before(moved, earlier)
    return sorted({*known, *chain.from_iterable(before.values())})


def faults_before(result: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Id of a catalog -> who was faulty before it got the image, as far as anybody saw."""
    ours = column(result.get("catalogs", []), "id")
    machines: dict[str, list[str]] = {}
    for catalog in [*result.get("catalogs", []), *earlier]:
        if catalog.get("id") in ours and catalog.get("faulty_before") is not None:
            machines[catalog["id"]] = sorted({*machines.get(catalog["id"], []), *catalog["faulty_before"]})
    return machines
