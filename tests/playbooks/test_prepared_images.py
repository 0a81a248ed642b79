# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks of prepared images end to end, as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.modules import TOPOLOGIES, topology_of, writes
from harness.playbooks import Outcome, run_playbook
from lab.running import RunningLab

RELEASE = "euc.nutanix_citrix.prepared_image_release"
ROLLBACK = "euc.nutanix_citrix.prepared_image_rollback"
RETIRE = "euc.nutanix_citrix.prepared_image_retire"
MARK = "[euc.nutanix_citrix]"
NEW = f"2026.11.20-1 {MARK}"
ZONES = ("euc1-a", "euc1-b", "euc1-c")
EVERYWHERE = dict.fromkeys(ZONES, "Success")
Run = Callable[..., Outcome]


@pytest.fixture
def run(lab: RunningLab, tmp_path: Path) -> Run:
    """`run(RELEASE, "--check", prepared_image_release_id="2")` runs a playbook on the lab."""
    lab.reset(topology_of(TOPOLOGIES / "workspaces.yml"))
    lab.forget()

    def run_it(playbook: str, *options: str, **variables: Any) -> Outcome:
        return run_playbook(playbook, lab.inventory_path, tmp_path, "-e", json.dumps(variables), *options)

    return run_it


def state_of(lab: RunningLab, site: str = "daas") -> dict[str, Any]:
    state: dict[str, Any] = lab.estate.endpoint(site).state()
    return state


def versions(lab: RunningLab, site: str = "daas") -> dict[str, dict[str, str]]:
    """Description -> hosting unit -> state, of each version on a site."""
    return {version["description"]: version["hosting_units"] for version in state_of(lab, site)["image_versions"]}


def on_versions(lab: RunningLab, site: str = "daas") -> dict[str, str | None]:
    return {catalog["name"]: catalog["image_version"] for catalog in state_of(lab, site)["catalogs"]}


def report(directory: Path, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((directory / name).read_text(encoding="utf-8"))
    return told


def released_before(lab: RunningLab, *descriptions: str, on: int = 0) -> None:
    """A definition on daas with versions of earlier releases, each in all three zones; all catalogs are on version
    `on`."""
    topology = topology_of(TOPOLOGIES / "workspaces.yml")
    earlier = {"image": "W11-2026.10", "machine_profile": "W11-profile"}
    daas = topology["citrix_sites"][0]
    daas["image_definitions"] = [{"name": "W11", "hosting_unit": "euc1-a", "versions": [earlier] * len(descriptions)}]
    lab.reset(topology)
    of_daas = {"endpoint": "daas", "definition": "W11"}
    orders: list[dict[str, Any]] = [
        {**of_daas, "kind": "image_version", "number": number, "description": text, "hosting_units": list(ZONES)}
        for number, text in enumerate(descriptions, start=1)
    ]
    if on:
        catalogs = [entry["name"] for entry in daas["catalogs"]]
        orders += [{**of_daas, "kind": "assign_image_version", "number": on, "catalog": name} for name in catalogs]
    lab.change(orders)
    lab.forget()


def marked(*releases: str) -> list[str]:
    return [f"{release} {MARK}" for release in releases]


def test_a_first_version_on_both_sites(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    # What it would only make has no version that could go
    plan = run(RELEASE, "--check", "--diff", prepared_image_release_retire=True)
    assert plan.status == 0, plan.trouble
    assert writes(lab) == []
    assert all(words in plan.output for words in ("version would be prepared", "would be moved to the image"))

    canary = run(RELEASE, catalog_rollout_last_wave="canary", prepared_image_release_retire=True)
    assert canary.status == 0, canary.trouble
    assert {name for name, version in on_versions(lab).items() if version} == {"W11-A1"}
    assert [task for task in canary.tasks if "retire :" in task["task"]] == []

    real = run(RELEASE)
    assert real.status == 0, real.trouble
    assert versions(lab) == {NEW: EVERYWHERE}
    assert versions(lab, "cvad") == {NEW: dict.fromkeys(("we-1", "we-2"), "Success")}
    assert set(on_versions(lab).values()) == {"W11:1"}
    assert on_versions(lab, "cvad") == {"W11-Azure": "W11:1"}
    told = report(tmp_path, "prepared_image_release_2026.11.20-1.json")
    assert told["complete"] is True
    steps = [step for done in told["runs"] for step in done["timeline"]]
    assert {step["phase"] for step in steps} == {"definition", "preparation", "share", "publish"}
    page = (tmp_path / "prepared_image_release_2026.11.20-1.html").read_text(encoding="utf-8")
    assert all(words in page for words in ("Prepared images", "euc1-c", "Master", "we-2", "Prod/W11-C2"))

    lab.forget()
    again = run(RELEASE)
    assert again.status == 0, again.trouble
    assert (again.changed, writes(lab)) == ([], [])


@pytest.mark.bad_day
def test_a_canary_that_fails_takes_its_catalog_back_to_the_version_before(lab: RunningLab, run: Run) -> None:
    released_before(lab, *marked("2026.10"), on=1)
    (canary,) = [catalog["id"] for catalog in state_of(lab)["catalogs"] if catalog["name"] == "W11-A1"]
    machines = [machine["name"] for machine in state_of(lab)["machines"] if machine["catalog_id"] == canary]
    lab.change([{"endpoint": "daas", "kind": "machine", "machine": name, "registers": False} for name in machines])
    waves = [{"name": "canary", "reboot": {"within_minutes": 0}, "gate": {"wait_timeout": 3}}, {"name": "everyone"}]
    outcome = run(RELEASE, catalog_rollout_waves=waves, catalog_rollout_on_closed_gate="roll_back")
    assert outcome.status != 0
    assert "was rolled back" in outcome.output
    assert versions(lab)[NEW] == EVERYWHERE
    assert set(on_versions(lab).values()) == {"W11:1"}
    assert on_versions(lab, "cvad") == {"W11-Azure": None}


@pytest.mark.newest
def test_a_release_goes_back_to_what_was_there_before(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    released_before(lab, *marked("2026.10", "2026.11.20-1"), on=1)
    catalogs = [catalog["name"] for catalog in state_of(lab)["catalogs"] if catalog["name"] != "W11-C2"]
    moved = {"endpoint": "daas", "kind": "assign_image_version", "definition": "W11", "number": 2}
    lab.change([{**moved, "catalog": name} for name in catalogs])
    plan = run(ROLLBACK, "--limit", "daas", "--check", "--diff")
    assert plan.status == 0, plan.trouble
    assert "version 1 of W11" in plan.output
    assert writes(lab) == []
    back = run(ROLLBACK, "--limit", "daas")
    assert back.status == 0, back.trouble
    assert set(on_versions(lab).values()) == {"W11:1"}
    told = report(tmp_path, "prepared_image_rollback_2026.11.20-1.json")
    assert {catalog["action"] for catalog in told["sites"]["daas"]["catalogs"]} == {"rolled_back", "unchanged"}
    lab.forget()
    again = run(ROLLBACK, "--limit", "daas")
    assert (again.status, again.changed, writes(lab)) == (0, [], []), again.trouble
    lost = run(ROLLBACK, "--limit", "daas", prepared_image_release_id="2026.11.20-2")
    assert lost.status != 0
    assert "image definition 'W11' has no version of release '2026.11.20-2'" in lost.output
    assert "Make it with" not in lost.output


def test_what_one_site_cannot_do_is_told_before_anything_is_made(lab: RunningLab, run: Run) -> None:
    topology = topology_of(TOPOLOGIES / "workspaces.yml")
    (definition,) = topology["citrix_sites"][1]["inventory_vars"]["prepared_image_release_definitions"]
    definition.update(image="W11-2026.1l", share_with=["we-3"])
    (of_daas,) = topology["citrix_sites"][0]["inventory_vars"]["prepared_image_release_definitions"]
    of_daas["share_with"] = ["euc1-b"]
    lab.reset(topology)
    outcome = run(RELEASE)
    assert outcome.status != 0
    assert "W11-2026.1l" in outcome.output
    assert "catalog Prod/W11-C1: it is in hosting unit euc1-c, where W11 would not be" in outcome.output
    assert "catalog Prod/W11-B1" not in outcome.output
    assert "Nothing was begun." in outcome.output
    assert writes(lab) == []


@pytest.mark.bad_day
def test_old_versions_go_in_the_right_order_and_others_stay(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    released_before(lab, *marked("r1", "r2"), "by hand", *marked("r4"))
    lab.change(
        [{"endpoint": "daas", "kind": "assign_image_version", "catalog": "W11-A1", "definition": "W11", "number": 1}]
    )
    wishes = {
        "prepared_image_retire_definitions": ["W11"],
        "prepared_image_retire_delete_definitions": True,
        "prepared_image_retire_keep": 1,
        "prepared_image_retire_minimum_age": 0,
    }
    plan = run(RETIRE, "--check", "--diff", **wishes)
    assert plan.status == 0, plan.trouble
    assert writes(lab) == []
    assert "it is taken away from euc1-b, euc1-c first" in plan.output

    lab.change([{"endpoint": "daas", "kind": "behaviour", "unshare_by_omission": False}])
    stubborn = run(RETIRE, **wishes)
    assert stubborn.status != 0
    assert "version 2 of W11 is still in 'euc1-b', 'euc1-c', although it was left out of the list" in stubborn.output
    assert list(versions(lab)) == [*marked("r1", "r2"), "by hand", *marked("r4")]
    lab.change([{"endpoint": "daas", "kind": "behaviour", "unshare_by_omission": True}])
    lab.forget()

    real = run(RETIRE, **wishes)
    assert real.status == 0, real.trouble
    assert list(versions(lab)) == [*marked("r1"), "by hand", *marked("r4")]
    assert [entry.split()[0] for entry in writes(lab)] == ["PUT", "DELETE"]
    told = {each["name"]: each["reason"] for each in report(tmp_path, "prepared_image_retire.json")["objects"]}
    assert told["version 1 of W11"].startswith("in use: catalog Prod/W11-A1")
    assert "nothing shows that the collection made it" in told["version 3 of W11"]
    assert told["version 4 of W11"] == "among the newest 1 of 'W11'"
    assert told["W11"].startswith("it has version 1 of W11, version 3 of W11")

    lab.forget()
    again = run(RETIRE, **wishes)
    assert again.status == 0, again.trouble
    assert (again.changed, writes(lab)) == ([], [])


def test_a_preflight_without_clusters(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    topology = topology_of(TOPOLOGIES / "workspaces.yml")
    (definition,) = topology["citrix_sites"][1]["inventory_vars"]["prepared_image_release_definitions"]
    definition["machine_profile"] += "x"
    lab.reset(topology)
    inventory = yaml.safe_load(lab.inventory_path.read_text(encoding="utf-8"))
    del inventory["all"]["children"]["prism_elements"]
    sites_only = tmp_path / "sites.yml"
    sites_only.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    outcome = run_playbook("euc.nutanix_citrix.preflight", sites_only, tmp_path)
    assert outcome.status != 0
    rows = outcome.result("preflight_report")["problems"]
    (stop,) = [row for row in rows if row["result"] == "stop"]
    assert (stop["where"], stop["what"], "shows no machine profile" in stop["detail"]) == (
        "cvad",
        "image definition W11",
        True,
    )
    assert writes(lab) == []


@pytest.mark.bad_day
def test_one_of_two_definitions_fails_and_is_repeated(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    topology = topology_of(TOPOLOGIES / "workspaces.yml")
    variables = topology["citrix_sites"][0]["inventory_vars"]
    (w11,) = variables["prepared_image_release_definitions"]
    variables["prepared_image_release_definitions"] = [{**w11, "name": "W11-Finance"}, w11]
    for catalog in variables["prepared_image_release_catalogs"]:
        catalog.pop("wave", None)
        catalog["definition"] = "w11-finance" if catalog["name"] in ("W11-A2", "W11-B2") else "W11"
    del topology["inventory_vars"]["catalog_rollout_waves"]
    lab.reset(topology)
    lab.faults(
        [
            {
                "path": r"/ImageVersions\?",
                "method": "POST",
                "endpoint": "daas",
                "nth": 1,
                "then": {"fail_task": "No quota"},
            }
        ]
    )
    first = run(RELEASE)
    assert first.status != 0
    assert "image definition W11-Finance has no version of this release" in first.output
    assert on_versions(lab)["W11-A1"] == on_versions(lab)["W11-C2"] == "W11:1"
    assert on_versions(lab)["W11-A2"] is None
    assert on_versions(lab, "cvad") == {"W11-Azure": "W11:1"}

    lab.forget()
    again = run(RELEASE)
    assert again.status == 0, again.trouble
    assert on_versions(lab)["W11-A2"] == on_versions(lab)["W11-B2"] == "W11-Finance:1"
    assert [entry.split("/")[-1].partition("?")[0] for entry in writes(lab) if "ImageVersions" not in entry] == [
        "$UpdateProvisioningScheme"
    ] * 2
    told = report(tmp_path, "prepared_image_release_2026.11.20-1.json")
    assert [outcome["name"] for outcome in told["definitions"]["daas"]["definitions"]] == ["W11-Finance", "W11"]


@pytest.mark.bad_day
def test_a_zone_without_the_image_holds_up_only_its_own_catalogs(lab: RunningLab, run: Run) -> None:
    lab.change([{"endpoint": "daas", "kind": "hosting_unit", "hosting_unit": "euc1-c", "shares_fail": "No quota"}])
    waves = [{"name": "canary"}, {"name": "everyone"}]
    first = run(RELEASE, catalog_rollout_waves=waves)
    assert first.status != 0
    assert "version 1 is not everywhere" in first.output
    assert "euc1-c: No quota" in first.output
    lacking = {name for name, version in on_versions(lab).items() if version != "W11:1"}
    assert lacking == {"W11-C1", "W11-C2"}

    lab.change([{"endpoint": "daas", "kind": "hosting_unit", "hosting_unit": "euc1-c", "shares_fail": None}])
    lab.forget()
    again = run(RELEASE, catalog_rollout_waves=waves)
    assert again.status == 0, again.trouble
    assert set(on_versions(lab).values()) == {"W11:1"}
    assert len(writes(lab)) == 3


@pytest.mark.bad_day
def test_a_site_that_refuses_the_log_in_is_asked_once_and_holds_back_later_waves_only(
    lab: RunningLab, run: Run
) -> None:
    lab.faults([{"endpoint": "cvad", "path": "(?i)tokens", "then": {"status": 401}}])
    outcome = run(RELEASE, catalog_rollout_waves=[{"name": "canary"}, {"name": "everyone"}])
    assert outcome.status != 0
    assert versions(lab) == {NEW: EVERYWHERE}
    assert [name for name, version in on_versions(lab).items() if version == "W11:1"] == ["W11-A1"]
    assert on_versions(lab, "cvad") == {"W11-Azure": None}
    asked = [entry["path"] for entry in lab.requests() if entry["endpoint"] == "cvad"]
    assert len(asked) == 1, asked
