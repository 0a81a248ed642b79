# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which catalogs of a site count for releases, and what the inventory says of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.clusters import Clusters
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.lineage import Proofs
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import told_by_name

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """Which catalogs count: those that one of the `names` fits, with `*` and `?` and without case, that bear one of the
    `tags`, and that stand on an image with the `prefix`. What is not asked for does not count. `waves` are pairs of
    such a name and a wave, of which the first that fits counts."""

    names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    waves: tuple[tuple[str, str], ...] = ()
    ours: bool = True
    prefix: str = ""

    def fits(self, pattern: str, catalog: Facts) -> bool:
        """The whole name, or with its folder. Only `*` and `?` are special: a catalog may be called `W11 [Test]`."""
        names = (catalog["name"], f"{catalog['folder']}/{catalog['name']}")
        return any(fnmatchcase(name.casefold(), pattern.casefold().replace("[", "[[]")) for name in names)

    def wave_of(self, catalog: Facts) -> str:
        """'' for none of its own."""
        return next((wave for pattern, wave in self.waves if self.fits(pattern, catalog)), "")

    def takes(self, catalog: Facts, tagged: Collection[str], verified: bool | None) -> bool:
        """`tagged`: the ids of the catalogs of this site that bear one of the tags, in lower case. `verified`: whether
        its image is proven to be of its release, None where nobody asked."""
        is_named = not self.names or any(self.fits(pattern, catalog) for pattern in self.names)
        is_tagged = not self.tags or catalog["id"].casefold() in tagged
        return is_named and is_tagged and (not self.ours or (is_ours(catalog, self.prefix) and verified is not False))


def is_ours(catalog: Facts, prefix: str) -> bool:
    return bool(release_told(catalog, prefix)["release"])


def release_told(catalog: Facts, prefix: str) -> dict[str, str | None]:
    """The image of a catalog, and the release and golden VM that its name tells, or the description of a prepared
    image. Whether the image is the one of that release, the playbook image_lineage finds out."""
    version, image = catalog.get("image_version"), catalog.get("master_image")
    if version:
        return {"image": version["name"], "release": version["release"] or None, "base_vm": None}
    name = image["name"] if image else None
    return {"image": name, **told_by_name(name or "", prefix)}


def catalogs_of(
    site: str,
    facts: Facts,
    choice: Choice,
    clusters: Clusters,
    central_of: Mapping[tuple[str, str], str],
    proofs: Proofs | None,
) -> list[dict[str, Any]]:
    """Every catalog of a site, and whether it counts. Without `proofs` nobody asked for the images."""
    tagged = folded(chain.from_iterable(facts["tagged"].values()))
    rows = []
    for catalog in facts["catalogs"]:
        cluster = clusters.behind(site, catalog["hypervisor_connection"])
        verified = None if proofs is None else proofs.get((site, catalog["full_name"]), False)
        rows.append(
            {
                **{key: catalog[key] for key in ("id", "name", "folder", "zone", "provisioning_type", "hosting_unit")},
                "connection": catalog["hypervisor_connection"],
                "cluster": cluster.name if cluster else None,
                "prism_central": central_of.get((site, catalog["hypervisor_connection"] or "")),
                "machines": catalog["total_count"],
                "prepared": bool(catalog["image_version"]),
                **release_told(catalog, choice.prefix),
                "verified": verified,
                "counts": choice.takes(catalog, tagged, verified),
            }
        )
    return sorted(rows, key=lambda row: (row["folder"].casefold(), row["name"].casefold()))


def release_catalogs(site: str, rows: Sequence[Facts], choice: Choice) -> tuple[list[dict[str, str]], list[str]]:
    """`image_release_catalogs` of a site, and the catalogs that count and nobody knows the cluster of. A catalog on a
    prepared image is not among them: another job releases those."""
    entries, problems = [], []
    for row in rows:
        if not row["counts"] or row["prepared"] or row["provisioning_type"] != "MCS":
            continue
        if not row["cluster"] and not row["prism_central"]:
            where = f"connection '{row['connection']}', which leads to no cluster and no Prism Central of the inventory"
            problems.append(f"catalog '{row['name']}' of {site} is on {where}")
            continue
        entry = {"name": row["name"], "folder": row["folder"], "cluster": row["cluster"], "wave": choice.wave_of(row)}
        entries.append({key: value for key, value in entry.items() if value or key == "folder"})
    return entries, problems


def wishes_without_catalog(choice: Choice, sites: Mapping[str, Facts], catalogs: Sequence[Facts]) -> list[str]:
    """Names and tags that none of the catalogs of all sites has, and names of which none counts: what was meant by them
    is not in the inventory."""
    unmet = []
    for pattern in (*choice.names, *(pattern for pattern, _wave in choice.waves)):
        fitting = [row["counts"] for row in catalogs if choice.fits(pattern, row)]
        if not fitting:
            unmet.append(f"no catalog is called '{pattern}'")
        elif not any(fitting):
            unmet.append(
                f"no catalog called '{pattern}' counts by catalog_names, catalog_tags and catalogs_on_our_images"
            )
    for tag in choice.tags:
        if not any(facts["tagged"].get(tag) for facts in sites.values()):
            unmet.append(f"no catalog bears the tag '{tag}'")
    return unmet


def connections_of(site: str, clusters: Clusters) -> tuple[dict[str, str], list[str]]:
    """`dr_connections` of a site, and the clusters that several of its connections lead to: which of them is meant,
    only the operator knows, and without one the site would take no part in a move."""
    found: dict[str, str] = {}
    problems = []
    for cluster in clusters.all:
        own = [name for host, name in cluster.connections if host == site]
        if len(own) == 1:
            found[cluster.name] = own[0]
        elif own:
            names = " and ".join(f"'{name}'" for name in sorted(own))
            problems.append(f"{names} of {site} lead to {cluster.name}; say in dr_connections which one to use")
    return found, problems
