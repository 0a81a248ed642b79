# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clients of Prism Element against every form that the additions in
docs/contracts/prism_element.md leave open."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.failovers import list_mode_tasks
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.nics import (
    list_networks,
    list_vms_with_cards,
    read_vm_with_cards,
    remove_card,
)
from harness.modules import Site, hosts_of
from lab.running import RunningLab

SCHEDULE = {"type": "DAILY", "local": 1, "remote": {"B": 1}, "first_after": 31536000.0}
TOPOLOGY: dict[str, Any] = {
    "seed": 1,
    "prism_elements": [
        {
            "name": "cluster-a",
            "vms": [{"name": "desk", "disks_gib": [1, 2, 3]}, {"name": "other", "disk_gib": 1}],
            "remote_sites": [{"name": "B", "cluster": "cluster-b", "bandwidth_mbps": 10000}],
            "protection_domains": [
                {"name": "PD-1", "vms": ["desk"], "schedules": [SCHEDULE], "snapshots": [{"remotes": ["B"]}]},
                {"name": "PD-2", "vms": ["other"], "snapshots": [{"remotes": ["B"]}]},
            ],
        },
        {"name": "cluster-b", "remote_sites": [{"name": "A", "cluster": "cluster-a"}]},
    ],
}


@pytest.fixture
def hosts(lab: RunningLab) -> dict[str, Site]:
    lab.reset(deepcopy(TOPOLOGY))
    lab.forget()
    return hosts_of(lab)


def connected(host: Site) -> PrismElement:
    return PrismElement.connect(
        {**{name: option.get("default") for name, option in CONNECTION_ARGUMENTS.items()}, **host.options}
    )


def switch(lab: RunningLab, **switches: Any) -> None:
    lab.change([{"endpoint": name, "kind": "behaviour", **switches} for name in ("cluster-a", "cluster-b")])


def activate(hosts: dict[str, Site], name: str) -> dict[str, Any]:
    options = {
        "name": name,
        "state": "activated",
        "accept_split_brain": True,
        "accept_pending_replications": True,
        "peer": dict(hosts["cluster-a"].options),
    }
    return hosts["cluster-b"]("pe_protection_domain_failover", **options)


@pytest.mark.parametrize("entity_id", ["name", "id"])
def test_the_failed_task_of_another_domain_ends_no_healthy_failover(
    lab: RunningLab, hosts: dict[str, Site], entity_id: str
) -> None:
    """Addition 13: a task with an entityId that is not ours is about another."""
    switch(lab, monitor_entity_id=entity_id)
    lab.faults([{"path": "PD-2/activate", "method": "POST", "then": {"fail_task": "no space"}}])
    client = connected(hosts["cluster-b"])
    client.request("POST", "/protection_domains/PD-1/activate", payload={})
    client.request("POST", "/protection_domains/PD-2/activate", payload={})
    lab.skip(1000)
    told = [(task.status, task.names_domain) for task in list_mode_tasks(client, "PD-1") or []]
    assert told == ([("SUCCEEDED", True)] if entity_id == "name" else [])


@pytest.mark.parametrize("entity_id", ["name", "id"])
def test_a_failover_beside_one_that_fails_succeeds(lab: RunningLab, hosts: dict[str, Site], entity_id: str) -> None:
    switch(lab, monitor_entity_id=entity_id)
    lab.faults([{"path": "PD-2/activate", "method": "POST", "then": {"fail_task": "no space"}}])
    client = connected(hosts["cluster-b"])
    for name, seconds in (("PD-2", 300), ("PD-1", 1500)):
        lab.change([{"endpoint": "cluster-b", "kind": "durations", "activate": seconds}])
        client.request("POST", f"/protection_domains/{name}/activate", payload={})
    assert len(activate(hosts, "PD-1")["vms"]) == 1


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("entity_id", ["name", "id", "none"])
def test_a_failover_whatever_a_cluster_shows_of_it(
    lab: RunningLab, hosts: dict[str, Site], entity_id: str, listed: bool
) -> None:
    switch(lab, monitor_entity_id=entity_id, pending_change_listed=listed)
    moved = activate(hosts, "PD-1")
    assert (moved["changed"], [vm["name"] for vm in moved["vms"]]) == (True, ["desk"])


@pytest.mark.parametrize("state", ["migrated", "activated"])
def test_a_failover_that_fails_unseen_is_still_running_for_a_while_only(
    lab: RunningLab, hosts: dict[str, Site], state: str
) -> None:
    """Issue 9.12, its kind: nothing is listed, nothing moves, and the goal is not reached."""
    switch(lab, monitor_entity_id="id", pending_change_listed=False)
    lab.faults([{"method": "POST", "path": "/(activate|migrate)", "then": {"fail_task": "no space"}}])
    here, peer = ("cluster-a", "cluster-b") if state == "migrated" else ("cluster-b", "cluster-a")
    more = {"remote_site": "B"} if state == "migrated" else {"accept_split_brain": True}
    options = {
        "name": "PD-1",
        "state": state,
        "peer": dict(hosts[peer].options),
        "accept_pending_replications": True,
        "wait_timeout": 6,
        **more,
    }
    message = hosts[here].fails("pe_protection_domain_failover", **options)
    assert (
        "came to an end without effect, and neither pending_actions nor progress_monitors shows it under way" in message
    )


def test_a_slow_failover_that_is_not_listed_is_waited_for_while_data_move(
    lab: RunningLab, hosts: dict[str, Site]
) -> None:
    switch(lab, monitor_entity_id="id", pending_change_listed=False)
    # The last replication takes four seconds of the eight, longer than the grace of two.
    lab.change(
        [{"endpoint": "cluster-a", "kind": "remote_site", "name": "B", "cluster": "cluster-b", "bandwidth_mbps": 1.1}]
    )
    options = {
        "name": "PD-1",
        "state": "migrated",
        "remote_site": "B",
        "peer": dict(hosts["cluster-b"].options),
        "accept_pending_replications": True,
    }
    assert hosts["cluster-a"]("pe_protection_domain_failover", **options, wait_timeout=10)["missing_vms"] == []


@pytest.mark.parametrize("state", ["running", "succeeded"])
def test_a_domain_called_like_a_state_is_not_named_by_every_task(
    lab: RunningLab, hosts: dict[str, Site], state: str
) -> None:
    switch(lab, monitor_entity_id="none")
    client = connected(hosts["cluster-b"])
    client.request("POST", "/protection_domains/PD-1/activate", payload={})
    lab.skip(0 if state == "running" else 1000)
    assert [task.names_domain for task in list_mode_tasks(client, state) or []] == [False]


@pytest.mark.parametrize("form", ["colons", "hyphens", "both"])
def test_a_card_is_removed_whatever_a_path_calls_it(lab: RunningLab, hosts: dict[str, Site], form: str) -> None:
    """Addition 10: colons come first, as every client that was found writes them."""
    switch(lab, nic_id_form=form)
    client = connected(hosts["cluster-a"])
    [vm] = [vm for vm in list_vms_with_cards(client) if vm.name == "desk"]
    [card] = vm.cards or ()
    assert remove_card(client, vm.uuid, card.mac_address)
    sent = [entry["path"].rpartition("/")[2] for entry in lab.requests() if entry["method"] == "DELETE"]
    assert sent == [card.mac_address, card.mac_address.replace(":", "-")][: 2 if form == "hyphens" else 1]
    lab.skip(100)
    assert remove_card(client, vm.uuid, card.mac_address) is None


@pytest.mark.parametrize("listed", ["asked", "singly", "never"])
def test_cards_that_an_answer_leaves_out_are_asked_for(lab: RunningLab, hosts: dict[str, Site], listed: str) -> None:
    switch(lab, nics_listed=listed)
    client = connected(hosts["cluster-a"])
    [vm] = [vm for vm in list_vms_with_cards(client) if vm.name == "desk"]
    assert (vm.cards is None) == (listed != "asked")
    read = read_vm_with_cards(client, vm.uuid)
    assert read is not None
    assert len(read.cards or ()) == 1


def test_a_vm_with_several_disks_is_described_and_restored_with_all_of_them(
    lab: RunningLab, hosts: dict[str, Site]
) -> None:
    [vm] = hosts["cluster-a"]("pe_vm_info", name="desk", include_disks=True)["vms"]
    assert [disk["bytes"] >> 30 for disk in vm["disks"]] == [1, 2, 3]
    [domain] = hosts["cluster-b"]("pe_protection_domain_info", name="PD-1")["protection_domains"]
    release = {
        "protection_domain": "PD-1",
        "vm_name": "desk",
        "release": "r1",
        "snapshot_id": domain["snapshots"][0]["id"],
    }
    made = hosts["cluster-b"]("pe_protection_domain_restore", **release)["vm"]
    state = lab.state()["endpoints"]
    contents = {
        found["uuid"]: [disk["content"] for disk in found["disks"]]
        for cluster in ("cluster-a", "cluster-b")
        for found in state[cluster]["vms"]
    }
    assert contents[made["uuid"]] == contents[vm["uuid"]]


@pytest.mark.parametrize("namesake", ["first", "last", "same_vlan"])
def test_networks_of_one_name_are_read_with_what_tells_them_apart(
    lab: RunningLab, hosts: dict[str, Site], namesake: str
) -> None:
    switch(lab, namesake_networks=namesake)
    lab.change([{"endpoint": "cluster-b", "kind": "network", "name": "VLAN10", "vlan_id": 20, "vswitch_name": "br1"}])
    client = connected(hosts["cluster-b"])
    listed = [network for network in list_networks(client) if network.name == "VLAN10"]
    assert {(network.vlan_id, network.vswitch) for network in listed} == {(10, "br0"), (20, "br1")}
    activate(hosts, "PD-1")
    [vm] = [vm for vm in list_vms_with_cards(client) if vm.name == "desk"]
    wanted = 20 if namesake == "last" else 10
    assert [card.network_uuid for card in vm.cards or ()] == [
        network.uuid for network in listed if network.vlan_id == wanted
    ]
