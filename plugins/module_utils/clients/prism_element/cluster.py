# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cluster itself (contract prism_element 2)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement


@dataclass(frozen=True)
class Cluster:
    """`name` and `uuid` identify the cluster, `version` is its AOS version, `hypervisors` such as ('kKvm',) for AHV."""

    uuid: str
    name: str
    version: str
    nodes: int
    hypervisors: tuple[str, ...]
    address: str
    timezone: str


def read_cluster(client: PrismElement) -> Cluster:
    """One read; also the cheapest test of address and credentials."""
    body = client.get("/cluster") or {}
    return Cluster(
        uuid=body.get("uuid") or body.get("cluster_uuid") or "",
        name=body.get("name") or "",
        version=body.get("version") or "",
        nodes=body.get("num_nodes") or 0,
        hypervisors=tuple(body.get("hypervisor_types") or ()),
        # Two spellings of the same field: contract prism_element 1.2.
        address=body.get("cluster_external_ipaddress") or body.get("cluster_external_i_p_address") or "",
        timezone=body.get("timezone") or "",
    )
