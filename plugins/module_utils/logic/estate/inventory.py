# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An estate as an inventory: hosts of three groups with their variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import repeated, without_keys
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.catalogs import (
    Choice,
    catalogs_of,
    connections_of,
    release_catalogs,
    wishes_without_catalog,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.clusters import (
    PORT,
    Cluster,
    centrals_behind,
    clusters_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.lineage import Proofs

Facts = Mapping[str, Any]
Hosts = dict[str, dict[str, Any]]
CITRIX_SITES, PRISM_CENTRALS, PRISM_ELEMENTS = "citrix_sites", "prism_centrals", "prism_elements"
# Of a declared host these stay where they are: nothing puts an account into the variables of a host
CREDENTIALS = (
    "citrix_client_id",
    "citrix_client_secret",
    "nutanix_username",
    "nutanix_password",
    "nutanix_api_key",
)


@dataclass
class EstateInventory:
    """`told` is what was read, by group, host and variable, and `problems` is why it may not be all."""

    told: dict[str, Hosts] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def declared(variables: Facts) -> dict[str, Any]:
    """What a declared host says, without its account."""
    return without_keys(variables, CREDENTIALS)


def estate_inventory(
    entries: Mapping[str, Mapping[str, Facts]],
    centrals: Mapping[str, Facts],
    sites: Mapping[str, Facts],
    resolved: Mapping[str, list[str]],
    choice: Choice,
    proofs: Proofs | None = None,
) -> EstateInventory:
    """The hosts of an estate.

    `entries`: group -> host -> what the source says of it. `centrals` and `sites`: host -> what was read, without those
    that did not answer. `resolved`: host name -> IP addresses. `proofs`: whether images are proven, None where nobody
    asked for them.
    """
    inventory = EstateInventory()
    clusters = clusters_of(entries[PRISM_ELEMENTS], centrals, sites, resolved)
    addresses = {host: str(entry.get("nutanix_host") or "") for host, entry in entries[PRISM_CENTRALS].items()}
    central_of, lost = centrals_behind(addresses, sites, resolved)
    inventory.problems += [*clusters.problems, *lost]
    inventory.told = {
        PRISM_ELEMENTS: {cluster.name: _of_cluster(cluster) for cluster in clusters.all},
        PRISM_CENTRALS: {host: {"estate_central": dict(central["central"])} for host, central in centrals.items()},
        CITRIX_SITES: {},
    }
    all_rows: list[dict[str, Any]] = []
    for host, facts in sites.items():
        rows = catalogs_of(host, facts, choice, clusters, central_of, proofs)
        all_rows += rows
        own = entries[CITRIX_SITES][host]
        to_release, homeless = release_catalogs(host, rows, choice)
        connections, doubts = connections_of(host, clusters)
        inventory.told[CITRIX_SITES][host] = {
            "estate_site": dict(facts["site"]),
            "estate_zones": list(facts["zones"]),
            "estate_catalogs": rows,
            "image_release_catalogs": to_release,
            "dr_connections": connections,
        }
        # What the source says itself is not asked for
        if "image_release_catalogs" not in own:
            inventory.problems += homeless
        if "dr_connections" not in own:
            inventory.problems += doubts
    inventory.problems += wishes_without_catalog(choice, sites, all_rows)
    inventory.problems += _names_twice(inventory.told, len(clusters.all))
    inventory.problems += _sites_twice(sites)
    return inventory


def _of_cluster(cluster: Cluster) -> dict[str, Any]:
    port = {"nutanix_port": cluster.port} if cluster.port != PORT else {}
    return {
        "nutanix_host": cluster.address,
        **port,
        "estate_uuid": cluster.uuid,
        "estate_prism_centrals": sorted(set(cluster.centrals)),
        "estate_zones": list(cluster.zones),
        "estate_connections": [{"site": site, "connection": name} for site, name in cluster.connections],
    }


def _sites_twice(sites: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One site under two names would get each release twice. It is known by its id and those of its catalogs."""
    first: dict[tuple[str, str], str] = {}
    pairs: list[tuple[str, str]] = []
    for host, facts in sites.items():
        for catalog in facts["catalogs"]:
            other = first.setdefault((str(facts["site"]["id"]), str(catalog["id"])), host)
            if other != host:
                pairs.append((other, host))
    return [f"'{one}' and '{other}' of the source are one Citrix site" for one, other in dict.fromkeys(pairs)]


def _names_twice(told: Mapping[str, Hosts], clusters: int) -> list[str]:
    """Hosts of different kinds or two clusters under one name would be one host."""
    twice = sorted(repeated(chain.from_iterable(told.values())))
    problems = [f"several hosts are called '{name}'; name the cluster under clusters" for name in twice]
    if len(told[PRISM_ELEMENTS]) < clusters:
        problems.append("two clusters have the same name; name them under clusters")
    return problems
