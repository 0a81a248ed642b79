# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field selection and paging, alike for all collections (contract citrix 4.1, 4.2)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from lab.citrix import vendor
from lab.citrix.state.site import Site
from lab.wire import Request

T = TypeVar("T")
Fields = Mapping[str, Callable[[Site, Any], Any]]

PAGING: dict[str, Any] = {"limit": int, "continuationToken": str, "async": bool}
DEFAULT_LIMIT = 250
LARGEST_LIMIT = 1000


def fields_asked(site: Site, request: Request, model: str, default: Iterable[str]) -> list[str]:
    """Return the names of the ``fields`` parameter, or the default set. Every name of the response model may be asked
    for (contract citrix addition G 8).

    What a site does with a name of no model is unknown: the default refuses it as a violation.
    """
    asked = request.one("fields")
    if asked is None:
        return list(default)
    names = [name.strip() for name in asked.split(",") if name.strip()]
    known = vendor.field_names(model)
    if site.behaviour["unknown_fields"] == "ignore":
        return [name for name in names if name in known]
    for name in names:
        if name not in known:
            raise site.errors.violation(400, f"unknown name in fields: {name}", "invalidEnum")
    return names


def project(site: Site, thing: Any, known: Fields, names: Iterable[str]) -> dict[str, Any]:
    """Return the chosen fields of a thing, null those that are not simulated; the others are absent, or null when the
    site is switched so."""
    if site.behaviour["unasked_fields"] == "null":
        chosen = set(names)
        return {name: known[name](site, thing) if name in chosen else None for name in known}
    return {name: known[name](site, thing) if name in known else None for name in names}


def page(
    site: Site,
    request: Request,
    things: Sequence[T],
    view: Callable[[T], Any],
    default_limit: int = DEFAULT_LIMIT,
    total: bool = False,
) -> dict[str, Any]:
    """Return one page of a collection. The token is opaque and has characters that a URL must encode."""
    limit = request.number("limit", default_limit) or default_limit
    if limit < 0 or (limit > LARGEST_LIMIT and site.behaviour["limit_above_1000"] == "refuse"):
        raise site.errors.refusal(
            400, f"limit must be between 1 and {LARGEST_LIMIT}", "outOfRange", [("limit", str(limit))]
        )
    limit = min(limit, LARGEST_LIMIT)
    start = _offset(site, request.one("continuationToken"))
    end = start + limit
    return {
        "Items": [view(thing) for thing in things[start:end]],
        "ContinuationToken": _token(end) if end < len(things) else None,
        "TotalItems": len(things) if total else None,
    }


def whole(items: Iterable[Any]) -> dict[str, Any]:
    """Return a collection that is never paged."""
    return {"Items": list(items), "ContinuationToken": None, "TotalItems": None}


def _token(offset: int) -> str:
    return base64.b64encode(f"\u00ff>?{offset}".encode()).decode()


def _offset(site: Site, token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True).decode().removeprefix("\u00ff>?"))
    except (binascii.Error, ValueError):
        raise site.errors.refusal(
            400, "The continuation token is not valid.", violation=f"not a continuation token: {token}"
        ) from None
