# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Prism Centrals that this one is paired with: of v4 where it has them, of v3 before (contract prism_central 2.2,
7.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.clusters import address_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import Peer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

# The first minor version of prism with registrations
REGISTRATIONS_SINCE = 2


def list_peers(client: PrismCentral, central_uuid: str) -> list[Peer]:
    """Each paired Prism Central once, sorted by name."""
    peers = _of_v3(client)
    if client.supports("prism", REGISTRATIONS_SINCE):
        # Whether v4 lists all pairs is not known, so that v3 is asked as well; v4 knows more of those it has.
        peers = {**peers, **_of_v4(client, central_uuid)}
    peers.pop(central_uuid, None)
    return sorted(peers.values(), key=lambda peer: (peer.name, peer.uuid))


def _of_v4(client: PrismCentral, central_uuid: str) -> dict[str, Peer]:
    path = f"/management/domain-managers/{segment(central_uuid)}/registrations"
    peers = [_registered(data) for data in client.entities("prism", path) if _is_central(data)]
    return {peer.uuid: peer for peer in peers if peer.uuid}


def _is_central(data: Mapping[str, Any]) -> bool:
    return (data.get("remoteClusterDetails") or {}).get("clusterType") == "DOMAIN_MANAGER"


def _registered(data: Mapping[str, Any]) -> Peer:
    details = data.get("remoteClusterDetails") or {}
    return Peer(
        uuid=data.get("remoteClusterExtId") or details.get("extId") or "",
        name=details.get("name") or "",
        address=address_of(details.get("externalAddress")),
        connected=data.get("connectivityStatus") == "CONNECTED",
    )


def _of_v3(client: PrismCentral) -> dict[str, Peer]:
    """Clusters are among the remote connections, and a peer may be there several times (contract prism_central trap 3,
    7.2)."""
    peers: dict[str, Peer] = {}
    for entity in client.v3_entities("remote_connection"):
        status = entity.get("status") or {}
        resources = status.get("resources") or {}
        remote = resources.get("remote_connection_info") or {}
        uuid = remote.get("cluster_uuid") or ""
        if uuid and remote.get("cluster_function") == "PRISM_CENTRAL":
            address = (resources.get("remote_address") or {}).get("ip") or remote.get("cluster_fqdn") or ""
            peers[uuid] = Peer(uuid, status.get("name") or "", address, status.get("state") == "COMPLETE")
    return peers
