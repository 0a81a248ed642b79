# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protection domains that move between simulated clusters, over real HTTPS, and the Citrix machines on them (contract
prism_element 11, 5.4, 3.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import lab as lab_package
from conformance.citrix_client import Client as Citrix
from harness.modules import topology_of
from lab.running import RunningLab
from lab.topology import BadTopology, load

Cluster = Callable[[str], Any]

TOPOLOGY = Path(lab_package.__file__).parent / "topologies" / "failover.yml"
W11 = "/protection_domains/PD-W11"
W10 = "/protection_domains/PD-W10"
NAMES = [f"W11-00{number}" for number in range(1, 9)]


def estate() -> dict[str, Any]:
    topology: dict[str, Any] = topology_of(TOPOLOGY)
    return {**topology, "time_scale": 0}


@pytest.fixture
def lab(running: RunningLab) -> Iterator[RunningLab]:
    running.reset(estate())
    yield running
    assert running.violations() == []


def switch(lab: RunningLab, endpoint: str, **switches: Any) -> None:
    lab.change([{"endpoint": endpoint, "kind": "behaviour", **switches}])


def vms(lab: RunningLab, cluster: str) -> dict[str, dict[str, Any]]:
    """Return the VMs of a cluster that bear a name of the protection domains, by name."""
    found = lab.state()["endpoints"][cluster]["vms"]
    return {vm["name"]: vm for vm in found if vm["name"] in [*NAMES, "W10-001", "W10-002", "W10-003", "w10-004"]}


def contents(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: vm["disks"][0]["content"] for name, vm in found.items()}


def uuids(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: vm["uuid"] for name, vm in found.items()}


def migrated(lab: RunningLab, prism: Cluster, domain: str = W11) -> None:
    answer = prism("cluster-a").ask("POST", f"{domain}/migrate", {"value": "SITE-B"})
    assert (answer.status_code, answer.json()["metadata"]["count"], answer.json()["entities"]) == (200, 0, [])
    lab.skip(400)


def change_of(client: Any, domain: str = W11) -> Any:
    return client.get(f"{domain}/pending_actions")[0]["pending_change_mode"]


def monitors(client: Any) -> list[tuple[str, str, int]]:
    answer = client.session.get(client.url.replace("/v2.0", "/v1") + "/progress_monitors", timeout=10)
    assert answer.status_code == 200, answer.text
    return [(entry["operation"], entry["status"], entry["errorCode"]) for entry in answer.json()["entities"]]


def test_a_migration_moves_the_vms_as_they_were_last(lab: RunningLab, prism: Cluster) -> None:
    source, target = prism("cluster-a"), prism("cluster-b")
    before = vms(lab, "cluster-a")
    migrated(lab, prism)
    after = vms(lab, "cluster-b")
    assert sorted(after) == NAMES
    assert not set(NAMES) & set(vms(lab, "cluster-a"))
    assert all(
        uuids(after)[name] == uuids(before)[name] and contents(after)[name] == contents(before)[name] for name in NAMES
    )
    assert {vm["power_state"] for vm in after.values()} == {"off"}
    assert [source.get(W11)["active"], target.get(W11)["active"]] == [False, True]
    assert {member["vm_name"]: member["vm_id"] for member in target.get(W11)["vms"]} == uuids(after)
    assert source.get(W11)["vms"] == []
    network = next(network["uuid"] for network in target.entities("/networks") if network["name"] == "VLAN110")
    shown = target.entities("/vms", include_vm_nic_config=True, filter="vm_name==W11-001")[0]
    assert [nic["network_uuid"] for nic in shown["vm_nics"]] == [network]
    assert [nic["mac_address"] for nic in shown["vm_nics"]] == [nic["mac_address"] for nic in before["W11-001"]["nics"]]


def test_a_migration_shows_on_both_sides_while_it_is_under_way(lab: RunningLab, prism: Cluster) -> None:
    source, target = prism("cluster-a"), prism("cluster-b")
    source.ask("POST", f"{W11}/migrate", {"value": "SITE-B"})
    assert change_of(source) == {"mode_type": "MIGRATE_PD", "failover_remote": "SITE-B", "snapshot_id": None}
    assert source.get(f"{W11}/pending_actions")[0]["has_pending_actions"] is True
    assert source.ask("POST", f"{W11}/migrate", {"value": "SITE-B"}).status_code == 422
    assert "value" not in source.ask("POST", f"{W11}/deactivate", {}).json()
    assert {vm["power_state"] for vm in vms(lab, "cluster-a").values()} == {"on"}
    lab.skip(21)
    assert {vm["power_state"] for name, vm in vms(lab, "cluster-a").items() if name in NAMES} == {"off"}
    last = change_of(source)["snapshot_id"]
    assert source.get(W11)["active"] is True
    lab.skip(4)
    assert [source.get(W11)["active"], target.get(W11)["active"]] == [False, False]
    assert change_of(target) == {"mode_type": "ACTIVATE_PD", "failover_remote": None, "snapshot_id": f"SITE-A:{last}"}
    assert (change_of(source), monitors(source), monitors(target)) == (
        None,
        [("deactivate", "succeeded", 0)],
        [("activate", "running", 0)],
    )
    lab.skip(20)
    assert (change_of(target), monitors(target)) == (None, [("activate", "succeeded", 0)])
    assert target.get(W11)["active"] is True
    modes = [
        entry["context_values"]
        for entry in source.entities(f"{W11}/events")
        if entry["alert_type_uuid"] == "ProtectionDomainChangeModeAudit"
    ]
    assert [(values[0], values[2]) for values in modes] == [("PD-W11", "MIGRATE_PD")]


def test_progress_monitors_may_be_gone(lab: RunningLab, prism: Cluster) -> None:
    switch(lab, "cluster-a", progress_monitors="not_found")
    client = prism("cluster-a")
    assert client.session.get(client.url.replace("/v2.0", "/v1") + "/progress_monitors", timeout=10).status_code == 404


def test_a_migration_is_refused_for_its_conditions(lab: RunningLab, prism: Cluster) -> None:
    source, target = prism("cluster-a"), prism("cluster-b")
    assert source.ask("POST", "/protection_domains/none/migrate", {"value": "SITE-B"}).status_code == 404
    assert source.ask("POST", f"{W11}/migrate", {"value": "cluster-b"}).status_code == 422
    assert target.ask("POST", f"{W11}/migrate", {"value": "SITE-A"}).status_code == 422
    source.ask("DELETE", f"{W11}/schedules")
    assert source.ask("POST", f"{W11}/migrate", {"value": "SITE-B"}).status_code == 422
    switch(lab, "cluster-a", migrate_needs_schedule=False)
    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": False}])
    assert source.ask("POST", f"{W11}/migrate", {"value": "SITE-B"}).status_code == 422
    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": True}])
    assert source.ask("POST", f"{W11}/migrate", {"value": "SITE-B"}).json()["metadata"]["count"] == 0


def test_vms_that_block_a_migration_are_listed_with_http_200(lab: RunningLab, prism: Cluster) -> None:
    source = prism("cluster-a")
    lab.change(
        [
            {
                "endpoint": "cluster-a",
                "kind": "block_migration",
                "protection_domain": "PD-W11",
                "vm": "W11-003",
                "reason": "delta disk",
            }
        ]
    )
    answer = source.ask("POST", f"{W11}/migrate", {"value": "SITE-B"})
    assert (answer.status_code, answer.json()["metadata"]) == (
        200,
        {"grand_total_entities": 1, "total_entities": 1, "count": 1},
    )
    [blocked] = answer.json()["entities"]
    assert blocked["vm_name"] == "W11-003"
    assert blocked["vm_recoverability"] == [{"reason": "delta disk", "cerebro_error": None, "remote_site": "SITE-B"}]
    assert [member["vm_name"] for member in source.get(W11)["vms"] if member["vm_recoverability"]] == ["W11-003"]
    lab.skip(400)
    assert source.get(W11)["active"] is True
    assert (
        source.ask("POST", f"{W11}/migrate", {"value": "SITE-B"}, skip_vm_mobility_check="true").json()["entities"]
        == []
    )


def test_a_topology_can_block_and_say_the_power_state_on_recovery(lab: RunningLab, prism: Cluster) -> None:
    topology = estate()
    w11, w10 = topology["prism_elements"][0]["protection_domains"]
    w10.update(
        vm_power_state_on_recovery="Power state at time of snapshot", blocked=[{"vm": "W10-002", "reason": "no tools"}]
    )
    w11["vm_power_state_on_recovery"] = "Powered On"
    lab.reset(topology)
    assert [
        entity["vm_name"]
        for entity in prism("cluster-a").ask("POST", f"{W10}/migrate", {"value": "SITE-B"}).json()["entities"]
    ] == ["W10-002"]
    lab.change(
        [
            {
                "endpoint": "cluster-a",
                "kind": "block_migration",
                "protection_domain": "PD-W10",
                "vm": "W10-002",
                "reason": None,
            },
            {"endpoint": "cluster-a", "kind": "power", "vm": "W10-001", "state": "off"},
        ]
    )
    migrated(lab, prism)
    migrated(lab, prism, W10)
    states = {name: vm["power_state"] for name, vm in vms(lab, "cluster-b").items()}
    assert states == {**dict.fromkeys([*NAMES, "W10-002", "W10-003", "w10-004"], "on"), "W10-001": "off"}
    with pytest.raises(BadTopology, match="no VM is called 'W10-9'"):
        load(
            {
                **topology,
                "prism_elements": [
                    {
                        "name": "cluster-a",
                        "protection_domains": [{"name": "PD", "blocked": [{"vm": "W10-9", "reason": "x"}]}],
                    }
                ],
            }
        )


@pytest.mark.parametrize("how", ["aborted", "fault rule", "link down for a while"])
def test_a_migration_that_does_not_go_through(lab: RunningLab, prism: Cluster, how: str) -> None:
    source = prism("cluster-a")
    if how == "fault rule":
        lab.faults([{"method": "POST", "path": "/migrate", "then": {"fail_task": "no"}}])
    source.ask("POST", f"{W11}/migrate", {"value": "SITE-B"})
    if how != "fault rule":
        lab.change([{"endpoint": "cluster-a", "kind": "connected", "remote_site": "SITE-B", "connected": False}])
    lab.skip(600)
    if how == "aborted":
        lab.change([{"endpoint": "cluster-a", "kind": "abort_replications"}])
    if how.startswith("link"):
        assert change_of(source)["mode_type"] == "MIGRATE_PD"
        lab.change([{"endpoint": "cluster-a", "kind": "connected", "remote_site": "SITE-B", "connected": True}])
        lab.skip(400)
        assert prism("cluster-b").get(W11)["active"] is True
        return
    assert (change_of(source), monitors(source)) == (None, [("deactivate", "failed", 1)])
    assert source.get(W11)["active"] is True
    assert {vm["power_state"] for name, vm in vms(lab, "cluster-a").items() if name in NAMES} == {"off"}
    assert vms(lab, "cluster-b") == {}


def test_replication_the_other_way_has_to_be_arranged(lab: RunningLab, prism: Cluster) -> None:
    switch(lab, "cluster-a", reverse_schedule=False)
    migrated(lab, prism, W10)
    switch(lab, "cluster-a", reverse_schedule=True)
    migrated(lab, prism, W11)
    target = prism("cluster-b")
    assert [target.get(domain)["remote_site_names"] for domain in (W10, W11)] == [[], ["SITE-A"]]
    held = {snapshot["snapshot_id"] for snapshot in prism("cluster-a").entities(f"{W11}/dr_snapshots")}
    lab.skip(4000)
    fresh = {snapshot["snapshot_id"] for snapshot in prism("cluster-a").entities(f"{W11}/dr_snapshots")} - held
    assert fresh
    assert all(snapshot_id.startswith("SITE-B:") for snapshot_id in fresh)


def test_back_again(lab: RunningLab, prism: Cluster) -> None:
    source, target = prism("cluster-a"), prism("cluster-b")
    before = uuids(vms(lab, "cluster-a"))
    migrated(lab, prism)
    lab.change([{"endpoint": "cluster-b", "kind": "power", "vm": "W11-001", "state": "on"}])
    worked = contents(vms(lab, "cluster-b"))["W11-001"]
    switch(lab, "cluster-b", migrate_needs_schedule=False)
    assert target.ask("POST", f"{W11}/migrate", {"value": "SITE-A"}).json()["entities"] == []
    lab.skip(400)
    assert [source.get(W11)["active"], target.get(W11)["active"]] == [True, False]
    assert uuids(vms(lab, "cluster-a")) == before
    assert contents(vms(lab, "cluster-a"))["W11-001"] == worked
    card = vms(lab, "cluster-a")["W11-001"]["nics"][0]["network_uuid"]
    assert card == next(network["uuid"] for network in source.entities("/networks") if network["name"] == "VLAN10")


@pytest.mark.parametrize("kept", ["new", "same"])
def test_an_activation_leaves_the_other_side_alone(lab: RunningLab, prism: Cluster, kept: str) -> None:
    switch(lab, "cluster-b", activated_uuids=kept)
    source, target = prism("cluster-a"), prism("cluster-b")
    before = vms(lab, "cluster-a")
    assert target.ask("POST", f"{W11}/activate", {}).json() == {"value": True}
    assert change_of(target)["mode_type"] == "ACTIVATE_PD"
    assert target.get(W11)["active"] is False
    lab.skip(21)
    assert [source.get(W11)["active"], target.get(W11)["active"]] == [True, True]
    assert monitors(target) == [("activate", "succeeded", 0)]
    after = vms(lab, "cluster-b")
    assert {after[name]["uuid"] == before[name]["uuid"] for name in NAMES} == {kept == "same"}
    assert {after[name]["power_state"] for name in NAMES} == {"off"}
    assert vms(lab, "cluster-a") == before
    held = lab.state()["endpoints"]["cluster-b"]["protection_domains"]
    newest = max(held[0]["snapshots"].values(), key=lambda snapshot: snapshot["created_usecs"])
    assert contents(after) == {member["name"]: member["image"]["disks"][0]["content"] for member in newest["vms"]}
    assert contents(after)["W11-001"] != contents(before)["W11-001"], "what was written after the snapshot is lost"


def test_an_older_snapshot_can_be_activated(lab: RunningLab, prism: Cluster) -> None:
    target = prism("cluster-b")
    oldest, newest = sorted(
        target.entities(f"{W11}/dr_snapshots"), key=lambda snapshot: snapshot["snapshot_create_time_usecs"]
    )
    assert newest["snapshot_create_time_usecs"] - oldest["snapshot_create_time_usecs"] == 3600 * 1_000_000
    assert "value" not in target.ask("POST", f"{W11}/activate", {"value": "SITE-A:1"}).json()
    assert target.ask("POST", f"{W11}/activate", {"value": oldest["snapshot_id"]}).json() == {"value": True}
    lab.skip(21)
    image = lab.state()["endpoints"]["cluster-b"]["protection_domains"][0]["snapshots"][oldest["snapshot_id"]]["vms"][
        0
    ]["image"]
    assert contents(vms(lab, "cluster-b"))["W11-001"] == image["disks"][0]["content"]


@pytest.mark.parametrize("form", ["message", "value_false", "error"])
def test_how_a_mode_change_is_refused(lab: RunningLab, prism: Cluster, form: str) -> None:
    for cluster in ("cluster-a", "cluster-b"):
        switch(lab, cluster, mode_refusal=form)
    target = prism("cluster-b")
    refused = [prism("cluster-a").ask("POST", f"{W11}/activate", {}), target.ask("POST", f"{W11}/deactivate", {})]
    for snapshot in target.entities(f"{W10}/dr_snapshots"):
        target.ask("DELETE", f"{W10}/dr_snapshots/{snapshot['snapshot_id']}")
    refused.append(target.ask("POST", f"{W10}/activate", {}))
    for answer in refused:
        assert answer.status_code == (422 if form == "error" else 200)
        assert set(answer.json()) == {"message": {"message"}, "value_false": {"value"}}.get(
            form, {"message", "detailed_message", "error_code"}
        )
    assert answer.json().get("value") is (False if form == "value_false" else None)


def test_deactivating_deletes_the_vms_here_and_no_others(lab: RunningLab, prism: Cluster) -> None:
    source, target = prism("cluster-a"), prism("cluster-b")
    target.ask("POST", f"{W11}/activate", {})
    lab.skip(21)
    assert source.ask("POST", f"{W11}/deactivate", {}).json() == {"value": True}
    assert change_of(source)["mode_type"] == "DEACTIVATE_PD"
    lab.skip(11)
    assert [source.get(W11)["active"], target.get(W11)["active"]] == [False, True]
    assert sorted(vms(lab, "cluster-b")) == NAMES
    assert sorted(vm["name"] for vm in source.entities("/vms")) == [
        "Gold",
        "W10-001",
        "W10-002",
        "W10-003",
        "W11-0010",
        "file-server",
        "w10-004",
    ]


def test_nothing_replicates_between_two_active_sides(lab: RunningLab, prism: Cluster) -> None:
    source, target = prism("cluster-a"), prism("cluster-b")
    target.ask("POST", f"{W11}/activate", {})
    lab.skip(21)
    held = len(target.entities(f"{W11}/dr_snapshots"))
    source.ask("POST", f"{W11}/oob_schedules", {"remote_site_names": ["SITE-B"]})
    source.ask("POST", f"{W10}/oob_schedules", {"remote_site_names": ["SITE-B"]})
    lab.skip(1000)
    assert len(target.entities(f"{W11}/dr_snapshots")) == held
    assert len(target.entities(f"{W10}/dr_snapshots")) == 3
    assert source.get(f"{W11}/pending_actions")[0]["pending_replications"]
    target.ask("POST", f"{W11}/deactivate", {})
    lab.skip(500)
    assert len(target.entities(f"{W11}/dr_snapshots")) == held + 1


def test_an_activation_ends_a_migration_that_is_stuck(lab: RunningLab, prism: Cluster) -> None:
    source, target = prism("cluster-a"), prism("cluster-b")
    source.ask("POST", f"{W11}/migrate", {"value": "SITE-B"})
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    assert target.ask("POST", f"{W11}/activate", {}).json() == {"value": True}
    lab.skip(100)
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": False}])
    lab.skip(500)
    assert [source.get(W11)["active"], target.get(W11)["active"]] == [True, True]
    assert (change_of(source), monitors(source)) == (None, [("deactivate", "failed", 1)])
    assert len(vms(lab, "cluster-a")) == 12


def test_a_lost_cluster_comes_back_as_it_was_but_with_its_vms_off(lab: RunningLab, prism: Cluster) -> None:
    source, target = prism("cluster-a"), prism("cluster-b")
    task = source.ask(
        "POST", f"/vms/{uuids(vms(lab, 'cluster-a'))['W10-001']}/set_power_state", {"transition": "RESET"}
    ).json()["task_uuid"]
    before = contents(vms(lab, "cluster-a"))
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    with pytest.raises(OSError, match=r"refused|aborted"):
        source.ask("GET", "/cluster")
    assert target.entities("/remote_sites")[0]["status"] == "UNREACHABLE"
    held = len(target.entities(f"{W11}/dr_snapshots"))
    lab.skip(2 * 3600)
    assert len(target.entities(f"{W11}/dr_snapshots")) == held
    target.ask("POST", f"{W11}/activate", {})
    lab.skip(21)
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": False}])
    assert source.get(f"/tasks/{task}")["progress_status"] == "Aborted"
    assert [source.get(W11)["active"], target.get(W11)["active"]] == [True, True]
    back = vms(lab, "cluster-a")
    assert {vm["power_state"] for vm in back.values()} == {"off"}
    assert contents(back) == before
    assert lab.state()["endpoints"]["cluster-a"]["lost"] is False


def test_a_topology_can_begin_with_a_lost_cluster(lab: RunningLab, prism: Cluster) -> None:
    topology = estate()
    topology["prism_elements"][0]["lost"] = True
    lab.reset(topology)
    with pytest.raises(OSError, match=r"refused|aborted"):
        prism("cluster-a").ask("GET", "/cluster")
    assert {machine["RegistrationState"] for machine in Citrix(lab, "cvad").machines("W10%20Persistent")} == {
        "Unregistered"
    }
    assert prism("cluster-b").ask("POST", f"{W11}/activate", {}).json() == {"value": True}


@pytest.mark.parametrize(("unmapped", "cards"), [("by_name", 1), ("drop", 0)])
def test_cards_of_networks_that_nobody_mapped(lab: RunningLab, prism: Cluster, unmapped: str, cards: int) -> None:
    topology = estate()
    for cluster in topology["prism_elements"]:
        cluster["networks"].append({"name": "VLAN30"})
        for site in cluster["remote_sites"]:
            del site["network_mapping"]
    topology["prism_elements"][0]["vms"][1]["networks"] = ["VLAN20", "VLAN30"]
    lab.reset(topology)
    switch(lab, "cluster-b", unmapped_networks=unmapped)
    migrated(lab, prism, W10)
    assert len(vms(lab, "cluster-b")["W10-001"]["nics"]) == cards


def test_cards_come_and_go_and_the_lab_remembers_where_a_vm_was(lab: RunningLab, prism: Cluster) -> None:
    client = prism("cluster-b")
    snapshot = client.entities(f"{W11}/dr_snapshots")[0]
    order = {"snapshot_id": snapshot["snapshot_id"], "vm_names": ["W11-001"], "vm_name_prefix": "drill-"}
    clone = client.done(client.ask("POST", f"{W11}/restore_entities", order))["entity_list"][0]["entity_id"]
    networks = {network["name"]: network["uuid"] for network in client.entities("/networks")}
    [card] = client.entities(f"/vms/{clone}/nics")
    assert card["network_uuid"] == networks["VLAN110"]
    mac = card["mac_address"].upper()
    assert client.ask("DELETE", f"/vms/{clone}/nics/50:6b:8d:00:00:00").status_code == 404
    assert client.done(client.ask("DELETE", f"/vms/{clone}/nics/{mac}"))["operation_type"] == "kVmNicDelete"
    assert client.entities(f"/vms/{clone}/nics") == []
    assert client.ask("POST", f"/vms/{clone}/nics/", {"spec_list": [{"network_uuid": clone}]}).status_code == 422
    client.done(client.ask("POST", f"/vms/{clone}/nics/", {"spec_list": [{"network_uuid": networks["DRILL"]}]}))
    client.done(client.ask("POST", f"/vms/{clone}/set_power_state", {"transition": "ON"}))

    def seen(name: str) -> list[str]:
        return next(vm["seen_on_networks"] for vm in lab.state()["endpoints"]["cluster-b"]["vms"] if vm["name"] == name)

    assert (seen("drill-W11-001"), seen("W11-FIN-001"), seen("Gold")) == (["DRILL"], ["VLAN110"], [])
    client.done(
        client.ask(
            "POST",
            f"/vms/{clone}/nics",
            {"spec_list": [{"network_uuid": networks["VLAN120"], "mac_address": "50:6b:8d:00:00:01"}]},
        )
    )
    assert seen("drill-W11-001") == ["DRILL", "VLAN120"]


def test_the_machines_of_the_topology_are_the_vms_of_the_first_cluster(lab: RunningLab) -> None:
    here = uuids(vms(lab, "cluster-a"))
    found: dict[str, str] = {}
    for site, catalog in (("daas", "W11%20Persistent"), ("cvad", "W11%20Finance"), ("cvad", "W10%20Persistent")):
        for machine in Citrix(lab, site).machines(catalog):
            found[machine["Hosting"]["HostedMachineName"]] = machine["Hosting"]["HostedMachineId"]
    assert found == here
    last = Citrix(lab, "cvad").machines("W10%20Persistent")[-1]
    assert (last["Name"], last["Hosting"]["HostedMachineName"]) == ("CORP\\W10-004", "w10-004")
    variables = [lab.endpoint(site)["inventory"]["dr_connections"] for site in ("daas", "cvad")]
    assert variables == [{"cluster-a": "AHV-A", "cluster-b": "AHV-B"}, {"cluster-a": "AHV-1", "cluster-b": "AHV-2"}]


def test_machines_go_down_with_their_vms_and_come_back_once_they_are_rehosted(lab: RunningLab, prism: Cluster) -> None:
    daas = Citrix(lab, "daas")
    assert [machine["SessionCount"] for machine in daas.machines("W11%20Persistent")] == [1, 1, 0, 0, 0, 0]
    migrated(lab, prism)
    machines = daas.machines("W11%20Persistent")
    states = {(machine["RegistrationState"], machine["PowerState"], machine["SessionCount"]) for machine in machines}
    assert states == {("Unregistered", "On", 0)}
    assert {machine["RegistrationState"] for machine in daas.machines("W11%20Pooled")} == {"Registered"}
    lab.skip(500)
    assert {machine["PowerState"] for machine in daas.machines("W11%20Persistent")} == {"VirtualMachineNotFound"}
    client = prism("cluster-b")
    for vm_uuid in uuids(vms(lab, "cluster-b")).values():
        client.ask("POST", f"/vms/{vm_uuid}/set_power_state", {"transition": "ON"})
    for machine in machines:
        daas.ask("PATCH", f"/Machines/{machine['Id']}", {"HypervisorConnection": "AHV-B", "InMaintenanceMode": True})
    daas.ask("POST", "/hypervisors/AHV-B/$resetConnection")
    lab.skip(6)
    lab.skip(61)
    found = daas.machines("W11%20Persistent")
    assert {
        (machine["RegistrationState"], machine["PowerState"], machine["InMaintenanceMode"]) for machine in found
    } == {("Registered", "On", True)}
    by = {"Property": "HypervisorConnection", "Operator": "Equals", "Value": "AHV-B"}
    assert daas.ask("POST", "/Machines/$search", {"SearchFilters": [by]})["TotalItems"] == 6


def test_a_machine_whose_vm_is_switched_off_and_on_registers_again(lab: RunningLab) -> None:
    cvad = Citrix(lab, "cvad")

    def registered() -> list[bool]:
        return [machine["RegistrationState"] == "Registered" for machine in cvad.machines("W10%20Persistent")]

    lab.change(
        [{"endpoint": "cluster-a", "kind": "power", "vm": name, "state": "off"} for name in ("W10-002", "w10-004")]
    )
    assert registered() == [True, False, True, False]
    lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "w10-004", "state": "on"}])
    lab.skip(91)
    assert registered() == [True, False, True, True]
    lab.skip(500)
    assert [machine["PowerState"] for machine in cvad.machines("W10%20Persistent")] == ["On", "Off", "On", "On"]


def test_behind_a_lost_cluster_all_machines_are_unregistered_and_then_unknown(lab: RunningLab) -> None:
    cvad = Citrix(lab, "cvad")
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    machines = cvad.machines("W10%20Persistent")
    assert {(machine["RegistrationState"], machine["PowerState"]) for machine in machines} == {("Unregistered", "On")}
    lab.skip(500)
    assert {machine["PowerState"] for machine in cvad.machines("W10%20Persistent")} == {"Unknown"}


def test_an_order_from_outside_that_makes_no_sense(lab: RunningLab) -> None:
    with pytest.raises(ValueError, match="0 VMs of PD-W11 are called 'Gold'"):
        lab.change(
            [
                {
                    "endpoint": "cluster-a",
                    "kind": "block_migration",
                    "protection_domain": "PD-W11",
                    "vm": "Gold",
                    "reason": "x",
                }
            ]
        )
