# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_failover: the VMs that arrived are switched on"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.failover_pair import DESKS, SCHEDULE, Pair, power_states


def test_what_was_on_before_goes_on_and_what_was_off_is_told(pair: Pair) -> None:
    pair.change("cluster-a", "power", vm="desk-2", state="off")
    uuid = pair.vms("cluster-a")["desk-2"]
    told = pair("cluster-a", "migrated", check=True, power_on="all")
    assert told["were_off"] == [{"name": "desk-2", "uuid": uuid, "goes_on": True}]
    assert f"'desk-2' ({uuid}) is off, and is powered on there all the same" in told["plan"]
    for check in (True, False):
        result = pair("cluster-a", "migrated", check=check, power_on="were_on", leave_off=["desk-3"])
        assert result["were_off"] == [{"name": "desk-2", "uuid": uuid, "goes_on": False}]
        assert f"'desk-2' ({uuid}) is off, and stays off" in result["plan"]
    assert [vm["name"] for vm in result["power"]["vms"]] == ["desk-1"]
    states = {vm["name"]: vm["power_state"] for vm in pair.hosts["cluster-b"]("pe_vm_info")["vms"]}
    assert states == {"desk-1": "on", "desk-2": "off", "desk-3": "off"}


def test_a_run_that_goes_on_knows_which_vms_were_off_before(pair: Pair, tmp_path: Path) -> None:
    for cluster in ("cluster-a", "cluster-b"):
        pair.change(cluster, "behaviour", migrate_needs_schedule=False)
    pair.change("cluster-a", "power", vm="desk-2", state="off")
    options: dict[str, Any] = {"power_on": "were_on", "saved_path": str(tmp_path / "power.json")}
    pair("cluster-a", "migrated", check=True, **options)
    assert not (tmp_path / "power.json").exists()
    # What a killed run leaves: it was ordered, and nobody saw its end.
    pair("cluster-a", "migrated", wait=False, **options)
    for _run in range(2):
        done = pair("cluster-a", "migrated", **options)
        assert [vm["name"] for vm in done["were_off"]] == ["desk-2"]
        assert power_states(pair, "cluster-b") == {"desk-1": "on", "desk-2": "off", "desk-3": "on"}
    assert done["changed"] is False
    # Another move of the same name begins with what is seen then.
    pair("cluster-b", "migrated", power_on="all")
    again = pair("cluster-a", "migrated", **options)
    assert again["were_off"] == []
    assert set(power_states(pair, "cluster-b").values()) == {"on"}


def test_without_a_record_it_is_told_that_all_are_switched_on(pair: Pair) -> None:
    pair.change("cluster-a", "power", vm="desk-2", state="off")
    pair("cluster-a", "migrated", wait=False, power_on="were_on")
    done = pair("cluster-a", "migrated", power_on="were_on")
    assert set(power_states(pair, "cluster-b").values()) == {"on"}
    assert any("were off before its migration is not known" in text for text in done["warnings"])


def test_a_record_that_cannot_be_read_stops_before_anything_is_ordered(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "power.json").write_text("[]", encoding="utf-8")
    assert "is no list of VMs that were on and off" in pair.refuses(
        "cluster-a", "migrated", saved_path=str(tmp_path / "power.json")
    )


@pytest.mark.parametrize("monitors", ["listed", "not_found"])
def test_a_migration_that_fails_leaves_the_vms_as_they_were(pair: Pair, tmp_path: Path, monitors: str) -> None:
    pair.change("cluster-a", "power", vm="desk-2", state="off")
    for name in ("cluster-a", "cluster-b"):
        pair.change(name, "behaviour", progress_monitors=monitors)
    pair.lab.faults([{"method": "POST", "path": "/migrate", "then": {"fail_task": "storage is full"}}])
    options: dict[str, Any] = {"power_on": "all", "wait_timeout": 8, "saved_path": str(tmp_path / "power.json")}
    failed = pair.call("cluster-a", "migrated", **options)
    assert "came to an end without effect" in failed["msg"]
    assert "its VMs that were shut down for it are on again: 'desk-1', 'desk-3'" in failed["msg"]
    assert [vm["name"] for vm in failed["switched_on_again"]] == ["desk-1", "desk-3"]
    assert (failed["at_home"], failed["left_off"]) == (True, [])
    assert power_states(pair, "cluster-a") == {"desk-1": "on", "desk-2": "off", "desk-3": "on"}
    pair.lab.clear_faults()
    pair("cluster-a", "migrated", **{**options, "power_on": "were_on", "wait_timeout": 600})
    assert power_states(pair, "cluster-b") == {"desk-1": "on", "desk-2": "off", "desk-3": "on"}


def test_what_a_failed_migration_leaves_off_is_told_where_nobody_can_tell_that_it_is_over(pair: Pair) -> None:
    pair.lab.faults([{"method": "POST", "path": "/migrate", "then": {"fail_task": "storage is full"}}])
    failed = pair.call("cluster-a", "migrated", peer=None, remote_site="SITE-B", wait_timeout=8)
    assert "these of its VMs are switched off on" in failed["msg"]
    assert [vm["name"] for vm in failed["left_off"]] == DESKS
    assert failed["at_home"] is False
    assert set(power_states(pair, "cluster-a").values()) == {"off"}
    # With the other side it can be told, and what an earlier run left off is no wish of anybody.
    again = pair.call("cluster-a", "migrated", wait_timeout=8)
    assert (again["at_home"], again["switched_on_again"]) == (True, [])


def test_a_refused_migration_says_that_all_is_as_before(pair: Pair) -> None:
    refused = {"status": 422, "body": {"message": "no"}}
    pair.lab.faults([{"endpoint": "cluster-a", "method": "POST", "path": "/migrate", "then": refused}])
    failed = pair.call("cluster-a", "migrated")
    assert (failed["at_home"], failed["left_off"], failed["switched_on_again"]) == (True, [], [])


@pytest.mark.parametrize("unmapped", ["drop", "by_name"])
def test_a_network_that_nothing_maps_is_foreseen_and_a_lost_card_is_told(pair: Pair, unmapped: str) -> None:
    pair.change("cluster-a", "network", name="VLAN77", vlan_id=77)
    if unmapped == "by_name":
        pair.change("cluster-b", "network", name="VLAN77", vlan_id=77)
    pair.change("cluster-b", "behaviour", unmapped_networks="by_name")
    pair.change("cluster-a", "vm", name="alone", networks=["VLAN77"], power_state="on", disk_gib=1)
    pair.change("cluster-a", "vm", name="bare", networks=[], power_state="on", disk_gib=1)
    pair.change("cluster-a", "protection_domain", name="PD-Net", vms=["alone", "bare"], schedules=[SCHEDULE])
    for check in (True, False):
        result = pair("cluster-a", "migrated", check=check, name="PD-Net")
        assert {"network": "VLAN77", "vms": ["alone"], "same_name": unmapped == "by_name"} in result[
            "unmapped_networks"
        ]
        assert any("may arrive without a network card" in line for line in result["plan"]) is (unmapped == "drop")
    assert [vm["name"] for vm in result["without_cards"]] == (["alone"] if unmapped == "drop" else [])
    assert [
        vm["name"] for vm in pair("cluster-a", "migrated", name="PD-Net")["without_cards"] if vm["name"] != "bare"
    ] == (["alone"] if unmapped == "drop" else [])


def test_a_vm_that_does_not_go_on_is_told_and_the_rest_is(pair: Pair) -> None:
    uuid = pair.vms("cluster-a")["desk-2"]
    refusal = {"status": 422, "body": {"message": "no host has room"}}
    pair.lab.faults([{"endpoint": "cluster-b", "method": "POST", "path": f"{uuid}/set_power_state", "then": refusal}])
    result = pair("cluster-a", "migrated", power_on="all")
    assert result["power"]["failed"] is True
    assert [failure["name"] for failure in result["power"]["failures"]] == ["desk-2"]
    assert "no host has room" in result["power"]["failures"][0]["reason"]
