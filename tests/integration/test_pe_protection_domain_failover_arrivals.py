# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_failover: the VMs that arrive on the target"""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from harness.failover_pair import DESKS, NAME, Pair, hide_vms, plain


def test_vms_that_do_not_exist_are_skipped_and_listed(pair: Pair) -> None:
    gone = pair.vms("cluster-a")["desk-2"]
    pair.change("cluster-a", "delete_vm", vm="desk-2")
    predicted = pair("cluster-a", "migrated", check=True)
    moved = pair("cluster-a", "migrated")
    assert plain(moved) == plain(predicted)
    assert moved["missing_vms"] == [{"name": "desk-2", "uuid": gone}]
    assert [vm["name"] for vm in moved["vms"]] == ["desk-1", "desk-3"]
    assert "desk-2" in str(moved["plan"])


def test_vms_that_did_not_exist_are_listed_until_they_are_back(pair: Pair, tmp_path: Path) -> None:
    """Afterwards neither side lists them, and a run that goes on would take the move for a whole one."""
    missing = [{"name": "desk-2", "uuid": pair.vms("cluster-a")["desk-2"]}]
    pair.change("cluster-a", "delete_vm", vm="desk-2")
    record = {"saved_path": str(tmp_path / "power.json")}
    assert pair("cluster-a", "migrated", **record)["missing_vms"] == missing
    again = pair("cluster-a", "migrated", **record)
    assert (again["changed"], again["missing_vms"]) == (False, missing)
    assert pair("cluster-a", "migrated", check=True, **record)["missing_vms"] == missing
    assert pair("cluster-a", "migrated")["missing_vms"] == []


@pytest.mark.parametrize("state", ["migrated", "activated"])
def test_vms_that_go_on_arriving_are_waited_for(pair: Pair, state: str) -> None:
    """Registering thousands takes longer than any pause between two of them."""
    if state == "activated":
        pair.change("cluster-b", "behaviour", activated_uuids="same")
    uuids = pair.vms("cluster-a")
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    for stage in range(3):
        vms = [{"uuid": uuids[name], "name": name, "power_state": "off"} for name in DESKS[:stage]]
        body = {"metadata": {"total_entities": stage}, "entities": vms}
        # An activation reads the VMs once before.
        first = 2 if state == "activated" and stage == 0 else 1
        rule = {
            "endpoint": "cluster-b",
            "method": "GET",
            "path": r"/vms/?$",
            "nth": first,
            "times": 4,
            "then": {"status": 200, "body": body},
        }
        pair.lab.faults([rule])
    result = pair("cluster-a" if state == "migrated" else "cluster-b", state, wait_timeout=80)
    assert result["missing_vms"] == []
    assert [vm["name"] for vm in result["vms"]] == DESKS


def test_vms_that_nobody_has_listed_yet_are_waited_for(pair: Pair) -> None:
    """Snapshots may be listed without their VMs (contract prism_element 1.3): nothing tells how many will come."""
    snapshots = pair.hosts["cluster-b"]("pe_protection_domain_info", name=NAME)["protection_domains"][0]["snapshots"]
    created = int(datetime.now(timezone.utc).timestamp() - 1e6) * 1_000_000
    listed = [
        {"snapshot_id": one["id"], "state": one["state"], "snapshot_create_time_usecs": created, "vms": None}
        for one in snapshots
    ]
    pair.lab.faults(
        [
            {"method": "GET", "path": "/dr_snapshots", "then": {"status": 200, "body": {"entities": listed}}},
            {
                "endpoint": "cluster-b",
                "method": "GET",
                "path": r"/protection_domains/?\?",
                "nth": 3,
                "times": 2,
                "then": {"status": 200, "body": {"entities": [{"name": NAME, "active": True, "vms": None}]}},
            },
        ]
    )
    pair.change("cluster-a", "lost", lost=True)
    assert [vm["name"] for vm in pair("cluster-b", "activated")["vms"]] == DESKS


@pytest.mark.parametrize(("state", "cluster", "after"), [("migrated", "cluster-b", 0), ("activated", "cluster-b", 1)])
def test_vms_that_never_appear_are_listed(pair: Pair, state: str, cluster: str, after: int) -> None:
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    hide_vms(pair, cluster, after)
    result = pair("cluster-a" if state == "migrated" else "cluster-b", state, wait_timeout=8)
    assert [vm["name"] for vm in result["missing_vms"]] == DESKS
    assert result["vms"] == []
    assert "'desk-1', 'desk-2', 'desk-3'" in str(result["warnings"])
