# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List envelopes: who counts from 0, who from 1, who not at all (contract prism_element 1.4, addition 1, addition
2)."""

from __future__ import annotations

from typing import Any

from lab.wire import Request

# What `count` of a prism collection says when none was asked for (contract prism_element addition 2: seen of alerts; of
# the others unknown).
DEFAULT_PAGE = 1000


def envelope(entities: list[Any]) -> dict[str, Any]:
    """Wrap entities with the three counters (contract prism_element 1.4: migrate)."""
    return {"metadata": {**_totals(entities), "count": len(entities)}, "entities": entities}


def acropolis_envelope(entities: list[Any], total: int | None = None, grand_total: int | None = None) -> dict[str, Any]:
    """Wrap entities of an Acropolis resource, whose metadata are the two totals (contract prism_element addition 1):
    those before paging and before filtering."""
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


def _totals(entities: list[Any], total: int | None = None, grand_total: int | None = None) -> dict[str, int]:
    total = len(entities) if total is None else total
    return {"grand_total_entities": total if grand_total is None else grand_total, "total_entities": total}
