# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of a release: one file, whoever and however often runs it, in which no run's work is ever lost."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

OF_A_RUN = ("started", "finished", "seconds", "operator", "complete", "problems", "timeline", "critical_path")
_UNSAFE = re.compile(r"[^A-Za-z0-9.+_-]")


def own_record(text: str, report: Mapping[str, Any]) -> dict[str, Any] | None:
    """The record that a file holds, None when it is not the one of this image: another golden VM may have a release of the same id."""
    try:
        record = json.loads(text)
        same = all(record[name] == report[name] for name in ("release", "base_vm", "image", "rollback"))
        return record if same and all(name in record for name in OF_A_RUN) else None
    except (ValueError, KeyError, TypeError):
        return None


def with_earlier_runs(report: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    """The report with `runs`, oldest first, its own run the last one. Of runs that did nothing only the last is kept."""
    before: Sequence[Mapping[str, Any]] = []
    if earlier is not None:
        before = earlier.get("runs") or [_run(earlier)]
    return {**report, "runs": [*(run for run in before if run["timeline"]), _run(report)]}


def _run(report: Mapping[str, Any]) -> dict[str, Any]:
    return {name: report[name] for name in OF_A_RUN}


def name_beside(stem: str, image: str) -> str:
    """A file's stem for the record of this image, when another image's stands at the usual place."""
    safe = _UNSAFE.sub("-", image)
    return f"{stem}_{safe}" if safe == image else f"{stem}_{safe}-{hashlib.sha256(image.encode()).hexdigest()[:8]}"
