# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks of prepared images end to end, as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.modules import TOPOLOGIES, hosts_of, topology_of, writes
from harness.playbooks import Outcome, run_playbook
from harness.prepared import QUICK
from lab.running import RunningLab

RELEASE = "euc.nutanix_citrix.prepared_image_release"
RETIRE = "euc.nutanix_citrix.prepared_image_retire"
Run = Callable[..., Outcome]


@pytest.fixture
def run(lab: RunningLab, tmp_path: Path) -> Run:
    """`run(RELEASE, "--check", prepared_image_release_id="2")` runs a playbook on the lab."""
    lab.reset(topology_of(TOPOLOGIES / "workspaces.yml"))
    lab.forget()

    def run_it(playbook: str, *options: str, **variables: Any) -> Outcome:
        return run_playbook(playbook, lab.inventory_path, tmp_path, "-e", json.dumps(variables), *options)

    return run_it


def versions(lab: RunningLab, name: str = "daas") -> dict[str, dict[str, str]]:
    """Description -> hosting unit -> state, of each version on a site."""
    found = hosts_of(lab)[name]("citrix_image_version_info")["image_versions"]
    return {
        version["description"]: {unit["name"]: unit["state"] for unit in version["hosting_units"]} for version in found
    }


def report(directory: Path, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((directory / name).read_text(encoding="utf-8"))
    return told


WITHOUT_CATALOGS: dict[str, Any] = {
    "prepared_image_release_catalogs": [],
    "prepared_image_release_require_catalogs": False,
    "catalog_rollout_waves": [{"name": "all"}],
}
MARKED = "2026.11.20-1 [euc.nutanix_citrix]"
READY = "Success"


def test_prepared_once_on_both_sites_and_shared(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    plan = run(RELEASE, "--check", "--diff", **WITHOUT_CATALOGS)
    assert plan.status == 0, plan.trouble
    assert writes(lab) == []
    assert "version would be prepared" in plan.output

    real = run(RELEASE, **WITHOUT_CATALOGS)
    assert real.status == 0, real.trouble
    assert versions(lab) == {MARKED: dict.fromkeys(("euc1-a", "euc1-b", "euc1-c"), READY)}
    assert versions(lab, "cvad") == {MARKED: dict.fromkeys(("we-1", "we-2"), READY)}
    told = report(tmp_path, "prepared_image_release_2026.11.20-1.json")
    assert told["complete"] is True
    assert {step["phase"] for step in told["timeline"]} == {"definition", "preparation", "share"}
    page = (tmp_path / "prepared_image_release_2026.11.20-1.html").read_text(encoding="utf-8")
    assert all(words in page for words in ("Prepared images", "euc1-c", "Master", "we-2"))

    lab.forget()
    again = run(RELEASE, **WITHOUT_CATALOGS)
    assert again.status == 0, again.trouble
    assert (again.changed, writes(lab)) == ([], [])


def released_before(lab: RunningLab, *descriptions: str) -> None:
    """A definition with versions of earlier releases, each in all three zones."""
    lab.reset({**topology_of(TOPOLOGIES / "workspaces.yml"), "durations": QUICK})
    daas = hosts_of(lab)["daas"]
    definition = {"session_support": "SingleSession", "hypervisor_connection": "aws-eu-central-1"}
    daas("citrix_image_definition", name="W11", **definition)
    profile = "XDHyp:\\HostingUnits\\euc1-a\\W11-profile.template"
    made_from = {"hosting_unit": "euc1-a", "image": "W11-2026.10", "machine_profile": profile}
    for number, description in enumerate(descriptions, start=1):
        version = {"definition": "W11", "release": str(number)}
        daas("citrix_image_version", **version, **made_from)
        daas("citrix_image_version_share", **version, hosting_units=["euc1-b", "euc1-c"])
        change = {"endpoint": "daas", "kind": "image_version", "definition": "W11", "number": number}
        lab.change([{**change, "description": description}])
    lab.forget()


def marked(*releases: str) -> list[str]:
    return [f"{release} [euc.nutanix_citrix]" for release in releases]


OF_DAAS = {"prepared_image_retire_definitions": ["W11"], "prepared_image_retire_minimum_age": 0}


def test_old_versions_go_in_the_right_order_and_others_stay(lab: RunningLab, run: Run, tmp_path: Path) -> None:
    released_before(lab, *marked("r1"), "by hand", *marked("r3", "r4"))
    limits = {"prepared_image_retire_keep": 1, **OF_DAAS}
    unknown = run(RETIRE, **limits)
    assert unknown.status != 0
    assert "there is no image definition 'W11' on cvad" in unknown.output
    assert writes(lab) == []

    own = {"prepared_image_retire_delete_definitions": True, **limits}
    plan = run(RETIRE, "--check", "--diff", **own)
    assert plan.status == 0, plan.trouble
    assert writes(lab) == []
    assert "it is taken away from euc1-b, euc1-c first" in plan.output

    real = run(RETIRE, **own)
    assert real.status == 0, real.trouble
    assert list(versions(lab)) == ["by hand", *marked("r4")]
    assert [entry.split()[0] for entry in writes(lab)] == ["PUT", "DELETE", "PUT", "DELETE"]
    told = {each["name"]: each["reason"] for each in report(tmp_path, "prepared_image_retire.json")["objects"]}
    assert told["version 4 of W11"] == "among the newest 1 of 'W11'"
    assert "nothing shows that the collection made it" in told["version 2 of W11"]

    lab.forget()
    again = run(RETIRE, **own)
    assert again.status == 0, again.trouble
    assert (again.changed, writes(lab)) == ([], [])
