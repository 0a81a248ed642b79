# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of an estate, and what is not."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.overview import (
    cares,
    endpoints_of,
    last_jobs,
    next_certificate,
    of_the_future,
    unknowns,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.protection import (
    protection_of,
    protections,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
SILENT = {"message": "nobody answers."}


def domain(*vms: str, active: bool = True, snapshots: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    members = [{"vm_name": vm, "vm_uuid": f"ID-{vm}"} for vm in vms]
    return {"name": "PD", "active": active, "members": members if active else [], "snapshots": snapshots or []}


def snapshot(hour: int, *vms: str, state: str = "AVAILABLE", uuid: str = "ID-{}") -> dict[str, Any]:
    held = [{"vm_name": vm, "vm_uuid": uuid.format(vm)} for vm in vms]
    return {"created": f"2026-11-20T{hour:02}:00:00Z", "state": state, "vms": held}


def clusters(*received: dict[str, Any]) -> dict[str, Any]:
    own = snapshot(11, "A", "B")
    return {
        "a": {"message": "", "protection_domains": [domain("A", "B", snapshots=[own])]},
        "b": {"message": "", "protection_domains": [domain(active=False, snapshots=list(received))]},
    }


@pytest.mark.parametrize(
    ("hosts", "vms", "state", "age"),
    [
        (clusters(snapshot(8, "A", "B"), snapshot(10, "A")), ["id-a", "ID-B"], "protected", 4 * 3600),
        # Another cluster may call the VM by another uuid
        (clusters(snapshot(9, "A", uuid="OTHER-{}")), ["id-a"], "protected", 3 * 3600),
        (clusters(snapshot(10, "A", state="REPLICATING")), ["id-a"], "on its own cluster only", None),
        (clusters(), ["id-a"], "on its own cluster only", None),
        (clusters(snapshot(10, "A")), ["id-a", "id-b"], "partly protected", 2 * 3600),
        (clusters(snapshot(10, "A")), ["id-nobody"], "not protected", None),
        (clusters(snapshot(10, "A")), ["id-a", ""], "unknown", 2 * 3600),
        ({**clusters(), "b": SILENT}, ["id-a"], "unknown", None),
        ({**clusters(snapshot(10, "A")), "c": SILENT}, ["id-nobody"], "unknown", None),
        (clusters(), [], "no machines", None),
    ],
)
def test_only_a_snapshot_on_another_cluster_protects(
    hosts: dict[str, Any], vms: list[str], state: str, age: int | None
) -> None:
    found = protection_of(vms, False, protections(hosts, {}), NOW)
    assert (found["state"], found["data_age_seconds"]) == (state, age)


def test_what_a_policy_may_protect_is_unknown() -> None:
    known = protections(clusters(), {"pc": {"message": ""}})
    assert protection_of(["id-nobody"], None, known, NOW)["state"] == "unknown"
    assert protection_of(["id-nobody"], True, known, NOW)["state"] == "not needed"


def test_a_certificate_that_was_not_seen_is_unknown_and_not_the_next_one() -> None:
    seen = {"not_after": "2026-12-01T00:00:00Z", "days_left": 10, "trusted": False}
    later = {"not_after": "2027-12-01T00:00:00Z", "days_left": 375, "trusted": True}
    endpoints = endpoints_of(
        {"a": {"endpoint": {"certificate": later}}, "b": SILENT},
        {"pc": {"endpoint": {"certificate": {"not_after": None, "days_left": None, "trusted": True}}}},
        {"daas": {"endpoint": {"certificate": seen}}},
    )
    found = next_certificate(endpoints)
    assert found is not None
    assert found["host"] == "daas"
    assert cares(endpoints, [], 30) == [
        "the certificate of daas expires in 10 days",
        "the certificate of daas is not trusted",
    ]
    doubts = [{"name": "b", "reason": "b cannot be asked."}]
    assert unknowns(endpoints, [], doubts, [{"file": "x.json", "reason": "it is no JSON"}]) == [
        "b was not read: nobody answers",
        "the certificate of pc is unknown",
        "what retention would do is unknown: b cannot be asked",
        "x.json does not count: it is no JSON",
    ]
    assert next_certificate([]) is None


def job(kind: str, finished: str, complete: bool = True, check_mode: bool = False) -> dict[str, Any]:
    return {"kind": kind, "finished": finished, "complete": complete, "check_mode": check_mode}


def test_the_last_jobs_are_no_plans_and_a_failed_one_hides_no_complete_one() -> None:
    jobs = [
        job("release", "2026-11-20T03:00:00.000Z", complete=False),
        job("release", "2026-11-20T01:00:00.000Z"),
        job("release", "2026-11-20T09:00:00.000Z", check_mode=True),
        job("rollback", "2026-11-20T10:00:00.000Z"),
        job("unplanned", "2026-11-19T10:00:00.000Z"),
    ]
    last = last_jobs(jobs)
    assert (last["release"], last["complete_release"], last["failover"]) == (jobs[0], jobs[1], jobs[4])
    assert (last["drill"], last["complete_drill"]) == (None, None)


def test_a_job_that_ended_in_the_future_is_not_the_last_one() -> None:
    jobs = [job("drill", "2099-01-01T00:00:00Z"), job("drill", NOW.strftime("%Y-%m-%dT%H:%M:%SZ"))]
    assert of_the_future(jobs, NOW) == jobs[:1]
    assert of_the_future(jobs, NOW.replace(year=2099)) == []
