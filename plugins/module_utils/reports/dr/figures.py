# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A move in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import Judgement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import Move
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.reading import Part
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.words import (
    DONE,
    LEFT_ALONE,
    REGISTERED,
    TROUBLES,
)


def counts(move: Move, judgement: Judgement) -> dict[str, int]:
    """How many of what moved, and how many machines came to what."""
    happened = Counter(line.action for line in judgement.machines)
    looked_at = [line for line in judgement.machines if line.proof]
    failovers = list(map(Part.of, move.failovers.values()))
    arrived = [part for part in failovers if _has_arrived(move, part)]
    return {
        "protection_domains": len(failovers),
        "failed_over": len(arrived),
        "vms": _count(arrived, "vms"),
        "vms_lost": _count(failovers, "missing_vms"),
        "clones": _count(map(Part.of, move.drills.values()), "clones"),
        "machines": len(judgement.machines),
        **{action: happened[action] for action in (*DONE, *TROUBLES, *LEFT_ALONE)},
        "unexpected": len(judgement.unexpected),
        "registered": sum(line.proof == REGISTERED for line in looked_at),
        "registered_of": len(looked_at),
    }


def _has_arrived(move: Move, part: Part) -> bool:
    if not part or part.failed or part.skipped:
        return False
    return move.check or not part.only_planned


def _count(parts: Iterable[Part], name: str) -> int:
    return sum(len(part.items(name)) for part in parts)


def oldest_data(move: Move) -> float | None:
    """The age of the oldest data that came up, in seconds; None where nothing is known."""
    ages = [Part.of(result).data_age_seconds for result in (*move.failovers.values(), *move.drills.values())]
    return max((age for age in ages if age is not None), default=None)
