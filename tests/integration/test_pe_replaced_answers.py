# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bad answer in place of a good one, after the order took effect: a cluster's leader changed, a gateway gave up. The
order is done, once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.modules import Site, hosts_of, topology_of
from lab.running import RunningLab

Host = Callable[[str], Site]
RELEASE = {"protection_domain": "PD-Gold", "vm_name": "Gold", "release": "r1"}
FAILOVER = Path(__file__).parents[1] / "lab" / "topologies" / "failover.yml"
INSTEAD = pytest.mark.parametrize(
    "then",
    [
        {"status": 500, "body": {"message": "The leader has changed", "error_code": {"code": 1101}}},
        {"status": 502},
        {"status": 504, "garbage": "<html><title>Gateway Time-out</title></html>"},
    ],
    ids=["500", "502", "504"],
)


def replace_answer(lab: RunningLab, method: str, path: str, then: dict[str, Any]) -> None:
    lab.faults([{"method": method, "path": path, "nth": 1, "then": {**then, "takes_effect": True}}])


@INSTEAD
@pytest.mark.parametrize("reply", ["task_uuid", "value"])
def test_a_restore(lab: RunningLab, host: Host, reply: str, then: dict[str, Any]) -> None:
    lab.change([{"endpoint": "cluster-b", "kind": "behaviour", "restore_reply": reply}])
    (domain,) = host("cluster-a")("pe_protection_domain_info", name="PD-Gold")["protection_domains"]
    snapshot_id = domain["snapshots"][0]["id"]
    replace_answer(lab, "POST", "/restore_entities", then)
    made = host("cluster-b")("pe_protection_domain_restore", **RELEASE, snapshot_id=snapshot_id)
    assert [vm["uuid"] for vm in host("cluster-b")("pe_vm_info", name=f"ctx_r1_{snapshot_id}_Gold")["vms"]] == [
        made["vm"]["uuid"]
    ]


@INSTEAD
def test_a_snapshot_of_a_protection_domain(lab: RunningLab, host: Host, then: dict[str, Any]) -> None:
    replace_answer(lab, "POST", "/oob_schedules", then)
    made = host("cluster-a")("pe_protection_domain_snapshot", **RELEASE, remote_sites=[])
    assert made["snapshot_id"]
    assert (
        len([entry for entry in lab.requests() if entry["method"] == "POST" and "oob_schedules" in entry["path"]]) == 1
    )


@INSTEAD
def test_an_image_and_its_removal(lab: RunningLab, host: Host, then: dict[str, Any]) -> None:
    replace_answer(lab, "POST", "/snapshots", then)
    made = host("cluster-a")("pe_vm_snapshot", name="ctx_Gold_r1", vm_name="Gold")
    listed = host("cluster-a")("pe_vm_snapshot_info", name="ctx_Gold_r1")["snapshots"]
    assert [snapshot["uuid"] for snapshot in listed] == [made["snapshot"]["uuid"]]
    replace_answer(lab, "DELETE", "/snapshots/", then)
    host("cluster-a")("pe_vm_snapshot", name="ctx_Gold_r1", state="absent", force=True)
    assert host("cluster-a")("pe_vm_snapshot_info", name="ctx_Gold_r1")["snapshots"] == []


@INSTEAD
def test_the_removal_of_a_vm(lab: RunningLab, host: Host, then: dict[str, Any]) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": "ctx_r1_1_Gold"}])
    replace_answer(lab, "DELETE", "/vms/", then)
    host("cluster-a")("pe_vm", name="ctx_r1_1_Gold", state="absent")
    assert host("cluster-a")("pe_vm_info", name="ctx_r1_1_Gold")["vms"] == []


@INSTEAD
@pytest.mark.parametrize("path", ["/restore_entities", "/set_power_state", "/nics"])
def test_a_drill(lab: RunningLab, then: dict[str, Any], path: str) -> None:
    lab.reset(topology_of(FAILOVER))
    drill = hosts_of(lab)["cluster-b"](
        "pe_protection_domain_drill", name="PD-W10", drill="q4", stays_on=0, network="DRILL"
    )
    hosts_of(lab)["cluster-b"]("pe_protection_domain_drill", name="PD-W10", drill="q4", state="absent")
    replace_answer(lab, "POST", path, then)
    again = hosts_of(lab)["cluster-b"](
        "pe_protection_domain_drill", name="PD-W10", drill="q4", stays_on=0, network="DRILL"
    )
    assert [clone["name"] for clone in again["clones"]] == [clone["name"] for clone in drill["clones"]]
    assert all(len(clone["nics"]) == 1 for clone in again["clones"])
