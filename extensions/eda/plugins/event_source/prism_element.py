# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source euc.nutanix_citrix.prism_element of ansible-rulebook: watches clusters, tells each thing once."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

DOCUMENTATION = r"""
---
short_description: Watches clusters for golden VMs that are shut down, stuck replications, and clusters that are lost
description:
  - Looks at each cluster again and again, through Prism Element, REST API v2.0, and only reads.
  - An event comes once, when something happens. What is there at the first look makes no event. When a cluster answers
    again, what has happened meanwhile is told.
  - Two braces of a template, which somebody may call a VM after, come with a space between them, because rulebooks hand
    names to Ansible.
  - Needs the collection, ansible-core and requests in the Python that runs ansible-rulebook.
options:
  clusters:
    description:
      - The clusters, each with C(name) and the connection options of the modules, such as C(nutanix_host),
        C(nutanix_username), C(nutanix_password) and C(ca_path). What one leaves out counts as beside C(clusters), else
        as in the environment, such as E(NUTANIX_USERNAME) and E(NUTANIX_PASSWORD).
      - Keep the password in the environment, or in a vault that ansible-rulebook reads. No event holds it.
    type: list
    elements: dict
    required: true
  golden_vms:
    description:
      - The exact names of golden VMs.
    type: list
    elements: str
    default: []
  mark:
    description:
      - A text. VMs with it in their descriptions, as a word of its own, are golden VMs, too. Write it when the golden
        VM is ready, then shut it down, or the other way round. Empty for none.
    type: str
    default: "#release"
  protection_domains:
    description:
      - Only these protection domains. By default all that are active on the cluster.
    type: list
    elements: str
    default: []
  interval:
    description:
      - The number of seconds between two looks, from 10 to 3600.
    type: int
    default: 60
  stuck_after:
    description:
      - The number of seconds without progress after which a replication is stuck. Transfers that wait for their turn
        count as well.
    type: int
    default: 900
  unreachable_after:
    description:
      - The number of looks in a row without an answer after which a cluster is unreachable.
    type: int
    default: 3
"""

EXAMPLES = r"""
- euc.nutanix_citrix.prism_element:
    clusters:
      - {name: cluster-a, nutanix_host: cluster-a.example.com}
      - {name: cluster-b, nutanix_host: cluster-b.example.com}
    golden_vms: [Gold]
    interval: 60
"""

# ansible-rulebook loads this file by its path; what it imports stands beside it in the collection
_ROOT = Path(__file__).absolute().parents[7]
if str(_ROOT) not in sys.path:
    sys.path.append(str(_ROOT))

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.events.cluster_watch import (
    LOG_IN_REFUSED,
    ClusterWatch,
    Wishes,
    without_templates,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.sighting import (
    look_at_cluster,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import AccessDenied, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced

SHORTEST, LONGEST = 10, 3600
OPTIONS: dict[str, Any] = {
    "clusters": {"type": "list", "elements": "dict", "required": True},
    "golden_vms": {"type": "list", "elements": "str", "default": []},
    "mark": {"type": "str", "default": "#release"},
    "protection_domains": {"type": "list", "elements": "str", "default": []},
    "interval": {"type": "int", "default": 60},
    "stuck_after": {"type": "int", "default": 900},
    "unreachable_after": {"type": "int", "default": 3},
}


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Watch until cancelled: all clusters at the same time, because one that does not answer holds up no other."""
    common = {name: args[name] for name in CONNECTION_ARGUMENTS if name in args}
    options = _checked("prism_element", OPTIONS, {name: args[name] for name in args if name not in common})
    _refuse_impossible(options)
    # A cluster that is away is told as an event; each look would fill the log with the attempts of urllib3
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
    clusters = [_name(cluster) for cluster in options["clusters"]]
    wishes = Wishes(options["golden_vms"], options["protection_domains"], clusters)
    watches = [_Watch(queue, options, common, cluster, wishes) for cluster in options["clusters"]]
    await asyncio.gather(*(watch.go_on() for watch in watches))


class _Watch:
    """One cluster, looked at in a thread, because the client waits for its answers."""

    def __init__(
        self,
        queue: asyncio.Queue[Any],
        options: Mapping[str, Any],
        common: Mapping[str, Any],
        cluster: Mapping[str, Any],
        wishes: Wishes,
    ) -> None:
        connection = {**common, **{name: value for name, value in cluster.items() if name != "name"}}
        self._name = _name(cluster)
        self._params = _checked(f"cluster {self._name}", CONNECTION_ARGUMENTS, connection)
        self._client = PrismElement.connect(self._params)
        self._memory = ClusterWatch(options["stuck_after"], options["unreachable_after"])
        self._queue, self._options, self._wishes = queue, options, wishes

    async def go_on(self) -> None:
        while True:
            began = time.monotonic()
            try:
                sight = await asyncio.to_thread(self._look)
                events = self._memory.saw(sight, time.monotonic())
                await self._tell_of_all(self._wishes.saw(self._name, sight))
            except AccessDenied as error:
                if error.lift is None:
                    # Nobody logs in again with a secret that was refused: the account would be locked
                    await self._tell({"type": LOG_IN_REFUSED, "message": str(error)})
                    return
                # A session that was accepted before may be refused for a moment
                error.lift()
                events = self._memory.missed(str(error))
            except OperationError as error:
                events = self._memory.missed(str(error))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                # What makes no sense is no answer, and ends the watch over no other cluster
                events = self._memory.missed(f"It answered something that makes no sense ({type(error).__name__}).")
            for event in events:
                await self._tell(event)
            took = time.monotonic() - began
            await asyncio.sleep(max(0.0, paced(self._options["interval"]) - took))

    def _look(self) -> Any:
        options = self._options
        return look_at_cluster(self._client, options["golden_vms"], options["mark"], options["protection_domains"])

    async def _tell(self, event: Mapping[str, Any]) -> None:
        where = {"cluster": self._name, "nutanix_host": self._params["nutanix_host"], "moment": _now()}
        await self._queue.put({**without_templates(event), **where})

    async def _tell_of_all(self, events: Sequence[Mapping[str, Any]]) -> None:
        for event in events:
            await self._queue.put({**without_templates(event), "moment": _now()})


def _name(cluster: Mapping[str, Any]) -> str:
    return str(cluster.get("name") or cluster.get("nutanix_host") or "")


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _checked(what: str, spec: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    validation = ArgumentSpecValidator(dict(spec)).validate(dict(given))
    if validation.error_messages:
        raise ValueError(f"The options of {what} are wrong: {validation.error_messages[0]}")
    checked: dict[str, Any] = validation.validated_parameters
    return checked


def _refuse_impossible(options: Mapping[str, Any]) -> None:
    names = [_name(cluster) for cluster in options["clusters"]]
    problems = []
    if not SHORTEST <= options["interval"] <= LONGEST:
        problems.append(f"interval is {options['interval']}, give {SHORTEST} to {LONGEST} seconds")
    if options["unreachable_after"] < 1 or options["stuck_after"] < 1:
        problems.append("unreachable_after and stuck_after begin with 1")
    if not names or len(set(names)) < len(names):
        problems.append("clusters names none, or one twice")
    if problems:
        raise ValueError(f"The options of prism_element are wrong: {'; '.join(problems)}")


if __name__ == "__main__":
    # For trying it out: python prism_element.py '{"clusters": [{"nutanix_host": "..."}]}'
    import json

    class _Printer:
        async def put(self, event: Mapping[str, Any]) -> None:
            sys.stdout.write(f"{json.dumps(event)}\n")
            sys.stdout.flush()

    asyncio.run(main(_Printer(), json.loads(sys.argv[1])))  # type: ignore[arg-type]
