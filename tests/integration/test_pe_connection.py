# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every Prism Element module has in common: log-in, retries, silence in check mode, readable errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.modules import Site, run_module, writes
from lab.running import RunningLab

RELEASE = {"protection_domain": "PD-Gold", "vm_name": "Gold", "release": "r1"}
MODULES: dict[str, dict[str, Any]] = {
    "pe_cluster_info": {},
    "pe_vm_info": {"name": "Gold"},
    "pe_vm": {"name": "Gold", "state": "powered_off"},
    "pe_vm_snapshot_info": {},
    "pe_vm_snapshot": {"name": "ctx_Gold_2026.10.01-1"},
    "pe_protection_domain_info": {"name": "PD-Gold"},
    "pe_protection_domain_snapshot": RELEASE,
    "pe_protection_domain_restore": {**RELEASE, "snapshot_id": "1"},
}
every_module = pytest.mark.parametrize("module", MODULES)
Host = Callable[[str], Site]


@every_module
def test_a_wrong_password_is_tried_once_and_never_shown(lab: RunningLab, host: Host, module: str) -> None:
    options = {**host("cluster-a").options, "nutanix_password": "hunter2-is-wrong"}
    result = run_module(module, {**options, **MODULES[module]}, check=True)
    assert result["failed"]
    assert result["http_status"] == 401
    assert "refused and not tried again" in result["msg"]
    assert "hunter2" not in str(result)
    assert [entry["status"] for entry in lab.requests()] == [401]


@pytest.mark.parametrize("shape", ["json", "html", "empty"])
def test_a_refused_login_is_understood_in_every_shape(lab: RunningLab, host: Host, shape: str) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", "unauthorized_body": shape}])
    result = run_module("pe_cluster_info", {**host("cluster-a").options, "nutanix_password": "wrong"})
    assert result["http_status"] == 401
    assert "401" in result["msg"]


@every_module
def test_check_mode_sends_no_write_and_takes_one_hiccup_per_kind(lab: RunningLab, host: Host, module: str) -> None:
    lab.faults(
        [
            {"nth": 1, "then": {"status": 503}},
            {"nth": 1, "then": {"status": 429, "body": {"parameters": [{"name": "retryDelay", "value": "0.1"}]}}},
        ]
    )
    host("cluster-a")(module, check=True, **MODULES[module])
    assert writes(lab) == []
    assert [entry["status"] for entry in lab.requests()][:3] == [503, 429, 200]


@every_module
@pytest.mark.parametrize("nth", [1, 3])
def test_one_server_error_on_a_read_ends_nothing(lab: RunningLab, host: Host, module: str, nth: int) -> None:
    lab.faults([{"method": "GET", "nth": nth, "then": {"status": 500, "body": {"message": "internal error"}}}])
    host("cluster-a")(module, check=True, **MODULES[module])


@pytest.mark.parametrize(
    "broken", [{"status": 500}, {"status": 401}, {"status": 403}], ids=lambda broken: str(broken["status"])
)
def test_a_hiccup_while_a_task_is_watched_ends_nothing(lab: RunningLab, host: Host, broken: dict[str, Any]) -> None:
    lab.faults([{"method": "GET", "path": "/tasks/", "nth": 1, "times": 1, "then": broken}])
    assert host("cluster-a")("pe_vm_snapshot", name="ctx_Gold_2026.10.01-9", vm_name="Gold")["changed"] is True


@every_module
def test_a_lost_answer_to_a_read_is_asked_for_again(lab: RunningLab, host: Host, module: str) -> None:
    lab.faults([{"nth": 1, "then": {"drop": "after"}}])
    host("cluster-a")(module, check=True, **MODULES[module])
    assert lab.requests()[0]["status"] is None


def test_an_unreachable_cluster_is_named(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": False}])
    cluster = host("cluster-b")
    message = cluster.fails("pe_cluster_info")
    assert cluster.options["nutanix_host"] in message
    assert "cannot be reached" in message


def test_an_unknown_certificate_is_refused_before_anything_is_sent(lab: RunningLab, host: Host) -> None:
    options = {key: value for key, value in host("cluster-a").options.items() if key != "ca_path"}
    result = run_module("pe_cluster_info", options)
    assert "certificate" in result["msg"]
    assert "ca_path" in result["msg"]
    assert lab.requests() == []


def test_a_ca_file_that_is_not_there_is_said(lab: RunningLab, host: Host) -> None:
    result = run_module("pe_cluster_info", {**host("cluster-a").options, "ca_path": "/nowhere/ca.pem"})
    assert "/nowhere/ca.pem" in result["msg"]
    assert "ca_path" in result["msg"]
    assert lab.requests() == []


def test_a_log_in_page_instead_of_json_is_no_answer(lab: RunningLab, host: Host) -> None:
    lab.faults([{"endpoint": "cluster-a", "then": {"garbage": "<html>Sign in</html>"}}])
    assert "not JSON" in host("cluster-a").fails("pe_cluster_info")


def test_an_error_is_one_sentence_without_the_stack_trace(lab: RunningLab, host: Host) -> None:
    body = {
        "message": "Disk is full",
        "detailed_message": "com.nutanix.Exception\n\tat java",
        "error_code": {"code": 1101, "help_url": "x"},
    }
    lab.faults([{"endpoint": "cluster-a", "path": "/cluster", "then": {"status": 500, "body": body}}])
    result = run_module("pe_cluster_info", host("cluster-a").options)
    assert "was answered with 500: Disk is full" in result["msg"]
    assert result["error_code"] == "1101"
    assert "java" not in str(result)


def test_a_viewer_may_read_and_is_told_what_he_may_not(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", "role": "viewer"}])
    cluster = host("cluster-a")
    assert cluster("pe_vm_info", name="Gold")["vms"]
    message = cluster.fails("pe_vm", name="desk-a-001", state="powered_off", force=True)
    assert "may not do this" in message
    assert [entry["status"] for entry in lab.requests()].count(403) == 1
