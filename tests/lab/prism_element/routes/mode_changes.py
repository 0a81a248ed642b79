# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls that move a protection domain (contract prism_element 11)."""

from __future__ import annotations

from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import PdSnapshot, ProtectionDomain, RemoteSite
from lab.prism_element.views.envelopes import envelope
from lab.prism_element.views.protection_domain import member_view
from lab.router import Router
from lab.schema import required
from lab.wire import Reply, Request


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""
    domains = cluster.domains

    @router.route(
        "POST",
        "/protection_domains/{name}/migrate",
        section="11",
        query={"skip_vm_mobility_check": bool},
        body={"value": required(str)},
    )
    def migrate(request: Request) -> Reply:
        domain = domains.find_active(request.params["name"])
        site = _site_to_migrate_to(cluster, domain, request.body["value"])
        if domain.change is not None:
            raise cluster.errors.invalid(f"Protection domain {domain.name} is already changing its mode")
        blocked = [member for member in domain.vms if member.blocked_by is not None]
        if request.flag("skip_vm_mobility_check"):
            blocked = []
        if not blocked:
            cluster.failover.migrate(domain, site)
        return Reply(body=envelope([member_view(member, True, site.name) for member in blocked]))

    @router.route("POST", "/protection_domains/{name}/activate", section="11", body={"value": str})
    def activate(request: Request) -> Reply:
        domain = domains.find(request.params["name"])
        problem = _problem_with_change(domain, wanted=True)
        if problem:
            return _refused(cluster, problem)
        snapshot = _snapshot_to_activate(domain, request.body.get("value"))
        if snapshot is None:
            return _refused(cluster, f"Protection domain {domain.name} has no snapshot that could be activated")
        cluster.failover.activate(domain, snapshot)
        return Reply(body={"value": True})

    @router.route("POST", "/protection_domains/{name}/deactivate", section="11", body={})
    def deactivate(request: Request) -> Reply:
        domain = domains.find(request.params["name"])
        problem = _problem_with_change(domain, wanted=False)
        if problem:
            return _refused(cluster, problem)
        cluster.failover.deactivate(domain)
        return Reply(body={"value": True})


def _site_to_migrate_to(cluster: Cluster, domain: ProtectionDomain, name: str) -> RemoteSite:
    site = cluster.sites.get(name)
    if site is None:
        raise cluster.errors.invalid(f"Remote site {name} does not exist")
    if cluster.behaviour["migrate_needs_schedule"] and name not in domain.remote_site_names:
        raise cluster.errors.invalid(f"Remote site {name} is not configured for protection domain {domain.name}")
    if not cluster.sites.usable(site):
        raise cluster.errors.invalid(f"Remote site {name} is not reachable")
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


def _refused(cluster: Cluster, message: str) -> Reply:
    """Say no in the form that the cluster uses (contract prism_element 11, trap 28)."""
    form = cluster.behaviour["mode_refusal"]
    if form == "error":
        raise cluster.errors.invalid(message)
    return Reply(body={"value": False} if form == "value_false" else {"message": message})
