# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_failover: a planned move, there and back"""

from __future__ import annotations

import pytest

from harness.failover_pair import Pair, orders, plain
from harness.modules import writes


@pytest.mark.parametrize("monitors", ["listed", "not_found"])
@pytest.mark.parametrize("inactive", ["empty", "listed"])
def test_migrated_as_predicted_and_then_unchanged(pair: Pair, monitors: str, inactive: str) -> None:
    for cluster in ("cluster-a", "cluster-b"):
        pair.change(cluster, "behaviour", progress_monitors=monitors, inactive_pd_vms=inactive)
    before = pair.vms("cluster-a")
    predicted = pair("cluster-a", "migrated", check=True)
    assert writes(pair.lab) == []
    moved = pair("cluster-a", "migrated")
    assert orders(pair.lab) == ["migrate"]
    assert plain(moved) == plain(predicted)
    assert (moved["changed"], moved["active"], moved["remote_site"], moved["missing_vms"]) == (
        True,
        False,
        "SITE-B",
        [],
    )
    assert {vm["name"]: vm["uuid"] for vm in moved["vms"]} == before == pair.vms("cluster-b")
    assert pair.vms("cluster-a") == {}
    assert pair.active() == ["cluster-b"]
    assert [(piece["phase"], piece["failed"]) for piece in moved["timeline"]] == [("migrate", False)]
    pair.lab.forget()
    for check in (True, False):
        again = pair("cluster-a", "migrated", check)
        assert (again["changed"], again["vms"], again["plan"], writes(pair.lab)) == (False, moved["vms"], [], [])


def test_migrated_without_a_peer_and_then_unchanged(pair: Pair) -> None:
    before = pair.vms("cluster-a")
    moved = pair("cluster-a", "migrated", peer=None, remote_site="SITE-B")
    assert {vm["name"]: vm["uuid"] for vm in moved["vms"]} == before
    assert moved["protected_by"] is None
    pair.lab.forget()
    again = pair("cluster-a", "migrated", peer=None)
    assert (again["changed"], writes(pair.lab)) == (False, [])
    assert "give peer" in str(again["warnings"])


def test_and_back_again(pair: Pair) -> None:
    before = pair.vms("cluster-a")
    pair.change("cluster-a", "behaviour", reverse_schedule=True)
    assert pair("cluster-a", "migrated")["protected_by"] == ["SITE-A"]
    assert pair("cluster-b", "migrated")["remote_site"] == "SITE-A"
    assert pair.vms("cluster-a") == before
    assert pair.active() == ["cluster-a"]


def test_who_replicates_nowhere_afterwards_is_warned_of(pair: Pair) -> None:
    result = pair("cluster-a", "migrated")
    assert result["protected_by"] == []
    assert "replicates nowhere" in str(result["warnings"])


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("state", ["migrated", "activated", "deactivated"])
def test_an_order_whose_answer_is_lost_is_not_given_twice(pair: Pair, state: str, drop: str) -> None:
    cluster = {"migrated": "cluster-a", "activated": "cluster-b", "deactivated": "cluster-a"}[state]
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    if state == "deactivated":
        pair.split()
    pair.lab.faults([{"method": "POST", "nth": 1, "then": {"drop": drop}}])
    result = pair(cluster, state, wait_timeout=20)
    assert result["changed"] is True
    assert len(orders(pair.lab)) == (2 if drop == "before" else 1)
    assert pair.active()[-1:] == ["cluster-b"]


def test_a_503_is_looked_at_like_a_lost_answer(pair: Pair) -> None:
    pair.lab.faults([{"method": "POST", "nth": 1, "then": {"status": 503}}])
    assert pair("cluster-a", "migrated", wait_timeout=20)["changed"] is True
    assert orders(pair.lab) == ["migrate", "migrate"]


def test_who_was_faster_is_waited_for(pair: Pair) -> None:
    pair.change("cluster-a", "behaviour", monitor_entity_id="none")
    pair.change("cluster-a", "durations", migrate=2000)
    pair("cluster-a", "migrated", wait=False)
    # The first look is too early to see it, and the cluster refuses the second order.
    pair.lab.faults([{"path": "/pending_actions", "nth": 1, "then": {"status": 200, "body": []}}])
    assert len(pair("cluster-a", "migrated")["vms"]) == 3
    assert orders(pair.lab) == ["migrate", "migrate"]
    assert pair.active() == ["cluster-b"]


@pytest.mark.parametrize("state", ["migrated", "activated", "deactivated"])
def test_a_wait_that_is_over_says_still_running_and_goes_on_next_time(pair: Pair, state: str) -> None:
    cluster = "cluster-b" if state == "activated" else "cluster-a"
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    if state == "deactivated":
        pair.split()
    for name in ("cluster-a", "cluster-b"):
        pair.change(name, "durations", migrate=20000, activate=20000, deactivate=20000)
    result = pair.call(cluster, state, wait_timeout=1)
    assert "still running" in result["msg"]
    assert "not cancelled" in result["msg"]
    pair.lab.forget()
    assert pair(cluster, state, check=True)["changed"] is False
    assert "under way already" in str(pair(cluster, state, wait=False)["plan"])
    pair.lab.skip(20000)
    result = pair(cluster, state)
    assert result["changed"] is False
    assert len(result["vms"]) == 3
    assert orders(pair.lab) == []
    assert pair.active()[-1:] == ["cluster-b"]


@pytest.mark.parametrize("state", ["migrated", "activated", "deactivated"])
def test_not_waiting_returns_at_once(pair: Pair, state: str) -> None:
    cluster = "cluster-b" if state == "activated" else "cluster-a"
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    if state == "deactivated":
        pair.split()
    for name in ("cluster-a", "cluster-b"):
        pair.change(name, "durations", migrate=1e6, activate=1e6, deactivate=1e6)
    predicted = pair(cluster, state, check=True)
    result = pair(cluster, state, wait=False)
    assert result["changed"] is True
    assert plain(result) == plain(predicted)


@pytest.mark.parametrize("monitors", ["listed", "not_found"])
@pytest.mark.parametrize("state", ["migrated", "activated", "deactivated"])
def test_what_comes_to_nothing_is_an_error(pair: Pair, state: str, monitors: str) -> None:
    cluster = "cluster-b" if state == "activated" else "cluster-a"
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    if state == "deactivated":
        pair.split()
    for name in ("cluster-a", "cluster-b"):
        pair.change(name, "behaviour", progress_monitors=monitors)
        pair.change(name, "durations", migrate=400, activate=400, deactivate=400)
    pair.lab.faults([{"method": "POST", "then": {"fail_task": "storage is full"}}])
    message = pair.call(cluster, state, wait_timeout=8)["msg"]
    assert "came to an end without effect" in message
    assert ("error 1" in message) == (monitors == "listed")
    pair.lab.clear_faults()
    assert pair(cluster, state)["changed"] is True
