# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fault rules."""

from __future__ import annotations

from typing import Any

import pytest

from lab.faults import Faults
from lab.wire import read_request


def struck(
    faults: Faults, times: int, endpoint: str = "cluster-a", target: str = "/v2/vms?filter=vm_name%3D%3DGold"
) -> list[bool]:
    return [faults.strike(read_request(endpoint, "GET", target, {}, b"")) is not None for _turn in range(times)]


@pytest.mark.parametrize(
    ("rule", "hits"),
    [
        ({}, [True, True, True, True]),
        ({"nth": 2}, [False, True, False, False]),
        ({"nth": 2, "times": 2}, [False, True, True, False]),
        ({"times": 1}, [True, False, False, False]),
        ({"share": 0.0}, [False] * 4),
        ({"endpoint": "cluster-*", "method": "get", "path": r"vm_name==Gold$"}, [True] * 4),
        ({"endpoint": "cluster-b"}, [False] * 4),
        ({"method": "POST"}, [False] * 4),
        ({"path": "^/v3"}, [False] * 4),
    ],
)
def test_which_hits_go_wrong(rule: dict[str, Any], hits: list[bool]) -> None:
    faults = Faults()
    faults.add({**rule, "then": {"status": 503}})
    assert struck(faults, 4) == hits


def test_a_share_is_the_same_in_every_run() -> None:
    runs = []
    for _turn in range(2):
        faults = Faults(seed=7)
        faults.add({"share": 0.3, "then": {"drop": "after"}})
        runs.append(struck(faults, 200))
    assert runs[0] == runs[1]
    assert 30 < sum(runs[0]) < 90


def test_the_first_rule_that_fires_decides() -> None:
    faults = Faults()
    first = faults.add({"times": 1, "then": {"status": 503}})
    second = faults.add({"then": {"status": 500}})
    request = read_request("a", "GET", "/v2/vms", {}, b"")
    assert faults.strike(request) is first
    assert faults.strike(request) is second
    assert faults.clear() == 2
    assert faults.strike(request) is None


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"then": {}},
        {"then": {"status": "503"}},
        {"then": {"drop": "during"}},
        {"when": 1, "then": {"status": 500}},
        {"then": {"effect": True, "delay": 1.0}},
        {"path": "(", "then": {"status": 500}},
    ],
)
def test_a_rule_that_says_nothing_sensible_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="rule"):
        Faults().add(rule)
