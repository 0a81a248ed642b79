# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of a topology that stand for several things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def numbered(pattern: str, count: int) -> list[str]:
    """Return the names 1..count that a pattern with {n} stands for; a name without {n} stands for itself."""
    return [pattern.format(n=number) for number in range(1, count + 1)] if "{n" in pattern else [pattern]


def names_of(entry: Mapping[str, Any]) -> list[str]:
    """Return the names of an entry with its count carried out."""
    return numbered(entry["name"], entry["count"]) if "count" in entry else [entry["name"]]


def problem_with_counts(key: str, entries: Iterable[Mapping[str, Any]]) -> str | None:
    """Return what is wrong with the first entry that stands for several things of one name."""
    for index, entry in enumerate(entries):
        if entry.get("count", 1) > 1 and "{n" not in entry["name"]:
            return f"{key}[{index}].name needs {{n}} when count is more than 1"
    return None


def power_state_of(value: Any) -> str:
    """Return a power state as a word; YAML reads a bare on or off as a boolean."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
