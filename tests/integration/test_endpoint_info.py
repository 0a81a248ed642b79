# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""endpoint_info"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from harness.modules import Site, run_module, writes
from lab.running import RunningLab

Host = Callable[[str], Site]
CLUSTER = "/PrismGateway/services/rest/v2.0/cluster"


def look(host: Host, name: str = "cluster-a", check: bool = False, **given: Any) -> dict[str, Any]:
    options = host(name).options
    if "hostname" in options:
        asked = {"address": options["hostname"], "path": "/cvad/manage/About"}
    else:
        asked = {"address": options["nutanix_host"], "port": options["nutanix_port"], "path": CLUSTER}
    return run_module("endpoint_info", {**asked, "ca_path": options["ca_path"], **given}, check)


@pytest.mark.parametrize("name", ["cluster-a", "daas", "cvad"])
def test_certificate_and_clock_with_one_request_and_no_credentials(lab: RunningLab, host: Host, name: str) -> None:
    result = look(host, name)
    assert (result["changed"], result["http_status"]) == (False, 401)
    certificate = result["certificate"]
    assert (certificate["trusted"], certificate["refusal"]) == (True, "")
    assert "lab" in certificate["issuer"]
    assert result["host"] in certificate["names"]
    assert certificate["days_left"] > 300000
    assert result["addresses"] == [result["host"]]
    assert abs(result["clock"]["skew_seconds"]) < 5
    assert [(entry["endpoint"], entry["method"], entry["authenticated_as"]) for entry in lab.requests()] == [
        (name, "GET", None)
    ]
    assert writes(lab) == []


def test_check_mode_tells_the_same(lab: RunningLab, host: Host) -> None:
    real, checked = look(host), look(host, check=True)
    assert {**real, "clock": None} == {**checked, "clock": None}


def test_asking_counts_as_no_failed_log_in(lab: RunningLab, host: Host) -> None:
    for _time in range(6):
        look(host)
    assert host("cluster-a")("pe_cluster_info")["cluster"]["name"] == "cluster-a"


def test_an_unknown_authority_is_told_and_the_certificate_read_all_the_same(lab: RunningLab, host: Host) -> None:
    trusted, result = look(host)["certificate"], look(host, ca_path=None)["certificate"]
    assert result["trusted"] is False
    assert "issuer" in result["refusal"]
    same = ("subject", "issuer", "not_before", "not_after", "days_left")
    assert [result[key] for key in same] == [trusted[key] for key in same]
    assert sorted(result["names"]) == sorted(trusted["names"])


def test_a_ca_file_that_is_not_there_is_said(lab: RunningLab, host: Host, tmp_path: Path) -> None:
    result = look(host, ca_path=str(tmp_path / "nothing.pem"))
    assert result["failed"]
    assert "nothing.pem" in result["msg"]
    assert lab.requests() == []


@pytest.mark.parametrize("seconds", [-4000, -90, 90, 4000])
def test_a_clock_that_is_off(lab: RunningLab, host: Host, seconds: int) -> None:
    date = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=seconds), usegmt=True)
    lab.faults([{"endpoint": "cluster-a", "then": {"status": 401, "headers": {"Date": date}}}])
    assert look(host)["clock"]["skew_seconds"] == pytest.approx(seconds, abs=5)


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Nov 2026 10:00:00 GMT"])
def test_a_clock_that_cannot_be_read(lab: RunningLab, host: Host, date: str) -> None:
    lab.faults([{"endpoint": "cluster-a", "then": {"status": 401, "headers": {"Date": date}}}])
    assert look(host)["clock"]["skew_seconds"] is None


@pytest.mark.parametrize(
    "then", [{"status": 503}, {"status": 404}, {"status": 200, "body": {}}, {"garbage": "<html>Sign in</html>"}]
)
def test_any_answer_will_do(lab: RunningLab, host: Host, then: dict[str, Any]) -> None:
    lab.faults([{"endpoint": "cluster-a", "then": then}])
    assert look(host)["certificate"]["trusted"]
    assert len(lab.requests()) == 1


def test_a_lost_answer_is_asked_for_again(lab: RunningLab, host: Host) -> None:
    lab.faults([{"nth": 1, "then": {"drop": "after"}}])
    assert look(host)["http_status"] == 401


def test_nobody_there(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-b", "kind": "reachable", "reachable": False}])
    result = look(host, "cluster-b")
    assert result["failed"]
    assert "cannot be reached" in result["msg"]
    assert host("cluster-b").options["nutanix_host"] in result["msg"]


@pytest.mark.parametrize("address", ["", "https://cluster-a", "host:port", "a/b", "a b"])
def test_what_is_no_address(lab: RunningLab, host: Host, address: str) -> None:
    result = look(host, address=address)
    assert result["failed"]
    assert lab.requests() == []
