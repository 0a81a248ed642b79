# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One look at a cluster for those who watch it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    ProtectionDomain,
    list_protection_domains,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.replications import (
    list_queued,
    list_replications,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import list_vms
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.events.cluster_watch import (
    GoldenVm,
    Sight,
    Transfers,
    is_marked,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.replication import Queued, Replication


def look_at_cluster(
    client: PrismElement, names: Collection[str], mark: str, protection_domains: Collection[str]
) -> Sight:
    """Two lists, and two more for each protection domain that is active here. VMs are meant by their exact names, or
    by a mark in their descriptions, as a word of its own; all protection domains are, unless some are named."""
    vms = list_vms(client)
    golden_vms = tuple(
        GoldenVm(vm.uuid, vm.name, vm.power_state == "off")
        for vm in vms
        if vm.name in names or is_marked(vm.description, mark)
    )
    transfers: dict[tuple[str, str], Transfers] = {}
    domains = list_protection_domains(client)
    for domain in domains:
        if domain.active and (not protection_domains or domain.name in protection_domains):
            transfers |= _transfers(client, domain)
    names_by_uuid = {vm.uuid: vm.name for vm in vms}
    return Sight(golden_vms, transfers, names_by_uuid, frozenset(domain.name for domain in domains))


def _transfers(client: PrismElement, domain: ProtectionDomain) -> dict[tuple[str, str], Transfers]:
    outgoing = [each for each in list_replications(client, domain.name, domain.links) if not each.incoming]
    queued = list_queued(client, domain.name)
    sites = {each.remote_site for each in outgoing} | {each.remote_site for each in queued}
    return {(domain.name, site): _to(site, outgoing, queued) for site in sites}


def _to(site: str, outgoing: Sequence[Replication], queued: Sequence[Queued]) -> Transfers:
    under_way = [each for each in outgoing if each.remote_site == site]
    return Transfers(
        {each.snapshot_id: (each.percent, each.completed_bytes) for each in under_way},
        tuple(each.snapshot_id for each in queued if each.remote_site == site),
    )
