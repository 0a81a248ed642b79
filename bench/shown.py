# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures on the screen and for figures.json."""

from __future__ import annotations

from typing import Any

from bench.calls import Calls
from bench.cost import Cost


def show_cost(cost: Cost) -> None:
    """CPU and memory of a run."""
    print(f"  controller CPU     {cost.cpu:8.1f} s ({cost.cpu_user:.1f} user, {cost.cpu_system:.1f} system)")
    print(f"  controller memory  {cost.peak_mib:8.0f} MiB at most, {cost.processes} processes at most")


def show_calls(calls: Calls) -> None:
    """Requests of a run, by kind."""
    print(
        f"  calls              {calls.total:8d}, {calls.writes} of them writes, {calls.retries} repeated,"
        f" {calls.violations} unknown to the contract"
    )
    for name, most in calls.per_second.items():
        print(f"  {name:<18} {most:8d} calls in one second at most")
    for (kind, method, path), count in sorted(calls.by_kind.items()):
        print(f"    {count:7d}  {kind:<14} {method:<6} {path}")


def figures(cost: Cost, calls: Calls) -> dict[str, Any]:
    """Everything, for a file."""
    by_kind = {" ".join(key): count for key, count in sorted(calls.by_kind.items())}
    return {
        **vars(cost),
        "calls": calls.total,
        "writes": calls.writes,
        "retries": calls.retries,
        "violations": calls.violations,
        "by_kind": by_kind,
        "per_second": dict(calls.per_second),
    }
