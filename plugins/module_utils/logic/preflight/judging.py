# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a release can be started: facts of clusters and sites in, rows of ok, warning and stop out, each with what to
do. A check is a file of this room and a line of one of the tables here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight import (
    catalogs,
    central,
    cluster,
    endpoint,
    golden_vm,
    image,
    origin,
    pool_catalogs,
    pools,
    portability,
    prepared,
    replication,
    site,
    space,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import (
    Estate,
    Facts,
    ReleaseRequest,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import CheckRow, Rows

Check: TypeAlias = Callable[[Rows, Facts, Estate], None]

# (kind, the phase of a release that it is about, check), in the order of the table
CLUSTER_CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("endpoint", "", endpoint.check),
    ("cluster", "", cluster.check),
    ("prism_central", "", central.check_registration),
    ("image", "image", image.check),
    ("container", "restore", central.check_container),
    ("space", "restore", space.check),
    ("golden_vm", "snapshot", golden_vm.check),
    ("replication", "replicate", replication.check),
)
CENTRAL_CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("endpoint", "", endpoint.check),
    ("central", "", central.check),
    ("golden_vm", "snapshot", central.check_golden_vm),
    ("recovery_point", "snapshot", central.check_choice),
    ("recovery_point", "snapshot", central.check_point_name),
    ("recovery_point", "snapshot", origin.check),
    ("name", "restore", central.check_name_length),
    ("availability_zone", "replicate", central.check_pairing),
    ("template", "image", central.check_templates),
)
SITE_CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("endpoint", "", endpoint.check),
    ("site", "", site.check),
    ("catalogs", "publish", catalogs.check),
    ("prepared_images", "image", prepared.check),
    ("permissions", "publish", site.check_permissions),
)
TARGET_CHECKS: tuple[tuple[str, str, Check], ...] = (("image_portability", "", portability.check),)


def judge(
    release: ReleaseRequest,
    clusters: Mapping[str, Facts],
    sites: Mapping[str, Facts],
    now: datetime,
    centrals: Mapping[str, Facts],
    targets: Mapping[str, Facts] | None = None,
    of_pools: Mapping[str, Facts] | None = None,
) -> list[CheckRow]:
    """All rows: Prism Centrals first, then clusters, sites, targets of Image Portability and XenServer pools,
    each in the given order."""
    inventory = Rows("inventory", "inventory")
    estate = Estate(_with_a_possible_id(release, inventory), clusters, sites, now, centrals)
    targets = targets or {}
    rows = inventory.rows + ([] if (targets or of_pools) and not clusters else _groups(estate))
    for host, facts in centrals.items():
        rows += _looked_at(host, facts, estate, CENTRAL_CHECKS)
    for host, facts in clusters.items():
        rows += _looked_at(host, facts, estate, CLUSTER_CHECKS)
    for host, facts in sites.items():
        rows += _looked_at(host, facts, estate, SITE_CHECKS)
        named = Rows(host, "catalogs", "publish")
        pool_catalogs.check(named, facts, of_pools or {})
        rows += named.rows
    for host, facts in targets.items():
        rows += _looked_at(host, facts, estate, TARGET_CHECKS)
    rows += pools.check_all(of_pools or {}, release.space_factor)
    if not sites:
        without = Rows("inventory", "inventory")
        without.warn("sites", "the group citrix_sites is empty", "The image will be made, and no catalog moved.")
        rows += without.rows
    return rows


def _with_a_possible_id(release: ReleaseRequest, rows: Rows) -> ReleaseRequest:
    """The release, without its id when no image can be called so."""
    try:
        _image = release.image
    except Refusal as error:
        rows.stop("release id", error.message, error.advice)
        return replace(release, release="")
    return release


def _groups(estate: Estate) -> list[CheckRow]:
    """Whether the clusters are there at all."""
    source, clusters = estate.release.source, estate.clusters
    # Prepared images need no cluster
    if not clusters and any(facts.get("definitions") for facts in estate.sites.values()):
        return []
    rows = Rows(source or "inventory", "inventory")
    if source not in clusters:
        rows.stop("source", "is no host of the group prism_elements", near_names(source, clusters))
    if not clusters:
        rows.where = "inventory"
        rows.stop("clusters", "the group prism_elements is empty", "Add the clusters to the inventory.")
    return rows.rows


def _looked_at(host: str, facts: Facts, estate: Estate, checks: tuple[tuple[str, str, Check], ...]) -> list[CheckRow]:
    rows = Rows(host)
    for rows.kind, rows.phase, check in checks:
        check(rows, facts, estate)
    return rows.rows
