# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables for the screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines with the columns aligned, the last one ragged; wide characters count twice."""
    cells = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(_width(line[column]) for line in cells) for column in range(len(header) - 1)]
    lines = [
        "  ".join(
            [*(text + " " * (width - _width(text)) for text, width in zip(line[:-1], widths, strict=True)), line[-1]]
        ).rstrip()
        for line in cells
    ]
    return [title, "", lines[0], "-" * _width(lines[0]), *lines[1:]]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
