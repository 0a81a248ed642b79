# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roll-outs in waves across two sites, and the way back, as a user runs them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.modules import DEMO, topology_of, writes
from harness.playbooks import Outcome, run_playbook
from lab.running import RunningLab

ROLLOUT = "euc.nutanix_citrix.catalog_rollout"
ROLLBACK = "euc.nutanix_citrix.image_rollback"
OLD, NEW = "ctx_Gold_2026.10.01-1", "ctx_Gold_2026.11.20-1"
CATALOGS = {"W11-Pool", "W11-Sales", "W11-Lab", "W11-Train"}
ESTATE = Path(DEMO).with_name("waves.yml")
WAVES: list[dict[str, Any]] = yaml.safe_load(ESTATE.read_text(encoding="utf-8"))["inventory_vars"][
    "catalog_rollout_waves"
]
IMPATIENT = [{**WAVES[0], "gate": {"wait_timeout": 3}}, *WAVES[1:]]
Run = Callable[..., Outcome]


def estate(canary: str = "") -> dict[str, Any]:
    """The demo's sites with the new image on every cluster already and the catalogs in waves; `canary` is one more
    catalog of cvad in the first, its other one is in the second then."""
    topology: dict[str, Any] = yaml.safe_load(ESTATE.read_text(encoding="utf-8"))
    for entry in topology["citrix_sites"][1]["inventory_vars"]["image_release_catalogs"] if canary else []:
        entry["wave"] = "canary" if entry["name"] == canary else WAVES[1]["name"]
    return topology


@pytest.fixture
def run(lab: RunningLab, tmp_path: Path) -> Run:
    """`run("--check", catalog_rollout_on_closed_gate="go_on")` rolls out on the estate in waves."""
    lab.reset(estate())

    def go(*options: str, playbook: str = ROLLOUT, strategy: str = "linear", **variables: Any) -> Outcome:
        return run_playbook(
            playbook, lab.inventory_path, tmp_path, *options, "-e", json.dumps(variables), ANSIBLE_STRATEGY=strategy
        )

    return go


def on_image(lab: RunningLab, image: str) -> set[str]:
    return {
        catalog["name"]
        for site in ("daas", "cvad")
        for catalog in state_of(lab, site)["catalogs"]
        if catalog["image"] == image
    }


def released(lab: RunningLab) -> None:
    """As after a roll-out: every catalog has the new image, and the old one in its history."""
    catalogs = [(site, catalog["id"]) for site in ("daas", "cvad") for catalog in state_of(lab, site)["catalogs"]]
    lab.change(
        [{"endpoint": site, "kind": "set_image", "catalog": catalog, "image": NEW} for site, catalog in catalogs]
    )


def state_of(lab: RunningLab, site: str) -> dict[str, Any]:
    return lab.estate.endpoint(site).state()


def break_canary(lab: RunningLab, machines: int = 20) -> None:
    """From their next restart on these machines of the canary do not register."""
    orders = [
        {"endpoint": "daas", "kind": "machine", "machine": machine["name"], "registers": False}
        for machine in canary_machines(lab)[:machines]
    ]
    lab.change(orders)


def canary_machines(lab: RunningLab) -> list[dict[str, Any]]:
    state = state_of(lab, "daas")
    (canary,) = [catalog["id"] for catalog in state["catalogs"] if catalog["name"] == "W11-Pool"]
    return [machine for machine in state["machines"] if machine["catalog_id"] == canary]


def moves(lab: RunningLab) -> list[str]:
    """Names of the catalogs in the order in which their updates were asked for."""
    names = {catalog["id"]: catalog["name"] for site in ("daas", "cvad") for catalog in state_of(lab, site)["catalogs"]}
    asked = [entry for entry in lab.requests() if "$UpdateProvisioningScheme" in entry["path"]]
    return [
        next(name for catalog_id, name in names.items() if catalog_id in entry["path"])
        for entry in sorted(asked, key=lambda entry: entry["started"])
    ]


def told(outcome: Outcome) -> str:
    """Why the last task failed on each site, in one text."""
    return "\n".join(
        task["result"]["msg"]
        for task in outcome.tasks
        if task["task"].endswith("Fail unless everything is done") and task["status"] == "failed"
    )


def test_waves_across_two_sites_then_nothing_left_to_do(lab: RunningLab, run: Run) -> None:
    first = run()
    assert first.status == 0, first.output
    assert on_image(lab, NEW) == CATALOGS
    assert moves(lab)[:2] == ["W11-Pool", "W11-Lab"]
    assert set(moves(lab)[2:]) == {"W11-Sales", "W11-Train"}
    assert all(
        machine["registration_state"] == "Registered" and machine["image"] == NEW for machine in canary_machines(lab)
    )

    lab.forget()
    second = run()
    assert second.status == 0, second.output
    assert (second.changed, writes(lab)) == ([], [])


@pytest.mark.bad_day
def test_a_run_ends_with_the_wave_that_is_named_and_the_same_command_goes_on(lab: RunningLab, run: Run) -> None:
    canary = run(catalog_rollout_last_wave="canary")
    assert canary.status == 0, canary.output
    assert on_image(lab, NEW) == {"W11-Pool"}
    assert "As wished, these waves were not started: ring 1.5, everyone." in canary.output
    rest = run()
    assert rest.status == 0, rest.output
    assert on_image(lab, NEW) == CATALOGS
    assert moves(lab).count("W11-Pool") == 1


def test_plan_shows_the_waves_and_writes_nothing(lab: RunningLab, run: Run) -> None:
    plan = run("--check", "--diff")
    assert plan.status == 0, plan.output
    assert writes(lab) == []
    assert on_image(lab, OLD) == CATALOGS
    assert [plan.output.index(f"Do wave '{wave['name']}'") for wave in WAVES] == sorted(
        plan.output.index(f"Do wave '{wave['name']}'") for wave in WAVES
    )
    real = run()
    assert set(real.changed) == set(plan.changed)


@pytest.mark.newest
def test_closed_gate_stops_later_waves_everywhere(lab: RunningLab, run: Run) -> None:
    break_canary(lab)
    outcome = run(catalog_rollout_waves=IMPATIENT)
    assert outcome.status != 0
    assert on_image(lab, NEW) == {"W11-Pool"}
    assert "0 of 20 machines that are on are registered" in told(outcome)
    assert "20 machines are faulty that were not before" in told(outcome)
    assert "wave 'everyone' did not start (wave 'canary' has a closed gate on daas)" in told(outcome)


@pytest.mark.bad_day
def test_same_command_goes_on_when_the_gate_opens(lab: RunningLab, run: Run) -> None:
    break_canary(lab, machines=5)
    assert run(catalog_rollout_waves=IMPATIENT).status != 0
    lab.change(
        [
            {
                "endpoint": "daas",
                "kind": "machine",
                "machine": machine["name"],
                "registration_state": "Registered",
                "fault_state": "None",
            }
            for machine in canary_machines(lab)
        ]
    )
    lab.forget()
    rest = run(catalog_rollout_waves=IMPATIENT)
    assert rest.status == 0, rest.output
    assert on_image(lab, NEW) == CATALOGS
    assert "W11-Pool" not in moves(lab)


@pytest.mark.newest
def test_machines_faulty_before_do_not_close_the_gate(lab: RunningLab, run: Run) -> None:
    broken = canary_machines(lab)[0]["name"]
    lab.change(
        [
            {
                "endpoint": "daas",
                "kind": "machine",
                "machine": broken,
                "registers": False,
                "registration_state": "Unregistered",
                "fault_state": "Unregistered",
            }
        ]
    )
    outcome = run()
    assert outcome.status == 0, outcome.output
    assert on_image(lab, NEW) == CATALOGS


@pytest.mark.bad_day
def test_closed_gate_stays_closed_for_the_same_command_until_the_faults_are_accepted_as_printed(
    lab: RunningLab, run: Run
) -> None:
    break_canary(lab, machines=1)
    first = run(catalog_rollout_waves=IMPATIENT)
    assert first.status != 0
    assert "1 machines are faulty that were not before" in told(first)
    again = run(catalog_rollout_waves=IMPATIENT)
    assert again.status != 0
    assert on_image(lab, NEW) == {"W11-Pool"}
    assert "it is unknown whether these were faulty before the catalog got the image" in told(again)
    (advice,) = [
        shlex.split(line.partition("type the same command with ")[2])
        for line in told(again).splitlines()
        if "type the same" in line
    ]
    accepted = run(*advice, catalog_rollout_waves=IMPATIENT)
    assert accepted.status == 0, accepted.output
    assert on_image(lab, NEW) == CATALOGS


@pytest.mark.newest
def test_waves_under_the_strategy_free(lab: RunningLab, run: Run) -> None:
    outcome = run(strategy="free")
    assert outcome.status == 0, outcome.output
    assert on_image(lab, NEW) == CATALOGS
    assert moves(lab)[:2] == ["W11-Pool", "W11-Lab"]


def test_a_closed_gate_on_one_site_holds_the_other_under_the_strategy_free(lab: RunningLab, run: Run) -> None:
    break_canary(lab)
    outcome = run(strategy="free", catalog_rollout_waves=IMPATIENT)
    assert outcome.status != 0
    assert on_image(lab, NEW) == {"W11-Pool"}
    assert "wave 'everyone' did not start (wave 'canary' has a closed gate on daas)" in told(outcome)


def test_fewer_forks_than_sites_are_refused_with_what_to_type(lab: RunningLab, run: Run) -> None:
    outcome = run("--forks", "1", strategy="free")
    assert outcome.status != 0
    assert writes(lab) == []
    assert "Type the same command with --forks 2. Nothing was begun." in outcome.output


def test_batches_of_sites_are_refused_before_anybody_waits(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.yml"
    role = {"include_role": {"name": "euc.nutanix_citrix.catalog_rollout"}}
    own.write_text(
        json.dumps([{"hosts": "citrix_sites", "gather_facts": False, "serial": 1, "tasks": [role]}]), encoding="utf-8"
    )
    outcome = run(playbook=str(own), catalog_rollout_sites_timeout=20)
    assert outcome.status != 0
    assert writes(lab) == []
    assert "Leave out serial" in told(outcome)


def test_a_mistake_of_one_site_moves_nothing_on_any(lab: RunningLab, run: Run) -> None:
    topology = estate()
    topology["citrix_sites"][1]["inventory_vars"]["image_release_catalogs"][0]["wave"] = "ring 1,5"
    lab.reset(topology)
    outcome = run()
    assert outcome.status != 0
    assert writes(lab) == []
    assert (
        "cvad: catalog 'W11-Lab' is in wave 'ring 1,5', which catalog_rollout_waves does not hold. Near names are 'ring"
        " 1.5'." in outcome.output
    )


def test_roll_back_takes_the_wave_back_on_every_site(lab: RunningLab, run: Run) -> None:
    lab.reset(estate(canary="W11-Lab"))
    break_canary(lab)
    outcome = run(catalog_rollout_waves=IMPATIENT, catalog_rollout_on_closed_gate="roll_back")
    assert outcome.status != 0
    assert on_image(lab, OLD) == CATALOGS
    assert "wave 'canary' was rolled back" in told(outcome)
    assert set(moves(lab)[:2]) == {"W11-Pool", "W11-Lab"}
    assert "W11-Sales" not in moves(lab)


@pytest.mark.bad_day
def test_roll_back_leaves_what_an_earlier_run_moved(lab: RunningLab, run: Run) -> None:
    lab.change([{"endpoint": "daas", "kind": "set_image", "catalog": "W11-Pool", "image": NEW}])
    lab.change(
        [
            {"endpoint": "daas", "kind": "machine", "machine": machine["name"], "registration_state": "Unregistered"}
            for machine in canary_machines(lab)
        ]
    )
    outcome = run(catalog_rollout_waves=IMPATIENT, catalog_rollout_on_closed_gate="roll_back")
    assert outcome.status != 0
    assert writes(lab) == []
    assert on_image(lab, NEW) == {"W11-Pool"}
    assert "it had the image before this run" in told(outcome)


@pytest.mark.bad_day
def test_go_on_rolls_everything_out_and_still_fails(lab: RunningLab, run: Run) -> None:
    break_canary(lab)
    outcome = run(catalog_rollout_waves=IMPATIENT, catalog_rollout_on_closed_gate="go_on")
    assert outcome.status != 0
    assert on_image(lab, NEW) == CATALOGS
    assert "wave 'canary' has a closed gate" in told(outcome)
    assert "everyone" not in told(outcome)


@pytest.mark.bad_day
def test_nothing_is_started_after_the_window(lab: RunningLab, run: Run) -> None:
    outcome = run(catalog_rollout_window_end="2026-11-01T06:00:00+01:00")
    assert outcome.status != 0
    assert writes(lab) == []
    assert "the window was over at 2026-11-01T06:00:00+01:00" in told(outcome)
    plan = run(
        "--check", catalog_rollout_window_end="2026-11-01T06:00:00+01:00", catalog_rollout_on_closed_gate="go_on"
    )
    assert plan.status != 0
    assert told(plan).count("the window was over at") == 4


@pytest.mark.newest
def test_window_over_is_no_trouble_when_everything_is_done(lab: RunningLab, run: Run) -> None:
    released(lab)
    lab.forget()
    outcome = run(catalog_rollout_window_end="2026-11-01T06:00:00+01:00")
    assert outcome.status == 0, outcome.output
    assert writes(lab) == []


def test_one_site_away_holds_the_next_wave_back_but_takes_nothing_back(lab: RunningLab, run: Run) -> None:
    lab.reset(estate(canary="W11-Lab"))
    lab.change([{"endpoint": "cvad", "kind": "reachable", "reachable": False}])
    outcome = run(catalog_rollout_on_closed_gate="roll_back")
    assert outcome.status != 0
    assert {catalog["name"] for catalog in state_of(lab, "daas")["catalogs"] if catalog["image"] == NEW} == {"W11-Pool"}
    assert "wave 'canary' failed on cvad" in told(outcome)


@pytest.mark.newest
@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"catalog_rollout_waves": [{"name": "canari"}, {"name": "everyone"}]}, "Near names are 'canari'"),
        (
            {"catalog_rollout_waves": [*WAVES[:2], {"name": "ring 2", "gate": {}}, WAVES[2]]},
            "wave 'ring 2' has a gate, and no catalog is in it",
        ),
        pytest.param({"catalog_rollout_catalogs": []}, "so that nothing would be moved", marks=pytest.mark.night),
        pytest.param(
            {"catalog_rollout_window_end": "tomorrow"}, "is no moment with an offset", marks=pytest.mark.night
        ),
        (
            {"catalog_rollout_waves": [{"name": "canary", "gate": {"registerd_percent": 1}}, *WAVES[1:]]},
            "registerd_percent",
        ),
    ],
)
def test_mistakes_are_told_before_anything_moves(
    lab: RunningLab, run: Run, variables: dict[str, Any], reason: str
) -> None:
    outcome = run(**variables)
    assert outcome.status != 0
    assert reason in outcome.output
    assert writes(lab) == []


@pytest.mark.bad_day
def test_a_release_waits_for_the_cluster_of_its_canary(lab: RunningLab, tmp_path: Path) -> None:
    topology = topology_of(DEMO)
    topology["citrix_sites"][0]["inventory_vars"]["image_release_catalogs"][1]["wave"] = "canary"
    topology["inventory_vars"]["catalog_rollout_waves"] = [WAVES[0], WAVES[2]]
    lab.reset(topology)
    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": False}])
    lame = run_playbook(
        "euc.nutanix_citrix.image_release", lab.inventory_path, tmp_path, "-e", "image_release_id=2026.11.20-1"
    )
    assert lame.status != 0
    assert on_image(lab, OLD) == CATALOGS
    held = "not started (wave everyone: wave 'canary' has catalogs that could not be moved yet on daas)"
    problems = lame.result("image_release_report")["problems"]
    assert f"cvad, catalog W11-Lab: {held}" in problems
    assert "daas, catalog W11-Sales: not touched (wave canary: cluster-b is not known to have the image)" in problems

    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": True}])
    rest = run_playbook(
        "euc.nutanix_citrix.image_release", lab.inventory_path, tmp_path, "-e", "image_release_id=2026.11.20-1"
    )
    assert rest.status == 0, rest.output
    assert moves(lab)[0] == "W11-Sales"
    assert on_image(lab, NEW) == CATALOGS


@pytest.mark.bad_day
def test_a_release_that_a_tester_denies_after_the_canaries_goes_back(lab: RunningLab, tmp_path: Path) -> None:
    topology = topology_of(DEMO)
    topology["citrix_sites"][0]["inventory_vars"]["image_release_catalogs"][0]["wave"] = "canary"
    topology["inventory_vars"]["catalog_rollout_waves"] = [WAVES[0], WAVES[2]]
    lab.reset(topology)
    release = {"image_release_id": "2026.11.20-1"}

    def run(job: str, **more: str) -> Outcome:
        variables = json.dumps({**release, **more})
        return run_playbook(f"euc.nutanix_citrix.{job}", lab.inventory_path, tmp_path, "-e", variables)

    canary = run("image_release", catalog_rollout_last_wave="1")
    assert canary.status == 0, canary.trouble
    (moved,) = on_image(lab, NEW)
    report = json.loads((tmp_path / "image_release_2026.11.20-1.json").read_text(encoding="utf-8"))
    assert (report["complete"], report["problems"], report["later"]["waves"]) == (False, [], ["everyone"])
    assert report["later"]["catalogs"] == len(CATALOGS) - 1
    assert canary.result("image_release_report")["summary"]["succeeded"]
    assert {state["state"] for state in report["clusters"].values()} == {"made"}

    back = run("image_rollback")
    assert back.status == 0, back.trouble
    assert on_image(lab, OLD) == CATALOGS
    retained = run("image_retention", image_retention_minimum_age="0", image_retention_keep="1")
    assert [task for task in retained.changed if "Delete" in task] == []
    assert moved in CATALOGS


@pytest.mark.bad_day
def test_take_a_release_back_twice(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    released(lab)
    plan = run("--check", playbook=ROLLBACK)
    assert plan.status == 0, plan.output
    assert on_image(lab, NEW) == CATALOGS
    lab.forget()
    back = run(playbook=ROLLBACK)
    assert back.status == 0, back.output
    assert on_image(lab, OLD) == CATALOGS
    assert set(back.changed) == set(plan.changed)
    report = json.loads((tmp_path / "image_rollback_2026.11.20-1.json").read_text(encoding="utf-8"))
    assert report["complete"] is True
    assert {row["result"] for row in report["rows"]} == {"moved back"}
    lab.forget()
    again = run(playbook=ROLLBACK)
    assert again.status == 0, again.output
    assert (again.changed, writes(lab)) == ([], [])
    assert on_image(lab, OLD) == CATALOGS


@pytest.mark.newest
def test_take_one_catalog_back_to_a_named_image(lab: RunningLab, run: Run) -> None:
    released(lab)
    outcome = run(
        "--limit", "daas", playbook=ROLLBACK, image_rollback_image=OLD, image_rollback_catalogs=[{"name": "W11-Sales"}]
    )
    assert outcome.status == 0, outcome.output
    assert on_image(lab, OLD) == {"W11-Sales"}


def test_taking_back_nothing_is_no_success(lab: RunningLab, run: Run) -> None:
    outcome = run(playbook=ROLLBACK, image_rollback_catalogs=[])
    assert outcome.status != 0
    assert "so that nothing would be moved" in outcome.output


@pytest.mark.newest
def test_an_image_that_no_history_holds_is_refused(lab: RunningLab, run: Run) -> None:
    released(lab)
    lab.forget()
    outcome = run(playbook=ROLLBACK, image_rollback_image="ctx_Gold_2026.10.01-2")
    assert outcome.status != 0
    assert writes(lab) == []
    assert (
        "None of the catalogs has or had the image 'ctx_Gold_2026.10.01-2', so that none can go there. Near names are"
        " 'ctx_Gold_2026" in outcome.output
    )


@pytest.mark.newest
def test_an_image_that_is_gone_from_the_cluster_is_refused(lab: RunningLab, run: Run) -> None:
    released(lab)
    (old,) = [snapshot for snapshot in lab.estate.endpoint("cluster-c").state()["snapshots"] if snapshot["name"] == OLD]
    lab.change([{"endpoint": "cluster-c", "kind": "delete_snapshot", "snapshot": old["uuid"]}])
    outcome = run(playbook=ROLLBACK)
    assert outcome.status != 0
    assert on_image(lab, NEW) == {"W11-Lab", "W11-Train"}
    assert "shows no image 'XDHyp" in outcome.output
    blamed = [line.split(":")[0].strip() for line in outcome.output.splitlines() if "failed=1" in line]
    assert blamed == ["cvad"]


@pytest.mark.bad_day
def test_an_image_that_is_there_already_still_reaches_the_machines(lab: RunningLab, run: Run) -> None:
    released(lab)
    gated = {
        catalog["id"]: site
        for site in ("daas", "cvad")
        for catalog in state_of(lab, site)["catalogs"]
        if catalog["name"] in ("W11-Pool", "W11-Lab")
    }
    names = [
        (site, machine["name"])
        for site in ("daas", "cvad")
        for machine in state_of(lab, site)["machines"]
        if machine["catalog_id"] in gated
    ]
    lab.change(
        [{"endpoint": site, "kind": "machine", "machine": name, "image_out_of_date": True} for site, name in names]
    )
    lab.forget()
    plan = run("--check", "--diff")
    assert plan.status == 0, plan.output
    assert writes(lab) == []
    first = run()
    assert first.status == 0, first.output
    assert [write.rpartition("/")[2] for write in writes(lab)] == ["$RebootMachines"] * 2
    assert not any(machine["image_out_of_date"] for machine in canary_machines(lab))
    lab.forget()
    second = run()
    assert second.status == 0, second.output
    assert (second.changed, writes(lab)) == ([], [])
