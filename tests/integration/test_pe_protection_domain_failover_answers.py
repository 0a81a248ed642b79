# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_failover: answers of clusters that are lost, strange or late"""

from __future__ import annotations

from typing import Any

import certifi
import pytest

from harness.failover_pair import DESKS, SCHEDULE, Pair, orders


@pytest.mark.parametrize("name", ["PD Büro 'Süd' #1", '50% "off"', "a\\b/c", "黄金", "x;y,z(1)"])
def test_awkward_names(pair: Pair, name: str) -> None:
    pair.change("cluster-a", "vm", name="x")
    schedules = [{**SCHEDULE, "remote": {"SITE-B": 1}}]
    pair.change(
        "cluster-a",
        "protection_domain",
        name=name,
        vms=["x"],
        schedules=schedules,
        snapshots=[{"age_hours": 1, "remotes": ["SITE-B"]}],
    )
    moved = pair("cluster-a", "migrated", name=name)
    assert [vm["name"] for vm in moved["vms"]] == ["x"]
    pair.change("cluster-a", "pd_active", protection_domain=name, active=True)
    assert pair("cluster-a", "deactivated", name=name)["changed"] is True
    pair.change("cluster-b", "lost", lost=True)
    assert pair("cluster-a", "activated", name=name)["changed"] is True


@pytest.mark.parametrize("status", [404, 422, 500])
def test_every_way_to_say_not_found(pair: Pair, status: int) -> None:
    pair.change("cluster-c", "behaviour", not_found_status=status)
    assert "has no protection domain" in pair.call("cluster-c", "migrated", peer=None)["msg"]


@pytest.mark.parametrize("which", ["own", "peer"])
def test_a_wrong_password_is_tried_once(pair: Pair, which: str) -> None:
    options: dict[str, Any] = {"nutanix_password": "wrong", "peer": {**pair.peer("cluster-b")}}
    if which == "peer":
        options = {"peer": {**pair.peer("cluster-b"), "nutanix_password": "wrong"}}
    for state in ("migrated", "activated", "deactivated"):
        pair.lab.forget()
        message = pair.call("cluster-a", state, **options)["msg"]
        assert "401" in message
        assert "wrong" not in message
        assert [entry["status"] for entry in pair.lab.requests()].count(401) == 1


WEB_PAGE = {"garbage": "<html><title>Sign in</title></html>"}


@pytest.mark.parametrize("then", [{"status": 401, "body": {}}, {"status": 403, "body": {}}, WEB_PAGE, None])
def test_an_old_side_that_admits_nobody_is_no_end_of_a_disaster(pair: Pair, then: dict[str, Any] | None) -> None:
    """Its directory was lost with it, a page stands in front of it, or (None) its certificate is of another CA."""
    peer = pair.peer("cluster-a")
    if then:
        pair.lab.faults([{"endpoint": "cluster-a", "then": then}])
    else:
        peer["ca_path"] = certifi.where()
    assert "accept_split_brain activates it nevertheless" in pair.refuses("cluster-b", "activated", peer=peer)
    done = pair("cluster-b", "activated", peer=peer, accept_split_brain=True)
    assert [vm["name"] for vm in done["vms"]] == DESKS
    assert done["old_side"]["silence"]
    assert (done["old_side"]["accepted"], done["old_side"]["given_up"]) == (True, False)


@pytest.mark.parametrize("state", ["migrated", "deactivated"])
def test_nothing_is_given_up_for_an_other_side_that_admits_nobody(pair: Pair, state: str) -> None:
    pair.split()
    pair.lab.faults([{"endpoint": "cluster-b", "then": {"status": 401, "body": {}}}])
    assert "accept_split_brain" not in pair.refuses("cluster-a", state, accept_split_brain=True)


@pytest.mark.parametrize("state", ["migrated", "activated"])
def test_a_server_error_in_the_middle_of_a_wait_ends_nothing(pair: Pair, state: str) -> None:
    cluster = "cluster-b" if state == "activated" else "cluster-a"
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    pair.change(cluster, "durations", migrate=600, activate=600)
    broken = {"status": 500, "body": {"message": "internal error"}}
    pair.lab.faults(
        [
            {
                "endpoint": cluster,
                "method": "GET",
                "path": r"/protection_domains/?\?",
                "nth": 2,
                "times": 2,
                "then": broken,
            }
        ]
    )
    assert len(pair(cluster, state)["vms"]) == 3


def test_what_nothing_could_show_is_not_ordered_twice(pair: Pair) -> None:
    """Without lists of pending changes and of tasks no effect is to be seen before the end: seeing none proves
    nothing."""
    unknown = {"status": 404, "body": {"message": "no such resource"}}
    pair.lab.faults(
        [
            {"path": "/pending_actions", "then": unknown},
            {"path": "/progress_monitors", "then": unknown},
            {"method": "POST", "nth": 1, "then": {"drop": "after"}},
        ]
    )
    pair.change("cluster-a", "durations", migrate=6000)
    assert "It may have taken effect" in pair.call("cluster-a", "migrated", wait_timeout=16)["msg"]
    assert orders(pair.lab) == ["migrate"]


def test_a_server_error_on_a_read_is_tried_again(pair: Pair) -> None:
    pair.lab.faults([{"method": "GET", "nth": number, "then": {"status": 503}} for number in (1, 3, 6)])
    assert pair("cluster-a", "migrated")["changed"] is True


def test_a_cluster_without_v2_pending_actions_is_judged_by_its_flags(pair: Pair) -> None:
    pair.lab.faults([{"path": "/pending_actions", "then": {"status": 500, "body": {"message": "internal error"}}}])
    moved = pair("cluster-a", "migrated")
    assert len(moved["vms"]) == 3
