# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the one protection domain snapshot of a release, or adopt it, and wait until the chosen remote sites hold it; or
remove it from one cluster."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    delete_pd_snapshot,
    list_pd_snapshots,
    list_pending_schedules,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    ProtectionDomain,
    find_protection_domain,
    unknown_protection_domain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.remote_sites import (
    list_remote_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import read_vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted, right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_utc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    WAIT_ARGUMENTS,
    Deadline,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import (
    bears_mark,
    retention_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    Made,
    Member,
    PdSnapshot,
    made_by_release,
    members_called,
    origin_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.replication import DONE, SiteState
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.pd_snapshot import (
    SnapshotOrder,
    listed_snapshot,
    make_snapshot,
    wait_until_removed,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.replication import (
    not_started,
    site_states,
    wait_for_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import (
    RELEASE_ARGUMENTS,
    release_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    OperationError,
)

LONGEST_RETENTION = 10 * 365 * 24 * 3600

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **RELEASE_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "protection_domain": {"type": "str", "required": True},
    "snapshot_id": {"type": "str"},
    "vm_uuid": {"type": "str"},
    "remote_sites": {"type": "list", "elements": "str"},
    "retention": {"type": "int", "default": 2592000},
    "app_consistent": {"type": "bool", "default": False},
    "require_powered_off": {"type": "bool", "default": True},
}


@dataclass(frozen=True)
class _Domain:
    """What matters of the protection domain before anything is done."""

    domain: ProtectionDomain
    member: Member
    sites: tuple[str, ...]
    made: Made
    states: list[SiteState]


@dataclass(frozen=True)
class _Observed:
    """`snapshot` is the one of the release, or the one to remove; `present` is read only where one is to be made."""

    client: PrismElement
    snapshot: PdSnapshot | None
    present: _Domain | None = None


def observe(params: Params, reporter: Reporter) -> _Observed:
    release_of(params)
    if params["state"] == "absent":
        client = PrismElement.connect(params)
        return _Observed(client, listed_snapshot(client, params["protection_domain"], params["snapshot_id"]))
    if not 0 < params["retention"] <= LONGEST_RETENTION:
        raise OperationError(
            f"A retention of {params['retention']} seconds is not possible",
            f"Give 1 to {LONGEST_RETENTION} seconds.",
        )
    return _observe_domain(params, reporter)


def plan(params: Params, observed: _Observed) -> Plan[str]:
    present = observed.present
    if present is None:
        return _removal(params, observed)
    if observed.snapshot is None:
        return Plan(steps=("make",), facts=_facts(params, present, None, present.states))
    waits = params["wait"] and any(state.state != DONE for state in present.states)
    facts = _facts(params, present, observed.snapshot, present.states)
    return Plan(steps=("follow",) if waits else (), facts=facts)


def apply(params: Params, observed: _Observed, plan: Plan[str], reporter: Reporter) -> Result:
    client, present, snapshot = observed.client, observed.present, observed.snapshot
    deadline = Deadline(params["wait_timeout"])
    if present is None:
        return _remove(params, client, plan, deadline, reporter)
    name = present.domain.name
    if snapshot is None:
        order = SnapshotOrder(
            name,
            present.member,
            params["release"],
            release_of(params).image_name,
            present.sites,
            params["retention"],
            params["app_consistent"],
        )
        with reporter.phase("snapshot"):
            snapshot = make_snapshot(client, order, present.made, deadline, reporter.progress)
    states = present.states
    if params["wait"]:
        states = wait_for_sites(client, name, snapshot.snapshot_id, states, deadline, reporter.progress)
    elif present.made.schedule:
        states, _without = site_states(client, present.domain, snapshot.snapshot_id, states)
    # What was ordered a moment ago is nowhere yet, and asking fifty sites for it one after the other takes longer than
    # the snapshot itself.
    return _facts(params, present, snapshot, states)


def _removal(params: Params, observed: _Observed) -> Plan[str]:
    """Remove the snapshot of exactly this id from this cluster, and only when it holds the golden VM and bears the
    release's mark."""
    existing, client = observed.snapshot, observed.client
    name, snapshot_id, vm_name = params["protection_domain"], params["snapshot_id"], params["vm_name"]
    facts = {"snapshot_id": snapshot_id, "created": None, "expires": None}
    if existing is None:
        return Plan(facts=facts, before={"snapshot": None}, after={"snapshot": None})
    mark = release_of(params).image_name
    bears = existing.expiry_usecs is not None and bears_mark(
        retention_of(existing.created_usecs, existing.expiry_usecs), mark
    )
    if not bears or not any(member.vm_name == vm_name for member in existing.members):
        raise OperationError(
            f"{client.endpoint}: refused, because snapshot {snapshot_id} of '{name}' does not bear the mark of release"
            f" {params['release']} of '{vm_name}'",
            "Only what a release made is removed. Use Prism for others.",
        )
    if not existing.available:
        raise OperationError(
            f"{client.endpoint}: snapshot {snapshot_id} of '{name}' cannot be removed while its state is"
            f" {existing.state}",
            "Run again later.",
        )
    row = {"protection_domain": name, "snapshot_id": snapshot_id, "vm": vm_name, "release": params["release"]}
    times = {"created": iso_utc(existing.created_usecs), "expires": iso_utc(existing.expiry_usecs)}
    return Plan(steps=("remove",), facts={**facts, **times}, before={"snapshot": row}, after={"snapshot": None})


def _remove(params: Params, client: PrismElement, plan: Plan[str], deadline: Deadline, reporter: Reporter) -> Result:
    name, snapshot_id = params["protection_domain"], params["snapshot_id"]
    reporter.progress(f"removing snapshot {snapshot_id} of '{name}'")
    delete_pd_snapshot(client, name, snapshot_id)
    if params["wait"]:
        wait_until_removed(client, name, snapshot_id, deadline, reporter.progress)
    return dict(plan.facts)


def _observe_domain(params: Params, reporter: Reporter) -> _Observed:
    client = PrismElement.connect(params)
    name = params["protection_domain"]
    domain = find_protection_domain(client, name)
    if domain is None:
        raise unknown_protection_domain(client, name)
    if domain.metro:
        raise OperationError(
            f"{client.endpoint}: the protection domain '{name}' is a metro availability one",
            "Use an asynchronous protection domain for golden images.",
        )
    snapshots = list_pd_snapshots(client, name)
    if not domain.active:
        origins = origin_sites(snapshots)
        advice = "Run this on the cluster where it is active."
        if origins:
            advice = f"Its latest snapshot comes from the site '{origins[0]}': run this there."
        raise OperationError(f"{client.endpoint}: the protection domain '{name}' is not active here", advice)
    member = _member(client, params, domain)
    own_snapshots = made_by_release(
        snapshots, list_pending_schedules(client, name), member, release_of(params).image_name
    )
    if own_snapshots.snapshot and own_snapshots.strays:
        strays = ", ".join(stray.snapshot_id for stray in own_snapshots.strays)
        reporter.warn(
            f"'{name}' holds several snapshots of this release. The oldest is used:"
            f" {own_snapshots.snapshot.snapshot_id}. Not used: {strays}"
        )
    sites = _sites(client, params, reporter, domain)
    if own_snapshots.snapshot is None and own_snapshots.schedule is None:
        _refuse_unfit_vm(client, params, reporter, member)
    states = not_started(sites)
    if own_snapshots.snapshot:
        states, _without = site_states(client, domain, own_snapshots.snapshot.snapshot_id, states)
    return _Observed(client, own_snapshots.snapshot, _Domain(domain, member, sites, own_snapshots, states))


def _member(client: PrismElement, params: Params, domain: ProtectionDomain) -> Member:
    vm_name, vm_uuid = params["vm_name"], params["vm_uuid"] or ""
    matches = members_called(domain.members, vm_name, vm_uuid)
    if len(matches) == 1:
        return matches[0]
    if matches:
        uuids = ", ".join(member.vm_uuid for member in matches)
        raise OperationError(
            f"{client.endpoint}: the protection domain '{domain.name}' has {len(matches)} VMs called '{vm_name}':"
            f" {uuids}",
            "Give vm_uuid of the golden VM (image_release_base_vm_uuid in the release playbook).",
        )
    label = f"'{vm_name}'"
    if vm_uuid:
        label += f" with the uuid {vm_uuid}"
    advice = near_names(vm_name, (member.vm_name for member in domain.members))
    raise OperationError(
        f"{client.endpoint}: no VM {label} is protected by '{domain.name}'",
        advice or "Add the golden VM to the protection domain.",
    )


def _sites(client: PrismElement, params: Params, reporter: Reporter, domain: ProtectionDomain) -> tuple[str, ...]:
    """The chosen sites: those named, or all that the schedules replicate to."""
    option = params["remote_sites"]
    if option is not None and not option:
        return ()
    by_name = {site.name: site for site in list_remote_sites(client)}
    if option is None and not domain.scheduled_sites:
        raise OperationError(
            f"{client.endpoint}: the protection domain '{domain.name}' has no schedule that replicates to a remote"
            " site, and remote_sites names none",
            f"Name them in remote_sites ({quoted(by_name) or 'the cluster has none'}), or give an empty list for a"
            " snapshot on this cluster only.",
        )
    names = tuple(dict.fromkeys(domain.scheduled_sites if option is None else option))
    for name in names:
        if name not in by_name:
            raise OperationError(f"{client.endpoint} has no remote site '{name}'", right_name(name, by_name))
        if by_name[name].status == "UNREACHABLE":
            reporter.warn(
                f"The remote site '{name}' is unreachable for the cluster at the moment; replication to it waits"
            )
    return names


def _refuse_unfit_vm(client: PrismElement, params: Params, reporter: Reporter, member: Member) -> None:
    vm = read_vm(client, member.vm_uuid)
    if vm is None:
        raise OperationError(
            f"{client.endpoint}: '{member.vm_name}' ({member.vm_uuid}) is listed in '{params['protection_domain']}'"
            " but does not exist any more",
            "Remove the orphaned entry and protect the golden VM that exists.",
        )
    if params["require_powered_off"] and vm.power_state != "off":
        raise OperationError(
            f"{client.endpoint}: the golden VM '{vm.name}' is not powered off (its state is '{vm.power_state}')",
            "Shut it down, so that the image is consistent, or set require_powered_off to false.",
        )
    if vm.not_protectable_because:
        reporter.warn(
            f"The cluster says that '{vm.name}' cannot take part in replication: {vm.not_protectable_because}"
        )


def _facts(params: Params, present: _Domain, snapshot: PdSnapshot | None, states: list[SiteState]) -> Result:
    schedule = present.made.schedule
    create = present.made.snapshot is None and schedule is None
    made: Result = {"snapshot_id": "", "schedule_id": None, "created": None, "expires": None}
    if snapshot:
        made = {
            "snapshot_id": snapshot.snapshot_id,
            "schedule_id": next(iter(snapshot.oob_schedule_ids), None),
            "created": iso_utc(snapshot.created_usecs),
            "expires": iso_utc(snapshot.expiry_usecs),
        }
    elif schedule:
        made["schedule_id"] = schedule.schedule_id
    after = {
        "protection_domain": present.domain.name,
        "vm": present.member.vm_name,
        "release": params["release"],
        "remote_sites": list(present.sites),
    }
    return {
        "changed": create,
        **made,
        "adopted": not create,
        "remote_sites": [{"name": state.name, "state": state.state, "percent": state.percent} for state in states],
        "diff": {"before": {"snapshot": None if create else after}, "after": {"snapshot": after}},
    }


OPERATION = Change(
    arguments=ARGUMENTS,
    observe=observe,
    plan=plan,
    apply=apply,
    required_if=(("state", "absent", ("snapshot_id",)),),
)
