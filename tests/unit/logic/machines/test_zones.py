# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.zones import (
    ZoneMove,
    plan_move,
    plan_move_after_machines,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.zone import Zone

OLD, NEW = Zone("A1", "Primary"), Zone("B2", "Zürich")
CATALOG = Catalog("1", "W11", "W11", zone="Primary", zone_id="A1")
ZONES = {"conn-a": OLD, "conn-b": NEW}
MOVED = Machine(
    "1",
    "CORP\\M-1",
    "",
    "W11",
    "1",
    "",
    "Manual",
    "On",
    "Registered",
    "None",
    False,
    False,
    "uuid",
    "",
    "conn-b",
    "",
    0,
    "None",
)
LEFT = replace(MOVED, id="2", name="CORP\\M-2", hypervisor_connection="conn-a")
machines = st.lists(
    st.builds(
        replace,
        st.just(MOVED),
        hosted_machine_id=st.sampled_from(["", "uuid"]),
        hypervisor_connection=st.sampled_from(["", "conn-a", "CONN-B", "hidden"]),
    )
)


def test_moves_unless_it_is_there() -> None:
    assert plan_move(CATALOG, NEW) == ZoneMove(CATALOG, "move")
    assert plan_move(CATALOG, Zone("a1", "Primary")) == ZoneMove(CATALOG, "unchanged")


def test_stays_while_one_machine_stays() -> None:
    assert plan_move_after_machines(CATALOG, NEW, [MOVED], ZONES).action == "move"
    stays = plan_move_after_machines(
        CATALOG, NEW, [MOVED, LEFT, replace(LEFT, name="CORP\\M-0", hypervisor_connection="hidden")], ZONES
    )
    assert stays.why == "2 of 3 machines are still hosted by conn-a, hidden (CORP\\M-0, CORP\\M-2)"
    assert stays.machines == ("CORP\\M-0", "CORP\\M-2")
    assert plan_move_after_machines(CATALOG, OLD, [LEFT], ZONES).action == "unchanged"


@given(machines)
def test_never_moves_away_from_a_managed_machine(some: list[Machine]) -> None:
    move = plan_move_after_machines(CATALOG, NEW, some, ZONES)
    left = [machine for machine in some if machine.hosted_machine_id and machine.hypervisor_connection != "CONN-B"]
    assert (move.action == "stay") == bool(left)
    assert len(move.machines) == len(left)
