# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of protection domains and machines, for the roles dr_failover and machine_rehost; what it
means stands in logic/failover."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.arrivals import (
    by_domain,
    power_of_move,
    rehosting_of_run,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.deletions import (
    deletions_in,
    told_by_all_runs,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.obstacles import (
    obstacles,
    problems_of_plan,
)


def failover_discards(results: Mapping[str, Any], path: str, target: Mapping[str, Any]) -> dict[str, Any]:
    deletions = {}
    if path:
        with suppress(OSError, ValueError):
            deletions = deletions_in(Path(path).read_text(encoding="utf-8"))
    return told_by_all_runs(results, deletions, target)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "failover_results": by_domain,
            "failover_plan_problems": problems_of_plan,
            "failover_obstacles": obstacles,
            "failover_power": power_of_move,
            "failover_discards": failover_discards,
            "rehosting_of_run": rehosting_of_run,
        }
