# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows that reports of all kinds have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import in_one
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import tables


@dataclass(frozen=True)
class ReportRow:
    """One line of the summary. `settled` is False when the work is not complete here, and `advice` what to do about
    that. `kind` is what the line is about, `phase` the phase of the timeline in which it was done, empty for none.
    """

    where: str
    what: str
    result: str
    detail: str
    settled: bool
    advice: str = ""
    kind: str = ""
    phase: str = ""

    @property
    def told(self) -> str:
        """Detail and advice in one text."""
        return in_one(self.detail, self.advice)

    @property
    def problem(self) -> str:
        """What is not settled here, in one sentence without the place."""
        if self.told:
            return f"{self.what}: {self.result} ({self.told})"
        return f"{self.what}: {self.result}"


def table(title: str, rows: Iterable[ReportRow]) -> list[str]:
    """Lines for the screen."""
    cells = ((row.where, row.what, row.result, row.told) for row in rows)
    return tables.table(title, ("where", "what", "result", "detail"), cells)


def as_dicts(rows: Iterable[ReportRow]) -> list[dict[str, Any]]:
    """For results and report files."""
    return list(map(asdict, rows))
