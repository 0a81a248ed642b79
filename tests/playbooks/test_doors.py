# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both doors of every module give the same result: the operation in Ansible's worker, and the module shipped over
another connection."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.calls import CALLS, MODULES, PREFLIGHT, RELEASE, prepare
from harness.modules import run_module
from harness.playbooks import ANSIBLE_PLAYBOOK, Outcome, run_playbook
from lab.running import RunningLab

# What the shipping itself adds to a result, or what tells one moment from the next.
NOT_OF_THE_OPERATION = {
    "invocation",
    "exception",
    "_ansible_verbose_override",
    "_ansible_no_log",
    "clock",
    "run",
    "written",
}


@pytest.fixture
def lab(lab: RunningLab) -> RunningLab:
    prepare(lab)
    return lab


def test_every_module_is_called() -> None:
    assert set(CALLS) == {path.stem for path in MODULES.glob("[!_]*.py")}


# Its door on the controller gives it the shell of the host, where there is one; the module has none
BY_SHELL = {"xen_vdi_sync"}


def one_call_each(good_only: bool = False) -> list[dict[str, Any]]:
    """A play for each call of each module, the first of which is good."""
    return [
        {
            "hosts": host,
            "gather_facts": False,
            "tasks": [{"name": f"{module} {number}", f"euc.nutanix_citrix.{module}": arguments, "ignore_errors": True}],
        }
        for module, calls in CALLS.items()
        if module not in BY_SHELL
        for number, (host, arguments) in enumerate(calls[:1] if good_only else calls)
    ]


def run(
    lab: RunningLab,
    directory: Path,
    connection: str,
    plays: Callable[[], list[dict[str, Any]]],
    *options: str,
) -> Outcome:
    directory.mkdir()
    inventory = yaml.safe_load(Path(lab.inventory_path).read_text(encoding="utf-8"))
    for group in inventory["all"]["children"].values():
        for variables in group["hosts"].values():
            variables["ansible_connection"] = connection
    (directory / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    (directory / "calls.yml").write_text(yaml.safe_dump(plays()), encoding="utf-8")
    outcome = run_playbook(directory / "calls.yml", directory / "inventory.yml", directory, *options)
    assert outcome.status == 0, outcome.output
    return outcome


def outcomes(lab: RunningLab, directory: Path, connection: str, good_only: bool) -> dict[str, Any]:
    """'module number' -> result of the call."""
    outcome = run(lab, directory, connection, partial(one_call_each, good_only), "--check", "--diff")
    # What a callback is given of a task whose errors are ignored lacks `failed`; its status tells.
    return {
        task["task"]: {
            **{key: value for key, value in task["result"].items() if key not in NOT_OF_THE_OPERATION},
            "failed": task["status"] == "ignored",
        }
        for task in outcome.tasks
    }


def told(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Without the types that old versions of Ansible name in their messages: on the controller they have types of their
    own for text."""
    return json.loads(re.sub(r"<(class|type) '[^']*'>", "TYPE", json.dumps(results)))


@pytest.mark.bad_day
@pytest.mark.parametrize("good_only", [True, pytest.param(False, marks=pytest.mark.night)])
def test_both_doors_give_the_same_result(lab: RunningLab, tmp_path: Path, good_only: bool) -> None:
    in_worker = outcomes(lab, tmp_path / "worker", "local", good_only)
    shipped = outcomes(lab, tmp_path / "shipped", "jump", good_only)
    assert told(in_worker) == told(shipped)
    modules = set(CALLS) - BY_SHELL
    failures = {task for task, result in in_worker.items() if result.get("failed")}
    assert {task.partition(" ")[0] for task in set(in_worker) - failures} == modules
    assert {task.partition(" ")[0] for task in failures} == (set() if good_only else modules)


def wrong_log_ins() -> list[dict[str, Any]]:
    """In a loop, by another module, by several hosts at a time, as the peer of another cluster; and the right password
    at the end."""
    peer = {
        "nutanix_host": "{{ hostvars['cluster-a'].nutanix_host }}",
        "nutanix_port": "{{ hostvars['cluster-a'].nutanix_port }}",
        "nutanix_password": "wrong",
    }
    tasks: list[tuple[str, str, dict[str, Any]]] = [
        ("cluster-a", "pe_protection_domain_info", {"nutanix_password": "wrong", "name": "{{ item }}"}),
        ("cluster-a", "pe_cluster_info", {"nutanix_password": "wrong"}),
        ("cluster-b", "pe_protection_domain_failover", {"name": "PD-Gold", "state": "activated", "peer": peer}),
        ("daas", "citrix_catalog_info", {"client_secret": "wrong", "catalogs": [{"name": "{{ item }}"}]}),
        ("daas", "citrix_machine_info", {"client_secret": "wrong"}),
    ]
    plays: list[dict[str, Any]] = [
        {"hosts": host, "gather_facts": False}
        | {
            "tasks": [
                {"name": module, f"euc.nutanix_citrix.{module}": arguments, "loop": [1, 2, 3], "ignore_errors": True}
            ]
        }
        for host, module, arguments in tasks
    ]
    plays[-1]["strategy"] = "free"
    right = {
        "hosts": "cluster-a",
        "gather_facts": False,
        "tasks": [{"name": "right", "euc.nutanix_citrix.pe_cluster_info": {}}],
    }
    return [*plays, right]


@pytest.mark.parametrize(("connection", "options"), [("local", ("--check",)), ("jump", ())])
def test_a_log_in_that_was_refused_is_not_tried_again_in_that_run(
    lab: RunningLab, tmp_path: Path, connection: str, options: tuple[str, ...]
) -> None:
    outcome = run(lab, tmp_path / "run", connection, wrong_log_ins, *options)
    refused = [(entry["endpoint"], entry["path"]) for entry in lab.requests() if entry["status"] in (400, 401)]
    assert len(refused) == 2, refused
    assert outcome.output.count("was refused before in this run") >= 9
    assert [task["status"] for task in outcome.tasks if task["task"] == "right"] == ["ok"]
    digests = [
        path
        for path in (tmp_path / "run").rglob("*")
        if path.is_file() and "tasks.jsonl" not in path.name and "calls.yml" not in path.name
    ]
    assert not [path for path in digests if b"wrong" in path.read_bytes()]


WAYS: dict[str, dict[str, Any]] = {
    "local": {},
    "jump": {"vars": {"ansible_connection": "jump"}},
    "become": {"become": True, "become_method": "su"},
}


def whichever_way(lab: RunningLab, directory: Path, module: str, *calls: tuple[str, dict[str, Any]]) -> Outcome:
    """The module is called in each of these ways: (way, arguments)."""
    tasks = [
        {"name": way, f"euc.nutanix_citrix.{module}": arguments, "ignore_errors": True, **WAYS[way]}
        for way, arguments in calls
    ]
    playbook = directory / "shown.yml"
    playbook.write_text(
        yaml.safe_dump([{"hosts": "cluster-a", "gather_facts": False, "tasks": tasks}]), encoding="utf-8"
    )
    return run_playbook(playbook, lab.inventory_path, directory)


def test_a_table_is_shown_whichever_way_the_module_goes(lab: RunningLab, tmp_path: Path) -> None:
    judged = {**PREFLIGHT, "clusters": {"a": {"message": "why"}}, "sites": {}}
    outcome = whichever_way(lab, tmp_path, "preflight_report", *((way, judged) for way in WAYS))
    assert outcome.output.count("a          log-in and reads  stop     why") == 3


def test_a_page_is_the_same_whichever_way_the_module_goes(lab: RunningLab, tmp_path: Path) -> None:
    """Templates do not travel: the page is made on the controller, also for a host behind another connection."""
    template = tmp_path / "own.html.j2"
    template.write_text("{{ name }} {{ verdict.words }} {% include 'beside.j2' %}", encoding="utf-8")
    (tmp_path / "beside.j2").write_text("{{ sections }}", encoding="utf-8")
    report = {**RELEASE, "clusters": {"a<b": {"state": "made", "message": ""}}, "sites": {}}
    pages = {way: {"page_path": str(tmp_path / f"{way}.html"), "page_template": str(template)} for way in WAYS}
    whichever_way(lab, tmp_path, "image_release_report", *((way, {**report, **pages[way]}) for way in WAYS))
    run_module("image_release_report", {**report, **pages["local"], "page_path": str(tmp_path / "module.html")})
    made = [(tmp_path / f"{way}.html").read_text(encoding="utf-8") for way in (*WAYS, "module")]
    assert made[0].startswith("Gold Complete.")
    assert set(made) == {made[0]}


def test_output_for_programs_is_left_to_them(lab: RunningLab, tmp_path: Path) -> None:
    """A callback that prints one JSON document at the end, as ansible.posix.json does, under the same name."""
    (tmp_path / "json.py").write_text(
        "import json\n"
        "from ansible.plugins.callback import CallbackBase\n"
        "DOCUMENTATION = 'name: json\\ntype: stdout\\nshort_description: JSON\\ndescription: [JSON]\\n'\n"
        "class CallbackModule(CallbackBase):\n"
        "    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, 'stdout', 'json'\n"
        "    def v2_playbook_on_stats(self, stats):\n"
        "        self._display.display(json.dumps({'hosts': sorted(stats.processed)}))\n",
        encoding="utf-8",
    )
    report = {**RELEASE, "clusters": {"a": {"state": "made", "message": ""}}, "sites": {}}
    tasks = [{"name": "Report", "euc.nutanix_citrix.image_release_report": report}]
    playbook = tmp_path / "shown.yml"
    playbook.write_text(
        yaml.safe_dump([{"hosts": "cluster-a", "gather_facts": False, "tasks": tasks}]), encoding="utf-8"
    )
    ran = subprocess.run(
        [str(ANSIBLE_PLAYBOOK), "-i", str(lab.inventory_path), str(playbook)],
        env={
            **os.environ,
            "ANSIBLE_CALLBACK_PLUGINS": str(tmp_path),
            "ANSIBLE_STDOUT_CALLBACK": "json",
            "ANSIBLE_NOCOLOR": "true",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == {"hosts": ["cluster-a"]}
    assert "a      image  image made" in ran.stderr
