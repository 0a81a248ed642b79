# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.arrivals import (
    by_domain,
    power_of_move,
    rehosting_of_run,
)


def vm(name: str, state: str = "on") -> dict[str, str]:
    return {"uuid": f"u-{name}", "name": name, "power_state": state}


def failure(name: str) -> dict[str, str]:
    return {"id": f"u-{name}", "name": name, "reason": "no host has room"}


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


def hosted(name: str, action: str, **more: str) -> dict[str, str]:
    return {"id": name, "hosted_machine_id": f"vm-{name}", "action": action, "registration_state": "Registered", **more}


def rehosted(*machines: dict[str, str], phase: str, **more: Any) -> dict[str, Any]:
    changed = any(machine["action"] == "changed" for machine in machines)
    return {"machines": list(machines), "changed": changed, "timeline": [{"phase": phase}], **more}


def test_what_earlier_batches_changed_is_changed_in_this_run_with_what_was_seen_then() -> None:
    seen = {"changed_by": "12:00", "registration_state": "Unregistered"}
    batch = rehosted(hosted("a", "changed", **seen), hosted("b", "changed", **seen), phase="first", complete=False)
    last = rehosted(
        hosted("a", "right"),
        {**hosted("b", "right"), "hosted_machine_id": "another"},
        hosted("c", "changed"),
        hosted("d", "right"),
        phase="last",
        complete=True,
        counts={"right": 3, "changed": 1, "missing": 2},
    )
    told = rehosting_of_run(last, [{"hosting": batch}, {"message": "no answer", "hosting": {}}], "hosting")
    assert [machine["action"] for machine in told["machines"]] == ["changed", "right", "changed", "right"]
    assert told["machines"][0] == hosted("a", "changed", **seen)
    assert told["counts"] == {"right": 2, "changed": 2, "missing": 2}
    assert [step["phase"] for step in told["timeline"]] == ["first", "last"]
    assert (told["changed"], told["complete"]) == (True, True)


def test_without_batches_the_last_result_stands_and_without_the_last_what_they_did_does() -> None:
    last = rehosted(hosted("a", "right"), phase="last")
    assert rehosting_of_run(last, [], "hosting") is last
    assert rehosting_of_run({}, [{"hosting": last}], "hosting")["machines"] == []
    batch = {"hosting": rehosted(hosted("a", "changed"), hosted("b", "right"), phase="first")}
    assert rehosting_of_run({}, [batch], "hosting")["machines"] == [hosted("a", "changed")]


def test_who_was_released_early_is_released_in_this_run() -> None:
    def released(*names: str) -> dict[str, Any]:
        machines = [{"id": name, "action": "changed"} for name in names]
        return {
            "changed": bool(names),
            "switched": list(names),
            "machines": machines,
            "timeline": [{"phase": "release"}],
        }

    told = rehosting_of_run(released(), [{"release": released("b")}, {"release": released("a")}], "release")
    assert (told["changed"], told["switched"], told["machines"]) == (True, ["a", "b"], [])
    skipped = {"skipped": True, "changed": False}
    assert rehosting_of_run(skipped, [{"release": skipped}], "release") == skipped
    # A batch that failed before it: nothing is known of a release then.
    assert rehosting_of_run({}, [{"message": "no answer", "hosting": {}, "release": {}}], "release") == {}


def test_resets_of_batches_count_as_one() -> None:
    batch = {"resets": [{"changed": True, "machines": 2, "timeline": [{"phase": "reset"}]}]}
    told = rehosting_of_run({"changed": False, "machines": 4}, [batch, batch], "resets")
    assert (told["changed"], told["machines"], len(told["timeline"])) == (True, 4, 2)
