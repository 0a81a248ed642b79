# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which network of this cluster stands for one of another cluster (contract prism_element 11, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld
    from lab.prism_element.state.entities import Network


def network_here(world: PrismElementWorld, network_uuid: str) -> str | None:
    """Return the uuid of the network that a card gets here: by the mapping of either side's remote site, else by its
    name; None: the card is lost."""
    for origin in (world, *world.peers.values()):
        for known in origin.networks:
            if known.uuid == network_uuid:
                return (
                    known.uuid
                    if origin is world
                    else _among_namesakes(world, _mapped(world, origin, known.name), known)
                )
    return None


def _among_namesakes(world: PrismElementWorld, name: str | None, known: Network) -> str | None:
    """Return the network of this name; a mapping knows names only (contract prism_element 12), so which of several is
    meant is unknown and switchable."""
    found = [network for network in world.networks if network.name == name]
    if world.behaviour["namesake_networks"] == "same_vlan":
        found = [network for network in found if network.vlan_id == known.vlan_id] or found
    if not found:
        return None
    return found[-1 if world.behaviour["namesake_networks"] == "last" else 0].uuid


def _mapped(world: PrismElementWorld, origin: PrismElementWorld, name: str) -> str | None:
    ours = {
        there: here
        for site in world.dr.sites.values()
        if site.cluster == origin.name
        for here, there in site.network_mapping.items()
    }
    theirs = {
        there: here
        for site in origin.dr.sites.values()
        if site.cluster == world.name
        for there, here in site.network_mapping.items()
    }
    unmapped = name if world.behaviour["unmapped_networks"] == "by_name" else None
    return ours.get(name) or theirs.get(name) or unmapped
