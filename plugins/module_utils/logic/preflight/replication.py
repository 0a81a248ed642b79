# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the golden VM's snapshots come to every other cluster, and nothing stands in their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import by_key, column
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import clusters_meant
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows

ESTABLISHED = "RELATIONSHIP_ESTABLISHED"


@dataclass(frozen=True)
class ReplicationTarget:
    """A remote site that the source is to replicate to: `site` is what the source knows of it, `hosts` are the clusters
    of the inventory that it may be."""

    name: str
    site: Facts | None
    hosts: Sequence[str] = ()


def check(rows: Rows, facts: Facts, estate: Estate) -> None:
    """On the source its transfers and remote sites, elsewhere whether the cluster is one of these."""
    domain = estate.domain(estate.source)
    if domain is None or not domain["active"]:
        return
    sites = _remote_sites(estate, domain)
    if rows.where != estate.release.source:
        if sites and not estate.by_central(facts):
            _receiver(rows, facts, estate, sites)
        return
    _transfers(rows, domain, estate)
    if not sites and len(estate.clusters) > 1:
        site_names = quoted(column(domain.get("remote_sites") or [], "name"))
        advice = (
            "Add a schedule that replicates, or name sites in image_release_remote_sites"
            f" ({site_names or 'the cluster has none'})"
        )
        rows.stop("remote sites", f"'{domain['name']}' replicates to no remote site", advice)
    for remote in sites:
        _remote_site(rows, remote, domain)


def _remote_sites(estate: Estate, domain: Facts) -> list[ReplicationTarget]:
    """Those that the release names, or else those of the protection domain's schedules."""
    release = estate.release
    by_name = by_key(domain.get("remote_sites") or [], "name")
    used = release.remote_sites
    if used is None:
        used = tuple(name for name, site in by_name.items() if site["scheduled"])
    remotes = []
    for name in used:
        site = by_name.get(name)
        if site is None or not site["status"]:
            remotes.append(ReplicationTarget(name, None))
            continue
        clusters = clusters_meant([(address, None) for address in site["addresses"]], name, estate.identities)
        remotes.append(ReplicationTarget(name, site, [host for host in clusters if host != release.source]))
    return remotes


def _transfers(rows: Rows, domain: Facts, estate: Estate) -> None:
    outgoing = [transfer for transfer in domain.get("replications") or [] if not transfer.get("incoming")]
    created = {snapshot["id"]: parse_moment(snapshot.get("created")) for snapshot in domain.get("snapshots") or []}
    before = len(rows.rows)
    for transfer in outgoing:
        if transfer.get("paused"):
            paused = f"to '{transfer['remote_site']}' is paused at {transfer['percent']:.0f} %"
            rows.stop("replication", paused, "Resume it on the cluster")
    for transfer in [*outgoing, *(domain.get("pending_replications") or [])]:
        moment = created.get(transfer["snapshot_id"])
        age = (estate.now - moment).total_seconds() if moment else 0.0
        if age > estate.release.replication_timeout and not transfer.get("paused"):
            late = f"to '{transfer['remote_site']}' of a snapshot taken {age / 3600:.0f} hours ago is not through"
            advice = "A release would wait behind it; look at the link, or raise image_release_replication_timeout"
            rows.warn("replication", late, advice)
    if len(rows.rows) == before:
        rows.ok("replication", f"{len(outgoing)} transfers under way, none paused or overdue")


def _remote_site(rows: Rows, remote: ReplicationTarget, domain: Facts) -> None:
    what = f"remote site '{remote.name}'"
    if remote.site is None:
        near = near_names(remote.name, column(domain.get("remote_sites") or [], "name"))
        rows.stop(what, "is not known to the source", near or "Create it on the source")
        return
    candidates = "is no cluster of the inventory as far as addresses and names tell"
    if len(remote.hosts) == 1:
        candidates = f"is {remote.hosts[0]}"
    elif remote.hosts:
        candidates = f"may be {quoted(remote.hosts)}"
    status = remote.site["status"]
    if status != ESTABLISHED:
        rows.stop(what, f"{candidates}; its status is {status}", "Mend the connection between the clusters")
    elif len(remote.hosts) == 1:
        rows.ok(what, f"{candidates}, relationship established")
    else:
        advice = "Add the cluster to the inventory, or call it there as the source does"
        rows.warn(what, f"{candidates} ({', '.join(remote.site['addresses'])})", advice)


def _receiver(rows: Rows, facts: Facts, estate: Estate, sites: Sequence[ReplicationTarget]) -> None:
    """Whether a cluster other than the source is one of the remote sites."""
    name, source = estate.release.protection_domain, estate.release.source
    own = [remote.name for remote in sites if list(remote.hosts) == [rows.where]]
    strangers = [remote.name for remote in sites if len(remote.hosts) != 1]
    if own:
        rows.ok("replication", f"receives from {source}, which calls it '{own[-1]}'")
    elif strangers and estate.domain(facts):
        untold = f"which of {quoted(strangers)} it is cannot be determined"
        rows.ok("replication", f"knows '{name}', so it receives from {source} ({untold})")
    elif strangers:
        advice = f"Check whether {source} means it by one of {quoted(strangers)}"
        rows.warn("replication", f"'{name}' does not provably replicate to this cluster", advice)
    else:
        advice = (
            "Add it to a schedule of the protection domain or to image_release_remote_sites, or take it out of the"
            " group prism_elements"
        )
        rows.stop("replication", f"'{name}' does not replicate to this cluster", advice)
