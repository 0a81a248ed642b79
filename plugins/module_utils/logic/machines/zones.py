# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which catalogs move to a zone, which are there, and which must stay where they are (contract citrix 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.zone import Zone, is_in


@dataclass(frozen=True)
class ZoneMove:
    """What is to happen to a catalog. `why` says why it stays, `machines` are the names of those that keep it there."""

    catalog: Catalog
    action: Literal["unchanged", "move", "stay"]
    why: str = ""
    machines: tuple[str, ...] = ()


def plan_move(catalog: Catalog, zone: Zone) -> ZoneMove:
    """A catalog moves unless it is there."""
    return ZoneMove(catalog, "unchanged" if is_in(catalog, zone) else "move")


def plan_move_after_machines(
    catalog: Catalog, zone: Zone, machines: Sequence[Machine], zone_of_connection: Mapping[str, Zone]
) -> ZoneMove:
    """A catalog moves only when none of its power-managed machines is hosted by a connection of another zone. Zones go
    by the connections' names.

    A machine whose connection nobody knows, because the account may not see it, keeps the catalog where it is.
    """
    zone_ids = {name.casefold(): its_zone.id.casefold() for name, its_zone in zone_of_connection.items()}
    managed = [machine for machine in machines if machine.hosted_machine_id]
    own_id = zone.id.casefold()
    staying = [machine for machine in managed if zone_ids.get(machine.hypervisor_connection.casefold()) != own_id]
    if is_in(catalog, zone) or not staying:
        return plan_move(catalog, zone)
    connections = sorted({machine.hypervisor_connection or "no connection" for machine in staying})
    names = tuple(sorted(all_names(staying)))
    return ZoneMove(
        catalog,
        "stay",
        f"{len(staying)} of {len(machines)} machines are still hosted by {', '.join(connections)}"
        f" ({shortened(names, most=3)})",
        names,
    )
