# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No clone is planned with a card that it must not have, and a network that production uses is refused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill import Drill
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill_plan import (
    Clone,
    on_networks,
    planned_clones,
    production,
    some,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Card, Found, Network

DRILL = Drill("q4")
ISOLATED = Network("n-drill", "DRILL", 666, "br0")
OFFICE = Network("n-office", "VLAN110", 110, "br0")
TWIN = Network("n-twin", "TEST", 110, "br0")
CARDS = st.lists(
    st.builds(Card, st.uuids().map(str), st.sampled_from(["n-drill", "n-office"])), max_size=3, unique=True
).map(tuple)
CLONES = st.builds(
    Clone,
    vm=st.just("PC1"),
    name=st.just("drill_q4_PC1"),
    uuid=st.just("u"),
    power_state=st.sampled_from(["on", "off", "suspended"]),
    cards=CARDS,
)


@given(CLONES, st.sampled_from(["", "n-drill"]), st.booleans())
def test_what_is_planned_is_away_from_production_and_needs_nothing_more(
    clone: Clone, network_uuid: str, power_on: bool
) -> None:
    (planned,) = planned_clones(DRILL, ["PC1"], {"PC1": clone}, network_uuid, power_on)
    assert {card.network_uuid for card in planned.cards} == ({network_uuid} if network_uuid else set())
    assert planned.power_state == "on" or not power_on
    assert planned.checked is not planned.changed
    (again,) = planned_clones(DRILL, ["PC1"], {"PC1": planned}, network_uuid, power_on)
    assert not again.changed


def test_a_clone_that_is_missing_is_made() -> None:
    (planned,) = planned_clones(DRILL, ["PC1"], {}, "n-drill", True)
    assert (planned.name, planned.uuid, planned.power_state) == ("drill_q4_PC1", "", "on")
    assert planned.changed


def test_cards_are_taken_away_from_a_clone_that_is_off() -> None:
    clone = Clone("PC1", "drill_q4_PC1", "u", "on", (Card("m", "n-office"),))
    (planned,) = planned_clones(DRILL, ["PC1"], {"PC1": clone}, "", False)
    assert (planned.power_state, planned.cards) == ("off", ())


def on(network: Network, name: str = "PC1") -> Found:
    return Found(f"u-{name}", name, "on", (Card("m", network.uuid),))


def test_a_network_of_its_own_is_no_production() -> None:
    vms = [on(OFFICE), on(ISOLATED, "strange")]
    assert production(ISOLATED, [ISOLATED, OFFICE, TWIN], {"VLAN110": ["b"]}, vms, {"u-PC1"}) is None


def test_a_network_with_protected_vms_is_production_under_any_name() -> None:
    refusal = production(TWIN, [ISOLATED, OFFICE, TWIN], {}, [on(OFFICE)], {"u-PC1"})
    assert refusal is not None
    assert "VLAN 110 on br0, as is 'VLAN110', which is in production: protected VMs are on it, 'PC1'" in refusal.message


def test_a_network_that_a_failover_maps_to_is_production() -> None:
    refusal = production(OFFICE, [OFFICE], {"VLAN110": ["cluster-b"]}, [], set())
    assert refusal is not None
    assert "by the network mapping of remote site 'cluster-b'" in refusal.message


def test_many_are_told_by_the_first_few() -> None:
    vms = [on(OFFICE, f"PC{number}") for number in range(7)]
    assert on_networks([*vms, on(TWIN)], [OFFICE]) == vms
    assert some(vms) == "'PC0', 'PC1', 'PC2', 'PC3', 'PC4' and 2 more"
