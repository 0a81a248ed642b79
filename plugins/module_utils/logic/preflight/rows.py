# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of the preflight's table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

OK, WARNING, STOP = "ok", "warning", "stop"


@dataclass(frozen=True)
class CheckRow:
    """One line of the table; `result` is ok, warning or stop. `kind` is the check that says so, `phase` the piece of a
    release that it is about, empty when it is about all of them."""

    where: str
    what: str
    result: str
    detail: str
    advice: str = ""
    kind: str = ""
    phase: str = ""


@dataclass
class Rows:
    """The rows of one host, in the order of the checks; `kind` and `phase` are those of the check that looks now."""

    where: str
    kind: str = ""
    phase: str = ""
    rows: list[CheckRow] = field(default_factory=list)

    def ok(self, what: str, detail: str) -> None:
        """All is well."""
        self._add(what, OK, detail, "")

    def warn(self, what: str, detail: str, advice: str) -> None:
        """What nobody can prove from here, or what will become a stop."""
        self._add(what, WARNING, detail, advice)

    def stop(self, what: str, detail: str, advice: str = "") -> None:
        """What would make the release fail or do harm."""
        self._add(what, STOP, detail, advice)

    def _add(self, what: str, result: str, detail: str, advice: str) -> None:
        self.rows.append(CheckRow(self.where, what, result, detail, advice, self.kind, self.phase))


def count(rows: Iterable[CheckRow], result: str) -> int:
    """How many rows say so."""
    return sum(row.result == result for row in rows)
