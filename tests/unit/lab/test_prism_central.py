# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Prism Central: what a release by recovery points needs of it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
import requests

from lab.running import RunningLab, serve
from lab.topology import BadTopology, load

POINTS = "/dataprotection/v4.0/config/recovery-points"
VMS = "/vmm/v4.0/ahv/config/vms"
TEMPLATES = "/vmm/v4.0/content/templates"
CATEGORIES = "/prism/v4.0/config/categories"
VM_REFERENCE = "vmm.v4.content.TemplateVmReference"
OVERRIDE = "dataprotection.v4.config.AhvVmOverrideSpec"
ESTATE: dict[str, Any] = {
    "time_scale": 0,
    "prism_elements": [
        {
            "name": "a",
            "vms": [
                {"name": "Gold", "disk_gib": 10},
                {"name": "Gold", "disk_gib": 20},
                {"name": "Lone", "disk_gib": 1},
            ],
            "storage_containers": ["default", "fast"],
        },
        {"name": "b", "vms": [{"name": "Gold"}]},
        {"name": "c"},
    ],
    "prism_centrals": [
        {"name": "east", "version": "pc.7.3", "clusters": ["a", "b"], "categories": [{"key": "App", "value": "Gold"}]},
        {"name": "west", "clusters": ["c"], "paired_with": ["east"], "bandwidth_mbps": 800},
    ],
}


class Central:
    """Talks to one Prism Central as a client would."""

    def __init__(self, lab: RunningLab, name: str = "east") -> None:
        self.lab = lab
        self.name = name
        endpoint = lab.endpoint(name)
        self.url = endpoint["url"] + "/api"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = (endpoint["inventory"]["nutanix_username"], endpoint["inventory"]["nutanix_password"])
        self.session.verify = str(lab.ca_path)

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.lab.state()["endpoints"][self.name]
        return state

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: Any
    ) -> requests.Response:
        sent = {"NTNX-Request-Id": str(uuid4()), **(headers or {})}
        parameters = {f"${name}": value for name, value in query.items()}
        return self.session.request(method, self.url + path, json=body, headers=sent, params=parameters, timeout=10)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json().get("data") or []

    def etag(self, path: str) -> dict[str, str]:
        return {"If-Match": self.ask("GET", path).headers["ETag"]}

    def finished(self, answer: requests.Response, after: float = 200) -> dict[str, Any]:
        assert answer.status_code == 202, answer.text
        self.lab.skip(after)
        task: dict[str, Any] = self.get(f"/prism/v4.0/config/tasks/{answer.json()['data']['extId']}")
        return task

    def vm(self, name: str) -> dict[str, Any]:
        found = self.get(VMS, filter=f"name eq '{name}'")
        assert len(found) == 1
        vm: dict[str, Any] = found[0]
        return vm

    def recovery_point(self, vm: str = "Lone", **more: Any) -> dict[str, Any]:
        """Make one and return it."""
        body = {"name": "rp", "vmRecoveryPoints": [{"vmExtId": self.vm(vm)["extId"]}], **more}
        point: dict[str, Any] = self.get(f"{POINTS}/{detail(self.finished(self.ask('POST', POINTS, body)))}")
        return point


def detail(task: dict[str, Any], name: str = "recoveryPointExtId") -> str:
    assert task["status"] == "SUCCEEDED", task
    (value,) = [each["value"] for each in task["completionDetails"] if each["name"] == name]
    return str(value)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningLab]:
    with serve(deepcopy(ESTATE)) as lab:
        yield lab


@pytest.fixture
def lab(running: RunningLab) -> RunningLab:
    running.reset(deepcopy(ESTATE))
    return running


@pytest.fixture
def east(lab: RunningLab) -> Central:
    return Central(lab)


@pytest.fixture
def west(lab: RunningLab) -> Central:
    return Central(lab, "west")


def violations(lab: RunningLab) -> list[str]:
    return list(lab.violations())


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


def test_a_recovery_point_is_found_by_vm_and_place_newest_first(lab: RunningLab, east: Central) -> None:
    first = east.recovery_point()
    lab.skip(60)
    second = east.recovery_point()
    east.recovery_point("Lone", name="other")
    of_vm = f"vmRecoveryPoints/any(a:a/vmExtId eq '{east.vm('Lone')['extId']}')"
    here = f"locationReferences/any(a:a/locationExtId eq '{east.state['clusters']['a']}')"
    found = east.get(POINTS, filter=f"{of_vm} and {here} and name eq 'rp'", orderby="creationTime desc")
    assert [each["extId"] for each in found] == [second["extId"], first["extId"]]
    young = east.get(POINTS, filter=f"name eq 'rp' and creationTime gt {first['creationTime']}")
    assert [each["extId"] for each in young] == [second["extId"]]


def test_an_expiry_that_is_past_is_refused_and_one_to_come_is_kept(lab: RunningLab, east: Central) -> None:
    def at(seconds: float) -> str:
        now = datetime.fromtimestamp(lab.estate.clock.epoch, timezone.utc)
        return (now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    body = {"vmRecoveryPoints": [{"vmExtId": east.vm("Lone")["extId"]}], "expirationTime": at(-60)}
    assert east.ask("POST", POINTS, body).status_code == 400
    point = east.recovery_point(expirationTime=at(3600))
    path = f"{POINTS}/{point['extId']}"
    action = f"{path}/$actions/set-expiration-time"
    assert east.ask("POST", action, {"expirationTime": at(7200)}).status_code == 428
    assert (
        east.finished(east.ask("POST", action, {"expirationTime": at(7200)}, east.etag(path)))["status"] == "SUCCEEDED"
    )
    lab.skip(3700)
    assert east.ask("GET", path).status_code == 200
    lab.skip(3600)
    assert east.ask("GET", path).status_code == 404
    lab.forget()


def test_a_copy_on_another_prism_central_has_the_same_content(east: Central, west: Central) -> None:
    point = east.recovery_point()
    body = {"pcExtId": west.state["uuid"], "clusterExtId": west.state["clusters"]["c"]}
    answer = east.ask("POST", f"{POINTS}/{point['extId']}/$actions/replicate", body)
    task = east.finished(answer, after=5)
    assert (task["status"], task["entitiesAffected"][0]["extId"]) == ("RUNNING", point["extId"])
    copy = west.get(f"{POINTS}/{detail(east.finished(answer))}")
    assert copy["locationAgnosticId"] == point["locationAgnosticId"]
    assert copy["extId"] != point["extId"]
    assert [each["extId"] for each in east.get(POINTS)] == [point["extId"]]
    body = {
        "clusterExtId": west.state["clusters"]["c"],
        "vmRecoveryPointRestoreOverrides": [
            {
                "vmRecoveryPointExtId": copy["vmRecoveryPoints"][0]["extId"],
                "vmOverrideSpec": {"$objectType": OVERRIDE, "name": "Temp"},
            }
        ],
    }
    restored = west.finished(west.ask("POST", f"{POINTS}/{copy['extId']}/$actions/restore", body))
    states = west.lab.state()["endpoints"]
    (vm,) = states["c"]["vms"]
    (original,) = [each for each in states["a"]["vms"] if each["name"] == "Lone"]
    assert (vm["uuid"], vm["name"], vm["power_state"]) == (detail(restored, "vmExtIds"), "Temp", "off")
    assert [disk["content"] for disk in vm["disks"]] == [disk["content"] for disk in original["disks"]]


@pytest.mark.parametrize("override", [{"name": "Temp"}, {"$objectType": "no.such.Model", "name": "Temp"}])
def test_an_override_that_does_not_say_what_it_is_is_a_violation(
    lab: RunningLab, east: Central, override: dict[str, str]
) -> None:
    point = east.recovery_point()
    overrides = [{"vmRecoveryPointExtId": point["vmRecoveryPoints"][0]["extId"], "vmOverrideSpec": override}]
    body = {"vmRecoveryPointRestoreOverrides": overrides}
    assert east.ask("POST", f"{POINTS}/{point['extId']}/$actions/restore", body).status_code == 400
    assert "$objectType" in violations(lab)[0]
    lab.forget()


@pytest.mark.parametrize(("instant", "expected"), [(False, 202), (True, 400)])
def test_a_newer_client_still_sends_its_defaults(lab: RunningLab, east: Central, instant: bool, expected: int) -> None:
    body = {"isInstantRestore": instant}
    point = east.recovery_point()
    assert east.ask("POST", f"{POINTS}/{point['extId']}/$actions/restore", body).status_code == expected
    assert len(violations(lab)) == (expected == 400)
    lab.forget()


def test_a_foreign_cluster_and_a_stranger_fail_in_the_task(east: Central) -> None:
    point = east.recovery_point()
    foreign = {"clusterExtId": east.state["clusters"]["b"]}
    assert east.finished(east.ask("POST", f"{POINTS}/{point['extId']}/$actions/restore", foreign))["status"] == "FAILED"
    stranger = {"pcExtId": str(uuid4()), "clusterExtId": str(uuid4())}
    task = east.finished(east.ask("POST", f"{POINTS}/{point['extId']}/$actions/replicate", stranger))
    assert (task["status"], "not paired" in task["errorMessages"][0]["message"]) == ("FAILED", True)


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


def test_power_categories_and_disks_of_a_vm(lab: RunningLab, east: Central) -> None:
    path = f"{VMS}/{east.vm('Lone')['extId']}"
    (category,) = east.get(CATEGORIES, filter="key eq 'App' and value eq 'Gold'")
    body = {"categories": [{"extId": category["extId"]}]}
    assert east.finished(east.ask("POST", f"{path}/$actions/associate-categories", body, east.etag(path)))
    assert [each["extId"] for each in east.get(path)["categories"]] == [category["extId"]]
    containers = east.get("/clustermgmt/v4.0/config/storage-containers", filter="name eq 'fast'")
    target = containers[0]["containerExtId"]
    plan = {"$objectType": "vmm.v4.ahv.config.AllDisksMigrationPlan", "storageContainer": {"extId": target}}
    move = f"{path}/$actions/migrate-vm-disks"
    answer = east.ask("POST", move, {"migrateDisks": plan}, east.etag(path))
    assert east.get(path)["disks"][0]["backingInfo"]["isMigrationInProgress"] is True
    assert east.finished(answer)["status"] == "SUCCEEDED"
    assert east.get(path)["disks"][0]["backingInfo"]["storageContainer"]["extId"] == target
    plan = {**plan, "storageContainer": {"extId": str(uuid4())}}
    assert east.finished(east.ask("POST", move, {"migrateDisks": plan}, east.etag(path)))["status"] == "FAILED"
    for action, state in (("power-on", "ON"), ("shutdown", "OFF"), ("power-on", "ON"), ("power-off", "OFF")):
        assert (
            east.finished(east.ask("POST", f"{path}/$actions/{action}", None, east.etag(path)))["status"] == "SUCCEEDED"
        )
        assert east.get(path)["powerState"] == state
    assert east.finished(east.ask("DELETE", path, None, east.etag(path)))["status"] == "SUCCEEDED"
    assert east.ask("GET", path).status_code == 404


def test_categories_come_and_go(east: Central) -> None:
    answer = east.ask("POST", CATEGORIES, {"key": "App", "value": "New"})
    assert answer.status_code == 201
    path = f"{CATEGORIES}/{answer.json()['data']['extId']}"
    assert east.get(path)["value"] == "New"
    assert east.ask("POST", CATEGORIES, {"key": "App", "value": "New"}).status_code == 409
    assert east.ask("DELETE", path).status_code == 204
    assert east.ask("GET", path).status_code == 404


def test_a_template_with_versions(lab: RunningLab, east: Central) -> None:
    vm = east.vm("Lone")
    source = {"$objectType": VM_REFERENCE, "extId": vm["extId"]}
    body = {"templateName": "ctx_Gold", "templateVersionSpec": {"versionSource": source}}
    task = east.finished(east.ask("POST", TEMPLATES, body))
    path = f"{TEMPLATES}/{task['entitiesAffected'][0]['extId']}"
    first = east.get(path)["templateVersionSpec"]
    assert (first["versionName"], first["isActiveVersion"]) == ("Initial Version", True)
    spec = {"versionName": "v2", "versionDescription": "second", "versionSource": source}
    body["templateVersionSpec"] = spec
    assert east.finished(east.ask("PUT", path, body, east.etag(path)))["status"] == "SUCCEEDED"
    versions = {each["versionName"]: each for each in east.get(f"{path}/versions")}
    assert {name: each["isActiveVersion"] for name, each in versions.items()} == {"Initial Version": False, "v2": True}
    assert east.ask("DELETE", f"{path}/versions/{versions['v2']['extId']}").status_code == 400
    publish = {"versionId": first["extId"]}
    assert (
        east.finished(east.ask("POST", f"{path}/$actions/publish", publish, east.etag(path)))["status"] == "SUCCEEDED"
    )
    assert east.finished(east.ask("DELETE", f"{path}/versions/{versions['v2']['extId']}"))["status"] == "SUCCEEDED"
    deploy = {"clusterReference": east.state["clusters"]["b"], "numberOfVms": 2}
    made = east.finished(east.ask("POST", f"{path}/$actions/deploy", deploy))
    contents = {each["uuid"]: each["disks"][0]["content"] for name in "ab" for each in vms_of(lab, name)}
    assert {contents[each["extId"]] for each in made["entitiesAffected"]} == {contents[vm["extId"]]}
    assert east.finished(east.ask("DELETE", path))["status"] == "SUCCEEDED"
    assert east.get(TEMPLATES) == []


def vms_of(lab: RunningLab, cluster: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab.state()["endpoints"][cluster]["vms"]
    return found


def test_a_policy_makes_and_sends_recovery_points(lab: RunningLab) -> None:
    estate = deepcopy(ESTATE)
    estate["prism_centrals"][0]["categories"][0]["vms"] = ["Lone"]
    estate["prism_centrals"][0]["policies"] = [
        {
            "name": "Images",
            "category": "App/Gold",
            "every_seconds": 3600,
            "local": 2,
            "to": [{"prism_central": "west", "cluster": "c"}, {"cluster": "b"}],
            "first_after": 60,
        }
    ]
    lab.reset(estate)
    east, west = Central(lab), Central(lab, "west")
    (policy,) = east.get("/datapolicies/v4.0/config/protection-policies")
    assert {each["label"] for each in policy["replicationLocations"]} == {"here", "there-1", "there-2"}
    assert east.vm("Lone")["protectionPolicyState"] == {
        **east.vm("Lone")["protectionPolicyState"],
        "policy": {**east.vm("Lone")["protectionPolicyState"]["policy"], "extId": policy["extId"]},
    }
    for _turn in range(3):
        lab.skip(3600)
    lab.skip(600)
    here = [each for each in east.get(POINTS) if each["locationReferences"][0]["locationExtId"] == cluster(east, "a")]
    agnostic = {each["locationAgnosticId"] for each in here}
    assert len(here) == 2
    assert agnostic <= {each["locationAgnosticId"] for each in west.get(POINTS)}


def cluster(central: Central, name: str) -> str:
    ext_id: str = central.state["clusters"][name]
    return ext_id


def test_lists_may_lag_behind(lab: RunningLab, east: Central) -> None:
    lab.change([{"endpoint": "east", "kind": "behaviour", "index_lag_seconds": 600}])
    point = east.recovery_point()
    assert east.get(POINTS) == []
    lab.skip(600)
    assert [each["extId"] for each in east.get(POINTS)] == [point["extId"]]


def test_copies_held_elsewhere_may_be_listed(lab: RunningLab, east: Central, west: Central) -> None:
    lab.change([{"endpoint": "west", "kind": "behaviour", "remote_copies_listed": True}])
    point = east.recovery_point()
    assert [each["extId"] for each in west.get(POINTS)] == [point["extId"]]


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
