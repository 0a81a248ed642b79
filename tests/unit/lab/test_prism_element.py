# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated cluster over real HTTPS: access, VMs, AHV snapshots, tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from lab.running import RunningLab

Client = Callable[[str], Any]

AWKWARD = ["two words", 'it\'s "quoted"', "100% #1", "back\\slash", "München", "黄金イメージ", "a+b&c=d?e"]


def named(entities: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [entity for entity in entities if entity["name"] == name]


def cluster_state(lab: RunningLab, name: str) -> dict[str, Any]:
    state: dict[str, Any] = lab.state()["endpoints"][name]
    return state


def test_both_roots_answer_with_the_cluster(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    assert client.get("/cluster")["name"] == "a"
    client.url = lab.endpoint("a")["url"] + "/api/nutanix/v2.0"
    assert client.entities("/clusters/")[0]["hypervisor_types"] == ["kKvm"]


def test_a_wrong_password_is_refused_and_counted_and_locks_in_the_end(lab: RunningLab, prism: Client) -> None:
    wrong, right = prism("a"), prism("a")
    wrong.session.auth = ("admin", "wrong")
    assert wrong.ask("GET", "/cluster").status_code == 401
    assert (cluster_state(lab, "a")["failed_logins"], cluster_state(lab, "a")["locked"]) == (1, False)
    assert right.ask("GET", "/cluster").status_code == 200
    assert cluster_state(lab, "a")["failed_logins"] == 0
    for _turn in range(5):
        wrong.ask("GET", "/cluster")
    assert cluster_state(lab, "a")["locked"]
    right.session.cookies.clear()
    assert right.ask("GET", "/cluster").status_code == 401
    lab.change([{"endpoint": "a", "kind": "account"}])
    assert right.ask("GET", "/cluster").status_code == 200


def test_a_session_cookie_replaces_the_password_until_it_expires(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    client.get("/cluster")
    client.session.auth = None
    assert client.ask("GET", "/cluster").status_code == 200
    lab.skip(901)
    assert client.ask("GET", "/cluster").status_code == 401


def test_a_viewer_may_only_read(lab: RunningLab, prism: Client) -> None:
    lab.change([{"endpoint": "a", "kind": "behaviour", "role": "viewer"}])
    client = prism("a")
    vm = client.entities("/vms")[0]
    assert client.ask("POST", f"/vms/{vm['uuid']}/set_power_state", {"transition": "ON"}).status_code == 403
    assert client.ask("POST", "/tasks/list", {}).status_code == 200


def test_names_are_not_unique_and_the_filter_gives_all_of_a_name(prism: Client) -> None:
    client = prism("a")
    found = client.get("/vms/", filter="vm_name==Gold")
    assert [vm["name"] for vm in found["entities"]] == ["Gold", "Gold"]
    assert found["metadata"] == {
        "grand_total_entities": 6,
        "total_entities": 2,
        "count": 2,
        "start_index": 0,
        "end_index": 2,
    }
    assert len({vm["uuid"] for vm in found["entities"]}) == 2


@pytest.mark.parametrize(
    ("switch", "wanted", "count"),
    [
        ("exact", "gold", 0),
        ("exact", "Gold", 2),
        ("case_insensitive", "gOLD", 2),
        ("prefix", "Gold", 3),
        ("prefix", "gold", 0),
    ],
)
def test_how_the_name_filter_compares(lab: RunningLab, prism: Client, switch: str, wanted: str, count: int) -> None:
    lab.change([{"endpoint": "a", "kind": "behaviour", "vm_name_filter": switch}])
    assert len(prism("a").entities("/vms", filter=f"vm_name=={wanted}")) == count


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("power_state==on", 3),
        ("power_state!=on;vm_name==Gold", 2),
        ("vm_name==desk-01,vm_name==desk-02;power_state==off", 1),
    ],
)
def test_and_binds_tighter_than_or(prism: Client, expression: str, count: int) -> None:
    assert len(prism("a").entities("/vms", filter=expression)) == count


@pytest.mark.parametrize(
    ("expression", "fragment"),
    [("name==Gold", "Unrecognized field"), ("Gold", "General error parsing FIQL expression")],
)
def test_what_the_filter_cannot_read(prism: Client, expression: str, fragment: str) -> None:
    answer = prism("a").ask("GET", "/vms", filter=expression)
    assert answer.status_code == 422
    assert fragment in answer.json()["message"]
    assert answer.json()["error_code"]["code"] == 1202


def test_disks_and_cards_come_only_when_asked_for(prism: Client) -> None:
    client = prism("a")
    bare = client.entities("/vms")[0]
    assert "vm_disk_info" not in bare
    assert "vm_nics" not in bare
    full = client.get(f"/vms/{bare['uuid']}", include_vm_disk_config="true", include_vm_nic_config="true")
    assert [disk["is_cdrom"] for disk in full["vm_disk_info"]] == [True, False]
    assert full["vm_disk_info"][1]["size"] == 10 * 1024**3
    assert len(full["vm_nics"]) == 1


def test_vms_are_paged_by_offset_and_length(prism: Client) -> None:
    client = prism("a")
    pages = [client.entities("/vms", offset=offset, length=4) for offset in (0, 4)]
    assert [len(page) for page in pages] == [4, 2]
    assert len({vm["uuid"] for page in pages for vm in page}) == 6


@pytest.mark.parametrize("status", [404, 422, 500])
def test_an_unknown_vm(lab: RunningLab, prism: Client, status: int) -> None:
    lab.change([{"endpoint": "a", "kind": "behaviour", "not_found_status": status}])
    answer = prism("a").ask("GET", "/vms/6f1ed002-ab5c-4bd3-9c32-0a9e8d2f3c5b")
    assert answer.status_code == status
    assert "is not found" in answer.json()["message"]
    assert "\tat com.nutanix" in answer.json()["detailed_message"]


def test_a_task_passes_through_its_states(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    vm = named(client.entities("/vms"), "Gold")[0]
    task = client.ask("POST", f"/vms/{vm['uuid']}/set_power_state/", {"transition": "ON"}).json()["task_uuid"]
    seen = []
    for step in (0, 1.5, 1.5):
        lab.skip(step)
        now = client.get(f"/tasks/{task}")
        seen.append((now["progress_status"], now["percentage_complete"]))
    assert seen == [("Queued", 0), ("Running", 50), ("Succeeded", 100)]
    assert client.get(f"/vms/{vm['uuid']}")["power_state"] == "on"


def test_a_guest_may_ignore_the_shutdown(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    vm = named(client.entities("/vms"), "desk-01")[0]
    for stubborn, state in ((True, "on"), (False, "off")):
        lab.change([{"endpoint": "a", "kind": "behaviour", "guest_ignores_shutdown": stubborn}])
        assert (
            client.done(client.ask("POST", f"/vms/{vm['uuid']}/set_power_state", {"transition": "ACPI_SHUTDOWN"}))[
                "progress_status"
            ]
            == "Succeeded"
        )
        assert client.get(f"/vms/{vm['uuid']}")["power_state"] == state


def test_switching_on_changes_the_disk_and_nothing_of_it_goes_over_the_wire(lab: RunningLab, prism: Client) -> None:
    def content() -> str:
        token: str = next(vm for vm in cluster_state(lab, "a")["vms"] if vm["name"] == "Gold")["disks"][0]["content"]
        return token

    client = prism("a")
    vm = named(client.entities("/vms"), "Gold")[0]
    before = content()
    client.done(client.ask("POST", f"/vms/{vm['uuid']}/set_power_state", {"transition": "ON"}))
    assert content() != before
    assert content() not in client.ask("GET", "/vms", include_vm_disk_config="true").text


def test_a_snapshot_outlives_its_vm_unless_that_is_asked_for(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    for keep, left in ((True, ["ctx_1"]), (False, [])):
        vm = named(client.entities("/vms"), "Gold")[0]
        client.done(
            client.ask("POST", "/snapshots", {"snapshot_specs": [{"vm_uuid": vm["uuid"], "snapshot_name": "ctx_1"}]})
        )
        snapshot = client.entities("/snapshots", vm_uuid=vm["uuid"])[0]
        assert snapshot["vm_create_spec"]["name"] == "Gold"
        assert len(str(snapshot["created_time"])) == 16
        client.done(client.ask("DELETE", f"/vms/{vm['uuid']}", delete_snapshots=str(not keep).lower()))
        assert [
            item["snapshot_name"] for item in client.entities("/snapshots", vm_uuid=vm["uuid"]) if not item["deleted"]
        ] == left


def test_a_deleted_snapshot_lingers_and_goes(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    snapshot = client.entities("/snapshots")[0]
    client.ask("DELETE", f"/snapshots/{snapshot['uuid']}")
    lab.skip(5)
    assert [item["deleted"] for item in client.entities("/snapshots")] == [True]
    assert client.ask("DELETE", f"/snapshots/{snapshot['uuid']}").status_code == 201
    lab.skip(60)
    assert client.entities("/snapshots") == []
    assert client.ask("DELETE", f"/snapshots/{snapshot['uuid']}").status_code == 404


@pytest.mark.parametrize(("switch", "status"), [("idempotent", 201), ("refuse", 422)])
@pytest.mark.parametrize("finished", [True, False])
def test_an_own_uuid_makes_a_snapshot_once(
    lab: RunningLab, prism: Client, switch: str, status: int, finished: bool
) -> None:
    lab.change([{"endpoint": "a", "kind": "behaviour", "duplicate_uuid": switch}])
    client = prism("a")
    vm = named(client.entities("/vms"), "Gold")[0]
    order = {
        "snapshot_specs": [
            {"vm_uuid": vm["uuid"], "snapshot_name": "ctx_1", "uuid": "0f9a3c1e-9d8e-4f5a-8c7b-6a5d4e3f2a1b"}
        ]
    }
    assert client.ask("POST", "/snapshots", order).status_code == 201
    lab.skip(100 if finished else 1)
    assert client.ask("POST", "/snapshots", order).status_code == status
    lab.skip(100)
    assert [item["uuid"] for item in client.entities("/snapshots", vm_uuid=vm["uuid"])] == [
        "0f9a3c1e-9d8e-4f5a-8c7b-6a5d4e3f2a1b"
    ]


def test_a_vm_is_created_updated_and_found_in_its_task(prism: Client) -> None:
    client = prism("a")
    network = client.entities("/networks")[0]["uuid"]
    disk = {"disk_address": {"device_bus": "SCSI", "device_index": 0}, "vm_disk_create": {"size": 1024**3}}
    body = {
        "name": "New",
        "memory_mb": 2048,
        "num_vcpus": 1,
        "vm_disks": [disk],
        "vm_nics": [{"network_uuid": network}],
    }
    vm_uuid = client.done(client.ask("POST", "/vms", body))["entity_list"][0]["entity_id"]
    client.done(client.ask("PUT", f"/vms/{vm_uuid}", {"name": "Newer", "description": "changed"}))
    vm = client.get(f"/vms/{vm_uuid}")
    assert (vm["name"], vm["description"], vm["memory_mb"]) == ("Newer", "changed", 2048)


def test_tasks_list_is_oldest_first_and_count_keeps_the_oldest(prism: Client) -> None:
    client = prism("a")
    vm = named(client.entities("/vms"), "desk-01")[0]
    made = [
        client.done(client.ask("POST", f"/vms/{vm['uuid']}/set_power_state", {"transition": "RESET"}))["uuid"]
        for _turn in range(3)
    ]
    assert client.ask("POST", "/tasks/list", {}).json()["entities"] == []
    listed = client.ask("POST", "/tasks/list", {"include_completed": True, "count": 2}).json()["entities"]
    # The first is of the time before the lab.
    assert [task["uuid"] for task in listed[1:]] == made[:1]
    missed = client.ask(
        "POST", "/tasks/list", {"include_completed": True, "entity_list": [{"entity_id": vm["uuid"]}]}
    ).json()["entities"]
    assert len(missed) == 2


def test_poll_answers_when_a_task_is_done(lab: RunningLab, prism: Client) -> None:
    client = prism("a")
    vm = named(client.entities("/vms"), "Gold")[0]
    task = client.done(client.ask("POST", f"/vms/{vm['uuid']}/set_power_state", {"transition": "ON"}))["uuid"]
    body = {"completed_tasks": [task], "timeout_interval": 5}
    assert [found["uuid"] for found in client.ask("POST", "/tasks/poll", body).json()["completed_tasks_info"]] == [task]
    pending = client.ask("POST", f"/vms/{vm['uuid']}/set_power_state", {"transition": "OFF"}).json()["task_uuid"]
    assert client.ask("POST", "/tasks/poll", {"completed_tasks": [pending], "timeout_interval": 0}).json() == {
        "timed_out": True
    }


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_names(lab: RunningLab, prism: Client, name: str) -> None:
    lab.change(
        [
            {"endpoint": "a", "kind": "vm", "name": name},
            {"endpoint": "a", "kind": "protection_domain", "name": name},
            {"endpoint": "a", "kind": "snapshot", "name": name, "vm": name},
        ]
    )
    client = prism("a")
    assert [vm["name"] for vm in client.entities("/vms", filter=f"vm_name=={name}")] == [name]
    assert client.get(f"/protection_domains/{requests.utils.quote(name, safe='')}")["name"] == name
    assert client.entities("/snapshots")[-1]["snapshot_name"] == name
    assert lab.violations() == []


def test_an_unknown_path_is_a_violation(lab: RunningLab, prism: Client) -> None:
    lab.forget()
    answer = prism("a").ask("POST", "/protection_domains/PD%20Gold/promote", {"value": "site-c"})
    assert answer.status_code == 404
    assert lab.violations() == ["a: unknown path /PrismGateway/services/rest/v2.0/protection_domains/PD Gold/promote"]
