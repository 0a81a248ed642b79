# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_failover"""

from __future__ import annotations

import socket
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import certifi
import pytest
import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import Board
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import execute
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.deletions import deletions_in
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_protection_domain_failover import (
    OPERATION,
)
from harness.modules import Site, hosts_of, run_module, writes
from lab.running import RunningLab

MODULE = "pe_protection_domain_failover"
NAME = "PD-W11"
DESKS = ["desk-1", "desk-2", "desk-3"]
A_YEAR = 31536000.0
SCHEDULE = {"type": "DAILY", "local": 2, "remote": {"SITE-B": 2}, "first_after": A_YEAR}
CLUSTER_A: dict[str, Any] = {
    "name": "cluster-a",
    "vms": [{"name": "desk-{n}", "count": 3, "power_state": "on", "disk_gib": 1}],
    "remote_sites": [
        {"name": "SITE-B", "cluster": "cluster-b", "bandwidth_mbps": 10000},
        {"name": "SITE-C", "cluster": "cluster-c", "bandwidth_mbps": 10000},
    ],
    "protection_domains": [
        {
            "name": NAME,
            "vms": DESKS,
            "schedules": [SCHEDULE],
            "snapshots": [{"age_hours": 26, "remotes": ["SITE-B"]}, {"age_hours": 2, "remotes": ["SITE-B"]}],
        }
    ],
}
TOPOLOGY: dict[str, Any] = {
    "seed": 1,
    "prism_elements": [
        CLUSTER_A,
        {"name": "cluster-b", "remote_sites": [{"name": "SITE-A", "cluster": "cluster-a", "bandwidth_mbps": 10000}]},
        {"name": "cluster-c", "remote_sites": [{"name": "SITE-A", "cluster": "cluster-a", "bandwidth_mbps": 10000}]},
    ],
}


class Pair:
    """Two clusters and the protection domain between them; the module runs on one of them with the other as peer."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        self.hosts: dict[str, Site] = hosts_of(lab)

    def peer(self, cluster: str) -> dict[str, Any]:
        return dict(self.hosts[cluster].options)

    def call(self, cluster: str, state: str, check: bool = False, **options: Any) -> dict[str, Any]:
        return run_module(MODULE, self.arguments(cluster, state, options), check)

    def __call__(self, cluster: str, state: str, check: bool = False, **options: Any) -> dict[str, Any]:
        result = self.call(cluster, state, check, **options)
        assert not result.get("failed"), result
        return result

    def refuses(self, cluster: str, state: str, **options: Any) -> str:
        """The same refusal in check mode and without, and not one write."""
        before = len(writes(self.lab))
        messages = [self.call(cluster, state, check, **options) for check in (True, False)]
        assert all(result.get("failed") for result in messages), messages
        assert len(writes(self.lab)) == before
        assert messages[0]["msg"] == messages[1]["msg"]
        return str(messages[0]["msg"])

    def arguments(self, cluster: str, state: str, options: dict[str, Any]) -> dict[str, Any]:
        name = options.get("name", NAME)
        deactivated = {"confirm": name} if state == "deactivated" else {}
        given = {
            **self.hosts[cluster].options,
            "name": name,
            "state": state,
            "peer": self.peer("cluster-b" if cluster == "cluster-a" else "cluster-a"),
        }
        return {key: value for key, value in {**given, **deactivated, **options}.items() if value is not None}

    def change(self, endpoint: str, kind: str, **payload: Any) -> dict[str, Any]:
        (result,) = self.lab.change([{"endpoint": endpoint, "kind": kind, **payload}])
        return dict(result)

    def vms(self, cluster: str) -> dict[str, str]:
        """Name -> uuid of the VMs there."""
        return {vm["name"]: vm["uuid"] for vm in self.hosts[cluster]("pe_vm_info")["vms"]}

    def active(self) -> list[str]:
        """The clusters on which it is active, whether they answer or not."""
        state = self.lab.state()["endpoints"]
        return [
            cluster
            for cluster in ("cluster-a", "cluster-b")
            for domain in state[cluster]["protection_domains"]
            if domain["name"] == NAME and domain["active"]
        ]

    def split(self) -> None:
        """The disaster, the activation on the survivor, and the return of the old source."""
        self.change("cluster-a", "lost", lost=True)
        self("cluster-b", "activated")
        self.change("cluster-a", "lost", lost=False)
        self.lab.forget()


@pytest.fixture
def pair(lab: RunningLab) -> Pair:
    lab.reset(TOPOLOGY)
    lab.forget()
    return Pair(lab)


def plain(result: dict[str, Any]) -> dict[str, Any]:
    """What check mode can predict of a result."""
    return {
        key: value
        for key, value in result.items()
        if key not in ("timeline", "warnings", "protected_by", "data_age_seconds", "plan")
    }


def orders(lab: RunningLab) -> list[str]:
    return [entry["path"].rpartition("/")[2] for entry in lab.requests() if entry["method"] == "POST"]


# Planned.


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


def hide_vms(pair: Pair, cluster: str, after: int) -> None:
    body = {"metadata": {"count": 0, "grand_total_entities": 0, "total_entities": 0}, "entities": []}
    pair.lab.faults(
        [
            {
                "endpoint": cluster,
                "method": "GET",
                "path": r"/vms/?$",
                "nth": after + 1,
                "times": 1000,
                "then": {"status": 200, "body": body},
            }
        ]
    )


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


# What a migration refuses.


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


# Unplanned.


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


SICK = {"endpoint": "cluster-a", "then": {"status": 500, "body": {"message": "internal error"}}}


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


# Several at once.


def several(pair: Pair, count: int) -> list[str]:
    """So many more protection domains on cluster-a, each with a VM of its own that was on."""
    names = [f"PD-{number:02d}" for number in range(1, count + 1)]
    for name in names:
        pair.change("cluster-a", "vm", name=f"vm-{name}", power_state="on", disk_gib=1)
        pair.change(
            "cluster-a",
            "protection_domain",
            name=name,
            vms=[f"vm-{name}"],
            schedules=[SCHEDULE],
            snapshots=[{"age_hours": 1, "remotes": ["SITE-B"]}],
        )
    return names


def test_all_are_ordered_before_one_has_ended_and_each_is_switched_on_when_it_has_arrived(pair: Pair) -> None:
    *names, slow = several(pair, 6)
    # Of one domain the other side does not tell for a while whether it has arrived.
    silent = {"status": 500, "body": {"message": "internal error"}}
    pair.lab.faults([{"endpoint": "cluster-b", "path": f"names={slow}", "nth": 2, "times": 12, "then": silent}])
    pair.change("cluster-a", "durations", migrate=200)
    moved = pair("cluster-a", "migrated", name=None, names=[slow, *names], power_on="all")
    assert moved["changed"] is True
    assert list(moved["domains"]) == [slow, *names]
    posts = [entry["path"].rpartition("/")[2] for entry in pair.lab.requests() if entry["method"] == "POST"]
    assert posts[: len(names) + 1] == ["migrate"] * (len(names) + 1)
    powers = {name: result["power"] for name, result in moved["domains"].items()}
    assert {name: [vm["power_state"] for vm in power["vms"]] for name, power in powers.items()} == {
        name: ["on"] for name in [slow, *names]
    }
    last = next(piece for piece in moved["domains"][slow]["timeline"] if piece["phase"] == "migrate")
    assert all(powers[name]["timeline"][0]["started"] < last["finished"] for name in names)


def told_others(pair: Pair, board: Board, state: str, names: list[str], **options: Any) -> dict[str, dict[str, Any]]:
    """The notes that a run on the controller leaves."""
    cluster = "cluster-a" if state == "migrated" else "cluster-b"
    check = options.pop("check", False)
    given = pair.arguments(cluster, state, {"name": None, "names": names, **options})
    validated = ArgumentSpecValidator(dict(OPERATION.arguments)).validate(given)
    assert not validated.error_messages
    execute(OPERATION, validated.validated_parameters, Reporter(check=check, board=board), show_diff=False)
    return board.read([f"protection domain {name}" for name in names])


@pytest.mark.parametrize("state", ["migrated", "activated"])
def test_others_are_told_of_each_that_arrived_with_its_vms_on_and_of_each_that_failed(
    pair: Pair, state: str, tmp_path: Path
) -> None:
    (other,) = several(pair, 1)
    if state == "activated":
        pair.change("cluster-a", "lost", lost=True)
    board, names = Board(tmp_path), [NAME, other, "PD-Typo"]
    assert told_others(pair, board, state, names, check=True) == {}
    notes = told_others(pair, board, state, names, power_on="all")
    here = pair.vms("cluster-b")
    assert notes["protection domain PD-Typo"] == {"name": "PD-Typo", "arrived": False, "vms": []}
    assert notes[f"protection domain {NAME}"] == {
        "name": NAME,
        "arrived": True,
        "vms": [{"name": desk, "uuid": here[desk]} for desk in DESKS],
    }
    assert [vm["name"] for vm in notes[f"protection domain {other}"]["vms"]] == [f"vm-{other}"]


def test_nobody_is_told_before_a_slow_one_has_arrived(pair: Pair, tmp_path: Path) -> None:
    assert told_others(pair, Board(tmp_path), "migrated", [NAME], wait=False) == {}
    assert told_others(pair, Board(tmp_path), "migrated", [NAME])[f"protection domain {NAME}"]["arrived"] is True


def test_without_a_place_for_notes_the_failover_goes_on(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert told_others(pair, Board(tmp_path / "file"), "migrated", [NAME]) == {}
    assert pair.active() == ["cluster-b"]


def test_some_come_up_from_an_older_snapshot(pair: Pair) -> None:
    (other,) = several(pair, 1)
    listed = pair.hosts["cluster-b"]("pe_protection_domain_info", name=NAME)["protection_domains"][0]["snapshots"]
    newest, oldest = [
        snapshot["id"] for snapshot in sorted(listed, key=lambda snapshot: snapshot["created"], reverse=True)
    ]
    pair.change("cluster-a", "lost", lost=True)
    for check in (True, False):
        made = pair("cluster-b", "activated", check=check, name=None, names=[NAME, other], snapshot_ids={NAME: oldest})[
            "domains"
        ]
        assert made[NAME]["snapshot"]["id"] == oldest != newest
        assert made[NAME]["data_age_seconds"] > 24 * 3600 > made[other]["data_age_seconds"]
    message = pair.call("cluster-b", "activated", snapshot_ids={"PD-Typo": oldest})["msg"]
    assert "snapshot_ids names protection domains that are not among those to be activated: PD-Typo" in message


def test_one_that_fails_holds_up_no_other(pair: Pair) -> None:
    first, second = several(pair, 2)
    pair.lab.faults(
        [
            {
                "endpoint": "cluster-a",
                "method": "POST",
                "path": f"{first}/migrate",
                "then": {"status": 422, "body": {"message": "no"}},
            }
        ]
    )
    result = pair.call("cluster-a", "migrated", name=None, names=[first, second, "PD-Typo"])
    assert result["failed"] is True
    assert "2 of 3 protection domains could not be migrated" in result["msg"]
    assert result["domains"][second]["changed"] is True
    assert result["domains"][first]["error"]["message"]
    assert "has no protection domain 'PD-Typo'" in result["domains"]["PD-Typo"]["msg"]
    assert f"vm-{second}" in pair.vms("cluster-b")


def test_the_screen_shows_one_that_fails(pair: Pair) -> None:
    lines: list[str] = []
    given = pair.arguments("cluster-a", "migrated", {"name": None, "names": [NAME, "PD-Typo"]})
    params = ArgumentSpecValidator(dict(OPERATION.arguments)).validate(given).validated_parameters
    execute(OPERATION, params, Reporter(progress=lines.append), show_diff=False)
    (failed,) = [line for line in lines if "PD-Typo" in line]
    assert failed.startswith("'PD-Typo' could not be migrated: ")


def test_several_as_predicted_and_then_unchanged(pair: Pair) -> None:
    names = [*several(pair, 2), NAME]
    predicted = pair("cluster-a", "migrated", check=True, name=None, names=names, power_on="all")
    assert writes(pair.lab) == []
    moved = pair("cluster-a", "migrated", name=None, names=names, power_on="all")
    assert moved["diff"] == predicted["diff"]
    assert {name: result["vms"] for name, result in moved["domains"].items()} == {
        name: result["vms"] for name, result in predicted["domains"].items()
    }
    pair.lab.forget()
    again = pair("cluster-a", "migrated", name=None, names=names, power_on="all")
    assert (again["changed"], writes(pair.lab)) == (False, [])


def test_what_was_on_before_goes_on_and_what_was_off_is_told(pair: Pair) -> None:
    pair.change("cluster-a", "power", vm="desk-2", state="off")
    uuid = pair.vms("cluster-a")["desk-2"]
    told = pair("cluster-a", "migrated", check=True, power_on="all")
    assert told["were_off"] == [{"name": "desk-2", "uuid": uuid, "goes_on": True}]
    assert f"'desk-2' ({uuid}) is off, and is powered on there all the same" in told["plan"]
    for check in (True, False):
        result = pair("cluster-a", "migrated", check=check, power_on="were_on", leave_off=["desk-3"])
        assert result["were_off"] == [{"name": "desk-2", "uuid": uuid, "goes_on": False}]
        assert f"'desk-2' ({uuid}) is off, and stays off" in result["plan"]
    assert [vm["name"] for vm in result["power"]["vms"]] == ["desk-1"]
    states = {vm["name"]: vm["power_state"] for vm in pair.hosts["cluster-b"]("pe_vm_info")["vms"]}
    assert states == {"desk-1": "on", "desk-2": "off", "desk-3": "off"}


def power_states(pair: Pair, cluster: str) -> dict[str, str]:
    return {vm["name"]: vm["power_state"] for vm in pair.hosts[cluster]("pe_vm_info")["vms"]}


def test_a_run_that_goes_on_knows_which_vms_were_off_before(pair: Pair, tmp_path: Path) -> None:
    for cluster in ("cluster-a", "cluster-b"):
        pair.change(cluster, "behaviour", migrate_needs_schedule=False)
    pair.change("cluster-a", "power", vm="desk-2", state="off")
    options: dict[str, Any] = {"power_on": "were_on", "saved_path": str(tmp_path / "power.json")}
    pair("cluster-a", "migrated", check=True, **options)
    assert not (tmp_path / "power.json").exists()
    # What a killed run leaves: it was ordered, and nobody saw its end.
    pair("cluster-a", "migrated", wait=False, **options)
    for _run in range(2):
        done = pair("cluster-a", "migrated", **options)
        assert [vm["name"] for vm in done["were_off"]] == ["desk-2"]
        assert power_states(pair, "cluster-b") == {"desk-1": "on", "desk-2": "off", "desk-3": "on"}
    assert done["changed"] is False
    # Another move of the same name begins with what is seen then.
    pair("cluster-b", "migrated", power_on="all")
    again = pair("cluster-a", "migrated", **options)
    assert again["were_off"] == []
    assert set(power_states(pair, "cluster-b").values()) == {"on"}


def test_without_a_record_it_is_told_that_all_are_switched_on(pair: Pair) -> None:
    pair.change("cluster-a", "power", vm="desk-2", state="off")
    pair("cluster-a", "migrated", wait=False, power_on="were_on")
    done = pair("cluster-a", "migrated", power_on="were_on")
    assert set(power_states(pair, "cluster-b").values()) == {"on"}
    assert any("were off before its migration is not known" in text for text in done["warnings"])


def test_a_record_that_cannot_be_read_stops_before_anything_is_ordered(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "power.json").write_text("[]", encoding="utf-8")
    assert "is no list of VMs that were on and off" in pair.refuses(
        "cluster-a", "migrated", saved_path=str(tmp_path / "power.json")
    )


@pytest.mark.parametrize("monitors", ["listed", "not_found"])
def test_a_migration_that_fails_leaves_the_vms_as_they_were(pair: Pair, tmp_path: Path, monitors: str) -> None:
    pair.change("cluster-a", "power", vm="desk-2", state="off")
    for name in ("cluster-a", "cluster-b"):
        pair.change(name, "behaviour", progress_monitors=monitors)
    pair.lab.faults([{"method": "POST", "path": "/migrate", "then": {"fail_task": "storage is full"}}])
    options: dict[str, Any] = {"power_on": "all", "wait_timeout": 8, "saved_path": str(tmp_path / "power.json")}
    failed = pair.call("cluster-a", "migrated", **options)
    assert "came to an end without effect" in failed["msg"]
    assert "its VMs that were shut down for it are on again: 'desk-1', 'desk-3'" in failed["msg"]
    assert [vm["name"] for vm in failed["switched_on_again"]] == ["desk-1", "desk-3"]
    assert (failed["at_home"], failed["left_off"]) == (True, [])
    assert power_states(pair, "cluster-a") == {"desk-1": "on", "desk-2": "off", "desk-3": "on"}
    pair.lab.clear_faults()
    pair("cluster-a", "migrated", **{**options, "power_on": "were_on", "wait_timeout": 600})
    assert power_states(pair, "cluster-b") == {"desk-1": "on", "desk-2": "off", "desk-3": "on"}


def test_what_a_failed_migration_leaves_off_is_told_where_nobody_can_tell_that_it_is_over(pair: Pair) -> None:
    pair.lab.faults([{"method": "POST", "path": "/migrate", "then": {"fail_task": "storage is full"}}])
    failed = pair.call("cluster-a", "migrated", peer=None, remote_site="SITE-B", wait_timeout=8)
    assert "these of its VMs are switched off on" in failed["msg"]
    assert [vm["name"] for vm in failed["left_off"]] == DESKS
    assert failed["at_home"] is False
    assert set(power_states(pair, "cluster-a").values()) == {"off"}
    # With the other side it can be told, and what an earlier run left off is no wish of anybody.
    again = pair.call("cluster-a", "migrated", wait_timeout=8)
    assert (again["at_home"], again["switched_on_again"]) == (True, [])


def test_a_refused_migration_says_that_all_is_as_before(pair: Pair) -> None:
    refused = {"status": 422, "body": {"message": "no"}}
    pair.lab.faults([{"endpoint": "cluster-a", "method": "POST", "path": "/migrate", "then": refused}])
    failed = pair.call("cluster-a", "migrated")
    assert (failed["at_home"], failed["left_off"], failed["switched_on_again"]) == (True, [], [])


@pytest.mark.parametrize("unmapped", ["drop", "by_name"])
def test_a_network_that_nothing_maps_is_foreseen_and_a_lost_card_is_told(pair: Pair, unmapped: str) -> None:
    pair.change("cluster-a", "network", name="VLAN77", vlan_id=77)
    if unmapped == "by_name":
        pair.change("cluster-b", "network", name="VLAN77", vlan_id=77)
    pair.change("cluster-b", "behaviour", unmapped_networks="by_name")
    pair.change("cluster-a", "vm", name="alone", networks=["VLAN77"], power_state="on", disk_gib=1)
    pair.change("cluster-a", "vm", name="bare", networks=[], power_state="on", disk_gib=1)
    pair.change("cluster-a", "protection_domain", name="PD-Net", vms=["alone", "bare"], schedules=[SCHEDULE])
    for check in (True, False):
        result = pair("cluster-a", "migrated", check=check, name="PD-Net")
        assert {"network": "VLAN77", "vms": ["alone"], "same_name": unmapped == "by_name"} in result[
            "unmapped_networks"
        ]
        assert any("may arrive without a network card" in line for line in result["plan"]) is (unmapped == "drop")
    assert [vm["name"] for vm in result["without_cards"]] == (["alone"] if unmapped == "drop" else [])
    assert [
        vm["name"] for vm in pair("cluster-a", "migrated", name="PD-Net")["without_cards"] if vm["name"] != "bare"
    ] == (["alone"] if unmapped == "drop" else [])


def test_a_vm_that_does_not_go_on_is_told_and_the_rest_is(pair: Pair) -> None:
    uuid = pair.vms("cluster-a")["desk-2"]
    refusal = {"status": 422, "body": {"message": "no host has room"}}
    pair.lab.faults([{"endpoint": "cluster-b", "method": "POST", "path": f"{uuid}/set_power_state", "then": refusal}])
    result = pair("cluster-a", "migrated", power_on="all")
    assert result["power"]["failed"] is True
    assert [failure["name"] for failure in result["power"]["failures"]] == ["desk-2"]
    assert "no host has room" in result["power"]["failures"][0]["reason"]


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


# Afterwards.


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


# Everything.


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
