# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which host of the inventory a cluster of a Prism Central is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralCluster


@dataclass(frozen=True)
class ClusterHost:
    """A Prism Element of the inventory: its cluster's uuid in lower case, '' where nobody could ask it, and every
    address it is known by."""

    host: str
    uuid: str
    addresses: tuple[str, ...]


def hosts_of_cluster(cluster: CentralCluster, hosts: Sequence[ClusterHost]) -> list[str]:
    """The hosts that are this cluster, by its uuid; by an address only those whose uuid is not known. More than one is
    no answer but a doubt."""
    by_uuid = [host.host for host in hosts if host.uuid and host.uuid == cluster.uuid.lower()]
    if by_uuid:
        return by_uuid
    own_addresses = folded(cluster.addresses)
    return [host.host for host in hosts if not host.uuid and own_addresses & folded(host.addresses)]
