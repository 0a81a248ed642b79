# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.share import (
    BETWEEN_LOOKS,
    MOST_CALLS_PER_SECOND,
    Alone,
    Share,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import Unreachable
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced

HOSTS = 20


class Endpoint:
    """Counts how often it is asked, and for what."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.asked: list[list[str]] = []

    def share(self) -> Share:
        """As each process of a play has its own."""
        return Share(self.directory, "https://pc.example.com:9440/api")

    def answer(self, ids: list[str]) -> dict[str, Any]:
        self.asked.append(ids)
        return {each: f"{each} is fine" for each in ids}

    def look(self, task: str) -> dict[str, Any]:
        return self.share().look("tasks", [task], self.answer)


@pytest.fixture
def endpoint(tmp_path: Path) -> Endpoint:
    return Endpoint(tmp_path / "board")


def test_one_looks_for_all_that_others_wait_for(endpoint: Endpoint) -> None:
    tasks = [f"task-{number}" for number in range(HOSTS)]
    started = time.monotonic()
    waiting, looks = set(tasks), 0
    while waiting:
        looks += 1
        with ThreadPoolExecutor(HOSTS) as pool:
            for told in pool.map(endpoint.look, sorted(waiting)):
                waiting -= set(told)
    most = 1 + (time.monotonic() - started) / paced(BETWEEN_LOOKS)
    assert 2 <= len(endpoint.asked) <= most
    assert looks >= 2
    assert set(endpoint.asked[-1]) == set(tasks)


def test_calls_go_out_one_after_the_other(endpoint: Endpoint) -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(HOSTS) as pool:
        list(pool.map(lambda _number: endpoint.share().wait_for_turn(), range(HOSTS)))
    assert time.monotonic() - started >= (HOSTS - 1) * paced(1 / MOST_CALLS_PER_SECOND)


def test_what_one_has_asked_for_the_others_know(endpoint: Endpoint) -> None:
    values = iter([1, 2])
    assert [endpoint.share().remembered("minor", lambda: next(values)) for _host in range(3)] == [1, 1, 1]
    assert Alone().remembered("minor", lambda: next(values)) == 2


def test_that_nobody_answers_is_heard_by_all(endpoint: Endpoint) -> None:
    def silence(_ids: list[str]) -> dict[str, Any]:
        raise Unreachable("no answer", "Look at it.")

    with pytest.raises(Unreachable):
        endpoint.share().look("tasks", ["a"], silence)
    with pytest.raises(Unreachable, match="no answer"):
        endpoint.look("b")
    assert endpoint.asked == []


def test_half_a_file_is_no_file(endpoint: Endpoint) -> None:
    endpoint.look("a")
    for path in endpoint.directory.iterdir():
        path.write_text('{"answers": {"a"', encoding="utf-8")
    assert endpoint.look("a") == {"a": "a is fine"}
