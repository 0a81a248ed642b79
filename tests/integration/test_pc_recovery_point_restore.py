# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pc_recovery_point_restore"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.storage_containers import (
    containers_of,
)
from harness.centrals import API_KEY, Centrals
from harness.modules import run_module

MODULE = "pc_recovery_point_restore"
RELEASES = ["pc.2024.3.1", "pc.7.3", "pc.7.5.1", "pc.7.6"]
# v4.0 has no override of the name
CONNECTION = ("nutanix_host", "nutanix_port", "nutanix_username", "nutanix_password", "ca_path")
OLD, NEW = "pc.2024.3.1", "pc.7.5.1"


class Restoring:
    """A recovery point of Gold on cluster a, and what was restored from it."""

    def __init__(self, centrals: Centrals, vm: str = "Gold") -> None:
        self.centrals = centrals
        self.golden = vm
        self.ext_id = centrals.change("recovery_point", vm=centrals.vm(vm), name="rp")["ext_id"]
        (point,) = [each for each in centrals.state()["recovery_points"] if each["ext_id"] == self.ext_id]
        self.id: str = point["location_agnostic_id"]
        self.name = f"ctx_r1_{self.id}_Gold"
        centrals.lab.forget()

    def arguments(self, **more: Any) -> dict[str, Any]:
        release = {"recovery_point": self.id, "vm_name": "Gold", "release": "r1"}
        return {**release, "cluster": self.centrals.cluster("a"), **more}

    def __call__(self, check: bool = False, **more: Any) -> dict[str, Any]:
        return self.centrals.east(MODULE, check=check, **self.arguments(**more))

    def fails(self, check: bool = False, **more: Any) -> str:
        return self.centrals.east.fails(MODULE, check=check, **self.arguments(**more))

    @property
    def restored(self) -> list[Mapping[str, Any]]:
        """The VMs of the cluster that were not there at the beginning."""
        return [vm for vm in self.centrals.vms("a") if vm["name"] not in ("Gold", "Twin", "Büro 'Süd' #1 & 黄金")]

    @property
    def only(self) -> Mapping[str, Any]:
        (vm,) = self.restored
        return vm

    def contents(self, vm: Mapping[str, Any]) -> list[str]:
        return [disk["content"] for disk in vm["disks"]]


def fast(centrals: Centrals) -> str:
    """The storage container of that name on cluster a."""
    containers = containers_of(centrals.client(), centrals.cluster("a"))
    (uuid,) = [container.uuid for container in containers if container.name == "fast"]
    return uuid


@pytest.mark.parametrize("version", RELEASES)
def test_restored_as_predicted_and_then_adopted(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version)
    restore = Restoring(centrals)
    predicted = restore(check=True)
    assert centrals.writes() == []
    made = restore()
    assert len(centrals.writes()) == (2 if version == OLD else 1)
    assert (made["changed"], made["adopted"], made["duplicates"]) == (True, False, [])
    assert predicted["vm"] == {"uuid": "", "name": restore.name}
    assert {key: made[key] for key in predicted if key != "vm"} == {
        key: predicted[key] for key in predicted if key != "vm"
    }
    vm = restore.only
    assert made["vm"] == {"uuid": vm["uuid"], "name": vm["name"]} == {"uuid": vm["uuid"], "name": restore.name}
    assert vm["power_state"] == "off"
    (gold,) = [each for each in centrals.vms("a") if each["name"] == "Gold"]
    assert restore.contents(vm) == restore.contents(gold)
    assert all("isStrictMode" not in str(entry["body"]) for entry in centrals.asked("POST", "/restore"))
    centrals.lab.forget()
    again = restore()
    assert centrals.writes() == []
    assert (again["changed"], again["adopted"], again["vm"]) == (False, True, made["vm"])
    assert restore(check=True) == again


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_restored_vm_has_no_categories(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version)
    made = Restoring(centrals)()
    (vm,) = centrals.client().entities("vmm", "/ahv/config/vms", where=f"extId eq '{made['vm']['uuid']}'")
    assert "categories" not in vm


def test_categories_that_somebody_gave_it_are_warned_of(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    restore()
    centrals.change("category", key="App", value="Late", vms=[restore.name])
    warnings = run_module(MODULE, {**centrals.east.options, **restore.arguments()})["warnings"]
    assert "has categories, so that policies may protect it" in str(warnings)


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("put", [True, False])
def test_networks_are_none_or_chosen(centrals: Centrals, version: str, put: bool) -> None:
    centrals.reset(version=version)
    centrals.behave(vm_put_changes_nics=put)
    restore = Restoring(centrals)
    (gold,) = [each for each in centrals.vms("a") if each["name"] == "Gold"]
    recorded = [card["network_uuid"] for card in gold["nics"]]
    if version == OLD and not put:
        assert "could not be given its name and networks" in restore.fails(networks=[])
        return
    restore(networks=[])
    assert restore.only["nics"] == []
    centrals.lab.forget()
    assert restore(networks=[])["changed"] is False
    assert centrals.writes() == []
    if put:
        assert restore(networks=recorded * 2, check=True)["diff"]["after"]["changes"] == ["correct"]
        assert restore(networks=recorded * 2)["changed"] is True
        assert [card["network_uuid"] for card in restore.only["nics"]] == recorded * 2
    else:
        assert "leave networks out" in restore.fails(networks=recorded)
    assert len(restore.restored) == 1


def test_a_network_that_is_not_there_fails_and_leaves_one_vm(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    unknown = "00000000-0000-4000-8000-000000000000"
    for _attempt in range(2):
        assert f"Subnet {unknown} is not found" in restore.fails(networks=[unknown])
        assert len(restore.restored) == 1


@pytest.mark.parametrize("version", [OLD, NEW])
def test_disks_are_moved_into_the_storage_container(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version)
    restore = Restoring(centrals)
    made = restore(storage_container="fast")
    assert {disk["container_uuid"] for disk in restore.only["disks"]} == {fast(centrals)}
    assert [part["phase"] for part in made["timeline"]] == ["restore", "move_disks"]
    centrals.lab.forget()
    assert restore(storage_container="fast")["changed"] is False
    assert centrals.writes() == []
    back = restore(storage_container="default", check=True)
    assert (back["changed"], back["diff"]["after"]["changes"]) == (True, ["move disks"])


def test_disks_stay_in_the_recorded_storage_container(centrals: Centrals) -> None:
    client, gold = centrals.client(), centrals.vm("Gold")
    plan = {"$objectType": "vmm.v4.ahv.config.AllDisksMigrationPlan", "storageContainer": {"extId": fast(centrals)}}
    etag = client.read("vmm", f"/ahv/config/vms/{gold}").etag
    path = f"/ahv/config/vms/{gold}/$actions/migrate-vm-disks"
    client.order("POST", "vmm", path, {"migrateDisks": plan}, etag=etag)
    centrals.lab.skip(100)
    restore = Restoring(centrals)
    assert restore(storage_container="fast")["changed"] is True
    assert {disk["container_uuid"] for disk in restore.only["disks"]} == {fast(centrals)}
    assert centrals.asked("POST", "migrate-vm-disks") == []


@pytest.mark.parametrize("check", [True, False])
def test_a_missing_storage_container_fails_before_anything_is_written(centrals: Centrals, check: bool) -> None:
    restore = Restoring(centrals)
    assert "has no storage container 'fsat'. Near names are 'fast'" in restore.fails(
        storage_container="fsat", check=check
    )
    assert centrals.writes() == []


def test_a_migration_under_way_is_waited_for(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    uuid = restore()["vm"]["uuid"]
    entity = centrals.client().read("vmm", f"/ahv/config/vms/{uuid}")
    plan = {"$objectType": "vmm.v4.ahv.config.AllDisksMigrationPlan", "storageContainer": {"extId": fast(centrals)}}
    path = f"/ahv/config/vms/{uuid}/$actions/migrate-vm-disks"
    centrals.client().order("POST", "vmm", path, {"migrateDisks": plan}, etag=entity.etag)
    centrals.lab.forget()
    assert restore(storage_container="fast")["changed"] is False
    assert centrals.writes() == []


@pytest.mark.parametrize("tells", ["error_messages", "legacy_message", "sub_task"])
def test_a_failed_restore_says_why_and_the_next_run_makes_it(centrals: Centrals, tells: str) -> None:
    centrals.behave(failed_task_tells=tells)
    restore = Restoring(centrals)
    centrals.fault("/restore", {"fail_task": "no memory left"})
    assert "no memory left" in restore.fails()
    centrals.lab.clear_faults()
    assert restore()["adopted"] is False
    assert len(restore.restored) == 1


def test_warnings_of_the_restore_are_shown(centrals: Centrals) -> None:
    centrals.behave(restore_warns=True)
    result = run_module(MODULE, {**centrals.east.options, **Restoring(centrals).arguments()})
    assert "The guest tools of" in str(result["warnings"])


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("fault", [{"drop": "after"}, {"drop": "before"}, {"status": 503}])
@pytest.mark.parametrize("request_path", ["/restore", "/vms/"])
def test_a_lost_answer_makes_no_second_vm(
    centrals: Centrals, version: str, fault: dict[str, Any], request_path: str
) -> None:
    centrals.reset(version=version)
    restore = Restoring(centrals)
    for method in ("POST", "PUT"):
        centrals.fault(request_path, fault, method=method, nth=1)
    restore(networks=[])
    assert (restore.only["name"], restore.only["nics"]) == (restore.name, [])


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("lag", [0, 60])
def test_a_killed_run_s_vm_is_adopted(centrals: Centrals, version: str, lag: int) -> None:
    """Killed while its restore was under way, and after that, before the VM had its name."""
    centrals.reset(version=version)
    centrals.behave(task_entities_lag_seconds=lag)
    restore = Restoring(centrals)
    started = restore(wait=False)
    assert (started["changed"], started["vm"]["uuid"]) == (True, "")
    resumed = restore()
    assert resumed["vm"]["uuid"] == restore.only["uuid"]
    centrals.reset(version=version)
    restore = Restoring(centrals)
    restore(wait=False)
    centrals.lab.skip(100)
    resumed = restore()
    assert (resumed["vm"]["uuid"], restore.only["name"]) == (restore.only["uuid"], restore.name)


def test_without_waiting_what_is_under_way_is_left_alone(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    centrals.lab.run_at(0)
    restore(wait=False)
    centrals.lab.forget()
    again = restore(wait=False)
    assert (again["changed"], again["adopted"], centrals.writes()) == (False, True, [])


def test_a_prism_central_that_forgets_request_ids_restores_no_second_vm(centrals: Centrals) -> None:
    centrals.behave(request_ids_kept_seconds=0)
    restore = Restoring(centrals)
    centrals.lab.run_at(0)
    restore(wait=False)
    centrals.lab.skip(2)
    centrals.lab.run_at(600)
    assert restore()["vm"]["uuid"] == restore.only["uuid"]


def test_one_that_was_removed_is_restored_again(centrals: Centrals) -> None:
    """The server still remembers the first order."""
    restore = Restoring(centrals)
    first = restore()["vm"]["uuid"]
    centrals.change("delete_vm", "a", vm=first)
    second = restore()
    assert (second["adopted"], second["vm"]["uuid"]) == (False, restore.only["uuid"])
    assert second["vm"]["uuid"] != first


def test_awkward_names_are_kept_as_they_are(centrals: Centrals) -> None:
    awkward = "Büro 'Süd' #1 & 黄金"
    restore = Restoring(centrals, awkward)
    made = restore(vm_name=awkward)
    assert made["vm"]["name"] == restore.only["name"] == f"ctx_r1_{restore.id}_{awkward}"
    assert restore(vm_name=awkward)["vm"] == made["vm"]
    template = {"name": f"ctx_{awkward}_r1", "vm_name": made["vm"]["name"]}
    assert centrals.east("pc_template", **template)["template"]["lineage"]["proven"] is True
    assert centrals.east("pc_template", **template)["changed"] is False


@pytest.mark.parametrize("version", [OLD, NEW])
def test_one_that_somebody_renamed_is_left_to_them(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version)
    restoring = Restoring(centrals)
    kept = restoring()["vm"]["uuid"]
    centrals.change("rename_vm", "a", vm=kept, name="Mine")
    again = restoring()
    assert again["changed"] is True
    assert {vm["uuid"]: vm["name"] for vm in restoring.restored} == {kept: "Mine", again["vm"]["uuid"]: restoring.name}
    assert restoring()["vm"]["uuid"] == again["vm"]["uuid"]


@pytest.mark.parametrize("retry_after", [True, False])
def test_a_limit_on_calls_only_takes_longer(centrals: Centrals, retry_after: bool) -> None:
    centrals.reset(rate_limit_per_second=20)
    centrals.behave(retry_after=retry_after)
    restore = Restoring(centrals)
    restore(networks=[], storage_container="fast")
    assert restore.only["nics"] == []


def test_each_release_has_its_own_vm(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    uuids = {restore(release=release)["vm"]["uuid"] for release in ("r1", "r2", "r1")}
    assert len(uuids) == len(restore.restored) == 2


def test_a_namesake_is_never_adopted(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    centrals.change("vm", "a", name=restore.name, content="somebody else's")
    result = run_module(MODULE, {**centrals.east.options, **restore.arguments()})
    assert "were not restored from this recovery point" in str(result["warnings"])
    (ours,) = [vm for vm in restore.restored if vm["uuid"] == result["vm"]["uuid"]]
    assert restore.contents(ours) != ["somebody else's"]
    assert restore()["vm"]["uuid"] == ours["uuid"]


def test_one_that_ran_is_no_true_copy(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    centrals.change("power", "a", vm=restore()["vm"]["uuid"], state="on")
    assert "is not powered off: it is no true copy" in restore.fails()


def test_it_waits_for_the_copy_and_restores_it_on_the_other_prism_central(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    there = {**restore.arguments(), "cluster": centrals.cluster("c", "west")}
    assert centrals.west(MODULE, check=True, **there)["changed"] is True
    assert "does not hold the recovery point" in centrals.west.fails(MODULE, **there, wait=False)
    result = run_module(MODULE, {**centrals.west.options, **there, "wait_timeout": 1})
    assert "still running" in result["msg"]
    client = centrals.client()
    body = {"pcExtId": centrals.state("west")["uuid"], "clusterExtId": there["cluster"]}
    # It arrives after the first look, however slow the machine is.
    centrals.lab.run_at(0)
    centrals.fault("/recovery-points", {"time_scale": 600}, endpoint="west", method="GET", nth=2)
    client.order("POST", "dataprotection", f"/config/recovery-points/{restore.ext_id}/$actions/replicate", body)
    made = centrals.west(MODULE, **there)
    (vm,) = [vm for vm in centrals.vms("c") if vm["name"] != "Far"]
    assert made["vm"] == {"uuid": vm["uuid"], "name": restore.name}
    assert [part["phase"] for part in made["timeline"]] == ["replicate", "restore"]


def copied_to_c(centrals: Centrals, restore: Restoring) -> dict[str, Any]:
    """Arguments of a restore on cluster c, to which the recovery point is being copied."""
    options = {name: centrals.east.options[name] for name in CONNECTION}
    peers = [{name: centrals.west.options[name] for name in CONNECTION}]
    copies = {"recovery_point": restore.ext_id, "clusters": ["c"], "peers": peers, "wait": False}
    (copy,) = centrals.east("pc_recovery_point_replica", **copies)["copies"]
    where = {"cluster": centrals.cluster("c", "west"), "source": options, "replication_task": copy["task_ext_id"]}
    return restore.arguments(**where)


def test_it_says_how_far_the_copy_is(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    centrals.lab.run_at(0)
    arguments = copied_to_c(centrals, restore)
    centrals.lab.skip(40)
    result = run_module(MODULE, {**centrals.west.options, **arguments, "wait_timeout": 1})
    assert "still running" in result["msg"]
    assert "on its way, " in result["msg"]
    centrals.lab.run_at(600)
    assert centrals.west(MODULE, **arguments)["adopted"] is False


def test_a_copy_that_failed_is_not_waited_for(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    centrals.fault("/replicate", {"fail_task": "no space left"})
    result = run_module(MODULE, {**centrals.west.options, **copied_to_c(centrals, restore)})
    assert "copying the recovery point: the task ended Failed: no space left" in result["msg"]
    assert result["failed_at_source"] is True


def test_a_copy_that_somebody_removed_is_not_waited_for(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    arguments = copied_to_c(centrals, restore)
    centrals.lab.skip(3600)
    (copy,) = centrals.state("west")["recovery_points"]
    centrals.change("delete_recovery_point", "west", ext_id=copy["ext_id"])
    result = run_module(MODULE, {**centrals.west.options, **arguments, "wait_timeout": 2})
    assert f"the copy {copy['ext_id']} of recovery point" in result["msg"]
    assert "was made and is not there" in result["msg"]
    # The order of before is not taken for its copy.
    assert centrals.west(MODULE, **copied_to_c(centrals, restore))["adopted"] is False


@pytest.mark.parametrize("version", ["pc.2024.3", "pc.7.5.1"])
def test_a_copy_of_somebody_else_s_is_marked_as_ours(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version)
    restore = Restoring(centrals)
    arguments = {**copied_to_c(centrals, restore), "copy_retention": 3600}
    ext_id = centrals.west(MODULE, **arguments)["recovery_point_ext_id"]
    copies = {"location_agnostic_id": restore.id}
    (copy,) = centrals.west("pc_recovery_point_info", **copies)["recovery_points"]
    assert (copy["ext_id"], copy["name"], copy["ours"]) == (ext_id, "rp", True)
    (original,) = centrals.east("pc_recovery_point_info", **copies)["recovery_points"]
    assert (original["ours"], original["expires"]) == (False, None)
    # It may go without force, and cannot be taken for one that we made.
    refused = centrals.west.fails("pc_recovery_point", ext_id=ext_id, retention=9999999)
    assert "does not bear the mark" in refused
    assert centrals.west("pc_recovery_point", state="absent", ext_id=ext_id)["removed"] == [ext_id]


def test_a_copy_that_is_seen_before_its_task_is_listed_or_has_ended_is_marked(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    arguments = {**copied_to_c(centrals, restore), "copy_retention": 3600}
    centrals.lab.skip(3600)
    running = {"extId": arguments["replication_task"], "status": "RUNNING", "progressPercentage": 99}
    told: dict[str, Any] = {r"config/tasks\?": {"data": []}, "config/tasks/": {"data": running}}
    for path, body in told.items():
        then = {"status": 200, "body": {**body, "metadata": {"totalAvailableResults": 0}}}
        centrals.fault(path, then, endpoint="east", method="GET", nth=1)
    centrals.west(MODULE, **arguments)
    (copy,) = centrals.west("pc_recovery_point_info", location_agnostic_id=restore.id)["recovery_points"]
    assert copy["ours"] is True


def test_a_copy_that_another_task_left_is_not_marked(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    arguments = {**copied_to_c(centrals, restore), "copy_retention": 3600}
    centrals.lab.skip(3600)
    (before,) = centrals.state("west")["recovery_points"]
    to_b = {"recovery_point": restore.ext_id, "clusters": ["b"]}
    (copy,) = centrals.east("pc_recovery_point_replica", **to_b)["copies"]
    other = {**arguments, "replication_task": copy["task_ext_id"]}
    centrals.west(MODULE, **other)
    (after,) = centrals.state("west")["recovery_points"]
    assert before == after


def test_a_copy_that_cannot_be_marked_is_restored_all_the_same(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    arguments = {**copied_to_c(centrals, restore), "copy_retention": 3600}
    centrals.fault("set-expiration-time", {"status": 403}, endpoint="west")
    result = centrals.west(MODULE, **arguments)
    assert result["vm"]["uuid"]
    assert any("cannot be marked" in warning for warning in result["warnings"])


def test_a_source_that_does_not_answer_says_nothing_of_the_copy(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    arguments = copied_to_c(centrals, restore)
    centrals.fault("/config/tasks", {"status": 501}, endpoint="east")
    assert centrals.west(MODULE, **arguments)["adopted"] is False


def test_an_adopted_vm_outlives_its_recovery_point(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    made = restore()
    centrals.change("delete_recovery_point", ext_id=restore.ext_id)
    again = restore()
    assert (again["changed"], again["vm"], again["recovery_point_ext_id"]) == (False, made["vm"], "")


def test_what_cannot_be_restored_is_told_before_anything_is_written(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    assert "has no cluster nowhere" in restore.fails(cluster="nowhere")
    assert "holds the VMs" in restore.fails(vm_uuid=centrals.vm("Twin"))
    assert "longer than the 80 characters" in restore.fails(vm_name="G" * 60)
    assert "recovery_point is empty" in restore.fails(recovery_point="")
    predicted = restore(recovery_point="", check=True)
    assert predicted["changed"] is True
    assert centrals.writes() == []


def test_an_api_key_is_enough(centrals: Centrals) -> None:
    restore = Restoring(centrals)
    assert restore(nutanix_api_key=API_KEY)["changed"] is True


@pytest.mark.parametrize("version", [OLD, NEW])
def test_an_old_etag_is_read_anew(centrals: Centrals, version: str) -> None:
    centrals.reset(version=version)
    centrals.behave(stale_etag="task_fails")
    restore = Restoring(centrals)
    restore(networks=[])
    assert restore.only["nics"] == []


@pytest.mark.parametrize("version", [OLD, NEW])
def test_its_image_on_the_cluster_is_proven_and_identical(centrals: Centrals, version: str) -> None:
    """The id of a VM in Prism Central is its uuid on the cluster, so that pe_vm_snapshot takes over."""
    centrals.reset(version=version)
    restore = Restoring(centrals)
    vm = restore()["vm"]
    cluster = centrals.hosts["a"]
    image = {"name": "ctx_Gold_r1", "vm_uuid": vm["uuid"], "vm_name": vm["name"]}
    made = cluster("pe_vm_snapshot", **image)["snapshot"]
    assert made["lineage"]["proven"] is True
    assert (made["lineage"]["recovery_point_id"], made["lineage"]["protection_domain_snapshot_id"]) == (
        restore.id,
        None,
    )
    state = centrals.state("a")
    (snapshot,) = [each for each in state["snapshots"] if each["uuid"] == made["uuid"]]
    (gold,) = [each for each in centrals.vms("a") if each["name"] == "Gold"]
    assert [disk["content"] for disk in snapshot["vm"]["disks"]] == restore.contents(gold)
    cluster("pe_vm", uuid=vm["uuid"], state="absent")
    assert restore.restored == []
    assert cluster("pe_vm_snapshot", **image)["changed"] is False
    assert cluster("pe_vm_snapshot_info", name="ctx_Gold_r1")["doubts"] == []
