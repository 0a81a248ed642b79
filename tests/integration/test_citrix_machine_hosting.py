# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import AlreadyThere, write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.contested import contested
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_machine_hosting import OPERATION
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from conformance.citrix_models import violations
from harness.modules import Site, hosts_of, run_module, writes
from lab.running import RunningLab, serve

HOSTING = "citrix_machine_hosting"
PC = [{"name": "PC"}]
QUICK = {"job_start": 0, "read_job": 0}
TOPOLOGY: dict[str, Any] = {
    "seed": 11,
    "durations": QUICK,
    "prism_elements": [
        {"name": "cluster-a", "vms": [{"name": "PC{n}", "count": 12}]},
        {"name": "cluster-b", "vms": [{"name": "PC{n}", "count": 12}, {"name": "server", "count": 1}]},
    ],
    "citrix_sites": [
        {
            "name": "daas",
            "kind": "daas",
            "hypervisors": [
                {"name": "conn-a", "cluster": "cluster-a", "hosting_units": [{"name": "AHV-A", "networks": []}]},
                {"name": "conn-b", "cluster": "cluster-b", "hosting_units": [{"name": "AHV-B", "networks": []}]},
                {"name": "conn-vmware", "cluster": "cluster-b", "plugin": "VmwareFactory"},
                {"name": "conn-resting", "cluster": "cluster-b", "in_maintenance_mode": True},
            ],
            "catalogs": [
                {
                    "name": "PC",
                    "hypervisor": "conn-a",
                    "provisioning_type": "Manual",
                    "persistent": True,
                    "machines": 12,
                    "machine_prefix": "PC{n}",
                    "delivery_group": "Desks",
                },
                {"name": "Pool", "hosting_unit": "AHV-A", "image": "img", "machines": 2, "machine_prefix": "MCS-"},
                {
                    "name": "Streamed",
                    "hypervisor": "conn-a",
                    "provisioning_type": "PVS",
                    "machines": 1,
                    "machine_prefix": "PVS-",
                },
                {"name": "Physical", "provisioning_type": "Manual", "machines": 2, "machine_prefix": "TIN-"},
            ],
        },
        {
            "name": "cvad",
            "kind": "cvad",
            "hypervisors": [{"name": "conn-a", "cluster": "cluster-a"}, {"name": "conn-b", "cluster": "cluster-b"}],
            "catalogs": [
                {
                    "name": "PC",
                    "hypervisor": "conn-a",
                    "provisioning_type": "Manual",
                    "machines": 3,
                    "machine_prefix": "PC{n}",
                }
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def _moving_lab() -> Iterator[RunningLab]:
    with serve(TOPOLOGY, time_scale=600) as lab:
        yield lab


class Estate:
    """Twelve desks on cluster-a whose VMs are on cluster-b now: `daas` and `cvad` call modules, `vms` are those of
    cluster-b."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        self.reset(TOPOLOGY)

    def reset(self, topology: dict[str, Any]) -> None:
        self.lab.reset(deepcopy(topology))
        self.lab.clear_faults()
        self.lab.forget()
        hosts = hosts_of(self.lab)
        self.daas: Site = hosts["daas"]
        self.cvad: Site = hosts["cvad"]

    @property
    def vms(self) -> list[dict[str, Any]]:
        return self.vms_of("cluster-b", "conn-b")

    def vms_of(self, cluster: str, connection: str) -> list[dict[str, Any]]:
        return [
            {"name": vm["name"], "uuid": vm["uuid"], "hypervisor_connection": connection, "cluster": cluster}
            for vm in self.lab.estate.endpoint(cluster).state()["vms"]
        ]

    def uuid(self, name: str, cluster: str = "cluster-b") -> str:
        (found,) = [vm["uuid"] for vm in self.lab.estate.endpoint(cluster).state()["vms"] if vm["name"] == name]
        return str(found)

    def behave(self, **switches: Any) -> None:
        self.lab.change([{"endpoint": name, "kind": "behaviour", **switches} for name in ("daas", "cvad")])

    def change(self, kind: str, **payload: Any) -> None:
        self.lab.change([{"endpoint": "daas", "kind": kind, **payload}])

    def fault(self, method: str, path: str, then: dict[str, Any], **rule: Any) -> None:
        self.lab.faults([{"endpoint": "daas", "method": method, "path": path, "then": then, **rule}])

    def hosting(self, site: str = "daas") -> dict[str, tuple[str, str]]:
        """Each machine's (HostedMachineId, connection) as the lab holds it."""
        state = self.lab.estate.endpoint(site).state()
        return {
            machine["name"].partition("\\")[2]: (machine["hosted_machine_id"], machine["hypervisor"])
            for machine in state["machines"]
        }

    def moved(self, *names: str) -> bool:
        hosting = self.hosting()
        return all(hosting[name] == (self.uuid(name), "conn-b") for name in names or DESKS)

    def asked(self, method: str, part: str) -> list[dict[str, Any]]:
        return [entry for entry in self.lab.requests() if entry["method"] == method and part in entry["path"]]


DESKS = tuple(f"PC{number}" for number in range(1, 13))


@pytest.fixture
def estate(_moving_lab: RunningLab) -> Iterator[Estate]:
    """The estate in its first state. A test fails when a request broke the wire contract."""
    yield Estate(_moving_lab)
    recorded = _moving_lab.requests()
    assert [entry["violation"] for entry in recorded if entry["violation"]] == []
    assert violations(recorded) == []


def validated(arguments: dict[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = (
        ModuleArgumentSpecValidator(dict(OPERATION.arguments), **OPERATION.rules())
        .validate(arguments)
        .validated_parameters
    )
    return checked


def warnings_of(site: Site, **arguments: Any) -> list[str]:
    """What a call warns of. AnsibleModule keeps its warnings for the whole process, so that they are asked of the
    operation."""
    reporter = Reporter()
    OPERATION.carry_out(validated({**site.options, **arguments}), reporter)
    return reporter.warnings


def names(listed: list[dict[str, Any]]) -> list[str]:
    return sorted(entry["name"] for entry in listed)


@pytest.mark.parametrize("write_by", ["auto", "batch", "single"])
def test_moves_what_is_wrong_once(estate: Estate, write_by: str) -> None:
    result = estate.daas(HOSTING, catalogs=PC, vms=estate.vms, write_by=write_by)
    assert (result["changed"], result["complete"], result["counts"]["changed"]) == (True, True, 12)
    assert estate.moved()
    assert result["written_by"] == ("single" if write_by == "single" else "batch")
    assert result["connections_changed"] == ["conn-b"]
    (catalog,) = result["catalogs_by_connection"]["conn-b"]
    assert result["machines"][0] == {
        **result["machines"][0],
        "name": "CORP\\PC1",
        "catalog": "PC",
        "catalog_id": catalog["id"],
        "vm_name": "PC1",
        "cluster": "cluster-b",
        "hosted_machine_id": estate.uuid("PC1"),
        "hypervisor_connection": "conn-b",
        "action": "changed",
    }
    assert result["timeline"][0]["phase"] == "re-host"
    estate.lab.forget()
    again = estate.daas(HOSTING, catalogs=PC, vms=estate.vms, write_by=write_by)
    assert (again["changed"], again["complete"], again["counts"]["right"], again["connections_changed"]) == (
        False,
        True,
        12,
        [],
    )
    assert again["catalogs_by_connection"] == result["catalogs_by_connection"]
    assert writes(estate.lab) == []


def test_on_premises(estate: Estate) -> None:
    vms = estate.vms
    assert estate.cvad(HOSTING, catalogs=PC, vms=vms)["counts"]["changed"] == 3
    assert estate.hosting("cvad")["PC2"] == (estate.uuid("PC2"), "conn-b")
    assert estate.cvad(HOSTING, catalogs=PC, vms=vms)["changed"] is False


def test_check_mode_says_all_and_writes_nothing(estate: Estate, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    result = estate.daas(HOSTING, check=True, catalogs=PC, vms=estate.vms, save_path=str(saved))
    assert (result["changed"], result["counts"]["would_change"], result["counts"]["changed"]) == (True, 12, 0)
    assert result["connections_changed"] == ["conn-b"]
    assert result["diff"]["before"]["machines"]["CORP\\PC3"] == f"{estate.uuid('PC3', 'cluster-a')} on conn-a"
    assert result["diff"]["after"]["machines"]["CORP\\PC3"] == f"{estate.uuid('PC3')} on conn-b"
    assert "timeline" not in result
    assert writes(estate.lab) == []
    assert not saved.exists()


def test_before_the_failover_a_uuid_need_not_be_known(estate: Estate) -> None:
    vms = [{**vm, "uuid": ""} for vm in estate.vms]
    result = estate.daas(HOSTING, check=True, catalogs=PC, vms=vms)
    assert result["counts"]["would_change"] == 12
    assert result["diff"]["after"]["machines"]["CORP\\PC1"] == "a VM known after the failover on conn-b"
    assert "13 VMs have no uuid: PC1, PC10, PC11 and 10 more" in estate.daas.fails(HOSTING, catalogs=PC, vms=vms)


def test_id_and_connection_are_repaired_each_for_itself_in_one_request(estate: Estate) -> None:
    estate.daas(HOSTING, catalogs=PC, vms=estate.vms)
    there = estate.vms_of("cluster-a", "conn-a")
    wrong_id = {
        "machine": "PC1",
        "hosted_machine_id": estate.uuid("PC1", "cluster-a"),
        "hypervisor_connection": "conn-b",
    }
    wrong_connection = {
        "machine": "CORP\\PC2",
        "hosted_machine_id": estate.uuid("PC2"),
        "hypervisor_connection": "conn-a",
    }
    estate.daas(HOSTING, mapping=[wrong_id, wrong_connection])
    assert not estate.moved("PC1")
    assert not estate.moved("PC2")
    estate.lab.forget()
    result = estate.daas(HOSTING, catalogs=PC, vms=estate.vms)
    assert names([machine for machine in result["machines"] if machine["action"] == "changed"]) == [
        "CORP\\PC1",
        "CORP\\PC2",
    ]
    assert estate.moved()
    bodies = [entry["body"] for entry in estate.asked("PATCH", "/Machines/")]
    assert sorted(body["HostedMachineId"] for body in bodies) == sorted([estate.uuid("PC1"), estate.uuid("PC2")])
    assert {body["HypervisorConnection"] for body in bodies} == {"conn-b"}
    back = estate.daas(HOSTING, catalogs=PC, vms=there)
    assert back["counts"]["changed"] == 12


def test_a_newer_clone_never_takes_over(estate: Estate) -> None:
    real = estate.vms
    clone = {**real[0], "name": "pc1", "uuid": "c10e0000-0000-4000-8000-000000000001"}
    told = estate.daas.fails(HOSTING, catalogs=PC, vms=[clone, *real])
    assert (
        "1 machines are ambiguous: CORP\\PC1 (2 VMs bear its name). All other machines are as they should be." in told
    )
    assert estate.moved(*DESKS[1:])
    assert estate.hosting()["PC1"][1] == "conn-a"
    # Once a machine has the uuid of the real VM, the clone is somebody nobody knows.
    estate.daas(
        HOSTING,
        mapping=[{"machine": "PC1", "hosted_machine_id": estate.uuid("PC1"), "hypervisor_connection": "conn-a"}],
    )
    result = estate.daas(HOSTING, vm_names=list(DESKS), vms=[clone, *real])
    assert (result["complete"], [vm["uuid"] for vm in result["unexpected"]]) == (True, [clone["uuid"]])
    assert estate.moved()


@pytest.mark.parametrize(
    "search",
    [None, {"status": 501}, {"status": 503}, {"status": 200, "body": {"Items": [], "ContinuationToken": "again"}}],
    ids=str,
)
def test_a_machine_that_nobody_chose_keeps_its_vm(estate: Estate, search: dict[str, Any] | None) -> None:
    estate.daas(
        HOSTING,
        mapping=[{"machine": "PC2", "hosted_machine_id": estate.uuid("PC1"), "hypervisor_connection": "conn-b"}],
    )
    estate.change(
        "catalog", name="Moved", hypervisor="conn-b", provisioning_type="Manual", machines=1, machine_prefix="ANNA-"
    )
    estate.change("machine", machine="ANNA-001", hosted_machine_id=estate.uuid("PC3"))
    if search:
        estate.fault("POST", r"/Machines/\$search", search)
    told = estate.daas.fails(HOSTING, catalogs=PC, machines=["CORP\\PC1", "PC3", "PC4"], vms=estate.vms)
    assert (
        "2 machines are ambiguous: CORP\\PC1 (its VM belongs to CORP\\PC2 by its uuid), CORP\\PC3 (its VM belongs to"
        " CORP\\ANNA-001 by its uuid)" in told
    )
    assert (estate.moved("PC4"), estate.hosting()["PC3"][1]) == (True, "conn-a")
    assert "ambiguous" in estate.daas.fails(
        HOSTING,
        mapping=[{"machine": "PC3", "hosted_machine_id": estate.uuid("PC3"), "hypervisor_connection": "conn-b"}],
    )
    planned = run_module(
        HOSTING, {**estate.daas.options, "machines": ["PC3"], "vms": estate.vms, "vm_names": ["PC3"]}, True
    )
    assert names(planned["ambiguous"]) == ["CORP\\PC3"]


@pytest.mark.parametrize("switch", ["everything", "single_session", "refuse"])
def test_a_multi_session_machine_keeps_its_vm_whatever_a_search_covers(estate: Estate, switch: str) -> None:
    estate.behave(search_without_session_support=switch)
    estate.change(
        "catalog",
        name="Servers",
        hypervisor="conn-b",
        provisioning_type="Manual",
        machines=1,
        machine_prefix="SRV-",
        session_support="MultiSession",
    )
    estate.change("machine", machine="SRV-001", hosted_machine_id=estate.uuid("PC3"))
    estate.lab.forget()
    told = estate.daas.fails(HOSTING, catalogs=PC, machines=["PC3"], vms=estate.vms, vm_names=["PC3"])
    assert "CORP\\PC3 (its VM belongs to CORP\\SRV-001 by its uuid)" in told
    assert [entry["status"] for entry in estate.lab.requests() if entry["path"].endswith("$search")] == [200, 200]


def test_a_vm_of_another_name_is_followed_by_its_machine(estate: Estate) -> None:
    there = {**estate.vms[0], "uuid": estate.uuid("PC1", "cluster-a"), "name": "PC1"}
    estate.change("add_machine", catalog="PC", name="ANNA")
    estate.daas(HOSTING, mapping=[{"machine": "PC1", "hosted_machine_id": "lost", "hypervisor_connection": "conn-a"}])
    estate.daas(
        HOSTING, mapping=[{"machine": "ANNA", "hosted_machine_id": there["uuid"], "hypervisor_connection": "conn-a"}]
    )
    estate.daas("citrix_hosting_connection_reset", names=["conn-a"], machines=["ANNA"], force=True, settle_timeout=0)
    result = run_module(HOSTING, {**estate.daas.options, "vm_names": ["PC1"], "vms": [there]})
    assert [(machine["name"], machine["remark"]) for machine in result["machines"]] == [
        ("CORP\\ANNA", "matched by its uuid, though the VM is called 'PC1'"),
    ]
    assert estate.hosting()["ANNA"] == (there["uuid"], "conn-b")


def test_a_misspelled_delivery_group_is_told(estate: Estate) -> None:
    assert any(
        "Desk" in warning for warning in warnings_of(estate.daas, delivery_groups=["Desk", "Desks"], vms=estate.vms)
    )


@pytest.mark.parametrize(
    "wish", [{"machines": ["PC99"]}, {"delivery_groups": ["Desk"]}, {"machines": ["pc99.corp.example", "PC98"]}]
)
def test_a_wish_that_matched_nothing_is_a_failure(estate: Estate, wish: dict[str, Any]) -> None:
    told = estate.daas.fails(HOSTING, **wish, vms=estate.vms)
    assert "no machine was found" in told
    assert estate.daas(HOSTING, **wish, vms=estate.vms, policy={"unknown": "ignore"})["unknown"] == next(
        iter(wish.values())
    )
    assert writes(estate.lab) == []


def test_dns_names_are_names(estate: Estate) -> None:
    result = estate.daas(
        HOSTING, machines=["PC1.corp.example", "pc2.CORP.example"], exclude=["pc2.corp.example"], vms=estate.vms
    )
    assert (names(result["machines"]), names(result["excluded"]), result["unknown"]) == (
        ["CORP\\PC1"],
        ["CORP\\PC2"],
        [],
    )


def test_a_machine_that_has_another_vm_of_its_own_is_only_a_namesake(estate: Estate) -> None:
    """A stale VM of its name is in the protection domain; its own is another one that was read."""
    own = estate.uuid("server")
    estate.daas(HOSTING, mapping=[{"machine": "PC1", "hosted_machine_id": own, "hypervisor_connection": "conn-b"}])
    estate.lab.forget()
    stale = [vm for vm in estate.vms if vm["name"] in ("PC1", "PC2")]
    result = estate.daas(HOSTING, vm_names=["PC1", "PC2"], vms=stale, other_vm_uuids=[own.upper()])
    assert (names(result["machines"]), names(result["namesakes"])) == (["CORP\\PC2"], ["CORP\\PC1"])
    assert result["namesakes"][0]["reason"] == f"its own VM is {own}, which does not move"
    assert names(result["unexpected"]) == ["PC1"]
    assert estate.hosting()["PC1"] == (own, "conn-b")


def test_a_name_counts_only_on_the_connections_of_the_move(estate: Estate) -> None:
    vms = estate.vms
    lost = {
        "machine": "PC1",
        "hosted_machine_id": "11111111-2222-4333-8444-555555555555",
        "hypervisor_connection": "conn-vmware",
    }
    estate.daas(HOSTING, mapping=[lost], any_plugin=True)
    scope: dict[str, Any] = {"vm_names": ["PC1", "PC2"], "vms": vms, "hypervisor_connections": ["CONN-A", "conn-b"]}
    estate.lab.forget()
    result = estate.daas(HOSTING, **scope)
    assert (names(result["machines"]), names(result["namesakes"])) == (["CORP\\PC2"], ["CORP\\PC1"])
    assert estate.hosting()["PC1"] == (lost["hosted_machine_id"], "conn-vmware")
    # By its uuid it is the machine of this VM, whatever its connection.
    estate.daas(HOSTING, mapping=[{**lost, "hosted_machine_id": estate.uuid("PC1")}], any_plugin=True)
    assert names(estate.daas(HOSTING, **scope)["namesakes"]) == []
    assert estate.moved("PC1")


@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_what_is_still_on_the_connection_that_was_left_is_named(estate: Estate, write_by: str) -> None:
    scope: dict[str, Any] = {
        "vm_names": ["PC1", "PC2", "PC3"],
        "vms": estate.vms[:2],
        "exclude": ["PC3"],
        "left_connection": "conn-a",
    }
    planned = estate.daas(HOSTING, check=True, **scope)
    result = estate.daas(HOSTING, **scope, write_by=write_by)
    left = [
        f"CORP\\PC{number}"
        for number in range(1, 13)
        if f"PC{number}" not in ("PC3", *(vm["name"] for vm in scope["vms"]))
    ]
    for told in (planned, result):
        assert sorted({*left, "CORP\\MCS-001", "CORP\\MCS-002", "CORP\\PVS-001"}) == names(told["left_behind"])
        assert told["left_behind"][0]["catalog"]
    assert "are still on the connection that was left" in estate.daas.fails(
        HOSTING, **scope, policy={"left_behind": "stop"}
    )


def test_machines_at_work_on_the_connection_that_was_left_show_that_its_cluster_lives(estate: Estate) -> None:
    scope: dict[str, Any] = {"vm_names": ["PC1"], "vms": estate.vms[:1], "left_connection": "conn-a"}
    machine = {"endpoint": "daas", "kind": "machine", "machine": "PC7"}
    estate.lab.change([{**machine, "power_state": "On", "registration_state": "Registered"}])
    planned = estate.daas(HOSTING, check=True, **scope)
    assert "CORP\\PC7" in planned["at_work"]
    assert "seems to live" in estate.daas.fails(HOSTING, **scope, accept_split_brain=False)
    # A broker that has lost the cluster from sight does not know the power state any more.
    for name in planned["at_work"]:
        estate.lab.change([{**machine, "machine": name.rpartition("\\")[2], "power_state": "Unknown"}])
    assert estate.daas(HOSTING, **scope, accept_split_brain=False)["at_work"] == []


def test_awkward_names(estate: Estate) -> None:
    for name in ("Bücher-PC", "pc 1", "PC#1%2F"):
        estate.change("add_machine", catalog="PC", name=name)
    made = [
        {"name": name, "uuid": f"AAAA0000-0000-4000-8000-00000000000{number}", "hypervisor_connection": "CONN-B"}
        for number, name in enumerate(["BÜCHER-pc", "PC 1", "pc#1%2f.corp.example"])
    ]
    result = estate.daas(HOSTING, catalogs=PC, vms=[*estate.vms, *made])
    assert result["counts"]["changed"] == 15
    assert estate.hosting()["Bücher-PC"] == ("aaaa0000-0000-4000-8000-000000000000", "conn-b")
    assert estate.daas(HOSTING, catalogs=PC, vms=[*estate.vms, *made])["changed"] is False
    one = estate.daas(HOSTING, machines=["corp\\pc#1%2F"], vms=made)
    assert names(one["machines"]) == ["CORP\\PC#1%2F"]


def test_machines_without_a_vm_and_vms_without_a_machine(estate: Estate) -> None:
    vms = [vm for vm in estate.vms if vm["name"] != "PC12"]
    result = run_module(
        HOSTING, {**estate.daas.options, "vms": vms, "vm_names": [*DESKS, "server"], "policy": {"unexpected": "fail"}}
    )
    assert (
        "1 machines have no VM: CORP\\PC12 (no VM is called 'PC12' or 'pc12.corp.example'); 1 VMs are no machine's:"
        " server" in result["msg"]
    )
    assert (result["failed"], result["changed"], result["complete"]) == (True, True, False)
    assert (names(result["missing"]), names(result["unexpected"]), result["counts"]["changed"]) == (
        ["CORP\\PC12"],
        ["server"],
        11,
    )
    assert estate.hosting()["PC12"][1] == "conn-a"
    lenient = estate.daas(HOSTING, vms=vms, vm_names=list(DESKS), policy={"missing": "warn"})
    assert (lenient["complete"], lenient["changed"]) == (False, False)
    (warning,) = warnings_of(estate.daas, vms=vms, vm_names=list(DESKS), policy={"missing": "warn"})
    assert "1 machines have no VM: CORP\\PC12" in warning
    assert warnings_of(estate.daas, vms=vms, vm_names=list(DESKS), policy={"missing": "ignore"}) == []


@pytest.mark.parametrize("check", [False, True])
def test_stop_changes_nothing_at_all(estate: Estate, check: bool) -> None:
    vms = [vm for vm in estate.vms if vm["name"] != "PC12"]
    result = run_module(
        HOSTING, {**estate.daas.options, "vms": vms, "catalogs": PC, "policy": {"missing": "stop"}}, check
    )
    assert "Nothing was changed, as the policy says" in result["msg"]
    assert names(result["missing"]) == ["CORP\\PC12"]
    assert "machines" not in result
    assert writes(estate.lab) == []


def test_before_the_failover_it_says_so_in_one_sentence(estate: Estate) -> None:
    vms = [vm for vm in estate.vms if vm["name"] == "server"]
    told = estate.daas.fails(HOSTING, catalogs=PC, vms=vms)
    assert (
        "not one of the 12 machines (CORP\\PC1, CORP\\PC10, CORP\\PC11 and 9 more) has its VM among the 1 VMs given"
        in told
    )
    assert "Fail over first, then re-host" in told
    assert "among the 0 VMs given" in estate.daas.fails(HOSTING, catalogs=PC, vms=[], policy={"missing": "warn"})
    assert estate.daas(HOSTING, catalogs=PC, vms=vms, policy={"missing": "ignore"})["complete"] is False
    assert estate.daas(HOSTING, vm_names=[], vms=vms)["complete"] is True
    assert writes(estate.lab) == []


def test_scopes_narrow_and_excluded_machines_keep_their_hosting(estate: Estate, tmp_path: Path) -> None:
    listed = tmp_path / "machines.csv"
    listed.write_text("machine;owner\nCORP\\PC1;x\nPC2;y\nPC99;z\n", encoding="utf-8")
    result = estate.daas(HOSTING, machines_csv=str(listed), exclude=["pc2"], vms=estate.vms)
    assert (names(result["machines"]), names(result["excluded"]), result["unknown"]) == (
        ["CORP\\PC1"],
        ["CORP\\PC2"],
        ["PC99"],
    )
    assert result["complete"] is True
    assert result["excluded"][0]["hypervisor_connection"] == "conn-a"
    assert [name for name, hosting in estate.hosting().items() if hosting[1] == "conn-b"] == ["PC1"]
    (warning,) = warnings_of(estate.daas, machines_csv=str(listed), vms=estate.vms)
    assert "1 names are no machine's: PC99" in warning
    assert estate.moved("PC2")
    group = estate.daas(HOSTING, delivery_groups=["desks"], vm_names=["PC3", "PC4"], vms=estate.vms)
    assert names(group["machines"]) == ["CORP\\PC3", "CORP\\PC4"]


@pytest.mark.parametrize("mcs", ["refuse", "accept"])
def test_provisioned_machines_are_refused_with_the_way_round(estate: Estate, mcs: str) -> None:
    estate.behave(mcs_rehost=mcs)
    made = [
        {"name": name, "uuid": f"bbbb-{name}", "hypervisor_connection": "conn-b"} for name in ("MCS-001", "PVS-001")
    ]
    catalogs = [*PC, {"name": "Pool"}, {"name": "Streamed"}]
    result = run_module(HOSTING, {**estate.daas.options, "catalogs": catalogs, "vms": [*estate.vms, *made]})
    assert "3 machines cannot be re-hosted: CORP\\MCS-001 (MCS provisioned it" in result["msg"]
    assert "Create the catalog anew on a hosting unit of the other cluster" in result["msg"]
    assert names(result["refused"]) == ["CORP\\MCS-001", "CORP\\MCS-002", "CORP\\PVS-001"]
    assert result["counts"]["changed"] == 12
    hosting = estate.hosting()
    assert {hosting[name][1] for name in ("MCS-001", "MCS-002", "PVS-001")} == {"conn-a"}


@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_machines_without_power_management_are_left_alone_unless_adopted(
    estate: Estate, write_by: str, tmp_path: Path
) -> None:
    made = [
        {"name": f"TIN-00{number}", "uuid": f"cccc-{number}", "hypervisor_connection": "conn-b"} for number in (1, 2)
    ]
    left = estate.daas(HOSTING, catalogs=[{"name": "Physical"}], vms=made)
    assert (left["changed"], names(left["unmanaged"])) == (False, ["CORP\\TIN-001", "CORP\\TIN-002"])
    assert writes(estate.lab) == []
    saved = tmp_path / "saved.json"
    adopted = estate.daas(
        HOSTING,
        catalogs=[{"name": "Physical"}],
        vms=made,
        adopt_unmanaged=True,
        write_by=write_by,
        save_path=str(saved),
    )
    assert adopted["counts"]["changed"] == 2
    assert estate.hosting()["TIN-001"] == ("cccc-1", "conn-b")
    assert "the API cannot take hosting away" in estate.daas.fails(HOSTING, mapping_path=str(saved))


def test_a_vm_that_two_sites_claim_is_nobodys(estate: Estate) -> None:
    """The first three machines bear the names of VMs on both sites."""
    plans = {
        name: site(HOSTING, check=True, catalogs=PC, vms=estate.vms)
        for name, site in (("daas", estate.daas), ("cvad", estate.cvad))
    }
    machines = contested(plans, "daas")
    assert [machine["reason"] for machine in machines] == [
        f"CORP\\PC{number} of cvad would get the same VM" for number in (1, 2, 3)
    ]
    result = estate.daas(HOSTING, catalogs=PC, vms=estate.vms, contested=machines, policy={"ambiguous": "warn"})
    assert names(result["ambiguous"]) == ["CORP\\PC1", "CORP\\PC2", "CORP\\PC3"]
    assert (result["counts"]["changed"], estate.moved("PC1"), estate.moved("PC4")) == (9, False, True)


def test_connections_are_looked_at_before_anything_is_written(estate: Estate) -> None:
    def on(connection: str) -> list[dict[str, Any]]:
        return [{**vm, "hypervisor_connection": connection} for vm in estate.vms]

    assert "there is no hosting connection 'conn-c'. Near names are 'conn-b', 'conn-a'" in estate.daas.fails(
        HOSTING, catalogs=PC, vms=on("conn-c")
    )
    assert "'conn-resting' is in maintenance mode" in estate.daas.fails(HOSTING, catalogs=PC, vms=on("conn-resting"))
    assert "plug-in 'VmwareFactory', which is none of Nutanix AHV" in estate.daas.fails(
        HOSTING, check=True, catalogs=PC, vms=on("conn-vmware")
    )
    assert writes(estate.lab) == []
    assert estate.daas(HOSTING, catalogs=PC, vms=on("conn-vmware"), any_plugin=True)["counts"]["changed"] == 12


def test_senseless_calls_are_refused(estate: Estate) -> None:
    assert "No machines are selected" in estate.daas.fails(HOSTING, vms=estate.vms)
    mapping = [{"machine": "PC1", "hosted_machine_id": "1", "hypervisor_connection": "conn-b"}]
    assert "A mapping names its machines itself" in estate.daas.fails(HOSTING, mapping=mapping, catalogs=PC)
    assert "mutually exclusive" in estate.daas.fails(HOSTING, mapping=mapping, vms=[])
    assert "batch_size must be at least 1" in estate.daas.fails(HOSTING, mapping=mapping, batch_size=0)
    assert "value of ambiguous must be one of" in estate.daas.fails(
        HOSTING, mapping=mapping, policy={"ambiguous": "newest"}
    )
    assert "Near names are 'PC'" in estate.daas.fails(HOSTING, catalogs=[{"name": "PCs"}], vms=[])
    assert writes(estate.lab) == []


def test_wrong_secret_is_tried_once(estate: Estate) -> None:
    result = run_module(HOSTING, {**estate.daas.options, "catalogs": PC, "vms": [], "client_secret": "marker-secret"})
    assert result["failed"]
    assert "marker-secret" not in str(result)
    assert len(estate.lab.requests()) == 1


def test_more_machines_than_a_page(estate: Estate) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["citrix_sites"][0]["catalogs"][0]["machines"] = 1100
    estate.reset(topology)
    vms = [
        {"name": f"pc{number}", "uuid": f"uuid-{number}", "hypervisor_connection": "conn-b"}
        for number in range(1, 1101)
    ]
    result = estate.daas(HOSTING, catalogs=PC, vms=vms)
    assert (result["counts"]["changed"], result["complete"]) == (1100, True)
    hosting = estate.hosting()
    assert all(hosting[f"PC{number}"] == (f"uuid-{number}", "conn-b") for number in range(1, 1101))
    assert len(estate.asked("POST", "$batch")) == 11
    assert len(estate.asked("GET", "/Machines")) == 4
    assert len(estate.lab.requests()) < 60


@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_the_saved_hosting_takes_it_back(estate: Estate, tmp_path: Path, write_by: str) -> None:
    saved, before = tmp_path / "new" / "saved.json", estate.hosting()
    estate.daas(HOSTING, machines=["PC1", "PC2"], vms=estate.vms, save_path=str(saved), write_by=write_by)
    estate.daas(HOSTING, catalogs=PC, vms=estate.vms, save_path=str(saved), write_by=write_by)
    text = saved.read_text(encoding="utf-8")
    assert {entry["hypervisor_connection"] for entry in json.loads(text)["machines"]} == {"conn-a"}
    # As after a run that died: half of the machines are changed, and what was saved first stays.
    estate.daas(HOSTING, mapping_path=str(saved), exclude=list(DESKS[:6]))
    assert estate.hosting()["PC7"] == before["PC7"]
    estate.daas(HOSTING, catalogs=PC, vms=estate.vms, save_path=str(saved))
    assert estate.moved()
    assert saved.read_text(encoding="utf-8") == text
    planned = estate.daas(HOSTING, check=True, mapping_path=str(saved))
    assert (planned["counts"]["would_change"], estate.moved()) == (12, True)
    undone = estate.daas(HOSTING, mapping_path=str(saved), write_by=write_by)
    assert (undone["counts"]["changed"], undone["connections_changed"], undone["machines"][0]["action"]) == (
        12,
        ["conn-a"],
        "changed",
    )
    assert estate.hosting() == before
    estate.lab.forget()
    assert estate.daas(HOSTING, mapping_path=str(saved))["changed"] is False
    assert writes(estate.lab) == []


def test_undo_copes_with_machines_that_are_gone(estate: Estate, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    estate.daas(HOSTING, catalogs=PC, vms=estate.vms, save_path=str(saved))
    estate.change("delete_machine", machine="PC1")
    estate.change("delete_machine", machine="PC2")
    estate.change("add_machine", catalog="PC", name="PC2")
    result = estate.daas(HOSTING, mapping_path=str(saved))
    assert [(gone["name"], gone["reason"]) for gone in result["vanished"]] == [
        ("CORP\\PC1", "Citrix knows no machine of this name"),
        ("CORP\\PC2", "another machine has its name now"),
    ]
    assert (result["counts"]["changed"], result["complete"]) == (10, False)
    assert "2 machines are gone from the site" in estate.daas.fails(
        HOSTING, mapping_path=str(saved), policy={"vanished": "stop"}
    )
    estate.change("delete_catalog", catalog="PC")
    assert estate.daas(HOSTING, mapping_path=str(saved))["counts"]["vanished"] == 12


def test_a_name_to_exclude_that_no_machine_has_is_told(estate: Estate) -> None:
    result = estate.daas(HOSTING, catalogs=PC, exclude=["PC2", "PC-2"], vms=estate.vms)
    assert (names(result["excluded"]), result["unknown"]) == (["CORP\\PC2"], ["PC-2"])
    # It may be a machine of another site, and nothing else is asked of this one.
    assert estate.daas(HOSTING, vm_names=["nobody"], exclude=["PC-2"], vms=estate.vms)["unknown"] == ["PC-2"]


def test_undo_leaves_what_somebody_else_changed_since(estate: Estate, tmp_path: Path) -> None:
    saved, before = tmp_path / "saved.json", estate.hosting()
    estate.daas(HOSTING, catalogs=PC, vms=estate.vms, save_path=str(saved))
    estate.change("machine", machine="PC1", hosted_machine_id="0f0e0d0c-1111-4222-8333-444455556666")
    since = estate.hosting()["PC1"]
    result = run_module(HOSTING, {**estate.daas.options, "mapping_path": str(saved)})
    assert result["failed"]
    ((name, reason),) = [(machine["name"], machine["reason"]) for machine in result["refused"]]
    assert name == "CORP\\PC1"
    assert "another hosting since" in reason
    assert estate.hosting() == {**before, "PC1": since}


def test_undo_gives_nobody_a_vm_that_is_not_there(estate: Estate, tmp_path: Path) -> None:
    saved, before = tmp_path / "saved.json", estate.hosting()
    estate.daas(HOSTING, catalogs=PC, vms=estate.vms, save_path=str(saved))
    estate.lab.forget()
    uuids = [uuid.upper() for name, (uuid, _connection) in before.items() if uuid and name != "PC7"]
    cluster = {"name": "cluster-a", "hypervisor_connection": "CONN-A"}
    silent = {**cluster, "problem": "it does not answer"}
    doubtful = run_module(HOSTING, {**estate.daas.options, "mapping_path": str(saved), "clusters": [silent]})
    assert {machine["reason"].partition(": ")[2] for machine in doubtful["refused"]} == {
        "cluster-a could not be read (it does not answer)"
    }
    assert (doubtful["failed"], doubtful["counts"]["refused"], writes(estate.lab)) == (True, 12, [])
    result = estate.daas(
        HOSTING,
        mapping_path=str(saved),
        clusters=[{**cluster, "vm_uuids": uuids}],
        policy={"refused": "warn"},
    )
    assert [(machine["name"], machine["reason"]) for machine in result["refused"]] == [
        ("CORP\\PC7", f"its VM {before['PC7'][0]} is not on cluster-a")
    ]
    assert (result["counts"]["changed"], estate.moved("PC7")) == (11, True)


def test_undo_finds_machines_in_other_catalogs(estate: Estate, tmp_path: Path) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["citrix_sites"][0]["catalogs"][0]["machines"] = 30
    estate.reset(topology)
    vms = [
        {"name": f"pc{number}", "uuid": f"uuid-{number}", "hypervisor_connection": "conn-b"} for number in range(1, 31)
    ]
    saved = tmp_path / "saved.json"
    estate.daas(HOSTING, catalogs=PC, vms=vms, save_path=str(saved))
    # As if all of them had been in another catalog then.
    text = json.loads(saved.read_text(encoding="utf-8"))
    estate.change(
        "catalog", name="Before", hypervisor="conn-a", provisioning_type="Manual", machines=1, machine_prefix="OLD-"
    )
    (before,) = estate.daas("citrix_catalog_info", catalogs=[{"name": "Before"}])["catalogs"]
    for entry in text["machines"]:
        entry["catalog_id"] = before["id"]
    saved.write_text(json.dumps(text), encoding="utf-8")
    result = estate.daas(HOSTING, mapping_path=str(saved))
    assert (result["counts"]["changed"], result["vanished"]) == (30, [])


def test_two_sites_with_one_new_file_do_not_lose_each_others_hosting(estate: Estate, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    other = json.dumps({"kind": HOSTING, "site": {"id": "x", "name": "other"}, "machines": []})
    saved.write_text(other, encoding="utf-8")
    with pytest.raises(AlreadyThere):
        write_report(saved, "{}", "", new=True)
    assert [path.name for path in tmp_path.iterdir()] == ["saved.json"]
    assert "it holds machines of site 'other'" in estate.daas.fails(
        HOSTING, catalogs=PC, vms=estate.vms, save_path=str(saved)
    )
    assert saved.read_text(encoding="utf-8") == other


def test_files_that_cannot_be_used(estate: Estate, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    estate.cvad(HOSTING, catalogs=PC, vms=estate.vms, save_path=str(saved))
    estate.lab.forget()
    for option in ({"mapping_path": str(saved)}, {"save_path": str(saved), "catalogs": PC, "vms": estate.vms}):
        assert "it holds machines of site 'cvad'" in estate.daas.fails(HOSTING, **option)
    saved.write_text("[]", encoding="utf-8")
    assert "it was not written by save_path" in estate.daas.fails(HOSTING, mapping_path=str(saved))
    assert "There is no saved hosting" in estate.daas.fails(HOSTING, mapping_path=str(tmp_path / "none.json"))
    assert "cannot be used: [Errno 20] Not a directory" in estate.daas.fails(
        HOSTING, catalogs=PC, vms=estate.vms, save_path=f"{saved}/x.json"
    )
    assert writes(estate.lab) == []


@pytest.mark.parametrize("limit", [1, 5, 11])
def test_a_site_that_takes_fewer_items_gets_fewer(estate: Estate, limit: int) -> None:
    estate.behave(batch_item_limit=limit)
    assert estate.daas(HOSTING, catalogs=PC, vms=estate.vms)["counts"]["changed"] == 12
    assert estate.moved()


def test_a_site_without_batches_is_written_one_by_one(estate: Estate) -> None:
    for status in (404, 405, 501):
        estate.reset(TOPOLOGY)
        estate.fault("POST", r"\$batch", {"status": status, "body": {"detail": "no such thing"}})
        assert estate.daas(HOSTING, catalogs=PC, vms=estate.vms)["written_by"] == "single"
        assert (estate.moved(), len(estate.asked("POST", "$batch"))) == (True, 1)
        assert "no such thing" in estate.daas.fails(
            HOSTING, catalogs=PC, vms=estate.vms_of("cluster-a", "conn-a"), write_by="batch"
        )


SWITCHES: list[dict[str, Any]] = [
    {"batch_inherits_authorization": True},
    {"error_shape": "b", "not_found": 500},
    {"error_shape": "c"},
    {"limit_above_1000": "clamp", "unasked_fields": "null"},
    {"hosted_machine_id_checked": True, "machine_id_in_use": "refuse"},
    {"location_host": "elsewhere.example", "unset_times": "null"},
    {"new_job_hidden_seconds": 120},
]


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_every_kind_of_site(estate: Estate, switches: dict[str, Any], write_by: str) -> None:
    estate.behave(**switches)
    assert estate.daas(HOSTING, catalogs=PC, vms=estate.vms, write_by=write_by, batch_size=5)["complete"] is True
    assert estate.moved()
    assert estate.daas(HOSTING, catalogs=PC, vms=estate.vms, write_by=write_by)["changed"] is False


def test_path_style_root(estate: Estate) -> None:
    site = Site("daas", {**estate.daas.options, "api_root": "/citrix/orchestration/api"})
    state = estate.lab.estate.endpoint("daas").state()
    site.options["api_root"] += f"/{state['customer_id']}/{state['site_id']}"
    assert site(HOSTING, catalogs=PC, vms=estate.vms)["written_by"] == "batch"
    assert estate.moved()


def test_progress_and_time_limit(estate: Estate) -> None:
    arguments = {**estate.daas.options, "catalogs": PC, "vms": estate.vms, "batch_size": 6}
    lines: list[str] = []
    with pytest.raises(OperationError, match="it was not written before the time was over"):
        OPERATION.carry_out(validated({**arguments, "write_timeout": 0}), Reporter(progress=lines.append))
    assert (lines, writes(estate.lab)) == ([], [])
    OPERATION.carry_out(validated(arguments), Reporter(progress=lines.append))
    assert lines[-1] == "re-hosting: 12 of 12"


@pytest.mark.parametrize("shape", ["a", "b", "c"])
@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_a_refusal_is_told_in_the_sites_words_and_not_repeated(estate: Estate, shape: str, write_by: str) -> None:
    estate.behave(hosted_machine_id_checked=True, error_shape=shape)
    wrong = [{**vm, "uuid": "00000000-0000-4000-8000-000000000000"} if vm["name"] == "PC3" else vm for vm in estate.vms]
    result = run_module(HOSTING, {**estate.daas.options, "catalogs": PC, "vms": wrong, "write_by": write_by})
    assert "1 machines could not be changed: CORP\\PC3" in result["msg"]
    assert "400: There is no VM 00000000-0000-4000-8000-000000000000 on conn-b." in result["msg"]
    (failed,) = result["failures"]
    assert (failed["hypervisor_connection"], failed["wanted"]) == (
        "conn-a",
        "00000000-0000-4000-8000-000000000000 on conn-b",
    )
    assert (result["counts"]["changed"], result["complete"]) == (11, False)
    assert "CORP\\PC3" not in result["diff"]["after"]["machines"]
    patches = (
        len(estate.asked("PATCH", "/Machines/"))
        if write_by == "single"
        else sum(len(entry["body"]["Items"]) for entry in estate.asked("POST", "$batch"))
    )
    assert patches == 12


@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_machines_in_each_others_way_come_right_one_after_the_other(estate: Estate, write_by: str) -> None:
    estate.behave(machine_id_in_use="refuse")
    own = [estate.uuid(name, "cluster-a") for name in DESKS]
    shifted = [
        {"machine": name, "hosted_machine_id": uuid, "hypervisor_connection": "conn-a"}
        for name, uuid in zip(DESKS, [*own[1:], "free-one"], strict=True)
    ]
    result = estate.daas(HOSTING, mapping=shifted[9:], write_by=write_by)
    assert result["counts"]["changed"] == 3
    swapped = [{**shifted[0], "hosted_machine_id": own[1]}, {**shifted[1], "hosted_machine_id": own[0]}]
    told = estate.daas.fails(HOSTING, mapping=swapped, write_by=write_by)
    assert "2 machines could not be changed" in told
    assert "409" in told


@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_a_machine_deleted_in_the_middle_is_told_and_the_rest_goes_on(estate: Estate, write_by: str) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["durations"]["read_job"] = 600
    estate.reset(topology)
    # Time stands still until the first write, so that the machine goes away between the plan and the work.
    estate.fault("GET", "/Me", {"time_scale": 0.0}, nth=1)
    estate.daas("citrix_site_info")
    estate.fault("POST" if write_by == "batch" else "PATCH", r"\$batch|/Machines/", {"time_scale": 600.0}, nth=1)
    estate.change("delete_machine", machine="PC5", after=30.0)
    if write_by == "single":
        estate.fault("PATCH", "/Machines/", {"delay": 60.0})
    result = estate.daas(HOSTING, catalogs=PC, vms=estate.vms, write_by=write_by, concurrency=1)
    assert [(gone["name"], gone["reason"]) for gone in result["vanished"]] == [
        ("CORP\\PC5", "it was deleted while it was being re-hosted")
    ]
    assert (result["counts"]["changed"], result["complete"], result["failures"]) == (11, False, [])
    assert "CORP\\PC5" not in result["diff"]["after"]["machines"]
    assert estate.moved(*(name for name in DESKS if name != "PC5"))


RETRY = {
    "status": 429,
    "body": {
        "type": "https://errors-api.cloud.com/common/rateLimitExceeded",
        "parameters": [{"name": "retryDelay", "value": "0.1"}],
    },
}
FAULTS: list[dict[str, Any]] = [
    {"then": RETRY, "share": 0.3, "times": 30},
    {"then": {"status": 503}, "nth": 1},
    {"then": {"status": 502}, "nth": 2, "times": 2},
    {"then": {"status": 500, "body": {"message": "oops"}}, "nth": 1},
    {"then": {"drop": "before"}, "nth": 1},
    {"then": {"drop": "after"}, "nth": 1},
    {"then": {"garbage": "<html>busy</html>"}, "nth": 1},
    {"then": {"status": 500, "effect": True}, "nth": 1},
    {"then": {"garbage": "<html>504</html>", "status": 504, "effect": True}, "nth": 1},
    {"then": {"expire_token": True}, "nth": 1},
]


@pytest.mark.parametrize("rule", FAULTS, ids=str)
@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_bad_answers_to_writes_do_not_matter(estate: Estate, rule: dict[str, Any], write_by: str) -> None:
    path = r"\$batch" if write_by == "batch" else "/Machines/"
    estate.fault("POST" if write_by == "batch" else "PATCH", path, **rule)
    result = estate.daas(HOSTING, catalogs=PC, vms=estate.vms, write_by=write_by, batch_size=5)
    assert (result["counts"]["changed"], result["complete"]) == (12, True)
    assert estate.moved()


@pytest.mark.parametrize("rule", [{"status": 404}, {"status": 503}, {"drop": "after"}, {"garbage": "x"}], ids=str)
@pytest.mark.parametrize("path", ["/Jobs/[^/]*$", "/Jobs/.*/Results"])
def test_bad_answers_about_the_job_do_not_matter(estate: Estate, rule: dict[str, Any], path: str) -> None:
    estate.fault("GET", path, rule, nth=1)
    assert estate.daas(HOSTING, catalogs=PC, vms=estate.vms, batch_size=5)["complete"] is True
    assert estate.moved()


@pytest.mark.parametrize("status", ["Failed", "Canceled", "CompleteWithWarning", "NonTerminatingError"])
def test_the_machines_and_not_the_job_say_what_was_done(estate: Estate, status: str) -> None:
    estate.fault("POST", r"\$batch", {"job_status": status}, nth=1)
    assert estate.daas(HOSTING, catalogs=PC, vms=estate.vms, batch_size=5)["complete"] is True
    assert estate.moved()


def test_batches_that_the_site_is_too_busy_for_are_sent_again(estate: Estate) -> None:
    estate.fault("POST", r"\$batch", RETRY, times=14)
    result = estate.daas(HOSTING, catalogs=PC, vms=estate.vms)
    assert (result["counts"]["changed"], result["complete"]) == (12, True)


def test_a_batch_that_never_works_ends_in_words(estate: Estate) -> None:
    estate.fault("POST", r"\$batch", {"fail_task": "the broker is tired"})
    result = run_module(HOSTING, {**estate.daas.options, "catalogs": PC, "vms": estate.vms})
    assert "12 machines could not be changed" in result["msg"]
    assert "the broker is tired" in result["msg"]
    assert (result["changed"], len(estate.asked("POST", "$batch"))) == (False, 2)


def test_a_site_that_accepts_and_does_nothing_is_found_out(estate: Estate) -> None:
    estate.fault("PATCH", "/Machines/", {"status": 204})
    told = estate.daas.fails(HOSTING, catalogs=PC, vms=estate.vms, write_by="single")
    assert "the site accepted the change and did not make it" in told


def test_tokens_shorter_than_the_run(estate: Estate) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["citrix_sites"][0]["token_seconds"] = 1.2
    topology["durations"] = {"job_start": 0, "read_job": 240}
    estate.reset(topology)
    assert estate.daas(HOSTING, catalogs=PC, vms=estate.vms, batch_size=3, concurrency=1)["complete"] is True
    assert estate.moved()
    assert estate.lab.estate.endpoint("daas").state()["tokens_issued"] > 2


def test_a_batch_that_a_dead_run_left_at_work_is_waited_for(estate: Estate) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["durations"] = {"job_start": 0, "read_job": 1200}
    estate.reset(topology)
    # The batch is at work until the second run has seen it, however slow this machine is
    estate.lab.run_at(0.0)
    estate.fault("GET", "/Jobs/", {"status": 403, "body": {"detail": "not now"}})
    assert "not now" in estate.daas.fails(HOSTING, catalogs=PC, vms=estate.vms)
    estate.lab.clear_faults()
    estate.fault("GET", "/Jobs/", {"time_scale": 600.0}, nth=1)
    result = estate.daas(HOSTING, catalogs=PC, vms=estate.vms)
    assert (result["complete"], estate.moved()) == (True, True)
    assert len(estate.asked("POST", "$batch")) == 1


def test_a_batch_that_hangs_keeps_nobody_from_writing(estate: Estate) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["durations"] = {"job_start": 0, "read_job": 36000}
    estate.reset(topology)
    estate.fault("GET", "/Jobs/", {"status": 403, "body": {"detail": "not now"}})
    assert "not now" in estate.daas.fails(HOSTING, catalogs=PC, vms=estate.vms)
    estate.lab.clear_faults()
    lines: list[str] = []
    arguments = {**estate.daas.options, "catalogs": PC, "vms": estate.vms, "write_by": "single", "write_timeout": 4}
    result = OPERATION.carry_out(validated(arguments), Reporter(progress=lines.append))
    assert (result["complete"], estate.moved()) == (True, True)
    assert any("An earlier batch" in line and "going on without its end" in line for line in lines)


def test_a_secret_that_is_refused_in_the_middle_is_tried_once_by_all_threads_together(estate: Estate) -> None:
    estate.lab.faults(
        [
            {
                "method": "POST",
                "path": "tokens",
                "then": {"status": 400, "body": {"error": "invalid_client"}},
                "nth": 2,
                "times": 50,
            }
        ]
    )
    estate.fault("PATCH", "/Machines/", {"expire_token": True, "delay": 60.0})
    assert "They were tried once only" in estate.daas.fails(HOSTING, catalogs=PC, vms=estate.vms, write_by="single")
    assert len(estate.asked("POST", "tokens")) == 2
