# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules warned of: it scrolled by on the screen, and report and page keep it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import MIGRATED, Move


def warnings_of(move: Move) -> list[dict[str, str]]:
    """Each {where, text}, once."""
    return [{"where": where, "text": text} for where, text in dict.fromkeys(_all(move))]


def _all(move: Move) -> Iterator[tuple[str, str]]:
    for host, texts in move.warnings.items():
        for text in texts:
            yield host, str(text)
    for result in move.failovers.values():
        where = move.source if result and result.get("state") == MIGRATED else move.target
        for text in _texts(result):
            yield where, text
    for text in _texts([*move.discards.values(), *move.drills.values()]):
        yield move.target, text
    for site, parts in move.sites.items():
        for text in _texts(list((parts or {}).values())):
            yield site, text


def _texts(value: Any) -> Iterator[str]:
    """Those of a result, of several, or of what a loop registered."""
    if isinstance(value, Mapping):
        yield from map(str, value.get("warnings") or [])
        yield from _texts(value.get("results"))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
