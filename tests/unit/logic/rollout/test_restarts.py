# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.restarts import plan_restart
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog, HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import MasterImage

UNIT = HostingUnit("u1", "AHV-A", "XDHyp:\\HostingUnits\\AHV-A", "c1", "conn-a")
CATALOG = Catalog(
    "1",
    "W11",
    "W11",
    clean_on_boot=True,
    hosting_unit=UNIT,
    master_image=MasterImage("new", "XDHyp:\\HostingUnits\\AHV-A\\new.template"),
)
WELL = Machine(
    "1", "CORP\\W11-1", "", "W11", "1", "", "MCS", "On", "Registered", "None", False, False, "", "", "", "", 0, "None"
)
BEHIND = replace(WELL, id="2", image_out_of_date=True)


@pytest.mark.parametrize(
    ("catalog", "machines", "action", "behind"),
    [
        ({}, [WELL], "unchanged", ()),
        ({}, [], "unchanged", ()),
        ({}, [BEHIND], "restart", ("2",)),
        ({}, [replace(WELL, power_state="Off"), replace(BEHIND, sessions=1)], "restart", ("2",)),
        ({}, [WELL, BEHIND], "restart singly", ("2",)),
        ({}, [WELL, BEHIND, replace(BEHIND, id="3", sessions=1)], "restart singly", ("2",)),
        ({}, [replace(BEHIND, power_state="Off")], "unchanged", ()),
        ({}, [replace(BEHIND, scheduled_reboot="Natural")], "restart", ("2",)),
        ({}, [replace(BEHIND, scheduled_reboot="Pending")], "adopt", ("2",)),
        ({}, [BEHIND, replace(BEHIND, id="3", power_state="TurningOff")], "adopt", ("2",)),
        ({}, [BEHIND, replace(WELL, scheduled_reboot="Draining")], "restart singly", ("2",)),
        ({"clean_on_boot": False}, [BEHIND], "unchanged", ()),
        ({"clean_on_boot": None}, [BEHIND], "unchanged", ()),
    ],
)
def test_plan(catalog: dict[str, Any], machines: list[Machine], action: str, behind: tuple[str, ...]) -> None:
    step = plan_restart(replace(CATALOG, **catalog), "new", machines)
    assert (step.action, step.behind) == (action, behind)
    assert bool(step.reason) == ("clean_on_boot" in catalog or bool(step.left))
    assert len(step.left) == (sum(machine.sessions for machine in machines) if step.action == "restart singly" else 0)


def test_sessions_are_not_ended_where_only_some_are_behind() -> None:
    busy = replace(BEHIND, sessions=1)
    step = plan_restart(CATALOG, None, [WELL, busy])
    assert (step.action, step.behind, step.left) == ("unchanged", (), ("CORP\\W11-1",))
    assert step.reason == "1 machines with sessions still have the image before and are not restarted (CORP\\W11-1)"
    assert plan_restart(CATALOG, None, [WELL, busy], everything=True).action == "restart"
    assert plan_restart(CATALOG, None, [WELL], everything=True).action == "unchanged"


def test_another_image_is_refused() -> None:
    assert plan_restart(CATALOG, "other", [BEHIND]).reason == "its image is 'new' and not 'other'"
    assert plan_restart(replace(CATALOG, master_image=None), "other", [BEHIND]).action == "refuse"
    assert plan_restart(CATALOG, None, [BEHIND]).action == "restart"
