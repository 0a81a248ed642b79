# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import Board
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import execute
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.run_note import OPERATION
from harness.modules import run_module
from harness.playbooks import run_playbook

HOSTS = {"all": {"hosts": {"one": None, "two": None}, "vars": {"ansible_connection": "local"}}}
LEAVE = {
    "name": "Leave a note",
    "euc.nutanix_citrix.run_note": {
        "name": "from {{ inventory_hostname }}",
        "note": {"at": "{{ inventory_hostname }}"},
    },
}
HEAR = {
    "name": "Hear both",
    "euc.nutanix_citrix.run_note": {"names": ["from one", "from two"], "wait_timeout": "{{ patience }}"},
}


def test_one_of_several_is_enough_when_it_is_said_so(tmp_path: Path) -> None:
    board = Board(tmp_path / "board")
    board.leave("two", {"n": 2})
    given = {"names": ["one", "two", "three"], "any": True, "wait_timeout": 60}
    params = ArgumentSpecValidator(dict(OPERATION.arguments)).validate(given).validated_parameters
    result = execute(OPERATION, params, Reporter(board=board), show_diff=False)
    assert result == {"changed": False, "notes": {"two": {"n": 2}}, "missing": ["one", "three"]}


def test_there_is_no_board_on_another_machine() -> None:
    result = run_module("run_note", {"name": "a", "note": {}})
    assert result["failed"]
    assert "on the controller" in result["msg"]


def test_hosts_of_a_play_hear_one_another_in_check_mode_behind_any_connection_and_no_other_play_does(
    tmp_path: Path,
) -> None:
    play = {"hosts": "all", "strategy": "free", "gather_facts": False}
    first = {**play, "vars": {"patience": 60, "ansible_become": True}, "tasks": [LEAVE, HEAR]}
    second = {**play, "vars": {"patience": 0}, "tasks": [{**HEAR, "ignore_errors": True}]}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(HOSTS))
    (tmp_path / "plays.yml").write_text(yaml.safe_dump([first, second]))
    outcome = run_playbook(tmp_path / "plays.yml", tmp_path / "hosts.yml", tmp_path, "--check")
    assert outcome.status == 0, outcome.output
    results = [task["result"] for task in outcome.tasks if task["task"] == "Hear both"]
    assert [result["notes"] for result in results] == [{"from one": {"at": "one"}, "from two": {"at": "two"}}] * 2 + [
        {}
    ] * 2
    assert not list(tmp_path.glob("ansible_local/**/board-*"))
