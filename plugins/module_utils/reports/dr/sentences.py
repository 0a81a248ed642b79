# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings in sentences: what is wrong, and what to do about it once for all that are alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import MOST_TOLD, Finding

EVERYBODY = "all hosts"


def sentences(findings: Sequence[Finding]) -> list[str]:
    """A sentence for each, but no more than MOST_TOLD of one kind in one place."""
    lines = []
    for alike in grouped(findings):
        lines += [finding.sentence for finding in alike[:MOST_TOLD]]
        if len(alike) > MOST_TOLD:
            lines.append(f"{alike[0].where}: and {len(alike) - MOST_TOLD} more like this")
    return lines


def sentences_of(findings: Sequence[Finding]) -> dict[str, list[str]]:
    """The same by inventory host; what no host is to blame for is everybody's."""
    by_place: dict[str, list[Finding]] = {}
    for finding in findings:
        by_place.setdefault(finding.where, []).append(finding)
    return {where or EVERYBODY: sentences(mine) for where, mine in by_place.items()}


def on_screen(title: str, findings: Sequence[Finding]) -> list[str]:
    """What is wrong and what to do about it; nothing when there is nothing."""
    lines = []
    for alike in grouped(findings):
        lines += [f"  {line}" for line in sentences(alike)]
        lines.append(f"    {alike[0].advice}")
    if lines:
        return ["", title, *lines]
    return []


def grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Those together that are of one kind, in one place, and need the same."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.where, finding.kind, finding.advice), []).append(finding)
    return list(groups.values())
