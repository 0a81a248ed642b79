# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protection domains of a simulated cluster over real HTTPS: schedules, replication, restore, events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lab.running import RunningLab

Client = Callable[[str], Any]

DOMAIN = "/protection_domains/PD%20Gold"
FORTY_GIB = 40 * 1024**3
SECONDS_TO_C = FORTY_GIB / 100_000_000  # 800 Mbit/s


def order(client: Any, **spec: Any) -> int:
    """Order a snapshot and return the id of the schedule."""
    answer = client.ask("POST", f"{DOMAIN}/oob_schedules", spec)
    assert answer.status_code == 201, answer.text
    schedule_id: int = answer.json()["schedule_id"]
    return schedule_id


def snapshots(client: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.entities(f"{DOMAIN}/dr_snapshots")
    return sorted(found, key=lambda snapshot: snapshot["snapshot_create_time_usecs"])


def taken(client: Any, schedule_id: int) -> dict[str, Any]:
    """Return the one snapshot that a schedule made."""
    found = client.entities(f"{DOMAIN}/dr_snapshots/", oob_schedule_ids=schedule_id)
    assert len(found) == 1
    snapshot: dict[str, Any] = found[0]
    return snapshot


def test_remote_sites_of_a_domain_come_from_its_schedules(prism: Client) -> None:
    client = prism("a")
    assert client.get(DOMAIN)["remote_site_names"] == ["site-c"]
    client.ask("DELETE", f"{DOMAIN}/schedules")
    assert client.get(DOMAIN)["remote_site_names"] == []


def test_an_unknown_domain_is_an_empty_list_by_filter(prism: Client) -> None:
    client = prism("a")
    assert client.entities("/protection_domains", names="PD") == []
    assert [domain["name"] for domain in client.entities("/protection_domains", names="PD Gold")] == ["PD Gold"]
    assert client.ask("GET", "/protection_domains/PD").status_code == 404


def test_the_snapshot_comes_after_the_schedule(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    schedule_id = order(client, snapshot_retention_time_secs=3600)
    assert list(client.get(f"{DOMAIN}/oob_schedules")[0]["schedule_map"]) == [str(schedule_id)]
    assert client.entities(f"{DOMAIN}/dr_snapshots", oob_schedule_ids=schedule_id) == []
    lab.skip(4)
    snapshot = taken(client, schedule_id)
    assert client.get(f"{DOMAIN}/oob_schedules") == []
    assert snapshot["snapshot_id"].isdigit()
    assert (snapshot["state"], snapshot["vms"][0]["vm_name"]) == ("AVAILABLE", "Gold-Finance")
    assert snapshot["snapshot_expiry_time_usecs"] - snapshot["snapshot_create_time_usecs"] == 3600 * 1_000_000


def test_a_scheduled_snapshot_can_be_listed_before_it_is_there(lab: RunningLab, prism: Client) -> None:
    lab.change([{"endpoint": "a", "kind": "behaviour", "scheduled_snapshots_listed": True}])
    client = prism("a")
    schedule_id = order(client)
    early = taken(client, schedule_id)
    assert early["state"] == "SCHEDULED"
    assert client.ask("DELETE", f"{DOMAIN}/dr_snapshots/{early['snapshot_id']}").status_code == 422
    lab.skip(4)
    late = taken(client, schedule_id)
    assert (late["snapshot_id"], late["state"]) == (early["snapshot_id"], "AVAILABLE")


def test_an_expired_snapshot_is_listed_as_such_and_vanishes(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    schedule_id = order(client, snapshot_retention_time_secs=60)
    lab.skip(4 + 61)
    snapshot = taken(client, schedule_id)
    assert snapshot["state"] == "EXPIRED"
    restore = {"snapshot_id": snapshot["snapshot_id"], "vm_names": ["Gold-Finance"], "vm_name_prefix": "tmp_"}
    assert client.ask("POST", f"{DOMAIN}/restore_entities", restore).status_code == 422
    lab.skip(300)
    assert client.entities(f"{DOMAIN}/dr_snapshots", oob_schedule_ids=schedule_id) == []


def test_what_the_retention_time_counts_from(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    lifetimes = []
    for base in ("created", "requested"):
        lab.change([{"endpoint": "a", "kind": "behaviour", "expiry_base": base}])
        schedule_id = order(client, snapshot_retention_time_secs=60)
        lab.skip(4)
        snapshot = taken(client, schedule_id)
        lifetimes.append(
            round((snapshot["snapshot_expiry_time_usecs"] - snapshot["snapshot_create_time_usecs"]) / 1_000_000)
        )
    assert lifetimes == [60, 56]


def test_replication_moves_bytes_and_the_replica_appears_when_it_is_complete(lab: RunningLab, prism: Client) -> None:
    source, target = prism("a"), prism("c")
    schedule_id = order(source, remote_site_names=["site-c"])
    lab.skip(4)
    snapshot = taken(source, schedule_id)
    assert source.entities(f"{DOMAIN}/replications") == []
    lab.skip(2 + SECONDS_TO_C / 2)
    sending = source.entities(f"{DOMAIN}/replications")[0]
    assert (sending["snapshot_id"], sending["remote_site_name"], sending["sender"]) == (
        snapshot["snapshot_id"],
        "site-c",
        True,
    )
    assert 49 < sending["completed_percentage"] < 51
    receiving = target.entities("/protection_domains/replications")[0]
    assert (receiving["snapshot_id"], receiving["sender"]) == (f"a:{snapshot['snapshot_id']}", False)
    link = source.get(DOMAIN)["replication_links"][0]
    assert link["current_replicating_snapshot_transmitted_bytes"] == sending["completed_bytes"]
    assert snapshots(target) == []
    lab.skip(SECONDS_TO_C)
    replica = snapshots(target)[0]
    assert (replica["snapshot_id"], replica["state"]) == (f"a:{snapshot['snapshot_id']}", "AVAILABLE")
    assert replica["oob_schedule_ids"] == []
    assert (
        source.get(DOMAIN)["replication_links"][0]["last_successful_replication_snapshot_id"] == snapshot["snapshot_id"]
    )
    assert [held["snapshot_id"] for held in source.entities("/remote_sites/dr_snapshots")] == [
        f"site-c:{snapshot['snapshot_id']}"
    ]


def test_the_prefix_is_the_name_under_which_the_receiver_knows_the_origin(lab: RunningLab, prism: Client) -> None:
    source = prism("a")
    schedule_id = order(source, remote_site_names=["site b"])
    lab.skip(4)
    digits = taken(source, schedule_id)["snapshot_id"]
    lab.skip(50_000)
    assert [snapshot["snapshot_id"] for snapshot in snapshots(prism("b"))] == [f"origin:{digits}"]
    assert prism("b").get(DOMAIN)["active"] is False
    assert prism("b").ask("POST", f"{DOMAIN}/oob_schedules", {}).status_code == 422


def test_one_snapshot_at_a_time_goes_to_a_site(lab: RunningLab, prism: Client) -> None:
    source = prism("a")
    order(source, remote_site_names=["site-c"])
    order(source, remote_site_names=["site-c"])
    lab.skip(10)
    domain = source.get(DOMAIN)
    assert (domain["ongoing_replication_count"], domain["pending_replication_count"]) == (1, 1)
    assert len(source.get(f"{DOMAIN}/pending_replications")) == 1
    lab.skip(2 * SECONDS_TO_C)
    assert len(snapshots(prism("c"))) == 2


def test_a_paused_replication_goes_on_where_it_was_and_an_aborted_one_leaves_nothing(
    lab: RunningLab, prism: Client
) -> None:
    source = prism("a")
    order(source, remote_site_names=["site-c"])
    lab.skip(6 + SECONDS_TO_C / 2)
    path = f"{DOMAIN}/replications/{source.entities(f'{DOMAIN}/replications')[0]['id']}"
    source.ask("PUT", path, {"value": "pause"})
    lab.skip(SECONDS_TO_C)
    paused = source.entities(f"{DOMAIN}/replications")[0]
    assert paused["paused"] is True
    assert 49 < paused["completed_percentage"] < 51
    source.ask("PUT", path, {"value": "resume"})
    lab.skip(SECONDS_TO_C / 4)
    assert 74 < source.entities(f"{DOMAIN}/replications")[0]["completed_percentage"] < 76
    source.ask("DELETE", path)
    lab.skip(SECONDS_TO_C)
    assert snapshots(prism("c")) == []


def test_nothing_reaches_an_unreachable_cluster_until_it_is_back(lab: RunningLab, prism: Client) -> None:
    source, target = prism("a"), prism("c")
    order(source, remote_site_names=["site-c"])
    lab.skip(6 + SECONDS_TO_C / 2)
    lab.change([{"endpoint": "c", "kind": "reachable", "reachable": False}])
    with pytest.raises(OSError, match="refused"):
        target.ask("GET", "/cluster")
    lab.skip(5 * SECONDS_TO_C)
    assert 49 < source.entities(f"{DOMAIN}/replications")[0]["completed_percentage"] < 51
    status = {site["name"]: site["status"] for site in source.entities("/remote_sites")}
    assert status == {"site b": "RELATIONSHIP_ESTABLISHED", "site-c": "UNREACHABLE"}
    lab.change([{"endpoint": "c", "kind": "reachable", "reachable": True}])
    lab.skip(SECONDS_TO_C)
    assert len(snapshots(target)) == 1


def test_a_recurring_schedule_fires_and_keeps_what_it_should(lab: RunningLab, prism: Client) -> None:
    source = prism("a")
    lab.skip(3 * 3600 + 60)
    assert len(snapshots(source)) == 2
    lab.skip(2 * SECONDS_TO_C)
    assert len(snapshots(prism("c"))) == 1
    assert all(snapshot["oob_schedule_ids"] == [] for snapshot in snapshots(source))


def test_a_schedule_can_be_added_and_removed(lab: RunningLab, prism: Client) -> None:
    source = prism("a")
    source.ask("DELETE", f"{DOMAIN}/schedules")
    start = source.lab.state()["clock"]["epoch_usecs"] + 30_000_000
    body = {
        "type": "MINUTELY",
        "every_nth": 10,
        "user_start_time_in_usecs": start,
        "retention_policy": {"local_max_snapshots": 5},
    }
    schedule = source.ask("POST", f"{DOMAIN}/schedules", body).json()
    assert source.get(DOMAIN)["next_snapshot_time_usecs"] == start
    lab.skip(31)
    assert len(snapshots(source)) == 1
    assert source.ask("DELETE", f"{DOMAIN}/schedules/{schedule['id']}").json() == {"value": True}
    lab.skip(3600)
    assert len(snapshots(source)) == 1


@pytest.mark.parametrize("reply", ["task_uuid", "value"])
def test_a_restored_vm_is_new_off_and_identical(lab: RunningLab, prism: Client, reply: str) -> None:
    lab.change([{"endpoint": "c", "kind": "behaviour", "restore_reply": reply}])
    source, target = prism("a"), prism("c")
    schedule_id = order(source, remote_site_names=["site-c"])
    lab.skip(4)
    original = taken(source, schedule_id)["vms"][0]["vm_id"]
    source.done(source.ask("POST", f"/vms/{original}/set_power_state", {"transition": "ON"}))
    lab.skip(10 + SECONDS_TO_C)
    body = {
        "snapshot_id": snapshots(target)[0]["snapshot_id"],
        "vm_names": ["Gold-Finance"],
        "vm_name_prefix": "tmp 1_",
    }
    answer = target.ask("POST", f"{DOMAIN}/restore_entities", body)
    pending = target.get(f"{DOMAIN}/pending_actions")[0]["pending_vms_restore"]
    assert [(item["name"], item["snapshot_id"]) for item in pending] == [("Gold-Finance", body["snapshot_id"])]
    if reply == "task_uuid":
        entity = target.done(answer)["entity_list"][0]
        assert (entity["entity_type"], entity["entity_id"]) == ("VM", target.entities("/vms")[0]["uuid"])
    else:
        assert answer.json() == {"value": True}
        lab.skip(30)
    assert target.get(f"{DOMAIN}/pending_actions")[0]["pending_vms_restore"] == []
    restored = target.entities("/vms")[0]
    assert (restored["name"], restored["power_state"]) == ("tmp 1_Gold-Finance", "off")
    assert restored["uuid"] != original
    target.done(
        target.ask("POST", "/snapshots", {"snapshot_specs": [{"vm_uuid": restored["uuid"], "snapshot_name": "image"}]})
    )
    state = lab.state()["endpoints"]
    image = next(snapshot for snapshot in state["c"]["snapshots"] if snapshot["name"] == "image")
    held = state["a"]["protection_domains"][0]["snapshots"].values()
    now = next(vm for vm in state["a"]["vms"] if vm["uuid"] == original)
    assert [disk["content"] for disk in image["vm"]["disks"]] == [
        disk["content"] for snapshot in held for disk in snapshot["vms"][0]["image"]["disks"]
    ]
    assert image["vm"]["disks"][0]["content"] != now["disks"][0]["content"]


def test_two_restores_of_one_prefix_make_two_vms_of_one_name_unless_refused(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    schedule_id = order(client)
    lab.skip(4)
    body = {"snapshot_id": taken(client, schedule_id)["snapshot_id"], "vm_name_prefix": "tmp_"}
    for _turn in range(2):
        assert client.done(client.ask("POST", f"{DOMAIN}/restore_entities", body))["progress_status"] == "Succeeded"
    assert len(client.entities("/vms", filter="vm_name==tmp_Gold-Finance")) == 2
    lab.change([{"endpoint": "a", "kind": "behaviour", "restore_name_clash": "task_fails"}])
    assert client.done(client.ask("POST", f"{DOMAIN}/restore_entities", body))["progress_status"] == "Failed"
    lab.change([{"endpoint": "a", "kind": "behaviour", "restore_name_clash": "refuse"}])
    assert client.ask("POST", f"{DOMAIN}/restore_entities", body).status_code == 422


def test_a_restore_in_place_keeps_the_uuid_and_takes_the_old_content(lab: RunningLab, prism: Client) -> None:
    def content() -> str:
        token: str = next(vm for vm in lab.state()["endpoints"]["a"]["vms"] if vm["name"] == "Gold-Finance")["disks"][
            0
        ]["content"]
        return token

    client = prism("a")
    schedule_id = order(client)
    lab.skip(4)
    snapshot = taken(client, schedule_id)
    vm_uuid, before = snapshot["vms"][0]["vm_id"], content()
    client.done(client.ask("POST", f"/vms/{vm_uuid}/set_power_state", {"transition": "ON"}))
    assert content() != before
    client.done(
        client.ask(
            "POST",
            f"{DOMAIN}/restore_entities",
            {"snapshot_id": snapshot["snapshot_id"], "vm_uuids": [vm_uuid], "replace": True},
        )
    )
    assert content() == before
    assert client.get(f"/vms/{vm_uuid}")["power_state"] == "off"


def test_what_cannot_be_restored(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    schedule_id = order(client)
    lab.skip(4)
    snapshot_id = taken(client, schedule_id)["snapshot_id"]
    assert client.ask("POST", f"{DOMAIN}/restore_entities", {"snapshot_id": "1"}).status_code == 404
    assert (
        client.ask("POST", f"{DOMAIN}/restore_entities", {"snapshot_id": snapshot_id, "vm_names": ["Gold"]}).status_code
        == 422
    )


def test_events_tell_of_snapshot_and_replication(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    schedule_id = order(client, remote_site_names=["site-c"])
    lab.skip(4)
    digits = taken(client, schedule_id)["snapshot_id"]
    lab.skip(2 + SECONDS_TO_C)
    events = client.entities(f"{DOMAIN}/events", count=20)
    completed, _started, ready, _scheduled = events
    assert (ready["alert_type_uuid"], ready["context_values"][:2]) == ("SnapshotReadyAudit", ["PD Gold", digits])
    assert "created for protection domain {protection_domain_name}" in ready["message"]
    assert (completed["alert_type_uuid"], completed["context_values"][:3]) == (
        "ReplicationSystemStateAudit",
        ["PD Gold", "site-c", digits],
    )
    assert completed["message"].startswith(
        "Replication completed for Protection Domain {protection_domain_name} to remote"
    )
    lab.change([{"endpoint": "a", "kind": "behaviour", "event_message": "text"}])
    newest = client.entities("/events", count=1)[0]
    assert newest["message"].startswith(
        "Replication completed for Protection Domain PD Gold to remote site-c for snapshot " + digits
    )
    assert client.entities("/events", start_time_in_usecs=newest["created_time_stamp_in_usecs"] + 1) == []
    assert client.ask("GET", "/events", page=2).json()["error_code"]["code"] == 1202


@pytest.mark.parametrize(("switch", "keys"), [("both", 2), ("remote_ip_ports", 1), ("remote_ip_address_ports", 1)])
def test_a_site_with_three_addresses_is_one_cluster_that_answers_on_each(
    lab: RunningLab, prism: Client, switch: str, keys: int
) -> None:
    lab.change([{"endpoint": "a", "kind": "behaviour", "remote_address_key": switch}])
    site = prism("a").entities("/remote_sites", names="site b")[0]
    maps = [site[key] for key in ("remote_ip_ports", "remote_ip_address_ports") if key in site]
    assert len(maps) == keys
    client = prism("b")
    port = lab.endpoint("b")["port"]
    addresses = list(maps[0])
    assert len(addresses) == 3
    for address in addresses if len({lab.endpoint(name)["address"] for name in "ab"}) == 2 else addresses[:1]:
        client.url = f"https://{address}:{port}/api/nutanix/v2.0"
        assert client.get("/cluster")["name"] == "b"


def test_members_come_and_go_by_name_and_an_orphan_stays(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    assert client.ask("POST", f"{DOMAIN}/protect_vms", {"names": ["Gold"]}).status_code == 422
    assert client.ask("POST", f"{DOMAIN}/protect_vms", {"names": ["desk-01"]}).status_code == 200
    lab.change([{"endpoint": "a", "kind": "delete_vm", "vm": "desk-01"}])
    assert [vm["vm_name"] for vm in client.get(DOMAIN)["vms"]] == ["Gold-Finance", "desk-01"]
    schedule_id = order(client)
    lab.skip(4)
    assert [item["entity_name"] for item in taken(client, schedule_id)["missing_entities"]] == ["desk-01"]
    left = client.ask("POST", f"{DOMAIN}/unprotect_vms", ["desk-01"]).json()
    assert [vm["vm_name"] for vm in left["vms"]] == ["Gold-Finance"]


def test_a_domain_goes_when_its_snapshots_are_gone(lab: RunningLab, prism: Client) -> None:
    client = prism("b")
    assert client.ask("POST", "/protection_domains/", {"value": "PD/2"}).status_code == 201
    assert client.ask("POST", "/protection_domains/", {"value": "PD/2"}).status_code == 422
    path = "/protection_domains/PD%2F2"
    client.ask("POST", f"{path}/oob_schedules", {})
    lab.skip(4)
    snapshot = client.entities(f"{path}/dr_snapshots")[0]["snapshot_id"]
    assert client.ask("DELETE", path).json() == {"value": True}
    lab.skip(60)
    assert client.get(path)["marked_for_removal"] is True
    assert client.ask("DELETE", f"{path}/dr_snapshots/{snapshot}").json() == {"value": True}
    lab.skip(5)
    assert client.ask("GET", path).status_code == 404


def test_snapshots_come_in_no_particular_order_unless_told(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    for _turn in range(6):
        order(client)
        lab.skip(5)
    ids = [snapshot["snapshot_id"] for snapshot in snapshots(client)]
    assert any(
        [snapshot["snapshot_id"] for snapshot in client.entities(f"{DOMAIN}/dr_snapshots")] != ids[::-1]
        for _turn in range(3)
    )
    lab.change([{"endpoint": "a", "kind": "behaviour", "dr_snapshot_order": "newest_first"}])
    assert [snapshot["snapshot_id"] for snapshot in client.entities(f"{DOMAIN}/dr_snapshots")] == ids[::-1]
