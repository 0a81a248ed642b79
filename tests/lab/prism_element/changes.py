# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to a cluster from outside, as POST /lab/objects orders them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.changes import Changes, the_only
from lab.entries import names_of, power_state_of
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import ProtectedVm, Snapshot, Vm
from lab.prism_element.topology import DURATIONS, NETWORK, POWER, PROTECTION_DOMAIN, REMOTE_SITE, SWITCHES, VM
from lab.schema import nullable, required

Payload = Mapping[str, Any]
CHANGES: Changes[Cluster] = Changes("A Prism Element", SWITCHES, DURATIONS)


@CHANGES.kind("vm", {**VM, "content": str})
def _add_vms(cluster: Cluster, payload: Payload) -> dict[str, Any]:
    return {"uuids": [cluster.vms.make({**payload, "name": name}).uuid for name in names_of(payload)]}


@CHANGES.kind("network", NETWORK)
def _add_network(cluster: Cluster, payload: Payload) -> dict[str, Any]:
    return {"uuid": cluster.networks.add(payload).uuid}


@CHANGES.kind("delete_vm", {"vm": required(str)})
def _delete_vm(cluster: Cluster, payload: Payload) -> None:
    cluster.vms.remove([_vm(cluster, payload["vm"]).uuid])


@CHANGES.kind("power", {"vm": required(str), "state": required(POWER)})
def _power(cluster: Cluster, payload: Payload) -> None:
    cluster.vms.set_power(_vm(cluster, payload["vm"]).uuid, power_state_of(payload["state"]))


@CHANGES.kind("rename_vm", {"vm": required(str), "name": required(str)})
def _rename_vm(cluster: Cluster, payload: Payload) -> None:
    cluster.vms.rename(_vm(cluster, payload["vm"]), payload["name"])


@CHANGES.kind(
    "snapshot",
    {"name": required(str), "vm": required(str), "count": int, "uuid": str, "age_hours": float, "content": str},
)
def _add_snapshots(cluster: Cluster, payload: Payload) -> dict[str, Any]:
    rest = payload["vm"], payload.get("age_hours", 0.0), payload.get("uuid"), payload.get("content")
    return {"uuids": [cluster.snapshots.make(name, *rest).uuid for name in names_of(payload)]}


@CHANGES.kind("delete_snapshot", {"snapshot": required(str)})
def _delete_snapshot(cluster: Cluster, payload: Payload) -> None:
    wanted = payload["snapshot"]
    by_uuid = cluster.snapshots.get(wanted)
    named = [snapshot for snapshot in cluster.snapshots if snapshot.name == wanted]
    snapshot: Snapshot = the_only([by_uuid] if by_uuid else named, f"snapshots on {cluster.name}", wanted)
    cluster.snapshots.collect(snapshot.uuid)


@CHANGES.kind("protection_domain", PROTECTION_DOMAIN)
def _add_domain(cluster: Cluster, payload: Payload) -> None:
    cluster.add_domain(payload)


@CHANGES.kind("pd_active", {"protection_domain": required(str), "active": required(bool)})
def _set_active(cluster: Cluster, payload: Payload) -> None:
    cluster.domains.find(payload["protection_domain"]).active = payload["active"]
    cluster.links_changed()


@CHANGES.kind("pd_snapshot", {"protection_domain": required(str), "remotes": [str], "retention_seconds": float})
def _take_pd_snapshot(cluster: Cluster, payload: Payload) -> dict[str, Any]:
    domain = cluster.domains.find(payload["protection_domain"])
    retention = payload.get("retention_seconds")
    expiry = None if retention is None else cluster.clock.epoch_usecs + int(retention * 1_000_000)
    return {"snapshot_id": cluster.pd_snapshots.take(domain, expiry, payload.get("remotes", [])).id}


@CHANGES.kind("delete_pd_snapshot", {"protection_domain": required(str), "snapshot_id": required(str)})
def _drop_pd_snapshot(cluster: Cluster, payload: Payload) -> None:
    domain = cluster.domains.find(payload["protection_domain"])
    cluster.pd_snapshots.drop(domain, cluster.pd_snapshots.find(domain, payload["snapshot_id"]))


@CHANGES.kind("abort_replications", {"remote_site": str})
def _abort_replications(cluster: Cluster, payload: Payload) -> dict[str, Any]:
    found = [item for item in cluster.transfers.items.values() if payload.get("remote_site") in (None, item.site)]
    for item in found:
        cluster.transfers.abort(item)
    return {"aborted": len(found)}


@CHANGES.kind("remote_site", REMOTE_SITE)
def _add_remote_site(cluster: Cluster, payload: Payload) -> None:
    if payload["cluster"] not in cluster.sites.peers:
        raise ValueError(f"no other Prism Element is called {payload['cluster']!r}")
    cluster.sites.add(payload)


@CHANGES.kind("connected", {"remote_site": required(str), "connected": required(bool)})
def _set_connected(cluster: Cluster, payload: Payload) -> None:
    site = cluster.sites.get(payload["remote_site"])
    if site is None:
        raise ValueError(f"no remote site is called {payload['remote_site']!r}")
    site.connected = payload["connected"]
    cluster.transfers.pump(site.name)


@CHANGES.kind("reachable", {"reachable": required(bool)})
def _set_reachable(cluster: Cluster, payload: Payload) -> None:
    """Nobody answers at an unreachable cluster, and nothing replicates to or from it."""
    cluster.place.reachable = payload["reachable"] and not cluster.lost
    cluster.links_changed()


@CHANGES.kind("lost", {"lost": required(bool)})
def _set_lost(cluster: Cluster, payload: Payload) -> None:
    cluster.set_lost(payload["lost"])


@CHANGES.kind(
    "block_migration", {"protection_domain": required(str), "vm": required(str), "reason": required(nullable(str))}
)
def _block_migration(cluster: Cluster, payload: Payload) -> None:
    domain = cluster.domains.find(payload["protection_domain"])
    found = [member for member in domain.vms if payload["vm"] in (member.name, member.vm_uuid)]
    member: ProtectedVm = the_only(found, f"VMs of {domain.name}", payload["vm"])
    member.blocked_by = payload["reason"]


@CHANGES.kind("account", {"password": str})
def _set_account(cluster: Cluster, payload: Payload) -> None:
    cluster.access.password = payload.get("password", cluster.access.password)
    cluster.access.unlock()
    cluster.access.forget_sessions()


def _vm(cluster: Cluster, wanted: str) -> Vm:
    """Find a VM by its uuid, or by its name when no other has it."""
    by_uuid = cluster.vms.get(wanted)
    vm: Vm = the_only([by_uuid] if by_uuid else cluster.vms.named(wanted), f"VMs on {cluster.name}", wanted)
    return vm
