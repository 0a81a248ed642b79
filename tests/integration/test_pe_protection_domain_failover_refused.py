# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_failover: what stops a planned move before it is ordered"""

from __future__ import annotations

from typing import Any

import pytest

from harness.failover_pair import CLUSTER_A, NAME, SCHEDULE, TOPOLOGY, Pair, orders
from harness.modules import writes


def test_another_destination_is_not_taken_for_ours(pair: Pair) -> None:
    pair.change("cluster-a", "durations", migrate=1e6)
    pair("cluster-a", "migrated", wait=False)
    assert (
        "is being migrated to the remote site 'SITE-B'"
        in pair.call("cluster-a", "migrated", remote_site="SITE-C")["msg"]
    )


def test_a_peer_that_does_not_answer_stops_a_migration(pair: Pair) -> None:
    pair.change("cluster-b", "reachable", reachable=False)
    assert "cannot be reached" in pair.refuses("cluster-a", "migrated")


def test_a_mistyped_name_says_what_there_is(pair: Pair) -> None:
    for cluster, state in (("cluster-a", "migrated"), ("cluster-b", "activated"), ("cluster-a", "deactivated")):
        assert "Near names are 'PD-W11'" in pair.refuses(cluster, state, name="pd-w11")


def test_in_the_wrong_order_it_says_where_it_is_active(pair: Pair) -> None:
    pair.change("cluster-a", "lost", lost=True)
    assert "comes from the site 'SITE-A': run this there" in pair.refuses("cluster-b", "migrated", peer=None)


def test_on_the_wrong_side_it_is_unchanged_with_a_warning(pair: Pair) -> None:
    result = pair("cluster-b", "migrated")
    assert (result["changed"], writes(pair.lab)) == (False, [])
    assert "check that this is the source" in str(result["warnings"])
    # Each protection domain has its own, which a report names.
    several = pair("cluster-b", "migrated", name=None, names=[NAME])
    assert several["domains"][NAME]["warnings"] == several["warnings"] == result["warnings"]


def test_active_nowhere_is_refused(pair: Pair) -> None:
    pair.change("cluster-a", "pd_active", protection_domain=NAME, active=False)
    for check in (True, False):
        message = pair.call("cluster-a", "migrated", check, wait_timeout=1)["msg"]
        assert "active on neither" in message
    assert writes(pair.lab) == []


def test_active_on_both_is_refused_with_the_way_out(pair: Pair) -> None:
    pair.split()
    message = pair.refuses("cluster-a", "migrated")
    assert pair.call("cluster-a", "migrated")["active_on_both"] is True
    assert "split brain" in message
    assert "state deactivated" in message


def test_an_unknown_site(pair: Pair) -> None:
    assert "'SITE-B'" in pair.refuses("cluster-a", "migrated", remote_site="site-b")


def test_a_site_that_is_not_the_peer(pair: Pair) -> None:
    assert "not the cluster that was given as peer, which is 'SITE-B'" in pair.refuses(
        "cluster-a", "migrated", remote_site="SITE-C"
    )


def test_a_peer_that_is_another_cluster_stops_a_migration(pair: Pair) -> None:
    """The only site that there is to go to is not the cluster that was given."""
    source = {**CLUSTER_A, "remote_sites": CLUSTER_A["remote_sites"][:1]}
    pair.lab.reset({**TOPOLOGY, "prism_elements": [source, *TOPOLOGY["prism_elements"][1:]]})
    stranger = pair.peer("cluster-c")
    assert "none of its remote sites is the cluster that was given as peer: 'SITE-B'" in pair.refuses(
        "cluster-a", "migrated", peer=stranger
    )
    assert "does not know 'PD-W11'" in pair.refuses("cluster-a", "migrated", peer=stranger, remote_site="SITE-B")
    assert pair("cluster-a", "migrated", check=True)["remote_site"] == "SITE-B"


def test_an_ambiguous_site_lists_them(pair: Pair) -> None:
    pair.change(
        "cluster-a",
        "protection_domain",
        name="PD-Two",
        vms=[],
        schedules=[{**SCHEDULE, "remote": {"SITE-B": 1, "SITE-C": 1}}],
    )
    message = pair.refuses("cluster-a", "migrated", name="PD-Two", peer=None)
    assert "'SITE-B', 'SITE-C'" in message
    assert "remote_site" in message
    # The peer decides.
    assert pair("cluster-a", "migrated", check=True, name="PD-Two")["remote_site"] == "SITE-B"
    assert (
        pair("cluster-a", "migrated", check=True, name="PD-Two", peer=pair.peer("cluster-c"))["remote_site"] == "SITE-C"
    )


def test_a_site_that_is_not_connected(pair: Pair) -> None:
    pair.change("cluster-a", "connected", remote_site="SITE-B", connected=False)
    assert "'SITE-B' is not connected (its status is UNREACHABLE)" in pair.refuses("cluster-a", "migrated")


@pytest.mark.parametrize("needs", [True, False])
def test_a_site_out_of_schedule_is_warned_of_and_left_to_the_cluster(pair: Pair, needs: bool) -> None:
    pair.change("cluster-a", "behaviour", migrate_needs_schedule=needs)
    options = {"remote_site": "SITE-C", "peer": pair.peer("cluster-c")}
    assert "No schedule" in str(pair("cluster-a", "migrated", check=True, **options)["warnings"])
    result = pair.call("cluster-a", "migrated", **options)
    assert bool(result.get("failed")) is needs
    assert ("not configured" in str(result.get("msg"))) is needs
    assert ("pe_protection_domain_schedule adds one" in str(result.get("msg"))) is needs


@pytest.mark.parametrize("seen", ["before", "in the answer"])
def test_vms_that_block_the_migration_are_listed_with_reasons(pair: Pair, seen: str) -> None:
    uuid = pair.vms("cluster-a")["desk-2"]
    if seen == "before":
        pair.change("cluster-a", "block_migration", protection_domain=NAME, vm="desk-2", reason="NGT is not installed")
        message = pair.refuses("cluster-a", "migrated")
    else:
        blocking = {
            "vm_id": uuid,
            "vm_name": "desk-2",
            "vm_recoverability": [{"reason": "NGT is not installed", "remote_site": None}],
        }
        body = {"metadata": {"count": 1, "grand_total_entities": 1, "total_entities": 1}, "entities": [blocking]}
        pair.lab.faults([{"method": "POST", "path": "/migrate", "then": {"status": 200, "body": body}}])
        message = pair.call("cluster-a", "migrated")["msg"]
        assert orders(pair.lab) == ["migrate"]
    assert f"'desk-2' ({uuid}): NGT is not installed" in message
    assert "Nothing was changed" in message
    assert pair.active() == ["cluster-a"]


@pytest.mark.parametrize("answer", [{"metadata": {"count": 2}, "entities": []}, {"message": "busy"}, {"value": False}])
def test_a_refused_migration_in_any_form_is_an_error(pair: Pair, answer: dict[str, Any]) -> None:
    pair.lab.faults([{"method": "POST", "path": "/migrate", "then": {"status": 200, "body": answer}}])
    assert "refuses to migrate" in pair.call("cluster-a", "migrated")["msg"]


def test_replications_under_way_are_refused_unless_accepted(pair: Pair) -> None:
    pair.change("cluster-a", "remote_site", name="slow", cluster="cluster-b", bandwidth_mbps=0.01)
    wanted = pair.change("cluster-a", "pd_snapshot", protection_domain=NAME, remotes=["slow"])["snapshot_id"]
    waiting = pair.change("cluster-a", "pd_snapshot", protection_domain=NAME, remotes=["slow"])["snapshot_id"]
    pair.lab.skip(60)
    message = pair.refuses("cluster-a", "migrated", remote_site="SITE-B")
    assert f"{wanted} to 'slow' at" in message
    assert f"{waiting} to 'slow' waiting" in message
    assert (
        pair("cluster-a", "migrated", check=True, accept_pending_replications=True, remote_site="SITE-B")["changed"]
        is True
    )
    assert (
        f"{wanted} to 'slow' at"
        in pair.call("cluster-a", "migrated", remote_site="SITE-B", replication_timeout=1)["msg"]
    )


@pytest.mark.parametrize(("cluster", "state"), [("cluster-a", "migrated"), ("cluster-b", "activated")])
def test_replications_that_end_in_time_are_waited_for(pair: Pair, cluster: str, state: str) -> None:
    pair.change("cluster-a", "remote_site", name="SITE-B", cluster="cluster-b", bandwidth_mbps=100)
    arriving = pair.change("cluster-a", "pd_snapshot", protection_domain=NAME, remotes=["SITE-B"])["snapshot_id"]
    # A busy machine would look when the replication is over already.
    pair.lab.run_at(1)
    pair.lab.skip(20)
    given = {"replication_timeout": 600, "accept_split_brain": True}
    plan = pair(cluster, state, check=True, **given)
    pair.lab.run_at(600)
    assert "that is waited for, 10 min at most" in plan["plan"][0]
    pair.lab.forget()
    done = pair(cluster, state, **given)
    assert done["changed"] is True
    if state == "activated":
        assert done["snapshot"]["id"].endswith(str(arriving))


def test_a_plan_that_is_carried_out_afterwards_waits_for_replications_while_users_still_work(pair: Pair) -> None:
    pair.change("cluster-a", "remote_site", name="SITE-B", cluster="cluster-b", bandwidth_mbps=100)
    pair.change("cluster-a", "pd_snapshot", protection_domain=NAME, remotes=["SITE-B"])
    pair.lab.run_at(1)
    pair.lab.skip(20)
    message = pair.call("cluster-a", "migrated", check=True, replication_timeout=1, wait_in_check_mode=True)["msg"]
    assert "are being replicated" in message
    pair.lab.run_at(600)
    plan = pair("cluster-a", "migrated", check=True, replication_timeout=600, wait_in_check_mode=True)["plan"]
    assert not any("waited for" in line for line in plan)
    assert writes(pair.lab) == []


def test_a_metro_domain_is_refused(pair: Pair) -> None:
    metro = {"name": NAME, "active": True, "vms": [], "metro_avail": {"role": "ACTIVE", "remote_site": "SITE-B"}}
    body = {"metadata": {"count": 1, "grand_total_entities": 1, "total_entities": 1}, "entities": [metro]}
    pair.lab.faults([{"method": "GET", "path": r"/protection_domains/?(\?|$)", "then": {"status": 200, "body": body}}])
    for cluster, state in (("cluster-a", "migrated"), ("cluster-b", "activated"), ("cluster-a", "deactivated")):
        assert "metro availability" in pair.refuses(cluster, state)


def test_another_change_of_mode_is_not_taken_for_ours(pair: Pair) -> None:
    pair.split()
    pair.change("cluster-a", "durations", deactivate=1e6)
    pair("cluster-a", "deactivated", wait=False)
    message = pair.call("cluster-a", "migrated")["msg"]
    assert "another change of the mode" in message
    assert "DEACTIVATE_PD" in message
    assert "another change of the mode" in pair.call("cluster-a", "activated")["msg"]


def test_the_peer_must_be_another_cluster(pair: Pair) -> None:
    for state in ("migrated", "activated", "deactivated"):
        assert "is the same cluster" in pair.refuses("cluster-a", state, peer=pair.peer("cluster-a"))


def test_what_the_peer_leaves_out_is_as_for_the_task(pair: Pair) -> None:
    options = pair.peer("cluster-b")
    for password in (options["nutanix_password"], pair.peer("cluster-a")["nutanix_password"]):
        pair.change("cluster-b", "account", password=password)
        left = {"nutanix_host": options["nutanix_host"], "nutanix_port": options["nutanix_port"]}
        result = pair.call("cluster-a", "migrated", check=True, peer=left)
        assert bool(result.get("failed")) is (password == options["nutanix_password"])
