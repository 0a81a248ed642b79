# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unplanned: on the survivor."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.failovers import order_activation
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    list_pd_snapshots,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.replications import (
    list_replications,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import Vm, list_vms
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration, shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_utc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import (
    ORDER,
    UNCHANGED,
    Side,
    Site,
    choose_snapshot,
    data_age,
    decide_activation,
    last_known,
    not_in_snapshot,
    signs_of_life,
    still_lives,
    transfers_in_the_way,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    Member,
    PdSnapshot,
    origin_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.course import (
    Course,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.telling import (
    result_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.work import (
    ACTIVATED,
    DEACTIVATED,
    PHASES,
    DomainMove,
    Seen,
    accepted,
    by_uuid,
    counted,
    members_of,
    named,
    settled_on,
    side_of,
    waited_for_transfers,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


def activated(work: DomainMove) -> dict[str, Any]:
    there = work.pair.there(work.name)
    if work.pair.silence:
        work.reporter.warn(f"Whether '{work.name}' is active on {work.other} is not known: {work.pair.silence}")
    here = work.observe()
    decision = decide_activation(work.name, here.side, there.side if there else None, work.params["accept_split_brain"])
    signs = _look_for_signs(work, there)
    if decision == ORDER and signs and not work.params["accept_split_brain"]:
        decision = still_lives(work.name, work.client.endpoint, work.other, signs)
    if decision == ORDER:
        return _activate(work, here, there)
    _tell_of_another_snapshot(work)
    if settled_on(decision) != UNCHANGED:
        work.plan(f"wait for the activation of '{work.name}' that is under way already")
        if not work.waits:
            return result_of(work, here, there, changed=False, vms=named(here.members))
        with work.reporter.phase(PHASES[ACTIVATED]):
            course = Course(work, here)
            here, _source = course.end()
            course.tell_what_is_absent()
        return result_of(work, here, there, changed=False, vms=course.registered)
    return result_of(work, here, there, changed=False)


def _tell_of_another_snapshot(work: DomainMove) -> None:
    """A snapshot was named, and nothing is activated any more. No cluster tells from which one it once was."""
    if work.snapshot_id:
        work.result["snapshot_not_used"] = work.snapshot_id
        work.reporter.warn(
            f"'{work.name}' was activated on {work.client.endpoint} before, so that snapshot {work.snapshot_id} is not"
            " activated now"
        )


def _look_for_signs(work: DomainMove, there: Seen | None) -> list[Site]:
    """The remote sites, of this cluster and of others, that say that the old side lives where it does not speak for
    itself. What is seen of it goes into the result, this time and every time, until it is seen to have given the
    protection domain up."""
    old = _speaking(there)
    sites = last_known(work.sites(None), origin_sites(list_pd_snapshots(work.client, work.name)))
    testimonies = [] if old else work.testimonies(sites)
    work.result["old_side"] = {
        "cluster": work.other if work.peer else "",
        "answers": there is not None,
        "silence": work.pair.silence,
        "active": old.active if old else None,
        "given_up": bool(old and not old.active and not old.direction),
        "remote_sites": [{"name": site.name, "status": site.status} for site in sites],
        "witnesses": [asdict(testimony) for testimony in testimonies],
        "accepted": work.params["accept_split_brain"],
    }
    reports = [
        Site(each.remote_site, each.status, scheduled=False, witness=each.cluster)
        for each in testimonies
        if not each.silence
    ]
    return signs_of_life(side_of(there), [*sites, *reports])


def _activate(work: DomainMove, here: Seen, there: Seen | None) -> dict[str, Any]:
    name, endpoint, params = work.name, work.client.endpoint, work.params
    if waited_for_transfers(
        work, lambda: transfers_in_the_way(name, endpoint, list_replications(work.client, name), (), incoming=True)
    ):
        return activated(work)
    # After that: a transfer that ends between the two has brought the newest snapshot
    snapshots = list_pd_snapshots(work.client, name)
    snapshot = accepted(choose_snapshot(name, endpoint, snapshots, work.snapshot_id))
    age = _age(work, snapshot)
    work.result.update(
        snapshot={"id": snapshot.snapshot_id, "created": iso_utc(snapshot.created_usecs)},
        data_age_seconds=age,
        missing_vms=_missing(work, snapshot, snapshots, [*here.members, *members_of(there)]),
    )
    registrations = counted(snapshot.members, "registered, with new uuids")
    when = iso_utc(snapshot.created_usecs)
    work.plan(
        f"activate '{name}' on {endpoint} from snapshot {snapshot.snapshot_id} of {when}: {registrations}; the last"
        f" {duration(age)} of work are lost"
    )
    if there is None or there.side.active:
        work.plan(
            f"when {work.other} is back, '{name}' is active there as well: then run this there with state"
            f" {DEACTIVATED}, before its VMs are started there"
        )
    before = [there.side.endpoint] if there and there.side.active else []
    names = [member.vm_name for member in snapshot.members]
    will_be = [{"name": vm_name, "uuid": ""} for vm_name in sorted(names)]
    vms = by_uuid(list_vms(work.client))
    _warn_of_namesakes(work, names, vms.values())
    if work.reporter.check:
        return result_of(work, here, there, changed=True, vms=will_be)
    with work.reporter.phase(PHASES[ACTIVATED]):
        course = Course(work, here, names=names, before=set(vms))
        course.order(lambda: order_activation(work.client, name, snapshot.snapshot_id if work.snapshot_id else ""))
        if not params["wait"]:
            return result_of(work, here, there, changed=True, vms=will_be)
        here, _source = course.end()
        course.tell_what_is_absent()
    return result_of(work, here, there, changed=True, vms=course.registered, before=before)


def _speaking(there: Seen | None) -> Side | None:
    """The other side, where it says itself what it holds."""
    if there and there.side.known:
        return there.side
    return None


def _missing(
    work: DomainMove, snapshot: PdSnapshot, snapshots: Sequence[PdSnapshot], members: Iterable[Member]
) -> list[dict[str, str]]:
    """The VMs that newer snapshots or either side have and this snapshot lacks; a warning names them."""
    newer = [other.members for other in snapshots if other.created_usecs > snapshot.created_usecs]
    missing = not_in_snapshot(snapshot, [*chain.from_iterable(newer), *members])
    if missing:
        work.reporter.warn(
            f"Snapshot {snapshot.snapshot_id} of '{work.name}' does not hold"
            f" {shortened([repr(vm_name) for vm_name, _uuid in missing])}: they will be missing"
        )
    return [{"name": vm_name, "uuid": vm_uuid} for vm_name, vm_uuid in missing]


def _warn_of_namesakes(work: DomainMove, names: Collection[str], vms: Iterable[Vm]) -> None:
    """VMs that run here already under the names of those that come, such as one that somebody restored by hand."""
    running = sorted(f"'{vm.name}' ({vm.uuid})" for vm in vms if vm.name in names and vm.power_state == "on")
    if running:
        work.reporter.warn(
            f"VMs with names of '{work.name}' run on {work.client.endpoint} already: {shortened(running)}. Where it is"
            " the same computer, it runs twice from now on: switch one of the two off"
        )


def _age(work: DomainMove, snapshot: PdSnapshot) -> int:
    """How old the snapshot is, by the cluster's own clock where it tells it, because snapshots bear clusters' time."""
    cluster_clock_usecs = work.pair.clock_usecs()
    if cluster_clock_usecs is None:
        work.reporter.warn(
            f"{work.client.endpoint} does not tell its time; the age of the snapshot is measured by the clock of the"
            " controller"
        )
    age = data_age(snapshot, cluster_clock_usecs or int(time.time() * 1_000_000))
    limit = work.params["data_age_limit"]
    if limit and age > limit:
        which = "" if work.snapshot_id else "newest "
        raise OperationError(
            f"{work.client.endpoint}: you would lose {duration(age)} of data of '{work.name}': {which}snapshot"
            f" {snapshot.snapshot_id} was made {iso_utc(snapshot.created_usecs)}, and data_age_limit allows"
            f" {duration(limit)}",
            "Raise data_age_limit to accept that.",
            options=("data_age_limit",),
            data_age_seconds=age,
            snapshot={"id": snapshot.snapshot_id, "created": iso_utc(snapshot.created_usecs)},
        )
    return age
