# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of v4 lists, in the dialect of OData (contract prism_central 1.6)."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(text: str) -> str:
    """A text in a filter."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def any_of(field: str, values: Iterable[str]) -> str:
    """A filter for things that have one of the values."""
    return " or ".join(f"{field} eq {quoted(value)}" for value in values)
