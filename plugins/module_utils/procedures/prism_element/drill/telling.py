# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How clones are told in results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill_plan import Clone
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Network


def failures_of(clones: Iterable[Clone]) -> list[dict[str, str]]:
    return [{"id": clone.uuid, "name": clone.name, "reason": clone.problem} for clone in clones if clone.problem]


def in_short(wrong: Sequence[Clone]) -> str:
    """The first of those that are not as they shall be, and why."""
    return f"'{wrong[0].name}': {wrong[0].problem}"


def shown(clone: Clone, network: Network | None) -> dict[str, Any]:
    """A clone that was brought up; the drill's network by its name."""
    names = {network.uuid: network.name} if network else {}
    return {
        "name": clone.name,
        "uuid": clone.uuid,
        "vm": clone.vm,
        "power_state": clone.power_state,
        "nics": [
            {"mac_address": card.mac_address, "network": names.get(card.network_uuid, card.network_uuid)}
            for card in clone.cards
        ],
        "checked": clone.checked,
    }


def in_diff(clone: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": clone["name"],
        "power_state": clone["power_state"],
        "networks": [card["network"] for card in clone["nics"]],
    }
