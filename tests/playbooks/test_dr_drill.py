# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The drill playbook end to end, as a user runs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.modules import DEMO, topology_of, writes
from harness.playbooks import Outcome, run_playbook, start_playbook
from lab.running import RunningLab

PLAYBOOK = "euc.nutanix_citrix.dr_drill"
FAILOVER = DEMO.with_name("failover.yml")
MEMBERS = [f"W11-00{number}" for number in range(1, 9)] + ["W10-001", "W10-002", "W10-003", "w10-004"]
Drill = Callable[..., Outcome]


def vms(lab: RunningLab) -> dict[str, dict[str, dict[str, Any]]]:
    """Cluster -> uuid -> VM. Who works on a desktop writes to its disks, so these are left out."""
    return {
        name: {
            vm["uuid"]: {key: value for key, value in vm.items() if key != "disks"}
            for vm in lab.estate.endpoint(name).state()["vms"]
        }
        for name in ("cluster-a", "cluster-b")
    }


def clones(lab: RunningLab) -> list[dict[str, Any]]:
    return [vm for vm in vms(lab)["cluster-b"].values() if vm["name"].startswith("drill_")]


def protection(lab: RunningLab) -> dict[str, Any]:
    """(cluster, protection domain) -> whether it is active, and who is in it."""
    return {
        (name, domain["name"]): (domain["active"], [member["vm_uuid"] for member in domain["vms"]])
        for name in ("cluster-a", "cluster-b")
        for domain in lab.estate.endpoint(name).state()["protection_domains"]
    }


class Watcher:
    """Sees on which networks each clone was while it was on; it has gone off before it is removed."""

    def __init__(self, lab: RunningLab) -> None:
        self.seen: dict[str, list[str]] = {}
        self._world = lab.estate.clusters["cluster-b"]
        self._world.vms.watch(self._note)

    def _note(self, uuids: frozenset[str], up: bool, orderly: bool) -> None:
        for vm in map(self._world.vms.get, uuids):
            if vm and vm.name.startswith("drill_"):
                self.seen[vm.name] = list(vm.seen_on_networks)


@pytest.fixture
def watcher(lab: RunningLab) -> Iterator[Watcher]:
    """The failover estate. Whatever a test does, production stays as it is, Citrix is never asked, and no clone is near
    production."""
    lab.reset(topology_of(FAILOVER))
    lab.forget()
    watcher = Watcher(lab)
    before, domains = vms(lab), protection(lab)
    yield watcher
    after = vms(lab)
    for cluster, known in before.items():
        assert {uuid: after[cluster].get(uuid) for uuid in known} == known
    assert after["cluster-a"].keys() == before["cluster-a"].keys()
    now = protection(lab)
    assert {domain: now.get(domain) for domain in domains} == domains
    assert {entry["endpoint"] for entry in lab.requests()} <= {"cluster-b"}
    assert not any("delete_snapshots" in entry["query"] for entry in lab.requests())
    assert {network for networks in watcher.seen.values() for network in networks} <= {"DRILL"}


@pytest.fixture
def drill(lab: RunningLab, watcher: Watcher, tmp_path: Path) -> Drill:
    """`drill("--check", keep=True)` runs the playbook; keywords are variables of the role."""

    def run(*options: str, **variables: Any) -> Outcome:
        return run_playbook(PLAYBOOK, lab.inventory_path, tmp_path, "-e", given(**variables), *options)

    return run


def given(**variables: Any) -> str:
    return json.dumps(
        {
            "dr_id": "q4",
            "dr_target": "cluster-b",
            "dr_drill_stays_on": 0,
            **{f"dr_drill_{name}": value for name, value in variables.items()},
        }
    )


def report(directory: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((directory / "dr_drill_q4.json").read_text(encoding="utf-8"))
    return told


def test_a_whole_drill_leaves_nothing_behind(lab: RunningLab, drill: Drill, watcher: Watcher, tmp_path: Path) -> None:
    plan = drill("--check", "--diff")
    assert plan.status == 0, plan.output
    assert "8 would be removed again" in " ".join(plan.output.split())
    assert writes(lab) == []
    before = vms(lab)
    real = drill()
    assert real.status == 0, real.output
    assert vms(lab)["cluster-b"] == before["cluster-b"]
    assert set(watcher.seen) == {f"drill_q4_{name}" for name in MEMBERS}
    assert watcher.seen["drill_q4_W11-001"] == []
    told = report(tmp_path)
    assert (told["mode"], told["complete"], told["problems"]) == ("drill", True, [])
    assert sorted(clone["vm"] for result in told["drills"].values() for clone in result["clones"]) == sorted(MEMBERS)
    assert all(
        len(result["removed"]) == len(result["clones"]) and result["data_age_seconds"] >= 0
        for result in told["drills"].values()
    )
    assert "PD-W10" in real.output
    assert (tmp_path / "dr_drill_q4.html").exists()

    lab.forget()
    again = drill()
    assert again.status == 0, again.output
    assert vms(lab)["cluster-b"] == before["cluster-b"]
    lab.forget()
    nothing = drill(state="absent")
    assert nothing.status == 0, nothing.output
    assert (nothing.changed, writes(lab)) == ([], [])


@pytest.mark.bad_day
def test_kept_clones_are_made_once_and_go_when_told(lab: RunningLab, drill: Drill) -> None:
    made = drill(keep=True, network="DRILL")
    assert made.status == 0, made.output
    assert {(vm["power_state"], tuple(vm["seen_on_networks"])) for vm in clones(lab)} == {("on", ("DRILL",))}
    lab.forget()
    again = drill(keep=True, network="DRILL")
    assert again.status == 0, again.output
    assert (again.changed, writes(lab), len(clones(lab))) == ([], [], 12)
    plan = drill("--check", "--diff", state="absent")
    assert plan.status == 0, plan.output
    assert writes(lab) == []
    gone = drill(state="absent")
    assert gone.status == 0, gone.output
    assert clones(lab) == []


def test_the_lost_source_is_not_needed(lab: RunningLab, watcher: Watcher, tmp_path: Path) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "reachable", "reachable": False}])
    outcome = run_playbook(PLAYBOOK, lab.inventory_path, tmp_path, "-e", given())
    assert outcome.status == 0, outcome.output
    assert len(watcher.seen) == 12


@pytest.mark.bad_day
@pytest.mark.parametrize(
    ("path", "method", "nth"),
    [
        ("restore_entities", "POST", 1),
        pytest.param("/nics/", "DELETE", 3, marks=pytest.mark.night),
        pytest.param("set_power_state", "POST", 2, marks=pytest.mark.night),
        (r"/vms/[^/]*/?$", "DELETE", 2),
    ],
)
@pytest.mark.parametrize("drop", ["after", pytest.param("before", marks=pytest.mark.night)])
def test_a_drill_that_is_killed_is_run_again(
    lab: RunningLab, drill: Drill, tmp_path: Path, path: str, method: str, nth: int, drop: str
) -> None:
    before = vms(lab)["cluster-b"]
    process = start_playbook(PLAYBOOK, lab.inventory_path, tmp_path, "-e", given())
    lab.faults(
        [
            {
                "endpoint": "cluster-b",
                "path": path,
                "method": method,
                "nth": nth,
                "then": {"drop": drop, "kill": process.pid},
            }
        ]
    )
    process.communicate(timeout=600)
    assert process.returncode < 0
    again = drill()
    assert again.status == 0, again.output
    assert vms(lab)["cluster-b"] == before


@pytest.mark.bad_day
def test_a_clone_that_does_not_come_up_is_told_and_removed_with_the_others(
    lab: RunningLab, drill: Drill, watcher: Watcher, tmp_path: Path
) -> None:
    before = vms(lab)["cluster-b"]
    lab.faults(
        [{"endpoint": "cluster-b", "path": "set_power_state", "nth": 3, "then": {"fail_task": "not enough memory"}}]
    )
    outcome = drill()
    assert outcome.status != 0
    assert "not enough memory" in outcome.output
    assert len(watcher.seen) == 11
    assert vms(lab)["cluster-b"] == before
    told = report(tmp_path)
    assert told["complete"] is False
    assert "not enough memory" in str(told["problems"])


@pytest.mark.bad_day
def test_what_cannot_be_removed_is_told(lab: RunningLab, drill: Drill, tmp_path: Path) -> None:
    lab.faults(
        [
            {
                "endpoint": "cluster-b",
                "method": "DELETE",
                "path": r"/vms/[^/]*/?$",
                "nth": 1,
                "then": {"fail_task": "VM is locked by a backup"},
            }
        ]
    )
    outcome = drill()
    assert outcome.status != 0
    assert len(clones(lab)) == 1
    assert "VM is locked by a backup" in str(report(tmp_path)["problems"])
    rest = drill(state="absent")
    assert rest.status == 0, rest.output
    assert clones(lab) == []


@pytest.mark.bad_day
def test_clones_of_another_drill_and_what_looks_like_one_stay(lab: RunningLab, drill: Drill) -> None:
    foreign = [
        "drill_q3_W11-001",
        "drill_q4_W11-0010",
        "drill_q40_W11-001",
        "drill_q4_W10-004",
        "W11-001",
        "ctx_q4_7_W11-001",
    ]
    lab.change([{"endpoint": "cluster-b", "kind": "vm", "name": name, "power_state": "off"} for name in foreign])
    before = vms(lab)["cluster-b"]
    outcome = drill()
    assert outcome.status == 0, outcome.output
    assert vms(lab)["cluster-b"] == before


@pytest.mark.bad_day
def test_exclusions_over_all_protection_domains(lab: RunningLab, drill: Drill, watcher: Watcher) -> None:
    outcome = drill(exclude=["W11-001", "w10-004"])
    assert outcome.status == 0, outcome.output
    assert set(watcher.seen) == {f"drill_q4_{name}" for name in MEMBERS if name not in ("W11-001", "w10-004")}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"dr_target": "cluster-x"}, "cluster-x"),
        pytest.param({"dr_protection_domains": ["PD-W11", "PD-w10"]}, "'PD-W10'", marks=pytest.mark.night),
        ({"dr_drill_exclude": ["W11-001", "W10-004"]}, "no snapshot holds: W10-004"),
        ({"dr_drill_network": "VLAN110"}, "in production"),
        pytest.param({"dr_drill_network": "drill"}, "'DRILL'", marks=pytest.mark.night),
        pytest.param({"dr_id": "q_4"}, "drill id", marks=pytest.mark.night),
        pytest.param({"dr_drill_data_age_limit": 60}, "beyond the limit", marks=pytest.mark.night),
        pytest.param({"dr_drill_snapshots": {"PD-W10": "1"}}, "no snapshot 1", marks=pytest.mark.night),
        pytest.param({"dr_drill_prefix": "ctx_"}, "ctx_", marks=pytest.mark.night),
        ({"dr_drill_state": "absent", "dr_id": "q5"}, "There is no clone of the drill q5"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_made(
    lab: RunningLab, watcher: Watcher, tmp_path: Path, variables: dict[str, Any], told: str
) -> None:
    outcome = run_playbook(
        PLAYBOOK, lab.inventory_path, tmp_path, "-e", json.dumps({**json.loads(given()), **variables})
    )
    assert outcome.status != 0
    assert told in outcome.output
    assert writes(lab) == []


def test_vms_of_one_name_in_two_protection_domains_are_refused(lab: RunningLab, drill: Drill) -> None:
    twin = {"name": "PD-Twin", "vms": ["W11-0010"], "snapshots": [{"age_hours": 1, "remotes": ["SITE-B"]}]}
    lab.change(
        [
            {"endpoint": "cluster-a", "kind": "protection_domain", **twin},
            {
                "endpoint": "cluster-b",
                "kind": "protection_domain",
                "name": "PD-Here",
                "vms": ["W11-0010"],
                "snapshots": [{"age_hours": 1}],
            },
        ]
    )
    outcome = drill("-e", json.dumps({"dr_protection_domains": ["PD-Twin", "PD-W10", "PD-Here"]}))
    assert outcome.status != 0
    assert "W11-0010" in outcome.output
    assert "could not be told apart" in outcome.output
    assert writes(lab) == []


def test_a_target_that_is_left_out_by_limit_is_refused(drill: Drill) -> None:
    outcome = drill("--limit", "cluster-a")
    assert outcome.status != 0
    assert "--limit leaves it out" in outcome.output
