# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of each protection domain that was drilled."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.failovers import data_age
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import (
    BEFORE,
    Finding,
    Judgement,
    ended,
    failed,
    joined,
    number,
    problem,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import Move
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import AGAIN, Item, Part

KIND = "clones"


def judge_drill(move: Move, name: str, part: Part, judgement: Judgement) -> None:
    """The clones that were made, looked at and removed again."""
    where = move.target
    findings = _problems(where, part)
    if part.skipped:
        judgement.tell(KIND, where, name, "left out", "")
    elif part.failed:
        why = findings or [failed(where, name, f"The drill of {name} failed", part.reason)]
        judgement.tell(KIND, where, name, "drill failed", part.reason.brief, *why)
    elif "clones" in part.facts:
        judgement.tell(KIND, where, name, _result(move, part), _detail(move, part), *findings)
    elif not move.check:
        # A role may have put its own keys beside a result that never came.
        judgement.tell(KIND, where, name, "no drill", BEFORE, ended(where, name, f"{name} was not drilled"))


def _problems(where: str, part: Part) -> list[Finding]:
    return [problem(where, "drill", item.name, f"{item.name}{item.reason.because}", AGAIN) for item in part.failures]


def _only_removed(part: Part) -> bool:
    return (bool(part.items("removed")) and not part.items("clones")) or part.state == "absent"


def _result(move: Move, part: Part) -> str:
    would = "would be " if move.check and part.changed else ""
    if _only_removed(part):
        if part.items("removed"):
            return f"clones {would}removed"
        return "no clones left"
    if would:
        return "clones would be made"
    if part.changed:
        return "clones made"
    return "clones were there"


def _detail(move: Move, part: Part) -> str:
    clones, removed = part.items("clones"), part.items("removed")
    if _only_removed(part):
        return number(removed, "clone")
    return joined(
        number(clones, "clone"),
        data_age(part),
        _share(clones),
        f"{len(removed)} {move.would('', 'would be ')}removed again" if removed else "",
    )


def _share(clones: list[Item]) -> str:
    checked = sum(bool(clone.facts.get("checked")) for clone in clones)
    if checked:
        return f"{checked} of {len(clones)} checked"
    return ""
