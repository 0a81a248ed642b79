# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which VMs may host the machines of a site: put together from what clusters say, before and after a failover.

What a cluster was seen to have is {message, vms, domains}: `message` says why it could not be asked ('' when it could),
`vms` are those of pe_vm_info and
`domains` those of pe_protection_domain_info. A VM for citrix_machine_hosting is {name, uuid, hypervisor_connection,
cluster}.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_of, column
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal

Seen = Mapping[str, Any]
USABLE = ("AVAILABLE", "RETAIN_FOREVER")


def present(
    clusters: Mapping[str, Seen],
    connections: Mapping[str, str],
    protection_domains: Sequence[str] = (),
    lost: Iterable[str] = (),
) -> dict[str, Any]:
    """The VMs that are there now: {vms, vm_names, vm_uuids, other_vm_uuids}; `vm_names` and `vm_uuids` are None without
    protection domains.

    `vm_uuids` are also those that the members had before an activation, as far as snapshots tell them: a machine
    that still has one of these is meant, whatever its connection. `other_vm_uuids` are all other VMs that were
    read: a machine that has one of them is none of this move, whatever its name.

    With protection domains only their members count, on the cluster where they are active: a VM of the same name that
    is no member, such as the clone of a drill, can then never take over a machine. A member whose VM is gone stays
    among the names, so that its machine comes out as missing, and so do the names of VMs that were `lost` on the way
    here. Raises Refusal when a cluster could not be asked, or a
    protection domain is active nowhere or twice.
    """
    silent = [f"{host} could not be asked ({facts['message']})" for host, facts in clusters.items() if facts["message"]]
    if silent:
        refused_by = [facts["log_in_refused_by"] for facts in clusters.values() if facts.get("log_in_refused_by")]
        raise Refusal(
            ". ".join(silent),
            "Every cluster of the move must answer, so that no machine is put on a wrong VM. Where one is lost, name"
            " the others in machine_rehost_clusters.",
            **({"log_in_refused_by": refused_by[0]} if refused_by else {}),
        )
    vms, names = [], []
    if not protection_domains:
        for host, facts in clusters.items():
            vms += [_vm(vm["name"], vm["uuid"], host, connections) for vm in facts["vms"]]
        return {"vms": vms, "vm_names": None, "vm_uuids": None, "other_vm_uuids": []}
    for protection_domain in protection_domains:
        host = _where_active(protection_domain, clusters)
        names_by_uuid = {vm["uuid"]: vm["name"] for vm in clusters[host]["vms"]}
        for member in _domain(clusters[host], protection_domain)["members"]:
            name = names_by_uuid.get(member["vm_uuid"], member["vm_name"])
            names.append(name)
            if member["vm_uuid"] in names_by_uuid:
                vms.append(_vm(name, member["vm_uuid"], host, connections))
    domains = [_domain(facts, name) for facts in clusters.values() for name in protection_domains]
    return _chosen(vms, [*names, *lost], _seen_on(*clusters.values()), domains=domains)


@dataclass(frozen=True)
class Failover:
    """What moves: `protection_domains` from `source` to `target`, the inventory host `host`, whose VMs are behind one
    of `connections`. `snapshots` by protection domain name those that an activation starts from, where they are
    known."""

    source: Seen
    target: Seen
    protection_domains: Sequence[str]
    planned: bool
    host: str
    connections: Mapping[str, str]
    snapshots: Mapping[str, str] | None = None

    def expected(self) -> dict[str, Any]:
        """The VMs that will be on the target after the failover: {vms, vm_names, vm_uuids, other_vm_uuids}, as
        `present` tells them. A member that does not exist any more stays among the names.

        A planned migration keeps uuids; an activation gives new ones, told as '' for "known after the failover"
        (contract prism_element 11). Where the source cannot be asked, the newest usable snapshot on the target says who
        will be there, or the one that is named.
        """
        vms, names = [], []
        for name in self.protection_domains:
            members, keeps_uuids, owner = self._members_to_come(name)
            gone = _deleted(members, owner) if keeps_uuids else ()
            for member in members:
                names.append(member["vm_name"])
                if member["vm_uuid"] not in gone:
                    vms.append(self._vm(member["vm_name"], member["vm_uuid"] if keeps_uuids else ""))
        leaving = self._member_uuids(self.protection_domains)
        return _chosen(
            vms, names, _seen_on(self.source, self.target), leaving, self._on_both_sides(self.protection_domains)
        )

    def _members_to_come(self, name: str) -> tuple[Sequence[Mapping[str, str]], bool, Seen]:
        """The members, whether they keep their uuids, and who says so."""
        there, here = _domain(self.target, name), _domain(self.source, name)
        snapshot_id = str((self.snapshots or {}).get(name) or "")
        if there.get("active"):
            return there["members"], True, self.target
        if snapshot_id and not self.planned:
            return _in_newest_snapshot(there, snapshot_id), False, self.target
        if here.get("active"):
            return here["members"], self.planned, self.source
        return _in_newest_snapshot(there), False, self.target

    def arriving(self, notes: Iterable[Mapping[str, Any]], done: Collection[str]) -> dict[str, Any]:
        """The VMs of the protection domains that have arrived while others may still move, as `present` tells them, and
        those `domains`, apart from the ones that are `done`.

        `notes` are those of pe_protection_domain_failover. A VM that has a namesake in another protection domain is
        left to the end, when all can be seen; so is everything while it is not known which VMs are still to come.
        """
        there = {note["name"]: note["vms"] for note in notes if note["arrived"]}
        names = [name for name in there if name not in done]
        arrived, others, staying = [], [], []
        for name in names:
            arrived += there[name]
        for name in self.protection_domains:
            if name in names:
                continue
            staying += self._member_uuids([name])
            to_come = there.get(name) or replace(self, protection_domains=[name]).expected()["vms"]
            if not to_come and name not in there and not self.planned:
                # A snapshot may be listed without its VMs (contract prism_element 1.3).
                return {**_chosen([], [], []), "domains": []}
            others += to_come
        namesakes = {_label(vm["name"]) for vm in others}
        vms = [self._vm(vm["name"], vm["uuid"]) for vm in arrived if _label(vm["name"]) not in namesakes]
        # Of another protection domain, or left to the end: none of these, whatever its name.
        seen = [*_seen_on(self.source, self.target), *_uuids(others), *_uuids(arrived), *staying]
        leaving = set(self._member_uuids(names)) - set(_uuids(arrived))
        chosen = _chosen(vms, column(vms, "name"), seen, leaving, self._on_both_sides(names))
        return {**chosen, "domains": names}

    def _member_uuids(self, names: Iterable[str]) -> list[str]:
        """Of the members that these protection domains have on the source."""
        return column(all_of((_domain(self.source, name) for name in names), "members"), "vm_uuid")

    def _on_both_sides(self, names: Iterable[str]) -> list[Mapping[str, Any]]:
        return [_domain(side, name) for name in names for side in (self.source, self.target)]

    def _vm(self, name: str, uuid: str) -> dict[str, str]:
        return _vm(name, uuid, self.host, self.connections)


def clusters_behind(clusters: Mapping[str, Seen], connections: Mapping[str, str]) -> list[dict[str, Any]]:
    """What was read of the clusters to which a site has connections, for citrix_machine_hosting."""
    behind = []
    for host, facts in clusters.items():
        if connections.get(host):
            connection, uuids = connections[host], _uuids(facts["vms"])
            told = {"name": host, "hypervisor_connection": connection, "vm_uuids": uuids, "problem": facts["message"]}
            behind.append(told)
    return behind


def _label(name: str) -> str:
    """HOST of a name that may be a DNS name: machines bear both."""
    return name.casefold().partition(".")[0]


def _uuids(vms: Iterable[Mapping[str, str]]) -> list[str]:
    """Without those that are known only after the failover."""
    return [vm["uuid"] for vm in vms if vm["uuid"]]


def _seen_on(*clusters: Seen) -> list[str]:
    """The uuids of all VMs that were read of these clusters."""
    return _uuids(chain.from_iterable(facts["vms"] for facts in clusters))


def _chosen(
    vms: Sequence[Mapping[str, str]],
    names: Iterable[str],
    seen: Iterable[str],
    leaving: Collection[str] = (),
    domains: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """`seen` are the uuids of all VMs that are known, `leaving` those of VMs that are given up for those of the same
    names, `domains` the protection domains as each side tells them."""
    names = list(dict.fromkeys(names))
    uuids = _uuids(vms)
    mine = {*uuids, *leaving}
    others = dict.fromkeys(uuid for uuid in seen if uuid and uuid not in mine)
    former = [uuid for uuid in _former_uuids(domains, names) if uuid not in others]
    return {
        "vms": vms,
        "vm_names": names,
        "vm_uuids": list(dict.fromkeys([*uuids, *former])),
        "other_vm_uuids": list(others),
    }


def _former_uuids(domains: Iterable[Mapping[str, Any]], names: Iterable[str]) -> list[str]:
    """The uuids that VMs of these names had when a snapshot was made: an activation gives new ones (contract
    prism_element 11)."""
    meant = {name.casefold() for name in names}
    members = all_of(all_of(domains, "snapshots"), "vms")
    return [member["vm_uuid"] for member in members if member["vm_uuid"] and member["vm_name"].casefold() in meant]


def _where_active(protection_domain: str, clusters: Mapping[str, Seen]) -> str:
    active = [host for host, facts in clusters.items() if _domain(facts, protection_domain).get("active")]
    if len(active) == 1:
        return active[0]
    if active:
        raise Refusal(
            f"Protection domain '{protection_domain}' is active on {' and on '.join(active)} at once, so it is not"
            " clear which VMs are the machines",
            "Deactivate it where its data is to be given up, then run again.",
        )
    raise Refusal(
        f"Protection domain '{protection_domain}' is not active on {' or '.join(clusters)}",
        "Fail over first, then re-host.",
    )


def _in_newest_snapshot(domain: Mapping[str, Any], snapshot_id: str = "") -> Sequence[Mapping[str, str]]:
    usable = [snapshot for snapshot in domain.get("snapshots") or [] if snapshot["state"] in USABLE]
    if snapshot_id:
        usable = [snapshot for snapshot in usable if snapshot_id in (snapshot["id"], snapshot["id"].rpartition(":")[2])]
    return max(usable, key=lambda snapshot: snapshot["created"] or "", default={"vms": []})["vms"]


def _deleted(members: Sequence[Mapping[str, str]], owner: Seen) -> set[str]:
    """The members that are listed and do not exist. The VMs of a cluster that were not read say nothing."""
    existing = set(_uuids(owner["vms"]))
    return {member["vm_uuid"] for member in members if existing and member["vm_uuid"] not in existing}


def _domain(facts: Seen, name: str) -> Mapping[str, Any]:
    return next((domain for domain in facts["domains"] if domain["name"] == name), {})


def _vm(name: str, uuid: str, host: str, connections: Mapping[str, str]) -> dict[str, str]:
    if not connections.get(host):
        raise Refusal(f"No hosting connection of this site is named for {host}", "Add it to dr_connections.")
    return {"name": name, "uuid": uuid, "hypervisor_connection": connections[host], "cluster": host}
