# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests, replies and the strict router that every simulated product shares."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, unquote

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Request:
    """One request as an endpoint sees it.

    ``path`` is decoded for reading and matching by people; routing works on ``raw_path``, segment by segment.
    ``params`` are the decoded path parameters.
    ``outcome`` is what fault rules ordained for this request: may hold ``fail_task`` (message), ``job_status`` (status)
    and ``expire_token`` (true).
    """

    endpoint: str
    method: str
    path: str
    raw_path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    params: dict[str, str] = field(default_factory=dict)
    malformed: str | None = None
    malformed_body: bool = False
    outcome: Mapping[str, Any] = field(default_factory=dict)

    def one(self, name: str, default: str | None = None) -> str | None:
        """Return the first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else default

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a boolean query parameter."""
        value = self.one(name)
        return default if value is None else value.lower() == "true"

    def number(self, name: str, default: int | None = None) -> int | None:
        """Return an integer query parameter."""
        value = self.one(name)
        return default if value is None else int(value)

    def header(self, name: str, default: str = "") -> str:
        """Return a header by its name in any case."""
        return self.headers.get(name.lower(), default)


def read_request(
    endpoint: str,
    method: str,
    target: str,
    headers: Mapping[str, str],
    content: bytes,
    outcome: Mapping[str, Any] | None = None,
) -> Request:
    """Build a request from its parts on the wire; ``target`` is the path with its query string, still percent-encoded.

    Content that its type does not allow to be read leaves ``body`` None and the reason in ``malformed``.
    """
    raw_path, _mark, query_string = target.partition("?")
    lowered = {name.lower(): value for name, value in headers.items()}
    malformed = None
    if not target.isascii() or _BAD_PERCENT.search(target):
        malformed = f"badly encoded address: {target}"
    body, problem = _read_body(content, lowered.get("content-type", ""))
    return Request(
        endpoint=endpoint,
        method=method.upper(),
        path=unquote(raw_path),
        raw_path=raw_path,
        query=parse_qs(query_string, keep_blank_values=True),
        headers=lowered,
        body=body,
        malformed=malformed or problem,
        malformed_body=malformed is None and problem is not None,
        outcome=outcome or {},
    )


def _read_body(content: bytes, content_type: str) -> tuple[Any, str | None]:
    if not content:
        return None, None
    try:
        if content_type.partition(";")[0].strip().lower() == FORM:
            return {
                name: values[-1] for name, values in parse_qs(content.decode(), keep_blank_values=True).items()
            }, None
        return json.loads(content), None
    except ValueError as error:
        return None, f"unreadable body: {error}"


@dataclass
class Reply:
    """One answer. ``body`` is JSON-able (None = empty); a str with its own content-type header is sent as it is; a list
    as header value repeats the header.

    ``takes`` = simulated seconds before it is sent.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str | list[str]] = field(default_factory=dict)
    takes: float = 0.0
    violation: str | None = None
    authenticated_as: str | None = None


@dataclass
class LongPoll:
    """An answer that is not there yet: ``check()`` is asked until it gives a reply or the simulated timeout is over,
    then ``otherwise()`` answers."""

    check: Callable[[], Reply | None]
    timeout: float
    otherwise: Callable[[], Reply]
    authenticated_as: str | None = None
    violation: str | None = None
    headers: dict[str, str | list[str]] = field(default_factory=dict)


class Refusal(Exception):
    """An answer that refuses. With ``violation`` it is recorded as something that the contract does not know."""

    def __init__(
        self, status: int, body: Any, violation: str | None = None, headers: Mapping[str, str | list[str]] | None = None
    ) -> None:
        super().__init__(violation or f"{status}: {body}")
        self.status = status
        self.body = body
        self.violation = violation
        self.headers = dict(headers or {})

    def reply(self) -> Reply:
        """Return the refusal as an answer."""
        return Reply(self.status, self.body, dict(self.headers), violation=self.violation)


# A schema is a Python type, a set of allowed strings, {"field": schema}, [item schema], or one of the marks below.


@dataclass(frozen=True)
class required:
    """Mark a field that must be there."""

    schema: Any


@dataclass(frozen=True)
class nullable:
    """Allow null as well."""

    schema: Any


@dataclass(frozen=True)
class optional:
    """Mark a whole body that may be left out."""

    schema: Any


@dataclass(frozen=True)
class mapping:
    """An object with free keys and values of one schema."""

    schema: Any


class either:
    """Any one of several schemas."""

    def __init__(self, *schemas: Any) -> None:
        self.schemas = schemas


@dataclass(frozen=True)
class matching:
    """A string that matches a regular expression as a whole."""

    pattern: str


@dataclass(frozen=True)
class any_case:
    """One of several strings in whatever case, because the contract has seen it so; a forgiving router hands it on as
    it is spelled here."""

    choices: frozenset[str]


_TYPE_NAMES = {str: "a string", int: "an integer", float: "a number", bool: "true or false", object: "anything"}


def problem_with(value: Any, schema: Any, where: str = "body") -> str | None:
    """Return the first thing that is wrong with a JSON value, or None."""
    if isinstance(schema, (required, optional)):
        return problem_with(value, schema.schema, where)
    if isinstance(schema, nullable):
        return None if value is None else problem_with(value, schema.schema, where)
    if isinstance(schema, either):
        problems = [problem_with(value, alternative, where) for alternative in schema.schemas]
        return None if None in problems else problems[0]
    if isinstance(schema, mapping):
        if not isinstance(value, dict):
            return f"{where} must be an object"
        return _first(problem_with(item, schema.schema, f"{where}.{key}") for key, item in value.items())
    if isinstance(schema, matching):
        return (
            None
            if isinstance(value, str) and re.fullmatch(schema.pattern, value)
            else f"{where} must match {schema.pattern}, not {value!r}"
        )
    if isinstance(schema, any_case):
        return (
            None
            if _in_its_case(value, schema.choices) is not None
            else f"{where} must be one of {', '.join(sorted(schema.choices))}, not {value!r}"
        )
    if isinstance(schema, dict):
        return _problem_with_object(value, schema, where)
    if isinstance(schema, list):
        if not isinstance(value, list):
            return f"{where} must be a list"
        return _first(problem_with(item, schema[0], f"{where}[{index}]") for index, item in enumerate(value))
    if isinstance(schema, (set, frozenset)):
        return (
            None
            if isinstance(value, str) and value in schema
            else f"{where} must be one of {', '.join(sorted(schema))}, not {value!r}"
        )
    return None if _is(value, schema) else f"{where} must be {_TYPE_NAMES[schema]}, not {value!r}"


def _problem_with_object(value: Any, fields: Mapping[str, Any], where: str) -> str | None:
    if not isinstance(value, dict):
        return f"{where} must be an object"
    for name in value:
        if name not in fields:
            return f"unknown field {where}.{name}"
    for name, schema in fields.items():
        if name in value:
            problem = problem_with(value[name], schema, f"{where}.{name}")
            if problem:
                return problem
        elif isinstance(schema, required):
            return f"missing field {where}.{name}"
    return None


def forgiven(value: Any, schema: Any, where: str = "body") -> tuple[Any, list[str]]:
    """Return a JSON value as a product takes it that is less strict than its schema, and what it had to forgive.

    Unknown fields are dropped, enums are read in any case, "true" and "false" are booleans; whatever else is wrong
    stays as it is.
    """
    if isinstance(schema, (required, optional, nullable)):
        return (None, []) if value is None else forgiven(value, schema.schema, where)
    if isinstance(schema, either):
        takes = [
            alternative
            for alternative in schema.schemas
            if problem_with(forgiven(value, alternative, where)[0], alternative) is None
        ]
        return forgiven(value, takes[0], where) if takes else (value, [])
    if isinstance(schema, mapping) and isinstance(value, dict):
        return _forgiven_each({key: (item, schema.schema, f"{where}.{key}") for key, item in value.items()})
    if isinstance(schema, dict) and isinstance(value, dict):
        known, found = _forgiven_each(
            {key: (item, schema[key], f"{where}.{key}") for key, item in value.items() if key in schema}
        )
        return known, [*(f"unknown field {where}.{key}" for key in value if key not in schema), *found]
    if isinstance(schema, list) and isinstance(value, list):
        items, found = _forgiven_each(
            {index: (item, schema[0], f"{where}[{index}]") for index, item in enumerate(value)}
        )
        return list(items.values()), found
    if isinstance(schema, any_case):
        return _in_its_case(value, schema.choices) or value, []
    if isinstance(schema, (set, frozenset)):
        meant = _in_its_case(value, schema)
        return (value, []) if meant in (None, value) else (meant, [f"{where} is {value!r} for {meant}"])
    if schema is bool and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true", [f"{where} is a string for a boolean"]
    return value, []


def _forgiven_each(parts: Mapping[Any, tuple[Any, Any, str]]) -> tuple[dict[Any, Any], list[str]]:
    taken, found = {}, []
    for key, (item, schema, where) in parts.items():
        taken[key], more = forgiven(item, schema, where)
        found += more
    return taken, found


def _in_its_case(value: Any, choices: Iterable[str]) -> str | None:
    """Return the choice that a value means, whatever its case."""
    return next((choice for choice in choices if isinstance(value, str) and choice.lower() == value.lower()), None)


def _is(value: Any, kind: type) -> bool:
    if kind is object:
        return True
    if kind is bool:
        return isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, kind)


def _first(problems: Iterable[str | None]) -> str | None:
    return next((problem for problem in problems if problem), None)


Handler = Callable[[Request], "Reply | LongPoll"]


@dataclass(frozen=True)
class Route:
    """What the contract says about one method on one path."""

    method: str
    template: str
    section: str
    query: Mapping[str, Any]
    body: Any
    content_type: str
    handler: Handler


class _Node:
    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameters: dict[str, _Node] = {}
        self.routes: dict[str, Route] = {}


class Router:
    """Knows every path, method, query parameter and body field of a contract and refuses the rest, each refusal being a
    violation.

    ``prefixes``: the roots under which all paths answer. ``case_insensitive``: literal path parts and query names in
    any case.
    ``refuse(status, text)`` builds the body of a refusal in the product's own shape. ``exists`` knows what the product
    has though it is not simulated: 501.
    ``forgiving``: answer as a product does that overlooks much (see ``forgiven``; also unknown query parameters, and
    bodies where none belongs on GET
    and DELETE); what was overlooked is a violation all the same. There, too, a literal segment keeps its path from
    meaning a parameter.
    """

    def __init__(
        self,
        prefixes: Iterable[str] = ("",),
        case_insensitive: bool = False,
        refuse: Callable[[int, str], Any] | None = None,
        forgiving: bool = False,
        exists: Callable[[Request], bool] | None = None,
    ) -> None:
        self._forgiving = forgiving
        self._prefixes = [_split(prefix) for prefix in prefixes]
        self._fold = str.lower if case_insensitive else str
        self._refuse = refuse or (lambda status, text: {"message": text})
        self._exists = exists or (lambda _request: False)
        self._root = _Node()
        self._routes: list[Route] = []

    def route(
        self,
        method: str,
        template: str,
        *,
        section: str,
        query: Iterable[str] | Mapping[str, Any] = (),
        body: Any = None,
        content_type: str = JSON,
    ) -> Callable[[Handler], Handler]:
        """Register a handler.

        ``template`` has ``{names}`` for parameters, each one whole segment; literal segments win over parameters; a
        trailing slash never matters.
        ``query``: the allowed names, or a mapping name -> str, int, bool, or a set of allowed values. ``body``: a
        schema, or None when no body is allowed.
        """
        allowed = dict(query) if isinstance(query, Mapping) else dict.fromkeys(query, str)

        def register(handler: Handler) -> Handler:
            route = Route(
                method,
                template,
                section,
                {self._fold(name): (name, kind) for name, kind in allowed.items()},
                body,
                content_type,
                handler,
            )
            self._routes.append(route)
            for prefix in self._prefixes:
                node = self._root
                for part in prefix + _split(template):
                    if part.startswith("{") and part.endswith("}"):
                        node = node.parameters.setdefault(part[1:-1], _Node())
                    else:
                        node = node.literals.setdefault(self._fold(part), _Node())
                node.routes[method] = route
            return handler

        return register

    def known_routes(self) -> list[dict[str, str]]:
        """List method, path and contract section of everything known, in order of registration."""
        return [{"method": route.method, "path": route.template, "section": route.section} for route in self._routes]

    def find(self, request: Request) -> tuple[Route, dict[str, str]]:
        """Return the route of a request and its decoded path parameters, or raise the 404 or 405 refusal."""
        matches = list(self._matches(self._root, _split(request.raw_path), {}))
        for node, params in matches[:1] if self._forgiving else matches:
            if request.method in node.routes:
                return node.routes[request.method], params
        if self._exists(request):
            raise self._violation(501, f"not simulated: {request.method} {request.path}")
        if not matches:
            raise self._violation(404, f"unknown path {request.path}")
        raise self._violation(405, f"unknown method {request.method} on {request.path}")

    def dispatch(self, request: Request) -> Reply | LongPoll:
        """Check a request against the contract and let its handler answer; refusals become answers too."""
        overlooked: list[str] = []
        answer: Reply | LongPoll
        try:
            route, params = self.find(request)
            request = self._overlooking(request, route, overlooked) if self._forgiving else request
            query = self._check(request, route)
            answer = route.handler(replace(request, params=params, query=query))
        except Refusal as refusal:
            answer = refusal.reply()
        if overlooked and answer.violation is None:
            answer.violation = "; ".join(overlooked)
        return answer

    def _overlooking(self, request: Request, route: Route, overlooked: list[str]) -> Request:
        """Return a request without what the product does not mind, and note that."""
        label = f"{route.method} {route.template}"
        query = {name: values for name, values in request.query.items() if self._fold(name) in route.query}
        overlooked += [f"unknown query parameter {name} on {label}" for name in request.query if name not in query]
        request = replace(request, query=query)
        if (
            route.body is None
            and route.method in ("GET", "DELETE")
            and (request.body is not None or request.malformed_body)
        ):
            overlooked.append(f"{label} takes no body")
            return replace(request, body=None, malformed=None if request.malformed_body else request.malformed)
        if route.body is not None and request.body is not None:
            body, found = forgiven(request.body, route.body)
            overlooked += [f"{label}: {problem}" for problem in found]
            return replace(request, body=body)
        return request

    def _matches(self, node: _Node, parts: list[str], params: dict[str, str]) -> Iterable[tuple[_Node, dict[str, str]]]:
        if not parts:
            if node.routes:
                yield node, params
            return
        value = unquote(parts[0])
        literal = node.literals.get(self._fold(value))
        if literal is not None:
            yield from self._matches(literal, parts[1:], params)
        if value:
            for name, child in node.parameters.items():
                yield from self._matches(child, parts[1:], {**params, name: value})

    def _check(self, request: Request, route: Route) -> dict[str, list[str]]:
        """Hold a request against its route; return its query with the names as the contract spells them."""
        accept = request.header("accept")
        if accept and not any(
            kind.partition(";")[0].strip().lower() in (JSON, "application/*", "*/*") for kind in accept.split(",")
        ):
            raise self._violation(406, f"Accept {accept!r} excludes {JSON}")
        self._check_body(request, route)
        query = {}
        for name, values in request.query.items():
            if self._fold(name) not in route.query:
                raise self._violation(400, f"unknown query parameter {name} on {route.method} {route.template}")
            spelling, kind = route.query[self._fold(name)]
            for value in values:
                problem = _problem_with_text(value, kind)
                if problem:
                    raise self._violation(
                        400,
                        f"query parameter {name} on {route.method} {route.template} must be {problem}, not {value!r}",
                    )
            query[spelling] = values
        return query

    def _check_body(self, request: Request, route: Route) -> None:
        label = f"{route.method} {route.template}"
        content_type = request.header("content-type").partition(";")[0].strip().lower()
        if request.malformed:
            raise self._violation(400, f"{label}: {request.malformed}")
        if request.body is None:
            if route.body is not None and not isinstance(route.body, (optional, nullable)):
                raise self._violation(400, f"{label} needs a body")
            return
        if route.body is None:
            raise self._violation(400, f"{label} takes no body")
        if content_type != route.content_type:
            raise self._violation(415, f"{label} needs Content-Type {route.content_type}, not {content_type or 'none'}")
        problem = problem_with(request.body, route.body)
        if problem:
            raise self._violation(400, f"{label}: {problem}")

    def _violation(self, status: int, text: str) -> Refusal:
        return Refusal(status, self._refuse(status, text), violation=text)


def _split(path: str) -> list[str]:
    """Split a path into its segments; one leading and one trailing slash do not count."""
    trimmed = path.removeprefix("/").removesuffix("/")
    return trimmed.split("/") if trimmed else []


def _problem_with_text(value: str, kind: Any) -> str | None:
    if kind is bool:
        return None if value.lower() in ("true", "false") else "true or false"
    if kind is int:
        return None if re.fullmatch(r"-?\d+", value) else "an integer"
    if isinstance(kind, (set, frozenset)):
        return None if value in kind else f"one of {', '.join(sorted(kind))}"
    return None
