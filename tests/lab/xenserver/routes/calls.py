# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML-RPC: which calls there are, what they take and who may make them (contract xenserver 6, addition A)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from xmlrpc.client import DateTime, dumps

from lab.wire import Reply, Request
from lab.xenserver.errors import XapiFailure
from lab.xenserver.schemas import CLASSES, ENUMS
from lab.xenserver.state.pool import Pool

ASYNC = "Async."
TYPES: dict[str, type] = {"string": str, "bool": bool, "float": float, "datetime": DateTime}


@dataclass(frozen=True)
class Call:
    """One call: ``params`` are the types behind the session, ``errors`` those that the data model declares for it."""

    name: str
    section: str
    params: tuple[str, ...]
    result: str
    role: str
    errors: tuple[str, ...]
    answer: Callable[..., Any]
    implicit: bool
    without_session: bool
    optional: int  # how many of the last parameters may be left out


class Calls:
    """All calls of one host; refuses the rest, each refusal being a violation."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.known: dict[str, Call] = {}

    def call(
        self,
        name: str,
        *params: str,
        section: str,
        result: str = "void",
        role: str = "read-only",
        errors: Sequence[str] = (),
        implicit: bool = False,
        without_session: bool = False,
        optional: int = 0,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register what answers a call."""

        def register(answer: Callable[..., Any]) -> Callable[..., Any]:
            self.known[name] = Call(
                name, section, params, result, role, tuple(errors), answer, implicit, without_session, optional
            )
            return answer

        return register

    def dispatch(self, request: Request) -> Reply:
        """Answer one request; every failure is an answer too."""
        if not isinstance(request.body, dict) or "method" not in request.body:
            # contract xenserver addition A: a malformed call
            return Reply(500, "<html></html>", {"Content-Type": "text/html"}, violation="no XML-RPC call")
        violation = None
        try:
            value = self._carry_out(request.body["method"], list(request.body["params"]))
            answer = {"Status": "Success", "Value": "" if value is None else value}
        except XapiFailure as failure:
            answer = {"Status": "Failure", "ErrorDescription": failure.description}
            violation = failure.violation
        text = dumps((answer,), methodresponse=True)
        return Reply(200, text, {"Content-Type": "text/xml"}, violation=violation)

    def _carry_out(self, method: str, params: list[Any]) -> Any:
        name = method.removeprefix(ASYNC)
        call = self.known.get(name)
        if call is None or (method != name and call.implicit):
            raise XapiFailure("MESSAGE_METHOD_UNKNOWN", method, violation=f"unknown call {method}")
        if not call.without_session:
            if not params or not isinstance(params[0], str):
                raise XapiFailure("SESSION_INVALID", "", violation=f"{method} needs a session")
            self.pool.sessions.admit(params[0])
            self.pool.sessions.allow(method, call.role)
        given = params if call.without_session else params[1:]
        if not len(call.params) - call.optional <= len(given) <= len(call.params):
            raise XapiFailure(
                "MESSAGE_PARAMETER_COUNT_MISMATCH",
                method,
                str(len(call.params)),
                str(len(given)),
                violation=f"{method} takes {len(call.params)} parameters, not {len(given)}",
            )
        for value, kind in zip(given, call.params, strict=False):
            problem = problem_with_value(value, kind)
            if problem:
                raise XapiFailure("FIELD_TYPE_ERROR", problem, violation=f"{method}: {problem}")
        arguments = params if name == "session.logout" else given
        if method == name:
            return call.answer(*arguments)
        return self.pool.tasks.start(method, lambda: call.answer(*arguments))


def problem_with_value(value: Any, kind: str) -> str | None:
    """Return what is wrong with a value of the wire, or None (contract xenserver 6, trap 15)."""
    if kind == "int":
        return (
            None if isinstance(value, str) and value.lstrip("-").isdigit() else f"an int travels as a string: {value!r}"
        )
    if kind.endswith(" record"):
        return _problem_with_record(value, kind.removesuffix(" record"))
    if kind.endswith(" set"):
        if not isinstance(value, list):
            return f"no set: {value!r}"
        return next(filter(None, (problem_with_value(item, kind.removesuffix(" set")) for item in value)), None)
    if kind.endswith(" map"):
        good = isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
        return None if good else f"no map of strings: {value!r}"
    if kind.startswith("enum "):
        allowed = ENUMS[kind.removeprefix("enum ")]
        return None if value in allowed else f"{value!r} is none of {', '.join(sorted(allowed))}"
    if kind.endswith(" ref"):
        good = isinstance(value, str) and (value.startswith("OpaqueRef:") or value == "")
        return None if good else f"no reference: {value!r}"
    return None if isinstance(value, TYPES[kind]) else f"no {kind}: {value!r}"


def _problem_with_record(value: Any, kind: str) -> str | None:
    if not isinstance(value, dict):
        return f"no record: {value!r}"
    fields = CLASSES[kind]
    for name, item in value.items():
        if name not in fields:
            return f"{kind} has no field {name}"
        problem = problem_with_value(item, fields[name].type)
        if problem and fields[name].access != "RO-runtime":
            return f"{kind}.{name}: {problem}"
    for name, (access, default, _kind) in fields.items():
        if access != "RO-runtime" and default is None and name not in value:
            return f"{kind}.{name} is missing"
    return None


def taken(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    """The fields of a client's record that count, with numbers as such."""
    return {
        name: int(value) if CLASSES[kind][name].type == "int" else value
        for name, value in record.items()
        if CLASSES[kind][name].access != "RO-runtime"
    }
