# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Network cards of VMs, and the networks they are on (contract prism_element 3.1, 3.6, 14)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import effect_unknown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Card, Found, Network
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    NotFound,
    OperationError,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

_WITH_CARDS = {"include_vm_nic_config": True}


def list_networks(client: PrismElement) -> list[Network]:
    """All networks, sorted by name."""
    return sorted(
        (_network(entity) for entity in client.entities("/networks/")), key=lambda network: (network.name, network.uuid)
    )


def network_called(name: str, networks: list[Network], endpoint: str) -> Network:
    """The one network of exactly this name."""
    matches = [network for network in networks if network.name == name]
    if not matches:
        raise OperationError(
            f"{endpoint} has no network '{name}'", right_name(name, (network.name for network in networks))
        )
    if len(matches) > 1:
        uuids = ", ".join(f"{network.uuid} (VLAN {network.vlan_id})" for network in matches)
        raise OperationError(
            f"{endpoint} has {len(matches)} networks called '{name}': {uuids}",
            "Rename all but one: a network must be certain.",
        )
    return matches[0]


def mapped_networks(client: PrismElement) -> dict[str, list[str]]:
    """The remote sites that map each network, by its name: production comes and goes there (12).

    Names of both ends of a mapping count, because which of them is here is only inferred.
    """
    sites: dict[str, list[str]] = {}
    for entity in client.entities("/remote_sites/"):
        for pair in (entity.get("network_mapping") or {}).get("l2_network_mappings") or []:
            for name in {pair.get("src_network_name"), pair.get("dest_network_name")} - {None, ""}:
                sites.setdefault(name, []).append(entity.get("name") or "")
    return {name: sorted(set(names)) for name, names in sites.items()}


def list_vms_with_cards(client: PrismElement) -> list[Found]:
    """All VMs, sorted by name and uuid. A VM that is listed without its cards, though asked for, has `cards` None
    (contract prism_element trap 42)."""
    return sorted(
        (_found(entity) for entity in client.entities("/vms/", _WITH_CARDS, paged=True)),
        key=lambda vm: (vm.name, vm.uuid),
    )


def read_vm_with_cards(client: PrismElement, uuid: str) -> Found | None:
    """One VM with its cards, or None when the cluster does not have it."""
    try:
        body = client.get(f"/vms/{segment(uuid)}", _WITH_CARDS)
        return with_cards(client, _found(body)) if body else None
    except NotFound:
        return None


def with_cards(client: PrismElement, vm: Found) -> Found:
    """The VM with its cards, which are asked for where they are not known yet: left out does not mean that there are
    none."""
    if vm.cards is not None:
        return vm
    return replace(vm, cards=_cards(client.entities(f"/vms/{segment(vm.uuid)}/nics/")))


def remove_card(client: PrismElement, vm_uuid: str, mac_address: str) -> str | None:
    """Order the removal of a card. Returns the task, or None when the card is not there.

    Every client that was found writes the address with colons; one source once spoke of hyphens (contract prism_element
    3.6, addition 10), which are tried where colons are refused."""
    path = f"/vms/{segment(vm_uuid)}/nics/"
    try:
        return _task(client.request("DELETE", f"{path}{segment(mac_address)}").body)
    except AccessDenied:
        raise
    except ApiError:
        try:
            return _task(client.request("DELETE", f"{path}{segment(mac_address.replace(':', '-'))}").body)
        except NotFound:
            return None


def add_card(client: PrismElement, vm_uuid: str, network_uuid: str) -> str | None:
    """Order one more card. Returns the task. Not to be repeated after AnswerLost without a look: each repetition would
    be one more card."""
    with effect_unknown():
        body = client.request(
            "POST", f"/vms/{segment(vm_uuid)}/nics/", payload={"spec_list": [{"network_uuid": network_uuid}]}
        ).body
    return _task(body)


def _network(entity: dict[str, Any]) -> Network:
    # Unset fields are left out (contract prism_element addition 1): a network without a tag is VLAN 0.
    return Network(
        entity.get("uuid") or "", entity.get("name") or "", entity.get("vlan_id") or 0, entity.get("vswitch_name") or ""
    )


def _task(body: Any) -> str | None:
    if isinstance(body, dict):
        return body.get("task_uuid")
    return None


def _found(entity: dict[str, Any]) -> Found:
    cards = entity.get("vm_nics")
    return Found(
        uuid=entity.get("uuid") or "",
        name=entity.get("name") or "",
        power_state=str(entity.get("power_state") or "unknown").lower(),
        cards=None if cards is None else _cards(cards),
    )


def _cards(entities: list[dict[str, Any]]) -> tuple[Card, ...]:
    return tuple(Card(str(card.get("mac_address") or ""), str(card.get("network_uuid") or "")) for card in entities)
