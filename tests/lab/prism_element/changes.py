# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to a cluster from outside, as POST /lab/objects orders them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lab.prism_element.state.entities import Snapshot, Vm
from lab.prism_element.topology import (
    BEHAVIOUR_SCHEMA,
    DURATIONS,
    NETWORK,
    POWER,
    PROTECTION_DOMAIN,
    REMOTE_SITE,
    VM,
    names_of,
    power_state_of,
)
from lab.wire import Refusal, nullable, problem_with, required

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

Change = Callable[["PrismElementWorld", dict[str, Any]], dict[str, Any]]


def change_world(world: PrismElementWorld, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order; ValueError says what is wrong with it."""
    if kind not in CHANGES:
        raise ValueError(f"unknown kind {kind!r}; a Prism Element knows {', '.join(CHANGES)}")
    schema, change = CHANGES[kind]
    problem = problem_with(payload, schema, kind)
    if problem:
        raise ValueError(problem)
    try:
        return change(world, payload)
    except Refusal as refusal:
        raise ValueError(str(refusal.body["message"])) from refusal


def _vm(world: PrismElementWorld, wanted: str) -> Vm:
    """Find a VM by its uuid, or by its name when no other has it."""
    found = [world.vms[wanted]] if wanted in world.vms else world.vms_named(wanted)
    if len(found) != 1:
        raise ValueError(f"{len(found)} VMs on {world.name} are called {wanted!r}")
    return found[0]


def _snapshot(world: PrismElementWorld, wanted: str) -> Snapshot:
    found = (
        [world.snapshots[wanted]]
        if wanted in world.snapshots
        else [snapshot for snapshot in world.snapshots.values() if snapshot.name == wanted]
    )
    if len(found) != 1:
        raise ValueError(f"{len(found)} snapshots on {world.name} are called {wanted!r}")
    return found[0]


def _add_vms(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    return {"uuids": [world.add_vm({**payload, "name": name}).uuid for name in names_of(payload)]}


def _add_network(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    return {"uuid": world.add_network(payload).uuid}


def _delete_vm(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    world.remove_vm(_vm(world, payload["vm"]).uuid)
    return {}


def _power(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    world.set_power(_vm(world, payload["vm"]).uuid, power_state_of(payload["state"]))
    return {}


def _rename_vm(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    world.vms.rename(_vm(world, payload["vm"]), payload["name"])
    return {}


def _add_snapshots(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    age = payload.get("age_hours", 0.0)
    return {
        "uuids": [
            world.add_snapshot(name, payload["vm"], age, payload.get("uuid"), payload.get("content")).uuid
            for name in names_of(payload)
        ]
    }


def _delete_snapshot(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    del world.snapshots[_snapshot(world, payload["snapshot"]).uuid]
    return {}


def _add_domain(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    world.dr.add_domain(payload)
    return {}


def _take_pd_snapshot(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    domain = world.dr.domain(payload["protection_domain"])
    retention = payload.get("retention_seconds")
    expiry = None if retention is None else world.clock.epoch_usecs + int(retention * 1_000_000)
    return {"snapshot_id": world.dr.take(domain, expiry, payload.get("remotes", [])).id}


def _drop_pd_snapshot(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    domain = world.dr.domain(payload["protection_domain"])
    world.dr.drop(domain, world.dr.snapshot(domain, payload["snapshot_id"]))
    return {}


def _set_active(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    world.dr.domain(payload["protection_domain"]).active = payload["active"]
    world.links_changed()
    return {}


def _abort_replications(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    found = [item for item in world.dr.transfers.items.values() if payload.get("remote_site") in (None, item.site)]
    for item in found:
        world.dr.transfers.abort(item)
    return {"aborted": len(found)}


def _add_remote_site(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    if payload["cluster"] not in world.peers:
        raise ValueError(f"no other Prism Element is called {payload['cluster']!r}")
    world.dr.add_site(payload)
    return {}


def _set_connected(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    if payload["remote_site"] not in world.dr.sites:
        raise ValueError(f"no remote site is called {payload['remote_site']!r}")
    world.dr.sites[payload["remote_site"]].connected = payload["connected"]
    world.dr.transfers.pump(payload["remote_site"])
    return {}


def _set_reachable(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    """Nobody answers at an unreachable cluster, and nothing replicates to or from it."""
    world.reachable = payload["reachable"] and not world.lost
    world.links_changed()
    return {}


def _set_lost(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    world.set_lost(payload["lost"])
    return {}


def _block_migration(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    domain = world.dr.domain(payload["protection_domain"])
    found = [member for member in domain.vms if payload["vm"] in (member.name, member.vm_uuid)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} VMs of {domain.name} are called {payload['vm']!r}")
    found[0].blocked_by = payload["reason"]
    return {}


def _set_behaviour(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    world.behaviour.update(payload)
    return {}


def _set_durations(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    world.durations.update(payload)
    return {}


def _set_account(world: PrismElementWorld, payload: dict[str, Any]) -> dict[str, Any]:
    world.access.password = payload.get("password", world.access.password)
    world.access.unlock()
    world.access.forget_sessions()
    return {}


# kind -> what an order of that kind may say, and what carries it out
CHANGES: dict[str, tuple[dict[str, Any], Change]] = {
    "vm": ({**VM, "content": str}, _add_vms),
    "network": (NETWORK, _add_network),
    "delete_vm": ({"vm": required(str)}, _delete_vm),
    "power": ({"vm": required(str), "state": required(POWER)}, _power),
    "rename_vm": ({"vm": required(str), "name": required(str)}, _rename_vm),
    "snapshot": (
        {"name": required(str), "vm": required(str), "count": int, "uuid": str, "age_hours": float, "content": str},
        _add_snapshots,
    ),
    "delete_snapshot": ({"snapshot": required(str)}, _delete_snapshot),
    "protection_domain": (PROTECTION_DOMAIN, _add_domain),
    "pd_active": ({"protection_domain": required(str), "active": required(bool)}, _set_active),
    "pd_snapshot": (
        {"protection_domain": required(str), "remotes": [str], "retention_seconds": float},
        _take_pd_snapshot,
    ),
    "delete_pd_snapshot": ({"protection_domain": required(str), "snapshot_id": required(str)}, _drop_pd_snapshot),
    "abort_replications": ({"remote_site": str}, _abort_replications),
    "remote_site": (REMOTE_SITE, _add_remote_site),
    "connected": ({"remote_site": required(str), "connected": required(bool)}, _set_connected),
    "reachable": ({"reachable": required(bool)}, _set_reachable),
    "lost": ({"lost": required(bool)}, _set_lost),
    "block_migration": (
        {"protection_domain": required(str), "vm": required(str), "reason": required(nullable(str))},
        _block_migration,
    ),
    "behaviour": (BEHAVIOUR_SCHEMA, _set_behaviour),
    "durations": (dict.fromkeys(DURATIONS, float), _set_durations),
    "account": ({"password": str}, _set_account),
}
