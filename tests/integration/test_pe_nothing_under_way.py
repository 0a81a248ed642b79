# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits for what nobody works on any more end within a grace, a quarter of wait_timeout here, and name what was looked
at; what is under way is waited for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.modules import Site, hosts_of, run_module, topology_of
from lab.running import RunningLab

Host = Callable[[str], Site]
RELEASE = {"protection_domain": "PD-Gold", "vm_name": "Gold", "release": "r1"}
OURS = "ctx_r1_353902_Gold"
FAILOVER = Path(__file__).parents[1] / "lab" / "topologies" / "failover.yml"
IDLE = "nothing is under way any more"


def change(lab: RunningLab, kind: str, endpoint: str = "cluster-b", **payload: Any) -> dict[str, Any]:
    (result,) = lab.change([{"endpoint": endpoint, "kind": kind, **payload}])
    return dict(result)


@pytest.fixture
def snapshot_id(lab: RunningLab, host: Host) -> str:
    """The id on cluster-a of the snapshot that all three clusters hold at the start."""
    (domain,) = host("cluster-a")("pe_protection_domain_info", name="PD-Gold")["protection_domains"]
    lab.forget()
    return str(domain["snapshots"][0]["id"])


# Restores.


@pytest.mark.parametrize("listed", [True, False])
def test_a_restore_that_failed_without_a_task(lab: RunningLab, host: Host, snapshot_id: str, listed: bool) -> None:
    change(lab, "behaviour", restore_reply="value", pending_restore_listed=listed)
    lab.faults([{"path": "/restore_entities", "then": {"fail_task": "storage is full"}}])
    result = run_module(
        "pe_protection_domain_restore",
        {**host("cluster-b").options, **RELEASE, "snapshot_id": snapshot_id, "wait_timeout": 4},
    )
    name = f"ctx_r1_{snapshot_id}_Gold"
    assert (
        f"{IDLE}: no VM '{name}' is there, and pending_actions of 'PD-Gold' lists no restore of it"
        in result["error"]["message"]
    )
    assert "look into its events" in result["error"]["advice"]
    lab.clear_faults()
    assert host("cluster-b")("pe_protection_domain_restore", **RELEASE, snapshot_id=snapshot_id)["vm"]["name"] == name


def test_a_restore_that_is_listed_is_no_standstill_however_long(lab: RunningLab, host: Host, snapshot_id: str) -> None:
    change(lab, "behaviour", restore_reply="value")
    change(lab, "durations", restore=1500)
    assert host("cluster-b")("pe_protection_domain_restore", **RELEASE, snapshot_id=snapshot_id, wait_timeout=8)["vm"][
        "uuid"
    ]


def test_a_transfer_that_was_on_its_way_and_is_no_more(lab: RunningLab, host: Host, snapshot_id: str) -> None:
    transfer = {
        "remote_site_name": "cluster-a",
        "snapshot_id": "cluster-a:999",
        "completed_percentage": 40.0,
        "sender": False,
    }
    body = {"metadata": {"total_entities": 1}, "entities": [transfer]}
    lab.faults([{"endpoint": "cluster-b", "path": "/replications", "times": 2, "then": {"status": 200, "body": body}}])
    message = host("cluster-b").fails("pe_protection_domain_restore", **RELEASE, snapshot_id="999", wait_timeout=4)
    assert f"{IDLE}: its transfer was listed and is not listed any more, and the snapshot is not here" in message


def test_a_transfer_that_was_never_seen_may_wait_at_its_source(host: Host) -> None:
    assert "still running" in host("cluster-b").fails(
        "pe_protection_domain_restore", **RELEASE, snapshot_id="999", wait_timeout=2
    )


@pytest.mark.parametrize("listed", [True, False])
def test_a_drill_whose_restore_failed_without_a_task(lab: RunningLab, listed: bool) -> None:
    lab.reset(topology_of(FAILOVER))
    change(lab, "behaviour", restore_reply="value", pending_restore_listed=listed)
    lab.faults([{"path": "/restore_entities", "then": {"fail_task": "storage is full"}}])
    drill = {"name": "PD-W10", "drill": "q4", "stays_on": 0}
    message = hosts_of(lab)["cluster-b"].fails("pe_protection_domain_drill", **drill, wait_timeout=4)
    assert f"{IDLE}: 4 clones are not there, and pending_actions of 'PD-W10' lists no restore of them" in message
    lab.clear_faults()
    assert len(hosts_of(lab)["cluster-b"]("pe_protection_domain_drill", **drill)["clones"]) == 4


# Snapshots of the protection domain, and their way to other clusters.


def test_an_ordered_snapshot_that_never_comes(lab: RunningLab, host: Host) -> None:
    change(lab, "behaviour", "cluster-a", forgotten_orders=["pd_snapshot"])
    message = host("cluster-a").fails("pe_protection_domain_snapshot", **RELEASE, wait_timeout=4)
    assert f"{IDLE}: its order" in message
    assert "is not listed any more (oob_schedules), and no snapshot came of it (dr_snapshots)" in message


def test_an_order_that_is_listed_is_waited_for(lab: RunningLab, host: Host) -> None:
    change(lab, "durations", "cluster-a", oob_snapshot=1500)
    assert host("cluster-a")("pe_protection_domain_snapshot", **RELEASE, remote_sites=[], wait_timeout=8)["snapshot_id"]


def test_a_replication_that_waits_for_a_link_is_still_running(lab: RunningLab, host: Host) -> None:
    change(lab, "connected", "cluster-a", remote_site="cluster-c", connected=False)
    assert "still running" in host("cluster-a").fails("pe_protection_domain_snapshot", **RELEASE, wait_timeout=4)


def test_one_site_of_two_whose_replication_was_aborted(lab: RunningLab, host: Host) -> None:
    change(lab, "connected", "cluster-a", remote_site="cluster-c", connected=False)
    host("cluster-a")("pe_protection_domain_snapshot", **RELEASE, wait=False)
    lab.skip(3600)
    assert change(lab, "abort_replications", "cluster-a", remote_site="cluster-c") == {"aborted": 1}
    message = host("cluster-a").fails("pe_protection_domain_snapshot", **RELEASE, wait_timeout=4)
    assert (
        f"{IDLE}: it is neither listed among the replications nor among those that wait, and it is not on 'cluster-c'"
        in message
    )


# VMs and AHV snapshots.


@pytest.mark.parametrize("state", ["absent", "powered_on"])
def test_an_order_about_a_vm_that_has_no_effect(lab: RunningLab, host: Host, state: str) -> None:
    change(lab, "vm", "cluster-a", name=OURS)
    change(lab, "behaviour", "cluster-a", forgotten_orders=["removal", "power"])
    message = host("cluster-a").fails("pe_vm", name=OURS, state=state, wait_timeout=4)
    assert f"{IDLE}: its task has ended, and the VM is still {'listed' if state == 'absent' else 'off'}" in message


def test_a_guest_that_takes_its_time_to_shut_down_is_no_standstill(lab: RunningLab, host: Host) -> None:
    change(lab, "vm", "cluster-a", name=OURS, power_state="on")
    change(lab, "durations", "cluster-a", guest_shutdown=1500)
    assert host("cluster-a")("pe_vm", name=OURS, state="powered_off", wait_timeout=8)["changed"] is True
    assert not any(
        (entry["body"] or {}).get("transition") == "OFF" for entry in lab.requests() if isinstance(entry["body"], dict)
    )


def test_of_many_vms_each_whose_order_has_no_effect_is_named(lab: RunningLab, host: Host) -> None:
    uuids = [change(lab, "vm", "cluster-a", name=f"ctx_r1_1_{name}")["uuids"][0] for name in ("A", "B")]
    change(lab, "behaviour", "cluster-a", forgotten_orders=["power"])
    message = host("cluster-a").fails("pe_vm", uuids=uuids, state="powered_on", wait_timeout=4)
    assert "2 of 2 VMs could not be powered on" in message
    assert message.count("its task has ended, and it is still off") == 2


def test_an_image_that_never_comes(lab: RunningLab, host: Host) -> None:
    change(lab, "behaviour", "cluster-a", forgotten_orders=["snapshot"])
    message = host("cluster-a").fails("pe_vm_snapshot", name="ctx_Gold_r1", vm_name="Gold", wait_timeout=4)
    assert f"{IDLE}: no snapshot 'ctx_Gold_r1' is listed, and its task has ended" in message
    change(lab, "behaviour", "cluster-a", forgotten_orders=[])
    assert host("cluster-a")("pe_vm_snapshot", name="ctx_Gold_r1", vm_name="Gold")["changed"] is True


def test_an_image_that_will_not_go(lab: RunningLab, host: Host) -> None:
    change(lab, "behaviour", "cluster-a", forgotten_orders=["removal"])
    message = host("cluster-a").fails("pe_vm_snapshot", name="ctx_Gold_2026.10.01-1", state="absent", wait_timeout=4)
    assert f"{IDLE}: its task has ended, and the snapshot is still listed" in message
