# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protection domains, their members and restores (contract prism_element 6, 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lab.prism_element.routes.lists import chosen
from lab.prism_element.schemas import CREATE_DOMAIN, DOMAINS_QUERY, PROTECT, RESTORE, UNPROTECTED_QUERY
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import PdSnapshot, ProtectedVm, Vm
from lab.prism_element.views.envelopes import prism_envelope
from lab.prism_element.views.protection_domain import all_suspended, current_name, domain_view, group_view, pending_view
from lab.router import Router
from lab.wire import Reply, Request

CREATED = "Protection domain {protection_domain_name} created"


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""
    domains = cluster.domains

    @router.route("GET", "/protection_domains", section="6.1", query=DOMAINS_QUERY)
    def list_domains(request: Request) -> Reply:
        site = request.one("remote_site_name")
        everything = list(domains)
        found = [
            domain_view(cluster, domain)
            for domain in everything
            if chosen(request.query.get("names"), domain.name)
            and (site is None or site in domain.remote_site_names)
            and (request.flag("include_deleted", True) or not domain.marked_for_removal)
            and (domain.metro is not None or not request.flag("metro_avail"))
        ]
        return Reply(body=prism_envelope(found, request, grand_total=len(everything)))

    @router.route("GET", "/protection_domains/{name}", section="6.1")
    def get(request: Request) -> Reply:
        return Reply(body=domain_view(cluster, domains.find(request.params["name"])))

    @router.route("POST", "/protection_domains", section="6.2", body=CREATE_DOMAIN)
    def create(request: Request) -> Reply:
        domain = domains.create(request.body["value"], request.body.get("annotations", []))
        cluster.audit("ProtectionDomainAudit", CREATED, domain.name)
        return Reply(201, domain_view(cluster, domain))

    @router.route("DELETE", "/protection_domains/{name}", section="6.3", query={"skip_remote_check": bool})
    def delete(request: Request) -> Reply:
        domain = domains.find(request.params["name"])
        domains.remove(domain, lambda: bool(cluster.transfers.of(domain.name)))
        return Reply(body={"value": True})

    @router.route("POST", "/protection_domains/{name}/protect_vms", section="6.4", body=PROTECT)
    def protect(request: Request) -> Reply:
        domain, body = domains.find_active(request.params["name"]), request.body
        app_consistent = body.get("app_consistent_snapshots", False)
        domains.protect(domain, _vms_to_protect(cluster, body), body.get("consistency_group_name"), app_consistent)
        return Reply(body=domain_view(cluster, domain))

    @router.route("POST", "/protection_domains/{name}/unprotect_vms", section="6.5", body=[str])
    def unprotect(request: Request) -> Reply:
        domain = domains.find_active(request.params["name"])
        names = {member.vm_uuid: current_name(cluster.vms, member) for member in domain.vms}
        for name in request.body:
            if name not in names.values():
                raise cluster.errors.invalid(f"VM {name} is not protected by {domain.name}")
        domain.vms = [member for member in domain.vms if names[member.vm_uuid] not in request.body]
        return Reply(body=domain_view(cluster, domain))

    @router.route("POST", "/protection_domains/{name}/restore_entities", section="10", body=RESTORE)
    def restore(request: Request) -> Reply:
        domain, body = domains.find(request.params["name"]), request.body
        snapshot = cluster.pd_snapshots.find(domain, body["snapshot_id"])
        if snapshot.state in ("EXPIRED", "SCHEDULED"):
            raise cluster.errors.invalid(f"Snapshot {snapshot.id} is {snapshot.state}")
        members = _members_to_restore(cluster, snapshot, body)
        prefix, in_place = body.get("vm_name_prefix") or "", body.get("replace", False)
        task = cluster.restores.start(domain, snapshot, members, prefix, in_place)
        if cluster.behaviour["restore_reply"] == "task_uuid":
            return Reply(201, {"task_uuid": task.id})
        return Reply(body={"value": True})

    _add_miscellaneous_reads(router, cluster)


def _add_miscellaneous_reads(router: Router, cluster: Cluster) -> None:
    domains = cluster.domains
    of_domains = {"protection_domain_names"}

    @router.route("GET", "/protection_domains/{name}/consistency_groups", section="6.6")
    def consistency_groups(request: Request) -> Reply:
        domain = domains.find(request.params["name"])
        names = dict.fromkeys(member.consistency_group for member in domain.vms)
        return Reply(body=prism_envelope([group_view(domain, name) for name in names], request))

    @router.route("GET", "/protection_domains/consistency_groups", section="6.6, addition 19", query=of_domains)
    def all_consistency_groups(request: Request) -> Reply:
        names = request.query.get("protection_domain_names")
        found = []
        for domain in domains:
            if chosen(names, domain.name):
                groups = dict.fromkeys(member.consistency_group for member in domain.vms)
                found += [group_view(domain, group) for group in groups]
        return Reply(body=prism_envelope(found, request))

    @router.route("GET", "/protection_domains/{name}/pending_actions", section="6.6")
    def pending_actions(request: Request) -> Reply:
        return Reply(body=[pending_view(cluster, domains.find(request.params["name"]))])

    @router.route("GET", "/protection_domains/pending_actions", section="6.6", query=of_domains)
    def all_pending_actions(request: Request) -> Reply:
        names = request.query.get("protection_domain_names")
        return Reply(body=[pending_view(cluster, domain) for domain in domains if chosen(names, domain.name)])

    @router.route("GET", "/protection_domains/status", section="6.6")
    def status(_request: Request) -> Reply:
        suspended = {domain.name: all_suspended(domain) for domain in domains}
        active = bool(cluster.transfers.items)
        return Reply(body={"active_replications": active, "pd_suspended_schedules_map": suspended})

    @router.route("GET", "/protection_domains/unprotected_vms", section="6.6", query=UNPROTECTED_QUERY)
    def unprotected(request: Request) -> Reply:
        names, ids = request.query.get("vm_names"), request.query.get("vm_ids")
        found = [
            {
                "vm_name": vm.name,
                "uuid": vm.uuid,
                "vm_id": vm.uuid,
                "power_state": vm.power_state,
                "protection_domain_name": None,
            }
            for vm in cluster.vms
            if domains.protector_of(vm.uuid) is None and chosen(names, vm.name) and chosen(ids, vm.uuid)
        ]
        return Reply(body=prism_envelope(found, request))


def _vms_to_protect(cluster: Cluster, body: Mapping[str, Any]) -> list[Vm]:
    lenient = body.get("ignore_dup_or_missing_vms", False)
    vms: list[Vm] = []
    for name in body.get("names", []):
        named = cluster.vms.named(name)
        if not lenient and len(named) != 1:
            raise cluster.errors.invalid(f"{len(named)} VMs are called {name}")
        vms.extend(named)
    for vm_uuid in [*body.get("uuids", []), *body.get("ids", [])]:
        if vm_uuid in cluster.vms:
            vms.append(cluster.vms[vm_uuid])
        elif not lenient:
            raise cluster.errors.invalid(f"VM {vm_uuid} is not found")
    free = [vm for vm in vms if cluster.domains.protector_of(vm.uuid) is None]
    if len(free) < len(vms) and not lenient:
        raise cluster.errors.invalid("A VM is already protected")
    return free


def _members_to_restore(cluster: Cluster, snapshot: PdSnapshot, body: Mapping[str, Any]) -> Sequence[ProtectedVm]:
    names, uuids = body.get("vm_names") or [], body.get("vm_uuids") or []
    if not names and not uuids:
        return snapshot.vms
    held = {member.name for member in snapshot.vms}, {member.vm_uuid for member in snapshot.vms}
    for wanted, known in zip((names, uuids), held, strict=True):
        for name in wanted:
            if name not in known:
                raise cluster.errors.invalid(f"VM {name} is not in snapshot {snapshot.id}")
    return [member for member in snapshot.vms if member.name in names or member.vm_uuid in uuids]
