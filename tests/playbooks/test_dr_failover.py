# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failover, failback and re-hosting as a user runs them: two clusters, a DaaS and a CVAD site."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import role_options
from harness.modules import DEMO, writes
from harness.playbooks import Outcome, files_with, run_playbook, secrets_of, start_playbook
from lab.running import RunningLab

FAILOVER = "euc.nutanix_citrix.dr_failover"
FAILBACK = "euc.nutanix_citrix.dr_failback"
RELEASE = "euc.nutanix_citrix.dr_failover_release"
DRILL = "euc.nutanix_citrix.dr_drill"
REHOST = "euc.nutanix_citrix.machine_rehost"
UNDO = "euc.nutanix_citrix.machine_rehost_undo"
ESTATE = Path(DEMO).with_name("failover.yml")
DESKTOPS = [f"W11-{number:03d}" for number in range(1, 9)] + ["W10-001", "W10-002", "W10-003", "w10-004"]
CATALOGS = {"daas": {"W11 Persistent"}, "cvad": {"W10 Persistent", "W11 Finance"}}
HOME = {"cluster-a": {"AHV-A", "AHV-1"}, "cluster-b": {"AHV-B", "AHV-2"}}
DOMAINS = ["PD-W10", "PD-W11"]
SLOW = "PD-W10"
SLOW_DESKTOPS = ["w10-001", "w10-002", "w10-003", "w10-004"]
ALWAYS = {
    "dr_id": "drill-1",
    "dr_source": "cluster-a",
    "dr_target": "cluster-b",
    "dr_failover_way_back": {"type": "HOURLY"},
    "machine_rehost_settle_timeout": 1,
}
Run = Callable[..., Outcome]


@pytest.fixture
def run(lab: RunningLab, tmp_path: Path) -> Run:
    """`run(FAILOVER, "--check", dr_mode="planned")` runs a playbook on the estate of two clusters; nobody works there
    unless `sessions` are made."""
    lab.reset(yaml.safe_load(ESTATE.read_text(encoding="utf-8")))
    lab.change(
        [
            {"endpoint": "daas", "kind": "machine", "machine": name, "sessions": 0, "session_user": None}
            for name in ("W11-001", "W11-002")
        ]
    )

    def go(playbook: str, *options: str, **variables: Any) -> Outcome:
        return run_playbook(playbook, lab.inventory_path, tmp_path, *options, "-e", json.dumps({**ALWAYS, **variables}))

    return go


def state_of(lab: RunningLab, endpoint: str) -> dict[str, Any]:
    return lab.estate.endpoint(endpoint).state()


def desktops_on(lab: RunningLab, cluster: str) -> dict[str, dict[str, Any]]:
    """name -> VM of the desktops on a cluster."""
    return {vm["name"]: vm for vm in state_of(lab, cluster)["vms"] if vm["name"] in DESKTOPS}


def active_on(lab: RunningLab, cluster: str) -> list[str]:
    return sorted(domain["name"] for domain in state_of(lab, cluster)["protection_domains"] if domain["active"])


def is_persistent(lab: RunningLab, site: str, machine: dict[str, Any]) -> bool:
    catalogs = state_of(lab, site)["catalogs"]
    return any(catalog["id"] == machine["catalog_id"] and catalog["name"] in CATALOGS[site] for catalog in catalogs)


def machines(lab: RunningLab) -> dict[str, dict[str, Any]]:
    """HOST in lower case -> machine of the catalogs that move."""
    found = {}
    for site, names in CATALOGS.items():
        state = state_of(lab, site)
        catalogs = {catalog["id"] for catalog in state["catalogs"] if catalog["name"] in names}
        found |= {
            machine["name"].rpartition("\\")[2].casefold(): machine
            for machine in state["machines"]
            if machine["catalog_id"] in catalogs
        }
    return found


def assert_at_home_on(lab: RunningLab, cluster: str, *other_connections: str) -> None:
    """Every desktop runs on the cluster and is the machine that it was, on the right connection, released and
    registered."""
    vms = desktops_on(lab, cluster)
    assert sorted(vms) == sorted(DESKTOPS)
    assert {vm["power_state"] for vm in vms.values()} == {"on"}
    assert active_on(lab, cluster) == DOMAINS
    by_name = {name.casefold(): vm["uuid"] for name, vm in vms.items()}
    seen = machines(lab)
    assert {name: machine["hosted_machine_id"] for name, machine in seen.items()} == by_name
    assert {machine["hypervisor"] for machine in seen.values()} == HOME[cluster].union(other_connections)
    assert {machine["registration_state"] for machine in seen.values()} == {"Registered"}
    assert {machine["power_state"] for machine in seen.values()} == {"On"}
    assert not any(machine["in_maintenance_mode"] for machine in seen.values())


def assert_good(outcome: Outcome) -> Outcome:
    assert outcome.status == 0, outcome.trouble
    return outcome


def assert_nothing_left_to_do(lab: RunningLab, again: Callable[[], Outcome]) -> None:
    lab.forget()
    outcome = assert_good(again())
    assert (outcome.changed, writes(lab)) == ([], [])


@pytest.mark.bad_day
def test_planned_there_and_back(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    """Back means also: on that of several connections to the cluster on which a machine was before."""
    estate = yaml.safe_load(ESTATE.read_text(encoding="utf-8"))
    daas, cvad = estate["citrix_sites"]
    daas["catalogs"][0]["sessions"] = 0
    cvad["hypervisors"].append({"name": "AHV-0", "cluster": "cluster-a"})
    cvad["catalogs"][0]["hypervisor"] = "AHV-0"
    lab.reset(estate)
    connections = {name: machine["hypervisor"] for name, machine in machines(lab).items()}
    uuids = {name: vm["uuid"] for name, vm in desktops_on(lab, "cluster-a").items()}
    plan = assert_good(run(FAILOVER, "--check", "--diff"))
    assert writes(lab) == []
    assert "CORP\\\\W11-001" in plan.output

    assert_good(run(FAILOVER))
    assert_at_home_on(lab, "cluster-b")
    assert {name: vm["uuid"] for name, vm in desktops_on(lab, "cluster-b").items()} == uuids
    assert desktops_on(lab, "cluster-a") == {}
    report = json.loads((tmp_path / "dr_failover_drill-1.json").read_text(encoding="utf-8"))
    assert report["complete"] is True
    assert [phase["phase"] for phase in report["phases"]] == [
        "drain",
        "fail over",
        "power on",
        "re-host",
        "reset",
        "zone",
        "release",
        "proof",
    ]
    assert (tmp_path / "dr_failover_drill-1.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert_nothing_left_to_do(lab, lambda: run(FAILOVER))

    # The plan of a failback and its repeat: see the unplanned one.
    assert_good(run(FAILBACK))
    assert_at_home_on(lab, "cluster-a", "AHV-0")
    assert {name: vm["uuid"] for name, vm in desktops_on(lab, "cluster-a").items()} == uuids
    assert {name: machine["hypervisor"] for name, machine in machines(lab).items()} == connections


@pytest.mark.bad_day
def test_unplanned_with_the_source_lost_and_back_when_it_returns(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    before = {name: vm["uuid"] for name, vm in desktops_on(lab, "cluster-a").items()}
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    assert_good(run(FAILOVER, "--check", "--diff", dr_mode="unplanned"))
    assert writes(lab) == []

    outcome = assert_good(run(FAILOVER, dr_mode="unplanned"))
    assert_at_home_on(lab, "cluster-b")
    assert not {vm["uuid"] for vm in desktops_on(lab, "cluster-b").values()} & set(before.values())
    assert "min" in outcome.output
    posts = [
        entry["path"].rpartition("/")[2]
        for entry in lab.requests()
        if entry["endpoint"] == "cluster-b" and entry["method"] == "POST"
    ]
    assert posts[:2] == ["activate", "activate"]
    assert_nothing_left_to_do(lab, lambda: run(FAILOVER, dr_mode="unplanned"))

    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": False}])
    lab.forget()
    refused = run(FAILBACK)
    assert refused.status != 0
    assert writes(lab) == []
    assert "active on both" in refused.output.lower() or "at once" in refused.output, refused.output
    assert desktops_on(lab, "cluster-a").keys() == set(DESKTOPS)

    lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "W10-002", "state": "on"}])
    running = run(FAILBACK, dr_discard=DOMAINS)
    assert running.status != 0
    assert "would delete VMs that run" in running.output
    assert "dr_failover_accept_running_vms" in running.output
    assert writes(lab) == []
    lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "W10-002", "state": "off"}])

    doomed = {name: vm["uuid"] for name, vm in desktops_on(lab, "cluster-a").items()}
    plan = assert_good(run(FAILBACK, "--check", "--diff", dr_discard=DOMAINS))
    assert writes(lab) == []
    done = assert_good(run(FAILBACK, dr_discard=DOMAINS))
    report = json.loads((tmp_path / "dr_failover_drill-1-failback.json").read_text(encoding="utf-8"))
    page = (tmp_path / "dr_failover_drill-1-failback.html").read_text(encoding="utf-8")
    for name, uuid in doomed.items():
        assert f"{name} ({uuid}) would be deleted" in plan.output
        assert f"{name} ({uuid}) was deleted" in done.output
        assert any(note["kind"] == "deleted" and note["what"] == name for note in report["notes"])
        assert uuid in page
    assert_at_home_on(lab, "cluster-a")
    assert_nothing_left_to_do(lab, lambda: run(FAILBACK, dr_discard=DOMAINS))


@pytest.mark.bad_day
def test_unplanned_from_an_older_snapshot(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    """Nor does it matter that the machines are on another connection to the lost cluster: snapshots tell their VMs."""
    estate = yaml.safe_load(ESTATE.read_text(encoding="utf-8"))
    daas = estate["citrix_sites"][0]
    daas["hypervisors"].append({"name": "AHV-OLD", "cluster": "cluster-a", "zone": "Zone A"})
    daas["catalogs"][0] |= {"hypervisor": "AHV-OLD", "sessions": 0}
    lab.reset(estate)
    (fast,) = [name for name in DOMAINS if name != SLOW]
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    (domain,) = [each for each in state_of(lab, "cluster-b")["protection_domains"] if each["name"] == fast]
    chosen = min(domain["snapshots"].values(), key=lambda snapshot: snapshot["created_usecs"])["id"]
    mistyped = run(FAILOVER, dr_mode="unplanned", dr_failover_snapshot_ids={fast: "SITE-A:1"})
    assert mistyped.status != 0
    assert f"snapshot SITE-A:1 of '{fast}' is not there" in " ".join(mistyped.output.split())
    assert writes(lab) == []

    wish = {"dr_failover_snapshot_ids": f"{fast}={chosen}", "dr_failover_data_age_limit": 0}
    assert_good(run(FAILOVER, dr_mode="unplanned", **wish))
    assert_at_home_on(lab, "cluster-b")
    report = json.loads((tmp_path / "dr_failover_drill-1.json").read_text(encoding="utf-8"))
    assert report["failovers"][fast]["snapshot"]["id"] == chosen
    assert report["failovers"][fast]["data_age_seconds"] > report["failovers"][SLOW]["data_age_seconds"]
    late = assert_good(run(FAILOVER, dr_mode="unplanned", dr_failover_snapshot_ids={SLOW: "SITE-A:1"}))
    assert "this run did not activate it from snapshot SITE-A:1" in " ".join(late.output.split())


@pytest.mark.bad_day
def test_the_side_that_machines_are_hosted_on_is_not_given_up(lab: RunningLab, run: Run) -> None:
    """As when source and target are mixed up in the evening, when nobody's VM is on."""
    estate = yaml.safe_load(ESTATE.read_text(encoding="utf-8"))
    here, there = estate["prism_elements"]
    for vm in here["vms"]:
        vm["power_state"] = "off"
    domains = here["protection_domains"]
    never = {"first_after": 10**8}
    for domain in domains:
        domain["schedules"] = [{**schedule, **never} for schedule in domain["schedules"]]
    there["vms"] += [{"name": name} for domain in domains for name in domain["vms"]]
    there["protection_domains"] = [
        {
            "name": domain["name"],
            "vms": domain["vms"],
            "schedules": [{"type": "HOURLY", "local": 2, "remote": {"SITE-A": 4}, **never}],
        }
        for domain in domains
    ]
    lab.reset(estate)
    outcome = run(FAILBACK, dr_discard=DOMAINS, dr_failover_accept_unready_sites=True)
    assert outcome.status != 0
    assert "6 of its machines have VMs that would be deleted on cluster-a" in outcome.output, outcome.output
    assert writes(lab) == []


@pytest.mark.newest
@pytest.mark.parametrize("prism", ["well", "sick"])
def test_unplanned_is_refused_while_the_source_lives(lab: RunningLab, run: Run, prism: str) -> None:
    if prism == "sick":
        lab.faults([{"endpoint": "cluster-a", "then": {"status": 503}}])
    outcome = run(FAILOVER, dr_mode="unplanned", dr_failover_peer_timeout=2)
    assert outcome.status != 0
    assert writes(lab) == []
    assert {"well": "is active on", "sick": "the remote site 'SITE-A' is connected"}[prism] in outcome.output, (
        outcome.output
    )


@pytest.mark.bad_day
@pytest.mark.parametrize(
    ("witness", "words"), [("cluster-c", "the remote site 'SITE-A' of Prism Element"), ("daas", "seems to live")]
)
def test_somebody_else_knows_that_the_source_lives(lab: RunningLab, run: Run, witness: str, words: str) -> None:
    """Its Prism is silent, and the target is cut off from it."""
    estate = yaml.safe_load(ESTATE.read_text(encoding="utf-8"))
    if witness == "cluster-c":
        third = {"name": witness, "remote_sites": [{"name": "SITE-A", "cluster": "cluster-a", "bandwidth_mbps": 1000}]}
        estate["prism_elements"].append(third)
        lab.reset(estate)
    lab.change([{"endpoint": "cluster-b", "kind": "connected", "remote_site": "SITE-A", "connected": False}])
    lab.faults([{"endpoint": "cluster-a", "then": {"status": 503}}])
    outcome = run(FAILOVER, dr_mode="unplanned", dr_failover_peer_timeout=2, dr_failover_desktops_at_work="stop")
    assert outcome.status != 0
    assert writes(lab) == []
    told = " ".join(outcome.output.split())
    assert words in told, told
    assert "dr_failover_accept_split_brain" in told


@pytest.mark.bad_day
def test_sessions_are_a_reason_not_to_begin(lab: RunningLab, run: Run) -> None:
    lab.change(
        [{"endpoint": "daas", "kind": "machine", "machine": "W11-003", "sessions": 1, "session_user": "CORP\\anna"}]
    )
    outcome = run(FAILOVER, dr_failover_sessions="fail")
    assert outcome.status != 0
    assert "W11-003" in outcome.output
    assert desktops_on(lab, "cluster-a").keys() == set(DESKTOPS)
    assert active_on(lab, "cluster-a") == DOMAINS


@pytest.mark.bad_day
def test_a_move_that_is_given_up_releases_what_it_drained(lab: RunningLab, run: Run) -> None:
    busy, resting = ({"endpoint": "daas", "kind": "machine", "machine": name} for name in ("W11-003", "W11-004"))
    lab.change([{**busy, "sessions": 1, "session_user": "CORP\\anna"}, {**resting, "in_maintenance_mode": True}])
    outcome = run(FAILOVER, dr_failover_drain_timeout=2, dr_directory="moves")
    assert outcome.status != 0
    assert "anna" in outcome.output
    assert "dr_failover_release with -e dr_id=drill-1" in outcome.output
    assert active_on(lab, "cluster-a") == DOMAINS
    assert all(machine["in_maintenance_mode"] for name, machine in machines(lab).items() if name.startswith("w11-00"))

    lab.forget()
    assert_good(run(RELEASE, "--check", dr_directory="moves"))
    assert writes(lab) == []
    limited = assert_good(run(RELEASE, "--limit", "cvad,localhost", dr_directory="moves"))
    assert "daas was not asked, because --limit leaves it out." in " ".join(limited.output.split())
    assert_good(run(RELEASE, dr_directory="moves"))
    assert [name for name, machine in machines(lab).items() if machine["in_maintenance_mode"]] == ["w11-004"]
    assert_nothing_left_to_do(lab, lambda: run(RELEASE, dr_directory="moves"))


@pytest.mark.newest
@pytest.mark.parametrize(
    ("playbook", "wishes", "told"),
    [
        (
            FAILOVER,
            {"dr_target": "cluster-z", "dr_mode": "Planned"},
            "dr_target is 'cluster-z', which is no host of the group prism_elements",
        ),
        (FAILBACK, {"dr_source": "cluster-b"}, "dr_source and dr_target are both cluster-b"),
        (REHOST, {"dr_id": "../x"}, "dr_id is '../x' and cannot name files"),
        pytest.param(
            FAILBACK,
            {"dr_discard": ["PD-W12"]},
            "dr_discard names 'PD-W12', and dr_protection_domains are",
            marks=pytest.mark.night,
        ),
        (FAILOVER, {"dr_failover_policy": {"mising": "warn"}}, "dr_failover_policy has the key 'mising'"),
        (UNDO, {"dr_id": ""}, "dr_id is missing"),
        pytest.param(RELEASE, {"dr_id": ""}, "dr_id is missing", marks=pytest.mark.night),
    ],
)
def test_what_is_wished_is_looked_at_before_anything_is_asked(
    lab: RunningLab, run: Run, playbook: str, wishes: dict[str, str], told: str
) -> None:
    lab.forget()
    outcome = run(playbook, **wishes)
    assert outcome.status != 0
    assert told in " ".join(outcome.output.split())
    assert lab.requests() == []


@pytest.mark.parametrize("playbook", [FAILOVER, REHOST])
def test_a_wrong_variable_is_told_once_before_anything_is_asked(lab: RunningLab, run: Run, playbook: str) -> None:
    lab.forget()
    wrong = {"dr_failover_timeout": "an hour", "machine_rehost_proof_timeout": "", "machine_rehost_save_pat": "moves"}
    outcome = run(playbook, **wrong, dr_mode="unplanned")
    assert outcome.status != 0
    names = [
        "machine_rehost_proof_timeout",
        "did you mean machine_rehost_save_path?",
        *(["dr_failover_timeout"] if playbook == FAILOVER else []),
    ]
    failed = [task["result"]["msg"] for task in outcome.tasks if task["status"] == "failed"]
    assert len(failed) == 1
    assert all(name in failed[0] for name in names), failed
    assert lab.requests() == []


@pytest.mark.bad_day
def test_empty_answers_of_surveys_are_as_if_nothing_was_given(run: Run) -> None:
    """Each that is not refused in the first play."""
    roles = Path(__file__).parents[2] / "roles"
    options = role_options(["dr_failover", "machine_rehost"], str(roles))
    needed = ("_id", "_source", "_target", "_drained_path")
    empty = {
        name: ""
        for name, option in options.items()
        if option["type"] in ("list", "raw", "str") and not option.get("choices") and not name.endswith(needed)
    }
    del empty["dr_failover_protection_domains"], empty["machine_rehost_earlier"]
    plan = assert_good(run(FAILOVER, "--check", **empty))
    assert "6 would be re-hosted" in plan.output


@pytest.mark.bad_day
@pytest.mark.parametrize("mode", ["planned", pytest.param("unplanned", marks=pytest.mark.night)])
def test_a_misspelt_name_to_leave_out_stops_the_move_before_anybody_is_drained(
    lab: RunningLab, run: Run, mode: str
) -> None:
    if mode == "unplanned":
        lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    outcome = run(FAILOVER, dr_mode=mode, dr_failover_exclude=["W11-06", "W11-006"])
    assert outcome.status != 0
    assert "No site has a machine called 'W11-06'" in outcome.output
    assert writes(lab) == []


@pytest.mark.bad_day
def test_a_misspelt_name_to_leave_off_stops_the_move(run: Run) -> None:
    outcome = run(FAILOVER, "--check", dr_failover_leave_off=["W10-004"])
    assert outcome.status != 0
    assert "No VM of this move is called 'W10-004'" in outcome.output
    assert "Near names are 'w10-004'" in outcome.output


def with_site_variables(tmp_path: Path, **sites: dict[str, Any]) -> list[str]:
    """Options that add variables to the sites of the inventory."""
    inventory = tmp_path / "site_variables.yml"
    inventory.write_text(yaml.safe_dump({"all": {"children": {"citrix_sites": {"hosts": sites}}}}), encoding="utf-8")
    return ["-i", str(inventory)]


@pytest.mark.bad_day
def test_lists_may_be_text_as_surveys_of_awx_give_them(run: Run, tmp_path: Path) -> None:
    catalogs = {
        "daas": {"dr_failover_catalogs": "W11 Persistent"},
        "cvad": {"dr_failover_catalogs": "W10 Persistent, W11 Finance"},
    }
    wishes = {
        "dr_protection_domains": "PD-W11, PD-W10",
        "dr_failover_exclude": "W11-006",
        "dr_failover_leave_off": "w10-004, W11-001",
        "dr_failover_policy": '{"missing": "warn"}',
        "dr_failover_delivery_groups": "",
        "dr_failover_snapshot_ids": "",
        "dr_failover_way_back": "type=HOURLY",
    }
    plan = assert_good(run(FAILOVER, "--check", "--diff", *with_site_variables(tmp_path, **catalogs), **wishes))
    table = plan.output.partition("Planned move drill-1")[2]
    assert "5 would be re-hosted, 1 excluded" in table
    assert "4 would be re-hosted" in table


@pytest.mark.bad_day
def test_a_site_that_is_not_ready_stops_all_unless_accepted_and_is_done_later(
    lab: RunningLab, run: Run, tmp_path: Path
) -> None:
    options = with_site_variables(tmp_path, cvad={"dr_connections": {"cluster-a": "AHV-1"}})
    refused = run(FAILOVER, *options)
    assert refused.status != 0
    assert writes(lab) == []
    assert "cvad: " in refused.output.partition("What is wrong")[2]

    partly = run(FAILOVER, *options, dr_failover_accept_unready_sites=True)
    assert partly.status != 0
    assert active_on(lab, "cluster-b") == DOMAINS
    assert machines(lab)["w11-001"]["hypervisor"] == "AHV-B"
    assert machines(lab)["w10-001"]["hypervisor"] == "AHV-1"
    assert_good(run(FAILOVER))
    assert_at_home_on(lab, "cluster-b")


@pytest.mark.newest
def test_a_move_without_a_schedule_to_the_target_is_refused_before_anybody_is_drained(
    lab: RunningLab, run: Run
) -> None:
    estate = yaml.safe_load(ESTATE.read_text(encoding="utf-8"))
    del estate["prism_elements"][0]["protection_domains"][0]["schedules"]
    lab.reset(estate)
    refused = run(FAILOVER)
    assert refused.status != 0
    assert "PD-W11 has no schedule on cluster-a that replicates to cluster-b" in " ".join(refused.output.split())
    assert writes(lab) == []


@pytest.mark.newest
def test_replications_are_waited_for_while_users_can_still_work(lab: RunningLab, run: Run) -> None:
    slow = {"kind": "remote_site", "name": "SITE-B", "cluster": "cluster-b", "bandwidth_mbps": 0.01}
    snapshot = {"kind": "pd_snapshot", "protection_domain": "PD-W10", "remotes": ["SITE-B"]}
    lab.change([{"endpoint": "cluster-a", **change} for change in (slow, snapshot)])
    lab.skip(60)
    outcome = run(FAILOVER, dr_failover_replication_timeout=1)
    assert outcome.status != 0
    assert "snapshots of 'PD-W10' are being replicated" in " ".join(outcome.output.split())
    assert writes(lab) == []
    mistyped = run(FAILOVER, dr_protection_domains=["PD-W10", "PD-W1l"])
    assert mistyped.status != 0
    # With nobody waiting for PD-W10, which would take hours
    assert "has no protection domain 'PD-W1l'" in mistyped.output
    assert writes(lab) == []


@pytest.mark.bad_day
@pytest.mark.parametrize("options", [pytest.param(["--check"], marks=pytest.mark.night), []])
def test_a_way_back_that_leads_nowhere_stops_the_move_before_anybody_is_drained(
    lab: RunningLab, run: Run, options: list[str]
) -> None:
    refused = run(FAILOVER, *options, dr_failover_way_back={"type": "HOURLY", "remote_sites": ["SITE-X"]})
    assert refused.status != 0
    shown = " ".join(refused.output.split())
    assert "replicates to 'SITE-X', which cluster-b does not know: it has 'SITE-A'" in shown
    assert writes(lab) == []


@pytest.mark.bad_day
def test_what_a_killed_failback_deleted_is_named_by_the_one_that_goes_on(
    lab: RunningLab, run: Run, tmp_path: Path
) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    assert_good(run(FAILOVER, dr_mode="unplanned"))
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": False}])
    doomed = {name: vm["uuid"] for name, vm in desktops_on(lab, "cluster-a").items()}
    variables = json.dumps({**ALWAYS, "dr_discard": DOMAINS})
    process = start_playbook(FAILBACK, lab.inventory_path, tmp_path, "-e", variables)
    killed = {"drop": "after", "kill": process.pid}
    lab.faults([{"endpoint": "cluster-a", "method": "POST", "path": "/deactivate", "nth": 2, "then": killed}])
    process.communicate(timeout=600)
    assert process.returncode < 0
    lab.clear_faults()

    shown = assert_good(run(FAILBACK, dr_discard=DOMAINS)).output
    assert [name for name, uuid in doomed.items() if f"{name} ({uuid}) was deleted" not in shown] == []
    assert "was deleted before" in shown
    assert_at_home_on(lab, "cluster-a")


@pytest.mark.bad_day
def test_a_migration_that_fails_leaves_desktops_as_they_were_while_others_move(lab: RunningLab, run: Run) -> None:
    storage_is_full = {"fail_task": "storage is full"}
    lab.faults([{"endpoint": "cluster-a", "method": "POST", "path": f"{SLOW}/migrate", "then": storage_is_full}])
    outcome = run(FAILOVER)
    assert outcome.status != 0
    assert f"{SLOW} was not migrated" in outcome.output
    assert {
        desktops_on(lab, "cluster-a")[name]["power_state"] for name in DESKTOPS if name.casefold() in SLOW_DESKTOPS
    } == {"on"}
    seen = machines(lab)
    assert {seen[name]["hypervisor"] for name in SLOW_DESKTOPS} == {"AHV-1"}
    assert not any(machine["in_maintenance_mode"] for machine in seen.values())
    assert back_on(lab, "cluster-b", seen.keys() - set(SLOW_DESKTOPS))
    lab.clear_faults()
    assert_good(run(FAILOVER))
    assert_at_home_on(lab, "cluster-b")


@pytest.mark.bad_day
def test_a_run_that_is_refused_names_whom_another_run_drained_and_moved(lab: RunningLab, run: Run) -> None:
    """Killed when one protection domain had arrived, and repeated with another id: it cannot begin because of the
    other one."""
    assert_good(run(FAILOVER, dr_protection_domains=["PD-W11"], dr_id="first"))
    for site in CATALOGS:
        drained = [machine["name"] for machine in state_of(lab, site)["machines"] if is_persistent(lab, site, machine)]
        lab.change(
            [{"endpoint": site, "kind": "machine", "machine": name, "in_maintenance_mode": True} for name in drained]
        )
    lab.forget()
    outcome = run(FAILOVER)
    assert outcome.status != 0
    assert writes(lab) == []
    shown = " ".join(outcome.output.split())
    assert "half of all or more" in shown
    assert "W11-001 is in maintenance mode, and it is not known that it was before this move" in shown
    assert [name for name in DESKTOPS if name.casefold() not in shown.casefold()] == []


@pytest.mark.bad_day
def test_what_was_off_before_stays_off_in_every_run(lab: RunningLab, run: Run) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "W11-003", "state": "off"}])
    for _run in range(2):
        assert_good(run(FAILOVER, dr_failover_power_on="were_on"))
        off = [name for name, vm in desktops_on(lab, "cluster-b").items() if vm["power_state"] == "off"]
        assert off == ["W11-003"]


@pytest.mark.bad_day
def test_a_machine_whose_vm_was_deleted_is_missing_in_the_plan_and_in_every_run(lab: RunningLab, run: Run) -> None:
    """Its protection domain goes on listing the VM, but nothing of it arrives and nobody is drained for it."""
    lab.change([{"endpoint": "cluster-a", "kind": "delete_vm", "vm": "W11-003"}])
    warn = {"dr_failover_policy": {"missing": "warn"}}
    for options, wishes in ((["--check"], {}), ([], {}), ([], warn)):
        outcome = run(FAILOVER, *options, **wishes)
        assert (outcome.status == 0) is bool(wishes), outcome.trouble
        assert "CORP\\W11-003 has no VM on cluster-b" in outcome.output
        assert "1 missing" in outcome.output
    assert machines(lab)["w11-003"]["hypervisor"] == "AHV-A"
    assert not machines(lab)["w11-003"]["in_maintenance_mode"]
    assert back_on(lab, "cluster-b", machines(lab).keys() - {"w11-003"})


def test_rehosting_before_the_failover_is_refused(lab: RunningLab, run: Run) -> None:
    outcome = run(REHOST, machine_rehost_clusters=["cluster-b"], machine_rehost_protection_domains=DOMAINS)
    assert outcome.status != 0
    assert writes(lab) == []
    assert "Fail over first" in outcome.output


@pytest.mark.bad_day
@pytest.mark.parametrize("mode", ["planned", pytest.param("unplanned", marks=pytest.mark.night), "re-hosting"])
def test_no_vm_becomes_the_machine_of_two_sites(lab: RunningLab, run: Run, mode: str) -> None:
    lab.change([{"endpoint": "cvad", "kind": "add_machine", "catalog": "W10 Persistent", "name": "W11-001"}])
    for site in CATALOGS:
        lab.change([{"endpoint": site, "kind": "machine", "machine": "W11-001", "hosted_machine_id": f"gone-{site}"}])
    if mode == "re-hosting":
        lab.change([{"endpoint": "cluster-b", "kind": "vm", "name": "W11-001", "power_state": "on"}])
        outcome = run(REHOST, machine_rehost_clusters=["cluster-b"], machine_rehost_machines="W11-001")
    else:
        # The source lives and replicates each hour, perhaps now: an unplanned move is refused then.
        accepted = {"dr_failover_accept_split_brain": True, "dr_failover_accept_pending_replications": True}
        outcome = run(FAILOVER, dr_mode=mode, **accepted)
    assert outcome.status != 0
    shown = " ".join(outcome.output.split())
    assert "of cvad would get the same VM" in shown
    assert "of daas would get the same VM" in shown
    if mode == "planned":
        assert writes(lab) == []
    for site in CATALOGS:
        (machine,) = [each for each in state_of(lab, site)["machines"] if each["name"].endswith("W11-001")]
        assert machine["hypervisor"] in HOME["cluster-a"]


@pytest.mark.bad_day
def test_rehosting_alone_and_its_undo(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    before = {name: (machine["hosted_machine_id"], machine["hypervisor"]) for name, machine in machines(lab).items()}
    lab.change([{"endpoint": "cluster-b", "kind": "vm", "name": name, "power_state": "on"} for name in DESKTOPS])
    scope = {"machine_rehost_clusters": ["cluster-b"], "machine_rehost_machines": DESKTOPS, "dr_directory": "moves"}
    per_site = {site: [name for name in DESKTOPS if name.casefold() in machines(lab)] for site in CATALOGS}
    assert per_site
    assert_good(run(REHOST, "--check", "--diff", **scope, machine_rehost_policy={"missing": "ignore"}))
    assert writes(lab) == []
    assert_good(run(REHOST, **scope, machine_rehost_policy={"missing": "ignore"}))
    assert sorted(path.name for path in (tmp_path / "moves").glob("*.json")) == [
        f"machine_rehost_drill-1_{end}.json" for end in ("cvad", "daas", "report")
    ]
    moved = {name.casefold(): vm["uuid"] for name, vm in desktops_on(lab, "cluster-b").items()}
    assert {name: machine["hosted_machine_id"] for name, machine in machines(lab).items()} == moved
    assert {machine["hypervisor"] for machine in machines(lab).values()} == HOME["cluster-b"]
    assert_nothing_left_to_do(lab, lambda: run(REHOST, **scope, machine_rehost_policy={"missing": "ignore"}))

    assert_good(run(UNDO, dr_directory="moves"))
    assert {
        name: (machine["hosted_machine_id"], machine["hypervisor"]) for name, machine in machines(lab).items()
    } == before
    assert_nothing_left_to_do(lab, lambda: run(UNDO, dr_directory="moves"))


@pytest.mark.bad_day
def test_undo_gives_no_desktop_a_vm_that_is_not_there(lab: RunningLab, run: Run) -> None:
    assert_good(run(FAILOVER))
    lab.forget()
    outcome = run(UNDO)
    assert outcome.status != 0
    assert "is not on cluster-a; it keeps its present hosting" in " ".join(outcome.output.split())
    assert writes(lab) == []
    # Nobody knows what a cluster has that is left out.
    limited = run(UNDO, "--limit", "citrix_sites,localhost")
    assert limited.status != 0
    assert "cluster-a could not be read (not part of this run)" in " ".join(limited.output.split())
    assert writes(lab) == []
    assert_at_home_on(lab, "cluster-b")


@pytest.mark.bad_day
def test_undo_leaves_a_site_alone_of_which_nothing_was_changed(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    lab.change([{"endpoint": "cluster-b", "kind": "vm", "name": "W11-001", "power_state": "on"}])
    before = machines(lab)["w11-001"]["hosted_machine_id"]
    assert_good(run(REHOST, machine_rehost_clusters=["cluster-b"], machine_rehost_machines="W11-001"))
    assert not (tmp_path / "machine_rehost_drill-1_cvad.json").exists()
    assert "nothing saved" in assert_good(run(UNDO)).output
    assert machines(lab)["w11-001"]["hosted_machine_id"] == before
    lab.forget()
    wrong = run(UNDO, dr_id="drill-2")
    assert wrong.status != 0
    assert "Of drill-2 no hosting was saved on any site" in wrong.output
    assert writes(lab) == []


@pytest.mark.newest
@pytest.mark.parametrize("playbook", [FAILOVER, REHOST])
def test_wrong_secrets_are_tried_once_and_never_shown(lab: RunningLab, run: Run, tmp_path: Path, playbook: str) -> None:
    markers = {"marker-nutanix-secret", "marker-citrix-secret"}
    lab.forget()
    scope = {"machine_rehost_machines": DESKTOPS}
    outcome = run(
        playbook, "-vvv", nutanix_password="marker-nutanix-secret", citrix_client_secret="marker-citrix-secret", **scope
    )
    assert outcome.status != 0
    assert [marker for marker in markers if marker in outcome.output] == []
    assert files_with(markers, tmp_path) == set()
    attempts = Counter(entry["endpoint"] for entry in lab.requests())
    assert attempts["cluster-a"] == attempts["cluster-b"] == 1
    assert all(count <= 1 for count in attempts.values()), attempts


@pytest.mark.bad_day
@pytest.mark.parametrize(
    ("playbook", "mode", "host", "variables"),
    [
        pytest.param(
            FAILOVER, "planned", "cluster-b", "nutanix_username and nutanix_password", marks=pytest.mark.night
        ),
        (FAILOVER, "unplanned", "cluster-a", "nutanix_username and nutanix_password"),
        pytest.param(FAILOVER, "planned", "cvad", "citrix_client_id and citrix_client_secret", marks=pytest.mark.night),
        pytest.param(REHOST, "", "cluster-b", "nutanix_username and nutanix_password", marks=pytest.mark.night),
    ],
)
def test_a_wrong_password_is_told_at_the_host_that_it_belongs_to(
    lab: RunningLab, run: Run, tmp_path: Path, playbook: str, mode: str, host: str, variables: str
) -> None:
    group, variable = (
        ("citrix_sites", "citrix_client_secret") if host == "cvad" else ("prism_elements", "nutanix_password")
    )
    inventory = tmp_path / "wrong.yml"
    children = {group: {"hosts": {host: {variable: "wrong"}}}}
    inventory.write_text(yaml.safe_dump({"all": {"children": children}}), encoding="utf-8")
    outcome = run(playbook, "-i", str(inventory), dr_mode=mode or "planned", machine_rehost_machines=["W11-001"])
    assert outcome.status != 0
    assert f"Correct {variables} of {host}." in " ".join(outcome.output.split())
    failed = {task["host"] for task in outcome.tasks if task["status"] == "failed" and "Fail where" in task["task"]}
    assert failed == {host}
    assert writes(lab) == []


@pytest.mark.bad_day
def test_desktops_that_only_bear_the_names_of_those_that_move_are_left_alone(
    lab: RunningLab, run: Run, tmp_path: Path
) -> None:
    """A site of its own on the survivor, and a desktop whose own VM there was read: same names, other machines. Nor do
    their VMs take over the machines of those that move."""
    estate = yaml.safe_load(ESTATE.read_text(encoding="utf-8"))
    estate["citrix_sites"][0]["catalogs"][0]["sessions"] = 0
    names = ["W11-001", "W10-001"]
    estate["prism_elements"][1]["vms"] += [
        {"name": name, "power_state": "on", "networks": ["VLAN110"]} for name in names
    ]
    estate["citrix_sites"][0]["catalogs"].append(
        {"name": "Labs", "provisioning_type": "Manual", "hypervisor": "AHV-B", "machine_names": ["W10-001"]}
    )
    branch = {"name": "Branch", "provisioning_type": "Manual", "hypervisor": "AHV-9", "machine_names": ["W11-001"]}
    estate["citrix_sites"].append(
        {
            "name": "branch",
            "kind": "cvad",
            "hypervisors": [{"name": "AHV-9", "cluster": "cluster-b"}],
            "catalogs": [branch],
            "inventory_vars": {"dr_connections": {"cluster-b": "AHV-9"}},
        }
    )
    lab.reset(estate)

    def others() -> list[dict[str, Any]]:
        kept = ("name", "hosted_machine_id", "hypervisor", "in_maintenance_mode", "registration_state")
        catalogs = {
            catalog["id"]
            for site in ("daas", "branch")
            for catalog in state_of(lab, site)["catalogs"]
            if catalog["name"] in ("Labs", "Branch")
        }
        found = [
            machine
            for site in ("daas", "branch")
            for machine in state_of(lab, site)["machines"]
            if machine["catalog_id"] in catalogs
        ]
        return [{key: machine[key] for key in kept} for machine in found]

    before = others()
    assert len(before) == 2
    namesakes = {vm["uuid"] for vm in desktops_on(lab, "cluster-b").values()}
    assert len(namesakes) == 2
    outcome = assert_good(run(FAILOVER))
    assert others() == before
    assert not namesakes & {machine["hosted_machine_id"] for machine in machines(lab).values()}
    assert {machine["registration_state"] for machine in machines(lab).values()} == {"Registered"}
    assert active_on(lab, "cluster-b") == DOMAINS
    assert "it names no hosting connection to cluster-a" in " ".join(outcome.output.split())
    assert "CORP\\W10-001 only bears the name of a VM that moves" in " ".join(outcome.output.split())
    assert not [entry for entry in lab.requests() if entry["endpoint"] == "branch" and entry["method"] == "PATCH"]


@pytest.mark.bad_day
@pytest.mark.parametrize(
    ("connections", "told"),
    [
        (
            {"cluster-b": "AHV-B"},
            "No site of the group citrix_sites names a hosting connection to cluster-a in dr_connections",
        ),
        pytest.param(
            {"cluster-b": "AHV-B", "cluster_a": "AHV-A"},
            "dr_connections names cluster_a, which is no host of the group prism_elements",
            marks=pytest.mark.night,
        ),
    ],
)
def test_a_move_that_concerns_no_site_is_not_begun(
    lab: RunningLab, run: Run, tmp_path: Path, connections: dict[str, str], told: str
) -> None:
    outcome = run(
        FAILOVER, *with_site_variables(tmp_path, **{site: {"dr_connections": connections} for site in CATALOGS})
    )
    assert outcome.status != 0
    assert told in " ".join(outcome.output.split())
    assert writes(lab) == []


@pytest.mark.bad_day
def test_whoever_a_planned_move_drained_is_released_by_the_unplanned_one(
    lab: RunningLab, run: Run, tmp_path: Path
) -> None:
    busy = {"endpoint": "daas", "kind": "machine", "machine": "W11-003"}
    lab.change([{**busy, "sessions": 1, "session_user": "CORP\\anna"}])
    assert run(FAILOVER, dr_failover_drain_timeout=1).status != 0
    assert any(machine["in_maintenance_mode"] for machine in machines(lab).values())
    lab.change([{**busy, "sessions": 0}, {"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    assert_good(run(FAILOVER, dr_mode="unplanned"))
    assert not any(machine["in_maintenance_mode"] for machine in machines(lab).values())


@pytest.mark.bad_day
def test_a_site_that_is_cut_off_after_its_drain_is_named_with_its_machines_and_done_later(
    lab: RunningLab, run: Run, tmp_path: Path
) -> None:
    process = start_playbook(FAILOVER, lab.inventory_path, tmp_path, "-e", json.dumps(ALWAYS))
    wait_until(lambda: any("/migrate" in entry["path"] for entry in lab.requests()) or process.poll() is not None)
    lab.faults([{"endpoint": "daas", "path": ".*", "times": 100_000, "then": {"drop": "before"}}])
    output = process.communicate(timeout=600)[0]
    assert process.returncode > 0
    told = "6 machines are in maintenance mode, so that no user can log on to them: CORP\\W11-001, CORP\\W11-002"
    assert told in " ".join(output.split())
    assert back_on(lab, "cluster-b", SLOW_DESKTOPS)
    lab.clear_faults()
    assert_good(run(FAILOVER))
    assert_at_home_on(lab, "cluster-b")


@pytest.mark.bad_day
def test_nobody_knows_of_machines_in_maintenance_mode_when_the_list_is_elsewhere(lab: RunningLab, run: Run) -> None:
    lab.change([{"endpoint": "daas", "kind": "machine", "machine": "W11-003", "in_maintenance_mode": True}])
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    outcome = run(FAILOVER, dr_mode="unplanned", dr_directory="elsewhere")
    assert outcome.status != 0
    assert "W11-003 is in maintenance mode, and it is not known that it was before this move" in " ".join(
        outcome.output.split()
    )
    assert_good(run(FAILOVER, dr_mode="unplanned", dr_directory="elsewhere", dr_failover_accept_maintenance="true"))
    assert machines(lab)["w11-003"]["in_maintenance_mode"] is True


@pytest.mark.newest
def test_a_move_that_nobody_drained_for_is_not_released(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    (tmp_path / "moves").mkdir()
    (tmp_path / "moves" / "dr_failover_drill-2_daas_drained.json").write_text("{}", encoding="utf-8")
    outcome = run(RELEASE, dr_id="drill-1", dr_directory="moves")
    assert outcome.status != 0
    assert f"No list of drained machines of the move drill-1 is in {tmp_path / 'moves'}" in " ".join(
        outcome.output.split()
    )
    assert "There are dr_failover_drill-2_daas_drained.json" in " ".join(outcome.output.split())


@pytest.mark.bad_day
def test_what_is_known_to_be_refused_stops_a_planned_move(lab: RunningLab, run: Run) -> None:
    """A machine that MCS made stands in the protection domain: its VM would move, and nobody could be brought to it."""
    estate = yaml.safe_load(ESTATE.read_text(encoding="utf-8"))
    estate["citrix_sites"][0]["catalogs"][0] |= {
        "provisioning_type": "MCS",
        "hosting_unit": "Pool-A",
        "image": "ctx_Gold_2026.11.20-1",
    }
    estate["citrix_sites"][0]["catalogs"][0].pop("hypervisor")
    lab.reset(estate)
    outcome = run(FAILOVER)
    assert outcome.status != 0
    assert "machines cannot be re-hosted" in " ".join(outcome.output.split())
    assert writes(lab) == []


@pytest.mark.newest
def test_names_that_no_site_knows_are_no_success(lab: RunningLab, run: Run) -> None:
    outcome = run(
        REHOST, machine_rehost_clusters=["cluster-b"], machine_rehost_machines="W11-999, w11-998.corp.example"
    )
    assert outcome.status != 0
    assert "W11-999 is no machine of daas or cvad" in " ".join(outcome.output.split())
    assert "proven" not in outcome.output
    assert writes(lab) == []


@pytest.mark.bad_day
@pytest.mark.parametrize(
    "playbook",
    [FAILOVER, REHOST, *(pytest.param(job, marks=pytest.mark.night) for job in (FAILBACK, UNDO, RELEASE, DRILL))],
)
def test_nothing_done_is_no_success(lab: RunningLab, run: Run, tmp_path: Path, playbook: str) -> None:
    """Tags leave nothing out, and an inventory whose groups are misspelt is told so."""
    lab.change(
        [
            {"endpoint": "cluster-a", "kind": "lost", "lost": True},
            {"endpoint": "cluster-b", "kind": "lost", "lost": True},
        ]
    )
    lab.forget()
    tagged = run(playbook, "--tags", "nothing", machine_rehost_machines=["W11-001"])
    assert tagged.status != 0, tagged.output
    inventory = tmp_path / "misspelt.yml"
    text = Path(lab.inventory_path).read_text(encoding="utf-8")
    inventory.write_text(
        text.replace("prism_elements:", "prism_element:").replace("citrix_sites:", "citrix_site:"), encoding="utf-8"
    )
    outcome = run_playbook(playbook, str(inventory), tmp_path, "-e", json.dumps(ALWAYS))
    assert outcome.status != 0, outcome.output
    assert any(
        told in outcome.output for told in ("no host of the group prism_elements", "The group citrix_sites has no host")
    )


@pytest.mark.bad_day
def test_there_and_back_in_one_playbook(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    """What the first move told does not count for the second: neither its clusters nor its plan nor its end."""
    both = tmp_path / "both.yml"
    plays = [
        {"name": name, "import_playbook": playbook} for name, playbook in (("There", FAILOVER), ("Back", FAILBACK))
    ]
    both.write_text(yaml.safe_dump(plays), encoding="utf-8")
    assert_good(run(str(both)))
    assert_at_home_on(lab, "cluster-a")
    there, back = (
        json.loads((tmp_path / f"dr_failover_drill-1{end}.json").read_text(encoding="utf-8"))
        for end in ("", "-failback")
    )
    assert (there["target"], back["target"], there["complete"], back["complete"]) == (
        "cluster-b",
        "cluster-a",
        True,
        True,
    )
    assert there["timeline"][-1]["finished"] < back["timeline"][0]["started"]


@pytest.mark.bad_day
def test_lost_machine_is_reported_and_the_rest_goes_on(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    lab.change([{"endpoint": "daas", "kind": "add_machine", "catalog": "W11 Persistent", "name": "W11-099"}])
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    outcome = run(FAILOVER, dr_mode="unplanned", dr_failover_exclude=["W11-006"])
    assert outcome.status == 0, outcome.trouble
    assert machines(lab)["w11-006"]["hypervisor"] == "AHV-A"
    assert "W11-006" in outcome.output
    report = json.loads((tmp_path / "dr_failover_drill-1.json").read_text(encoding="utf-8"))
    assert report["complete"] is True


USUAL_SCALE = 600.0


def wait_until(seen: Callable[[], Any]) -> None:
    """Look at the running lab now and then until there is something to see; what runs has a bound of its own."""
    while not seen():
        threading.Event().wait(0.3)


def back_on(lab: RunningLab, cluster: str, names: Iterable[str]) -> bool:
    seen = machines(lab)
    return all(
        seen[name]["hypervisor"] in HOME[cluster]
        and seen[name]["registration_state"] == "Registered"
        and not seen[name]["in_maintenance_mode"]
        for name in names
    )


@pytest.mark.parametrize("mode", ["planned", pytest.param("unplanned", marks=pytest.mark.night)])
def test_desktops_are_back_while_another_protection_domain_still_moves(
    lab: RunningLab, run: Run, tmp_path: Path, mode: str
) -> None:
    acting, order = ("cluster-a", "migrate") if mode == "planned" else ("cluster-b", "activate")
    if mode == "unplanned":
        lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    before = machines(lab)
    fast_desktops = sorted(before.keys() - set(SLOW_DESKTOPS))
    # Once the slow one is ordered, time stands still until it has been held back. Waiting for both orders would hang:
    # the other one may still need time before its own.
    lab.faults([{"endpoint": acting, "method": "POST", "path": f"{SLOW}/{order}", "then": {"time_scale": 0.0}}])
    lab.forget()

    def ordered() -> bool:
        return any(entry["path"].endswith(f"{SLOW}/{order}") and entry["status"] for entry in lab.requests())

    with ThreadPoolExecutor(max_workers=1) as pool:
        going = pool.submit(run, FAILOVER, "-vvv", "--diff", dr_mode=mode)
        try:
            wait_until(lambda: ordered() or going.done())
            lab.clear_faults()
            lab.faults([{"endpoint": "cluster-b", "path": f"names={SLOW}", "then": {"status": 500, "body": {}}}])
            lab.run_at(USUAL_SCALE)
            wait_until(lambda: back_on(lab, "cluster-b", fast_desktops) or going.done())
            seen = machines(lab)
            assert not going.done(), going.result().output
        finally:
            lab.clear_faults()
            lab.run_at(USUAL_SCALE)
        assert_good(going.result())
    kept = ("hosted_machine_id", "hypervisor")
    assert [seen[name][key] for name in SLOW_DESKTOPS for key in kept] == [
        before[name][key] for name in SLOW_DESKTOPS for key in kept
    ]
    assert_at_home_on(lab, "cluster-b")
    slow_vms = {desktops_on(lab, "cluster-b")[name]["uuid"] for name in DESKTOPS if name.casefold() in SLOW_DESKTOPS}
    entries = lab.requests()
    went_on = min(
        entry["sim_started"]
        for entry in entries
        if "/set_power_state" in entry["path"] and any(uuid in entry["path"] for uuid in slow_vms)
    )
    written = [
        (entry["sim_ended"], json.dumps(entry["body"]))
        for entry in entries
        if entry["endpoint"] in CATALOGS and entry["method"] in ("PATCH", "POST")
    ]
    for name in fast_desktops:
        vm = desktops_on(lab, "cluster-b")[name.upper()]["uuid"]
        assert [when for when, body in written if vm in body and when < went_on], name
    report = json.loads((tmp_path / "dr_failover_drill-1.json").read_text(encoding="utf-8"))
    assert (report["complete"], report["counts"]["changed"]) == (True, len(DESKTOPS))
    assert {"re-host", "reset"} <= {phase["phase"] for phase in report["phases"]}
    secrets = secrets_of(lab.inventory_path)
    assert len(secrets) == 4
    assert [secret for secret in secrets if secret in going.result().output] == []
    assert files_with(secrets, tmp_path) == set()


@pytest.mark.night
def test_machines_of_a_protection_domain_that_failed_are_not_touched(lab: RunningLab, run: Run) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    no = {"status": 422, "body": {"message": "no"}}
    lab.faults([{"endpoint": "cluster-b", "method": "POST", "path": f"{SLOW}/activate", "then": no}])
    before = machines(lab)
    outcome = run(FAILOVER, dr_mode="unplanned")
    assert outcome.status != 0
    assert f"{SLOW} was not activated" in outcome.output
    seen = machines(lab)
    kept = ("hosted_machine_id", "hypervisor", "in_maintenance_mode")
    assert [seen[name][key] for name in SLOW_DESKTOPS for key in kept] == [
        before[name][key] for name in SLOW_DESKTOPS for key in kept
    ]
    assert back_on(lab, "cluster-b", seen.keys() - set(SLOW_DESKTOPS))
    lab.clear_faults()
    assert_good(run(FAILOVER, dr_mode="unplanned"))
    assert_at_home_on(lab, "cluster-b")


@pytest.mark.bad_day
@pytest.mark.parametrize(
    ("connection", "wishes", "batches"),
    [
        # The module travels, and nobody hears of single protection domains.
        ("jump", {}, False),
        # Nothing is to be written then, and nobody knows that before all are there.
        pytest.param("local", {"dr_failover_policy": "missing=stop"}, False, marks=pytest.mark.night),
        # One after the other.
        pytest.param("local", {"ansible_forks": 1}, True, marks=pytest.mark.night),
    ],
)
def test_who_cannot_go_ahead_re_hosts_at_the_end(
    lab: RunningLab, run: Run, tmp_path: Path, connection: str, wishes: dict[str, Any], batches: bool
) -> None:
    inventory = tmp_path / "acting.yml"
    hosts = {"cluster-a": {"ansible_connection": connection}}
    inventory.write_text(yaml.safe_dump({"all": {"children": {"prism_elements": {"hosts": hosts}}}}), encoding="utf-8")
    forks = ["--forks", str(wishes.pop("ansible_forks"))] if batches else []
    outcome = assert_good(run(FAILOVER, "-i", str(inventory), *forks, **wishes))
    assert_at_home_on(lab, "cluster-b")
    done = {task["task"].rpartition(" : ")[2] for task in outcome.tasks if task["status"] == "ok"}
    assert ("Re-host, reset and release" in done) is batches
