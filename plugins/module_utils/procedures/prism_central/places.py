# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clusters of several Prism Centrals, each with who answers for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.clusters import (
    list_clusters,
    read_central,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import find_named
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import Central, CentralCluster

MOST_AT_ONCE = 8


@dataclass(frozen=True)
class Place:
    """A cluster, its Prism Central, and the session with that."""

    client: PrismCentral
    central: Central
    cluster: CentralCluster

    @property
    def id(self) -> str:
        return self.cluster.uuid

    @property
    def name(self) -> str:
        return self.cluster.name


def places_of(clients: Sequence[PrismCentral]) -> list[Place]:
    """The clusters of all of them. One that is given twice counts once."""
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        surveys = list(pool.map(_survey, clients))
    places = {place.id: place for survey in reversed(surveys) for place in survey}
    return sorted(places.values(), key=lambda place: (place.name, place.id))


def chosen(places: Sequence[Place], wanted: Iterable[str]) -> list[Place]:
    """Those of these uuids or names, each once, in this order. Raises Refusal for an unknown or ambiguous one."""
    named = [find_named("cluster", name, places) for name in wanted]
    return list({place.id: place for place in named}.values())


def _survey(client: PrismCentral) -> list[Place]:
    central = read_central(client)
    return [Place(client, central, cluster) for cluster in list_clusters(client)]
