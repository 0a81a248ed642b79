# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the operator says of a move, for the playbooks and roles of machine_rehost and dr_failover; what it means stands in logic/move_wishes.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic import move_wishes


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"wrong_wishes": move_wishes.wrong_wishes, "wished_names": move_wishes.names, "wished_catalogs": move_wishes.catalogs}
