# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shell around an operation: the same code behind two doors, the module and the action plugin.

An operation knows nothing of AnsibleModule. One that writes is a `Change` in four phases, one that only reads a
`Reading`, one that tells what became of a job a `Report`. Check mode is guarded here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from traceback import extract_tb
from typing import Any, Generic, TypeVar

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.notification import post_notification
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import REQUESTS_IMPORT_ERROR

SHOWN = "shown_lines"
TEN_YEARS = 3660 * 24 * 3600
# Of every report that has a summary
REPORT_ARGUMENTS: dict[str, Any] = {
    "fail_when_incomplete": {"type": "bool", "default": True},
    "notify_url": {"type": "str", "no_log": True},
}
FILES_OF_A_REPORT = ("report_path", "page_path")
WRITTEN_BY_A_REPORT = (*FILES_OF_A_REPORT, "metrics_path")

Params = Mapping[str, Any]
Result = dict[str, Any]
Subject = TypeVar("Subject")
Observed = TypeVar("Observed")
Step = TypeVar("Step")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What a module does: its argument spec, the rules between arguments, and how it is carried out.

    One that `stays` works on the controller whatever the connection. `before_travel` does there what cannot be done
    elsewhere, and returns the arguments to travel with. `of_each` is the name of a dictionary that Ansible does not
    look into -> dict or list, what it must hold of each host or protection domain.

    The result holds `changed`; a `diff` of {before, after} is always computed and shown only when asked for. Expected
    failures are raised as OperationError.
    """

    arguments: Mapping[str, Any]
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_if: tuple[tuple[Any, ...], ...] = ()
    required_by: Mapping[str, Any] = field(default_factory=dict)
    stays: bool = False
    of_each: Mapping[str, type] = field(default_factory=dict)
    before_travel: Callable[[dict[str, Any], Reporter], dict[str, Any]] | None = None

    def rules(self) -> dict[str, Any]:
        """The rules between arguments, in the form both doors take."""
        return {
            "mutually_exclusive": list(map(list, self.mutually_exclusive)),
            "required_together": list(map(list, self.required_together)),
            "required_one_of": list(map(list, self.required_one_of)),
            "required_if": list(map(list, self.required_if)),
            "required_by": dict(self.required_by),
        }

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Reading(Operation):
    """An operation of one phase, for info modules, gates and proofs: `read(params, reporter)` makes no write."""

    read: Callable[[Params, Reporter], Result]

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        return {"changed": False, **self.read(params, reporter)}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a report tells: `lines` on the screen, `record` in its file, `facts` in the result, `summary` to those who
    open no file. `refusal` fails the task with these facts, unless the operator lets others do that; `details` join
    them where it does not fail."""

    lines: Sequence[str]
    record: Mapping[str, Any]
    facts: Mapping[str, Any]
    summary: Mapping[str, Any] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    refusal: OperationError | None = None


@dataclass(frozen=True, kw_only=True)
class Report(Operation):
    """An operation that tells what became of a job, and changes nothing of it.

    `judge(params, check, now)` decides, without I/O. `write(params, verdict, reporter)` writes the files and returns
    facts to put over the verdict's. In check mode it is called only when `writes_plans`. A `summary` is in the
    result and is posted to the address `notify_url`.
    """

    judge: Callable[[Params, bool, datetime], Verdict]
    write: Callable[[Params, Verdict, Reporter], Result]
    writes_plans: bool = False

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        _refuse_one_path_for_two_files([params[name] for name in WRITTEN_BY_A_REPORT if params.get(name)])
        verdict = self.judge(params, reporter.check, datetime.now(timezone.utc))
        for line in verdict.lines:
            reporter.show(line)
        facts = {"changed": False, **verdict.facts}
        files: Result = {}
        if self.writes_plans or not reporter.check:
            facts.update(self.write(params, verdict, reporter))
            files = {name: facts[name] for name in FILES_OF_A_REPORT if facts.get(name)}
        if verdict.summary is not None:
            facts["summary"] = {**verdict.summary, **files}
            self._notify(params["notify_url"], facts["summary"], reporter)
        if verdict.refusal and params.get("fail_when_incomplete", True):
            raise verdict.refusal.replace(**facts)
        return {**facts, **verdict.details}

    def _notify(self, url: str | None, summary: Mapping[str, Any], reporter: Reporter) -> None:
        if not url or reporter.check:
            return
        problem = post_notification(url, summary)
        if problem:
            reporter.warn(f"Nobody was notified by notify_url: {problem}. The job itself is not touched by this.")


@dataclass(frozen=True, kw_only=True)
class Plan(Generic[Step]):
    """What is to be done: `steps`, none when all is as it should be.

    `facts` are the result where nothing is done, because nothing has to be or in check mode; `before` and `after` are
    the diff; `warnings` are told whatever is done. `refusal` fails the task where nothing is done; where something is,
    `apply` says at its end what did not work.
    """

    steps: Sequence[Step] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    refusal: OperationError | None = None


@dataclass(frozen=True, kw_only=True)
class Phases(Generic[Subject, Observed, Step]):
    """The four movements of a change, on the parameters of a module or on one part of its work.

    `observe(subject, reporter)` reads the world into a record. `plan(subject, observed)` decides, without I/O.
    `apply(subject, observed, plan, reporter)` is called only where there are steps and never in check mode; it carries
    them out and returns the facts of the result. `verify(subject, observed, facts, reporter)` reads back what matters
    and returns facts to put over those. Facts may hold their own `changed`, where less was done than planned.
    """

    observe: Callable[[Subject, Reporter], Observed]
    plan: Callable[[Subject, Observed], Plan[Step]]
    apply: Callable[[Subject, Observed, Plan[Step], Reporter], Result]
    verify: Callable[[Subject, Observed, Result, Reporter], Result] = lambda subject, observed, facts, reporter: {}

    def go_through(self, subject: Subject, reporter: Reporter) -> Result:
        observed = self.observe(subject, reporter)
        plan = self.plan(subject, observed)
        for text in plan.warnings:
            reporter.warn(text)
        frame: Result = {"changed": bool(plan.steps), "diff": {"before": dict(plan.before), "after": dict(plan.after)}}
        if not plan.steps or reporter.check:
            if plan.refusal:
                raise plan.refusal.replace(**{**frame, **plan.facts})
            return {**frame, **plan.facts}
        facts = self.apply(subject, observed, plan, reporter)
        return {**frame, **facts, **self.verify(subject, observed, facts, reporter)}


@dataclass(frozen=True, kw_only=True)
class Change(Phases[Params, Observed, Step], Operation):
    """An operation of four phases."""

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        return self.go_through(params, reporter)


@dataclass(frozen=True, kw_only=True)
class Parts(Operation, Generic[Subject]):
    """An operation whose parts are ready at different times: each goes through the four phases at its own pace.

    `divide(params, reporter)` returns the parts. `failed(part, error)` is the result of one that failed, which stops no
    other unless it raises. `gather(parts, results)` makes one result of all.
    """

    divide: Callable[[Params, Reporter], Sequence[Subject]]
    phases: Phases[Subject, Any, Any]
    failed: Callable[[Subject, OperationError], Result]
    gather: Callable[[Sequence[Subject], Sequence[Result]], Result]

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        parts = self.divide(params, reporter)

        def result(part: Subject) -> Result:
            try:
                return self.phases.go_through(part, reporter)
            except OperationError as error:
                return self.failed(part, error)

        with ThreadPoolExecutor(max_workers=max(1, len(parts))) as pool:
            return self.gather(parts, list(pool.map(result, parts)))


def execute(operation: Operation, params: Params, reporter: Reporter, show_diff: bool) -> Result:
    """Carry out and return the module's result; an OperationError becomes `failed`, `msg` and, in two parts that nobody
    has to find in the sentence again, `error` of {message, advice}. Bugs are left to raise, except where what looks
    like one may be a result of another module that somebody changed on its way.

    `timeline` tells when the work was done, and is left out when there was none.
    """
    try:
        _refuse_impossible_durations(params)
        _refuse_other_shapes(operation.of_each, params)
        result = operation.carry_out(params, reporter)
    except OperationError as error:
        result = failure(error)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        if not operation.of_each:
            raise
        result = failure(_not_as_returned(error))
    if reporter.timeline:
        result["timeline"] = reporter.timeline
    if not show_diff:
        result.pop("diff", None)
    return result


def _refuse_impossible_durations(params: Params) -> None:
    """A wait that is over before it begins would be told as one that was too short, and a clock has an end."""
    for name, value in params.items():
        if name.endswith(("_timeout", "_within", "max_age")) and isinstance(value, int) and not 0 <= value <= TEN_YEARS:
            raise OperationError(f"{name} is {value}", f"Give 0 or more seconds, {TEN_YEARS} at most.")


def _refuse_one_path_for_two_files(paths: Sequence[str]) -> None:
    for path in paths:
        if paths.count(path) > 1:
            raise OperationError(f"Two files of this report would be {path}", "Give each a path of its own.")


def _refuse_other_shapes(of_each: Mapping[str, type], params: Params) -> None:
    for name, kind in of_each.items():
        for key, value in (params.get(name) or {}).items():
            if not isinstance(value, kind):
                shape = "dictionary" if kind is dict else "list"
                raise OperationError(
                    f"{name} holds a {type(value).__name__} for '{key}'", f"Give a {shape} for each name in it."
                )


def _not_as_returned(error: Exception) -> OperationError:
    """Results of other modules are judged without a list of all that they hold. The place is told in case we err."""
    place = extract_tb(error.__traceback__)[-1]
    return OperationError(
        f"A result among the options is not as its module returns it: {type(error).__name__} {error}"
        f" ({Path(place.filename).name}, line {place.lineno})",
        "Pass results on whole, as they were registered. If they are, please report this message.",
    )


def failure(error: OperationError) -> Result:
    """An expected failure as a result."""
    return {
        "changed": False,
        **error.details,
        "failed": True,
        "msg": str(error),
        "error": error.fields,
    }


def run_as_module(operation: Operation) -> None:
    """The module door: runs wherever Ansible ships the module to."""
    module = AnsibleModule(argument_spec=dict(operation.arguments), supports_check_mode=True, **operation.rules())
    if REQUESTS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    # A module cannot print. The door on the controller shows these lines when the module has come back.
    lines: list[str] = []
    reporter = Reporter(check=module.check_mode, show=lines.append)
    result = execute(operation, module.params, reporter, show_diff=module._diff)
    if lines:
        result[SHOWN] = lines
    for text in reporter.warnings:
        module.warn(text)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
