# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found in a move: rows, findings and machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr import move as phases
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import Reason
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.rows import ReportRow

BEFORE = "the run ended before"
RUN_AGAIN = "Run the same command again: it goes on where this run ended."
# So many of a kind are told in one line or on the screen; files tell all.
MOST_TOLD = 20
# What a row is about -> the phase in which it was done
ROW_PHASES = {
    "protection domain": phases.FAIL_OVER,
    "way back": phases.FAIL_OVER,
    "old VMs": phases.FAIL_OVER,
    "clones": phases.CLONE,
    "VMs": phases.POWER_ON,
    "drain": phases.DRAIN,
    "machines": phases.RE_HOST,
    "catalog": phases.RE_HOST,
    "connection": phases.RESET,
    "zone": phases.ZONE,
    "maintenance": phases.RELEASE,
    "proof": phases.PROOF,
}


@dataclass(frozen=True)
class Finding:
    """Something wrong, or worth knowing. `what` is the machine, VM or protection domain, `text` a sentence that says
    what it means, `fails` whether the move is incomplete because of it; `reason` is what failed in the words of who
    failed, by which it is known again, `refused_by` the endpoint that refused a log-in."""

    where: str
    kind: str
    what: str
    text: str
    advice: str
    fails: bool
    reason: str = ""
    refused_by: str = ""

    @property
    def sentence(self) -> str:
        """The text, behind the place where it is so."""
        if self.where:
            return f"{self.where}: {self.text}"
        return self.text


def ended(where: str, what: str, text: str) -> Finding:
    """What was not done because the run ended before."""
    return Finding(where, "ended", what, f"{text}: {BEFORE}", RUN_AGAIN, True)


def failed(where: str, what: str, text: str, reason: Reason, advice: str = "") -> Finding:
    """A part that failed; `text` goes before the reason."""
    sentence = reason.message
    if text:
        sentence = f"{text}: {reason.message}"
    return Finding(
        where, "failed part", what, sentence, advice or reason.advice, True, reason.message, reason.refused_by
    )


def note(where: str, kind: str, what: str, text: str, advice: str) -> Finding:
    """Worth knowing, and no reason to fail."""
    return Finding(where, kind, what, text, advice, False)


def problem(where: str, kind: str, what: str, text: str, advice: str) -> Finding:
    """The move is not complete because of this."""
    return Finding(where, kind, what, text, advice, True)


@dataclass(frozen=True)
class MachineLine:
    """A machine of a site. `action` is a key of MACHINE_WORDS, `proof` says whether it is registered and '' when nobody
    looked."""

    site: str
    catalog: str
    name: str
    vm: str
    hosting: str
    action: str
    text: str
    settled: bool
    proof: str


@dataclass
class Judgement:
    """All that was found, in the order of finding it."""

    rows: list[ReportRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    machines: list[MachineLine] = field(default_factory=list)
    unexpected: list[Result] = field(default_factory=list)

    @property
    def problems(self) -> list[Finding]:
        """Why the move is not complete."""
        return [finding for finding in self.findings if finding.fails]

    @property
    def notes(self) -> list[Finding]:
        """What is worth knowing beside that."""
        return [finding for finding in self.findings if not finding.fails]

    def tell(self, kind: str, where: str, what: str, result: str, detail: str, *findings: Finding) -> None:
        """A row, and what was found in it. Failing findings unsettle the row."""
        is_settled = not any(finding.fails for finding in findings)
        self.rows.append(ReportRow(where, what, result, detail, is_settled, kind=kind, phase=ROW_PHASES.get(kind, "")))
        self.findings += findings

    def tell_unsettled(self, kind: str, where: str, what: str, result: str) -> None:
        """A row without a finding of its own: what is wrong is told elsewhere."""
        self.rows.append(ReportRow(where, what, result, "", False, kind=kind, phase=ROW_PHASES.get(kind, "")))

    def has_told(self, reason: Reason) -> bool:
        """Whether somebody has said so already."""
        return any(finding.reason == reason.message for finding in self.problems)


def of_each(
    say: Callable[[str, str, str, str, str], Finding],
    where: str,
    kind: str,
    items: Iterable[Any],
    text: str,
    advice: str,
) -> list[Finding]:
    """What is to be said, as a note or a problem, of each item with a name; the text goes behind its name."""
    return [say(where, kind, item.name, f"{item.name} {text}", advice) for item in items]


def findings_as_dicts(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """For the report file, where problems and notes stand apart."""
    rows = list(map(asdict, findings))
    for row in rows:
        del row["fails"], row["refused_by"]
    return rows


def number(items: Sequence[Any] | range, noun: str, after: str = "") -> str:
    """'2 VMs', '' for none."""
    if not items:
        return ""
    if len(items) == 1:
        return f"1 {noun}{after}"
    return f"{len(items)} {noun}s{after}"


def joined(*texts: str) -> str:
    """Those that say something, in one line."""
    return ", ".join(filter(None, texts))
