# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source against the lab, as ansible-rulebook runs it: a coroutine that puts events into a queue."""

from __future__ import annotations

import asyncio
import json
import runpy
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc import nutanix_citrix
from harness.modules import DEMO, topology_of, writes
from lab.running import RunningLab

SOURCE = Path(next(iter(nutanix_citrix.__path__))) / "extensions/eda/plugins/event_source/prism_element.py"
PATIENCE = 60.0
Watcher = Callable[[asyncio.Queue[Any], dict[str, Any]], Awaitable[None]]


@pytest.fixture(scope="module")
def main() -> Watcher:
    loaded: Watcher = runpy.run_path(str(SOURCE))["main"]
    return loaded


def arguments(lab: RunningLab, *names: str, **more: Any) -> dict[str, Any]:
    accounts = {each["name"]: each["inventory"] for each in lab.endpoints}
    clusters = [
        {"name": name, **{key: value for key, value in accounts[name].items() if key.startswith("nutanix_")}}
        for name in names
    ]
    return {"clusters": clusters, "ca_path": str(lab.ca_path), "interval": 10, **more}


async def next_event(queue: asyncio.Queue[Any]) -> dict[str, Any]:
    event: dict[str, Any] = await asyncio.wait_for(queue.get(), PATIENCE)
    return event


async def seen(lab: RunningLab, times: int = 1) -> None:
    """Wait until the cluster was looked at so many times more: the protection domains are read last."""
    before = len(lab.requests())

    def looks() -> int:
        return sum(entry["path"].endswith("/protection_domains/") for entry in lab.requests()[before:])

    async def enough() -> None:
        while await asyncio.to_thread(looks) < times:
            await asyncio.sleep(0.1)

    await asyncio.wait_for(enough(), PATIENCE)


def test_each_thing_is_told_once_and_a_cluster_that_is_away_ends_nothing(lab: RunningLab, main: Watcher) -> None:
    told: list[dict[str, Any]] = []

    async def watch() -> None:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        given = arguments(lab, "cluster-a", golden_vms=["Gold"], unreachable_after=2)
        source = asyncio.ensure_future(main(queue, given))
        lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "Gold", "state": "on"}])
        await seen(lab, 2)
        lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "Gold", "state": "off"}])
        told.append(await next_event(queue))
        lab.change([{"endpoint": "cluster-a", "kind": "reachable", "reachable": False}])
        told.append(await next_event(queue))
        lab.change([{"endpoint": "cluster-a", "kind": "reachable", "reachable": True}])
        told.append(await next_event(queue))
        await seen(lab, 2)
        assert queue.empty()
        source.cancel()

    asyncio.run(watch())
    assert [event["type"] for event in told] == ["golden_vm_powered_off", "cluster_unreachable", "cluster_reachable"]
    assert (told[0]["cluster"], told[0]["vm"]["name"]) == ("cluster-a", "Gold")
    secrets = {each["inventory"].get("nutanix_password") for each in lab.endpoints if each["inventory"]} - {None}
    assert [secret for secret in secrets if secret in json.dumps(told)] == []
    assert writes(lab) == []


def test_a_replication_that_hangs_and_a_vm_with_the_mark(lab: RunningLab, main: Watcher) -> None:
    topology = topology_of(DEMO)
    (finance,) = [vm for vm in topology["prism_elements"][0]["vms"] if vm["name"] == "Gold-Finance"]
    finance |= {"description": "for finance #release", "power_state": "on"}
    lab.reset(topology)
    link = {"endpoint": "cluster-a", "kind": "connected", "remote_site": "cluster-b"}
    snapshot = {"endpoint": "cluster-a", "kind": "pd_snapshot", "protection_domain": "PD-Gold"}

    async def watch() -> list[dict[str, Any]]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        given = arguments(lab, "cluster-a", stuck_after=2, protection_domains=["PD-Gold"])
        source = asyncio.ensure_future(main(queue, given))
        await seen(lab, 2)
        lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "Gold-Finance", "state": "off"}])
        told = [await next_event(queue)]
        lab.change([{**link, "connected": False}, {**snapshot, "remotes": ["cluster-b"]}])
        told.append(await next_event(queue))
        lab.change([{**link, "connected": True}])
        told.append(await next_event(queue))
        source.cancel()
        return told

    finance_off, stuck, resumed = asyncio.run(watch())
    assert (finance_off["type"], finance_off["vm"]["name"]) == ("golden_vm_powered_off", "Gold-Finance")
    assert (stuck["type"], stuck["protection_domain"], stuck["remote_site"]) == (
        "replication_stuck",
        "PD-Gold",
        "cluster-b",
    )
    assert (resumed["type"], resumed["remote_site"]) == ("replication_resumed", "cluster-b")


def test_a_moment_of_refusal_in_a_session_that_works_ends_nothing(lab: RunningLab, main: Watcher) -> None:
    async def watch() -> dict[str, Any]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        source = asyncio.ensure_future(main(queue, arguments(lab, "cluster-b", unreachable_after=1)))
        await seen(lab, 1)
        lab.faults([{"endpoint": "cluster-b", "path": "/vms/", "then": {"status": 401}, "times": 1}])
        told = [await next_event(queue), await next_event(queue)]
        source.cancel()
        return {event["type"]: event for event in told}

    assert list(asyncio.run(watch())) == ["cluster_unreachable", "cluster_reachable"]


def test_names_that_no_cluster_has_and_a_name_that_is_a_template(lab: RunningLab, main: Watcher) -> None:
    name = "{{ lookup('pipe', 'id') }}"
    lab.change(
        [{"endpoint": "cluster-a", "kind": "vm", "name": name, "power_state": "on", "description": "x #release"}]
    )

    async def watch() -> list[dict[str, Any]]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        given = arguments(lab, "cluster-a", "cluster-b", golden_vms=["Gold", "Golden"], protection_domains=["PD-God"])
        source = asyncio.ensure_future(main(queue, given))
        told = [await next_event(queue)]
        lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": name, "state": "off"}])
        told.append(await next_event(queue))
        source.cancel()
        return told

    missing, off = asyncio.run(watch())
    assert (missing["type"], missing["golden_vms"], missing["protection_domains"]) == (
        "not_found",
        ["Golden"],
        ["PD-God"],
    )
    assert off["vm"]["name"] == "{ { lookup('pipe', 'id') }}"


def test_an_answer_that_makes_no_sense_is_no_answer(lab: RunningLab, main: Watcher) -> None:
    async def watch() -> dict[str, Any]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        source = asyncio.ensure_future(main(queue, arguments(lab, "cluster-b", unreachable_after=1)))
        await seen(lab, 1)
        answer = {"status": 200, "body": "[1]", "headers": {"Content-Type": "application/json"}}
        lab.faults([{"endpoint": "cluster-b", "path": "/vms/", "then": answer, "times": 1}])
        told = [await next_event(queue), await next_event(queue)]
        source.cancel()
        return {event["type"]: event for event in told}

    assert list(asyncio.run(watch())) == ["cluster_unreachable", "cluster_reachable"]


def test_a_refused_log_in_is_told_and_not_tried_again(lab: RunningLab, main: Watcher) -> None:
    given = arguments(lab, "cluster-b")
    given["clusters"][0]["nutanix_password"] = "wrong-and-secret"

    async def watch() -> dict[str, Any]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        await asyncio.wait_for(main(queue, given), PATIENCE)
        return await next_event(queue)

    event = asyncio.run(watch())
    assert (event["type"], event["cluster"]) == ("log_in_refused", "cluster-b")
    assert "wrong-and-secret" not in json.dumps(event)
    assert len(lab.requests()) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"interval": 1}, "interval is 1, give 10 to 3600 seconds"),
        ({"stuck_after": 0}, "begin with 1"),
        ({"intervall": 60}, "intervall"),
    ],
)
def test_options_that_cannot_be_are_refused_at_once(
    lab: RunningLab, main: Watcher, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        asyncio.run(main(asyncio.Queue(), {**arguments(lab, "cluster-a"), **given}))  # type: ignore[arg-type]


def test_a_cluster_without_an_account_is_refused_at_once(lab: RunningLab, main: Watcher) -> None:
    given = {"clusters": [{"nutanix_host": "127.0.0.1"}]}
    with pytest.raises(ValueError, match="missing required arguments: nutanix_password, nutanix_username"):
        asyncio.run(main(asyncio.Queue(), given))  # type: ignore[arg-type]
