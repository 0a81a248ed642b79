# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of v3 that a simulated Prism Central still has."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from harness.central import (
    ESTATE,
    POINTS,
    Central,
    cluster,
    detail,
    violations,
)
from lab.running import RunningLab


def in_v3(central: Central, kind: str, **more: Any) -> list[dict[str, Any]]:
    answer = central.ask("POST", f"/nutanix/v3/{kind}s/list", {"kind": kind, **more})
    assert answer.status_code == 200, answer.text
    entities: list[dict[str, Any]] = answer.json()["entities"]
    return entities


def test_v3_knows_zones_peers_and_clusters(east: Central, west: Central) -> None:
    zones = {each["status"]["resources"]["management_plane_type"]: each for each in in_v3(east, "availability_zone")}
    assert zones["PC"]["status"]["resources"]["management_url"] == west.state["uuid"]
    (peer,) = [
        each["status"]["resources"]["remote_connection_info"]["cluster_uuid"]
        for each in in_v3(east, "remote_connection")
        if each["status"]["resources"]["remote_connection_info"]["cluster_function"] == "PRISM_CENTRAL"
    ]
    assert peer == west.state["uuid"]
    services = {
        each["status"]["name"]: each["status"]["resources"]["config"]["service_list"] for each in in_v3(east, "cluster")
    }
    assert services == {"east": ["PRISM_CENTRAL"], "a": ["AOS"], "b": ["AOS"]}
    registrations = f"/prism/v4.2/management/domain-managers/{west.state['uuid']}/registrations"
    assert [each["remoteClusterExtId"] for each in west.get(registrations)] == [east.state["uuid"]]


def test_v3_knows_what_policies_made(lab: RunningLab) -> None:
    estate = deepcopy(ESTATE)
    estate["prism_centrals"][0]["categories"][0]["vms"] = ["Lone"]
    estate["prism_centrals"][0]["policies"] = [
        {"name": "Images", "category": "App/Gold", "every_seconds": 3600, "to": [{"cluster": "b"}]}
    ]
    estate["prism_centrals"][0]["behaviour"] = {"v3_rule_clusters": "cluster_uuid"}
    lab.reset(estate)
    east = Central(lab)
    lab.skip(60)
    (rule,) = in_v3(east, "protection_rule")
    here, there = rule["status"]["resources"]["ordered_availability_zone_list"]
    assert (len(here["cluster_uuid_list"]), there["cluster_uuid"]) == (2, cluster(east, "b"))
    assert rule["status"]["resources"]["category_filter"]["params"] == {"App": ["Gold"]}
    points = in_v3(east, "vm_recovery_point", length=500)
    assert {each["status"]["cluster_reference"]["uuid"] for each in points} == {cluster(east, "a"), cluster(east, "b")}
    agnostic = [each["status"]["resources"]["vm_recovery_point_location_agnostic_uuid"] for each in points]
    assert len(set(agnostic)) == 1
    assert in_v3(east, "vm_recovery_point", length=1, offset=1) == points[1:]


def test_v3_tells_tasks_by_their_bare_id(lab: RunningLab, east: Central) -> None:
    point = east.recovery_point()
    task = east.finished(east.ask("POST", f"{POINTS}/{point['extId']}/$actions/restore", {}))
    bare = east.ask("GET", f"/nutanix/v3/tasks/{task['extId'].partition(':')[2]}").json()
    assert bare["status"] == "SUCCEEDED"
    assert {"kind": "vm", "uuid": detail(task, "vmExtIds")} in bare["entity_reference_list"]
    assert east.ask("GET", f"/nutanix/v3/tasks/{task['extId']}").status_code == 404
    assert [each["metadata"]["uuid"] for each in in_v3(east, "vm", filter="vm_name==Lone")] == [
        east.vm("Lone")["extId"]
    ]
    assert east.ask("POST", "/nutanix/v3/clusters/list", {"kind": "cluster", "filter": "name==a"}).status_code == 501
    assert east.ask("POST", "/nutanix/v3/images/list", {"kind": "image"}).status_code == 404
    assert len(violations(lab)) == 2
    lab.forget()
