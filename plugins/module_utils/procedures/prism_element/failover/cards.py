# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Network cards of VMs that change their side: which may get lost, because nothing maps their network (contract
prism_element 11, 12), and which did."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.nics import (
    list_networks,
    list_vms_with_cards,
    mapped_networks,
    with_cards,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Found
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.work import (
    DomainMove,
)


def unmapped_networks(work: DomainMove, site: str, vms: Iterable[Found]) -> list[dict[str, Any]]:
    """The networks of VMs that the remote site does not map, each with the VMs on it. `same_name` says whether the
    other side has one of that name, to which cards may come all the same; None when it could not be asked."""
    names = {network.uuid: network.name for network in list_networks(work.client)}
    mapped = {name for name, sites in mapped_networks(work.client).items() if site in sites}
    on: dict[str, list[str]] = {}
    for vm in vms:
        for name in {names.get(card.network_uuid, card.network_uuid) for card in vm.cards or ()} - mapped:
            on.setdefault(name, []).append(vm.name)
    there = {network.name for network in list_networks(work.peer)} if on and work.peer else None

    def has_same_name(name: str) -> bool | None:
        if there is None:
            return None
        return name in there

    return [{"network": name, "vms": sorted(on[name]), "same_name": has_same_name(name)} for name in sorted(on)]


def without_cards(client: PrismElement, uuids: Collection[str], had_none: Collection[str]) -> list[dict[str, str]]:
    """Those of the VMs that have no network card now, and are not known to have had none before."""
    vms_without = [
        with_cards(client, vm) for vm in list_vms_with_cards(client) if vm.uuid in uuids and vm.uuid not in had_none
    ]
    return [{"name": vm.name, "uuid": vm.uuid} for vm in vms_without if not vm.cards]
