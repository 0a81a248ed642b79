# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names in sentences: the near ones for what was mistyped, quoted lists, long lists cut short."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def near_names(word: str, existing: Iterable[str], most: int = 5) -> str:
    """A sentence naming the existing names nearest to the wanted one: "Near names are 'Gold', 'Gold-2'." Empty when
    there are none."""
    names = sorted(set(existing))
    by_folded: dict[str, list[str]] = {}
    for name in names:
        by_folded.setdefault(name.casefold(), []).append(name)
    near = [
        name for folded in difflib.get_close_matches(word.casefold(), by_folded, n=most) for name in by_folded[folded]
    ]
    if near:
        return f"Near names are {quoted(near[:most])}."
    if names and len(names) <= most:
        return f"There is only {quoted(names)}."
    return ""


def right_name(word: str, existing: Iterable[str]) -> str:
    """What to do about a name that does not exist: `near_names`, and a sentence also where none is near."""
    names = set(existing)
    if not names:
        return "There is none at all: check that this is the right place to look."
    return near_names(word, names) or f"None of the {len(names)} names there is like it: check how it is written."


def quoted(names: Iterable[str]) -> str:
    """'Gold', 'Gold-2'"""
    return ", ".join(f"'{name}'" for name in names)


def folded(names: Iterable[str]) -> frozenset[str]:
    """Names to be compared without case, as Windows and Citrix do."""
    return frozenset(name.casefold() for name in names)


def shortened(texts: Sequence[str], most: int = 10) -> str:
    """'a, b and 5 more'"""
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest} more" if rest > 0 else "")


def duration(seconds: float) -> str:
    """'0.4 s', '42 s', '3 min 20 s', '2 h 5 min'"""
    if 0 < seconds < 0.05:
        return "< 0.1 s"
    if seconds < 9.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        if whole % 60:
            return f"{whole // 60} min {whole % 60} s"
        return f"{whole // 60} min"
    if whole % 3600 >= 60:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 3600} h"
