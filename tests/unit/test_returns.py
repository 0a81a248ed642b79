# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of playbooks are held against the documentation of the modules that made them."""

from __future__ import annotations

from typing import Any

import pytest

from harness.returns import broken_promises_of

GOOD = {"changed": False, "notes": {}, "missing": []}


def problems(result: dict[str, Any], action: str = "euc.nutanix_citrix.run_note", status: str = "ok") -> list[str]:
    return list(broken_promises_of([{"status": status, "task": "t", "action": action, "result": result}]))


@pytest.mark.parametrize(
    "result",
    [
        GOOD,
        {**GOOD, "failed": True, "failed_when_result": True},
        {
            "failed": False,
            "failed_when_result": False,
            "msg": "It broke.",
            "error": {"message": "It", "advice": "Mend it."},
        },
        {"msg": "missing required arguments: names"},
        {"censored": "no_log"},
        {"results": [{**GOOD, "item": 1, "ansible_loop_var": "item"}, {"skipped": True}], "changed": False},
    ],
)
def test_what_a_module_promises_and_what_ansible_adds_is_no_problem(result: dict[str, Any]) -> None:
    assert problems(result) == []


def test_a_result_that_is_not_documented_is_told_with_its_task() -> None:
    assert problems({**GOOD, "notes": [], "more": 1}) == [
        "run_note: notes is documented as dict, and is [] (task 't')",
        "run_note: more is returned and not documented (task 't')",
    ]
    assert "missing is returned on always, and missing" in problems({"results": [{"notes": {}}]})[0]


def test_what_failed_has_one_shape_in_all_modules() -> None:
    good = {"id": "", "name": "Pol", "reason": "there is no catalog 'Pol'"}
    result = {"failed": True, "msg": "m", "error": {"message": "m", "advice": "Mend it."}}
    action = "euc.nutanix_citrix.citrix_catalog_info"
    assert problems({**result, "failures": [good]}, action) == []
    (problem,) = problems({**result, "failures": [good, {"name": "Pol", "msg": "no"}]}, action)
    assert problem.startswith("citrix_catalog_info: failures holds {'name': 'Pol', 'msg': 'no'}")


def test_what_was_not_done_or_is_not_ours_promises_nothing() -> None:
    assert problems({}, status="skipped") == problems({}, action="ansible.builtin.debug") == []


def test_a_task_that_failed_before_its_module_ran_is_told_also_where_the_result_does_not_say_so() -> None:
    (problem,) = problems({"msg": "'<' not supported between instances of 'str' and 'int'"}, status="ignored")
    assert "a failure without a message and an advice" in problem
