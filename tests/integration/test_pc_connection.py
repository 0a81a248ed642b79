# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every Prism Central module has in common: log-in, retries, silence in check mode, readable errors."""

from __future__ import annotations

from typing import Any

import pytest

from harness.centrals import API_KEY, Centrals
from harness.modules import run_module

NOBODY = "1ca2963d-77b6-453a-ae23-2c19e7a954a3"
MODULES: dict[str, dict[str, Any]] = {
    "pc_cluster_info": {},
    "pc_protection_policy_info": {},
    "pc_recovery_point": {"name": "ctx_Gold_r1", "vm_name": "Gold"},
    "pc_recovery_point_info": {"vm_uuid": NOBODY},
    "pc_template": {"name": "ctx_Gold_r1", "vm_name": "Gold"},
    "pc_template_info": {},
    "pc_vm": {"name": "Gold", "state": "powered_on", "force": True},
    "pc_vm_info": {"name": "Gold"},
}
# For a recovery point that there is not yet
CALLS: dict[str, dict[str, Any]] = {
    **MODULES,
    "pc_recovery_point_replica": {"recovery_point": "", "clusters": ["a", "b"]},
    "pc_recovery_point_restore": {"recovery_point": "", "cluster": "a", "vm_name": "Gold", "release": "r1"},
}
every_module = pytest.mark.parametrize("module", MODULES)
every_call = pytest.mark.parametrize("module", CALLS)


@every_call
@pytest.mark.parametrize("secret", ["nutanix_password", "nutanix_api_key"])
def test_a_wrong_secret_is_tried_once_and_never_shown(centrals: Centrals, module: str, secret: str) -> None:
    options = {**centrals.east.options, secret: "hunter2-is-wrong"}
    result = run_module(module, {**options, **CALLS[module]}, check=True)
    assert result["failed"]
    assert result["http_status"] == 401
    assert "refused and not tried again" in result["msg"]
    assert "hunter2" not in str(result)
    assert [entry["status"] for entry in centrals.lab.requests()] == [401]


@every_module
def test_an_api_key_is_enough(centrals: Centrals, module: str) -> None:
    options = {name: value for name, value in centrals.east.options.items() if name != "nutanix_password"}
    result = run_module(module, {**options, "nutanix_api_key": API_KEY, **MODULES[module]}, check=True)
    assert not result.get("failed"), result
    assert API_KEY not in str(result)


@every_call
def test_without_a_log_in_nothing_is_asked(centrals: Centrals, module: str) -> None:
    options = {name: value for name, value in centrals.east.options.items() if name != "nutanix_password"}
    result = run_module(module, {**options, **CALLS[module]})
    assert "there is no log-in" in result["msg"]
    assert centrals.lab.requests() == []


@every_call
def test_check_mode_sends_no_write_and_takes_one_hiccup_per_kind(centrals: Centrals, module: str) -> None:
    centrals.lab.faults([{"nth": 1, "then": {"status": 503}}, {"nth": 1, "then": {"status": 429}}])
    centrals.east(module, check=True, **CALLS[module])
    assert centrals.writes() == []
    assert [entry["status"] for entry in centrals.lab.requests()][:3] == [503, 429, 200]


@every_module
def test_every_third_call_may_be_one_too_many(centrals: Centrals, module: str) -> None:
    centrals.lab.faults([{"share": 0.3, "then": {"status": 429}}])
    centrals.east(module, **MODULES[module])


def test_how_long_the_server_asks_to_wait_is_kept(centrals: Centrals) -> None:
    centrals.fault("/vms", {"status": 429, "headers": {"Retry-After": "1"}}, nth=1)
    centrals.east("pc_vm_info")
    first, second = centrals.asked("GET", "/vms")
    assert second["started"] - first["ended"] >= 1


@every_call
def test_a_lost_answer_to_a_read_is_asked_for_again(centrals: Centrals, module: str) -> None:
    centrals.lab.faults([{"nth": 1, "then": {"drop": "after"}}])
    centrals.east(module, check=True, **CALLS[module])
    assert centrals.lab.requests()[0]["status"] is None


def test_one_that_is_out_of_reach_is_named(centrals: Centrals) -> None:
    centrals.change("reachable", "west", reachable=False)
    message = centrals.west.fails("pc_vm_info")
    assert centrals.west.options["nutanix_host"] in message
    assert "cannot be reached" in message


def test_a_log_in_page_instead_of_json_is_no_answer(centrals: Centrals) -> None:
    centrals.lab.faults([{"endpoint": "east", "then": {"garbage": "<html>Sign in</html>"}}])
    assert "not JSON" in centrals.east.fails("pc_vm_info")


@pytest.mark.parametrize("broken", [500, 401, 403, 503])
def test_a_hiccup_while_a_task_is_watched_ends_nothing(centrals: Centrals, broken: int) -> None:
    centrals.fault("/config/tasks", {"status": broken}, method="GET", nth=2)
    assert centrals.east("pc_recovery_point", name="ctx_Gold_r1", vm_name="Gold")["changed"] is True


def test_a_wrong_version_is_refused_before_anything_is_sent(centrals: Centrals) -> None:
    assert "api_version is 'v3'" in centrals.east.fails("pc_vm_info", api_version="v3")
    assert centrals.lab.requests() == []


def test_a_version_that_is_not_served_is_no_proof_of_absence(centrals: Centrals) -> None:
    vm = {"uuid": NOBODY, "state": "absent", "api_version": "v4.1"}
    assert centrals.east("pc_vm", **vm)["changed"] is False
    centrals.fault("/api/vmm/v4.1/", {"status": 404, "body": {"message": "no such path"}})
    message = centrals.east.fails("pc_vm", **vm)
    assert "does not serve v4.1 of vmm" in message
    assert "api_version" in message
