# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the catalogs that the operator names can be moved to the image."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import by_key
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight import hosting, waves
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.blast_radius import (
    impact,
    sentence,
    together,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    Selector,
    find_catalog,
    known_by_name,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import same_for_citrix

NAMES = "image_release_catalogs"


Place: TypeAlias = Callable[[Rows, str, Facts, Facts], str]


def check(rows: Rows, facts: Facts, estate: Estate) -> None:
    """Each catalog that is named, and whom all of them together concern."""
    if not facts.get("wanted") and (facts.get("definitions") or facts.get("of_pools")):
        return
    if not facts.get("wanted"):
        advice = "Name the catalogs to move, or take the site out of the group citrix_sites"
        rows.warn("catalogs", f"{NAMES} is empty", advice)
        return
    check_named(rows, facts, NAMES, estate.release.image, partial(_on_cluster, facts, estate))


def check_named(rows: Rows, facts: Facts, names: str, image: str, place: Place) -> None:
    """The catalogs `wanted` of the facts, which the operator has named in the variable `names`. `place` judges where
    one of them lives and says so."""
    catalogs = facts.get("catalogs")
    if catalogs is None:
        return
    wave_catalogs = waves.planned(rows, facts)
    by_id = by_key(catalogs, "id")
    records = list(map(known_by_name, catalogs))
    ids: set[str] = set()
    impacts = []
    for entry in facts["wanted"]:
        selector = Selector(name=entry.get("name") or "", folder=entry.get("folder"), id=entry.get("id") or "")
        try:
            catalog = by_id[find_catalog(selector, records).id]
        except Refusal as error:
            rows.stop(f"catalog {entry.get('name') or entry.get('id')}", error.message, error.advice)
            continue
        what = f"catalog {catalog['full_name']}"
        if not _is_distinct(rows, what, catalog, ids, image, names):
            continue
        _catalog(rows, what, catalog, entry, names, place)
        wave = waves.of(entry, wave_catalogs)
        waves.check_machines(rows, what, catalog, wave)
        if catalog.get("machines"):
            impacts.append(impact(catalog["machines"], catalog.get("machines_take_image"), waves.restarts(wave)))
    if impacts:
        rows.ok("blast radius", sentence(together(impacts)))


def _is_distinct(rows: Rows, what: str, catalog: Facts, ids: set[str], image: str, names: str) -> bool:
    """Whether a catalog is named once, and its image can be told from the new one."""
    if catalog["id"] in ids:
        rows.stop(what, f"is named twice in {names}", "Name it once")
        return False
    ids.add(catalog["id"])
    current = (catalog.get("master_image") or {}).get("name") or ""
    if same_for_citrix(current, image):
        alike = f"stands on '{current}', which Citrix cannot tell from '{image}': they differ in case only"
        rows.stop(what, alike, "Use another release id")
        return False
    return True


def _catalog(rows: Rows, what: str, catalog: Facts, entry: Facts, names: str, place: Place) -> None:
    before = len(rows.rows)
    provisioned = catalog["provisioning_type"]
    if provisioned != "MCS":
        foreign = f"is provisioned by {provisioned or 'an unknown service'}, not by MCS"
        rows.stop(what, foreign, f"Take it out of {names}")
        return
    if catalog["broken"]:
        errors = "; ".join(catalog["errors"]) or "the site does not say why"
        rows.stop(what, f"is broken: {errors}", "Mend it in Citrix Studio")
    if catalog["update_running"] or catalog["image_update_status"] == "PreparingImage":
        advice = "Wait until it has ended; one that leads to this release's image is adopted"
        rows.stop(what, "an image update or another provisioning task is running", advice)
    lives = place(rows, what, catalog, entry)
    if len(rows.rows) == before:
        rows.ok(what, f"{lives}, now on '{(catalog.get('master_image') or {}).get('name')}'")


def _on_cluster(facts: Facts, estate: Estate, rows: Rows, what: str, catalog: Facts, entry: Facts) -> str:
    cluster = entry.get("cluster")
    if cluster is not None and cluster not in estate.clusters:
        near = near_names(cluster, estate.clusters) or f"Correct {NAMES}"
        rows.stop(what, f"belongs to '{cluster}', which is not in the group prism_elements", near)
        cluster = None
    return hosting.check(rows, what, catalog, cluster, facts.get("hosting_units"), estate)
