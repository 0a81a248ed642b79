# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_failover: the old side is given up"""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.deletions import deletions_in
from harness.failover_pair import DESKS, NAME, SCHEDULE, Pair, orders, plain
from harness.modules import writes


def test_what_is_deleted_is_written_down_before(pair: Pair, tmp_path: Path) -> None:
    """A run that is killed when it has ordered the deletion cannot tell what went."""
    pair.split()
    record = tmp_path / "discarded.json"
    planned = pair("cluster-a", "deactivated", check=True, saved_path=str(record))
    assert not record.exists()
    record.write_text("{}", encoding="utf-8")
    assert (
        "is no list of VMs that were given up" in pair.call("cluster-a", "deactivated", saved_path=str(record))["msg"]
    )
    assert pair.active() == ["cluster-a", "cluster-b"]
    record.unlink()
    pair.lab.faults([{"endpoint": "cluster-a", "path": "/deactivate", "then": {"status": 422}}])
    assert pair.call("cluster-a", "deactivated", saved_path=str(record))["failed"]
    assert deletions_in(record.read_text(encoding="utf-8")) == {NAME: planned["removed_vms"]}


def test_vms_that_stay_after_a_deactivation_are_told(pair: Pair) -> None:
    pair.split()
    vms = [{"uuid": uuid, "name": name, "power_state": "off"} for name, uuid in pair.vms("cluster-a").items()]
    body = {"metadata": {"count": 3, "grand_total_entities": 3, "total_entities": 3}, "entities": vms}
    pair.lab.faults(
        [{"endpoint": "cluster-a", "method": "GET", "path": r"/vms/?$", "then": {"status": 200, "body": body}}]
    )
    result = pair("cluster-a", "deactivated", wait_timeout=8)
    assert result["removed_vms"] == []
    assert "are still there: 'desk-1', 'desk-2', 'desk-3'" in str(result["warnings"])


def test_deactivated_as_predicted_and_then_unchanged(pair: Pair) -> None:
    pair.split()
    doomed = pair.vms("cluster-a")
    predicted = pair("cluster-a", "deactivated", check=True)
    assert writes(pair.lab) == []
    done = pair("cluster-a", "deactivated")
    assert orders(pair.lab) == ["deactivate"]
    assert plain(done) == plain(predicted)
    assert {vm["name"]: vm["uuid"] for vm in done["removed_vms"]} == doomed
    assert {vm["name"]: vm["uuid"] for vm in done["vms"]} == pair.vms("cluster-b")
    assert pair.vms("cluster-a") == {}
    assert pair.active() == ["cluster-b"]
    pair.lab.forget()
    for check in (True, False):
        again = pair("cluster-a", "deactivated", check)
        assert (again["changed"], again["removed_vms"], writes(pair.lab)) == (False, [], [])


def test_the_name_must_be_confirmed(pair: Pair) -> None:
    pair.split()
    assert "confirm does not repeat its name" in pair.refuses("cluster-a", "deactivated", confirm="PD-W10")
    assert "confirm" in pair.refuses("cluster-a", "deactivated", confirm=None)
    assert "peer" in pair.refuses("cluster-a", "deactivated", peer=None)


def test_the_only_copy_is_never_deleted(pair: Pair) -> None:
    assert "only copy of its VMs: it is not active on" in pair.refuses("cluster-a", "deactivated")
    assert "does not know it" in pair.refuses("cluster-a", "deactivated", peer=pair.peer("cluster-c"))
    pair.change("cluster-b", "lost", lost=True)
    assert "the other side does not answer" in pair.refuses("cluster-a", "deactivated")


def test_a_vm_without_a_counterpart_is_not_deleted_unless_accepted(pair: Pair) -> None:
    pair.split()
    pair.change("cluster-b", "delete_vm", vm="desk-3")
    uuid = pair.vms("cluster-a")["desk-3"]
    message = pair.refuses("cluster-a", "deactivated")
    assert f"'desk-3' ({uuid})" in message
    assert "accept_missing_vms" in message
    done = pair("cluster-a", "deactivated", accept_missing_vms=True)
    assert {"name": "desk-3", "uuid": uuid} in done["missing_vms"]


def test_vms_that_run_are_not_deleted_unless_accepted(pair: Pair) -> None:
    """Somebody may work there, however many run on the other side."""
    pair.split()
    for desk in DESKS:
        pair.change("cluster-b", "power", vm=desk, state="on")
    pair.change("cluster-a", "power", vm="desk-1", state="on")
    uuids = pair.vms("cluster-a")
    message = pair.refuses("cluster-a", "deactivated")
    assert "would delete VMs that run" in message
    assert f"'desk-1' ({uuids['desk-1']}), on" in message
    assert "'desk-2'" not in message
    assert pair("cluster-a", "deactivated", check=True, accept_running_vms=True)["changed"] is True


def test_a_vm_that_is_paused_counts_as_running(pair: Pair) -> None:
    pair.split()
    uuid = pair.vms("cluster-a")["desk-3"]
    vms = [
        {"uuid": other, "name": name, "power_state": "suspended" if other == uuid else "off"}
        for name, other in pair.vms("cluster-a").items()
    ]
    pair.lab.faults(
        [
            {
                "endpoint": "cluster-a",
                "method": "GET",
                "path": r"/vms/?(\?|$)",
                "then": {"status": 200, "body": {"entities": vms}},
            }
        ]
    )
    assert f"'desk-3' ({uuid}), suspended" in pair.refuses("cluster-a", "deactivated")


def test_every_vm_that_goes_is_named_before_and_after(pair: Pair) -> None:
    for number in range(1, 15):
        pair.change("cluster-a", "vm", name=f"more-{number:02d}", power_state="off", disk_gib=1)
    many = [f"more-{number:02d}" for number in range(1, 15)]
    pair.change(
        "cluster-a",
        "protection_domain",
        name="PD-Many",
        vms=many,
        schedules=[SCHEDULE],
        snapshots=[{"age_hours": 1, "remotes": ["SITE-B"]}],
    )
    pair.change("cluster-a", "lost", lost=True)
    pair("cluster-b", "activated", name="PD-Many")
    pair.change("cluster-a", "lost", lost=False)
    doomed = {name: uuid for name, uuid in pair.vms("cluster-a").items() if name in many}
    for check in (True, False):
        result = pair("cluster-a", "deactivated", check=check, name="PD-Many")
        for name, uuid in doomed.items():
            assert any(f"'{name}' ({uuid})" in line for line in result["plan"])
            assert any(f"{name} ({uuid})" in line for line in result["diff"]["before"]["deleted_vms"])
        assert result["diff"]["after"]["deleted_vms"] == []


def test_as_many_running_on_both_sides_is_no_proof_of_the_right_one(pair: Pair) -> None:
    """The old source starts its VMs when its power comes back."""
    pair.split()
    for cluster in ("cluster-a", "cluster-b"):
        for desk in DESKS:
            pair.change(cluster, "power", vm=desk, state="on")
    for cluster in ("cluster-a", "cluster-b"):
        assert "3 of its VMs run here and 3 on" in pair.refuses(cluster, "deactivated")
    for desk in DESKS:
        pair.change("cluster-a", "power", vm=desk, state="off")
    assert pair("cluster-a", "deactivated")["changed"] is True


@pytest.mark.parametrize("told", [None, "cluster::vm"])
def test_members_whose_ids_tell_nothing_are_not_overlooked(pair: Pair, told: str | None) -> None:
    pair.split()
    pair.change("cluster-b", "delete_vm", vm="desk-3")
    vms = [{"vm_name": name, "vm_id": told and f"{told}-{name}"} for name in DESKS]
    body = {
        "metadata": {"total_entities": 1},
        "entities": [{"name": NAME, "active": True, "vms": vms, "metro_avail": None}],
    }
    pair.lab.faults(
        [
            {
                "endpoint": "cluster-a",
                "method": "GET",
                "path": r"/protection_domains/?(\?|$)",
                "then": {"status": 200, "body": body},
            }
        ]
    )
    assert "'desk-3'" in pair.refuses("cluster-a", "deactivated")
    pair.change("cluster-a", "power", vm="desk-2", state="on")
    assert "1 of its VMs run here" in pair.refuses("cluster-a", "deactivated", accept_missing_vms=True)
