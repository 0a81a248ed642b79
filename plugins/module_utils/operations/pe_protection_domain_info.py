# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read protection domains: members, remote sites, schedules, snapshots and what is being replicated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    list_pd_snapshots,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.peers import (
    PEER_ARGUMENTS,
    ClusterIdentity,
    connect_peer,
    gives_no_answer,
    is_same_cluster,
    read_identity,
    within,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    ProtectionDomain,
    find_protection_domain,
    list_protection_domains,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.remote_sites import (
    RemoteSite,
    list_remote_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.replications import (
    list_queued,
    list_replications,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.restores import (
    last_restore_usecs,
    list_pending_restores,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_utc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import way_out
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import retention_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import Member, PdSnapshot
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import origin_id
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ASKED_AT_ONCE = 8

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str"},
    "snapshots": {"type": "bool", "default": True},
    "restores": {"type": "bool", "default": False},
    "answer_within": {"type": "int", "default": 0},
    "peers": {"type": "list", "elements": "dict", "default": [], "options": PEER_ARGUMENTS},
}


@dataclass(frozen=True)
class Others:
    """What the peers tell: on which of them each protection domain is active, by their addresses, and which of them
    gave no answer."""

    active_on: Mapping[str, Sequence[str]]
    without_answer: Sequence[str]


def read(params: Params, reporter: Reporter) -> Result:
    client, bound = PrismElement.connect(params), params["answer_within"]
    if not bound:
        return _read(client, params, reporter)
    reporter.progress(f"asking {client.endpoint}, {duration(bound)} at most")
    # Whoever answers may take its time with the rest.
    within(float(bound), client.endpoint, lambda: read_identity(client))
    return _read(client, params, reporter)


def _read(client: PrismElement, params: Params, reporter: Reporter) -> Result:
    selection = _observe(client, params["name"])
    sites = list_remote_sites(client) if selection else []
    others = _others(client, params, reporter) if params["peers"] and selection else None
    domains = [_shown(client, domain, sites, params, others) for domain in selection]
    for domain in domains:
        if domain.get("split_brain"):
            reporter.warn(
                f"'{domain['name']}' is active on {' and '.join(domain['active_on'])} (split brain). {way_out()}"
            )
    return {"protection_domains": domains}


def _others(client: PrismElement, params: Params, reporter: Reporter) -> Others:
    """Ask all peers at once. A cluster counts once however it is addressed, and this very one not at all, so that every
    host can be given the same list."""

    def ask(peer: Mapping[str, Any]) -> tuple[ClusterIdentity, list[str]] | None:
        there = connect_peer(params, peer)
        try:
            return read_identity(there), [domain.name for domain in _observe(there, params["name"]) if domain.active]
        except OperationError as error:
            if not gives_no_answer(error):
                raise
            reporter.progress(error.message)
            return None

    peers = params["peers"]
    with ThreadPoolExecutor(max_workers=ASKED_AT_ONCE) as pool:
        answers = list(zip((peer["nutanix_host"] for peer in peers), pool.map(ask, peers), strict=True))
    counted = [read_identity(client)]
    active_on: dict[str, list[str]] = {}
    for host, answer in answers:
        if answer is None or any(is_same_cluster(answer[0], other) for other in counted):
            continue
        counted.append(answer[0])
        for name in answer[1]:
            active_on.setdefault(name, []).append(host)
    return Others(active_on, [host for host, answer in answers if answer is None])


def _observe(client: PrismElement, name: str | None) -> list[ProtectionDomain]:
    if not name:
        return list_protection_domains(client)
    domain = find_protection_domain(client, name)
    if domain:
        return [domain]
    return []


def _shown(
    client: PrismElement, domain: ProtectionDomain, sites: list[RemoteSite], params: Params, others: Others | None
) -> dict[str, Any]:
    facts = {
        "name": domain.name,
        "active": domain.active,
        "metro": domain.metro,
        "members": list(map(asdict, domain.members)),
        "remote_sites": _sites(domain, sites),
        "schedules": list(map(asdict, domain.schedules)),
        "next_snapshot": iso_utc(domain.next_snapshot_usecs),
        "replications": list(map(asdict, list_replications(client, domain.name, domain.links))),
        "pending_replications": list(map(asdict, list_queued(client, domain.name))),
    }
    if params["snapshots"]:
        facts["snapshots"] = list(map(_snapshot, list_pd_snapshots(client, domain.name)))
    if params["restores"]:
        facts |= _restores(client, domain.name)
    if others:
        facts |= _sides(domain, params["nutanix_host"], others)
    return facts


def _sides(domain: ProtectionDomain, host: str, others: Others) -> dict[str, Any]:
    active_on = list(others.active_on.get(domain.name, []))
    if domain.active:
        active_on.insert(0, host)
    return {
        "active_on": active_on,
        "split_brain": len(active_on) > 1,
        "peers_without_answer": list(others.without_answer),
    }


def _restores(client: PrismElement, protection_domain: str) -> dict[str, Any]:
    return {
        "restoring": [pending.snapshot_id for pending in list_pending_restores(client, protection_domain)],
        "last_restore": iso_utc(last_restore_usecs(client, protection_domain)),
    }


def _sites(domain: ProtectionDomain, sites: list[RemoteSite]) -> list[dict[str, Any]]:
    """Every site of the cluster once, however many addresses it has, and those of the schedules even when the cluster
    does not list them."""
    listed = {site.name for site in sites}
    unlisted = [RemoteSite(name, status="", addresses=()) for name in domain.scheduled_sites if name not in listed]
    return [_site(domain, site) for site in (*sites, *unlisted)]


def _site(domain: ProtectionDomain, site: RemoteSite) -> dict[str, Any]:
    return {
        "name": site.name,
        "status": site.status,
        "addresses": list(site.addresses),
        "scheduled": site.name in domain.scheduled_sites,
    }


def _snapshot(snapshot: PdSnapshot) -> dict[str, Any]:
    return {
        "id": snapshot.snapshot_id,
        "origin_id": origin_id(snapshot.snapshot_id),
        "created": iso_utc(snapshot.created_usecs),
        "expires": iso_utc(snapshot.expiry_usecs),
        "retention": retention_of(snapshot.created_usecs, snapshot.expiry_usecs) if snapshot.expiry_usecs else None,
        "state": snapshot.state,
        "vms": list(map(_vm, snapshot.members)),
        "oob": bool(snapshot.oob_schedule_ids),
    }


def _vm(member: Member) -> dict[str, str]:
    return {"vm_name": member.vm_name, "vm_uuid": member.vm_uuid}


OPERATION = Reading(arguments=ARGUMENTS, read=read)
