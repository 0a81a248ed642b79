# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_storage_container_info"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.modules import DEMO, Site, run_module, topology_of, writes
from lab.running import RunningLab

GIB = 1024**3
Host = Callable[[str], Site]


def entity(**given: Any) -> dict[str, Any]:
    return {"storage_container_uuid": "1", "name": "one", "max_capacity": 100, "marked_for_removal": False, **given}


def test_how_full_a_container_is_with_one_request(lab: RunningLab, host: Host) -> None:
    result = host("cluster-a")("pe_storage_container_info")
    (container,) = result["storage_containers"]
    assert (container["name"], container["capacity_bytes"], container["used_bytes"]) == (
        "default-container",
        20000 * GIB,
        300 * GIB,
    )
    assert container["advertised_bytes"] is None
    assert result["changed"] is False
    assert [(entry["method"], entry["status"]) for entry in lab.requests()] == [("GET", 200)]
    assert writes(lab) == []
    assert host("cluster-a")("pe_storage_container_info", check=True) == result


def test_awkward_names_in_order(lab: RunningLab, host: Host) -> None:
    topology = topology_of(DEMO)
    names = ["金 容器", "a/b #1 50%", "Büro 'Süd'"]
    topology["prism_elements"][0]["storage_containers"] = names
    lab.reset(topology)
    assert [
        container["name"] for container in host("cluster-a")("pe_storage_container_info")["storage_containers"]
    ] == sorted(names)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ({"usage_stats": {"storage.usage_bytes": "30"}}, 30),
        ({"usage_stats": {"storage.usage_bytes": "-1"}}, None),
        ({"usage_stats": None}, None),
        ({}, None),
    ],
)
def test_statistics_that_are_not_there_are_null(
    lab: RunningLab, host: Host, given: dict[str, Any], used: int | None
) -> None:
    lab.faults(
        [
            {
                "path": "storage_containers",
                "then": {"status": 200, "body": {"entities": [entity(**given)], "metadata": {}}},
            }
        ]
    )
    (container,) = host("cluster-a")("pe_storage_container_info")["storage_containers"]
    assert container["used_bytes"] == used


def test_what_is_being_removed_does_not_count(lab: RunningLab, host: Host) -> None:
    body = {"entities": [entity(), entity(name="two", marked_for_removal=True)], "metadata": {}}
    lab.faults([{"path": "storage_containers", "then": {"status": 200, "body": body}}])
    assert [
        container["name"] for container in host("cluster-a")("pe_storage_container_info")["storage_containers"]
    ] == ["one"]


def test_a_short_list_is_no_answer(lab: RunningLab, host: Host) -> None:
    body = {"entities": [entity()], "metadata": {"total_entities": 2}}
    lab.faults([{"path": "storage_containers", "then": {"status": 200, "body": body}}])
    assert "gives only 1" in host("cluster-a").fails("pe_storage_container_info")


def test_a_wrong_password_is_tried_once(lab: RunningLab, host: Host) -> None:
    result = run_module("pe_storage_container_info", {**host("cluster-a").options, "nutanix_password": "wrong"})
    assert result["http_status"] == 401
    assert [entry["status"] for entry in lab.requests()] == [401]


@pytest.mark.parametrize("then", [{"status": 503}, {"status": 429}, {"drop": "after"}, {"drop": "before"}])
def test_a_hiccup_is_asked_again(lab: RunningLab, host: Host, then: dict[str, Any]) -> None:
    lab.faults([{"nth": 1, "then": then}])
    assert host("cluster-a")("pe_storage_container_info")["storage_containers"]
    assert len(lab.requests()) == 2
