# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_failover: who knows that the source lives"""

from __future__ import annotations

import socket

import pytest
import requests

from harness.failover_pair import NAME, SICK, Pair


def test_a_peer_that_is_active_is_refused_unless_accepted(pair: Pair) -> None:
    message = pair.refuses("cluster-b", "activated")
    assert "which answers" in message
    assert "state migrated" in message
    assert "accept_split_brain" in message
    made = pair("cluster-b", "activated", accept_split_brain=True)
    assert "split brain" in str(made["warnings"])
    assert pair.active() == ["cluster-a", "cluster-b"]
    assert "split brain" in str(pair("cluster-b", "activated")["warnings"])


@pytest.mark.parametrize("state", ["activated", "deactivated"])
def test_a_peer_whose_certificate_is_not_trusted_is_no_dead_one(pair: Pair, state: str) -> None:
    """It is there, and active: without asking it this would be a split brain."""
    cluster, other = ("cluster-b", "cluster-a") if state == "activated" else ("cluster-a", "cluster-b")
    assert "certificate" in pair.refuses(cluster, state, peer={**pair.peer(other), "ca_path": requests.certs.where()})


def test_a_peer_that_does_not_answer_is_told(pair: Pair) -> None:
    pair.change("cluster-a", "lost", lost=True)
    for check in (True, False):
        assert "Whether 'PD-W11' is active on Prism Element" in str(pair("cluster-b", "activated", check)["warnings"])


def test_a_migration_under_way_is_not_cut_off(pair: Pair) -> None:
    pair.change("cluster-a", "durations", migrate=1e6)
    pair("cluster-a", "migrated", wait=False)
    assert (
        "a migration of the protection domain 'PD-W11' is under way there" in pair.call("cluster-b", "activated")["msg"]
    )


def test_a_peer_that_only_answers_with_server_errors_is_no_obstacle_once_it_is_cut_off(pair: Pair) -> None:
    pair.change("cluster-b", "connected", remote_site="SITE-A", connected=False)
    pair.lab.faults([SICK])
    assert pair("cluster-b", "activated", check=True)["changed"] is True
    pair.lab.clear_faults()
    pair.change("cluster-b", "pd_active", protection_domain=NAME, active=True)
    pair.lab.faults([{**SICK, "endpoint": "cluster-b"}])
    assert "does not answer" in pair.refuses("cluster-a", "deactivated")


def test_a_peer_whose_remote_site_is_connected_lives_although_its_prism_does_not_answer(pair: Pair) -> None:
    """The survivor knows it, whoever asks: both sides would run the same desktops."""
    pair.lab.faults([{**SICK, "then": {"status": 503}}])
    message = pair.refuses("cluster-b", "activated", peer_timeout=1)
    assert "the remote site 'SITE-A' is connected" in message
    assert "accept_split_brain" in message
    made = pair("cluster-b", "activated", peer_timeout=1, accept_split_brain=True)
    old = made["old_side"]
    assert (old["answers"], old["active"], old["given_up"], old["accepted"]) == (False, None, False, True)
    assert old["remote_sites"] == [{"name": "SITE-A", "status": "RELATIONSHIP_ESTABLISHED"}]


def test_a_third_cluster_knows_that_the_source_lives_although_the_survivor_is_cut_off(pair: Pair) -> None:
    pair.change("cluster-b", "connected", remote_site="SITE-A", connected=False)
    pair.lab.faults([{**SICK, "then": {"status": 503}}])
    asked = {"peer_timeout": 1, "witnesses": [pair.peer("cluster-c")]}
    message = pair.refuses("cluster-b", "activated", **asked)
    witness = pair.hosts["cluster-c"].options["nutanix_host"]
    assert f"the remote site 'SITE-A' of Prism Element {witness}" in message
    assert "is connected" in message
    made = pair("cluster-b", "activated", accept_split_brain=True, **asked)
    (told,) = made["old_side"]["witnesses"]
    assert (told["remote_site"], told["status"], told["silence"]) == ("SITE-A", "RELATIONSHIP_ESTABLISHED", "")


def test_witnesses_that_confirm_a_loss_or_are_silent_are_no_obstacle(pair: Pair) -> None:
    pair.change("cluster-a", "lost", lost=True)
    asked = {"peer_timeout": 1, "witnesses": [pair.peer("cluster-c"), pair.peer("cluster-b")]}
    planned = pair("cluster-b", "activated", check=True, **asked)
    assert [told["status"] for told in planned["old_side"]["witnesses"]] == ["UNREACHABLE"] * 2
    pair.change("cluster-c", "lost", lost=True)
    made = pair("cluster-b", "activated", **asked)
    assert made["changed"] is True
    assert made["old_side"]["witnesses"][0]["silence"]


def test_a_witness_is_not_waited_for_when_the_other_side_speaks_for_itself(pair: Pair) -> None:
    pair.change("cluster-c", "lost", lost=True)
    asked = {"witnesses": [pair.peer("cluster-c")]}
    assert "which answers" in pair.refuses("cluster-b", "activated", **asked)
    assert pair("cluster-b", "activated", accept_split_brain=True, **asked)["old_side"]["witnesses"] == []


@pytest.mark.parametrize("peer", [None, "cluster-c"])
def test_a_peer_that_cannot_know_does_not_vouch_for_the_source(pair: Pair, peer: str | None) -> None:
    given = pair.peer(peer) if peer else None
    assert "the remote site 'SITE-A' is connected" in pair.refuses("cluster-b", "activated", peer=given)
    pair.change("cluster-a", "lost", lost=True)
    assert pair("cluster-b", "activated", check=True, peer=given)["changed"] is True


def test_the_old_side_is_told_every_time_until_it_is_seen_to_have_given_up(pair: Pair) -> None:
    pair.change("cluster-a", "lost", lost=True)
    for changed in (True, False):
        result = pair("cluster-b", "activated")
        assert (result["changed"], result["old_side"]["given_up"], result["old_side"]["active"]) == (
            changed,
            False,
            None,
        )
        assert result["old_side"]["remote_sites"] == [{"name": "SITE-A", "status": "UNREACHABLE"}]
    pair.change("cluster-a", "lost", lost=False)
    old = pair("cluster-b", "activated")["old_side"]
    assert (old["answers"], old["active"], old["given_up"]) == (True, True, False)
    pair("cluster-a", "deactivated")
    assert pair("cluster-b", "activated")["old_side"]["given_up"] is True


def test_a_peer_that_hangs_is_waited_for_once_and_shortly(pair: Pair) -> None:
    pair.change("cluster-a", "lost", lost=True)
    pair.change("cluster-b", "protection_domain", name="PD-Two", active=False)
    # It takes the connection and says nothing.
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        peer = {**pair.peer("cluster-a"), "nutanix_host": "127.0.0.1", "nutanix_port": hanging.getsockname()[1]}
        result = pair.call("cluster-b", "activated", name=None, names=[NAME, "PD-Two"], peer=peer, peer_timeout=1)
    assert result["domains"][NAME]["changed"] is True
    assert "no answer within 1 s" in str(result["warnings"])
    ordered = next(entry for entry in pair.lab.requests() if entry["method"] == "POST")
    assert ordered["path"].endswith("PD-W11/activate")
    assert "holds no snapshot" in result["domains"]["PD-Two"]["msg"]
