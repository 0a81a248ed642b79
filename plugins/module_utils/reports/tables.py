# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables for the screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines with the columns aligned, the last one ragged; wide characters count twice."""
    cells = [tuple(header), *map(tuple, rows)]
    columns = list(zip(*cells, strict=True))[:-1]
    widths = [max(map(_width, column)) for column in columns]
    first, *others = (_line(row, widths) for row in cells)
    return [title, "", first, "-" * _width(first), *others]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [text + " " * (width - _width(text)) for text, width in zip(cells[:-1], widths, strict=True)]
    return "  ".join([*padded, cells[-1]]).rstrip()


def _width(text: str) -> int:
    return len(text) + sum(unicodedata.east_asian_width(character) in "WF" for character in text)
