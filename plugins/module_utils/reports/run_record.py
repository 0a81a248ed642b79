# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of a job: one file however often the job is run again, in which no run's work is ever lost."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_UNSAFE = re.compile(r"[^A-Za-z0-9.+_-]")


def own_record(text: str, same: Mapping[str, Any], of_a_run: Sequence[str]) -> dict[str, Any] | None:
    """The record that a file holds, None when it is not the one of this job: `same` are the facts that tell jobs apart,
    `of_a_run` those of each run."""
    try:
        record = json.loads(text)
        ours = all(record[name] == value for name, value in same.items())
        return record if ours and all(name in record for name in of_a_run) else None
    except (ValueError, KeyError, TypeError):
        return None


def with_earlier_runs(
    report: Mapping[str, Any], earlier: Mapping[str, Any] | None, of_a_run: Sequence[str]
) -> dict[str, Any]:
    """The report with `runs`, oldest first, its own run the last one. Of runs that did nothing, whose `timeline` is
    empty, only the last is kept."""
    before: Sequence[Mapping[str, Any]] = []
    if earlier is not None:
        before = earlier.get("runs") or [_run(earlier, of_a_run)]
    return {**report, "runs": [*(run for run in before if run["timeline"]), _run(report, of_a_run)]}


def name_beside(stem: str, name: str) -> str:
    """A file's stem for the record of what bears this name, when another's stands at the usual place."""
    safe = _UNSAFE.sub("-", name)
    if safe == name:
        return f"{stem}_{safe}"
    return f"{stem}_{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _run(report: Mapping[str, Any], of_a_run: Sequence[str]) -> dict[str, Any]:
    # One that was written by an earlier version may lack some.
    return {name: report[name] for name in of_a_run if name in report}
