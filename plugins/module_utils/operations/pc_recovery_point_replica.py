# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring one recovery point to many clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.availability_zones import (
    list_peers,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.clusters import read_central
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.peers import (
    PEER_ARGUMENTS,
    connect_peer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    read_recovery_point,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import Task
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS, Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import Central
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import RecoveryPoint
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.places import (
    Place,
    chosen,
    places_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.replicas import (
    Replication,
    Target,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "recovery_point": {"type": "str", "required": True},
    "clusters": {"type": "list", "elements": "str", "required": True},
    "peers": {"type": "list", "elements": "dict", "options": PEER_ARGUMENTS, "default": []},
}


@dataclass(frozen=True)
class _Observed:
    """`replication` is None while the recovery point is still to be made. `tasks` have copied it, or do."""

    client: PrismCentral
    targets: Sequence[Target]
    replication: Replication | None = None
    tasks: Sequence[Task] = ()


def observe(params: Params, reporter: Reporter) -> _Observed:
    client = PrismCentral.connect(params).shared_on(reporter.board)
    peers = [connect_peer(params, peer).shared_on(reporter.board) for peer in params["peers"]]
    places = places_of([client, *peers])
    targets = list(map(Target, chosen(places, params["clusters"])))
    central = read_central(client)
    unpaired = _unpaired(client, central, targets)
    ext_id = params["recovery_point"]
    if not ext_id:
        return _Observed(client, _with_obstacles(client, targets, unpaired))
    point = _source(client, ext_id, [place for place in places if place.central.uuid == central.uuid])
    replication = Replication(client, point, Deadline(params["wait_timeout"]), reporter)
    tasks = replication.tasks()
    seen = _with_obstacles(client, replication.look(targets, tasks), unpaired)
    return _Observed(client, seen, replication, tasks)


def plan(params: Params, observed: _Observed) -> Plan[Target]:
    """What cannot be ordered keeps no other one from being copied."""
    missing = [target for target in observed.targets if target.copy is None]
    refused = [target.error for target in missing if target.error]
    if refused and len(refused) == len(missing):
        raise refused[0].replace(**_facts(observed.targets))
    return Plan(
        steps=[target for target in missing if not target.error],
        facts=_facts(observed.targets),
        before=_diff(observed.targets, lambda target: target.copy is not None),
        after=_diff(observed.targets, lambda target: not target.error),
        warnings=list(dict.fromkeys(map(str, refused))),
    )


def apply(params: Params, observed: _Observed, plan: Plan[Target], reporter: Reporter) -> Result:
    replication = observed.replication
    if replication is None:
        raise OperationError(
            "recovery_point is empty", "Give the ext_id of the recovery point, as pc_recovery_point returns it."
        )
    targets = list(observed.targets)
    with reporter.phase("replicate"):
        under_way = [task for task in observed.tasks if not task.ended]
        if under_way and params["wait"]:
            targets = replication.follow(targets, under_way)
        targets = replication.order(targets, observed.tasks)
        if params["wait"]:
            targets = replication.finish(targets)
    known = {task.ext_id for task in observed.tasks}
    ordered = any(target.ours and target.task_id not in known for target in targets)
    _raise_failures(targets, ordered)
    return {**_facts(targets), "changed": ordered}


def _source(client: PrismCentral, ext_id: str, own: Sequence[Place]) -> RecoveryPoint:
    """The recovery point, which is copied only by the Prism Central that holds it."""
    point = read_recovery_point(client, ext_id)
    if point is None:
        raise OperationError(
            f"{client.endpoint} has no recovery point {ext_id}",
            "It may have expired, or another Prism Central holds it: the task runs on the one that does.",
        )
    if not any(point.is_at(place.id) for place in own):
        raise OperationError(
            f"{client.endpoint} lists the recovery point {ext_id}, but none of its clusters holds it",
            "Run the task on the Prism Central that holds it, or give the copy that is held here.",
        )
    return point


def _unpaired(client: PrismCentral, central: Central, targets: Sequence[Target]) -> list[Central]:
    foreign = {target.place.central.uuid: target.place.central for target in targets}
    foreign.pop(central.uuid, None)
    if not foreign:
        return []
    paired = {peer.uuid for peer in list_peers(client, central.uuid)}
    return [other for other in foreign.values() if other.uuid not in paired]


def _with_obstacles(client: PrismCentral, targets: Sequence[Target], unpaired: Sequence[Central]) -> list[Target]:
    """The targets, with why a copy that is missing cannot be ordered."""
    by_key = OperationError(
        f"{client.endpoint} does not replicate recovery points for an API key",
        "Give nutanix_username and nutanix_password instead of nutanix_api_key.",
        options=("nutanix_api_key", "nutanix_username", "nutanix_password"),
    )
    strangers = {central.uuid: central.name for central in unpaired}
    missing = {target.place.central.uuid for target in targets if target.copy is None}
    names = quoted(name for uuid, name in strangers.items() if uuid in missing)
    not_paired = OperationError(
        f"{client.endpoint} is not paired with {names}, and copies only to Prism Centrals that it is paired with",
        "Pair them in Prism Central, under Availability Zones.",
    )
    seen = []
    for target in targets:
        if target.copy is None and client.by_api_key:
            target = replace(target, error=by_key)
        elif target.copy is None and target.place.central.uuid in strangers:
            target = replace(target, error=not_paired)
        seen.append(target)
    return seen


def _raise_failures(targets: Sequence[Target], ordered: bool) -> None:
    failed = {target.place.name: target.error for target in targets if target.error}
    if not failed:
        return
    first = next(iter(failed.values()))
    raise OperationError(
        f"{len(failed)} of {len(targets)} copies could not be made, on {quoted(failed)}: {first.message}",
        f"{first.advice} The next run makes those that are missing.",
        **_facts(targets),
        changed=ordered,
    )


def _facts(targets: Sequence[Target]) -> Result:
    return {"copies": list(map(_row, targets))}


def _row(target: Target) -> dict[str, Any]:
    return {
        "cluster": target.place.id,
        "cluster_name": target.place.name,
        "prism_central": target.place.central.uuid,
        "prism_central_name": target.place.central.name,
        "ext_id": target.copy.ext_id if target.copy else "",
        "state": target.state,
        "ours": target.ours,
        "task_ext_id": target.task_id,
        "error": target.error.fields if target.error else None,
    }


def _diff(targets: Sequence[Target], holds: Any) -> dict[str, Any]:
    return {"clusters": [target.place.name for target in targets if holds(target)]}


OPERATION = Change(arguments=ARGUMENTS, observe=observe, plan=plan, apply=apply)
