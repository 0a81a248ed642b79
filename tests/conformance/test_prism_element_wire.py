# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated clusters against what shipped clients send and what real clusters were recorded to answer
(the additions of docs/contracts/prism_element.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import requests

from lab.running import RunningLab, serve

V2 = "/PrismGateway/services/rest/v2.0"
V1 = "/PrismGateway/services/rest/v1"
REQUESTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "prism_element_requests.json").read_text(encoding="utf-8")
)
METRO = {
    "role": "Standby",
    "remote_site": "site-c",
    "container": "ctr",
    "status": "Disabled",
    "failure_handling": "Witness",
}
ESTATE: dict[str, Any] = {
    "time_scale": 0,
    "prism_elements": [
        {
            "name": "a",
            "vms": [{"name": "Gold", "disks_gib": [40, 100]}, {"name": "desk-{n}", "count": 3, "power_state": "on"}],
            "snapshots": [{"name": "ctx_old", "vm": "Gold"}],
            "remote_sites": [{"name": "site-c", "cluster": "c"}],
            "protection_domains": [
                {"name": "PD Gold", "vms": ["Gold"], "snapshots": [{}]},
                {"name": "metro", "metro": METRO},
            ],
        },
        {"name": "c"},
    ],
}


class Cluster:
    """Sends what others send: no library of ours, no correction on the way."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        variables = lab.endpoint("a")["inventory"]
        self.root = lab.endpoint("a")["url"]
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = (variables["nutanix_username"], variables["nutanix_password"])
        self.session.verify = str(lab.ca_path)
        self.vm = self.get("/vms", filter="vm_name==Gold", include_vm_nic_config="true")["entities"][0]

    def send(self, method: str, address: str, body: Any = None) -> requests.Response:
        # As it stands: requests would escape and unescape the address.
        prepared = self.session.prepare_request(requests.Request(method, self.root, json=body))
        prepared.url = self.root + address
        return self.session.send(prepared, verify=self.session.verify, timeout=10)

    def get(self, path: str, root: str = V2, **query: str) -> Any:
        answer = self.session.get(self.root + root + path, params=query, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def finished(self, task_uuid: str) -> dict[str, Any]:
        self.lab.skip(100)
        task: dict[str, Any] = self.get(f"/tasks/{task_uuid}")
        return task

    def ordered(self, method: str, path: str, body: Any) -> dict[str, Any]:
        """The task of a write, once it is over."""
        return self.finished(self.send(method, V2 + path, body).json()["task_uuid"])

    def names(self) -> dict[str, str]:
        mac = self.vm["vm_nics"][0]["mac_address"]
        return {
            "{vm}": self.vm["uuid"],
            "{mac}": mac,
            "{mac_encoded}": mac.replace(":", "%3A"),
            "{network}": self.vm["vm_nics"][0]["network_uuid"],
            "{snapshot}": self.get("/snapshots")["entities"][0]["uuid"],
            "{container}": self.get("/storage_containers")["entities"][0]["storage_container_uuid"],
            "{domain}": "PD%20Gold",
        }


@pytest.fixture(scope="module")
def running() -> Iterator[RunningLab]:
    with serve(deepcopy(ESTATE)) as lab:
        yield lab


@pytest.fixture
def cluster(running: RunningLab) -> Cluster:
    running.reset(deepcopy(ESTATE))
    return Cluster(running)


@pytest.mark.parametrize(
    "request_", REQUESTS, ids=[f"{number} {entry['client']}" for number, entry in enumerate(REQUESTS)]
)
def test_what_shipped_clients_send_is_answered_as_the_product_does(cluster: Cluster, request_: dict[str, Any]) -> None:
    text = json.dumps(request_)
    for mark, value in cluster.names().items():
        text = text.replace(mark, value)
    sent = json.loads(text)
    cluster.lab.forget()
    address = sent.get("root", V2) + sent["path"] + (f"?{sent['query']}" if "query" in sent else "")
    answer = cluster.send(sent["method"], address, sent.get("body"))
    assert answer.status_code == sent["status"], (sent["addition"], answer.text)
    assert answer.headers["X-NTNX-Env"] == "PE"
    [entry] = cluster.lab.requests()
    # Our own clients may not send it all the same: a test of theirs fails on a violation.
    assert (sent.get("overlooked") or "None") in str(entry["violation"])
    if "task_does" in sent:
        task = cluster.finished(answer.json()["task_uuid"])
        assert (task["operation_type"], task["progress_status"]) == (sent["task_does"], "Succeeded")


def test_addition_1_and_2_metadata_of_lists(cluster: Cluster) -> None:
    totals = {"grand_total_entities", "total_entities"}
    for path in ("/networks", "/images", "/snapshots"):
        assert set(cluster.get(path)["metadata"]) == totals
    vms = cluster.get("/vms", offset="1", length="2")["metadata"]
    assert vms == {"grand_total_entities": 4, "total_entities": 4, "count": 2, "start_index": 1, "end_index": 3}
    more = {"count", "page", "start_index", "end_index", "filter_criteria", "sort_criteria"}
    for path in (
        "/alerts",
        "/events",
        "/storage_containers",
        "/remote_sites",
        "/protection_domains",
        "/protection_domains/dr_snapshots",
        "/clusters",
    ):
        assert set(cluster.get(path)["metadata"]) == totals | more, path
    asked, unasked = cluster.get("/alerts", count="7")["metadata"], cluster.get("/alerts")["metadata"]
    assert (asked["count"], unasked["count"], unasked["start_index"], unasked["filter_criteria"]) == (7, 1000, 1, "")


def test_addition_3_no_body_has_error_info(cluster: Cluster) -> None:
    for path in (
        "/vms",
        "/snapshots",
        "/networks",
        "/protection_domains",
        "/remote_sites",
        "/events",
        "/storage_containers",
        "/clusters",
    ):
        assert "error_info" not in cluster.get(path)


@pytest.mark.parametrize(
    ("form", "colons", "hyphens"), [("colons", 201, 404), ("hyphens", 404, 201), ("both", 201, 201)]
)
def test_addition_10_how_a_card_is_named(cluster: Cluster, form: str, colons: int, hyphens: int) -> None:
    cluster.lab.change([{"endpoint": "a", "kind": "behaviour", "nic_id_form": form}])
    path, mac = f"{V2}/vms/{cluster.vm['uuid']}/nics/", cluster.vm["vm_nics"][0]["mac_address"]
    answers = [cluster.send("DELETE", path + name).status_code for name in (mac, mac.replace(":", "-"))]
    assert answers == [colons, hyphens]


def test_addition_11_disks_of_a_snapshot_say_where_they_come_from(cluster: Cluster) -> None:
    cluster.ordered("POST", "/snapshots", {"snapshot_specs": [{"vm_uuid": cluster.vm["uuid"], "snapshot_name": "now"}]})
    spec = next(snapshot for snapshot in cluster.get("/snapshots")["entities"] if snapshot["snapshot_name"] == "now")[
        "vm_create_spec"
    ]
    disks = cluster.get(f"/vms/{cluster.vm['uuid']}", include_vm_disk_config="true")["vm_disk_info"]
    assert [disk["is_empty"] for disk in spec["vm_disks"]] == [True, False, False]
    assert [disk["vm_disk_clone"]["disk_address"]["vmdisk_uuid"] for disk in spec["vm_disks"][1:]] == [
        disk["disk_address"]["vmdisk_uuid"] for disk in disks if not disk["is_cdrom"]
    ]
    assert all(disk["vm_disk_clone"]["storage_container_uuid"] for disk in spec["vm_disks"][1:])


@pytest.mark.parametrize(
    ("switch", "operation", "method"),
    [("k_prefixed", "kVmPowerOn", "VmPowerOn"), ("plain", "VmChangePowerState", "VmChangePowerState")],
)
def test_addition_12_a_power_task_is_named_after_its_transition(
    cluster: Cluster, switch: str, operation: str, method: str
) -> None:
    cluster.lab.change([{"endpoint": "a", "kind": "behaviour", "operation_type": switch}])
    task = cluster.ordered("POST", f"/vms/{cluster.vm['uuid']}/set_power_state", {"transition": "ON"})
    assert (task["operation_type"], task["meta_request"]["method_name"]) == (operation, method)


def test_addition_13_monitors_speak_camel_case_and_list_tasks_of_vms(cluster: Cluster) -> None:
    task = cluster.ordered("POST", f"/vms/{cluster.vm['uuid']}/set_power_state", {"transition": "ON"})
    cluster.ordered("POST", f"/vms/{cluster.vm['uuid']}/set_power_state", {"transition": "OFF"})
    body = cluster.get("/progress_monitors", V1, filterCriteria=f"uuid=={task['uuid']}")
    [monitor] = body["entities"]
    assert {"grandTotalEntities": 2, "totalEntities": 1}.items() <= body["metadata"].items()
    assert (monitor["operation"], monitor["status"], monitor["entityId"]) == (
        "VmChangePowerState",
        "succeeded",
        [cluster.vm["uuid"]],
    )
    assert {"entity", "taskDisplayName", "percentageCompleted", "createTimeUsecs"} <= set(monitor)


@pytest.mark.parametrize(("switch", "entity_id"), [("name", ["PD Gold"]), ("id", None), ("none", [])])
def test_addition_13_what_entity_id_of_a_protection_domain_holds_is_unknown(
    cluster: Cluster, switch: str, entity_id: list[str] | None
) -> None:
    cluster.lab.change([{"endpoint": "a", "kind": "behaviour", "monitor_entity_id": switch}])
    cluster.send("POST", f"{V2}/protection_domains/PD%20Gold/deactivate", {})
    [monitor] = [
        entity for entity in cluster.get("/progress_monitors", V1)["entities"] if entity["operation"] == "deactivate"
    ]
    if entity_id is None:
        assert monitor["entityId"][0].isdigit()
    else:
        assert monitor["entityId"] == entity_id


def test_addition_14_the_cluster_itself(cluster: Cluster) -> None:
    body = cluster.get("/cluster")
    assert (body["operation_mode"], body["storage_type"], body["management_servers"]) == ("Normal", "all_flash", None)
    assert all(isinstance(value, str) for key in ("stats", "usage_stats") for value in body[key].values())
    assert body["stats"]
    assert body["usage_stats"]


def test_addition_15_protection_domains(cluster: Cluster) -> None:
    domains = {domain["name"]: domain for domain in cluster.get("/protection_domains")["entities"]}
    assert domains["metro"]["metro_avail"] == METRO
    assert domains["PD Gold"]["metro_avail"] is None
    assert domains["PD Gold"]["hybrid_schedules_count"] is None
    assert ("usage_stats" in domains["PD Gold"], "usage_stats" in domains["metro"]) == (True, False)


def test_literals_below_protection_domains_are_no_names(cluster: Cluster) -> None:
    groups = cluster.get("/protection_domains/consistency_groups/")["entities"]
    assert [(group["protection_domain_name"], group["consistency_group_name"]) for group in groups] == [
        ("PD Gold", "Gold")
    ]
    for literal in ("consistency_groups", "pending_actions", "status", "dr_snapshots"):
        assert cluster.send("DELETE", f"{V2}/protection_domains/{literal}").status_code == 405


def test_every_fact_that_a_request_shows_is_replayed() -> None:
    assert {entry["addition"] for entry in REQUESTS} >= {4, 5, 6, 7, 8, 9, 10, 13, 16, 18}
