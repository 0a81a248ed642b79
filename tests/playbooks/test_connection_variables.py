# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks without connection options in playbooks of anybody's: which endpoint they mean, and what is told of a variable
that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.playbooks import Outcome, files_with, run_playbook, secrets_of
from lab.running import RunningLab

OPTIONS = ("nutanix_host", "nutanix_port", "nutanix_username", "nutanix_password", "ca_path")
OF_A = {name: f"{{{{ hostvars['cluster-a'].{name} }}}}" for name in OPTIONS}
GROUP_DEFAULTS = {"group/euc.nutanix_citrix.prism_element": OF_A}


def play(host: str, module: str = "pe_cluster_info", **task: Any) -> dict[str, Any]:
    return {
        "hosts": host,
        "gather_facts": False,
        "tasks": [{f"euc.nutanix_citrix.{module}": task.pop("arguments", {}), "ignore_errors": True, **task}],
    }


def run(lab: RunningLab, directory: Path, plays: dict[str, dict[str, Any]], *options: str, **env: str) -> Outcome:
    """Each play's task bears its name."""
    for name, each in plays.items():
        each["tasks"][0]["name"] = name
    playbook = directory / "foreign.yml"
    playbook.write_text(yaml.safe_dump(list(plays.values())), encoding="utf-8")
    return run_playbook(playbook, lab.inventory_path, directory, *options, **env)


def results(outcome: Outcome) -> dict[str, dict[str, Any]]:
    return {task["task"]: task["result"] for task in outcome.tasks}


@pytest.mark.parametrize("connection", ["local", "jump"])
def test_which_endpoint_is_meant(lab: RunningLab, tmp_path: Path, connection: str) -> None:
    plays = {
        "own variables": play("cluster-b"),
        "own variables of a site": play("cvad", "citrix_site_info"),
        "task before variables": play("cluster-b", arguments=OF_A),
        "defaults of the user before variables": play("cluster-b", module_defaults=GROUP_DEFAULTS),
        "task before defaults": play(
            "cluster-b",
            module_defaults=GROUP_DEFAULTS,
            arguments={name: f"{{{{ {name} }}}}" for name in OF_A},
        ),
        "variables before environment": play("cluster-b", environment={"NUTANIX_HOST": "nowhere.invalid"}),
        "variables of the task": play("cluster-b", vars=OF_A),
        "delegated to another cluster": play("cluster-b", delegate_to="cluster-a"),
        "delegated by localhost": play("localhost", delegate_to="cluster-a"),
        "delegated to the controller": play("cluster-b", delegate_to="localhost"),
        "delegated to a host of another kind": play("cluster-b", delegate_to="cvad"),
        "in the background": {**play("cluster-b")},
    }
    plays["in the background"]["tasks"][0].update({"async": 60, "poll": 1})
    outcome = run(lab, tmp_path, plays, "-e", f"ansible_connection={connection}", "-vvv")
    told = {
        name: result.get("cluster", result.get("site", {})).get("name") for name, result in results(outcome).items()
    }
    of_a = {
        "task before variables",
        "defaults of the user before variables",
        "variables of the task",
        "delegated to another cluster",
        "delegated by localhost",
    }
    names = {name: "cluster-a" if name in of_a else "cluster-b" for name in plays} | {"own variables of a site": "cvad"}
    assert {name: str(value).casefold() for name, value in told.items()} == names, outcome.output
    secrets = secrets_of(lab.inventory_path)
    assert not [secret for secret in secrets if secret in outcome.output]
    assert files_with(secrets, tmp_path) == set()


def test_a_variable_that_is_missing_or_wrong_is_told_by_name(lab: RunningLab, tmp_path: Path) -> None:
    plays = {
        "missing": play("localhost"),
        "missing, of a site": play("localhost", "citrix_site_info", vars={"citrix_client_id": "somebody"}),
        "from the environment": play("localhost", environment={"NUTANIX_HOST": "a b", "NUTANIX_USERNAME": "u"}),
        "not in the vault": play("cluster-b", vars={"nutanix_password": "{{ vault_of_b }}"}),
        "no number": play("cluster-b", vars={"nutanix_port": "https"}),
        "no address": play("cvad", "citrix_site_info", vars={"citrix_hostname": "https://ddc/Citrix"}),
    }
    told = {name: result["msg"] for name, result in results(run(lab, tmp_path, plays)).items()}
    assert told["missing"].startswith("localhost lacks nutanix_host, nutanix_username and nutanix_password. Set host")
    assert told["missing, of a site"].startswith("localhost lacks citrix_client_secret. Set host variables")
    assert told["from the environment"].startswith("localhost lacks nutanix_password. Set host variables")
    assert told["not in the vault"].startswith("The variable nutanix_password of cluster-b has no value: 'vault_of_b'")
    assert told["no number"].startswith("The variable nutanix_port of cluster-b is wrong: argument 'nutanix_port'")
    assert told["no address"].startswith("citrix_hostname is 'https://ddc/Citrix', which is no host name")
    assert lab.requests() == []
