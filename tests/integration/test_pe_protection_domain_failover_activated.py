# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_failover: the survivor takes over"""

from __future__ import annotations

import pytest

from harness.failover_pair import DESKS, NAME, Pair, orders, plain
from harness.modules import writes


@pytest.mark.parametrize("uuids", ["new", "same"])
@pytest.mark.parametrize("inactive", ["empty", "listed"])
@pytest.mark.parametrize("order", ["shuffled", "oldest_first"])
def test_activated_as_predicted_and_then_unchanged(pair: Pair, uuids: str, inactive: str, order: str) -> None:
    pair.change("cluster-b", "behaviour", activated_uuids=uuids, inactive_pd_vms=inactive, dr_snapshot_order=order)
    before = pair.vms("cluster-a")
    pair.change("cluster-a", "lost", lost=True)
    predicted = pair("cluster-b", "activated", check=True)
    assert writes(pair.lab) == []
    assert [vm["name"] for vm in predicted["vms"]] == DESKS
    assert "is active there as well" in str(predicted["plan"])
    made = pair("cluster-b", "activated")
    assert orders(pair.lab) == ["activate"]
    assert plain({**made, "vms": None}) == plain({**predicted, "vms": None})
    assert (made["changed"], made["active"], made["missing_vms"]) == (True, True, [])
    assert {vm["name"]: vm["uuid"] for vm in made["vms"]} == pair.vms("cluster-b")
    assert (pair.vms("cluster-b") == before) is (uuids == "same")
    assert made["snapshot"]["id"].startswith("SITE-A:")
    assert 7200 <= made["data_age_seconds"] < 26 * 3600
    assert made["protected_by"] == []
    pair.lab.forget()
    for check in (True, False):
        again = pair("cluster-b", "activated", check)
        assert (again["changed"], again["vms"], again["plan"], writes(pair.lab)) == (False, made["vms"], [], [])


@pytest.mark.parametrize("given", ["{}", "SITE-A:{}", "another-label:{}"])
def test_from_the_snapshot_that_was_named(pair: Pair, given: str) -> None:
    (domain,) = pair.hosts["cluster-b"]("pe_protection_domain_info", name=NAME)["protection_domains"]
    oldest = domain["snapshots"][-1]
    pair.change("cluster-a", "lost", lost=True)
    made = pair("cluster-b", "activated", snapshot_id=given.format(oldest["origin_id"]))
    assert made["snapshot"] == {"id": oldest["id"], "created": oldest["created"]}
    assert made["data_age_seconds"] >= 26 * 3600
    (order,) = [entry["body"] for entry in pair.lab.requests() if entry["method"] == "POST"]
    assert order == {"value": oldest["id"]}
    assert made["snapshot_not_used"] == ""
    again = pair("cluster-b", "activated", snapshot_id="SITE-A:1")
    assert (again["changed"], again["snapshot_not_used"]) == (False, "SITE-A:1")


def test_a_vm_that_runs_already_under_the_name_of_one_that_comes_is_told(pair: Pair) -> None:
    pair.change("cluster-b", "vm", name=DESKS[0], power_state="on")
    pair.change("cluster-b", "vm", name=DESKS[1], power_state="off")
    pair.change("cluster-a", "lost", lost=True)
    for check in (True, False):
        told = " ".join(pair("cluster-b", "activated", check=check)["warnings"])
        assert f"already: '{DESKS[0]}' (" in told
        assert f"'{DESKS[1]}' (" not in told


def test_too_old_data_is_refused_with_what_would_be_lost(pair: Pair) -> None:
    pair.change("cluster-a", "lost", lost=True)
    message = pair.call("cluster-b", "activated", data_age_limit=3600)["msg"]
    assert "you would lose 2 h" in message
    assert "data_age_limit allows 1 h" in message
    result = pair.call("cluster-b", "activated", data_age_limit=3600, check=True)
    assert result["failed"]
    assert result["data_age_seconds"] >= 7200
    assert writes(pair.lab) == []
    assert pair("cluster-b", "activated", check=True, data_age_limit=80000)["changed"] is True
    assert pair("cluster-b", "activated", check=True, data_age_limit=0)["changed"] is True


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_without_the_clock_of_the_cluster_that_of_the_controller_counts(pair: Pair, date: str) -> None:
    pair.change("cluster-a", "lost", lost=True)
    body = {"uuid": "u-b", "name": "cluster-b"}
    pair.lab.faults(
        [
            {
                "endpoint": "cluster-b",
                "path": "/cluster$",
                "then": {"status": 200, "body": body, "headers": {"Date": date}},
            }
        ]
    )
    result = pair("cluster-b", "activated", check=True)
    assert "by the clock of the controller" in str(result["warnings"])


def test_no_usable_snapshot(pair: Pair) -> None:
    pair.change("cluster-b", "durations", expired_linger=1e9)
    pair.change(
        "cluster-a",
        "protection_domain",
        name="PD-Old",
        vms=[],
        snapshots=[{"age_hours": 3, "retention_hours": 1, "remotes": ["SITE-B"]}],
    )
    pair.change("cluster-b", "protection_domain", name="PD-Never", active=False)
    pair.change("cluster-a", "lost", lost=True)
    assert "only 1 that cannot be used (EXPIRED)" in pair.refuses("cluster-b", "activated", name="PD-Old")
    assert "holds no snapshot" in pair.refuses("cluster-b", "activated", name="PD-Never")
    assert "snapshot 4711 of 'PD-W11' is not there" in pair.refuses("cluster-b", "activated", snapshot_id="4711")


@pytest.mark.parametrize("state", ["migrated", "activated", "deactivated"])
def test_without_time_to_look_a_lost_answer_is_an_error_and_no_second_order(pair: Pair, state: str) -> None:
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    if state == "deactivated":
        pair.split()
    pair.lab.faults([{"method": "POST", "nth": 1, "then": {"drop": "before"}}])
    message = pair.call("cluster-b" if state == "activated" else "cluster-a", state, wait_timeout=6)["msg"]
    assert "It may have taken effect" in message
    assert len(orders(pair.lab)) == 1


def test_an_arriving_snapshot_is_refused_unless_accepted(pair: Pair) -> None:
    pair.change("cluster-a", "remote_site", name="slow", cluster="cluster-b", bandwidth_mbps=0.01)
    wanted = pair.change("cluster-a", "pd_snapshot", protection_domain=NAME, remotes=["slow"])["snapshot_id"]
    pair.lab.skip(60)
    assert f"{wanted} from 'SITE-A' at" in pair.refuses("cluster-b", "activated", accept_split_brain=True)
    assert (
        pair("cluster-b", "activated", check=True, accept_split_brain=True, accept_pending_replications=True)["changed"]
        is True
    )


@pytest.mark.parametrize("form", ["message", "value_false", "error"])
@pytest.mark.parametrize("state", ["activated", "deactivated"])
def test_a_refusal_of_the_cluster_in_any_form_is_an_error(pair: Pair, state: str, form: str) -> None:
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    else:
        pair.split()
    body = {"message": "busy", "value": False} if form == "value_false" else {"message": "busy"}
    pair.lab.faults([{"method": "POST", "then": {"status": 422 if form == "error" else 200, "body": body}}])
    message = pair.call("cluster-b" if state == "activated" else "cluster-a", state)["msg"]
    assert "busy" in message
    assert len(orders(pair.lab)) == 1


def test_what_the_snapshot_does_not_hold_is_listed(pair: Pair) -> None:
    pair.change("cluster-a", "vm", name="desk-9")
    uuid = pair.vms("cluster-a")["desk-9"]
    pair.change("cluster-a", "protection_domain", name=NAME, vms=["desk-9"])
    result = pair("cluster-b", "activated", check=True, accept_split_brain=True)
    assert result["missing_vms"] == [{"name": "desk-9", "uuid": uuid}]
    assert "desk-9" in str(result["warnings"])
    pair.change("cluster-a", "delete_vm", vm="desk-9")
    pair.change("cluster-a", "pd_snapshot", protection_domain=NAME, remotes=["SITE-B"])
    pair.lab.skip(3600)
    pair.change("cluster-a", "lost", lost=True)
    made = pair("cluster-b", "activated")
    assert made["missing_vms"] == [{"name": "desk-9", "uuid": ""}]
    assert [vm["name"] for vm in made["vms"]] == DESKS


def test_a_namesake_that_was_there_before_is_not_taken_for_a_member(pair: Pair) -> None:
    clone = pair.change("cluster-b", "vm", name="desk-2")["uuids"][0]
    pair.change("cluster-a", "lost", lost=True)
    made = pair("cluster-b", "activated")
    assert clone not in {vm["uuid"] for vm in made["vms"]}
    assert [vm["name"] for vm in made["vms"]] == DESKS
