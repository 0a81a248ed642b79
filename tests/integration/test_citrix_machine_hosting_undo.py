# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""citrix_machine_hosting: the saved hosting takes it back"""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import AlreadyThere, write_report
from harness.modules import run_module, writes
from harness.rehosting import DESKS, HOSTING, PC, TOPOLOGY, Rehosting, names


@pytest.mark.parametrize("write_by", ["batch", "single"])
def test_the_saved_hosting_takes_it_back(desks: Rehosting, tmp_path: Path, write_by: str) -> None:
    saved, before = tmp_path / "new" / "saved.json", desks.hosting()
    desks.daas(HOSTING, machines=["PC1", "PC2"], vms=desks.vms, save_path=str(saved), write_by=write_by)
    desks.daas(HOSTING, catalogs=PC, vms=desks.vms, save_path=str(saved), write_by=write_by)
    text = saved.read_text(encoding="utf-8")
    assert {entry["hypervisor_connection"] for entry in json.loads(text)["machines"]} == {"conn-a"}
    # As after a run that died: half of the machines are changed, and what was saved first stays.
    desks.daas(HOSTING, mapping_path=str(saved), exclude=list(DESKS[:6]))
    assert desks.hosting()["PC7"] == before["PC7"]
    desks.daas(HOSTING, catalogs=PC, vms=desks.vms, save_path=str(saved))
    assert desks.moved()
    assert saved.read_text(encoding="utf-8") == text
    planned = desks.daas(HOSTING, check=True, mapping_path=str(saved))
    assert (planned["counts"]["would_change"], desks.moved()) == (12, True)
    undone = desks.daas(HOSTING, mapping_path=str(saved), write_by=write_by)
    assert (undone["counts"]["changed"], undone["connections_changed"], undone["machines"][0]["action"]) == (
        12,
        ["conn-a"],
        "changed",
    )
    assert desks.hosting() == before
    desks.lab.forget()
    assert desks.daas(HOSTING, mapping_path=str(saved))["changed"] is False
    assert writes(desks.lab) == []


def test_a_way_back_leads_to_the_connection_that_each_machine_had(desks: Rehosting, tmp_path: Path) -> None:
    """A site may have several connections to a cluster, of which a move names one."""
    topology = deepcopy(TOPOLOGY)
    topology["citrix_sites"][0]["hypervisors"].append({"name": "conn-a2", "cluster": "cluster-a"})
    desks.reset(topology)
    old = {"machine": "PC1", "hosted_machine_id": desks.uuid("PC1", "cluster-a"), "hypervisor_connection": "conn-a2"}
    desks.daas(HOSTING, mapping=[old])
    before, saved = desks.hosting(), str(tmp_path / "saved.json")
    scope = {"hypervisor_connections": ["conn-a", "conn-b"]}
    one = {**scope, "vm_names": ["PC2"], "left_connection": "conn-a"}
    there = desks.daas(HOSTING, vms=desks.vms, save_path=saved, **one)
    assert "CORP\\PC1" in names(there["left_behind"]), "it is on the other connection to that cluster"
    two = {**scope, "vm_names": ["PC1", "PC2"]}
    there = desks.daas(HOSTING, vms=desks.vms, save_path=saved, **two)
    assert {row["remark"] for row in there["machines"]} == {""}
    assert desks.moved("PC1", "PC2")

    back = {"vms": desks.vms_of("cluster-a", "conn-a"), "earlier_hosting": saved, **two}
    assert desks.daas(HOSTING, check=True, **back)["connections_changed"] == ["conn-a", "conn-a2"]
    desks.daas(HOSTING, **back)
    assert desks.hosting() == before
    desks.lab.forget()
    assert desks.daas(HOSTING, **back)["changed"] is False
    assert writes(desks.lab) == []
    # Who has no such file says where machines go
    desks.daas(HOSTING, **{**back, "earlier_hosting": str(tmp_path / "none.json")})
    assert desks.hosting()["PC1"] == (old["hosted_machine_id"], "conn-a")


def test_undo_copes_with_machines_that_are_gone(desks: Rehosting, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    desks.daas(HOSTING, catalogs=PC, vms=desks.vms, save_path=str(saved))
    desks.change("delete_machine", machine="PC1")
    desks.change("delete_machine", machine="PC2")
    desks.change("add_machine", catalog="PC", name="PC2")
    result = desks.daas(HOSTING, mapping_path=str(saved))
    assert [(gone["name"], gone["reason"]) for gone in result["vanished"]] == [
        ("CORP\\PC1", "Citrix knows no machine of this name"),
        ("CORP\\PC2", "another machine has its name now"),
    ]
    assert (result["counts"]["changed"], result["complete"]) == (10, False)
    assert "2 machines are gone from the site" in desks.daas.fails(
        HOSTING, mapping_path=str(saved), policy={"vanished": "stop"}
    )
    desks.change("delete_catalog", catalog="PC")
    assert desks.daas(HOSTING, mapping_path=str(saved))["counts"]["vanished"] == 12


def test_a_name_to_exclude_that_no_machine_has_is_told(desks: Rehosting) -> None:
    result = desks.daas(HOSTING, catalogs=PC, exclude=["PC2", "PC-2"], vms=desks.vms)
    assert (names(result["excluded"]), result["unknown"]) == (["CORP\\PC2"], ["PC-2"])
    # It may be a machine of another site, and nothing else is asked of this one.
    assert desks.daas(HOSTING, vm_names=["nobody"], exclude=["PC-2"], vms=desks.vms)["unknown"] == ["PC-2"]


def test_undo_leaves_what_somebody_else_changed_since(desks: Rehosting, tmp_path: Path) -> None:
    saved, before = tmp_path / "saved.json", desks.hosting()
    desks.daas(HOSTING, catalogs=PC, vms=desks.vms, save_path=str(saved))
    desks.change("machine", machine="PC1", hosted_machine_id="0f0e0d0c-1111-4222-8333-444455556666")
    since = desks.hosting()["PC1"]
    result = run_module(HOSTING, {**desks.daas.options, "mapping_path": str(saved)})
    assert result["failed"]
    ((name, reason),) = [(machine["name"], machine["reason"]) for machine in result["refused"]]
    assert name == "CORP\\PC1"
    assert "another hosting since" in reason
    assert desks.hosting() == {**before, "PC1": since}


def test_undo_gives_nobody_a_vm_that_is_not_there(desks: Rehosting, tmp_path: Path) -> None:
    saved, before = tmp_path / "saved.json", desks.hosting()
    desks.daas(HOSTING, catalogs=PC, vms=desks.vms, save_path=str(saved))
    desks.lab.forget()
    uuids = [uuid.upper() for name, (uuid, _connection) in before.items() if uuid and name != "PC7"]
    cluster = {"name": "cluster-a", "hypervisor_connection": "CONN-A"}
    silent = {**cluster, "problem": "it does not answer"}
    doubtful = run_module(HOSTING, {**desks.daas.options, "mapping_path": str(saved), "clusters": [silent]})
    assert {machine["reason"].partition(": ")[2] for machine in doubtful["refused"]} == {
        "cluster-a could not be read (it does not answer)"
    }
    assert (doubtful["failed"], doubtful["counts"]["refused"], writes(desks.lab)) == (True, 12, [])
    result = desks.daas(
        HOSTING,
        mapping_path=str(saved),
        clusters=[{**cluster, "vm_uuids": uuids}],
        policy={"refused": "warn"},
    )
    assert [(machine["name"], machine["reason"]) for machine in result["refused"]] == [
        ("CORP\\PC7", f"its VM {before['PC7'][0]} is not on cluster-a")
    ]
    assert (result["counts"]["changed"], desks.moved("PC7")) == (11, True)


def test_undo_finds_machines_in_other_catalogs(desks: Rehosting, tmp_path: Path) -> None:
    topology = deepcopy(TOPOLOGY)
    topology["citrix_sites"][0]["catalogs"][0]["machines"] = 30
    desks.reset(topology)
    vms = [
        {"name": f"pc{number}", "uuid": f"uuid-{number}", "hypervisor_connection": "conn-b"} for number in range(1, 31)
    ]
    saved = tmp_path / "saved.json"
    desks.daas(HOSTING, catalogs=PC, vms=vms, save_path=str(saved))
    # As if all of them had been in another catalog then.
    text = json.loads(saved.read_text(encoding="utf-8"))
    desks.change(
        "catalog", name="Before", hypervisor="conn-a", provisioning_type="Manual", machines=1, machine_prefix="OLD-"
    )
    (before,) = desks.daas("citrix_catalog_info", catalogs=[{"name": "Before"}])["catalogs"]
    for entry in text["machines"]:
        entry["catalog_id"] = before["id"]
    saved.write_text(json.dumps(text), encoding="utf-8")
    result = desks.daas(HOSTING, mapping_path=str(saved))
    assert (result["counts"]["changed"], result["vanished"]) == (30, [])


def test_two_sites_with_one_new_file_do_not_lose_each_others_hosting(desks: Rehosting, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    other = json.dumps({"kind": HOSTING, "site": {"id": "x", "name": "other"}, "machines": []})
    saved.write_text(other, encoding="utf-8")
    with pytest.raises(AlreadyThere):
        write_report(saved, "{}", "", new=True)
    assert [path.name for path in tmp_path.iterdir()] == ["saved.json"]
    assert "it holds machines of site 'other'" in desks.daas.fails(
        HOSTING, catalogs=PC, vms=desks.vms, save_path=str(saved)
    )
    assert saved.read_text(encoding="utf-8") == other


def test_files_that_cannot_be_used(desks: Rehosting, tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    desks.cvad(HOSTING, catalogs=PC, vms=desks.vms, save_path=str(saved))
    desks.lab.forget()
    for option in ({"mapping_path": str(saved)}, {"save_path": str(saved), "catalogs": PC, "vms": desks.vms}):
        assert "it holds machines of site 'cvad'" in desks.daas.fails(HOSTING, **option)
    saved.write_text("[]", encoding="utf-8")
    assert "it was not written by save_path" in desks.daas.fails(HOSTING, mapping_path=str(saved))
    assert "There is no saved hosting" in desks.daas.fails(HOSTING, mapping_path=str(tmp_path / "none.json"))
    assert "cannot be used: [Errno 20] Not a directory" in desks.daas.fails(
        HOSTING, catalogs=PC, vms=desks.vms, save_path=f"{saved}/x.json"
    )
    assert writes(desks.lab) == []
