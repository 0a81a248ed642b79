# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a task failed, for the roles; what it means stands in core/failures.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core import failures


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"failure": failures.failure}
