# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.modules import Site, writes
from lab.running import RunningLab

MODULE = "pe_protection_domain_schedule"
Host = Callable[[str], Site]


def schedules(lab: RunningLab) -> list[dict[str, Any]]:
    (domain,) = [
        domain
        for domain in lab.estate.endpoint("cluster-a").state()["protection_domains"]
        if domain["name"] == "PD-Gold"
    ]
    return [schedule["spec"] for schedule in domain["schedules"]]


def test_what_replicates_often_enough_is_left_alone(lab: RunningLab, host: Host) -> None:
    result = host("cluster-a")(MODULE, name="PD-Gold", remote_sites=["cluster-b"], type="DAILY", keep_remote=9)
    assert result["changed"] is False
    assert result["schedule"]["keep_remote"] == {"cluster-b": 3, "cluster-c": 3}
    assert writes(lab) == []


def test_schedule_is_added_once(lab: RunningLab, host: Host) -> None:
    asked: dict[str, Any] = {
        "name": "PD-Gold",
        "remote_sites": ["cluster-b"],
        "type": "MINUTELY",
        "every_nth": 15,
        "keep_remote": 8,
    }
    plan = host("cluster-a")(MODULE, check=True, **asked)
    assert (plan["changed"], writes(lab)) == (True, [])
    first = host("cluster-a")(MODULE, **asked)
    assert (first["changed"], first["diff"]) == (True, plan["diff"])
    assert [
        (spec["type"], spec["every_nth"], spec["retention_policy"]["remote_max_snapshots"])
        for spec in schedules(lab)[1:]
    ] == [("MINUTELY", 15, {"cluster-b": 8})]
    assert host("cluster-a")(MODULE, **asked)["changed"] is False
    assert len(schedules(lab)) == 2


def test_only_remote_site_need_not_be_named(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-b", "kind": "protection_domain", "name": "PD-B", "vms": ["desk-b-001"]}])
    assert host("cluster-b")(MODULE, name="PD-B")["schedule"]["keep_remote"] == {"cluster-a": 2}


def test_suspended_schedule_does_not_count(lab: RunningLab, host: Host) -> None:
    lab.change(
        [
            {
                "endpoint": "cluster-b",
                "kind": "protection_domain",
                "name": "PD-B",
                "vms": ["desk-b-001"],
                "schedules": [{"type": "HOURLY", "remote": {"cluster-a": 2}, "suspended": True}],
            }
        ]
    )
    assert host("cluster-b")(MODULE, name="PD-B")["changed"] is True


@pytest.mark.parametrize("spelling", ["Hourly", "kHourly"])
def test_a_type_in_any_spelling_is_known_again(lab: RunningLab, host: Host, spelling: str) -> None:
    schedule = {"type": spelling, "every_nth": 1, "retention_policy": {"remote_max_snapshots": {"cluster-b": 2}}}
    body = {
        "entities": [
            {"name": "PD-Gold", "active": True, "remote_site_names": ["cluster-b"], "cron_schedules": [schedule]}
        ]
    }
    lab.faults([{"method": "GET", "path": r"/protection_domains/?\?", "then": {"status": 200, "body": body}}])
    assert host("cluster-a")(MODULE, name="PD-Gold", remote_sites=["cluster-b"])["changed"] is False
    assert writes(lab) == []


def test_schedules_that_do_not_run_at_all_are_no_success(lab: RunningLab, host: Host) -> None:
    schedule = {"type": "HOURLY", "every_nth": 1, "retention_policy": {"remote_max_snapshots": {"cluster-b": 2}}}
    body = {
        "entities": [{"name": "PD-Gold", "active": True, "schedules_suspended": True, "cron_schedules": [schedule]}]
    }
    lab.faults([{"method": "GET", "path": r"/protection_domains/?\?", "then": {"status": 200, "body": body}}])
    assert "are suspended" in host("cluster-a").fails(MODULE, name="PD-Gold", remote_sites=["cluster-b"])
    assert writes(lab) == []


@pytest.mark.parametrize("body", [{"value": False}, {"message": "too many schedules"}])
def test_a_refusal_with_a_good_status_is_a_refusal(lab: RunningLab, host: Host, body: dict[str, Any]) -> None:
    lab.faults([{"method": "POST", "path": "/schedules", "then": {"status": 200, "body": body}}])
    assert "refuses a schedule" in host("cluster-a").fails(
        MODULE, name="PD-Gold", remote_sites=["cluster-b"], type="HOURLY"
    )


@pytest.mark.parametrize("drop", ["before", "after"])
def test_lost_answer_never_makes_two(lab: RunningLab, host: Host, drop: str) -> None:
    lab.faults([{"endpoint": "cluster-a", "method": "POST", "path": "/schedules", "nth": 1, "then": {"drop": drop}}])
    asked: dict[str, Any] = {"name": "PD-Gold", "remote_sites": ["cluster-b"], "type": "HOURLY"}
    if drop == "after":
        assert host("cluster-a")(MODULE, **asked)["changed"] is True
    else:
        assert "Run the same task again" in host("cluster-a").fails(MODULE, **asked)
        assert host("cluster-a")(MODULE, **asked)["changed"] is True
    assert len(schedules(lab)) == 2


@pytest.mark.parametrize(
    ("endpoint", "asked", "words"),
    [
        ("cluster-a", {"name": "PD-Gould"}, "has no protection domain 'PD-Gould'"),
        ("cluster-a", {"name": "PD-Gold"}, "has 2 remote sites: cluster-b, cluster-c"),
        ("cluster-a", {"name": "PD-Gold", "remote_sites": ["cluster-d"]}, "has no remote site 'cluster-d'"),
        ("cluster-a", {"name": "PD-Gold", "remote_sites": []}, "remote_sites is empty"),
        ("cluster-b", {"name": "PD-Gold"}, "is not active here"),
        (
            "cluster-a",
            {"name": "PD-Gold", "remote_sites": ["cluster-b"], "every_nth": 0},
            "every_nth is 0",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    lab: RunningLab, host: Host, endpoint: str, asked: dict[str, Any], words: str
) -> None:
    assert words in host(endpoint).fails(MODULE, **asked)
    assert writes(lab) == []
