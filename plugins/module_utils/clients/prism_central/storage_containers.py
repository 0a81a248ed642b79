# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Storage containers, as Prism Central lists them (contract prism_central 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.filters import quoted


@dataclass(frozen=True)
class CentralContainer:
    """A storage container of a cluster."""

    uuid: str
    name: str
    cluster_uuid: str


def containers_of(client: PrismCentral, cluster_uuid: str = "") -> list[CentralContainer]:
    """Those of one cluster or of all that are not being removed, sorted by name. Their usable id is not `extId`
    (contract prism_central trap 13)."""
    where = f"clusterExtId eq {quoted(cluster_uuid)}" if cluster_uuid else ""
    listed = client.entities("clustermgmt", "/config/storage-containers", where=where)
    containers = [
        CentralContainer(data.get("containerExtId") or "", data.get("name") or "", data.get("clusterExtId") or "")
        for data in listed
        if not data.get("isMarkedForRemoval")
    ]
    wanted = [each for each in containers if cluster_uuid in ("", each.cluster_uuid)]
    return sorted(wanted, key=lambda each: (each.name, each.cluster_uuid))
