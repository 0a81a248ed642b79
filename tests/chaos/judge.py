# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run did, judged against the contracts and against what an undisturbed run does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from chaos.job import Job
from chaos.points import pattern_of
from conformance.citrix_models import violations


def deeds(job: Job, requests: Iterable[Mapping[str, Any]], lost: Iterable[int] = ()) -> Counter[str]:
    """What the writes among recorded requests did, by kind; `lost` are the numbers of those that took effect without an
    answer."""
    unanswered = set(lost)
    done: Counter[str] = Counter()
    for entry in requests:
        took_effect = entry["status"] is not None and entry["status"] < 300
        if not entry["writes"] or not (took_effect or entry["n"] in unanswered):
            continue
        pattern = pattern_of(entry["path"])
        done.update(deed for ending, deed in job.deeds.items() if pattern.endswith(ending))
    return done


def excess(job: Job, done: Mapping[str, int], undisturbed: Mapping[str, int]) -> list[str]:
    """Work that was done more often than the lost work explains."""
    return [
        f"{deed}: {done.get(deed, 0)}, undisturbed {times}"
        for deed, times in undisturbed.items()
        if not times <= done.get(deed, 0) <= times + (0 if deed in job.once else 1)
    ]


def contract_problems(requests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Requests that the wire contracts do not know."""
    recorded = list(requests)
    return [f"{entry['endpoint']}: {entry['violation']}" for entry in recorded if entry["violation"]] + violations(
        recorded
    )
