# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Change,
    Params,
    Plan,
    Reading,
    Result,
    Run,
    execute,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


class Counter:
    """A world of one number, which an operation makes as high as it is asked to."""

    def __init__(self, number: int, breaks: bool = False) -> None:
        self.number = number
        self.breaks = breaks

    def change(self) -> Change[int, int]:
        return Change(arguments={}, observe=self.observe, plan=self.plan, apply=self.apply, verify=self.verify)

    def observe(self, params: Params, reporter: Reporter) -> int:
        return self.number

    def plan(self, params: Params, observed: int) -> Plan[int]:
        after = max(observed, params["number"])
        return Plan(
            steps=range(observed, after),
            facts={"number": observed},
            before={"number": observed},
            after={"number": after},
        )

    def apply(self, params: Params, observed: int, plan: Plan[int], reporter: Reporter) -> Result:
        with reporter.phase("count"):
            for _step in plan.steps:
                self.number += 1
        with reporter.phase("rest"):
            if self.breaks:
                raise OperationError("It broke. Twice", "Mend it.", number=self.number)
        return {"steps": len(plan.steps)}

    def verify(self, params: Params, observed: int, facts: Result, reporter: Reporter) -> Result:
        return {"number": self.number}


def result(counter: Counter, number: int = 3, check: bool = False) -> dict[str, Any]:
    return execute(counter.change(), Run(params={"number": number}, check=check), show_diff=True)


def test_a_change_applies_its_plan_and_verifies_it() -> None:
    counter = Counter(1)
    done = result(counter)
    assert (done["changed"], done["steps"], done["number"], counter.number) == (True, 2, 3, 3)
    assert done["diff"] == {"before": {"number": 1}, "after": {"number": 3}}


def test_a_second_run_changes_nothing() -> None:
    counter = Counter(3)
    assert result(counter) == {"changed": False, "number": 3, "diff": {"before": {"number": 3}, "after": {"number": 3}}}


def test_check_mode_tells_the_plan_and_applies_nothing() -> None:
    counter = Counter(1)
    planned = result(counter, check=True)
    assert planned == {"changed": True, "number": 1, "diff": {"before": {"number": 1}, "after": {"number": 3}}}
    assert counter.number == 1


def test_facts_may_say_that_nothing_was_changed_after_all() -> None:
    operation = Change(
        arguments={},
        observe=lambda params, reporter: 1,
        plan=lambda params, observed: Plan(steps=(1,)),
        apply=lambda params, observed, plan, reporter: {"changed": False},
    )
    assert execute(operation, Run(), show_diff=False) == {"changed": False}


def test_a_diff_is_shown_only_when_asked_for() -> None:
    assert "diff" not in execute(Counter(1).change(), Run(params={"number": 3}), show_diff=False)


def test_a_reading_never_changes_anything() -> None:
    operation = Reading(arguments={}, read=lambda params, reporter: {"number": params["number"]})
    assert execute(operation, Run(params={"number": 7}), show_diff=True) == {"changed": False, "number": 7}


def test_result_tells_when_the_work_was_done() -> None:
    timeline = result(Counter(1))["timeline"]
    assert [(piece["phase"], piece["failed"]) for piece in timeline] == [("count", False), ("rest", False)]
    moments = [moment for piece in timeline for moment in (piece["started"], piece["finished"])]
    assert moments == sorted(moments)


def test_failed_result_tells_it_too() -> None:
    timeline = result(Counter(1, breaks=True))["timeline"]
    assert [(piece["phase"], piece["failed"]) for piece in timeline] == [("count", False), ("rest", True)]


def test_a_failure_keeps_message_and_advice_apart() -> None:
    failed = result(Counter(1, breaks=True))
    assert (failed["failed"], failed["changed"], failed["number"]) == (True, False, 3)
    assert failed["msg"] == "It broke. Twice. Mend it."
    assert failed["error"] == {"message": "It broke. Twice", "advice": "Mend it."}


def test_a_bug_is_left_to_raise() -> None:
    with pytest.raises(KeyError):
        execute(Counter(1).change(), Run(), show_diff=False)
