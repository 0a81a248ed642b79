# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a drill is going to do: which clones are to be, and whether their network is production. Names, and whose VM is
one of ours, stand in drill.py."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted, shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill import Drill, card_change
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Card, Found, Network

NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Clone:
    """A clone as the module returns it. `checked` once it was seen as it shall be, `problem` says why it is not."""

    vm: str
    name: str
    uuid: str = ""
    power_state: str = "off"
    cards: tuple[Card, ...] = ()
    checked: bool = False
    problem: str = ""
    changed: bool = False
    started: bool = False


def planned_clones(
    drill: Drill, names: Iterable[str], there: Mapping[str, Clone], network_uuid: str, power_on: bool
) -> list[Clone]:
    """What the clones of these VMs will be; `there` are those that exist, by the name of the VM. One that needs no
    change is seen as it shall be."""
    return [_planned(there.get(name), Clone(name, drill.clone_name(name)), network_uuid, power_on) for name in names]


def _planned(clone: Clone | None, new: Clone, network_uuid: str, power_on: bool) -> Clone:
    now = clone or new
    change = card_change(now.cards, network_uuid)
    state = now.power_state
    if power_on:
        state = "on"
    elif change:
        state = "off"
    cards = tuple(card for card in now.cards if card.mac_address not in change.remove)
    added = (Card("", network_uuid),) if change.add else ()
    changed = clone is None or bool(change) or state != now.power_state
    return replace(now, power_state=state, cards=cards + added, changed=changed, checked=not changed)


def production(
    drill_network: Network,
    networks: Iterable[Network],
    mapped: Mapping[str, Sequence[str]],
    vms: Sequence[Found],
    protected: Collection[str],
) -> Refusal | None:
    """Why the drill's network is production: protected VMs are on it, or would be after a failover, under whatever name
    it is seen here."""
    same = [network for network in networks if network.is_one_with(drill_network)]
    for network in same:
        if network.name in mapped:
            why = f"VMs come onto it by the network mapping of remote site {quoted(mapped[network.name])}"
            return _in_production(drill_network, network, why)
    for network in same:
        guarded = [vm for vm in on_networks(vms, [network]) if vm.uuid in protected]
        if guarded:
            return _in_production(drill_network, network, f"protected VMs are on it, {some(guarded)}")
    return None


def _in_production(drill_network: Network, network: Network, why: str) -> Refusal:
    another = ""
    if network.uuid != drill_network.uuid:
        another = f"{drill_network.wire}, as is '{network.name}', which is "
    return Refusal(
        f"refused, because network '{drill_network.name}' is {another}in production: {why}",
        "Give a network with a VLAN or virtual switch of its own, or none: then the clones lose all their network"
        " cards.",
    )


def on_networks(vms: Iterable[Found], networks: Iterable[Network]) -> list[Found]:
    """The VMs with a card on one of these networks."""
    uuids = {network.uuid for network in networks}
    return [vm for vm in vms if not uuids.isdisjoint(vm.network_uuids)]


def some(vms: Sequence[Found]) -> str:
    """The first few by name."""
    return shortened([quoted([vm.name]) for vm in vms], most=NAMED_AT_MOST)
