# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protection domains, their members and restores (contract prism_element 6, 10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lab.prism_element.routes.dr_snapshots import member_dto
from lab.prism_element.routes.replications import link_dtos
from lab.prism_element.routes.schedules import schedule_dto
from lab.prism_element.state.entities import PdSnapshot, ProtectedVm, ProtectionDomain, Vm
from lab.prism_element.state.restore import start_restore
from lab.prism_element.views.lists import chosen, prism_envelope
from lab.wire import Reply, Request, Router, nullable, required

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

PROTECT = {
    "names": [str],
    "uuids": [str],
    "ids": [str],
    "consistency_group_name": str,
    "app_consistent_snapshots": bool,
    "ignore_dup_or_missing_vms": bool,
}
RESTORE = {
    "snapshot_id": required(str),
    "vm_names": [str],
    "vm_uuids": [str],
    "volume_group_uuids": [str],
    "nfs_files": [str],
    "vm_name_prefix": nullable(str),
    "vg_name_prefix": nullable(str),
    "path_prefix": nullable(str),
    "replace": bool,
}
LIST_QUERY = {
    "names": str,
    "metro_avail": bool,
    "vstore_name": str,
    "remote_site_name": str,
    "include_deleted": bool,
    "projection": str,
}


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""
    recovery = world.dr

    @router.route("GET", "/protection_domains", section="6.1", query=LIST_QUERY)
    def list_domains(request: Request) -> Reply:
        site = request.one("remote_site_name")
        found = [
            domain
            for domain in recovery.domains.values()
            if chosen(request.query.get("names"), domain.name)
            and (site is None or site in domain.remote_site_names)
            and (request.flag("include_deleted", True) or not domain.marked_for_removal)
            and (domain.metro is not None or not request.flag("metro_avail"))
        ]
        return Reply(
            body=prism_envelope(
                [domain_dto(world, domain) for domain in found], request, grand_total=len(recovery.domains)
            )
        )

    @router.route("GET", "/protection_domains/{name}", section="6.1")
    def get(request: Request) -> Reply:
        return Reply(body=domain_dto(world, recovery.domain(request.params["name"])))

    @router.route("POST", "/protection_domains", section="6.2", body={"value": required(str), "annotations": [str]})
    def create(request: Request) -> Reply:
        domain = recovery.create_domain(request.body["value"], request.body.get("annotations", []))
        world.audit(
            "ProtectionDomainAudit",
            "Protection domain {protection_domain_name} created",
            [("protection_domain_name", domain.name)],
            domain.name,
        )
        return Reply(201, domain_dto(world, domain))

    @router.route("DELETE", "/protection_domains/{name}", section="6.3", query={"skip_remote_check": bool})
    def delete(request: Request) -> Reply:
        recovery.remove_domain(recovery.domain(request.params["name"]))
        return Reply(body={"value": True})

    @router.route("POST", "/protection_domains/{name}/protect_vms", section="6.4", body=PROTECT)
    def protect(request: Request) -> Reply:
        domain = recovery.active_domain(request.params["name"])
        body = request.body
        vms = _vms_to_protect(world, body)
        recovery.protect(domain, vms, body.get("consistency_group_name"), body.get("app_consistent_snapshots", False))
        return Reply(body=domain_dto(world, domain))

    @router.route("POST", "/protection_domains/{name}/unprotect_vms", section="6.5", body=[str])
    def unprotect(request: Request) -> Reply:
        domain = recovery.active_domain(request.params["name"])
        known = {_current_name(world, member) for member in domain.vms}
        for name in request.body:
            if name not in known:
                raise world.invalid(f"VM {name} is not protected by {domain.name}")
        domain.vms = [member for member in domain.vms if _current_name(world, member) not in request.body]
        return Reply(body=domain_dto(world, domain))

    @router.route("POST", "/protection_domains/{name}/restore_entities", section="10", body=RESTORE)
    def restore(request: Request) -> Reply:
        domain = recovery.domain(request.params["name"])
        snapshot = recovery.snapshot(domain, request.body["snapshot_id"])
        if snapshot.state in ("EXPIRED", "SCHEDULED"):
            raise world.invalid(f"Snapshot {snapshot.id} is {snapshot.state}")
        members = _members_to_restore(world, snapshot, request.body)
        prefix = request.body.get("vm_name_prefix") or ""
        in_place = request.body.get("replace", False)
        if not in_place and world.behaviour["restore_name_clash"] == "refuse":
            for member in members:
                if world.vms_named(prefix + member.name):
                    raise world.invalid(f"VM {prefix + member.name} already exists")
        task = start_restore(world, domain, snapshot, members, prefix, in_place)
        return (
            Reply(201, {"task_uuid": task.uuid})
            if world.behaviour["restore_reply"] == "task_uuid"
            else Reply(body={"value": True})
        )

    _add_miscellaneous_reads(router, world)


def _add_miscellaneous_reads(router: Router, world: PrismElementWorld) -> None:
    recovery = world.dr

    @router.route("GET", "/protection_domains/{name}/consistency_groups", section="6.6")
    def consistency_groups(request: Request) -> Reply:
        domain = recovery.domain(request.params["name"])
        names = dict.fromkeys(member.consistency_group for member in domain.vms)
        return Reply(body=prism_envelope([_group_dto(domain, name) for name in names], request))

    @router.route(
        "GET",
        "/protection_domains/consistency_groups",
        section="6.6, addition 19",
        query={"protection_domain_names"},
    )
    def all_consistency_groups(request: Request) -> Reply:
        groups = {
            (domain.name, member.consistency_group): domain
            for domain in recovery.domains.values()
            if chosen(request.query.get("protection_domain_names"), domain.name)
            for member in domain.vms
        }
        return Reply(
            body=prism_envelope([_group_dto(domain, group) for (_name, group), domain in groups.items()], request)
        )

    @router.route("GET", "/protection_domains/{name}/pending_actions", section="6.6")
    def pending_actions(request: Request) -> Reply:
        return Reply(body=[_pending_dto(world, recovery.domain(request.params["name"]))])

    @router.route("GET", "/protection_domains/pending_actions", section="6.6", query={"protection_domain_names"})
    def all_pending_actions(request: Request) -> Reply:
        names = request.query.get("protection_domain_names")
        return Reply(
            body=[_pending_dto(world, domain) for domain in recovery.domains.values() if chosen(names, domain.name)]
        )

    @router.route("GET", "/protection_domains/status", section="6.6")
    def status(_request: Request) -> Reply:
        suspended = {domain.name: _suspended(domain) for domain in recovery.domains.values()}
        return Reply(
            body={"active_replications": bool(recovery.transfers.items), "pd_suspended_schedules_map": suspended}
        )

    @router.route(
        "GET",
        "/protection_domains/unprotected_vms",
        section="6.6",
        query={"host_uuids", "vm_ids", "vm_names", "storage_container_names"},
    )
    def unprotected(request: Request) -> Reply:
        free = [
            vm
            for vm in world.vms
            if recovery.protector_of(vm.uuid) is None
            and chosen(request.query.get("vm_names"), vm.name)
            and chosen(request.query.get("vm_ids"), vm.uuid)
        ]
        dtos = [
            {
                "vm_name": vm.name,
                "uuid": vm.uuid,
                "vm_id": vm.uuid,
                "power_state": vm.power_state,
                "protection_domain_name": None,
            }
            for vm in free
        ]
        return Reply(body=prism_envelope(dtos, request))


def _vms_to_protect(world: PrismElementWorld, body: dict[str, Any]) -> list[Vm]:
    lenient = body.get("ignore_dup_or_missing_vms", False)
    vms: list[Vm] = []
    for name in body.get("names", []):
        named = world.vms_named(name)
        if not lenient and len(named) != 1:
            raise world.invalid(f"{len(named)} VMs are called {name}")
        vms.extend(named)
    for vm_uuid in [*body.get("uuids", []), *body.get("ids", [])]:
        if vm_uuid in world.vms:
            vms.append(world.vms[vm_uuid])
        elif not lenient:
            raise world.invalid(f"VM {vm_uuid} is not found")
    free = [vm for vm in vms if world.dr.protector_of(vm.uuid) is None]
    if len(free) < len(vms) and not lenient:
        raise world.invalid("A VM is already protected")
    return free


def _members_to_restore(world: PrismElementWorld, snapshot: PdSnapshot, body: dict[str, Any]) -> Sequence[ProtectedVm]:
    names, uuids = body.get("vm_names") or [], body.get("vm_uuids") or []
    if not names and not uuids:
        return snapshot.vms
    for name in names:
        if all(member.name != name for member in snapshot.vms):
            raise world.invalid(f"VM {name} is not in snapshot {snapshot.id}")
    for vm_uuid in uuids:
        if all(member.vm_uuid != vm_uuid for member in snapshot.vms):
            raise world.invalid(f"VM {vm_uuid} is not in snapshot {snapshot.id}")
    return [member for member in snapshot.vms if member.name in names or member.vm_uuid in uuids]


def _current_name(world: PrismElementWorld, member: ProtectedVm) -> str:
    vm = world.vms.get(member.vm_uuid)
    return vm.name if vm else member.name


def _suspended(domain: ProtectionDomain) -> bool:
    return bool(domain.schedules) and all(schedule.spec.get("suspended") for schedule in domain.schedules)


def domain_dto(world: PrismElementWorld, domain: ProtectionDomain) -> dict[str, Any]:
    """Return a protection domain as the wire spells it."""
    shown = domain.vms if domain.active else _vms_while_inactive(world, domain)
    under_way = [item for item in world.dr.transfers.items.values() if item.domain == domain.name]
    ongoing = sum(item.started_usecs is not None for item in under_way)
    exclusive = sum(snapshot.size // 20 for snapshot in domain.snapshots.values())
    upcoming = [
        schedule.next_fire for schedule in domain.schedules if domain.active and not schedule.spec.get("suspended")
    ]
    return {
        "name": domain.name,
        "active": domain.active,
        "vms": [
            {
                **member_dto(member, True, next(iter(domain.remote_site_names), None)),
                "vm_name": _current_name(world, member),
            }
            for member in shown
        ],
        "nfs_files": [],
        "volume_groups": [],
        "remote_site_names": domain.remote_site_names,
        "cron_schedules": [schedule_dto(domain, schedule) for schedule in domain.schedules],
        "replication_links": link_dtos(world, domain),
        "next_snapshot_time_usecs": world.clock.epoch_usecs_at(min(upcoming)) if upcoming else None,
        "pending_replication_count": len(under_way) - ongoing,
        "ongoing_replication_count": ongoing,
        "metro_avail": domain.metro,
        "marked_for_removal": domain.marked_for_removal,
        "schedules_suspended": _suspended(domain),
        "min_snapshot_to_retain": None,
        "hybrid_schedules_count": None,
        "total_user_written_bytes": sum(snapshot.size for snapshot in domain.snapshots.values()),
        "annotations": domain.annotations,
        "vstore_id": None,
        "sync_replications": [],
        "stats": {"replication_transmitted_bandwidth_kBps": "-1", "replication_received_bandwidth_kBps": "-1"},
        # contract prism_element addition 15: a protection domain that is new may have none.
        **({"usage_stats": {"dr.exclusive_snapshot_usage_bytes": str(exclusive)}} if domain.snapshots else {}),
    }


def _vms_while_inactive(world: PrismElementWorld, domain: ProtectionDomain) -> Sequence[ProtectedVm]:
    if world.behaviour["inactive_pd_vms"] == "empty" or not domain.snapshots:
        return []
    return max(domain.snapshots.values(), key=lambda snapshot: snapshot.created_usecs).vms


def _group_dto(domain: ProtectionDomain, name: str) -> dict[str, Any]:
    members = [member for member in domain.vms if member.consistency_group == name]
    return {
        "consistency_group_name": name,
        "protection_domain_name": domain.name,
        "app_consistent_snapshots": any(member.app_consistent for member in members),
        "vm_count": len(members),
        "nfs_file_count": 0,
        "total_file_count": sum(len(member.vm_files) for member in members),
        "total_file_size_bytes": 0,
        "within_snapshot": False,
        "marked_for_removal": False,
    }


def _pending_dto(world: PrismElementWorld, domain: ProtectionDomain) -> dict[str, Any]:
    restores = domain.pending_restores if world.behaviour["pending_restore_listed"] else []
    change = domain.change if world.behaviour["pending_change_listed"] else None
    waiting: dict[str, list[str]] = {}
    for item in world.dr.transfers.items.values():
        if item.domain == domain.name:
            waiting.setdefault(item.site, []).append(item.snapshot.id)
    return {
        "protection_domain_name": domain.name,
        "has_pending_actions": bool(restores or waiting or domain.marked_for_removal or change),
        "marked_for_removal": domain.marked_for_removal,
        "pending_change_mode": {
            "mode_type": change.mode,
            "failover_remote": change.failover_remote,
            "snapshot_id": change.snapshot_id,
        }
        if change
        else None,
        "pending_vms_restore": [
            {"name": name, "path_prefix": None, "replace_entity": item["replace"], "snapshot_id": item["snapshot_id"]}
            for item in restores
            for name in item["names"]
        ],
        "pending_nfs_files_restore": [],
        "pending_replications": [{"remote_site": site, "snapshot_ids": ids} for site, ids in waiting.items()],
        "to_be_removed_vms": [],
        "to_be_removed_snapshots": [],
        "to_be_removed_nfs_files": [],
    }
