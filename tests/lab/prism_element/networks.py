# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which network of this cluster stands for one of another cluster (contract 11, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.prism_element.world import PrismElementWorld


def network_here(world: PrismElementWorld, network_uuid: str) -> str | None:
    """Return the uuid of the network that a card gets here: by the mapping of either side's remote site, else by its name; None: the card is lost."""
    for origin in (world, *world.peers.values()):
        for name, (known_uuid, _vlan) in origin.networks.items():
            if known_uuid == network_uuid:
                wanted = name if origin is world else _mapped(world, origin, name)
                return world.networks[wanted][0] if wanted in world.networks else None
    return None


def _mapped(world: PrismElementWorld, origin: PrismElementWorld, name: str) -> str | None:
    ours = {there: here for site in world.dr.sites.values() if site.cluster == origin.name for here, there in site.network_mapping.items()}
    theirs = {there: here for site in origin.dr.sites.values() if site.cluster == world.name for there, here in site.network_mapping.items()}
    unmapped = name if world.behaviour["unmapped_networks"] == "by_name" else None
    return ours.get(name) or theirs.get(name) or unmapped
