# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a playbook as a user does, in a process of its own, and keep what every task returned."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible.plugins.connection import local

from harness.returns import broken_promises_of, hold
from harness.schemas import hold_to_schema

HERE = Path(__file__).parent
ANSIBLE_PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
TEMPLATES = tempfile.TemporaryDirectory(prefix="euc-templates-")


@dataclass(frozen=True)
class Outcome:
    """`status` is the exit status, `output` all that was printed, `tasks` one record per task and host: status, host,
    task, action, result."""

    status: int
    output: str
    tasks: list[dict[str, Any]]

    @property
    def changed(self) -> list[str]:
        """'host: task' of everything that changed."""
        return [f"{task['host']}: {task['task']}" for task in self.tasks if task["result"].get("changed")]

    @property
    def trouble(self) -> str:
        """Why it failed, and the end of what was printed: short enough that a log of CI shows it whole."""
        failures = [
            f"{task['host']}: {task['task']}: {task['result'].get('msg')}"
            for task in self.tasks
            if task["status"] in ("failed", "ignored", "unreachable")
        ]
        return "\n".join([*failures, self.output[-2000:]])

    def result(self, action: str) -> dict[str, Any]:
        """What the only run of a module returned."""
        (found,) = [
            task["result"]
            for task in self.tasks
            if task["action"].rpartition(".")[2] == action and task["status"] != "skipped"
        ]
        return found


def start_playbook(
    playbook: str | Path, inventory: str | Path, directory: Path, *options: str, **environment: str
) -> subprocess.Popen[str]:
    """Start ansible-playbook in `directory`; its records go to `directory`/tasks.jsonl."""
    _jump_connection(directory)
    record = directory / "tasks.jsonl"
    record.write_text("")
    settings = {
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "recorder",
        "ANSIBLE_CONFIG": str(HERE / "ansible.cfg"),
        "ANSIBLE_CONNECTION_PLUGINS": str(directory / "connection_plugins"),
        "ANSIBLE_FORKS": "10",
        "ANSIBLE_HOME": str(directory / "ansible_home"),
        "ANSIBLE_LOCAL_TEMP": str(directory / "ansible_local"),
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_NOCOLOR": "true",
        "RECORDER_FILE": str(record),
        "RECORDER_TEMPLATES": TEMPLATES.name,
    }
    return subprocess.Popen(
        [str(ANSIBLE_PLAYBOOK), "-i", str(inventory), str(playbook), *options],
        cwd=directory,
        env={**os.environ, **settings, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run_playbook(
    playbook: str | Path, inventory: str | Path, directory: Path, *options: str, **environment: str
) -> Outcome:
    """Run it to its end, ten minutes at most. The reports that it wrote are as their schemas say, and Ansible finds
    nothing in it that a later version will refuse."""
    process = start_playbook(playbook, inventory, directory, *options, **environment)
    output = process.communicate(timeout=600)[0]
    assert "[DEPRECATION WARNING]" not in output, output
    for path in directory.glob("*.json"):
        hold_to_schema(path)
    return outcome_of(process, output, directory)


def outcome_of(process: subprocess.Popen[str], output: str, directory: Path) -> Outcome:
    """The outcome of a started playbook that has ended, however it ended: the line that a killed one was just writing
    is left out. Unless it was killed, the results of all its tasks are as their modules promise."""
    lines = (directory / "tasks.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    tasks = [json.loads(line) for line in lines]
    if process.returncode >= 0:
        hold(broken_promises_of(tasks))
    return Outcome(process.returncode, output, tasks)


def secrets_of(inventory: str | Path) -> set[str]:
    """The passwords and client secrets of all hosts of an inventory."""
    groups = yaml.safe_load(Path(inventory).read_text(encoding="utf-8"))["all"]["children"].values()
    hosts = [variables for group in groups for variables in group["hosts"].values()]
    return {
        variables[name]
        for variables in hosts
        for name in ("nutanix_password", "citrix_client_secret")
        if name in variables
    }


def files_with(secrets: set[str], directory: Path) -> set[str]:
    """The names of the files below a directory that hold one of the secrets."""
    return {
        path.name
        for path in directory.rglob("*")
        if path.is_file() and any(secret.encode() in path.read_bytes() for secret in secrets)
    }


def _jump_connection(directory: Path) -> None:
    """A connection called `jump` that is the local one in all but name: Ansible ships modules over it."""
    plugins = directory / "connection_plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    source = Path(local.__file__).read_text(encoding="utf-8")
    renamed = source.replace("name: local", "name: jump").replace("transport = 'local'", "transport = 'jump'")
    (plugins / "jump.py").write_text(renamed, encoding="utf-8")
