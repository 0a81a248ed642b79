# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""citrix_machine_hosting: machines get the VMs and the connection that they have now"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from harness.modules import run_module, writes
from harness.rehosting import HOSTING, PC, TOPOLOGY, Rehosting, names


@pytest.mark.parametrize("write_by", ["auto", "batch", "single"])
def test_moves_what_is_wrong_once(desks: Rehosting, write_by: str) -> None:
    result = desks.daas(HOSTING, catalogs=PC, vms=desks.vms, write_by=write_by)
    assert (result["changed"], result["complete"], result["counts"]["changed"]) == (True, True, 12)
    assert desks.moved()
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
        "hosted_machine_id": desks.uuid("PC1"),
        "hypervisor_connection": "conn-b",
        "action": "changed",
    }
    assert result["timeline"][0]["phase"] == "re-host"
    desks.lab.forget()
    again = desks.daas(HOSTING, catalogs=PC, vms=desks.vms, write_by=write_by)
    assert (again["changed"], again["complete"], again["counts"]["right"], again["connections_changed"]) == (
        False,
        True,
        12,
        [],
    )
    assert again["catalogs_by_connection"] == result["catalogs_by_connection"]
    assert writes(desks.lab) == []


def test_on_premises(desks: Rehosting) -> None:
    vms = desks.vms
    assert desks.cvad(HOSTING, catalogs=PC, vms=vms)["counts"]["changed"] == 3
    assert desks.hosting("cvad")["PC2"] == (desks.uuid("PC2"), "conn-b")
    assert desks.cvad(HOSTING, catalogs=PC, vms=vms)["changed"] is False


def test_check_mode_says_all_and_writes_nothing(desks: Rehosting, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    result = desks.daas(HOSTING, check=True, catalogs=PC, vms=desks.vms, save_path=str(saved))
    assert (result["changed"], result["counts"]["would_change"], result["counts"]["changed"]) == (True, 12, 0)
    assert result["connections_changed"] == ["conn-b"]
    assert result["diff"]["before"]["machines"]["CORP\\PC3"] == f"{desks.uuid('PC3', 'cluster-a')} on conn-a"
    assert result["diff"]["after"]["machines"]["CORP\\PC3"] == f"{desks.uuid('PC3')} on conn-b"
    assert "timeline" not in result
    assert writes(desks.lab) == []
    assert not saved.exists()


def test_before_the_failover_a_uuid_need_not_be_known(desks: Rehosting) -> None:
    vms = [{**vm, "uuid": ""} for vm in desks.vms]
    result = desks.daas(HOSTING, check=True, catalogs=PC, vms=vms)
    assert result["counts"]["would_change"] == 12
    assert result["diff"]["after"]["machines"]["CORP\\PC1"] == "a VM known after the failover on conn-b"
    assert "13 VMs have no uuid: PC1, PC10, PC11 and 10 more" in desks.daas.fails(HOSTING, catalogs=PC, vms=vms)


def test_id_and_connection_are_repaired_each_for_itself_in_one_request(desks: Rehosting) -> None:
    desks.daas(HOSTING, catalogs=PC, vms=desks.vms)
    there = desks.vms_of("cluster-a", "conn-a")
    wrong_id = {
        "machine": "PC1",
        "hosted_machine_id": desks.uuid("PC1", "cluster-a"),
        "hypervisor_connection": "conn-b",
    }
    wrong_connection = {
        "machine": "CORP\\PC2",
        "hosted_machine_id": desks.uuid("PC2"),
        "hypervisor_connection": "conn-a",
    }
    desks.daas(HOSTING, mapping=[wrong_id, wrong_connection])
    assert not desks.moved("PC1")
    assert not desks.moved("PC2")
    desks.lab.forget()
    result = desks.daas(HOSTING, catalogs=PC, vms=desks.vms)
    assert names([machine for machine in result["machines"] if machine["action"] == "changed"]) == [
        "CORP\\PC1",
        "CORP\\PC2",
    ]
    assert desks.moved()
    bodies = [entry["body"] for entry in desks.asked("PATCH", "/Machines/")]
    assert sorted(body["HostedMachineId"] for body in bodies) == sorted([desks.uuid("PC1"), desks.uuid("PC2")])
    assert {body["HypervisorConnection"] for body in bodies} == {"conn-b"}
    back = desks.daas(HOSTING, catalogs=PC, vms=there)
    assert back["counts"]["changed"] == 12


@pytest.mark.parametrize("check", [False, True])
def test_stop_changes_nothing_at_all(desks: Rehosting, check: bool) -> None:
    vms = [vm for vm in desks.vms if vm["name"] != "PC12"]
    result = run_module(
        HOSTING, {**desks.daas.options, "vms": vms, "catalogs": PC, "policy": {"missing": "stop"}}, check
    )
    assert "Nothing was changed, as the policy says" in result["msg"]
    assert names(result["missing"]) == ["CORP\\PC12"]
    assert "machines" not in result
    assert writes(desks.lab) == []


def test_before_the_failover_it_says_so_in_one_sentence(desks: Rehosting) -> None:
    vms = [vm for vm in desks.vms if vm["name"] == "server"]
    told = desks.daas.fails(HOSTING, catalogs=PC, vms=vms)
    assert (
        "not one of the 12 machines (CORP\\PC1, CORP\\PC10, CORP\\PC11 and 9 more) has its VM among the 1 VMs given"
        in told
    )
    assert "Fail over first, then re-host" in told
    assert "among the 0 VMs given" in desks.daas.fails(HOSTING, catalogs=PC, vms=[], policy={"missing": "warn"})
    assert desks.daas(HOSTING, catalogs=PC, vms=vms, policy={"missing": "ignore"})["complete"] is False
    assert desks.daas(HOSTING, vm_names=[], vms=vms)["complete"] is True
    assert writes(desks.lab) == []


def test_connections_are_looked_at_before_anything_is_written(desks: Rehosting) -> None:
    def on(connection: str) -> list[dict[str, Any]]:
        return [{**vm, "hypervisor_connection": connection} for vm in desks.vms]

    assert "there is no hosting connection 'conn-c'. Near names are 'conn-b', 'conn-a'" in desks.daas.fails(
        HOSTING, catalogs=PC, vms=on("conn-c")
    )
    assert "'conn-resting' is in maintenance mode" in desks.daas.fails(HOSTING, catalogs=PC, vms=on("conn-resting"))
    assert "plug-in 'VmwareFactory', which is none of Nutanix AHV" in desks.daas.fails(
        HOSTING, check=True, catalogs=PC, vms=on("conn-vmware")
    )
    assert writes(desks.lab) == []
    assert desks.daas(HOSTING, catalogs=PC, vms=on("conn-vmware"), any_plugin=True)["counts"]["changed"] == 12


def test_senseless_calls_are_refused(desks: Rehosting) -> None:
    assert "No machines are selected" in desks.daas.fails(HOSTING, vms=desks.vms)
    mapping = [{"machine": "PC1", "hosted_machine_id": "1", "hypervisor_connection": "conn-b"}]
    assert "A mapping names its machines itself" in desks.daas.fails(HOSTING, mapping=mapping, catalogs=PC)
    assert "mutually exclusive" in desks.daas.fails(HOSTING, mapping=mapping, vms=[])
    assert "batch_size is 0" in desks.daas.fails(HOSTING, mapping=mapping, batch_size=0)
    assert "value of ambiguous must be one of" in desks.daas.fails(
        HOSTING, mapping=mapping, policy={"ambiguous": "newest"}
    )
    assert "Near names are 'PC'" in desks.daas.fails(HOSTING, catalogs=[{"name": "PCs"}], vms=[])
    assert writes(desks.lab) == []


def test_wrong_secret_is_tried_once(desks: Rehosting) -> None:
    result = run_module(HOSTING, {**desks.daas.options, "catalogs": PC, "vms": [], "client_secret": "marker-secret"})
    assert result["failed"]
    assert "marker-secret" not in str(result)
    assert len(desks.lab.requests()) == 1


def test_more_machines_than_a_page(desks: Rehosting) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["citrix_sites"][0]["catalogs"][0]["machines"] = 1100
    desks.reset(topology)
    vms = [
        {"name": f"pc{number}", "uuid": f"uuid-{number}", "hypervisor_connection": "conn-b"}
        for number in range(1, 1101)
    ]
    result = desks.daas(HOSTING, catalogs=PC, vms=vms)
    assert (result["counts"]["changed"], result["complete"]) == (1100, True)
    hosting = desks.hosting()
    assert all(hosting[f"PC{number}"] == (f"uuid-{number}", "conn-b") for number in range(1, 1101))
    assert len(desks.asked("POST", "$batch")) == 11
    assert len(desks.asked("GET", "/Machines")) == 4
    assert len(desks.lab.requests()) < 60
