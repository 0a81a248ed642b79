# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_protection_domain_snapshot with state absent, against the lab; and what pe_protection_domain_info tells of
restores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.modules import Site, writes
from lab.running import RunningLab

MODULE = "pe_protection_domain_snapshot"
RELEASE = {"protection_domain": "PD-Gold", "vm_name": "Gold", "release": "1"}


@pytest.fixture
def made(lab: RunningLab, host: Callable[[str], Site]) -> dict[str, Any]:
    """What removes the snapshot of release 1 on cluster-a."""
    snapshot_id = host("cluster-a")(MODULE, **RELEASE)["snapshot_id"]
    lab.forget()
    return {**RELEASE, "snapshot_id": snapshot_id, "state": "absent"}


def ids(host: Callable[[str], Site], cluster: str = "cluster-a") -> list[str]:
    (domain,) = host(cluster)("pe_protection_domain_info", name="PD-Gold")["protection_domains"]
    return [snapshot["id"] for snapshot in domain["snapshots"]]


def test_removed_once(lab: RunningLab, host: Callable[[str], Site], made: dict[str, Any]) -> None:
    before = ids(host)
    plan = host("cluster-a")(MODULE, check=True, **made)
    assert (plan["changed"], writes(lab)) == (True, [])
    result = host("cluster-a")(MODULE, **made)
    assert (result["changed"], result["diff"]) == (plan["changed"], plan["diff"])
    assert ids(host) == [each for each in before if each != made["snapshot_id"]]
    lab.forget()
    assert host("cluster-a")(MODULE, **made)["changed"] is False
    assert writes(lab) == []


def test_replica_is_removed_where_it_is(host: Callable[[str], Site], made: dict[str, Any]) -> None:
    replica = f"cluster-a:{made['snapshot_id']}"
    assert host("cluster-b")(MODULE, **{**made, "snapshot_id": replica})["changed"]
    assert replica not in ids(host, "cluster-b")
    assert made["snapshot_id"] in ids(host)


@pytest.mark.parametrize("other", [{"release": "2"}, {"vm_name": "Gold-Finance"}, {"prefix": "other_"}])
def test_what_does_not_bear_the_mark_is_refused(
    lab: RunningLab, host: Callable[[str], Site], made: dict[str, Any], other: dict[str, str]
) -> None:
    assert "does not bear the mark" in host("cluster-a").fails(MODULE, **{**made, **other})
    assert writes(lab) == []


def test_scheduled_snapshots_are_refused(lab: RunningLab, host: Callable[[str], Site]) -> None:
    for snapshot_id in ids(host):
        assert "does not bear the mark" in host("cluster-a").fails(
            MODULE, **RELEASE, snapshot_id=snapshot_id, state="absent"
        )
    assert writes(lab) == []


def test_unknown_snapshot_or_domain_is_gone(lab: RunningLab, host: Callable[[str], Site], made: dict[str, Any]) -> None:
    assert host("cluster-a")(MODULE, **{**made, "snapshot_id": "1"})["changed"] is False
    assert host("cluster-a")(MODULE, **{**made, "protection_domain": "PD 'ö' #1/%"})["changed"] is False
    assert writes(lab) == []


def test_id_is_needed(host: Callable[[str], Site]) -> None:
    assert "snapshot_id" in host("cluster-a").fails(MODULE, **RELEASE, state="absent")


@pytest.mark.parametrize("then", [{"status": 503}, {"drop": "before"}, {"drop": "after"}])
def test_repeated_until_it_is_gone(
    lab: RunningLab, host: Callable[[str], Site], made: dict[str, Any], then: dict[str, Any]
) -> None:
    lab.faults([{"endpoint": "cluster-a", "method": "DELETE", "nth": 1, "then": then}])
    assert host("cluster-a")(MODULE, **made)["changed"]
    assert made["snapshot_id"] not in ids(host)


def test_refusal_with_a_good_status_is_a_failure(
    lab: RunningLab, host: Callable[[str], Site], made: dict[str, Any]
) -> None:
    lab.faults(
        [
            {
                "endpoint": "cluster-a",
                "method": "DELETE",
                "then": {"status": 200, "body": {"value": False, "message": "in use"}},
            }
        ]
    )
    assert "in use" in host("cluster-a").fails(MODULE, **made)


def test_a_removal_that_nobody_works_on_ends_the_wait(
    lab: RunningLab, host: Callable[[str], Site], made: dict[str, Any]
) -> None:
    lab.faults([{"endpoint": "cluster-a", "method": "DELETE", "then": {"status": 200, "body": {"value": True}}}])
    message = host("cluster-a").fails(MODULE, **made, wait_timeout=4)
    assert (
        "nothing is under way any more: it is still listed as available, and pending_actions of 'PD-Gold' lists no"
        " removal of it" in message
    )


def test_a_removal_that_is_listed_is_still_running(
    lab: RunningLab, host: Callable[[str], Site], made: dict[str, Any]
) -> None:
    pending = [{"protection_domain_name": "PD-Gold", "to_be_removed_snapshots": [made["snapshot_id"]]}]
    lab.faults(
        [
            {"endpoint": "cluster-a", "method": "DELETE", "then": {"status": 200, "body": {"value": True}}},
            {"endpoint": "cluster-a", "path": "/pending_actions", "then": {"status": 200, "body": pending}},
        ]
    )
    assert "still running" in host("cluster-a").fails(MODULE, **made, wait_timeout=2)


def test_restores_are_told(host: Callable[[str], Site], made: dict[str, Any]) -> None:
    def told() -> dict[str, Any]:
        (domain,) = host("cluster-b")("pe_protection_domain_info", name="PD-Gold", snapshots=False, restores=True)[
            "protection_domains"
        ]
        return {name: domain[name] for name in ("restoring", "last_restore")}

    assert told() == {"restoring": [], "last_restore": None}
    host("cluster-b")("pe_protection_domain_restore", **RELEASE, snapshot_id=made["snapshot_id"])
    after = told()
    assert after["restoring"] == []
    assert after["last_restore"].endswith("Z")
