# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the VMs of machines are protected, and how old the data is that another cluster has of them.

Only a snapshot that another cluster shows counts. Where somebody who may know more was not heard, nothing is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment, parse_moment

Facts = Mapping[str, Any]
PROTECTED, LOCAL, UNPROTECTED, UNKNOWN = "protected", "on its own cluster only", "not protected", "unknown"
NOT_NEEDED, PARTLY, NO_MACHINES = "not needed", "partly protected", "no machines"
AVAILABLE = "AVAILABLE"


@dataclass
class Protections:
    """`domains`: uuid of a VM in lower case -> the protection domain that it is in; `copies`: protection domain and VM
    -> when the newest snapshot was made that another cluster than its own has. `doubtful` says that a cluster was not
    heard, or that a Prism Central may protect what no protection domain does."""

    doubtful: bool
    silent: bool
    domains: dict[str, str] = field(default_factory=dict)
    copies: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def of_vm(self, uuid: str) -> tuple[str, datetime | None]:
        """Its state, and of when the newest copy elsewhere is."""
        if not uuid:
            return UNKNOWN, None
        domain = self.domains.get(uuid.casefold())
        if domain is None:
            return (UNKNOWN if self.doubtful else UNPROTECTED), None
        copy = self.copies.get((domain, uuid.casefold()))
        if copy:
            return PROTECTED, copy
        return (UNKNOWN if self.silent else LOCAL), None


def protections(clusters: Mapping[str, Facts], centrals: Mapping[str, Facts]) -> Protections:
    """`clusters`: host -> {message, protection_domains as pe_protection_domain_info returns them}."""
    silent = any(facts.get("message") for facts in clusters.values())
    known = Protections(doubtful=silent or bool(centrals), silent=silent)
    names: dict[tuple[str, str], str] = {}
    owners: dict[str, set[str]] = {}
    for host, facts in clusters.items():
        for domain in facts.get("protection_domains") or []:
            if not domain["active"]:
                continue
            owners.setdefault(domain["name"], set()).add(host)
            for member in domain["members"]:
                uuid = (member["vm_uuid"] or "").casefold()
                known.domains[uuid] = domain["name"]
                names[domain["name"], member["vm_name"]] = uuid
    for host, facts in clusters.items():
        for domain in facts.get("protection_domains") or []:
            if host not in owners.get(domain["name"], set()):
                _add_copies(known, names, domain)
    return known


def _add_copies(known: Protections, names: Mapping[tuple[str, str], str], domain: Facts) -> None:
    """The snapshots that a cluster has of a protection domain of another one. A VM is known by its uuid, or by its name
    in this protection domain."""
    for snapshot in domain.get("snapshots") or []:
        created = parse_moment(snapshot["created"])
        if created is None or snapshot["state"] != AVAILABLE:
            continue
        for vm in snapshot["vms"]:
            uuid = (vm.get("vm_uuid") or "").casefold()
            key = (domain["name"], uuid if uuid in known.domains else names.get((domain["name"], vm["vm_name"]), ""))
            known.copies[key] = max(created, known.copies.get(key, created))


def protection_of(vms: Iterable[str], takes_image: bool | None, known: Protections, now: datetime) -> dict[str, Any]:
    """What is known of the machines of one catalog, by the uuids of their VMs. Machines that are made anew from the
    image need no protection."""
    states = [known.of_vm(uuid) for uuid in vms]
    counts = Counter(state for state, _copy in states)
    oldest = min((copy for _state, copy in states if copy), default=None)
    return {
        "state": NOT_NEEDED if takes_image else _in_one_word(counts, len(states)),
        "protected": counts[PROTECTED],
        "local_only": counts[LOCAL],
        "unprotected": counts[UNPROTECTED],
        "unknown": counts[UNKNOWN],
        "oldest_copy": iso_moment(oldest),
        "data_age_seconds": seconds_since(oldest, now),
    }


def seconds_since(moment: datetime | None, now: datetime) -> int | None:
    """None for no moment. A clock that is ahead of ours makes nothing younger than new."""
    if moment:
        return max(0, round((now - moment).total_seconds()))
    return None


def _in_one_word(counts: Mapping[str, int], machines: int) -> str:
    if not machines:
        return NO_MACHINES
    if counts[UNKNOWN]:
        return UNKNOWN
    if counts[PROTECTED] == machines:
        return PROTECTED
    if counts[PROTECTED]:
        return PARTLY
    if counts[LOCAL] == machines:
        return LOCAL
    return UNPROTECTED
