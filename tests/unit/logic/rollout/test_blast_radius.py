# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.blast_radius import (
    impact,
    population,
    sentence,
    together,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine

ON = Machine(
    "1",
    "CORP\\W11-1",
    "",
    "W11",
    "1",
    "Office",
    "MCS",
    "On",
    "Registered",
    "None",
    False,
    True,
    "",
    "",
    "",
    "",
    2,
    "None",
    "",
    "g1",
)
OFF = replace(ON, power_state="Off", sessions=0, image_out_of_date=False)
ALONE = replace(OFF, delivery_group="", delivery_group_id="")
MACHINES = [ON, ON, OFF, ALONE]


def test_machines_are_counted_by_delivery_group() -> None:
    found = population(MACHINES)
    assert {name: found[name] for name in ("machines", "on", "sessions", "out_of_date")} == {
        "machines": 4,
        "on": 2,
        "sessions": 4,
        "out_of_date": 2,
    }
    assert found["delivery_groups"] == [
        {"id": "", "name": "", "machines": 1, "on": 0, "sessions": 0},
        {"id": "g1", "name": "Office", "machines": 3, "on": 2, "sessions": 4},
    ]


def test_groups_of_one_name_are_two() -> None:
    assert len(population([ON, replace(ON, delivery_group_id="g2")])["delivery_groups"]) == 2


def test_restarts_concern_what_is_on() -> None:
    found = impact(population(MACHINES), takes_image=True, restarts=True)
    assert (found["restart"], found["sessions"], found["at_next_start"], found["keep_image"]) == (2, 4, 2, 0)
    assert sentence(found) == (
        "4 machines: at most 2 restart and end 4 sessions, 2 take the image at their next start; "
        "of no delivery group (1 machines, 0 sessions), Office (3 machines, 4 sessions)"
    )


def test_without_restarts_everything_waits_for_its_next_start() -> None:
    found = impact(population(MACHINES), takes_image=True, restarts=False)
    assert (found["restart"], found["sessions"], found["at_next_start"]) == (0, 0, 4)


def test_machines_that_keep_their_image_may_restart_all_the_same() -> None:
    for takes in (False, None):
        found = impact(population(MACHINES), takes_image=takes, restarts=True)
        assert (found["restart"], found["at_next_start"], found["keep_image"]) == (2, 0, 4)


def test_several_catalogs_share_a_delivery_group() -> None:
    one = impact(population(MACHINES), takes_image=True, restarts=True)
    both = together([one, one])
    assert (both["machines"], both["restart"], both["sessions"]) == (8, 4, 8)
    assert both["delivery_groups"][1] == {"name": "Office", "machines": 6, "restart": 4, "sessions": 8}
    assert sentence(together([])) == sentence(impact(population([]), takes_image=True, restarts=True)) == "no machines"
