# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The strict router that every simulated product shares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from lab.schema import forgiven, nullable, optional, problem_with
from lab.wire import JSON, LongPoll, Refusal, Reply, Request

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
