# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the one protection domain snapshot of a release, or adopt it, and wait until the chosen remote sites hold it; or
remove it from one cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    delete_pd_snapshot,
    list_held_by_site,
    list_pd_snapshots,
    list_pending_schedules,
    list_snapshots_being_removed,
    order_snapshot,
    snapshot_of_schedule,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    ProtectionDomain,
    find_protection_domain,
    unknown_protection_domain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.remote_sites import (
    RemoteSite,
    list_remote_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.replications import (
    list_queued,
    list_replications,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import read_vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_utc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    WAIT_ARGUMENTS,
    Deadline,
    Look,
    Standstill,
    amount,
    wait_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import (
    bears_mark,
    marked_retention,
    retention_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    Made,
    Member,
    PdSnapshot,
    PendingSchedule,
    made_by_release,
    members_called,
    origin_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.replication import DONE, SiteState, site_state
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import (
    RELEASE_ARGUMENTS,
    release_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    OperationError,
)

APPEARS_WITHIN = 60.0
# The longest that any client was seen to wait for an ordered snapshot is three minutes (contract prism_element 7.2).
TAKEN_WITHIN = 300.0
# What is neither under way nor queued may be about to be: the cluster queues it a little after the snapshot, and again
# after a link was down.
QUEUED_WITHIN = 600.0
REMOVED_WITHIN = 300.0
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
class Observed:
    """What matters of the cluster before anything is done."""

    domain: ProtectionDomain
    member: Member
    sites: tuple[str, ...]
    made: Made


def perform(run: Run) -> dict[str, Any]:
    mark = release_of(run.params).image_name
    return _absent(run, mark) if run.params["state"] == "absent" else _present(run, mark)


def _present(run: Run, mark: str) -> dict[str, Any]:
    if not 0 < run.params["retention"] <= LONGEST_RETENTION:
        raise OperationError(
            f"A retention of {run.params['retention']} seconds is not possible",
            f"Give 1 to {LONGEST_RETENTION} seconds.",
        )
    client = PrismElement.connect(run.params)
    seen = _observe(client, run, mark)
    create = seen.made.snapshot is None and seen.made.schedule is None
    if create:
        _refuse_unfit_vm(client, run, seen.member)
    if run.check:
        snapshot, states = seen.made.snapshot, [SiteState(site, "pending", 0.0, known=False) for site in seen.sites]
        if snapshot:
            states, _without = _site_states(client, seen.domain, snapshot.snapshot_id, states)
        return _result(run, seen, snapshot, states, create)
    deadline = Deadline(run.params["wait_timeout"])
    snapshot = seen.made.snapshot
    if snapshot is None:
        with run.phase("snapshot"):
            snapshot = _made(client, run, seen, mark, deadline)
    return _result(run, seen, snapshot, _replicated(client, run, seen, snapshot, deadline, just_ordered=create), create)


def _absent(run: Run, mark: str) -> dict[str, Any]:
    """Remove the snapshot of exactly this id from this cluster, and only when it holds the golden VM and bears the
    release's mark."""
    client = PrismElement.connect(run.params)
    name, snapshot_id = run.params["protection_domain"], run.params["snapshot_id"]

    def listed() -> PdSnapshot | None:
        found = [snapshot for snapshot in list_pd_snapshots(client, name) if snapshot.snapshot_id == snapshot_id]
        return next((snapshot for snapshot in found if not snapshot.expired), None)

    existing = listed()
    if existing is None:
        return {
            "changed": False,
            "snapshot_id": snapshot_id,
            "created": None,
            "expires": None,
            "diff": {"before": {"snapshot": None}, "after": {"snapshot": None}},
        }
    vm_name, release = run.params["vm_name"], run.params["release"]
    bears = existing.expiry_usecs is not None and bears_mark(
        retention_of(existing.created_usecs, existing.expiry_usecs), mark
    )
    if not bears or not any(member.vm_name == vm_name for member in existing.members):
        raise OperationError(
            f"{client.endpoint}: refused, because snapshot {snapshot_id} of '{name}' does not bear the mark of release"
            f" {release} of '{vm_name}'",
            "Only what a release made is removed. Use Prism for others.",
        )
    if not existing.available:
        raise OperationError(
            f"{client.endpoint}: snapshot {snapshot_id} of '{name}' cannot be removed while its state is"
            f" {existing.state}",
            "Run again later.",
        )
    if not run.check:
        run.progress(f"removing snapshot {snapshot_id} of '{name}'")
        delete_pd_snapshot(client, name, snapshot_id)
        if run.params["wait"]:
            _wait_until_removed(client, run, lambda: listed() is None)
    shown = {"protection_domain": name, "snapshot_id": snapshot_id, "vm": vm_name, "release": release}
    return {
        "changed": True,
        "snapshot_id": snapshot_id,
        "created": iso_utc(existing.created_usecs),
        "expires": iso_utc(existing.expiry_usecs),
        "diff": {"before": {"snapshot": shown}, "after": {"snapshot": None}},
    }


def _wait_until_removed(client: PrismElement, run: Run, gone: Callable[[], bool]) -> None:
    name, snapshot_id = run.params["protection_domain"], run.params["snapshot_id"]
    what = f"removing snapshot {snapshot_id} of '{name}'"
    deadline = Deadline(run.params["wait_timeout"])
    standstill = Standstill(
        f"{client.endpoint}: {what}",
        "The cluster accepted the order and does not work on it: look into its events, then run again.",
    )

    def look() -> Look[None]:
        done = gone()
        if not done:
            pending = snapshot_id in list_snapshots_being_removed(client, name)
            idle = f"it is still listed as available, and pending_actions of '{name}' lists no removal of it"
            standstill.note("" if pending else idle, min(REMOVED_WITHIN, deadline.left / 4))
        return Look(None, done=done)

    wait_for(look, what=what, timeout=deadline.left, progress=run.progress)


def _observe(client: PrismElement, run: Run, mark: str) -> Observed:
    name = run.params["protection_domain"]
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
        advice = (
            f"Its latest snapshot comes from the site '{origins[0]}': run this there."
            if origins
            else "Run this on the cluster where it is active."
        )
        raise OperationError(f"{client.endpoint}: the protection domain '{name}' is not active here", advice)
    member = _member(client, run, domain)
    made = made_by_release(snapshots, list_pending_schedules(client, name), member, mark)
    if made.snapshot and made.strays:
        strays = ", ".join(stray.snapshot_id for stray in made.strays)
        run.warn(
            f"'{name}' holds several snapshots of this release. The oldest is used: {made.snapshot.snapshot_id}. Not"
            f" used: {strays}"
        )
    return Observed(domain, member, _sites(client, run, domain), made)


def _member(client: PrismElement, run: Run, domain: ProtectionDomain) -> Member:
    vm_name, vm_uuid = run.params["vm_name"], run.params["vm_uuid"] or ""
    found = members_called(domain.members, vm_name, vm_uuid)
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(member.vm_uuid for member in found)
        raise OperationError(
            f"{client.endpoint}: the protection domain '{domain.name}' has {len(found)} VMs called '{vm_name}':"
            f" {listed}",
            "Give vm_uuid of the golden VM (image_release_base_vm_uuid in the release playbook).",
        )
    wanted = f"'{vm_name}' with the uuid {vm_uuid}" if vm_uuid else f"'{vm_name}'"
    advice = near_names(vm_name, (member.vm_name for member in domain.members))
    raise OperationError(
        f"{client.endpoint}: no VM {wanted} is protected by '{domain.name}'",
        advice or "Add the golden VM to the protection domain.",
    )


def _sites(client: PrismElement, run: Run, domain: ProtectionDomain) -> tuple[str, ...]:
    """The chosen sites: those named, or all that the schedules replicate to."""
    named = run.params["remote_sites"]
    if named is not None and not named:
        return ()
    known = {site.name: site for site in list_remote_sites(client)}
    if named is None and not domain.scheduled_sites:
        raise OperationError(
            f"{client.endpoint}: the protection domain '{domain.name}' has no schedule that replicates to a remote"
            " site, and remote_sites names none",
            f"Name them in remote_sites ({quoted(known) or 'the cluster has none'}), or give an empty list for a"
            " snapshot on this cluster only.",
        )
    chosen = tuple(dict.fromkeys(domain.scheduled_sites if named is None else named))
    for name in chosen:
        if name not in known:
            raise OperationError(f"{client.endpoint} has no remote site '{name}'", near_names(name, known))
        _warn_of_unreachable(run, known[name])
    return chosen


def _warn_of_unreachable(run: Run, site: RemoteSite) -> None:
    if site.status == "UNREACHABLE":
        run.warn(f"The remote site '{site.name}' is unreachable for the cluster at the moment; replication to it waits")


def _refuse_unfit_vm(client: PrismElement, run: Run, member: Member) -> None:
    vm = read_vm(client, member.vm_uuid)
    if vm is None:
        raise OperationError(
            f"{client.endpoint}: '{member.vm_name}' ({member.vm_uuid}) is listed in '{run.params['protection_domain']}'"
            " but does not exist any more",
            "Remove the orphaned entry and protect the golden VM that exists.",
        )
    if run.params["require_powered_off"] and vm.power_state != "off":
        raise OperationError(
            f"{client.endpoint}: the golden VM '{vm.name}' is not powered off (its state is '{vm.power_state}')",
            "Shut it down, so that the image is consistent, or set require_powered_off to false.",
        )
    if vm.not_protectable_because:
        run.warn(f"The cluster says that '{vm.name}' cannot take part in replication: {vm.not_protectable_because}")


def _made(client: PrismElement, run: Run, seen: Observed, mark: str, deadline: Deadline) -> PdSnapshot:
    """The snapshot of the schedule that is there, or of a new one."""
    made = seen.made if seen.made.schedule else _ordered(client, run, seen, mark, deadline)
    if made.snapshot:
        return made.snapshot
    ordered = cast(PendingSchedule, made.schedule).schedule_id
    what = f"snapshot of '{seen.domain.name}' for release {run.params['release']}"
    reason = (
        "The cluster has dropped the order: look into its events, and whether the protection domain is still active"
        " there. Then run the same task again."
    )
    standstill = Standstill(f"{client.endpoint}: {what}", reason)

    def look() -> Look[PdSnapshot | None]:
        # The schedules first: between the two reads one may turn into a snapshot, and is then seen in the second.
        pending = any(schedule.schedule_id == ordered for schedule in list_pending_schedules(client, seen.domain.name))
        snapshot = snapshot_of_schedule(client, seen.domain.name, ordered)
        there = snapshot is not None and snapshot.available
        idle = f"its order {ordered} is not listed any more (oob_schedules), and no snapshot came of it (dr_snapshots)"
        standstill.note("" if pending or snapshot else idle, min(TAKEN_WITHIN, deadline.left / 4))
        return Look(snapshot, done=there, state="" if there else "waiting for the snapshot")

    advice = f"Its schedule {ordered} was not cancelled. Run the same task again: it adopts the snapshot."
    own = cast(PdSnapshot, wait_for(look, what=what, timeout=deadline.left, progress=run.progress, advice=advice))
    # Two runs at once may both have ordered one; both go on with the older, so that all images come out of the same.
    return made_by_release(list_pd_snapshots(client, seen.domain.name), (), seen.member, mark).snapshot or own


def _ordered(client: PrismElement, run: Run, seen: Observed, mark: str, deadline: Deadline) -> Made:
    """Order the snapshot, and say what has come of it: its schedule, or the snapshot already."""
    name, retention = seen.domain.name, marked_retention(run.params["retention"], mark)

    def send() -> Made:
        schedule_id = order_snapshot(client, name, seen.sites, retention, run.params["app_consistent"])
        return Made(schedule=PendingSchedule(schedule_id, retention, seen.sites))

    def appeared() -> Made | None:
        # The schedules first: between the two reads one may turn into a snapshot, and is then seen in the second.
        schedules = list_pending_schedules(client, name)
        made = made_by_release(list_pd_snapshots(client, name), schedules, seen.member, mark)
        return made if made.snapshot or made.schedule else None

    what = f"order of a snapshot of '{name}'"
    patience = min(APPEARS_WITHIN, deadline.left / 4)
    return send_once(send, appeared, what=what, progress=run.progress, patience=patience)


def _replicated(
    client: PrismElement, run: Run, seen: Observed, snapshot: PdSnapshot, deadline: Deadline, *, just_ordered: bool
) -> list[SiteState]:
    """Wait until every chosen site holds the snapshot, or only look when waiting is not wanted."""
    states = [SiteState(site, "pending", 0.0, known=False) for site in seen.sites]
    # What was ordered a moment ago is nowhere yet, and asking fifty sites for it one after the other takes longer than
    # the snapshot itself.
    if not states or (just_ordered and not run.params["wait"]):
        return states

    what = f"replication of snapshot {snapshot.snapshot_id} of '{seen.domain.name}'"
    standstill = Standstill(
        f"{client.endpoint}: {what}",
        "It was aborted, or never began: replicate the snapshot in Prism, or make a new release. What has arrived is"
        " kept.",
    )

    def look() -> Look[list[SiteState]]:
        nonlocal states
        domain = find_protection_domain(client, seen.domain.name)
        if domain is None:
            raise unknown_protection_domain(client, seen.domain.name)
        states, left = _site_states(client, domain, snapshot.snapshot_id, states)
        if run.params["wait"]:
            standstill.note(_idle(states, left), min(QUEUED_WITHIN, deadline.left / 4))
        return Look(
            states, done=not run.params["wait"] or all(state.state == DONE for state in states), state=_in_words(states)
        )

    advice = "It was not cancelled. Run the same task again to go on waiting, or raise wait_timeout."
    return wait_for(look, what=what, timeout=deadline.left, progress=run.progress, advice=advice)


def _site_states(
    client: PrismElement, domain: ProtectionDomain, snapshot_id: str, before: list[SiteState]
) -> tuple[list[SiteState], list[str]]:
    """The state of every site now, and the sites that said themselves that they do not hold it. What once was proved
    stays proved."""
    if all(state.state == DONE for state in before):
        return before, []
    replications = list_replications(client, domain.name, domain.links)
    queued = list_queued(client, domain.name)
    without: list[str] = []

    def now(name: str) -> SiteState:
        state = site_state(name, snapshot_id, domain.links, replications, queued)
        if state.known:
            return state
        # Neither on its way nor the last that arrived: it has not started, or a later snapshot has followed it. The
        # site's own list knows.
        held = _held(client, name, domain.name)
        state = site_state(name, snapshot_id, domain.links, replications, queued, held or ())
        if held is not None and state.state != DONE:
            without.append(name)
        return state

    return [state if state.state == DONE else now(state.name) for state in before], without


def _held(client: PrismElement, site: str, protection_domain: str) -> list[str] | None:
    try:
        return [
            snapshot.snapshot_id
            for snapshot in list_held_by_site(client, site, protection_domain)
            if snapshot.available
        ]
    except AccessDenied:
        raise
    except ApiError:
        # The cluster asks the site for it: no answer is no proof, and the next look asks again.
        return None


def _idle(states: list[SiteState], without: list[str]) -> str:
    """What was looked at and found idle, '' while a site may still get the snapshot: then it is under way or queued, or
    the site does not answer."""
    left = [state.name for state in states if state.state != DONE]
    if not left or sorted(left) != sorted(without):
        return ""
    return f"it is neither listed among the replications nor among those that wait, and it is not on {quoted(left)}"


def _in_words(states: list[SiteState]) -> str:
    """'cluster-b done, cluster-c 40 % (12.0 of 30.0 GiB), cluster-d not under way'"""

    def words(state: SiteState) -> str:
        if state.state == DONE:
            return f"{state.name} done"
        if not state.known:
            return f"{state.name} not under way"
        if state.state == "pending":
            return f"{state.name} queued"
        moved = "" if state.completed_bytes is None else amount(state.completed_bytes)
        of_all = f" of {amount(state.total_bytes)}" if moved and state.total_bytes else ""
        return (
            f"{state.name} {state.percent:.0f}"
            f" %{f' ({moved}{of_all})' if moved else ''}{' paused' if state.paused else ''}"
        )

    return ", ".join(words(state) for state in states)


def _result(
    run: Run, seen: Observed, snapshot: PdSnapshot | None, states: list[SiteState], create: bool
) -> dict[str, Any]:
    schedules = (
        snapshot.oob_schedule_ids if snapshot else (seen.made.schedule.schedule_id,) if seen.made.schedule else ()
    )
    shown = {
        "snapshot_id": snapshot.snapshot_id if snapshot else "",
        "schedule_id": schedules[0] if schedules else None,
        "created": iso_utc(snapshot.created_usecs) if snapshot else None,
        "expires": iso_utc(snapshot.expiry_usecs) if snapshot else None,
    }
    wanted = {
        "protection_domain": seen.domain.name,
        "vm": seen.member.vm_name,
        "release": run.params["release"],
        "remote_sites": list(seen.sites),
    }
    return {
        "changed": create,
        **shown,
        "adopted": not create,
        "remote_sites": [{"name": state.name, "state": state.state, "percent": state.percent} for state in states],
        "diff": {"before": {"snapshot": None if create else wanted}, "after": {"snapshot": wanted}},
    }


OPERATION = Operation(arguments=ARGUMENTS, perform=perform, required_if=(("state", "absent", ("snapshot_id",)),))
