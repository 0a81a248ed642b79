# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""citrix_machine_hosting: which machines and which VMs belong together, and which are left alone"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.contested import contested
from harness.modules import run_module, writes
from harness.rehosting import DESKS, HOSTING, PC, Rehosting, names, warnings_of


def test_a_newer_clone_never_takes_over(desks: Rehosting) -> None:
    real = desks.vms
    clone = {**real[0], "name": "pc1", "uuid": "c10e0000-0000-4000-8000-000000000001"}
    told = desks.daas.fails(HOSTING, catalogs=PC, vms=[clone, *real])
    assert (
        "1 machines are ambiguous: CORP\\PC1 (2 VMs bear its name). All other machines are as they should be." in told
    )
    assert desks.moved(*DESKS[1:])
    assert desks.hosting()["PC1"][1] == "conn-a"
    # Once a machine has the uuid of the real VM, the clone is somebody nobody knows.
    desks.daas(
        HOSTING,
        mapping=[{"machine": "PC1", "hosted_machine_id": desks.uuid("PC1"), "hypervisor_connection": "conn-a"}],
    )
    result = desks.daas(HOSTING, vm_names=list(DESKS), vms=[clone, *real])
    assert (result["complete"], [vm["uuid"] for vm in result["unexpected"]]) == (True, [clone["uuid"]])
    assert desks.moved()


@pytest.mark.parametrize(
    "search",
    [None, {"status": 501}, {"status": 503}, {"status": 200, "body": {"Items": [], "ContinuationToken": "again"}}],
    ids=str,
)
def test_a_machine_that_nobody_chose_keeps_its_vm(desks: Rehosting, search: dict[str, Any] | None) -> None:
    desks.daas(
        HOSTING,
        mapping=[{"machine": "PC2", "hosted_machine_id": desks.uuid("PC1"), "hypervisor_connection": "conn-b"}],
    )
    desks.change(
        "catalog", name="Moved", hypervisor="conn-b", provisioning_type="Manual", machines=1, machine_prefix="ANNA-"
    )
    desks.change("machine", machine="ANNA-001", hosted_machine_id=desks.uuid("PC3"))
    if search:
        desks.fault("POST", r"/Machines/\$search", search)
    told = desks.daas.fails(HOSTING, catalogs=PC, machines=["CORP\\PC1", "PC3", "PC4"], vms=desks.vms)
    assert (
        "2 machines are ambiguous: CORP\\PC1 (its VM belongs to CORP\\PC2 by its uuid), CORP\\PC3 (its VM belongs to"
        " CORP\\ANNA-001 by its uuid)" in told
    )
    assert (desks.moved("PC4"), desks.hosting()["PC3"][1]) == (True, "conn-a")
    assert "ambiguous" in desks.daas.fails(
        HOSTING,
        mapping=[{"machine": "PC3", "hosted_machine_id": desks.uuid("PC3"), "hypervisor_connection": "conn-b"}],
    )
    planned = run_module(
        HOSTING, {**desks.daas.options, "machines": ["PC3"], "vms": desks.vms, "vm_names": ["PC3"]}, True
    )
    assert names(planned["ambiguous"]) == ["CORP\\PC3"]


@pytest.mark.parametrize("switch", ["everything", "single_session", "refuse"])
def test_a_multi_session_machine_keeps_its_vm_whatever_a_search_covers(desks: Rehosting, switch: str) -> None:
    desks.behave(search_without_session_support=switch)
    desks.change(
        "catalog",
        name="Servers",
        hypervisor="conn-b",
        provisioning_type="Manual",
        machines=1,
        machine_prefix="SRV-",
        session_support="MultiSession",
    )
    desks.change("machine", machine="SRV-001", hosted_machine_id=desks.uuid("PC3"))
    desks.lab.forget()
    told = desks.daas.fails(HOSTING, catalogs=PC, machines=["PC3"], vms=desks.vms, vm_names=["PC3"])
    assert "CORP\\PC3 (its VM belongs to CORP\\SRV-001 by its uuid)" in told
    assert [entry["status"] for entry in desks.lab.requests() if entry["path"].endswith("$search")] == [200, 200]


def test_a_vm_of_another_name_is_followed_by_its_machine(desks: Rehosting) -> None:
    there = {**desks.vms[0], "uuid": desks.uuid("PC1", "cluster-a"), "name": "PC1"}
    desks.change("add_machine", catalog="PC", name="ANNA")
    desks.daas(HOSTING, mapping=[{"machine": "PC1", "hosted_machine_id": "lost", "hypervisor_connection": "conn-a"}])
    desks.daas(
        HOSTING, mapping=[{"machine": "ANNA", "hosted_machine_id": there["uuid"], "hypervisor_connection": "conn-a"}]
    )
    desks.daas("citrix_hosting_connection_reset", names=["conn-a"], machines=["ANNA"], force=True, settle_timeout=0)
    result = run_module(HOSTING, {**desks.daas.options, "vm_names": ["PC1"], "vms": [there]})
    assert [(machine["name"], machine["remark"]) for machine in result["machines"]] == [
        ("CORP\\ANNA", "matched by its uuid, though the VM is called 'PC1'"),
    ]
    assert desks.hosting()["ANNA"] == (there["uuid"], "conn-b")


def test_a_misspelled_delivery_group_is_told(desks: Rehosting) -> None:
    assert any(
        "Desk" in warning for warning in warnings_of(desks.daas, delivery_groups=["Desk", "Desks"], vms=desks.vms)
    )


@pytest.mark.parametrize(
    "wish", [{"machines": ["PC99"]}, {"delivery_groups": ["Desk"]}, {"machines": ["pc99.corp.example", "PC98"]}]
)
def test_a_wish_that_matched_nothing_is_a_failure(desks: Rehosting, wish: dict[str, Any]) -> None:
    told = desks.daas.fails(HOSTING, **wish, vms=desks.vms)
    assert "no machine was found" in told
    assert desks.daas(HOSTING, **wish, vms=desks.vms, policy={"unknown": "ignore"})["unknown"] == next(
        iter(wish.values())
    )
    assert writes(desks.lab) == []


def test_dns_names_are_names(desks: Rehosting) -> None:
    result = desks.daas(
        HOSTING, machines=["PC1.corp.example", "pc2.CORP.example"], exclude=["pc2.corp.example"], vms=desks.vms
    )
    assert (names(result["machines"]), names(result["excluded"]), result["unknown"]) == (
        ["CORP\\PC1"],
        ["CORP\\PC2"],
        [],
    )


def test_a_machine_that_has_another_vm_of_its_own_is_only_a_namesake(desks: Rehosting) -> None:
    """A stale VM of its name is in the protection domain; its own is another one that was read."""
    own = desks.uuid("server")
    desks.daas(HOSTING, mapping=[{"machine": "PC1", "hosted_machine_id": own, "hypervisor_connection": "conn-b"}])
    desks.lab.forget()
    stale = [vm for vm in desks.vms if vm["name"] in ("PC1", "PC2")]
    result = desks.daas(HOSTING, vm_names=["PC1", "PC2"], vms=stale, other_vm_uuids=[own.upper()])
    assert (names(result["machines"]), names(result["namesakes"])) == (["CORP\\PC2"], ["CORP\\PC1"])
    assert result["namesakes"][0]["reason"] == f"its own VM is {own}, which does not move"
    assert names(result["unexpected"]) == ["PC1"]
    assert desks.hosting()["PC1"] == (own, "conn-b")


def test_a_name_counts_only_on_the_connections_of_the_move(desks: Rehosting) -> None:
    vms = desks.vms
    lost = {
        "machine": "PC1",
        "hosted_machine_id": "11111111-2222-4333-8444-555555555555",
        "hypervisor_connection": "conn-vmware",
    }
    desks.daas(HOSTING, mapping=[lost], any_plugin=True)
    scope: dict[str, Any] = {"vm_names": ["PC1", "PC2"], "vms": vms, "hypervisor_connections": ["CONN-A", "conn-b"]}
    desks.lab.forget()
    result = desks.daas(HOSTING, **scope)
    assert (names(result["machines"]), names(result["namesakes"])) == (["CORP\\PC2"], ["CORP\\PC1"])
    assert desks.hosting()["PC1"] == (lost["hosted_machine_id"], "conn-vmware")
    # By its uuid it is the machine of this VM, whatever its connection.
    desks.daas(HOSTING, mapping=[{**lost, "hosted_machine_id": desks.uuid("PC1")}], any_plugin=True)
    assert names(desks.daas(HOSTING, **scope)["namesakes"]) == []
    assert desks.moved("PC1")


@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_what_is_still_on_the_connection_that_was_left_is_named(desks: Rehosting, write_by: str) -> None:
    scope: dict[str, Any] = {
        "vm_names": ["PC1", "PC2", "PC3"],
        "vms": desks.vms[:2],
        "exclude": ["PC3"],
        "left_connection": "conn-a",
    }
    planned = desks.daas(HOSTING, check=True, **scope)
    result = desks.daas(HOSTING, **scope, write_by=write_by)
    left = [
        f"CORP\\PC{number}"
        for number in range(1, 13)
        if f"PC{number}" not in ("PC3", *(vm["name"] for vm in scope["vms"]))
    ]
    for told in (planned, result):
        assert sorted({*left, "CORP\\MCS-001", "CORP\\MCS-002", "CORP\\PVS-001"}) == names(told["left_behind"])
        assert told["left_behind"][0]["catalog"]
    assert "are still on the connection that was left" in desks.daas.fails(
        HOSTING, **scope, policy={"left_behind": "stop"}
    )


def test_machines_at_work_on_the_connection_that_was_left_show_that_its_cluster_lives(desks: Rehosting) -> None:
    scope: dict[str, Any] = {"vm_names": ["PC1"], "vms": desks.vms[:1], "left_connection": "conn-a"}
    machine = {"endpoint": "daas", "kind": "machine", "machine": "PC7"}
    desks.lab.change([{**machine, "power_state": "On", "registration_state": "Registered"}])
    planned = desks.daas(HOSTING, check=True, **scope)
    assert "CORP\\PC7" in planned["at_work"]
    assert "seems to live" in desks.daas.fails(HOSTING, **scope, accept_split_brain=False)
    # A broker that has lost the cluster from sight does not know the power state any more.
    for name in planned["at_work"]:
        desks.lab.change([{**machine, "machine": name.rpartition("\\")[2], "power_state": "Unknown"}])
    assert desks.daas(HOSTING, **scope, accept_split_brain=False)["at_work"] == []


def test_awkward_names(desks: Rehosting) -> None:
    for name in ("Bücher-PC", "pc 1", "PC#1%2F"):
        desks.change("add_machine", catalog="PC", name=name)
    made = [
        {"name": name, "uuid": f"AAAA0000-0000-4000-8000-00000000000{number}", "hypervisor_connection": "CONN-B"}
        for number, name in enumerate(["BÜCHER-pc", "PC 1", "pc#1%2f.corp.example"])
    ]
    result = desks.daas(HOSTING, catalogs=PC, vms=[*desks.vms, *made])
    assert result["counts"]["changed"] == 15
    assert desks.hosting()["Bücher-PC"] == ("aaaa0000-0000-4000-8000-000000000000", "conn-b")
    assert desks.daas(HOSTING, catalogs=PC, vms=[*desks.vms, *made])["changed"] is False
    one = desks.daas(HOSTING, machines=["corp\\pc#1%2F"], vms=made)
    assert names(one["machines"]) == ["CORP\\PC#1%2F"]


def test_machines_without_a_vm_and_vms_without_a_machine(desks: Rehosting) -> None:
    vms = [vm for vm in desks.vms if vm["name"] != "PC12"]
    result = run_module(
        HOSTING,
        {**desks.daas.options, "vms": vms, "vm_names": [*DESKS, "server"], "policy": {"unexpected": "fail"}},
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
    assert desks.hosting()["PC12"][1] == "conn-a"
    lenient = desks.daas(HOSTING, vms=vms, vm_names=list(DESKS), policy={"missing": "warn"})
    assert (lenient["complete"], lenient["changed"]) == (False, False)
    (warning,) = warnings_of(desks.daas, vms=vms, vm_names=list(DESKS), policy={"missing": "warn"})
    assert "1 machines have no VM: CORP\\PC12" in warning
    assert warnings_of(desks.daas, vms=vms, vm_names=list(DESKS), policy={"missing": "ignore"}) == []


def test_scopes_narrow_and_excluded_machines_keep_their_hosting(desks: Rehosting, tmp_path: Path) -> None:
    listed = tmp_path / "machines.csv"
    listed.write_text("machine;owner\nCORP\\PC1;x\nPC2;y\nPC99;z\n", encoding="utf-8")
    result = desks.daas(HOSTING, machines_csv=str(listed), exclude=["pc2"], vms=desks.vms)
    assert (names(result["machines"]), names(result["excluded"]), result["unknown"]) == (
        ["CORP\\PC1"],
        ["CORP\\PC2"],
        ["PC99"],
    )
    assert result["complete"] is True
    assert result["excluded"][0]["hypervisor_connection"] == "conn-a"
    assert [name for name, hosting in desks.hosting().items() if hosting[1] == "conn-b"] == ["PC1"]
    (warning,) = warnings_of(desks.daas, machines_csv=str(listed), vms=desks.vms)
    assert "1 names are no machine's: PC99" in warning
    assert desks.moved("PC2")
    group = desks.daas(HOSTING, delivery_groups=["desks"], vm_names=["PC3", "PC4"], vms=desks.vms)
    assert names(group["machines"]) == ["CORP\\PC3", "CORP\\PC4"]


@pytest.mark.parametrize("mcs", ["refuse", "accept"])
def test_provisioned_machines_are_refused_with_the_way_round(desks: Rehosting, mcs: str) -> None:
    desks.behave(mcs_rehost=mcs)
    made = [
        {"name": name, "uuid": f"bbbb-{name}", "hypervisor_connection": "conn-b"} for name in ("MCS-001", "PVS-001")
    ]
    catalogs = [*PC, {"name": "Pool"}, {"name": "Streamed"}]
    result = run_module(HOSTING, {**desks.daas.options, "catalogs": catalogs, "vms": [*desks.vms, *made]})
    assert "3 machines cannot be re-hosted: CORP\\MCS-001 (MCS provisioned it" in result["msg"]
    assert "Create the catalog anew on a hosting unit of the other cluster" in result["msg"]
    assert names(result["refused"]) == ["CORP\\MCS-001", "CORP\\MCS-002", "CORP\\PVS-001"]
    assert result["counts"]["changed"] == 12
    hosting = desks.hosting()
    assert {hosting[name][1] for name in ("MCS-001", "MCS-002", "PVS-001")} == {"conn-a"}


@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_machines_without_power_management_are_left_alone_unless_adopted(
    desks: Rehosting, write_by: str, tmp_path: Path
) -> None:
    made = [
        {"name": f"TIN-00{number}", "uuid": f"cccc-{number}", "hypervisor_connection": "conn-b"} for number in (1, 2)
    ]
    left = desks.daas(HOSTING, catalogs=[{"name": "Physical"}], vms=made)
    assert (left["changed"], names(left["unmanaged"])) == (False, ["CORP\\TIN-001", "CORP\\TIN-002"])
    assert writes(desks.lab) == []
    saved = tmp_path / "saved.json"
    adopted = desks.daas(
        HOSTING,
        catalogs=[{"name": "Physical"}],
        vms=made,
        adopt_unmanaged=True,
        write_by=write_by,
        save_path=str(saved),
    )
    assert adopted["counts"]["changed"] == 2
    assert desks.hosting()["TIN-001"] == ("cccc-1", "conn-b")
    assert "the API cannot take hosting away" in desks.daas.fails(HOSTING, mapping_path=str(saved))


def test_a_vm_that_two_sites_claim_is_nobodys(desks: Rehosting) -> None:
    """The first three machines bear the names of VMs on both sites."""
    plans = {
        name: site(HOSTING, check=True, catalogs=PC, vms=desks.vms)
        for name, site in (("daas", desks.daas), ("cvad", desks.cvad))
    }
    machines = contested(plans, "daas")
    assert [machine["reason"] for machine in machines] == [
        f"CORP\\PC{number} of cvad would get the same VM" for number in (1, 2, 3)
    ]
    result = desks.daas(HOSTING, catalogs=PC, vms=desks.vms, contested=machines, policy={"ambiguous": "warn"})
    assert names(result["ambiguous"]) == ["CORP\\PC1", "CORP\\PC2", "CORP\\PC3"]
    assert (result["counts"]["changed"], desks.moved("PC1"), desks.moved("PC4")) == (9, False, True)
