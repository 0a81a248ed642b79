# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every Prism Central module relies on: log-in, versions, errors, lists, orders, tasks, ETags."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central import recovery_points as points
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.availability_zones import (
    list_peers,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.changes import (
    Order,
    change_entity,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    Entity,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.clusters import (
    list_clusters,
    read_central,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import (
    Errand,
    TaskFailed,
    tasks_since,
    wait_for_task,
    wait_for_tasks,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import (
    list_vms,
    path_of,
    read_vm,
    remove_vm,
    switch_vm,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    AnswerLost,
    ApiError,
    NotFound,
    OperationError,
)
from harness.centrals import API_KEY, Centrals

RELEASES = ["pc.2024.3.1", "pc.7.3", "pc.7.5.1", "pc.7.6"]


def silent(_line: str) -> None:
    """Nobody listens."""


def make_point(client: PrismCentral, vm_uuid: str, name: str = "rp") -> str:
    """Order a recovery point; returns the task."""
    return points.create_recovery_point(client, [vm_uuid], name, "crash_consistent", client.now() + timedelta(days=30))


def made(client: PrismCentral, vm_uuid: str, name: str = "rp") -> str:
    task = wait_for_task(client, make_point(client, vm_uuid, name), "making", 30, silent, points.LEAVES)
    return task.detail(points.LEAVES)


# Log-in.


def test_an_api_key_is_sent_alone(centrals: Centrals) -> None:
    client = centrals.client(nutanix_api_key=API_KEY)
    assert read_central(client).name == "east"
    assert client.by_api_key
    assert {entry["authenticated_as"] for entry in centrals.lab.requests()} == {"api key"}


def test_without_any_log_in_it_says_what_to_give(centrals: Centrals) -> None:
    with pytest.raises(OperationError, match="nutanix_api_key") as raised:
        centrals.client(nutanix_password=None)
    assert "NUTANIX_PASSWORD" in raised.value.advice


@pytest.mark.parametrize("body", ["empty", "json"])
@pytest.mark.parametrize("secret", [{"nutanix_password": "wrong"}, {"nutanix_api_key": "wrong"}])
def test_a_refused_log_in_is_tried_once(centrals: Centrals, secret: dict[str, str], body: str) -> None:
    centrals.behave(unauthorized=body)
    with pytest.raises(AccessDenied):
        read_central(centrals.client(**secret))
    assert [entry["status"] for entry in centrals.lab.requests()] == [401]


# Versions.


@pytest.mark.parametrize("told", ["answers", "not_found"])
@pytest.mark.parametrize(("version", "minor"), list(zip(RELEASES, [0, 1, 2, 4], strict=True)))
def test_versions_are_negotiated_once_for_each_namespace(
    centrals: Centrals, version: str, minor: int, told: str
) -> None:
    centrals.reset(version=version)
    centrals.behave(version_info=told)
    client = centrals.client()
    expected = 0 if told == "not_found" and minor < 2 else minor
    for _again in range(2):
        assert client.minor("dataprotection") == expected
        assert client.minor("vmm") == min(expected, 3)
    assert client.supports("dataprotection", expected)
    assert not client.supports("dataprotection", expected + 1)
    assert len(centrals.asked("OPTIONS", "info")) == 2
    assert len(list_vms(client)) == 5


@pytest.mark.parametrize(("body", "minor"), [({"data": "v4.2.b1"}, 1), ({"data": "v5.0"}, 0), ({}, 0), (None, 0)])
def test_an_odd_answer_about_the_version_is_no_promise(centrals: Centrals, body: Any, minor: int) -> None:
    centrals.fault("/unversioned/info", {"status": 200, "body": body})
    assert centrals.client().minor("vmm") == minor


def test_a_version_that_was_chosen_is_not_negotiated(centrals: Centrals) -> None:
    client = centrals.client(api_version="v4.1")
    list_vms(client)
    assert centrals.asked("OPTIONS", "info") == []
    assert len(centrals.asked("GET", "/vmm/v4.1/")) == 1
    with pytest.raises(OperationError, match="api_version"):
        centrals.client(api_version="3")


# Errors.


@pytest.mark.parametrize(
    ("status", "body", "text", "code"),
    [
        (400, {"data": {"error": [{"message": "no", "code": "DP-1", "errorGroup": "X"}]}}, "no", "DP-1 X"),
        (
            400,
            {"data": {"error": {"validationErrorMessages": [{"attributePath": "name", "message": "missing"}]}}},
            "name missing",
            "",
        ),
        (400, {"message": "Http request to endpoint failed"}, "Http request to endpoint failed", ""),
        (422, {"code": 422, "message_list": [{"message": "invalid spec"}]}, "invalid spec", "422"),
        (400, None, "Bad Request", ""),
    ],
)
def test_every_shape_of_an_error_is_read(centrals: Centrals, status: int, body: Any, text: str, code: str) -> None:
    client = centrals.client(api_version="v4.0")
    centrals.fault("/vms", {"status": status, "body": body})
    with pytest.raises(ApiError) as raised:
        list_vms(client)
    assert text in raised.value.message
    assert raised.value.code == code


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_hiccup_is_repeated(centrals: Centrals, status: int) -> None:
    client = centrals.client(api_version="v4.0")
    centrals.fault("/vms", {"status": status}, nth=1)
    assert len(list_vms(client)) == 5


def test_too_many_calls_may_be_a_bad_request(centrals: Centrals) -> None:
    client = centrals.client(api_version="v4.0")
    body = {"data": {"error": [{"message": "slow down", "errorGroup": "RATE_LIMIT_EXCEEDED"}]}}
    centrals.fault("/vms", {"status": 400, "body": body}, nth=1)
    assert len(list_vms(client)) == 5


# Lists.


def test_a_list_is_read_to_its_end(centrals: Centrals) -> None:
    centrals.change("vm", "a", name="desk-{n:04d}", count=230)
    assert len(list_vms(centrals.client())) == 235
    assert len(centrals.asked("GET", "/vms")) == 3


@pytest.mark.parametrize(("size", "pages"), [(100, 2), (99, 1)])
def test_a_page_that_tells_nothing_of_its_neighbours_is_the_last_when_it_is_short(
    centrals: Centrals, size: int, pages: int
) -> None:
    client = centrals.client(api_version="v4.0")
    vms = [{"extId": f"u-{number}", "name": "x"} for number in range(size)]
    centrals.fault("page=0", {"status": 200, "body": {"data": vms}})
    centrals.fault("page=1", {"status": 200, "body": {}})
    assert len(list_vms(client)) == size
    assert len(centrals.asked("GET", "/vms")) == pages


@pytest.mark.parametrize(("size", "pages"), [(500, 2), (499, 1)])
def test_a_v3_list_may_not_tell_its_length(centrals: Centrals, size: int, pages: int) -> None:
    centrals.fault("/vms/list", {"status": 200, "body": {"entities": [{}] * size}}, nth=1)
    centrals.fault("/vms/list", {"status": 200, "body": {"entities": []}}, nth=1)
    assert len(centrals.client().v3_entities("vm")) == size
    assert len(centrals.asked("POST", "/vms/list")) == pages


def test_names_are_asked_for_and_quoted(centrals: Centrals) -> None:
    client = centrals.client()
    assert [vm.name for vm in vms_called(client, "Büro 'Süd' #1 & 黄金")] == ["Büro 'Süd' #1 & 黄金"]
    assert vms_called(client, "gold") == []
    assert len(vms_called(client, "Twin")) == 2
    assert [vm.cluster_uuid for vm in vms_called(client, "Twin", centrals.cluster("b"))] == [centrals.cluster("b")]
    assert all("filter" in str(entry["query"]) for entry in centrals.asked("GET", "/vms"))


def test_clusters_are_told_without_the_prism_central(centrals: Centrals) -> None:
    client = centrals.client()
    clusters = list_clusters(client)
    assert [cluster.name for cluster in clusters] == ["a", "b"]
    assert all(cluster.address and cluster.version and cluster.hypervisors == ("AHV",) for cluster in clusters)
    assert read_central(client).uuid == centrals.state()["uuid"]


@pytest.mark.parametrize("version", RELEASES)
def test_peers_are_found_in_every_release(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version)
    client = centrals.client()
    (peer,) = list_peers(client, read_central(client).uuid)
    assert (peer.uuid, peer.name, peer.connected) == (centrals.state("west")["uuid"], "west", True)
    assert peer.address == centrals.west.options["nutanix_host"]


def test_v3_lists_are_no_writes(centrals: Centrals) -> None:
    centrals.behave(v3_length=1)
    assert len(centrals.client().v3_entities("vm")) == 5
    assert centrals.writes() == []


# Orders.


@pytest.mark.parametrize("then", [{"drop": "after"}, {"drop": "before"}, {"status": 503}, {"status": 500}])
def test_an_order_is_repeated_under_its_id_and_carried_out_once(centrals: Centrals, then: dict[str, Any]) -> None:
    client = centrals.client()
    centrals.fault("/recovery-points", then, method="POST", nth=1)
    made(client, centrals.vm("Gold"))
    sent = centrals.asked("POST", "/recovery-points")
    assert len(sent) == 2
    assert len({entry["request_headers"]["ntnx-request-id"] for entry in sent}) == 1
    assert len(centrals.state()["recovery_points"]) == 1


def test_an_order_that_stays_without_answer_is_lost_and_not_refused(centrals: Centrals) -> None:
    client = centrals.client()
    centrals.fault("/recovery-points", {"drop": "after"}, method="POST")
    with pytest.raises(AnswerLost):
        make_point(client, centrals.vm("Gold"))
    assert len({entry["request_headers"]["ntnx-request-id"] for entry in centrals.asked("POST", "points")}) == 1


def test_each_order_has_an_id_of_its_own(centrals: Centrals) -> None:
    client = centrals.client()
    for _each in range(2):
        made(client, centrals.vm("Gold"))
    assert len({entry["request_headers"]["ntnx-request-id"] for entry in centrals.asked("POST", "points$")}) == 2
    assert len(centrals.state()["recovery_points"]) == 2


# Tasks.


def test_many_tasks_are_watched_by_one_list(centrals: Centrals) -> None:
    client = centrals.client()
    errands = [Errand(make_point(client, centrals.vm("Gold"), f"rp-{n}"), f"rp-{n}", points.LEAVES) for n in range(60)]
    centrals.lab.forget()
    ended: list[str] = []
    tasks = wait_for_tasks(client, errands, timeout=60, progress=silent, on_end=lambda task: ended.append(task.ext_id))
    assert all(task.succeeded and task.detail(points.LEAVES) for task in tasks.values())
    assert sorted(ended) == sorted(tasks) == sorted(errand.task_id for errand in errands)
    assert centrals.asked("GET", "/tasks/") == []
    assert 2 <= len(centrals.asked("GET", "/tasks")) <= 12


def test_what_a_task_leaves_may_come_late(centrals: Centrals) -> None:
    centrals.behave(task_entities_lag_seconds=300)
    assert made(centrals.client(), centrals.vm("Gold"))


@pytest.mark.parametrize("value", ["u-1,u-2", ["u-1", "u-2"]])
def test_several_ids_of_a_task_are_one_text(centrals: Centrals, value: Any) -> None:
    told = {"extId": "ZXJnb24=:1", "status": "SUCCEEDED", "completionDetails": [{"name": "vmExtIds", "value": value}]}
    centrals.fault("/tasks", {"status": 200, "body": {"data": [told]}})
    task = wait_for_task(centrals.client(), "ZXJnb24=:1", "restoring", 30, silent, "vmExtIds")
    assert task.detail("vmExtIds") == "u-1,u-2"


@pytest.mark.parametrize("told", ["error_messages", "legacy_message", "sub_task"])
def test_a_failed_task_says_why(centrals: Centrals, told: str) -> None:
    centrals.behave(failed_task_tells=told)
    client = centrals.client()
    centrals.fault("/recovery-points", {"fail_task": "the pool is full"}, method="POST")
    with pytest.raises(TaskFailed, match="the task ended Failed: the pool is full") as raised:
        made(client, centrals.vm("Gold"))
    assert raised.value.details["task_ext_id"].startswith("ZXJnb24=:")


@pytest.mark.parametrize("status", ["CANCELED", "SUSPENDED"])
def test_no_other_end_is_waited_for(centrals: Centrals, status: str) -> None:
    client = centrals.client()
    centrals.fault("/recovery-points", {"job_status": status}, method="POST")
    with pytest.raises(TaskFailed, match=f"ended {status.capitalize()}"):
        made(client, centrals.vm("Gold"))


def test_a_task_that_the_list_does_not_have_is_read_singly(centrals: Centrals) -> None:
    client = centrals.client()
    centrals.fault(r"/tasks\?", {"status": 200, "body": {"metadata": {}}})
    assert made(client, centrals.vm("Gold"))


def test_an_unknown_task_is_said_in_the_end(centrals: Centrals, monkeypatch: pytest.MonkeyPatch) -> None:
    package = "ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks.LISTED_WITHIN"
    monkeypatch.setattr(package, 0.2)
    unknown = "ZXJnb24=:5f63a855-6b6e-4aca-4efb-159a35ce0e52"
    with pytest.raises(OperationError, match="is not known there"):
        wait_for_task(centrals.client(), unknown, "waiting", 30, silent)


def test_tasks_since_a_moment(centrals: Centrals) -> None:
    client = centrals.client()
    made(client, centrals.vm("Gold"))
    assert [task.operation for task in tasks_since(client, client.now() - timedelta(days=1))] == ["EntitySnapshot"]
    assert tasks_since(client, client.now() + timedelta(days=1)) == []


# ETags.


@pytest.mark.parametrize("where", ["refuse", "task_fails"])
@pytest.mark.parametrize("times", [1, 10])
def test_what_changed_meanwhile_is_read_again_a_few_times(centrals: Centrals, where: str, times: int) -> None:
    centrals.behave(stale_etag=where)
    client, uuid = centrals.client(), centrals.vm("Gold")
    looks = []

    def decide(_vm: Entity) -> Order:
        looks.append(1)
        if len(looks) <= times:
            centrals.change("rename_vm", "a", vm=uuid, name=f"Gold-{len(looks)}")
        return Order("POST", "/$actions/power-on")

    def switch() -> None:
        change_entity(client, "vmm", path_of(uuid), decide, what="switching", timeout=60, progress=silent)

    if times == 1:
        switch()
        changed = read_vm(client, uuid)
        assert changed is not None
        assert changed.power_state == "on"
        assert len(looks) == 2
    else:
        with pytest.raises(OperationError, match="If-Match"):
            switch()
        assert len(looks) == 5
    ids = [entry["request_headers"]["ntnx-request-id"] for entry in centrals.asked("POST", "power-on")]
    assert len(set(ids)) == len(ids) == len(looks)


def test_a_vm_is_removed_once(centrals: Centrals) -> None:
    client, uuid = centrals.client(), centrals.vm("Gold")
    vm = read_vm(client, uuid)
    assert vm is not None
    remove_vm(client, vm, "removing", 30, silent)
    assert read_vm(client, uuid) is None
    remove_vm(client, vm, "removing", 30, silent)
    with pytest.raises(NotFound):
        switch_vm(client, vm, "on", "switching on", 30, silent)


# Recovery points.


def test_one_question_for_the_newest_recovery_point(centrals: Centrals) -> None:
    client, vm = centrals.client(), centrals.vm("Gold")
    for name in ("one", "two", "three"):
        made(client, vm, name)
    made(client, centrals.vm("Twin"), "other")
    centrals.lab.forget()
    (newest,) = points.recovery_points_of(client, vm, newest_only=True)
    assert newest.name == "three"
    assert len(centrals.lab.requests()) == 1
    assert [point.name for point in points.recovery_points_of(client, vm)] == ["three", "two", "one"]
    assert [point.name for point in points.recovery_points_of(client, vm, name="two")] == ["two"]
    assert points.recovery_points_of(client, vm, cluster_uuid=centrals.cluster("b")) == []
    assert len(points.recovery_points_of(client, vm, cluster_uuid=centrals.cluster("a"))) == 3
    assert points.recovery_points_of(client, vm, since=client.now() + timedelta(days=1)) == []
    assert [point.name for point in points.copies_of(client, newest.location_agnostic_id)] == ["three"]
