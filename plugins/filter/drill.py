# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A drill of several protection domains, for the role dr_drill; see logic/failover/drill_outcomes.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover import drill_outcomes


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"drill_unfit_names": drill_outcomes.unfit_names, "drill_by_domain": drill_outcomes.by_domain}
