# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may ask what, and how a simulated Prism Central says no."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest
import requests

from harness.central import (
    CATEGORIES,
    ESTATE,
    POINTS,
    VMS,
    Central,
    violations,
)
from lab.running import RunningLab
from lab.topology import BadTopology, load


def test_wrong_credentials_are_refused(east: Central) -> None:
    east.session.auth = ("admin", "wrong")
    assert (east.ask("GET", VMS).status_code, east.ask("GET", VMS).content) == (401, b"")


def test_an_api_key_reads_and_cannot_replicate(lab: RunningLab) -> None:
    estate = deepcopy(ESTATE)
    estate["prism_centrals"][0]["api_key"] = "k3y"
    lab.reset(estate)
    east = Central(lab)
    point = east.recovery_point()
    east.session.auth = None
    key = {"X-ntnx-api-key": "k3y"}
    assert east.ask("GET", VMS, headers=key).status_code == 200
    body = {"pcExtId": east.state["uuid"], "clusterExtId": east.state["clusters"]["b"]}
    assert east.ask("POST", f"{POINTS}/{point['extId']}/$actions/replicate", body, key).status_code == 403


def test_minor_versions_are_those_of_the_release(east: Central, west: Central) -> None:
    statuses = [
        each.ask("GET", f"/vmm/v4.{minor}/ahv/config/vms").status_code for each in (east, west) for minor in (1, 2)
    ]
    assert statuses == [200, 404, 200, 200]
    assert east.recovery_point().keys().isdisjoint({"sourceLocation"})
    assert west.ask("OPTIONS", "/vmm/unversioned/info").json() == {"data": "v4.2"}


def test_a_release_before_negotiation_may_not_know_it(lab: RunningLab, east: Central) -> None:
    lab.change([{"endpoint": "east", "kind": "behaviour", "version_info": "not_found"}])
    assert east.ask("OPTIONS", "/vmm/unversioned/info").status_code == 404


def test_what_the_vendor_has_and_the_lab_has_not_is_501(lab: RunningLab, east: Central, west: Central) -> None:
    plans = "/datapolicies/v4.2/config/recovery-plans"
    assert [west.ask("GET", plans).status_code, east.ask("GET", plans).status_code] == [501, 404]
    assert east.ask("GET", "/vmm/v4.0/ahv/config/nothing").status_code == 404
    assert len(violations(lab)) == 3
    lab.forget()


def test_the_list_of_clusters_has_the_prism_central_too(east: Central) -> None:
    found = east.get("/clustermgmt/v4.0/config/clusters")
    assert {each["name"]: each["config"]["clusterFunction"] for each in found} == {
        "east": ["PRISM_CENTRAL"],
        "a": ["AOS"],
        "b": ["AOS"],
    }
    function = "config/clusterFunction/any(t:t eq Clustermgmt.Config.ClusterFunctionRef'PRISM_CENTRAL')"
    (own,) = east.get("/clustermgmt/v4.0/config/clusters", filter=function)
    (manager,) = east.get("/prism/v4.0/config/domain-managers")
    assert own["extId"] == manager["extId"] == east.state["uuid"]


def test_names_are_not_unique_and_an_empty_list_has_no_data(east: Central) -> None:
    assert len(east.get(VMS, filter="name eq 'Gold'")) == 3
    assert "data" not in east.ask("GET", VMS, filter="name eq 'Nobody'").json()
    answer = east.ask("GET", VMS, filter="name eq 'Gold'", limit=2).json()
    (following,) = [link["href"] for link in answer["metadata"]["links"] if link["rel"] == "next"]
    assert len(east.session.get(following, timeout=10).json()["data"]) == 1
    assert answer["metadata"]["totalAvailableResults"] == 3


def test_a_filter_on_another_field_is_refused(lab: RunningLab, east: Central) -> None:
    assert east.ask("GET", VMS, filter="createTime gt 2026-01-01T00:00:00Z").status_code == 400
    assert east.ask("GET", VMS, orderby="createTime").status_code == 400
    assert len(violations(lab)) == 2
    lab.forget()


@pytest.mark.parametrize("where", ["error_messages", "legacy_message", "sub_task"])
def test_what_a_failed_task_tells(lab: RunningLab, east: Central, where: str) -> None:
    lab.change([{"endpoint": "east", "kind": "behaviour", "failed_task_tells": where}])
    lab.faults([{"endpoint": "east", "method": "POST", "nth": 1, "then": {"fail_task": "quota"}}])
    body = {"vmRecoveryPoints": [{"vmExtId": east.vm("Lone")["extId"]}]}
    task = east.finished(east.ask("POST", POINTS, body))
    lab.clear_faults()
    assert task["status"] == "FAILED"
    tells = {
        "error_messages": [each["message"] for each in task.get("errorMessages", [])],
        "legacy_message": [task.get("legacyErrorMessage")],
        "sub_task": [],
    }
    if where == "sub_task":
        of_parent = f"parentTask/extId eq '{task['extId']}'"
        (child,) = east.get("/prism/v4.0/config/tasks", filter=of_parent)
        tells["sub_task"] = [each["message"] for each in child["errorMessages"]]
        assert "errorMessages" not in task
    assert tells[where] == ["quota"]


@pytest.mark.parametrize(
    ("rule", "status"), [("Aborted", "FAILED"), ("Canceled", "CANCELED"), ("Suspended", "SUSPENDED")]
)
def test_every_end_of_a_task_can_be_had(lab: RunningLab, east: Central, rule: str, status: str) -> None:
    lab.faults([{"endpoint": "east", "method": "POST", "nth": 1, "then": {"job_status": rule}}])
    body = {"vmRecoveryPoints": [{"vmExtId": east.vm("Lone")["extId"]}]}
    assert east.finished(east.ask("POST", POINTS, body))["status"] == status
    lab.clear_faults()
    assert east.get(POINTS) == []


def test_a_task_id_needs_its_prefix(east: Central) -> None:
    assert east.ask("GET", f"/prism/v4.0/config/tasks/{uuid4()}").status_code == 400
    assert east.ask("GET", f"/prism/v4.0/config/tasks/ZXJnb24%3D%3A{uuid4()}").status_code == 404


def test_the_same_request_id_orders_once(lab: RunningLab, east: Central) -> None:
    body = {"vmRecoveryPoints": [{"vmExtId": east.vm("Lone")["extId"]}]}
    header = {"NTNX-Request-Id": str(uuid4())}
    first, again = (east.ask("POST", POINTS, body, header).json()["data"] for _turn in range(2))
    assert first == again
    assert east.ask("POST", POINTS, {**body, "name": "other"}, header).status_code == 400
    del header["NTNX-Request-Id"]
    answer = east.session.post(east.url + POINTS, json=body, timeout=10)
    assert (answer.status_code, len(violations(lab))) == (400, 1)
    lab.forget()


@pytest.mark.parametrize(("stale", "expected"), [("refuse", 412), ("task_fails", 202)])
def test_a_stale_etag(lab: RunningLab, east: Central, stale: str, expected: int) -> None:
    lab.change([{"endpoint": "east", "kind": "behaviour", "stale_etag": stale}])
    path = f"{VMS}/{east.vm('Lone')['extId']}"
    old = east.etag(path)
    assert east.finished(east.ask("POST", f"{path}/$actions/power-on", None, old))["status"] == "SUCCEEDED"
    answer = east.ask("DELETE", path, None, old)
    assert answer.status_code == expected
    if expected == 202:
        assert "VM_ETAG_MISMATCH" in east.finished(answer)["errorMessages"][0]["message"]
    assert east.get(path)["powerState"] == "ON"
    assert east.ask("DELETE", path, None, {"If-Match": "*"}).status_code == 412


def test_categories_come_and_go(east: Central) -> None:
    answer = east.ask("POST", CATEGORIES, {"key": "App", "value": "New"})
    assert answer.status_code == 201
    path = f"{CATEGORIES}/{answer.json()['data']['extId']}"
    assert east.get(path)["value"] == "New"
    assert east.ask("POST", CATEGORIES, {"key": "App", "value": "New"}).status_code == 409
    assert east.ask("DELETE", path).status_code == 204
    assert east.ask("GET", path).status_code == 404


def test_too_many_calls_are_refused(lab: RunningLab) -> None:
    estate = deepcopy(ESTATE)
    estate["prism_centrals"][0]["rate_limit_per_second"] = 1
    lab.reset(estate)
    east = Central(lab)
    assert [east.ask("GET", VMS).status_code for _turn in range(2)] == [200, 429]


def test_changes_from_outside(lab: RunningLab, east: Central) -> None:
    made = lab.change(
        [
            {"endpoint": "east", "kind": "category", "key": "Env", "value": "Prod", "vms": ["Lone"]},
            {"endpoint": "east", "kind": "recovery_point", "vm": "Lone", "name": "somebody's"},
        ]
    )
    assert [each["extId"] for each in east.vm("Lone")["categories"]] == [made[0]["ext_id"]]
    assert east.get(f"{POINTS}/{made[1]['ext_id']}")["vmRecoveryPoints"][0]["vmCategories"] == ["Env/Prod"]
    lab.change([{"endpoint": "east", "kind": "delete_recovery_point", "ext_id": made[1]["ext_id"]}])
    assert east.get(POINTS) == []
    lab.change([{"endpoint": "east", "kind": "reachable", "reachable": False}])
    with pytest.raises(requests.ConnectionError):
        east.get(POINTS)


@pytest.mark.parametrize(
    ("central", "problem"),
    [
        ({"name": "x", "clusters": ["nowhere"]}, "no Prism Element is called 'nowhere'"),
        ({"name": "x", "paired_with": ["x"]}, "no other Prism Central is called 'x'"),
        ({"name": "x", "policies": [{"name": "p", "category": "k/v", "every_seconds": 60}]}, "no category 'k/v'"),
        ({"name": "x", "colour": "red"}, "unknown field"),
    ],
)
def test_a_topology_that_refers_to_nothing(central: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadTopology, match=problem):
        load({"prism_centrals": [central]})
