# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of prepared images, for the role prepared_image_release; what it means stands in logic/prepared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared import outcomes, reach


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "prepared_going_on": outcomes.going_on,
            "prepared_ready": outcomes.ready,
            "prepared_outcomes": outcomes.outcomes,
            "prepared_catalogs": outcomes.catalogs_to_move,
            "prepared_catalogs_back": outcomes.catalogs_to_take_back,
            "prepared_out_of_reach": reach.out_of_reach,
            "prepared_with_shares": outcomes.with_shares,
        }
