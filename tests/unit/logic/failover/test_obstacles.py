# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.obstacles import (
    obstacles,
    problems_of_plan,
)

READY = {"message": "", "takes_part": True}
NO_PART = {"message": "", "takes_part": False}
SILENT = {"message": "It was not asked."}
DRAINED = {"message": ""}
PLAN = {"message": "", "wrong": []}


def answer(name: str, **given: Any) -> dict[str, Any]:
    return {"name": name, "state": "migrated", "changed": True, "remote_site": "CLUSTER-B", **given}


def domain(name: str, scheduled: bool = True, site: str = "CLUSTER-B") -> dict[str, Any]:
    return {"name": name, "remote_sites": [{"name": site, "scheduled": scheduled}]}


def problems(*asked: dict[str, Any], source: list[dict[str, Any]], **given: Any) -> list[dict[str, Any]]:
    terms = {"schedules_count": True, **given}
    return problems_of_plan({each["name"]: each for each in asked}, source, "cluster-a", "cluster-b", **terms)


def test_a_plan_that_nothing_speaks_against() -> None:
    assert problems(answer("PD-1"), answer("PD-2", changed=False), source=[domain("PD-1")]) == []


def test_what_all_of_them_say_is_told_once() -> None:
    refused = {"failed": True, "msg": "No. Wait.", "error": {"message": "No", "advice": "Wait."}}
    found = problems({"name": "PD-1", **refused}, {"name": "PD-2", **refused}, source=[])
    assert found == [{"message": "No. Wait.", "error": {"message": "No", "advice": "Wait."}}]


def test_a_schedule_must_replicate_to_where_it_goes() -> None:
    source = [domain("PD-1", scheduled=False), domain("PD-2", site="CLUSTER-C"), domain("PD-3")]
    (found,) = problems(answer("PD-1"), answer("PD-2"), answer("PD-3"), source=source)
    assert found["message"].startswith("PD-1 and PD-2 have no schedule on cluster-a that replicates to cluster-b:")
    assert found["error"]["advice"].startswith("Add one with pe_protection_domain_schedule or in Prism, and wait")
    assert problems(answer("PD-1"), source=source, schedules_count=False) == []


def test_before_a_failback_the_failover_itself_adds_the_schedule() -> None:
    (found,) = problems(answer("PD-1"), source=[], failback=True)
    assert found["message"].startswith("PD-1 has no schedule")
    assert found["error"]["advice"].startswith("Run dr_failover once more as it was run")


def test_a_name_to_leave_off_that_no_vm_has_is_told() -> None:
    moving = [
        answer("PD-1", vms=[{"name": "w10-004", "uuid": "u-4"}]),
        answer("PD-2", vms=[{"name": "fs", "uuid": "u"}]),
    ]
    (found,) = problems(*moving, source=[], schedules_count=False, leave_off=["fs", "W10-004"])
    assert found["message"] == "No VM of this move is called 'W10-004', and dr_failover_leave_off names it"
    assert problems(*moving, source=[], schedules_count=False, leave_off=["w10-004"]) == []


def test_whom_to_leave_off_is_not_judged_while_no_side_shows_its_vms() -> None:
    under_way = [answer("PD-1", vms=[]), answer("PD-2", vms=[{"name": "fs", "uuid": "u"}])]
    assert problems(*under_way, source=[], schedules_count=False, leave_off=["w10-004"]) == []


@pytest.mark.parametrize(
    ("way_back", "sites", "words"),
    [
        ({"type": "HOURLY"}, ["SITE-A"], ""),
        ({"remote_sites": ["SITE-A"]}, ["SITE-A", "SITE-C"], ""),
        ({}, [], ""),
        (
            {"remote_sites": "SITE-A, SITE-X"},
            ["SITE-A"],
            "replicates to 'SITE-X', which",
        ),
        (
            {"type": "HOURLY"},
            ["SITE-A", "SITE-C"],
            "to replicate to: it has 'SITE-A', 'SITE-C'",
        ),
        ({"type": "HOURLY"}, [], "it has none"),
    ],
)
def test_a_way_back_that_leads_nowhere_is_known_beforehand(
    way_back: dict[str, Any], sites: list[str], words: str
) -> None:
    # What only a schedule names is no remote site of the cluster.
    scheduled = {"name": "SITE-X", "status": "", "addresses": [], "scheduled": True}
    known = [{"name": site, "status": "", "addresses": ["10.0.0.1"]} for site in sites]
    there = [{"name": "PD", "remote_sites": [*known, scheduled]}]
    told = problems(answer("PD"), source=[domain("PD")], way_back=way_back, target_domains=there)
    assert [words in problem["message"] for problem in told] == ([True] if words else [])


def test_nothing_in_the_way() -> None:
    sites = {"daas": READY, "cvad": NO_PART}
    assert obstacles(PLAN, sites, dict.fromkeys(sites, DRAINED), [], "cluster-a", accept_unready=False) == []


def test_what_is_in_the_way_and_who_says_so() -> None:
    plan = {"message": "both", "wrong": [{"message": "first"}, {"message": "second"}]}
    found = obstacles(plan, {"daas": SILENT}, {"daas": {"message": "sessions"}}, [SILENT], "cluster-a", False)
    assert found == [
        {"message": "first"},
        {"message": "second"},
        SILENT,
        ["daas", SILENT],
        ["daas", {"message": "sessions"}],
    ]
    # A drain that did not come to its end is never accepted.
    accepted = obstacles(PLAN, {"daas": SILENT}, {"daas": {"message": "sessions"}}, [], "cluster-a", True)
    assert accepted == [["daas", {"message": "sessions"}]]


def test_a_site_that_never_told_of_its_drain_is_not_drained() -> None:
    drains = {**READY, "drains": True}
    prepared = {"daas": drains, "cvad": drains, "lab": NO_PART, "off": SILENT, "warm": {**READY, "drains": False}}
    undrained = dict.fromkeys(prepared, DRAINED)
    drained = {**dict.fromkeys(prepared, False), "cvad": True}
    ((site, told),) = obstacles(PLAN, prepared, undrained, [], "cluster-a", True, drained=drained)
    assert site == "daas"
    assert told["message"].startswith("It never told that its machines are drained")
    # Before the move begins, it may still do so.
    assert obstacles(PLAN, prepared, undrained, [], "cluster-a", True) == []


def test_without_a_plan_that_is_the_obstacle() -> None:
    no_plan = {"message": "The run ended before a plan was made.", "domains": {}}
    assert obstacles(no_plan, {}, {}, [], "cluster-a", False) == [{"message": no_plan["message"]}]


def test_a_move_in_which_no_site_takes_part() -> None:
    (found,) = obstacles(PLAN, {"daas": NO_PART, "cvad": NO_PART}, {}, [], "cluster-a", False)
    assert found["message"].startswith("No site of the group citrix_sites names a hosting connection to cluster-a")
    # Who was not asked may take part.
    assert obstacles(PLAN, {"daas": NO_PART, "cvad": SILENT}, {}, [], "cluster-a", True) == []


def test_a_name_to_leave_out_that_no_site_knows() -> None:
    daas, cvad = {**READY, "unknown": ["W11-01", "W10-1"]}, {**READY, "unknown": ["W11-01"]}
    exclude = ["W11-01", "W10-1", "W10-2"]
    (found,) = obstacles(PLAN, {"daas": daas, "cvad": cvad, "lab": NO_PART}, {}, [], "cluster-a", True, exclude)
    assert "'W11-01' among those" in found["message"]
    # Who did not say whom he knows may know it.
    assert obstacles(PLAN, {"daas": daas, "cvad": READY}, {}, [], "cluster-a", True, exclude) == []
