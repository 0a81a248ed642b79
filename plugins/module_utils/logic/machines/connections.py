# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosting connections of a site lead to the same cluster: it may have several, by which nobody tells them apart
but by where they lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import all_places
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import RehostingPlan

# The address of a connection of the other plug-ins is that of a Prism Central, which has many clusters (contract
# citrix 10)
PRISM_ELEMENT = "AcropolisFactory"


@dataclass(frozen=True)
class ConnectionFacts:
    """What a site tells of a connection; `addresses` in the plug-in's own form."""

    name: str
    plugin: str
    addresses: tuple[str, ...]

    @property
    def places(self) -> frozenset[tuple[str, int | None]]:
        """Where it leads; nowhere that is known when it is not of Prism Element."""
        if self.plugin.casefold() != PRISM_ELEMENT.casefold():
            return frozenset()
        return frozenset((host.casefold(), port) for host, port in all_places(self.addresses))


def with_others_to_same_cluster(names: Iterable[str], connections: Sequence[ConnectionFacts]) -> list[str]:
    """These connections, and those of the site that lead where one of them leads."""
    listed = list(names)
    known = {name.casefold() for name in listed}
    places = {connection.places for connection in connections if connection.name.casefold() in known}
    for connection in connections:
        if connection.name.casefold() not in known and connection.places and connection.places in places:
            listed.append(connection.name)
    return listed


def on_earlier_connections(
    plan: RehostingPlan, earlier: Mapping[str, str], connections: Sequence[ConnectionFacts]
) -> RehostingPlan:
    """The plan of a way back: a machine gets the connection that it had before (`earlier`, by machine ids) instead of
    another one to the same cluster."""
    right, changes = list(plan.right), []
    for move in plan.changes:
        before = earlier.get(move.machine.id, "")
        if before.casefold() in folded(with_others_to_same_cluster([move.connection], connections)):
            move = replace(move, connection=before)
        if move.needed:
            changes.append(move)
        else:
            right.append(move)
    return replace(plan, right=tuple(right), changes=tuple(changes))
