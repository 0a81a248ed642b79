# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Move a protection domain to the other side, activate it on the survivor, or give it up on the old source."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover import (
    ARRIVING,
    BETWEEN,
    LEAVING,
    ORDER,
    UNCHANGED,
    Refusal,
    Side,
    Site,
    between,
    blocked,
    choose_site,
    choose_snapshot,
    data_age,
    decide_activation,
    decide_deactivation,
    decide_migration,
    not_in_snapshot,
    only_copies,
    shortened,
    transfers_in_the_way,
    way_out,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.protection import Member, PdSnapshot, origin_sites
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.timestamps import iso_utc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.client import CONNECTION_ARGUMENTS, PrismElement, patiently
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.failovers import (
    ModeTask,
    list_mode_tasks,
    list_pending_changes,
    order_activation,
    order_deactivation,
    order_migration,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.pd_snapshots import list_pd_snapshots
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.peers import (
    PEER_ARGUMENTS,
    Identity,
    connect_peer,
    gives_no_answer,
    is_same_cluster,
    read_identity,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.protection_domains import (
    ProtectionDomain,
    find_protection_domain,
    unknown_protection_domain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.remote_sites import list_remote_sites
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.replications import list_queued, list_replications
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.vms import Vm, list_vms
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    AnswerLost,
    ApiError,
    NotFound,
    OperationError,
    StillRunning,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.waiting import WAIT_ARGUMENTS, Deadline, Look, duration, wait_for

MIGRATED, ACTIVATED, DEACTIVATED = "migrated", "activated", "deactivated"
DEEDS = {MIGRATED: "migration", ACTIVATED: "activation", DEACTIVATED: "deactivation"}
PHASES = {MIGRATED: "migrate", ACTIVATED: "activate", DEACTIVATED: "deactivate"}

APPEARS_WITHIN = 60.0
SETTLES_WITHIN = 60.0
SHORTEST_PROOF = 3.0

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "required": True, "choices": [MIGRATED, ACTIVATED, DEACTIVATED]},
    "peer": {"type": "dict", "options": PEER_ARGUMENTS},
    "remote_site": {"type": "str"},
    "snapshot_id": {"type": "str"},
    "data_age_limit": {"type": "int"},
    "accept_pending_replications": {"type": "bool", "default": False},
    "replication_timeout": {"type": "int", "default": 0},
    "accept_split_brain": {"type": "bool", "default": False},
    "accept_missing_vms": {"type": "bool", "default": False},
    "accept_running_vms": {"type": "bool", "default": False},
    "confirm": {"type": "str"},
}


@dataclass(frozen=True)
class Seen:
    """The protection domain on one cluster at the moment; `domain` is None where the cluster does not know it.

    `blind` when the cluster lists neither pending changes of mode nor tasks about them: then nothing shows an order before it has ended.
    """

    side: Side
    domain: ProtectionDomain | None
    tasks: tuple[ModeTask, ...]
    blind: bool

    @property
    def members(self) -> tuple[Member, ...]:
        return self.domain.members if self.domain else ()


@dataclass
class Work:
    """What a run is about: the cluster, the other one where it is given, and what the result will tell."""

    run: Run
    client: PrismElement
    peer: PrismElement | None
    name: str
    deadline: Deadline
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def other(self) -> str:
        return self.peer.endpoint if self.peer else "the other side"

    def look(self) -> Seen:
        return _seen(self.client, self.name)

    def look_there(self) -> Seen | None:
        return _seen(self.peer, self.name) if self.peer else None

    def observe(self) -> Seen:
        """The first look; a domain that is not there is an error."""
        here = self.look()
        if here.domain is None:
            raise unknown_protection_domain(self.client, self.name)
        return here

    def plan(self, line: str) -> None:
        self.result.setdefault("plan", []).append(line)


def perform(run: Run) -> dict[str, Any]:
    params = run.params
    if params["state"] == DEACTIVATED and params["confirm"] != params["name"]:
        raise OperationError(
            f"Refused to deactivate the protection domain '{params['name']}', because it deletes its VMs on this cluster and confirm does not repeat its name",
            "Give its name in confirm as well, when the VMs on this cluster are to be deleted.",
        )
    peer = connect_peer(params, params["peer"]) if params["peer"] else None
    work = Work(run, PrismElement.connect(params), peer, params["name"], Deadline(params["wait_timeout"]))
    return {MIGRATED: _migrated, ACTIVATED: _activated, DEACTIVATED: _deactivated}[params["state"]](work)


# Planned: from the source to the other side.


def _migrated(work: Work) -> dict[str, Any]:
    incarnation = _refuse_itself(work, read_identity(work.client))
    here, there = work.observe(), work.look_there()
    snapshots = [] if here.side.active else list_pd_snapshots(work.client, work.name)
    was_here = here.side.active or any(not snapshot.received for snapshot in snapshots)
    decision = decide_migration(work.name, here.side, there.side if there else None, was_here, origin_sites(snapshots))
    if decision == BETWEEN and there:
        here, there = _through_between(work, here, there, snapshots)
    elif decision == ORDER:
        return _migrate(work, here, there, incarnation)
    elif _settled_on(decision) == UNCHANGED:
        if there is None:
            work.run.warn(
                f"'{work.name}' is not active on {work.client.endpoint}; whether it is anywhere else was not looked at: give peer to have it looked at"
            )
        elif not was_here:
            work.run.warn(
                f"'{work.name}' is active on {work.other}, and nothing shows that it ever was on {work.client.endpoint}: check that this is the source"
            )
    else:
        _refuse_other_destination(work, here)
        work.plan(f"wait for the migration of '{work.name}' that is under way already")
        if work.run.check or not work.run.params["wait"]:
            return _result(work, here, there, changed=False, vms=_named(here.members or (there.members if there else ())))
        with work.run.phase(PHASES[MIGRATED]):
            course = _Course(work, here)
            here, there = course.end()
            course.tell_what_is_absent()
    return _result(work, here, there, changed=False, vms=None if there else [])


def _refuse_other_destination(work: Work, here: Seen) -> None:
    wanted, under_way = work.run.params["remote_site"], here.side.pending.remote_site if here.side.pending else ""
    if wanted and under_way and wanted != under_way:
        raise OperationError(
            f"{work.client.endpoint}: '{work.name}' is being migrated to the remote site '{under_way}', and not to '{wanted}'",
            "Wait for its end, and migrate it on from there.",
        )


def _through_between(work: Work, here: Seen, there: Seen, snapshots: Sequence[PdSnapshot]) -> tuple[Seen, Seen]:
    """Active on neither side: for a moment so in the middle of a migration. An error when it stays so."""
    refusal = between(work.name, here.side, there.side, origin_sites(snapshots))
    if work.run.check or not work.run.params["wait"]:
        raise _error(refusal)

    def look() -> Look[Seen | None]:
        seen = work.look_there()
        return Look(seen, done=bool(seen and seen.side.active and not seen.side.direction), state=f"active neither here nor on {work.other}")

    try:
        arrived = wait_for(patiently(look), what=f"protection domain '{work.name}'", timeout=_patience(work, APPEARS_WITHIN), progress=work.run.progress)
    except StillRunning:
        raise _error(refusal) from None
    return work.look(), arrived or there


def _migrate(work: Work, here: Seen, there: Seen | None, peer_incarnation: int | None) -> dict[str, Any]:
    name, endpoint, params = work.name, work.client.endpoint, work.run.params
    domain = _domain(here)
    site = _accepted(choose_site(name, endpoint, _sites(work, domain, peer_incarnation), params["remote_site"] or ""))
    if there and not there.side.known and not site.fits_peer:
        raise OperationError(
            f"{there.side.endpoint}, given as peer, does not know '{name}', and nothing shows that it is the remote site '{site.name}' of {endpoint}",
            "Check that peer is the cluster to migrate to.",
        )
    _accepted(blocked(name, endpoint, domain.unrecoverable, site.name))

    def in_the_way() -> Refusal | None:
        running = list_replications(work.client, name, domain.links)
        return transfers_in_the_way(name, endpoint, running, list_queued(work.client, name), incoming=False)

    if _waited_for_transfers(work, in_the_way):
        return _migrated(work)
    if not site.scheduled:
        work.run.warn(f"No schedule of '{name}' replicates to '{site.name}', so that all of its data may have to be sent, and the cluster may refuse")
    existing = _by_uuid(list_vms(work.client))
    members = [member for member in domain.members if member.vm_uuid in existing]
    work.result["remote_site"] = site.name
    work.result["missing_vms"] = _named(member for member in domain.members if member.vm_uuid not in existing)
    work.plan(f"migrate '{name}' from {endpoint} to the remote site '{site.name}': {_counted(members, 'shut down, sent and registered there')}")
    for vm in work.result["missing_vms"]:
        work.plan(f"'{vm['name']}' ({vm['uuid']}) is listed in '{name}' but does not exist: nothing of it moves")
    if work.run.check:
        return _result(work, here, there, changed=True, vms=_named(members))

    def send() -> None:
        refusing = order_migration(work.client, name, site.name)
        _accepted(blocked(name, endpoint, refusing, site.name))

    with work.run.phase(PHASES[MIGRATED]):
        course = _Course(work, here, expected=members)
        _order(work, course, send)
        if not params["wait"]:
            return _result(work, here, there, changed=True, vms=_named(members))
        here, there = course.end()
        course.tell_what_is_absent()
    # Without a peer nobody was asked what is registered there; a migration keeps the uuids (prism_element_v2 11).
    return _result(work, here, there, changed=True, vms=None if there else _named(members), before=[endpoint])


def _sites(work: Work, domain: ProtectionDomain, peer_incarnation: int | None) -> list[Site]:
    peer_host = work.run.params["peer"]["nutanix_host"] if work.run.params["peer"] else ""
    return [
        Site(
            name=site.name,
            status=site.status,
            scheduled=site.name in domain.scheduled_sites,
            fits_peer=peer_host in site.addresses or (site.incarnation == peer_incarnation if site.incarnation and peer_incarnation else None),
        )
        for site in list_remote_sites(work.client)
    ]


# Unplanned: on the survivor.


def _activated(work: Work) -> dict[str, Any]:
    identity = read_identity(work.client)
    there = _there_if_it_answers(work, identity)
    here = work.observe()
    decision = decide_activation(work.name, here.side, there.side if there else None, work.run.params["accept_split_brain"])
    if decision == ORDER:
        return _activate(work, here, there, identity.clock_usecs)
    if _settled_on(decision) != UNCHANGED:
        work.plan(f"wait for the activation of '{work.name}' that is under way already")
        if work.run.check or not work.run.params["wait"]:
            return _result(work, here, there, changed=False, vms=_named(here.members))
        with work.run.phase(PHASES[ACTIVATED]):
            course = _Course(work, here)
            here, _source = course.end()
            course.tell_what_is_absent()
        return _result(work, here, there, changed=False, vms=course.registered)
    return _result(work, here, there, changed=False)


def _there_if_it_answers(work: Work, identity: Identity) -> Seen | None:
    """What the other side shows, None when it cannot tell: an activation is for that, and a deactivation is refused then."""
    if work.peer is None:
        return None
    try:
        _refuse_itself(work, identity)
        return work.look_there()
    except OperationError as error:
        if not gives_no_answer(error):
            raise
        work.run.warn(f"Whether '{work.name}' is active on {work.other} is not known: {error.message}")
        return None


def _activate(work: Work, here: Seen, there: Seen | None, cluster_clock_usecs: int | None) -> dict[str, Any]:
    name, endpoint, params = work.name, work.client.endpoint, work.run.params
    snapshots = list_pd_snapshots(work.client, name)
    snapshot = _accepted(choose_snapshot(name, endpoint, snapshots, params["snapshot_id"] or ""))
    if _waited_for_transfers(work, lambda: transfers_in_the_way(name, endpoint, list_replications(work.client, name), (), incoming=True)):
        return _activated(work)
    age = _age(work, snapshot, cluster_clock_usecs)
    newer = [member for other in snapshots if other.created_usecs > snapshot.created_usecs for member in other.members]
    missing = not_in_snapshot(snapshot, [*newer, *here.members, *(there.members if there else ())])
    work.result.update(
        snapshot={"id": snapshot.snapshot_id, "created": iso_utc(snapshot.created_usecs)},
        data_age_seconds=age,
        missing_vms=[{"name": vm_name, "uuid": vm_uuid} for vm_name, vm_uuid in missing],
    )
    if missing:
        work.run.warn(
            f"Snapshot {snapshot.snapshot_id} of '{name}' does not hold {shortened([repr(vm_name) for vm_name, _uuid in missing])}: they will be missing"
        )
    made = _counted(snapshot.members, "registered, with new uuids")
    when = iso_utc(snapshot.created_usecs)
    work.plan(f"activate '{name}' on {endpoint} from snapshot {snapshot.snapshot_id} of {when}: {made}; the last {duration(age)} of work are lost")
    if there is None or there.side.active:
        work.plan(
            f"when {work.other} is back, '{name}' is active there as well: then run this there with state {DEACTIVATED}, before its VMs are started there"
        )
    before = [there.side.endpoint] if there and there.side.active else []
    will_be = [{"name": vm_name, "uuid": ""} for vm_name in sorted(member.vm_name for member in snapshot.members)]
    if work.run.check:
        return _result(work, here, there, changed=True, vms=will_be)
    with work.run.phase(PHASES[ACTIVATED]):
        course = _Course(work, here, names=[member.vm_name for member in snapshot.members], before=set(_by_uuid(list_vms(work.client))))
        _order(work, course, lambda: order_activation(work.client, name, snapshot.snapshot_id if params["snapshot_id"] else ""))
        if not params["wait"]:
            return _result(work, here, there, changed=True, vms=will_be)
        here, _source = course.end()
        course.tell_what_is_absent()
    return _result(work, here, there, changed=True, vms=course.registered, before=before)


def _age(work: Work, snapshot: PdSnapshot, cluster_clock_usecs: int | None) -> int:
    """How old the snapshot is, by the cluster's own clock where it tells it, because snapshots bear clusters' time."""
    if cluster_clock_usecs is None:
        work.run.warn(f"{work.client.endpoint} does not tell its time; the age of the snapshot is measured by the clock of the controller")
    age = data_age(snapshot, cluster_clock_usecs or int(time.time() * 1_000_000))
    limit = work.run.params["data_age_limit"]
    if limit and age > limit:
        which = "" if work.run.params["snapshot_id"] else "newest "
        raise OperationError(
            f"{work.client.endpoint}: you would lose {duration(age)} of data of '{work.name}': {which}snapshot {snapshot.snapshot_id} was made"
            f" {iso_utc(snapshot.created_usecs)}, and data_age_limit allows {duration(limit)}",
            "Raise data_age_limit to accept that.",
            data_age_seconds=age,
            snapshot={"id": snapshot.snapshot_id, "created": iso_utc(snapshot.created_usecs)},
        )
    return age


# Afterwards: on the old source.


def _deactivated(work: Work) -> dict[str, Any]:
    identity = read_identity(work.client)
    here, there = work.observe(), _there_if_it_answers(work, identity)
    decision = decide_deactivation(work.name, here.side, there.side if there else None)
    if decision == ORDER and there:
        return _deactivate(work, here, there)
    if _settled_on(decision) != UNCHANGED:
        work.plan(f"wait for the deactivation of '{work.name}' that is under way already")
        if work.run.check or not work.run.params["wait"]:
            return _result(work, here, there, changed=False)
        with work.run.phase(PHASES[DEACTIVATED]):
            course = _Course(work, here, gone=here.members)
            here, _owner = course.end()
            course.tell_what_stayed()
    return _result(work, here, there, changed=False, vms=None if there else [])


def _deactivate(work: Work, here: Seen, there: Seen) -> dict[str, Any]:
    name, params = work.name, work.run.params
    ours, theirs = _by_uuid(list_vms(work.client)), _by_uuid(list_vms(_connected(work)))
    # What will be deleted must never be overlooked: a member whose id tells nothing is known by its name.
    by_name = {vm.name: vm for vm in ours.values()}
    known = {member.vm_name for member in here.members if member.vm_uuid in ours}
    vms = {member: ours.get(member.vm_uuid) or (None if member.vm_name in known else by_name.get(member.vm_name)) for member in here.members}
    doomed = [member for member, vm in vms.items() if vm]
    alive = [member for member in there.members if member.vm_uuid in theirs]
    lost = only_copies(doomed, (member.vm_name for member in alive))
    if lost and not params["accept_missing_vms"]:
        raise OperationError(
            f"{work.client.endpoint}: refused to deactivate '{name}', because these of its VMs are not among those of '{name}' on {work.other},"
            f" so that their only copy would be deleted: {shortened([f'{member.vm_name!r} ({member.vm_uuid})' for member in lost])}",
            "Take them out of the protection domain to keep them, or set accept_missing_vms to delete them.",
        )
    running = [vm for vm in vms.values() if vm and vm.power_state != "off"]
    running_there = [member for member in alive if theirs[member.vm_uuid].power_state == "on"]
    # As many on both sides is what an old source looks like that started its VMs when its power came back, and what the survivor looks like then.
    if running and len(running) >= len(running_there) and not params["accept_running_vms"]:
        raise OperationError(
            f"{work.client.endpoint}: refused to deactivate '{name}', because {len(running)} of its VMs run here and {len(running_there)} on {work.other}:"
            " this looks like the side that is in use",
            "Check that this is not the wrong cluster. Power the VMs off here first, or set accept_running_vms.",
        )
    work.result["removed_vms"] = _named(doomed)
    work.result["missing_vms"] = _named(lost)
    work.plan(f"deactivate '{name}' on {work.client.endpoint}: {_counted(doomed, 'deleted here')}{f', {len(running)} of which run' if running else ''}")
    if work.run.check:
        return _result(work, here, there, changed=True)
    before = [work.client.endpoint, there.side.endpoint]
    with work.run.phase(PHASES[DEACTIVATED]):
        course = _Course(work, here, gone=doomed)
        _order(work, course, lambda: order_deactivation(work.client, name))
        if not params["wait"]:
            return _result(work, here, there, changed=True)
        here, _owner = course.end()
        course.tell_what_stayed()
    return _result(work, here, there, changed=True, before=before)


# What all of them do.


class _Course:
    """One change of mode, watched to its end.

    `expected` are the VMs that must be registered at the peer afterwards, `names` those of the VMs that must be here, apart from those that were here `before`,
    `gone` the VMs that must not be here any more. `absent` is what the end leaves open of that.
    """

    def __init__(
        self,
        work: Work,
        here: Seen,
        *,
        expected: Iterable[Member] = (),
        names: Iterable[str] = (),
        before: set[str] | None = None,
        gone: Iterable[Member] = (),
    ) -> None:
        self._work = work
        self._state = work.run.params["state"]
        self._expected, self._names, self._before, self._gone = list(expected), list(names), before, list(gone)
        self._here = here
        self.blind = here.blind
        self._finished_before = {task.created_usecs for task in here.tasks if task.failed}
        self._was_under_way = bool(here.side.direction)
        self._idle_since: float | None = None
        self._settling_since: float | None = None
        self._fewest = 0
        self.registered: list[dict[str, str]] | None = None
        self.absent: list[dict[str, str]] = []

    def took_effect(self, timeout: float) -> bool:
        """Whether an order whose answer was lost shows any effect, looked for as long as one could take to show."""
        active_before = self._here.side.active

        def look() -> Look[None]:
            here = self._work.look()
            return Look(None, done=bool(here.side.direction) or here.side.active != active_before)

        try:
            wait_for(patiently(look), what=f"order of the {self._deed}", timeout=timeout, progress=self._work.run.progress)
        except StillRunning:
            return False
        return True

    def end(self) -> tuple[Seen, Seen | None]:
        """Wait for the end; both sides as they are then, the peer's only of a migration, which needs it."""
        advice = "It was not cancelled. Run the same task again to go on waiting, or raise wait_timeout."
        return wait_for(patiently(self._look), what=self._deed, timeout=self._work.deadline.left, progress=self._work.run.progress, advice=advice)

    @property
    def _deed(self) -> str:
        return f"{DEEDS[self._state]} of '{self._work.name}'"

    def _look(self) -> Look[tuple[Seen, Seen | None]]:
        work = self._work
        here = work.look()
        there = work.look_there() if self._state == MIGRATED else None
        sides = (here, there)
        if not self._reached(here, there):
            self._settling_since = None
            self._notice_an_end(here, there)
            return Look(sides, done=False, state=self._words(here, there))
        rest = self._rest(here, there)
        if not rest or self._has_settled():
            return Look(sides, done=True)
        return Look(sides, done=False, state=rest)

    def _reached(self, here: Seen, there: Seen | None) -> bool:
        if here.side.direction or (there and there.side.direction):
            return False
        if self._state == ACTIVATED:
            return here.side.active
        return not here.side.active and (there is None or there.side.active)

    def _rest(self, here: Seen, there: Seen | None) -> str:
        """What is still open when the flags are right already, in words."""
        work = self._work
        if self._state == MIGRATED:
            if there is None:
                return ""
            wanted = self._expected or list(there.members)
            registered = _by_uuid(list_vms(_connected(work)))
            self.absent = _named(member for member in wanted if member.vm_uuid not in registered)
            return f"{len(self.absent)} of {len(wanted)} VMs are not registered on {work.other} yet" if self.absent else ""
        if self._state == ACTIVATED:
            if not self._names and not here.members:
                # A snapshot may be listed without its VMs (prism_element_v2 1.3).
                return "no VM is listed yet"
            self.registered, names = self._registered_here(here)
            self.absent = [{"name": name, "uuid": ""} for name in sorted(names)]
            return f"{len(self.absent)} of {len(self._names)} VMs are not registered yet" if self.absent else ""
        left = _by_uuid(list_vms(work.client))
        self.absent = _named(member for member in self._gone if member.vm_uuid in left)
        return f"{len(self.absent)} of {len(self._gone)} VMs are still to be deleted" if self.absent else ""

    def tell_what_is_absent(self) -> None:
        if self.absent:
            known = self._work.result.setdefault("missing_vms", [])
            self._work.result["missing_vms"] = [*known, *(vm for vm in self.absent if vm not in known)]
            self._work.run.warn(f"After the {self._deed} these VMs are not there: {shortened([repr(vm['name']) for vm in self.absent])}")

    def tell_what_stayed(self) -> None:
        """The VMs that a deactivation was to delete and that are still there."""
        if self.absent:
            self._work.result["removed_vms"] = [vm for vm in self._work.result.get("removed_vms", []) if vm not in self.absent]
            self._work.run.warn(f"After the {self._deed} these VMs are still there: {shortened([repr(vm['name']) for vm in self.absent])}")

    def _registered_here(self, here: Seen) -> tuple[list[dict[str, str]], list[str]]:
        """The VMs that the activation registered, and the names of those that are still missing.

        A member whose id the cluster does not have is looked for by its name, among the VMs only that were not here before (trap 29).
        """
        vms = list_vms(self._work.client)
        by_uuid = _by_uuid(vms)
        found = {member.vm_uuid: by_uuid[member.vm_uuid] for member in here.members if member.vm_uuid in by_uuid}
        short = Counter(self._names or [member.vm_name for member in here.members]) - Counter(vm.name for vm in found.values())
        new_by_name: dict[str, list[Vm]] = {}
        known = {vm.uuid for vm in vms} if self._before is None else self._before
        for vm in vms:
            if vm.name in short and vm.uuid not in found and vm.uuid not in known:
                new_by_name.setdefault(vm.name, []).append(vm)
        absent = []
        for name, count in short.items():
            new = new_by_name.get(name, [])
            if len(new) == count:
                found.update(_by_uuid(new))
            else:
                absent += [name] * count
        return _shown(found.values()), absent

    def _has_settled(self) -> bool:
        """Whether the flags have been right, and nothing has come any more, for so long that what is missing will not come."""
        now = time.monotonic()
        if self._settling_since is None or len(self.absent) < self._fewest:
            self._settling_since = now
            self._patience = _patience(self._work, SETTLES_WITHIN)
        self._fewest = len(self.absent)
        return now - self._settling_since >= self._patience

    def _notice_an_end(self, here: Seen, there: Seen | None) -> None:
        """Raise when nothing is under way any more and the goal is not reached."""
        if here.side.direction or (there and there.side.direction):
            self._was_under_way, self._idle_since = True, None
            return
        now = time.monotonic()
        if self._idle_since is None:
            self._idle_since, self._idle_patience = now, _patience(self._work, SETTLES_WITHIN)
        operation = ARRIVING if self._state == ACTIVATED else LEAVING
        told = [task for task in here.tasks if task.operation == operation and task.created_usecs not in self._finished_before]
        # Tasks do not always tell which domain they are about, so that they prove an end only when none of them goes on and the domain is still where it was.
        failed = next((task for task in told if task.failed), None) if here.side.active == self._here.side.active else None
        proved = failed and not any(task.status in ("QUEUED", "RUNNING") for task in told)
        if not proved and not (self._was_under_way and now - self._idle_since >= self._idle_patience):
            return
        state = "active" if here.side.active else "not active"
        why = f": {failed.error}" if failed and failed.error else ""
        shut_down = " Its VMs may have been shut down on the way." if self._state == MIGRATED else ""
        raise OperationError(
            f"{self._work.client.endpoint}: the {self._deed} came to an end without effect{why}; it is {state} there",
            f"Look into the tasks and events of the cluster, then run the same task again.{shut_down}",
        )

    def _words(self, here: Seen, there: Seen | None) -> str:
        """'shutting down and sending, 40 %'"""
        arriving = there if there and not here.side.active else None
        doing = {
            MIGRATED: f"arriving on {self._work.other}" if arriving else "shutting down and sending",
            ACTIVATED: "registering VMs",
            DEACTIVATED: "deleting VMs",
        }[self._state]
        operation = ARRIVING if arriving or self._state == ACTIVATED else LEAVING
        tasks = [task for task in (arriving or here).tasks if task.operation == operation and task.status == "RUNNING"]
        own = [task for task in tasks if task.names_domain] or tasks
        # Several at once that do not say which domain they are about: none of them is surely ours.
        return f"{doing}, {own[0].percent} %" if len(own) == 1 else doing


def _waited_for_transfers(work: Work, in_the_way: Callable[[], Refusal | None]) -> bool:
    """Let transfers under way come to their end, replication_timeout seconds at most, then refuse. Whether that took time: all may be different then."""
    params = work.run.params
    refusal = None if params["accept_pending_replications"] else in_the_way()
    if refusal is None:
        return False
    if not params["replication_timeout"] or not params["wait"]:
        raise _error(refusal)
    if work.run.check:
        work.plan(f"{refusal.message}; that is waited for, {duration(params['replication_timeout'])} at most")
        return False

    def look() -> Look[Refusal | None]:
        found = in_the_way()
        return Look(found, done=found is None, state=found.message if found else "")

    try:
        patience = min(float(params["replication_timeout"]), work.deadline.left)
        wait_for(patiently(look), what=f"replications of '{work.name}'", timeout=patience, progress=work.run.progress)
    except StillRunning:
        raise _error(in_the_way() or refusal) from None
    return True


def _order(work: Work, course: _Course, send: Callable[[], None], again: bool = True) -> None:
    """Send an order once. When its answer is lost it is sent again, once, and only after it has proved to be without effect."""
    try:
        send()
    except AnswerLost as lost:
        work.run.progress(f"{lost.message}; looking whether it took effect")
        patience = _patience(work, APPEARS_WITHIN)
        if course.took_effect(patience):
            return
        if not again or course.blind or patience < SHORTEST_PROOF:
            raise
        _order(work, course, send, again=False)
    except AccessDenied:
        raise
    except ApiError as error:
        # Somebody else may have been faster: what counts is what is under way.
        if isinstance(error, NotFound) or not course.took_effect(0):
            raise


def _seen(client: PrismElement, name: str) -> Seen:
    # What is pending first: when it ends between the two reads, its effect is seen in the second.
    changes = list_pending_changes(client, name)
    listed = list_mode_tasks(client, name)
    domain = find_protection_domain(client, name)
    tasks = tuple(listed or ())
    running = next((task.operation for task in tasks if task.names_domain and task.status == "RUNNING"), "")
    side = Side(
        endpoint=client.endpoint,
        known=domain is not None,
        active=bool(domain and domain.active),
        metro=bool(domain and domain.metro),
        pending=changes[0] if changes else None,
        running=running,
    )
    return Seen(side, domain, tasks, blind=changes is None and listed is None)


def _refuse_itself(work: Work, identity: Identity) -> int | None:
    """Refuse a peer that is this very cluster under another address; the number under which remote sites know the peer."""
    if work.peer is None:
        return None
    there = read_identity(work.peer)
    if is_same_cluster(identity, there) or work.peer.base_url == work.client.base_url:
        raise OperationError(f"{work.peer.endpoint}, given as peer, is the same cluster as {work.client.endpoint}", "Give the cluster on the other side.")
    return there.incarnation


def _accepted(found: Any) -> Any:
    """What was decided; a refusal is raised."""
    if isinstance(found, Refusal):
        raise _error(found)
    return found


def _settled_on(decision: str | Refusal) -> str:
    return str(_accepted(decision))


def _error(refusal: Refusal) -> OperationError:
    return OperationError(refusal.message, refusal.advice)


def _patience(work: Work, most: float) -> float:
    return min(most, work.deadline.left / 4)


def _domain(seen: Seen) -> ProtectionDomain:
    if seen.domain is None:
        raise OperationError(f"{seen.side.endpoint}: the protection domain vanished meanwhile")
    return seen.domain


def _connected(work: Work) -> PrismElement:
    if work.peer is None:
        raise OperationError("peer is missing", "Give the cluster on the other side.")
    return work.peer


def _by_uuid(vms: Iterable[Vm]) -> dict[str, Vm]:
    return {vm.uuid: vm for vm in vms}


def _named(members: Iterable[Member]) -> list[dict[str, str]]:
    return sorted(({"name": member.vm_name, "uuid": member.vm_uuid} for member in members), key=lambda vm: (vm["name"], vm["uuid"]))


def _shown(vms: Iterable[Vm]) -> list[dict[str, str]]:
    return sorted(({"name": vm.name, "uuid": vm.uuid} for vm in vms), key=lambda vm: (vm["name"], vm["uuid"]))


def _counted(members: Sequence[Member], done: str) -> str:
    """'2 VMs ('a', 'b') are deleted here'"""
    if len(members) == 1:
        return f"1 VM ('{members[0].vm_name}') is {done}"
    names = shortened([repr(name) for name in sorted(member.vm_name for member in members)])
    return f"{len(members)} VMs ({names}) are {done}" if members else f"no VM is {done}"


def _read_back(owner: Seen | None, client: PrismElement | None) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The members as they are registered on the side that owns them, and those that do not exist there (trap 32)."""
    if owner is None or client is None:
        return [], []
    vms = _by_uuid(list_vms(client))
    there = [vms[member.vm_uuid] for member in owner.members if member.vm_uuid in vms]
    return _shown(there), _named(member for member in owner.members if member.vm_uuid not in vms)


def _result(
    work: Work, here: Seen, there: Seen | None, *, changed: bool, vms: list[dict[str, str]] | None = None, before: Sequence[str] | None = None
) -> dict[str, Any]:
    """The result. `vms` None to read them back on the side that owns them; `before` the sides that it was active on, when they have changed since."""
    state = work.run.params["state"]
    owner = here if state == ACTIVATED else there
    owner = owner if owner and owner.side.active else None
    if vms is None:
        vms, absent = _read_back(owner, work.client if state == ACTIVATED else work.peer)
        known = work.result.setdefault("missing_vms", [])
        work.result["missing_vms"] = [*known, *(vm for vm in absent if vm not in known)]
        if absent:
            work.run.warn(f"'{work.name}' lists VMs that do not exist, and they are left out: {shortened([repr(vm['name']) for vm in absent])}")
    active_on = [side.side.endpoint for side in (here, there) if side and side.side.active]
    before_known = before is not None
    before = active_on if before is None else before
    if not work.run.check:
        _warn_of_state(work, owner, active_on if before_known or not changed else ())
    return {
        "changed": changed,
        "name": work.name,
        "state": state,
        "active": state == ACTIVATED,
        "remote_site": None,
        "vms": vms,
        "removed_vms": [],
        "missing_vms": [],
        "plan": [],
        "snapshot": None,
        "data_age_seconds": None,
        "protected_by": owner.domain.replicates_to if owner and owner.domain else None,
        **work.result,
        "diff": {"before": {"active_on": before}, "after": {"active_on": _active_after(work, before) if changed else before}},
    }


def _active_after(work: Work, before: Sequence[str]) -> list[str]:
    here = work.client.endpoint
    if work.run.params["state"] == ACTIVATED:
        return sorted({*before, here})
    if work.run.params["state"] == DEACTIVATED:
        return [endpoint for endpoint in before if endpoint != here]
    return [work.peer.endpoint if work.peer else f"remote site {work.result['remote_site']}"]


def _warn_of_state(work: Work, owner: Seen | None, active_on: Sequence[str]) -> None:
    if owner and owner.domain and not owner.domain.replicates_to:
        work.run.warn(f"'{work.name}' is active on {owner.side.endpoint} and replicates nowhere: give it a schedule there that replicates to another cluster")
    if len(active_on) > 1:
        work.run.warn(f"'{work.name}' is active on {' and '.join(active_on)} (split brain). {way_out()}")


OPERATION = Operation(
    arguments=ARGUMENTS,
    perform=perform,
    required_if=(("state", DEACTIVATED, ("peer", "confirm")),),
)
