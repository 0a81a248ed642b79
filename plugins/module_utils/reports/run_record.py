# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of a job: one file however often the job is run again, in which no run's work is ever lost."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import (
    from_iso_milliseconds,
    iso_milliseconds,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release_timeline import TimelineStep

_UNSAFE = re.compile(r"[^A-Za-z0-9.+_-]")


@dataclass(frozen=True)
class RunFiles:
    """Where the record of a job and its page are written; None for one that nobody wants."""

    report: Path | None
    page: Path | None

    @classmethod
    def named_in(cls, params: Mapping[str, Any]) -> RunFiles:
        """As the options report_path and page_path name them."""
        return cls(_path(params["report_path"]), _path(params["page_path"]))

    def for_record(
        self, report: Mapping[str, Any], of_a_job: Sequence[str], of_a_run: Sequence[str], name: str
    ) -> tuple[RunFiles, dict[str, Any] | None]:
        """The files to write, and what earlier runs of the job left there. Where something else holds the place they
        are files beside it that bear this name."""
        if self.report is None or not self.report.exists():
            return self, None
        earlier = record_in(self.report, report, of_a_job, of_a_run)
        if earlier is not None:
            return self, earlier
        path = _beside(self.report, name)
        return RunFiles(path, self.page and _beside(self.page, name)), record_in(path, report, of_a_job, of_a_run)

    def as_facts(self) -> dict[str, str | None]:
        """For the result."""
        return {"report_path": _text(self.report), "page_path": _text(self.page)}


def record_in(
    path: Path, report: Mapping[str, Any], of_a_job: Sequence[str], of_a_run: Sequence[str]
) -> dict[str, Any] | None:
    """The record of the same job that a file holds; None for none. `of_a_job` names the facts that tell jobs apart."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return own_record(text, pick(report, of_a_job), of_a_run)


def pick(facts: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Those of these names."""
    return {name: facts[name] for name in names}


def own_record(text: str, same: Mapping[str, Any], of_a_run: Sequence[str]) -> dict[str, Any] | None:
    """The record that a file holds, None when it is not the one of this job: `same` are the facts that tell jobs apart,
    `of_a_run` those of each run."""
    try:
        record = json.loads(text)
        ours = all(record[name] == value for name, value in same.items()) and all(name in record for name in of_a_run)
    except (ValueError, KeyError, TypeError):
        return None
    if ours:
        return dict(record)
    return None


def began(started: str | None, steps: Iterable[TimelineStep], now: datetime) -> datetime:
    """When a run began: as its playbook noted, or with the first of its steps. Raises ValueError."""
    moments = [step.started for step in steps]
    if started:
        moments.append(from_iso_milliseconds(started))
    return min(moments, default=now)


def times(start: datetime, end: datetime) -> dict[str, Any]:
    """{started, finished, seconds} of a run."""
    return {
        "started": iso_milliseconds(start),
        "finished": iso_milliseconds(end),
        "seconds": round((end - start).total_seconds(), 3),
    }


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


def _path(option: str | None) -> Path | None:
    if option:
        return Path(option)
    return None


def _text(path: Path | None) -> str | None:
    if path:
        return str(path)
    return None


def _beside(path: Path, name: str) -> Path:
    return path.with_name(name_beside(path.stem, name) + path.suffix)


def _run(report: Mapping[str, Any], of_a_run: Sequence[str]) -> dict[str, Any]:
    # One that was written by an earlier version may lack some.
    return {name: report[name] for name in of_a_run if name in report}
