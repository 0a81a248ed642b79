# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pc_vm, pc_vm_info"""

from __future__ import annotations

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import read_vm, remove_vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import temporary_vm_mark
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from harness.centrals import Centrals
from harness.modules import run_module

RECOVERY_POINT = "4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11"
OURS = f"ctx_r1_{RECOVERY_POINT}_Gold"
AWKWARD = ["Büro 'Süd' #1", '50% "off"', "a\\b/c", "黄金", "x;y,z(1)", "Gold_2"]


def add(centrals: Centrals, cluster: str = "a", name: str = OURS, power_state: str = "off") -> str:
    """A VM that bears the mark of a temporary VM."""
    description = f"Mark of euc.nutanix_citrix: {temporary_vm_mark(name, RECOVERY_POINT)}"
    made = centrals.change("vm", cluster, name=name, power_state=power_state, description=description)
    return str(made["uuids"][0])


def power_of(centrals: Centrals, uuid: str) -> str:
    (vm,) = centrals.east("pc_vm_info", uuid=uuid)["vms"]
    return str(vm["power_state"])


@pytest.mark.parametrize("base_vm", ["Gold", *AWKWARD])
def test_removed_as_predicted_and_then_unchanged(centrals: Centrals, base_vm: str) -> None:
    name = f"ctx_r1_{RECOVERY_POINT}_{base_vm}"
    uuid = add(centrals, name=name)
    predicted = centrals.east("pc_vm", check=True, name=name, state="absent")
    assert centrals.writes() == []
    assert predicted["changed"] is True
    result = centrals.east("pc_vm", name=name, state="absent")
    assert [piece["phase"] for piece in result.pop("timeline")] == ["remove"]
    assert result == predicted
    assert result["removed"] == [uuid]
    assert centrals.east("pc_vm_info", name=name)["vms"] == []
    centrals.lab.forget()
    again = centrals.east("pc_vm", uuid=uuid, state="absent")
    assert (again["changed"], again["removed"], centrals.writes()) == (False, [], [])


def test_power_as_predicted_and_then_unchanged(centrals: Centrals) -> None:
    uuid = add(centrals)
    for state, expected in (("powered_on", "on"), ("powered_off", "off")):
        centrals.lab.forget()
        predicted = centrals.east("pc_vm", check=True, name=OURS, state=state)
        assert centrals.writes() == []
        result = centrals.east("pc_vm", name=OURS, state=state)
        assert [piece["phase"] for piece in result.pop("timeline")] == ["power"]
        assert result == predicted
        assert power_of(centrals, uuid) == expected
        centrals.lab.forget()
        assert centrals.east("pc_vm", name=OURS, state=state)["changed"] is False
        assert centrals.writes() == []


@pytest.mark.parametrize("state", ["absent", "powered_on", "powered_off"])
def test_a_name_on_two_clusters_is_refused_with_both_ids(centrals: Centrals, state: str) -> None:
    uuids = [add(centrals, "a"), add(centrals, "b")]
    message = centrals.east.fails("pc_vm", name=OURS, state=state)
    assert all(uuid in message for uuid in (*uuids, centrals.cluster("a"), centrals.cluster("b")))
    assert centrals.writes() == []
    centrals.east("pc_vm", name=OURS, cluster_uuid=centrals.cluster("b"), state="absent")
    assert [vm["uuid"] for vm in centrals.east("pc_vm_info", name=OURS)["vms"]] == uuids[:1]


@pytest.mark.parametrize("name", ["Gold", "ctx_Gold_r1", "other_r1_353902_Gold"])
def test_what_is_not_ours_is_refused_unless_forced(centrals: Centrals, name: str) -> None:
    uuid = centrals.vm("Gold") if name == "Gold" else add(centrals, name=name)
    for check in (True, False):
        message = centrals.east.fails("pc_vm", check=check, uuid=uuid, state="powered_on")
        assert "refused" in message
        assert name in message
    assert centrals.writes() == []
    centrals.east("pc_vm", uuid=uuid, state="powered_on", force=True)
    assert power_of(centrals, uuid) == "on"


@pytest.mark.parametrize("name", [OURS, "ctx_r1_353902_Gold"])
@pytest.mark.parametrize("state", ["absent", "powered_on"])
def test_one_that_only_has_the_name_is_refused(centrals: Centrals, name: str, state: str) -> None:
    uuid = str(centrals.change("vm", "a", name=name)["uuids"][0])
    assert "does not have name and mark" in centrals.east.fails("pc_vm", name=name, state=state)
    assert centrals.writes() == []
    assert [vm["uuid"] for vm in centrals.east("pc_vm_info", name=name)["vms"]] == [uuid]


def test_one_of_ours_that_somebody_uses_is_kept_unless_forced(centrals: Centrals) -> None:
    uuid = add(centrals, power_state="on")
    assert "somebody uses it" in centrals.east.fails("pc_vm", uuid=uuid, state="absent")
    assert centrals.east("pc_vm", uuid=uuid, state="absent", force=True)["removed"] == [uuid]


def orders(centrals: Centrals) -> list[str]:
    return [entry["path"].rpartition("/")[2] for entry in centrals.asked("POST", r"\$actions")]


@pytest.mark.parametrize(("how", "sent"), [("acpi", ["shutdown"]), ("hard", ["power-off"])])
def test_the_guest_is_asked_first_unless_hard(centrals: Centrals, how: str, sent: list[str]) -> None:
    uuid = add(centrals, power_state="on")
    centrals.east("pc_vm", uuid=uuid, state="powered_off", power_off=how)
    assert orders(centrals) == sent
    assert power_of(centrals, uuid) == "off"


def test_a_guest_that_does_not_listen_is_switched_off(centrals: Centrals) -> None:
    uuid = add(centrals, power_state="on")
    centrals.lab.change([{"endpoint": "east", "kind": "durations", "guest_off": 1000000}])
    centrals.east("pc_vm", uuid=uuid, state="powered_off", acpi_timeout=1)
    first, *others = orders(centrals)
    # Sent again where the task of the first changed the VM between the look and the order.
    assert (first, set(others)) == ("shutdown", {"power-off"})
    assert power_of(centrals, uuid) == "off"


def test_a_refused_shutdown_is_followed_by_the_switch(centrals: Centrals) -> None:
    uuid = add(centrals, power_state="on")
    centrals.fault("/shutdown", {"fail_task": "no tools"})
    centrals.east("pc_vm", uuid=uuid, state="powered_off")
    assert orders(centrals) == ["shutdown", "power-off"]


def test_one_that_somebody_starts_meanwhile_is_kept(centrals: Centrals) -> None:
    uuid = add(centrals)
    client = centrals.client()
    vm = read_vm(client, uuid)
    assert vm is not None
    centrals.change("power", "a", vm=uuid, state="on")
    with pytest.raises(OperationError, match="somebody uses it"):
        remove_vm(client, vm, "removing", 30, lambda line: None)
    assert centrals.asked("DELETE", uuid) == []


@pytest.mark.parametrize("state", ["absent", "powered_on"])
def test_it_need_not_be_waited_for(centrals: Centrals, state: str) -> None:
    uuid = add(centrals)
    assert centrals.east("pc_vm", uuid=uuid, state=state, wait=False)["changed"] is True
    assert centrals.asked("GET", "/tasks") == []


@pytest.mark.parametrize("etag", [True, False])
def test_a_removal_always_shows_what_it_was_decided_on(centrals: Centrals, etag: bool) -> None:
    centrals.behave(vm_delete_needs_etag=etag)
    uuid = add(centrals)
    centrals.east("pc_vm", uuid=uuid, state="absent")
    assert [bool(entry["request_headers"].get("if-match")) for entry in centrals.asked("DELETE", "/vms/")] == [True]


@pytest.mark.parametrize("state", ["absent", "powered_on"])
@pytest.mark.parametrize("lost", ["before", "after"])
def test_an_answer_that_is_lost_costs_nothing(centrals: Centrals, state: str, lost: str) -> None:
    uuid = add(centrals)
    centrals.lab.faults(
        [{"path": uuid, "method": method, "nth": 1, "then": {"drop": lost}} for method in ("POST", "DELETE")]
    )
    assert centrals.east("pc_vm", uuid=uuid, state=state)["changed"] is True


def test_a_task_that_fails_is_told(centrals: Centrals) -> None:
    uuid = add(centrals)
    centrals.fault("/power-on", {"fail_task": "no host has enough memory"})
    result = run_module("pc_vm", {**centrals.east.options, "uuid": uuid, "state": "powered_on"})
    assert "no host has enough memory" in result["msg"]
    assert result["task_ext_id"].startswith("ZXJnb24=:")


def test_a_mistyped_name_says_what_there_is(centrals: Centrals) -> None:
    assert "'Gold'" in centrals.east.fails("pc_vm", name="gold", state="powered_on", force=True)
    assert "no VM with the uuid" in centrals.east.fails("pc_vm", uuid="nobody", state="powered_on")


def test_name_uuid_and_cluster_must_fit(centrals: Centrals) -> None:
    uuid = add(centrals)
    assert OURS in centrals.east.fails("pc_vm", name="ctx_r2_1_Gold", uuid=uuid, state="absent")
    assert centrals.cluster("a") in centrals.east.fails(
        "pc_vm", uuid=uuid, cluster_uuid=centrals.cluster("b"), state="absent"
    )
    assert "empty" in centrals.east.fails("pc_vm", name="", state="absent")


def test_vms_are_read_by_name_uuid_and_cluster(centrals: Centrals) -> None:
    everybody = centrals.east("pc_vm_info")["vms"]
    assert [vm["name"] for vm in everybody] == ["Büro 'Süd' #1 & 黄金", "Gold", "On", "Twin", "Twin"]
    (gold,) = centrals.east("pc_vm_info", name="Gold")["vms"]
    assert gold in everybody
    assert gold["cluster_uuid"] == centrals.cluster("a")
    assert (gold["power_state"], gold["vcpus"], gold["memory_mib"]) == ("off", 2, 4096)
    assert [disk["bytes"] for disk in gold["disks"]] == [10 * 2**30]
    assert len(gold["category_ext_ids"]) == 1
    assert centrals.east("pc_vm_info", uuid=gold["uuid"])["vms"] == [gold]
    assert centrals.east("pc_vm_info", uuid=gold["uuid"], cluster_uuid=centrals.cluster("b"))["vms"] == []
    assert len(centrals.east("pc_vm_info", name="Twin", cluster_uuid=centrals.cluster("b"))["vms"]) == 1
    assert len(centrals.east("pc_vm_info", cluster_uuid=centrals.cluster("b"))["vms"]) == 2
    assert centrals.writes() == []
