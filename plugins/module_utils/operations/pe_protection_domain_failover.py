# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Move protection domains to the other side, activate them on the survivor, or give one up on the old source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.peers import PEER_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Operation,
    Params,
    Result,
    failure,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS, Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.activate import (
    activated,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.deactivate import (
    deactivated,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.migrate import (
    migrated,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.power import (
    ALL,
    NONE,
    WERE_ON,
    brought_up,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.work import (
    ACTIVATED,
    DEACTIVATED,
    MIGRATED,
    DomainMove,
    Pair,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

WAYS: dict[str, Callable[[DomainMove], dict[str, Any]]] = {
    MIGRATED: migrated,
    ACTIVATED: activated,
    DEACTIVATED: deactivated,
}
# Each is a thread that looks now and then.
MOST_AT_ONCE = 64
NOTE_OF = "protection domain "

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "name": {"type": "str"},
    "names": {"type": "list", "elements": "str"},
    "state": {"type": "str", "required": True, "choices": [MIGRATED, ACTIVATED, DEACTIVATED]},
    "peer": {"type": "dict", "options": PEER_ARGUMENTS},
    "witnesses": {"type": "list", "elements": "dict", "options": PEER_ARGUMENTS, "default": []},
    "peer_timeout": {"type": "int", "default": 10},
    "remote_site": {"type": "str"},
    "snapshot_id": {"type": "str"},
    "snapshot_ids": {"type": "dict", "default": {}},
    "data_age_limit": {"type": "int"},
    "accept_pending_replications": {"type": "bool", "default": False},
    "replication_timeout": {"type": "int", "default": 0},
    "wait_in_check_mode": {"type": "bool", "default": False},
    "accept_split_brain": {"type": "bool", "default": False},
    "accept_missing_vms": {"type": "bool", "default": False},
    "accept_running_vms": {"type": "bool", "default": False},
    "confirm": {"type": "str"},
    "power_on": {"type": "str", "default": NONE, "choices": [NONE, ALL, WERE_ON]},
    "leave_off": {"type": "list", "elements": "str", "default": []},
    "saved_path": {"type": "path"},
}


class _Failover(Operation):
    """Without the four phases: what is observed is waited for and read again until it settles, and what has arrived is
    switched on at once, whether this run moved it or an earlier one."""

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        if params["state"] == DEACTIVATED and params["confirm"] != params["name"]:
            raise OperationError(
                f"Refused to deactivate the protection domain '{params['name']}', because it deletes its VMs on this"
                " cluster and confirm does not repeat its name",
                "Give its name in confirm as well, when the VMs on this cluster are to be deleted.",
            )
        foreign = sorted(set(params["snapshot_ids"]) - {params["name"], *(params["names"] or [])})
        if foreign:
            raise OperationError(
                f"snapshot_ids names protection domains that are not among those to be {params['state']}:"
                f" {', '.join(foreign)}",
                "Correct the names.",
            )
        pair = Pair(params, reporter, None if params["state"] == MIGRATED else float(params["peer_timeout"]))
        if params["name"] is not None:
            return _moved(params, reporter, pair, params["name"])
        return _all_moved(params, reporter, pair, list(dict.fromkeys(params["names"])))


def _moved(params: Params, reporter: Reporter, pair: Pair, name: str) -> dict[str, Any]:
    work = DomainMove(params, reporter, pair, name, Deadline(params["wait_timeout"]))
    return brought_up(work, WAYS[params["state"]](work))


def _all_moved(params: Params, reporter: Reporter, pair: Pair, names: list[str]) -> dict[str, Any]:
    """All side by side, each to its own end: none waits for another, and one that fails holds up no other."""

    def one(name: str) -> dict[str, Any]:
        mine = replace(reporter, timeline=[], warnings=[])
        try:
            result = _moved(params, mine, pair, name)
        except OperationError as error:
            # Others may go on for hours, and until their end nobody would hear of it.
            reporter.progress(f"'{name}' could not be {params['state']}: {error.message}")
            # What was switched on, or deleted, before it failed stands in the details.
            result = failure(error)
        _tell_others(params, reporter, name, result)
        reporter.warnings.extend(mine.warnings)
        if mine.timeline:
            result = {**result, "timeline": mine.timeline}
        if mine.warnings:
            result = {**result, "warnings": mine.warnings}
        return result

    with ThreadPoolExecutor(max_workers=max(1, min(len(names), MOST_AT_ONCE))) as pool:
        results = dict(zip(names, pool.map(one, names), strict=True))
    before, after = {}, {}
    for name, result in results.items():
        if "diff" in result:
            diff = result.pop("diff")
            before[name], after[name] = diff["before"], diff["after"]
    everything = {
        "changed": any(result.get("changed") for result in results.values()),
        "state": params["state"],
        "domains": results,
        "diff": {"before": before, "after": after},
    }
    failures = [result for result in results.values() if result.get("failed")]
    if failures:
        first = failures[0]["error"]
        count = f"{len(failures)} of {len(names)} protection domains" if len(names) > 1 else f"'{names[0]}'"
        raise OperationError(
            f"{count} could not be {params['state']}: {first['message']}",
            first["advice"],
            options=first.get("options", ()),
            **everything,
        )
    return everything


def _tell_others(params: Params, reporter: Reporter, name: str, result: Mapping[str, Any]) -> None:
    """A note for the other hosts of the play: who waits for this protection domain need not wait for the others."""
    if reporter.board is None or reporter.check or not params["wait"]:
        return
    arrived = not result.get("failed")
    note = {"name": name, "arrived": arrived, "vms": result["vms"] if arrived else []}
    try:
        reporter.board.leave(f"{NOTE_OF}{name}", note)
    except OperationError as error:
        # They go on when all have arrived.
        reporter.warn(str(error))


OPERATION = _Failover(
    arguments=ARGUMENTS,
    required_one_of=(("name", "names"),),
    mutually_exclusive=(
        ("name", "names"),
        ("names", "snapshot_id"),
        ("names", "confirm"),
        ("snapshot_id", "snapshot_ids"),
    ),
    required_if=(("state", DEACTIVATED, ("name", "peer", "confirm")),),
)
