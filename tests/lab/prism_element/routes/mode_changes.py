# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls that move a protection domain (contract prism_element 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.prism_element.routes.dr_snapshots import member_dto
from lab.prism_element.state.entities import PdSnapshot, ProtectionDomain, RemoteSite
from lab.prism_element.views.lists import envelope
from lab.wire import Reply, Request, Router, required

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""
    recovery = world.dr

    @router.route(
        "POST",
        "/protection_domains/{name}/migrate",
        section="11",
        query={"skip_vm_mobility_check": bool},
        body={"value": required(str)},
    )
    def migrate(request: Request) -> Reply:
        domain = recovery.active_domain(request.params["name"])
        site = _site_to_migrate_to(world, domain, request.body["value"])
        if domain.change is not None:
            raise world.invalid(f"Protection domain {domain.name} is already changing its mode")
        blocked = (
            []
            if request.flag("skip_vm_mobility_check")
            else [member for member in domain.vms if member.blocked_by is not None]
        )
        if not blocked:
            recovery.failover.migrate(domain, site)
        return Reply(body=envelope([member_dto(member, True, site.name) for member in blocked]))

    @router.route("POST", "/protection_domains/{name}/activate", section="11", body={"value": str})
    def activate(request: Request) -> Reply:
        domain = recovery.domain(request.params["name"])
        problem = _problem_with_change(domain, wanted=True)
        if problem:
            return _refused(world, problem)
        snapshot = _snapshot_to_activate(domain, request.body.get("value"))
        if snapshot is None:
            return _refused(world, f"Protection domain {domain.name} has no snapshot that could be activated")
        recovery.failover.activate(domain, snapshot)
        return Reply(body={"value": True})

    @router.route("POST", "/protection_domains/{name}/deactivate", section="11", body={})
    def deactivate(request: Request) -> Reply:
        domain = recovery.domain(request.params["name"])
        problem = _problem_with_change(domain, wanted=False)
        if problem:
            return _refused(world, problem)
        recovery.failover.deactivate(domain)
        return Reply(body={"value": True})


def _site_to_migrate_to(world: PrismElementWorld, domain: ProtectionDomain, name: str) -> RemoteSite:
    site = world.dr.sites.get(name)
    if site is None:
        raise world.invalid(f"Remote site {name} does not exist")
    if world.behaviour["migrate_needs_schedule"] and name not in domain.remote_site_names:
        raise world.invalid(f"Remote site {name} is not configured for protection domain {domain.name}")
    if not world.dr.transfers.usable(site):
        raise world.invalid(f"Remote site {name} is not reachable")
    return site


def _problem_with_change(domain: ProtectionDomain, wanted: bool) -> str | None:
    if domain.marked_for_removal:
        return f"Protection domain {domain.name} is being removed"
    if domain.active is wanted:
        return f"Protection domain {domain.name} is {'already' if wanted else 'not'} active"
    if domain.change is not None:
        return f"Protection domain {domain.name} is already changing its mode"
    return None


def _snapshot_to_activate(domain: ProtectionDomain, wanted: str | None) -> PdSnapshot | None:
    usable = [snapshot for snapshot in domain.snapshots.values() if snapshot.state not in ("EXPIRED", "SCHEDULED")]
    if wanted is not None:
        usable = [snapshot for snapshot in usable if snapshot.id == wanted]
    return max(usable, key=lambda snapshot: snapshot.created_usecs, default=None)


def _refused(world: PrismElementWorld, message: str) -> Reply:
    """Say no in the form that the cluster uses (contract prism_element 11, trap 28)."""
    form = world.behaviour["mode_refusal"]
    if form == "error":
        raise world.invalid(message)
    return Reply(body={"value": False} if form == "value_false" else {"message": message})
