# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a playbook as AWX and Automation Platform do: through ansible-runner, in a private directory, from a project that
nobody may write to, with credentials in the environment and with the answers of a survey as text."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RUNNER = Path(sys.executable).with_name("ansible-runner")
# What credential types inject, by the host variables that hold the same in an inventory
ENVIRONMENT = {
    "nutanix_username": "NUTANIX_USERNAME",
    "nutanix_password": "NUTANIX_PASSWORD",
    "citrix_customer_id": "CITRIX_CUSTOMER_ID",
    "citrix_client_id": "CITRIX_CLIENT_ID",
    "citrix_client_secret": "CITRIX_CLIENT_SECRET",
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


def run_job(playbook: str, inventory_path: str | Path, directory: Path, *options: str, **answers: str) -> Job:
    """Launch the playbook of the collection with these answers of a survey, in a directory that is not there yet; ten
    minutes at most."""
    inventory, environment = without_credentials(inventory_path)
    play = {"name": "Take the playbook of the collection", "import_playbook": f"euc.nutanix_citrix.{playbook}"}
    files = {
        "project/play.yml": [play],
        "inventory/hosts.yml": inventory,
        "env/envvars": {**environment, "ANSIBLE_FORKS": "10", "ANSIBLE_NOCOLOR": "1"},
        "env/extravars": answers,
    }
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
    if options:
        (directory / "env" / "cmdline").write_text(" ".join(options), encoding="utf-8")
    (directory / "project").chmod(0o555)
    command = [str(RUNNER), "run", str(directory), "--playbook", "play.yml", "--ident", "job"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    return Job(run.returncode, run.stdout + run.stderr, _artifacts(directory / "artifacts" / "job" / "job_events"))


def _artifacts(events: Path) -> Mapping[str, Any]:
    for path in events.glob("*.json"):
        event = json.loads(path.read_text(encoding="utf-8"))
        if event["event"] == "playbook_on_stats":
            return event["event_data"].get("artifact_data") or {}
    return {}
