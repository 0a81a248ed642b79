# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_drill"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.modules import DEMO, Site, hosts_of, run_module, topology_of, writes
from lab.running import RunningLab

MODULE = "pe_protection_domain_drill"
FAILOVER = DEMO.with_name("failover.yml")
MEMBERS = ["W10-001", "W10-002", "W10-003", "w10-004"]
DRILL: dict[str, Any] = {"name": "PD-W10", "drill": "q4", "stays_on": 0}
CLONES = [f"drill_q4_{name}" for name in MEMBERS]


class Survivor:
    """The cluster that would take over: calls the module, and is looked at and changed from outside."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        self.site: Site = hosts_of(lab)["cluster-b"]

    def __call__(self, check: bool = False, **arguments: Any) -> dict[str, Any]:
        return self.site(MODULE, check, **{**DRILL, **arguments})

    def fails(self, check: bool = False, **arguments: Any) -> str:
        return self.site.fails(MODULE, check, **{**DRILL, **arguments})

    def result(self, check: bool = False, **arguments: Any) -> dict[str, Any]:
        return run_module(MODULE, {**self.site.options, **DRILL, **arguments}, check)

    def change(self, kind: str, endpoint: str = "cluster-b", **payload: Any) -> dict[str, Any]:
        (result,) = self.lab.change([{"endpoint": endpoint, "kind": kind, **payload}])
        return dict(result)

    def fault(self, then: dict[str, Any], **rule: Any) -> None:
        self.lab.faults([{"endpoint": "cluster-b", **rule, "then": then}])

    def vms(self, endpoint: str = "cluster-b") -> dict[str, dict[str, Any]]:
        """By uuid."""
        return {vm["uuid"]: vm for vm in self.lab.estate.endpoint(endpoint).state()["vms"]}

    def clones(self) -> list[dict[str, Any]]:
        return sorted(
            (vm for vm in self.vms().values() if vm["name"].startswith("drill_")), key=lambda vm: str(vm["name"])
        )

    def networks(self) -> dict[str, str]:
        """uuid -> name"""
        return {network.uuid: network.name for network in self.lab.estate.clusters["cluster-b"].networks}

    def seen(self) -> set[str]:
        """Every network that a clone was on while it was switched on."""
        return {network for vm in self.clones() for network in vm["seen_on_networks"]}

    def posts(self, ending: str) -> list[dict[str, Any]]:
        return [
            entry
            for entry in self.lab.requests()
            if entry["method"] == "POST" and entry["path"].rstrip("/").endswith(ending)
        ]


@pytest.fixture
def survivor(lab: RunningLab) -> Iterator[Survivor]:
    """cluster-b of the failover estate, which holds snapshots of what runs on cluster-a. No test may touch a VM that is
    no clone."""
    lab.reset(topology_of(Path(FAILOVER)))
    lab.forget()
    found = Survivor(lab)
    before = {endpoint: settings(found.vms(endpoint)) for endpoint in ("cluster-a", "cluster-b")}
    yield found
    for endpoint, vms in before.items():
        after = settings(found.vms(endpoint))
        assert {uuid: after.get(uuid) for uuid in vms} == vms
    assert not any("delete_snapshots" in entry["query"] for entry in lab.requests())


def settings(vms: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """All that somebody could have changed; who works on a desktop writes to its disks."""
    return {uuid: {key: value for key, value in vm.items() if key != "disks"} for uuid, vm in vms.items()}


def facts(result: dict[str, Any]) -> dict[str, Any]:
    """What check mode can foretell."""
    clones = [
        {**clone, "uuid": "", "checked": False, "nics": [{**card, "mac_address": ""} for card in clone["nics"]]}
        if "nics" in clone
        else clone
        for clone in result["clones"]
    ]
    return {
        **{key: value for key, value in result.items() if key not in ("timeline", "diff", "data_age_seconds")},
        "clones": clones,
    }


@pytest.mark.parametrize("network", [None, "DRILL"])
@pytest.mark.parametrize(("reply", "entity"), [("task_uuid", "vm"), ("task_uuid", "none"), ("value", "vm")])
def test_a_drill_as_predicted_then_unchanged_then_gone(
    survivor: Survivor, network: str | None, reply: str, entity: str
) -> None:
    survivor.change("behaviour", restore_reply=reply, restore_task_entity=entity)
    options = {"network": network} if network else {}
    predicted = survivor(check=True, **options)
    assert writes(survivor.lab) == []
    made = survivor(**options)
    assert facts(made) == facts(predicted)
    assert made["diff"] == predicted["diff"]
    assert [clone["name"] for clone in made["clones"]] == CLONES
    assert all(clone["checked"] and clone["power_state"] == "on" for clone in made["clones"])
    assert made["failures"] == []
    assert [[card["network"] for card in clone["nics"]] for clone in made["clones"]] == [
        [network] if network else []
    ] * 4
    assert (made["restored"], made["removed"]) == (MEMBERS, [])
    assert made["snapshot"]["id"].startswith("SITE-A:")
    assert 0 <= made["data_age_seconds"] < 7200
    assert len(survivor.posts("restore_entities")) == 1
    assert survivor.seen() == ({network} if network else set())

    survivor.lab.forget()
    again = survivor(**options)
    assert (again["changed"], writes(survivor.lab), "timeline" in again) == (False, [], False)
    assert again["clones"] == made["clones"]
    assert (again["restored"], again["snapshot"], again["data_age_seconds"]) == ([], None, None)
    assert survivor(check=True, **options)["changed"] is False

    survivor.lab.forget()
    foretold = survivor(check=True, state="absent")
    assert writes(survivor.lab) == []
    gone = survivor(state="absent")
    assert facts(gone) == facts(foretold)
    assert [clone["name"] for clone in gone["removed"]] == CLONES
    assert survivor.clones() == []
    survivor.lab.forget()
    assert (survivor(state="absent")["changed"], writes(survivor.lab)) == (False, [])


def test_the_protection_domain_stays_as_it_is(survivor: Survivor) -> None:
    before = survivor.site("pe_protection_domain_info", name="PD-W10")["protection_domains"]
    survivor()
    survivor(state="absent")
    (after,) = survivor.site("pe_protection_domain_info", name="PD-W10")["protection_domains"]
    assert (after["active"], after["members"]) == (before[0]["active"], before[0]["members"])
    assert all(entry["endpoint"] == "cluster-b" for entry in survivor.lab.requests())


def test_no_card_is_near_a_clone_before_it_is_switched_on(survivor: Survivor) -> None:
    survivor()
    order = [
        entry for entry in survivor.lab.requests() if entry["method"] in ("POST", "DELETE") and "/vms/" in entry["path"]
    ]
    for uuid in {entry["path"].split("/vms/")[1].split("/")[0] for entry in order}:
        own = [entry["method"] for entry in order if uuid in entry["path"]]
        assert own == ["DELETE", "POST"]


def test_the_newest_snapshot_unless_one_is_given(survivor: Survivor) -> None:
    (domain,) = survivor.site("pe_protection_domain_info", name="PD-W10")["protection_domains"]
    newest, older = domain["snapshots"][0]["id"], domain["snapshots"][1]["id"]
    assert survivor(check=True)["snapshot"]["id"] == newest
    for given in (older, older.rpartition(":")[2]):
        assert survivor(check=True, snapshot_id=given)["snapshot"]["id"] == older
    assert newest in survivor.fails(snapshot_id="SITE-A:1")
    assert writes(survivor.lab) == []


def test_data_beyond_the_limit_is_refused(survivor: Survivor) -> None:
    for check in (True, False):
        message = survivor.fails(check=check, data_age_limit=600)
        assert "old, beyond the limit of 10 min" in message
    assert writes(survivor.lab) == []
    assert survivor(data_age_limit=7200)["changed"] is True
    assert survivor(data_age_limit=1)["changed"] is False


def test_some_vms_only(survivor: Survivor) -> None:
    made = survivor(vm_names=["W10-001", "W10-002"], exclude=["W10-002", "nobody"])
    assert [clone["vm"] for clone in made["clones"]] == ["W10-001"]
    assert (made["excluded"], made["not_excluded"]) == (["W10-002"], ["nobody"])
    more = survivor(exclude=["W10-002"])
    assert more["restored"] == ["W10-003", "w10-004"]
    assert [clone["vm"] for clone in survivor(state="absent", vm_names=["W10-003"])["removed"]] == ["W10-003"]
    assert [clone["vm"] for clone in survivor(state="absent")["removed"]] == ["W10-001", "w10-004"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": "PD-w10"}, "'PD-W10'"),
        ({"vm_names": ["W10-004"]}, "'w10-004'"),
        ({"network": "Drill"}, "'DRILL'"),
        ({"drill": "q_4"}, "drill id"),
        ({"prefix": "ctx_drill_"}, "ctx_"),
        ({"prefix": ""}, "prefix"),
        ({"exclude": MEMBERS}, "no VM to test"),
        ({"network": "VLAN110"}, "mapping"),
    ],
)
def test_wrong_names_are_refused(survivor: Survivor, wrong: dict[str, Any], told: str) -> None:
    for check in (True, False):
        assert told in survivor.fails(check=check, **wrong)
    assert writes(survivor.lab) == []


def test_a_network_with_protected_vms_is_refused(survivor: Survivor) -> None:
    survivor.change("vm", name="sql", networks=["DRILL"], power_state="on")
    survivor.change("protection_domain", name="PD-SQL", vms=["sql"])
    assert "protected VMs are on it, 'sql'" in survivor.fails(network="DRILL")
    assert writes(survivor.lab) == []


def test_protected_vms_whose_cards_the_list_leaves_out_are_asked(survivor: Survivor) -> None:
    (uuid,) = survivor.change("vm", name="sql", networks=["DRILL"], power_state="on")["uuids"]
    survivor.change("protection_domain", name="PD-SQL", vms=["sql"])
    body = {"entities": [{"uuid": uuid, "name": "sql", "power_state": "on"}]}
    survivor.fault({"status": 200, "body": body}, method="GET", path=r"/vms/\?include_vm_nic_config")
    assert "protected VMs are on it, 'sql'" in survivor.fails(network="DRILL")


@pytest.mark.parametrize("switch", ["br0", None])
def test_another_name_for_the_vlan_of_production_is_refused(survivor: Survivor, switch: str | None) -> None:
    uuid = survivor.change("network", name="CLEAN", vlan_id=110)["uuid"]
    if switch is None:
        networks = [
            {"uuid": uuid, "name": "CLEAN", "vlan_id": 110},
            {"uuid": "mapped", "name": "VLAN110", "vlan_id": 110, "vswitch_name": "br0"},
        ]
        survivor.fault({"status": 200, "body": {"entities": networks}}, method="GET", path="/networks")
    for check in (True, False):
        told = survivor.fails(check=check, network="CLEAN")
        assert "'CLEAN' is VLAN 110" in told
        assert (
            "as is 'VLAN110', which is in production: VMs come onto it by the network mapping of remote site 'SITE-A'"
            in told
        )
    assert writes(survivor.lab) == []


def test_another_name_for_a_network_with_protected_vms_is_refused(survivor: Survivor) -> None:
    for name in ("Desktops", "CLEAN"):
        survivor.change("network", name=name, vlan_id=0)
    survivor.change("vm", name="sql", networks=["Desktops"], power_state="on")
    survivor.change("protection_domain", name="PD-SQL", vms=["sql"])
    assert "'Desktops', which is in production: protected VMs are on it, 'sql'" in survivor.fails(network="CLEAN")
    assert writes(survivor.lab) == []


def test_the_same_vlan_on_a_switch_of_its_own_is_another_network(survivor: Survivor) -> None:
    survivor.change("network", name="CLEAN", vlan_id=110, vswitch_name="br-isolated")
    assert [clone["name"] for clone in survivor(check=True, network="CLEAN")["clones"]] == CLONES


def test_other_vms_under_another_name_of_the_network_are_told(survivor: Survivor) -> None:
    survivor.change("network", name="LAB", vlan_id=999)
    survivor.change("vm", name="dc", networks=["LAB"], power_state="on")
    assert "'dc'" in str(survivor.result(check=True, network="DRILL")["warnings"])


def test_other_vms_on_the_network_are_told(survivor: Survivor) -> None:
    survivor.change("vm", name="drill-dc", networks=["DRILL"], power_state="on")
    assert "'drill-dc'" in str(survivor.result(check=True, network="DRILL")["warnings"])


def test_vms_of_similar_names_are_left_alone(survivor: Survivor) -> None:
    foreign = [
        "drill_q4x_W10-001",
        "drill_q4_W10-0010",
        "drill_q4_w10-001",
        "DRILL_q4_W10-001",
        "W10-001",
        "ctx_q4_7_W10-001",
        "drill_W10-001",
        "drill_q3_W10-002",
    ]
    for name in foreign:
        survivor.change("vm", name=name, power_state="on", networks=["VLAN110"])
    before = settings(survivor.vms())
    assert survivor()["restored"] == MEMBERS
    survivor(state="absent")
    assert settings(survivor.vms()) == before
    assert "drill_q4_W10-0010" in str(survivor.result(state="absent")["warnings"])


def test_a_protected_vm_that_bears_the_name_of_a_clone_is_none(survivor: Survivor) -> None:
    survivor.change("vm", name=CLONES[0], power_state="on")
    survivor.change("protection_domain", name="PD-Odd", vms=[CLONES[0]])
    for state in ("present", "absent"):
        for check in (True, False):
            message = survivor.fails(check=check, state=state)
            assert "'PD-Odd'" in message
            assert "refused" in message
    assert writes(survivor.lab) == []


def test_two_vms_of_one_clone_name_are_refused_and_removed(survivor: Survivor) -> None:
    for _turn in range(2):
        survivor.change("vm", name=CLONES[1])
    for check in (True, False):
        message = survivor.fails(check=check)
        assert all(vm["uuid"] in message for vm in survivor.clones())
    assert writes(survivor.lab) == []
    assert len(survivor(state="absent")["removed"]) == 2
    assert survivor()["changed"] is True


def test_two_vms_of_one_name_in_the_snapshot_are_refused(survivor: Survivor) -> None:
    survivor.change("vm", "cluster-a", name="Gold")
    survivor.change(
        "protection_domain",
        "cluster-a",
        name="PD-Two",
        vms=["Gold", "file-server"],
        snapshots=[{"age_hours": 1, "remotes": ["SITE-B"]}],
    )
    for check in (True, False):
        assert "more than one VM called 'Gold'" in survivor.fails(check=check, name="PD-Two")
    assert writes(survivor.lab) == []
    assert survivor(name="PD-Two", exclude=["Gold"])["restored"] == ["file-server"]


def test_vms_that_the_snapshot_does_not_hold_are_told(survivor: Survivor) -> None:
    (uuid,) = survivor.change("vm", "cluster-a", name="extra")["uuids"]
    survivor.change("protection_domain", "cluster-a", name="PD-X", vms=["file-server", "extra"])
    survivor.change("delete_vm", "cluster-a", vm=uuid)
    survivor.change("pd_snapshot", "cluster-a", protection_domain="PD-X", remotes=["SITE-B"])
    survivor.lab.skip(600)
    made = survivor(name="PD-X")
    assert ([clone["vm"] for clone in made["clones"]], [vm["name"] for vm in made["missing_vms"]]) == (
        ["file-server"],
        ["extra"],
    )


def test_half_made_clones_are_adopted(survivor: Survivor) -> None:
    survivor(power_on=False, vm_names=["W10-001"])
    survivor.change("vm", name=CLONES[1], networks=["VLAN120", "DRILL"])
    made = survivor(network="DRILL")
    assert made["restored"] == ["W10-003", "w10-004"]
    assert all(
        clone["checked"] and [card["network"] for card in clone["nics"]] == ["DRILL"] for clone in made["clones"]
    )
    assert survivor.seen() == {"DRILL"}


def test_power_on_is_a_choice(survivor: Survivor) -> None:
    made = survivor(power_on=False)
    assert all(clone["checked"] and clone["power_state"] == "off" and clone["nics"] == [] for clone in made["clones"])
    assert survivor(power_on=False)["changed"] is False
    predicted = survivor(check=True)
    assert (predicted["changed"], predicted["restored"]) == (True, [])
    assert all(clone["power_state"] == "on" for clone in survivor()["clones"])
    assert survivor(power_on=False)["changed"] is False


def test_a_clone_that_is_on_in_production_is_switched_off_at_once(survivor: Survivor) -> None:
    survivor.change("vm", name=CLONES[0], networks=["VLAN120"], power_state="on")
    result = survivor.result(vm_names=["W10-001"])
    assert "Active Directory" in str(result["warnings"])
    (clone,) = survivor.clones()
    assert (clone["nics"], clone["power_state"]) == ([], "on")
    assert [entry["body"]["transition"] for entry in survivor.posts("set_power_state")] == ["OFF", "ON"]


def test_a_suspended_clone_is_started_anew(survivor: Survivor) -> None:
    survivor(vm_names=["W10-001"])
    survivor.change("power", vm=CLONES[0], state="suspended")
    assert [clone["power_state"] for clone in survivor(vm_names=["W10-001"])["clones"]] == ["on"]


def test_a_card_that_is_refused_in_one_spelling_is_named_in_the_other(survivor: Survivor) -> None:
    survivor.fault({"status": 422, "body": {"message": "no MAC address"}}, method="DELETE", path="/nics/")
    assert "no MAC address" in survivor.fails(vm_names=["W10-001"])
    colons, hyphens = (
        entry["path"].rpartition("/")[2] for entry in survivor.lab.requests() if entry["method"] == "DELETE"
    )
    assert hyphens == colons.replace(":", "-") != colons
    assert [clone["power_state"] for clone in survivor.clones()] == ["off"]


def test_cards_that_the_list_leaves_out_are_asked_for(survivor: Survivor) -> None:
    """/vms tends to omit what is not set and absence is not 'none' (contract prism_element 1.3, trap 42)."""
    (uuid,) = survivor.change("vm", name=CLONES[0], networks=["VLAN120"])["uuids"]
    body = {"metadata": {"total_entities": 1}, "entities": [{"uuid": uuid, "name": CLONES[0], "power_state": "off"}]}
    survivor.fault({"status": 200, "body": body}, method="GET", path=r"/vms/\?include_vm_nic_config")
    predicted = survivor(check=True, vm_names=["W10-001"])
    assert [survivor.networks()[network] for network in predicted["diff"]["before"]["clones"][0]["networks"]] == [
        "VLAN120"
    ]
    assert (predicted["clones"][0]["nics"], predicted["changed"]) == ([], True)


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("path", ["nics", "set_power_state"])
def test_a_lost_answer_converges(survivor: Survivor, drop: str, path: str) -> None:
    survivor.fault({"drop": drop}, path=f"/{path}", method="DELETE" if path == "nics" else "POST", nth=1)
    made = survivor()
    assert all(clone["checked"] for clone in made["clones"])
    survivor.fault({"drop": drop}, path=r"/vms/[^/]*/?$", method="DELETE", nth=1)
    survivor(state="absent")
    assert survivor.clones() == []


def test_a_card_whose_adding_is_lost_is_added_once(survivor: Survivor) -> None:
    survivor.fault({"drop": "after"}, path="/nics", method="POST", nth=1)
    made = survivor(network="DRILL")
    assert [len(clone["nics"]) for clone in made["clones"]] == [1] * 4
    assert len(survivor.posts("/nics")) == 4


@pytest.mark.parametrize("reply", ["task_uuid", "value"])
@pytest.mark.parametrize("listed", [True, False])
def test_a_restore_whose_answer_is_lost_is_ordered_once(survivor: Survivor, reply: str, listed: bool) -> None:
    survivor.change("behaviour", restore_reply=reply, pending_restore_listed=listed)
    survivor.change("durations", restore=300)
    survivor.fault({"drop": "after"}, path="restore_entities", nth=1)
    assert survivor()["restored"] == MEMBERS
    assert len(survivor.posts("restore_entities")) == 1
    assert [clone["name"] for clone in survivor.clones()] == CLONES


def test_a_restore_that_left_no_trace_is_not_ordered_again_unseen(survivor: Survivor) -> None:
    survivor.fault({"drop": "before"}, path="restore_entities", nth=1)
    message = survivor.fails(wait_timeout=4)
    assert "nothing of the clones" in message
    assert len(survivor.posts("restore_entities")) == 1
    assert survivor()["changed"] is True


@pytest.mark.parametrize("clash", ["allow", "refuse", "task_fails"])
def test_a_run_that_was_killed_unseen_converges(survivor: Survivor, clash: str) -> None:
    survivor.change("behaviour", pending_restore_listed=False, restore_name_clash=clash)
    survivor.change("durations", restore=600)
    survivor(wait=False)
    result = survivor.result()
    if result.get("failed"):
        assert clash != "task_fails"
        assert "share the name" in result["msg"]
        survivor(state="absent")
    survivor.change("durations", restore=5)
    assert all(clone["checked"] for clone in survivor()["clones"])
    assert [clone["name"] for clone in survivor.clones()] == CLONES


def test_a_restore_under_way_is_waited_for(survivor: Survivor) -> None:
    survivor.change("durations", restore=600)
    begun = survivor(wait=False)
    assert (begun["changed"], begun["restored"], [clone["uuid"] for clone in begun["clones"]]) == (
        True,
        MEMBERS,
        [""] * 4,
    )
    assert survivor()["restored"] == []
    assert len(survivor.posts("restore_entities")) == 1
    assert [clone["power_state"] for clone in survivor.clones()] == ["on"] * 4


def test_what_a_killed_run_ordered_is_removed_as_well(survivor: Survivor) -> None:
    survivor.change("durations", restore=600)
    survivor(wait=False)
    assert [clone["name"] for clone in survivor(state="absent")["removed"]] == CLONES
    assert survivor.clones() == []


def test_not_waiting_switches_nothing_on(survivor: Survivor) -> None:
    survivor(power_on=False)
    for _turn in range(2):
        assert survivor(wait=False)["restored"] == []
    assert survivor.posts("set_power_state") == []
    assert survivor(state="absent", wait=False)["changed"] is True


def test_one_clone_that_cannot_be_switched_on_stops_no_other(survivor: Survivor) -> None:
    survivor(power_on=False)
    uuid = next(clone["uuid"] for clone in survivor.clones() if clone["name"] == CLONES[2])
    survivor.fault({"fail_task": "not enough memory"}, path=f"{uuid}/set_power_state")
    result = survivor.result()
    assert result["failed"]
    assert "1 of 4 clones" in result["msg"]
    assert "not enough memory" in result["msg"]
    assert [clone["checked"] for clone in result["clones"]] == [True, True, False, True]
    (failure,) = result["failures"]
    assert failure["id"] == result["clones"][2]["uuid"]
    assert "not enough memory" in failure["reason"]
    survivor.lab.clear_faults()
    survivor.lab.forget()
    assert all(clone["checked"] for clone in survivor()["clones"])
    assert len(survivor.posts("set_power_state")) == 1


def test_a_card_that_cannot_be_removed_keeps_the_clone_off(survivor: Survivor) -> None:
    survivor.fault({"fail_task": "VM is locked"}, path="/nics/", method="DELETE")
    result = survivor.result()
    assert result["failed"]
    assert [clone["power_state"] for clone in survivor.clones()] == ["off"] * 4
    assert survivor.posts("set_power_state") == []
    survivor.lab.clear_faults()
    assert survivor()["changed"] is True
    assert survivor.seen() == set()


def test_a_task_that_lies_about_a_card_keeps_the_clone_off(survivor: Survivor) -> None:
    """The task says that the card is gone, the cluster still lists it."""
    survivor(power_on=False, vm_names=["W10-001"])
    survivor.change("delete_vm", vm=CLONES[0])
    survivor.change("vm", name=CLONES[0], networks=["VLAN120"])
    survivor.fault({"status": 200, "body": {}}, path="/nics/", method="DELETE")
    assert "nothing is under way any more: its task has ended, and nothing has changed" in survivor.fails(
        vm_names=["W10-001"], wait_timeout=4
    )
    assert survivor.posts("set_power_state") == []


def test_a_clone_that_goes_off_again_is_no_success(survivor: Survivor) -> None:
    survivor(power_on=False)
    vms = survivor.vms()
    fallen = next(vm for vm in vms.values() if vm["name"] == CLONES[0])
    body = {
        "metadata": {"total_entities": 1},
        "entities": [{"uuid": fallen["uuid"], "name": fallen["name"], "power_state": "off", "vm_nics": []}],
    }
    survivor.fault({"status": 200, "body": body}, method="GET", path=r"/vms/?\?", nth=2)
    result = survivor.result(vm_names=["W10-001"], stays_on=30)
    assert result["failed"]
    assert [failure["name"] for failure in result["failures"]] == [CLONES[0]]
    assert "was on and is off" in result["failures"][0]["reason"]
    assert result["clones"][0]["checked"] is False


def test_clones_are_watched_for_as_long_as_asked(survivor: Survivor) -> None:
    result = survivor(vm_names=["W10-001"], stays_on=2)
    (watch,) = [piece for piece in result["timeline"] if piece["phase"] == "watch"]
    assert watch["finished"] > watch["started"]
    assert [piece["phase"] for piece in result["timeline"]] == ["restore", "start", "watch"]


def test_a_failed_restore_fails_with_its_own_words(survivor: Survivor) -> None:
    survivor.fault({"fail_task": "not enough space in container"}, path="restore_entities")
    assert "not enough space in container" in survivor.fails()


@pytest.mark.parametrize("body", [{"value": False}, {"message": "cannot restore now"}])
def test_a_refusal_with_a_good_status_is_a_refusal(survivor: Survivor, body: dict[str, Any]) -> None:
    survivor.fault({"status": 200, "body": body}, path="restore_entities")
    assert "refuses to restore 4 VMs" in survivor.fails()


def test_wrong_credentials_are_tried_once(survivor: Survivor) -> None:
    assert "401" in survivor.fails(nutanix_password="wrong")
    assert len(survivor.lab.requests()) == 1


def test_an_account_that_may_only_read(survivor: Survivor) -> None:
    survivor.change("behaviour", role="viewer")
    assert survivor(check=True)["changed"] is True
    assert "403" in survivor.fails()


def test_an_account_that_is_refused_in_the_middle_stops_everything(survivor: Survivor) -> None:
    survivor(power_on=False)
    survivor.fault({"status": 401}, path="/set_power_state")
    assert "401" in survivor.fails(concurrency=1)
    assert len(survivor.posts("set_power_state")) == 1


def test_a_server_error_is_repeated(survivor: Survivor) -> None:
    survivor.fault({"status": 503}, method="GET", path="/vms/", nth=1)
    assert survivor()["changed"] is True


def test_a_wait_that_is_over_says_still_running_and_goes_on_next_time(survivor: Survivor) -> None:
    survivor.change("durations", restore=1e5)
    assert "still running" in survivor.fails(wait_timeout=1)
    survivor.lab.skip(1e5)
    assert survivor()["restored"] == []


@pytest.mark.parametrize("missing", ["refuse", "task"])
def test_clones_that_somebody_else_removes_are_gone_all_the_same(survivor: Survivor, missing: str) -> None:
    survivor.change("behaviour", delete_missing=missing)
    survivor()
    survivor.fault({"drop": "after"}, method="DELETE", path=r"/vms/[^/]*/?$", nth=1)
    assert len(survivor(state="absent")["removed"]) == 4


def test_what_cannot_be_removed_is_told_and_holds_up_nothing_else(survivor: Survivor) -> None:
    survivor(power_on=False)
    uuid = next(clone["uuid"] for clone in survivor.clones() if clone["name"] == CLONES[2])
    survivor.fault({"fail_task": "VM is locked by a backup"}, method="DELETE", path=f"/vms/{uuid}")
    result = survivor.result(state="absent")
    assert result["failed"]
    assert "VM is locked by a backup" in result["msg"]
    assert ([clone["name"] for clone in result["clones"]], len(result["removed"])) == ([CLONES[2]], 3)
    survivor.lab.clear_faults()
    assert [clone["name"] for clone in survivor(state="absent")["removed"]] == [CLONES[2]]


def test_a_clone_that_will_not_go_off_is_removed_all_the_same(survivor: Survivor) -> None:
    survivor()
    survivor.fault({"fail_task": "no"}, path="/set_power_state")
    assert len(survivor(state="absent")["removed"]) == 4


def test_a_cluster_that_cuts_its_list(survivor: Survivor) -> None:
    survivor.change("behaviour", list_cap=2)
    assert survivor()["restored"] == MEMBERS
    assert survivor()["changed"] is False


def test_on_the_cluster_that_runs_the_originals_it_is_warned_of(survivor: Survivor) -> None:
    here = hosts_of(survivor.lab)["cluster-a"]
    result = run_module(MODULE, {**here.options, **DRILL}, True)
    assert "active here" in str(result["warnings"])


@pytest.mark.parametrize(
    "name", ["Büro 'Süd' #1", '50% "off"', "a\\b/c", "黄金", "x;y,z(1)", "1_2_3", "drill_q4_W10-001"]
)
def test_awkward_names(survivor: Survivor, name: str) -> None:
    survivor.change("vm", "cluster-a", name=name)
    survivor.change(
        "protection_domain", "cluster-a", name=name, vms=[name], snapshots=[{"age_hours": 1, "remotes": ["SITE-B"]}]
    )
    made = survivor(name=name)
    assert [clone["name"] for clone in made["clones"]] == [f"drill_q4_{name}"]
    assert survivor(name=name)["changed"] is False
    assert len(survivor(name=name, state="absent")["removed"]) == 1
