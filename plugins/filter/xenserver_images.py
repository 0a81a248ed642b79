# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image in XenServer pools, for the roles xenserver_image_sync and xenserver_image_retire; what it means stands in
logic/pools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools import earlier, targets


def pool_recorded_disk(path: str) -> str:
    try:
        record = Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    return earlier.recorded_disk(record)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "pool_targets": targets.targets,
            "pool_made_of_another": earlier.made_of_another,
            "pool_recorded_disk": pool_recorded_disk,
            "pool_foreseen": earlier.foreseen,
            "pool_left_to_do": earlier.left_to_do,
            "pool_wanting": earlier.wanting,
            "pool_going_on": targets.going_on,
            "pool_outcome": targets.outcome,
            "pool_catalogs": targets.catalogs_to_move,
            "pool_wishes": targets.wishes,
        }
