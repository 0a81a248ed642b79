# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a list was asked for: paging and the filter language (contract prism_element 1.4, 1.5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lab.prism_element.errors import BAD_REQUEST, refusal
from lab.wire import Request

_COMPARISON = re.compile(r"(\w+)(==|!=)(.*)", re.DOTALL)

Comparison = Callable[[str, str], bool]


def page_by_offset(items: list[Any], request: Request, cap: int | None) -> list[Any]:
    """Cut a list by offset and length; without a length no more than ``cap`` come."""
    offset = request.number("offset") or 0
    limit = request.number("length", cap)
    return items[offset:] if limit is None else items[offset : offset + limit]


def page_by_number(items: list[Any], request: Request) -> list[Any]:
    """Cut a list by count and page (from 1)."""
    count = request.number("count")
    page = request.number("page")
    if page is not None and count is None:
        raise refusal(422, "Page number cannot be specified without count", BAD_REQUEST)
    if count is None:
        return items
    start = ((page or 1) - 1) * count
    return items[start : start + count]


def compile_filter(
    text: str, fields: Mapping[str, Callable[[Any], str]], equal: Mapping[str, Comparison]
) -> Callable[[Any], bool]:
    """Return a test for a FIQL expression: ``,`` is OR, ``;`` is AND and binds tighter. ``equal`` may compare a field
    in its own way."""
    alternatives = [
        [_comparison(term, fields, equal) for term in alternative.split(";")] for alternative in text.split(",")
    ]
    return lambda item: any(all(test(item) for test in tests) for tests in alternatives)


def _comparison(
    term: str, fields: Mapping[str, Callable[[Any], str]], equal: Mapping[str, Comparison]
) -> Callable[[Any], bool]:
    match = _COMPARISON.fullmatch(term)
    if match is None:
        raise refusal(422, f"General error parsing FIQL expression {term}", BAD_REQUEST)
    name, operator, wanted = match.groups()
    if name not in fields:
        raise refusal(422, f"Unrecognized field {name}", BAD_REQUEST)
    read, same = fields[name], equal.get(name, _same)
    return lambda item: same(read(item), wanted) is (operator == "==")


def _same(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


def chosen(values: Iterable[str] | None, name: str) -> bool:
    """Tell whether a name passes an optional list parameter."""
    return values is None or name in values
