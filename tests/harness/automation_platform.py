# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a job template as AWX and Automation Platform do: through ansible-runner, in a private directory, from a copy of
the starter repository that nobody may write to, with credentials in the environment or as extra variables, and with the
answers to its survey."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.awx import answers_of, injected
from harness.patterns import STARTER, objects, templates

RUNNER = Path(sys.executable).with_name("ansible-runner")
# What credential types inject, by the host variables that hold the same in an inventory
ENVIRONMENT = {
    "nutanix_username": "NUTANIX_USERNAME",
    "nutanix_password": "NUTANIX_PASSWORD",
    "citrix_customer_id": "CITRIX_CUSTOMER_ID",
    "citrix_client_id": "CITRIX_CLIENT_ID",
    "citrix_client_secret": "CITRIX_CLIENT_SECRET",
    "xenserver_username": "XENSERVER_USERNAME",
    "xenserver_password": "XENSERVER_PASSWORD",
}
CITRIX = {
    True: {
        "citrix_customer_id": "citrix_cloud_customer_id",
        "citrix_client_id": "citrix_cloud_client_id",
        "citrix_client_secret": "citrix_cloud_client_secret",
    },
    False: {
        "citrix_client_id": "citrix_on_premises_username",
        "citrix_client_secret": "citrix_on_premises_password",
    },
}


@dataclass(frozen=True)
class Job:
    """`artifacts` are what the next job of a workflow gets as extra variables."""

    status: int
    output: str
    artifacts: Mapping[str, Any]


def without_credentials(inventory_path: str | Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The inventory of a lab whose endpoints of one kind share an account, without that, and the environment that holds
    it instead."""
    inventory: dict[str, Any] = yaml.safe_load(Path(inventory_path).read_text(encoding="utf-8"))
    environment: dict[str, str] = {}
    for group in inventory["all"]["children"].values():
        for variables in group["hosts"].values():
            for name in ENVIRONMENT.keys() & variables.keys():
                value = variables.pop(name)
                assert environment.setdefault(ENVIRONMENT[name], value) == value, f"two accounts: {name}"
    return inventory, environment


def with_credentials(inventory_path: str | Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The inventory of a lab with accounts as the starter's group variables refer to them, and the extra variables of
    one credential of each type."""
    inventory: dict[str, Any] = yaml.safe_load(Path(inventory_path).read_text(encoding="utf-8"))
    groups = inventory["all"]["children"]
    accounts: dict[str, dict[str, str]] = {}
    for variables in groups["prism_elements"]["hosts"].values():
        found = {f"prism_{name}": variables.pop(f"nutanix_{name}") for name in ("username", "password")}
        assert accounts.setdefault("Nutanix Prism", found) == found, "two accounts"
    for host, variables in groups["citrix_sites"]["hosts"].items():
        names = [name for name in ENVIRONMENT if name.startswith("citrix_") and name in variables]
        cloud = variables["citrix_customer_id"] != "CitrixOnPremises"
        values = {name: variables.pop(name) for name in names}
        own = {field: values[name] for name, field in CITRIX[cloud].items()}
        accounts["Citrix Cloud" if cloud else "Citrix on-premises"] = own
        groups.setdefault("citrix_cloud" if cloud else "citrix_on_premises", {"hosts": {}})["hosts"][host] = {}
    types = {each["name"]: each for each in objects()["credential_types"]}
    extra = [injected(types[name], inputs) for name, inputs in accounts.items()]
    return inventory, {name: value for each in extra for name, value in each.items()}


def run_job(
    playbook: str, inventory_path: str | Path, directory: Path, *options: str, injecting: bool = False, **answers: str
) -> Job:
    """Launch the job template of this playbook in a directory that is not there yet, with these answers to its survey
    and else the form as it comes, and with what an inventory would hold; ten minutes at most. `injecting`: credentials
    are extra variables and not in the environment."""
    inventory, credentials = (with_credentials if injecting else without_credentials)(inventory_path)
    survey = templates()[playbook]["survey_spec"]
    asked = {each["variable"] for each in survey["spec"]}
    given = {name: answer for name, answer in answers.items() if name in asked}
    inventory["all"].setdefault("vars", {}).update({name: answers[name] for name in answers.keys() - asked})
    files = {
        "inventory/hosts.yml": inventory,
        "env/envvars": {**({} if injecting else credentials), "ANSIBLE_FORKS": "10", "ANSIBLE_NOCOLOR": "1"},
        "env/extravars": answers_of(survey, given),
        "credentials.yml": credentials if injecting else {},
    }
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
    (directory / "env" / "cmdline").write_text(" ".join(["-e", f"@{directory}/credentials.yml", *options]), "utf-8")
    shutil.copytree(STARTER, directory / "project")
    if injecting:
        variables = directory / "inventory" / "group_vars"
        variables.mkdir()
        for name in ("prism_elements", "citrix_cloud", "citrix_on_premises"):
            shutil.copy(STARTER / "inventory" / "group_vars" / f"{name}.yml", variables)
    for path in [directory / "project", *(directory / "project").rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [str(RUNNER), "run", str(directory), "--playbook", f"{playbook}.yml", "--ident", "job"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    return Job(run.returncode, run.stdout + run.stderr, _artifacts(directory / "artifacts" / "job" / "job_events"))


def _artifacts(events: Path) -> Mapping[str, Any]:
    for path in events.glob("*.json"):
        event = json.loads(path.read_text(encoding="utf-8"))
        if event["event"] == "playbook_on_stats":
            return event["event_data"].get("artifact_data") or {}
    return {}
