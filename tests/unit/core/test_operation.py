# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Change,
    Params,
    Parts,
    Phases,
    Plan,
    Reading,
    Report,
    Result,
    Verdict,
    execute,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import AccessDenied, OperationError


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
    return execute(counter.change(), {"number": number}, Reporter(check=check), show_diff=True)


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
    assert execute(operation, {}, Reporter(), show_diff=False) == {"changed": False}


def test_a_diff_is_shown_only_when_asked_for() -> None:
    assert "diff" not in execute(Counter(1).change(), {"number": 3}, Reporter(), show_diff=False)


def test_a_reading_never_changes_anything() -> None:
    operation = Reading(arguments={}, read=lambda params, reporter: {"number": params["number"]})
    assert execute(operation, {"number": 7}, Reporter(), show_diff=True) == {"changed": False, "number": 7}


def test_result_tells_when_the_work_was_done() -> None:
    timeline = result(Counter(1))["timeline"]
    assert [(piece["phase"], piece["failed"]) for piece in timeline] == [("count", False), ("rest", False)]
    moments = [moment for piece in timeline for moment in (piece["started"], piece["finished"])]
    assert moments == sorted(moments)


def test_failed_result_tells_it_too() -> None:
    timeline = result(Counter(1, breaks=True))["timeline"]
    assert [(piece["phase"], piece["failed"]) for piece in timeline] == [("count", False), ("rest", True)]


def test_a_negative_duration_is_refused_before_anything_is_read() -> None:
    counter = Counter(1, breaks=True)
    told = execute(counter.change(), {"number": 3, "wait_timeout": -1}, Reporter(), show_diff=False)
    assert (told["failed"], told["msg"]) == (True, "wait_timeout is -1. Give 0 or more seconds, 316224000 at most.")
    assert counter.number == 1


def test_a_failure_keeps_message_and_advice_apart() -> None:
    failed = result(Counter(1, breaks=True))
    assert (failed["failed"], failed["changed"], failed["number"]) == (True, False, 3)
    assert failed["msg"] == "It broke. Twice. Mend it."
    assert failed["error"] == {"message": "It broke. Twice", "advice": "Mend it."}


def test_a_bug_is_left_to_raise() -> None:
    with pytest.raises(KeyError):
        execute(Counter(1).change(), {}, Reporter(), show_diff=False)


def test_a_plan_that_is_refused_keeps_its_facts_and_the_options_that_help() -> None:
    refusal = OperationError("One is missing", "Raise limit.", options=("limit",))
    operation = Change(
        arguments={},
        observe=lambda params, reporter: 1,
        plan=lambda params, observed: Plan(facts={"changed": False, "diff": {}, "number": 1}, refusal=refusal),
        apply=lambda params, observed, plan, reporter: {},
    )
    told = execute(operation, {}, Reporter(), show_diff=False)
    assert (told["failed"], told["changed"], told["number"]) == (True, False, 1)
    assert told["error"]["options"] == ["limit"]


def parts(*numbers: int, check: bool = False) -> Result:
    """Numbers are counted up to 3, each for itself; 0 fails, and -1 fails all."""

    def observe(part: int, reporter: Reporter) -> int:
        if part < 1:
            raise OperationError(f"{part} is no number", "Look at it.")
        return part

    def failed(part: int, error: OperationError) -> Result:
        if part < 0:
            raise error
        return {"changed": False, "number": error.message}

    operation = Parts(
        arguments={},
        divide=lambda params, reporter: numbers,
        phases=Phases(
            observe=observe,
            plan=lambda part, observed: Plan(steps=range(observed, 3), facts={"number": observed}),
            apply=lambda part, observed, plan, reporter: {"number": 3},
        ),
        failed=failed,
        gather=lambda parts, results: {
            "changed": any(result["changed"] for result in results),
            "numbers": [result["number"] for result in results],
        },
    )
    return execute(operation, {}, Reporter(check=check), show_diff=False)


def test_parts_go_through_the_phases_each_for_itself() -> None:
    assert parts(1, 3, 2) == {"changed": True, "numbers": [3, 3, 3]}
    assert parts(3) == {"changed": False, "numbers": [3]}
    assert parts() == {"changed": False, "numbers": []}
    assert parts(1, 3, check=True) == {"changed": True, "numbers": [1, 3]}


def test_a_part_that_fails_stops_the_others_only_where_it_raises() -> None:
    assert parts(1, 0) == {"changed": True, "numbers": [3, "0 is no number"]}
    assert parts(1, -1)["error"]["message"] == "-1 is no number"


def report(check: bool = False, writes_plans: bool = False, wrong: bool = False) -> tuple[Result, list[str]]:
    """The result of a report, and what it showed and wrote, in this order."""
    seen: list[str] = []

    def judge(params: Params, check: bool, now: datetime) -> Verdict:
        refusal = OperationError("It is not complete", "Mend it.", options=("policy",), wrong=1) if wrong else None
        return Verdict(
            lines=["a table"], record={"plan": check}, facts={"path": "there"}, details={"rows": []}, refusal=refusal
        )

    def write(params: Params, verdict: Verdict, reporter: Reporter) -> Result:
        seen.append(f"written: {verdict.record['plan']}")
        return {"path": "beside it"}

    operation = Report(arguments={}, judge=judge, write=write, writes_plans=writes_plans)
    told = execute(operation, {}, Reporter(check=check, show=seen.append), show_diff=False)
    return told, seen


def test_a_report_is_shown_then_written() -> None:
    assert report() == ({"changed": False, "path": "beside it", "rows": []}, ["a table", "written: False"])


def test_a_plan_is_written_only_where_somebody_has_to_agree_to_it() -> None:
    assert report(check=True) == ({"changed": False, "path": "there", "rows": []}, ["a table"])
    assert report(check=True, writes_plans=True)[1] == ["a table", "written: True"]


def test_a_report_on_what_is_wrong_is_written_before_it_fails() -> None:
    told, seen = report(wrong=True)
    assert seen == ["a table", "written: False"]
    assert (told["failed"], told["path"], told["wrong"], "rows" in told) == (True, "beside it", 1, False)
    assert told["error"] == {"message": "It is not complete", "advice": "Mend it.", "options": ["policy"]}


def test_an_error_in_other_words_is_the_same_error() -> None:
    denied = AccessDenied("No", "Ask.", status=403, code="X", host="a")
    other = denied.replace(advice="Do not ask.", side="b")
    assert isinstance(other, AccessDenied)
    assert (other.status, other.code, str(other)) == (403, "X", "No. Do not ask.")
    assert other.details == {"http_status": 403, "error_code": "X", "host": "a", "side": "b"}
    assert OperationError("A", "B", options=("c",)).replace(message="D").fields == {
        "message": "D",
        "advice": "B",
        "options": ["c"],
    }


@pytest.mark.parametrize("seconds", [-1, 10**30])
@pytest.mark.parametrize("name", ["wait_timeout", "answer_within", "max_age"])
def test_a_duration_that_is_none(name: str, seconds: int) -> None:
    operation = Reading(arguments={}, read=lambda params, reporter: {})
    told = execute(operation, {name: seconds}, Reporter(check=False), show_diff=False)
    assert told["error"]["message"] == f"{name} is {seconds}"


def test_what_a_role_gathers_of_each_host_has_its_shape() -> None:
    of_each: dict[str, type] = {"clusters": dict, "warnings": list}
    operation = Reading(arguments={}, of_each=of_each, read=lambda params, reporter: {})

    def told(**params: Any) -> Any:
        return execute(operation, params, Reporter(check=False), show_diff=False).get("error", {}).get("message")

    assert told(clusters={"a": {}}, warnings={"a": ["late"]}) is None
    assert told(clusters=None) is None
    assert told(clusters={"a": "b"}) == "clusters holds a str for 'a'"
    assert told(clusters={}, warnings={"a": None}) == "warnings holds a NoneType for 'a'"


@pytest.mark.parametrize("of_each", [{"clusters": dict}, {}])
def test_what_may_be_a_changed_result_is_no_traceback(of_each: dict[str, type]) -> None:
    def read(params: Params, reporter: Reporter) -> Result:
        return {"state": params["clusters"]["a"]["state"]}

    reading = Reading(arguments={}, of_each=of_each, read=read)
    if not of_each:
        with pytest.raises(KeyError):
            execute(reading, {"clusters": {"a": {}}}, Reporter(), show_diff=False)
        return
    told = execute(reading, {"clusters": {"a": {}}}, Reporter(), show_diff=False)
    assert "not as its module returns it: KeyError 'state' (test_operation.py, line" in told["error"]["message"]
    assert "whole" in told["error"]["advice"]
