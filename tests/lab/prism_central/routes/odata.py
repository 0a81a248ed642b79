# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter language of lists: the part of OData 4.01 that clients use (contract prism_central 1.6, addition C)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>(?:[\w.]+)?'(?:[^']|'')*')|(?P<lambda>any|all)\((?P<var>\w+):"
    r"|(?P<word>[\w.:+-]+(?:/(?!any\(|all\()[\w.]+)*/?)"
    r"|(?P<mark>[(),]))"
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": lambda value, part: part in value,
}


class BadFilter(ValueError):
    """A filter that the server does not understand, or on a field that cannot be filtered."""


def compile_filter(text: str, allowed: Sequence[str]) -> Test:
    """Return the test that a ``$filter`` stands for; ``allowed``: the fields that it may name."""
    parser = _Parser(text, set(allowed))
    test = parser.alternatives()
    if parser.peek() is not None:
        raise BadFilter(f"{text}: unexpected {parser.peek()}")
    return test


def values_at(item: Any, path: str) -> Iterator[Any]:
    """Yield what stands at a path, in every element of the lists on the way."""
    if isinstance(item, list):
        for each in item:
            yield from values_at(each, path)
    elif not path:
        yield item
    elif isinstance(item, dict):
        name, _slash, rest = path.partition("/")
        yield from values_at(item.get(name), rest)


class _Parser:
    def __init__(self, text: str, allowed: set[str]) -> None:
        self._text = text
        self._allowed = allowed
        self._variables: dict[str, str] = {}
        self._tokens = list(self._split())
        self._next = 0

    def _split(self) -> Iterator[str]:
        position = 0
        text = self._text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise BadFilter(f"{text}: not understood from {text[position:]!r}")
            position = match.end()
            if match["lambda"]:
                yield f"{match['lambda']}("
                yield f"{match['var']}:"
            else:
                yield match["text"] or match["word"] or match["mark"]

    def peek(self) -> str | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def take(self, wanted: str | None = None) -> str:
        token = self.peek()
        if token is None or (wanted is not None and token != wanted):
            raise BadFilter(f"{self._text}: {wanted or 'more'} expected")
        self._next += 1
        return token

    def alternatives(self) -> Test:
        tests = [self._conjunction()]
        while self.peek() == "or":
            self.take()
            tests.append(self._conjunction())
        return lambda item: any(test(item) for test in tests)

    def _conjunction(self) -> Test:
        tests = [self._term()]
        while self.peek() == "and":
            self.take()
            tests.append(self._term())
        return lambda item: all(test(item) for test in tests)

    def _term(self) -> Test:
        token = self.take()
        if token == "(":
            test = self.alternatives()
            self.take(")")
            return test
        if token == "not":
            inner = self._term()
            return lambda item: not inner(item)
        if token in _FUNCTIONS and self.peek() == "(":
            return self._function(_FUNCTIONS[token])
        if self.peek() in ("any(", "all("):
            return self._lambda(token.rstrip("/"))
        return self._comparison(self._path(token))

    def _function(self, function: Callable[[str, str], bool]) -> Test:
        self.take("(")
        path = self._path(self.take())
        self.take(",")
        part = _literal(self.take())
        self.take(")")
        return lambda item: any(isinstance(value, str) and function(value, part) for value in values_at(item, path))

    def _lambda(self, path: str) -> Test:
        self.take()
        variable = self.take().rstrip(":")
        self._variables[variable] = path
        test = self.alternatives()
        self.take(")")
        return test

    def _path(self, token: str) -> str:
        first, slash, rest = token.partition("/")
        path = f"{self._variables[first]}{slash}{rest}" if first in self._variables else token
        if path not in self._allowed:
            raise BadFilter(f"{self._text}: {path} cannot be filtered")
        return path

    def _comparison(self, path: str) -> Test:
        name = self.take()
        if name not in _COMPARISONS:
            raise BadFilter(f"{self._text}: unknown operator {name}")
        compare, wanted = _COMPARISONS[name], _literal(self.take())

        def test(item: Any) -> bool:
            for value in values_at(item, path):
                left, right = _alike(value, wanted)
                if type(left) is type(right) and compare(left, right):
                    return True
            return False

        return test


def _literal(token: str) -> Any:
    """Return the value of a literal; an enum value is written with its type in front."""
    if token.endswith("'"):
        return token[token.index("'") + 1 : -1].replace("''", "'")
    if token in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[token]
    return int(token) if re.fullmatch(r"-?\d+", token) else token


def _alike(value: Any, wanted: Any) -> tuple[Any, Any]:
    """Return two values so that moments compare as moments, in whatever form they are written."""
    moments = [_moment(each) for each in (value, wanted)]
    return (moments[0], moments[1]) if None not in moments else (value, wanted)


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\dT", value):
        return None
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
