# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of one name: told apart by VLAN and virtual switch only (contract prism_element 14; that names are unique is
written nowhere)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from lab.running import RunningLab
from lab.topology import load

Client = Callable[[str], Any]

NAMESAKES = [
    {"name": "Desktops", "vlan_id": 20},
    {"name": "Desktops", "vlan_id": 30, "vswitch_name": "br1"},
    {"name": "Desktops", "vlan_id": 30},
]
ESTATE: dict[str, Any] = {
    "time_scale": 0,
    "prism_elements": [
        {
            "name": "a",
            "networks": NAMESAKES,
            "vms": [{"name": "desk", "power_state": "on", "networks": [{"vlan_id": 30, "vswitch_name": "br1"}]}],
            "remote_sites": [{"name": "b", "cluster": "b"}],
            "protection_domains": [{"name": "PD", "vms": ["desk"], "snapshots": [{"remotes": ["b"]}]}],
        },
        {
            "name": "b",
            "networks": [{"name": "Desktops", "vlan_id": 99}, *NAMESAKES],
            "remote_sites": [{"name": "a", "cluster": "a"}],
        },
    ],
}


@pytest.fixture
def estate(lab: RunningLab) -> RunningLab:
    lab.reset(deepcopy(ESTATE))
    return lab


def test_namesakes_are_told_apart_by_vlan_and_switch(estate: RunningLab, prism: Client) -> None:
    client = prism("a")
    listed = client.entities("/networks")
    assert [(network["name"], network["vlan_id"], network["vswitch_name"]) for network in listed] == [
        ("Desktops", 20, "br0"),
        ("Desktops", 30, "br1"),
        ("Desktops", 30, "br0"),
    ]
    [vm] = client.entities("/vms", include_vm_nic_config="true")
    assert [card["network_uuid"] for card in vm["vm_nics"]] == [listed[1]["uuid"]]


def test_the_lab_remembers_on_which_of_the_namesakes_a_vm_was(estate: RunningLab) -> None:
    state = estate.state()["endpoints"]["a"]
    assert state["vms"][0]["seen_on_networks"] == ["Desktops"]
    assert state["vms"][0]["seen_on_network_uuids"] == [state["networks"][1]["uuid"]]


@pytest.mark.parametrize(("switch", "vlan_id"), [("first", 99), ("last", 30), ("same_vlan", 30)])
def test_which_namesake_the_card_of_a_failed_over_vm_gets(
    estate: RunningLab, prism: Client, switch: str, vlan_id: int
) -> None:
    estate.change([{"endpoint": "b", "kind": "behaviour", "namesake_networks": switch}])
    assert prism("b").ask("POST", "/protection_domains/PD/activate", {}).json() == {"value": True}
    estate.skip(100)
    state = estate.state()["endpoints"]["b"]
    vlans = {network["uuid"]: network["vlan_id"] for network in state["networks"]}
    assert [vlans[card["network_uuid"]] for vm in state["vms"] for card in vm["nics"]] == [vlan_id]


def test_one_more_network_can_be_added_from_outside(estate: RunningLab, prism: Client) -> None:
    [made] = estate.change([{"endpoint": "a", "kind": "network", "name": "Desktops", "vlan_id": 40}])
    assert prism("a").entities("/networks")[-1]["uuid"] == made["uuid"]


def test_a_card_on_a_network_that_is_not_there_is_an_error_of_the_topology() -> None:
    wrong = deepcopy(ESTATE)
    wrong["prism_elements"][0]["vms"][0]["networks"] = [{"name": "Desktops", "vlan_id": 31}]
    with pytest.raises(ValueError, match="no network is"):
        load(wrong)
