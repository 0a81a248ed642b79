# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a release by recovery points needs of a simulated Prism Central."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest

from harness.central import (
    CATEGORIES,
    ESTATE,
    OVERRIDE,
    POINTS,
    TEMPLATES,
    VM_REFERENCE,
    VMS,
    Central,
    cluster,
    detail,
    violations,
)
from lab.running import RunningLab


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


@pytest.mark.parametrize("changes_nics", [True, False])
def test_a_vm_is_renamed_and_loses_its_cards(lab: RunningLab, east: Central, changes_nics: bool) -> None:
    lab.change([{"endpoint": "east", "kind": "behaviour", "vm_put_changes_nics": changes_nics}])
    vm = east.vm("Lone")
    path = f"{VMS}/{vm['extId']}"
    network = vm["nics"][0]["networkInfo"]["subnet"]["extId"]
    second = {"networkInfo": {"subnet": {"extId": network}}}
    body = {**east.get(path), "name": "Renamed", "description": "by hand", "nics": [*vm["nics"], second]}
    assert east.ask("PUT", path, body).status_code == 428
    assert east.finished(east.ask("PUT", path, body, east.etag(path)))["status"] == "SUCCEEDED"
    renamed = east.get(path)
    assert (renamed["name"], renamed["description"]) == ("Renamed", "by hand")
    assert [card["networkInfo"]["subnet"]["extId"] for card in renamed["nics"]] == [network] * (1 + changes_nics)
    assert renamed["nics"][0]["extId"] == vm["nics"][0]["extId"]
    del body["nics"]
    east.finished(east.ask("PUT", path, body, east.etag(path)))
    assert ("nics" not in east.get(path)) is changes_nics
    assert east.ask("PUT", path, {**east.get(path), "numSockets": 8}, east.etag(path)).status_code == 501
    assert len(violations(lab)) == 2
    lab.forget()


def test_a_restore_may_warn(lab: RunningLab, east: Central) -> None:
    lab.change([{"endpoint": "east", "kind": "behaviour", "restore_warns": True}])
    point = east.recovery_point()
    task = east.finished(east.ask("POST", f"{POINTS}/{point['extId']}/$actions/restore"))
    (warning,) = task["warnings"]
    assert (task["status"], warning["severity"]) == ("SUCCEEDED", "WARNING")
