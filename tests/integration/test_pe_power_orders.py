# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A second power order while the first is under way: what a cluster says to it is unknown (contract prism_element 3.5),
and the state decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.modules import Site
from lab.running import RunningLab

Host = Callable[[str], Site]
OURS = "ctx_r1_353902_Gold"
MANY = [f"ctx_r1_1_{letter}" for letter in "ABC"]


@pytest.fixture(params=["accept", "refuse", "task_fails"])
def uuids(lab: RunningLab, request: pytest.FixtureRequest) -> list[str]:
    orders = [{"endpoint": "cluster-a", "kind": "vm", "name": name} for name in (OURS, *MANY)]
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", "second_power_order": request.param}])
    lab.change([{"endpoint": "cluster-a", "kind": "durations", "power": 600}])
    return [made["uuids"][0] for made in lab.change(orders)]


def states(host: Host) -> dict[str, str]:
    return {
        vm["name"]: vm["power_state"]
        for vm in host("cluster-a")("pe_vm_info")["vms"]
        if vm["name"].startswith("ctx_r1_")
    }


def test_a_run_after_one_that_was_killed(lab: RunningLab, host: Host, uuids: list[str]) -> None:
    host("cluster-a")("pe_vm", uuid=uuids[0], state="powered_on", wait=False)
    assert host("cluster-a")("pe_vm", uuid=uuids[0], state="powered_on")["vms"][0]["power_state"] == "on"
    assert states(host)[OURS] == "on"


def test_many_vms_after_a_run_that_was_killed(lab: RunningLab, host: Host, uuids: list[str]) -> None:
    host("cluster-a")("pe_vm", uuids=uuids, state="powered_on", wait=False)
    assert host("cluster-a")("pe_vm", uuids=uuids, state="powered_on")["changed"] is True
    assert set(states(host).values()) == {"on"}
    orders = [entry for entry in lab.requests() if "/set_power_state" in entry["path"]]
    assert len(orders) == len(uuids), "what is under way is followed, not ordered again"


def test_many_vms_whose_orders_of_a_killed_run_come_to_nothing(lab: RunningLab, host: Host, uuids: list[str]) -> None:
    lab.faults([{"path": "/set_power_state", "then": {"fail_task": "no memory left"}}])
    host("cluster-a")("pe_vm", uuids=uuids, state="powered_on", wait=False)
    lab.clear_faults()
    host("cluster-a")("pe_vm", uuids=uuids, state="powered_on")
    assert set(states(host).values()) == {"on"}


@pytest.mark.parametrize(
    "then", [{"drop": "after"}, {"status": 500, "body": {"message": "leader changed"}, "takes_effect": True}]
)
def test_an_order_whose_answer_is_lost_or_replaced_after_the_effect(
    lab: RunningLab, host: Host, uuids: list[str], then: dict[str, Any]
) -> None:
    lab.faults([{"path": "/set_power_state", "nth": 1, "then": then}])
    host("cluster-a")("pe_vm", uuid=uuids[0], state="powered_on")
    assert states(host)[OURS] == "on"


def test_a_refusal_while_nothing_is_under_way_stands(lab: RunningLab, host: Host, uuids: list[str]) -> None:
    lab.faults([{"path": "/set_power_state", "then": {"status": 422, "body": {"message": "no memory left"}}}])
    assert "no memory left" in host("cluster-a").fails("pe_vm", uuid=uuids[0], state="powered_on")
