# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List envelopes, paging and the filter language (contract prism_element 1.4, 1.5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lab.prism_element.errors import BAD_REQUEST, refusal
from lab.wire import Request

_COMPARISON = re.compile(r"(\w+)(==|!=)(.*)", re.DOTALL)

Comparison = Callable[[str, str], bool]


# What `count` of a prism collection says when none was asked for (contract prism_element addition 2: seen of alerts; of
# the others unknown).
DEFAULT_PAGE = 1000


def envelope(entities: list[Any], total: int | None = None, grand_total: int | None = None) -> dict[str, Any]:
    """Wrap entities with the three counters (contract prism_element 1.4: migrate); the totals are those before paging
    and before filtering."""
    return {"metadata": {**_totals(entities, total, grand_total), "count": len(entities)}, "entities": entities}


def acropolis_envelope(entities: list[Any], total: int | None = None, grand_total: int | None = None) -> dict[str, Any]:
    """Wrap entities of an Acropolis resource, whose metadata are the two totals (contract prism_element addition 1)."""
    return {"metadata": _totals(entities, total, grand_total), "entities": entities}


def vms_envelope(entities: list[Any], offset: int, total: int, grand_total: int) -> dict[str, Any]:
    """Wrap VMs, whose metadata count from 0 (contract prism_element addition 1)."""
    place = {"count": len(entities), "start_index": offset, "end_index": offset + len(entities)}
    return {"metadata": {**_totals(entities, total, grand_total), **place}, "entities": entities}


def prism_envelope(
    entities: list[Any], request: Request, total: int | None = None, grand_total: int | None = None
) -> dict[str, Any]:
    """Wrap entities of a prism collection, whose metadata count from 1; ``count`` is the size of a page and not how
    many came (contract prism_element addition 2)."""
    page, count = request.number("page") or 1, request.number("count")
    start = 1 if count is None else (page - 1) * count + 1
    place = {
        "page": page,
        "count": DEFAULT_PAGE if count is None else count,
        "start_index": start,
        "end_index": start + len(entities) - 1,
        "filter_criteria": "",
        "sort_criteria": "",
    }
    return {"metadata": {**_totals(entities, total, grand_total), **place}, "entities": entities}


def _totals(entities: list[Any], total: int | None, grand_total: int | None) -> dict[str, int]:
    total = len(entities) if total is None else total
    return {"grand_total_entities": total if grand_total is None else grand_total, "total_entities": total}


def page_by_offset(items: list[Any], request: Request, cap: int | None) -> list[Any]:
    """Cut a list by offset and length; without a length no more than ``cap`` come."""
    offset = request.number("offset") or 0
    length = request.number("length")
    limit = length if length is not None else cap
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
