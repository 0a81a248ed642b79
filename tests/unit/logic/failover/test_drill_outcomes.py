# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill_outcomes import (
    by_domain,
    unfit_names,
)

STAYS = {"id": "u", "name": "drill_1_A", "reason": "locked"}


def plan(*vms: str, excluded: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"clones": [{"vm": name} for name in vms], "excluded": list(excluded)}


def test_names_that_fit() -> None:
    assert unfit_names([plan("A", excluded=("C",)), plan("B")], ["C"]) == ""


def test_a_name_that_two_protection_domains_hold() -> None:
    assert "could not be told apart: A. Drill" in unfit_names([plan("A", "B"), plan("A")], ["nobody"])
    # Whole and exactly.
    assert unfit_names([plan("A"), plan("a"), plan("A1")], []) == ""


def test_a_name_to_leave_out_that_is_nowhere() -> None:
    assert "names VMs that no snapshot holds: nobody." in unfit_names([plan("A", excluded=("C",))], ["C", "nobody"])


def test_what_became_of_a_drill() -> None:
    clone = {"name": "drill_1_A", "uuid": "u"}
    made = {"name": "PD-1", "clones": [clone], "timeline": ["up"], "diff": {}, "invocation": {}}
    assert by_domain(["PD-1"], [made], [{"removed": [clone], "clones": [], "timeline": ["down"]}]) == {
        "PD-1": {"name": "PD-1", "clones": [clone], "removed": [clone], "failures": [], "timeline": ["up", "down"]}
    }


def test_a_plan_counts_the_clones_to_be_made_among_those_to_be_removed() -> None:
    there, new = {"name": "drill_1_A", "uuid": "u"}, {"name": "drill_1_B", "uuid": ""}
    made, removal = {"clones": [there, new]}, {"removed": [there]}
    assert by_domain(["PD-1"], [made], [removal])["PD-1"]["removed"] == [there, new]
    # Kept, or never come to
    assert by_domain(["PD-1"], [made], [{"skipped": True}])["PD-1"]["removed"] == []
    assert by_domain(["PD-1"], [made], [])["PD-1"]["removed"] == []


def test_clones_that_are_still_there_or_nobody_knows() -> None:
    left = {"removed": [], "failures": [STAYS], "failed": True, "msg": "locked"}
    silent = {"failed": True, "msg": "no answer"}
    told = by_domain(["PD-1", "PD-2"], [{"name": "PD-1"}, {"name": "PD-2"}], [left, silent])
    assert [told[name]["failures"] for name in ("PD-1", "PD-2")] == [
        [STAYS],
        [{"id": "", "name": "PD-2", "reason": "no answer"}],
    ]


def test_a_drill_that_is_only_removed_has_nothing_left_over_but_its_own_failure() -> None:
    down = {"name": "PD-1", "removed": [], "failed": True, "msg": "locked"}
    assert by_domain(["PD-1"], [], [down])["PD-1"]["failures"] == []
    assert by_domain(["PD-1"], [], [{**down, "failures": [STAYS]}])["PD-1"]["failures"] == [STAYS]


def test_clearing_is_told_as_clearing_also_when_nothing_was_there() -> None:
    nothing = {"changed": False, "clones": [], "removed": []}
    assert by_domain(["PD-1"], [], [nothing])["PD-1"]["state"] == "absent"
    assert "state" not in by_domain(["PD-1"], [nothing], [nothing])["PD-1"]


def test_what_was_never_begun() -> None:
    assert by_domain(["PD-1"], [], []) == {"PD-1": {"removed": [], "failures": [], "timeline": []}}
