# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.arrivals import by_domain, power_of_move


def vm(name: str, state: str = "on") -> dict[str, str]:
    return {"uuid": f"u-{name}", "name": name, "power_state": state}


def failure(name: str) -> dict[str, str]:
    return {"uuid": f"u-{name}", "name": name, "message": "no host has room"}


def test_each_domain_has_its_own_result_and_a_task_that_failed_failed_for_all() -> None:
    asked = [
        {"group": {"names": ["A", "B"]}, "domains": {"A": {"changed": True}, "B": {"failed": True, "msg": "no"}}},
        {
            "group": {"names": ["C", "D"]},
            "failed": True,
            "msg": "refused",
            "error": {"message": "refused", "advice": ""},
            "changed": False,
        },
    ]
    refused = {"failed": True, "msg": "refused", "error": {"message": "refused", "advice": ""}}
    assert by_domain(asked, "group") == {
        "A": {"failed": False, "changed": True},
        "B": {"failed": True, "msg": "no"},
        "C": refused,
        "D": refused,
    }


def test_without_powers_of_its_own_the_later_one_stands() -> None:
    later: dict[str, Any] = {"changed": True, "vms": [vm("a")], "timeline": [{"phase": "power"}]}
    assert power_of_move({"A": {"power": None}, "B": {}}, later) == later
    assert power_of_move({}, {"skipped": True}) == {"skipped": True}


def test_what_went_on_as_it_arrived_and_what_went_on_afterwards() -> None:
    first = {
        "changed": True,
        "vms": [vm("a"), vm("b", "off")],
        "failed": True,
        "msg": "b failed",
        "failures": [failure("b")],
    }
    second = {"changed": True, "vms": [vm("c")]}
    later: dict[str, Any] = {"changed": True, "vms": [vm("a"), vm("b"), vm("c")], "timeline": [{"phase": "power"}]}
    told = power_of_move({"A": {"power": first}, "B": {"power": second}}, later)
    assert told == {
        "changed": True,
        "vms": [vm("a"), vm("b"), vm("c")],
        "failures": [],
        "removed": [],
        "timeline": [{"phase": "power"}],
    }


def test_what_did_not_go_on_is_told_when_nobody_looked_again() -> None:
    first = {"changed": True, "vms": [vm("a", "off")], "failed": True, "msg": "a failed", "failures": [failure("a")]}
    told = power_of_move(
        {"A": {"power": first}, "B": {"power": {"changed": False, "vms": [vm("b")]}}}, {"skipped": True}
    )
    assert (told["failed"], told["msg"], told["failures"]) == (True, "a failed", [failure("a")])
    assert told["vms"] == [vm("a", "off"), vm("b")]
