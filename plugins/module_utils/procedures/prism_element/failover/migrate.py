# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planned: from the source to the other side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import patiently
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.failovers import order_migration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.nics import list_vms_with_cards
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    list_pd_snapshots,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    ProtectionDomain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.replications import (
    list_queued,
    list_replications,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import (
    BETWEEN,
    ORDER,
    UNCHANGED,
    Site,
    between,
    blocked,
    choose_site,
    decide_migration,
    transfers_in_the_way,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    Member,
    PdSnapshot,
    origin_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.cards import (
    unmapped_networks,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.course import (
    APPEARS_WITHIN,
    Course,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.left_behind import (
    left_behind,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.power import (
    switched_on_from_off,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.power_record import (
    Before,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.telling import (
    result_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.work import (
    MIGRATED,
    PHASES,
    DomainMove,
    Seen,
    accepted,
    counted,
    domain_of,
    members_of,
    named,
    settled_on,
    side_of,
    waited_for_transfers,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning


def migrated(work: DomainMove) -> dict[str, Any]:
    earlier = work.pair.power_record.of(work.name)
    if earlier and not earlier.ended:
        work.were_on = set(earlier.on)
    try:
        result = _migrated(work, earlier)
    except OperationError as error:
        raise error if work.reporter.check else left_behind(work, error) from None
    if work.waits:
        work.pair.power_record.close(work.name)
    return result


def _migrated(work: DomainMove, earlier: Before | None) -> dict[str, Any]:
    here, there = work.observe(), work.pair.there(work.name)
    snapshots = [] if here.side.active else list_pd_snapshots(work.client, work.name)
    was_here = here.side.active or any(not snapshot.received for snapshot in snapshots)
    decision = decide_migration(work.name, here.side, side_of(there), was_here, origin_sites(snapshots))
    if decision != ORDER and earlier:
        work.result["were_off"] = switched_on_from_off(work, earlier.off)
        back = {member.vm_name for member in members_of(there)}
        work.result["missing_vms"] = [vm for vm in earlier.missing if vm["name"] not in back]
    if decision == BETWEEN and there:
        here, there = _through_between(work, here, there, snapshots)
    elif decision == ORDER:
        return _migrate(work, here, there, earlier)
    elif settled_on(decision) == UNCHANGED:
        if there is None:
            work.reporter.warn(
                f"'{work.name}' is not active on {work.client.endpoint}; whether it is anywhere else was not looked at:"
                " give peer to have it looked at"
            )
        elif not was_here:
            work.reporter.warn(
                f"'{work.name}' is active on {work.other}, and nothing shows that it ever was on"
                f" {work.client.endpoint}: check that this is the source"
            )
    else:
        _refuse_other_destination(work, here)
        work.plan(f"wait for the migration of '{work.name}' that is under way already")
        if not work.waits:
            return result_of(work, here, there, changed=False, vms=named(here.members or members_of(there)))
        with work.reporter.phase(PHASES[MIGRATED]):
            course = Course(work, here)
            here, there = course.end()
            course.tell_what_is_absent()
    return result_of(work, here, there, changed=False, vms=None if there else [])


def _refuse_other_destination(work: DomainMove, here: Seen) -> None:
    remote_site, under_way = work.params["remote_site"], here.side.pending.remote_site if here.side.pending else ""
    if remote_site and under_way and remote_site != under_way:
        raise OperationError(
            f"{work.client.endpoint}: '{work.name}' is being migrated to the remote site '{under_way}', and not to"
            f" '{remote_site}'",
            "Wait for its end, and migrate it on from there.",
        )


def _through_between(work: DomainMove, here: Seen, there: Seen, snapshots: Sequence[PdSnapshot]) -> tuple[Seen, Seen]:
    """Active on neither side: for a moment so in the middle of a migration. An error when it stays so."""
    refusal = between(work.name, here.side, there.side, origin_sites(snapshots))
    if not work.waits:
        raise refusal

    def look() -> Look[Seen | None]:
        there_now = work.pair.there(work.name)
        return Look(
            there_now,
            done=bool(there_now and there_now.side.active and not there_now.side.direction),
            state=f"active neither here nor on {work.other}",
        )

    try:
        arrived = wait_for(
            patiently(look),
            what=f"protection domain '{work.name}'",
            timeout=work.patience(APPEARS_WITHIN),
            progress=work.reporter.progress,
        )
    except StillRunning:
        raise refusal from None
    return work.look(), arrived or there


def _migrate(work: DomainMove, here: Seen, there: Seen | None, earlier: Before | None) -> dict[str, Any]:
    name, endpoint = work.name, work.client.endpoint
    domain = domain_of(here)
    site = _remote_site(work, domain, there)

    def in_the_way() -> Refusal | None:
        running = list_replications(work.client, name, domain.links)
        return transfers_in_the_way(name, endpoint, running, list_queued(work.client, name), incoming=False)

    if waited_for_transfers(work, in_the_way):
        return _migrated(work, earlier)
    if not site.scheduled:
        work.reporter.warn(
            f"No schedule of '{name}' replicates to '{site.name}', so that all of its data may have to be sent, and the"
            " cluster may refuse"
        )
    existing = {vm.uuid: vm for vm in list_vms_with_cards(work.client)}
    members = [member for member in domain.members if member.vm_uuid in existing]
    before = Before.of(domain.members, existing).joined(earlier)
    moving = [existing[member.vm_uuid] for member in members]
    work.were_on = set(before.on)
    work.had_no_card = {vm.uuid for vm in moving if vm.cards == ()}
    work.result["remote_site"] = site.name
    work.result["were_off"] = switched_on_from_off(work, before.off)
    work.result["missing_vms"] = before.missing
    work.result["unmapped_networks"] = unmapped_networks(work, site.name, moving)
    work.plan(
        f"migrate '{name}' from {endpoint} to the remote site '{site.name}':"
        f" {counted(members, 'shut down, sent and registered there')}"
    )
    _foresee(work, site.name)
    if work.reporter.check:
        return result_of(work, here, there, changed=True, vms=named(members))
    # Noted before it is ordered: a run that is killed in between leaves a note too many, which does no harm.
    work.pair.power_record.note(name, before)
    return _carried_out(work, here, there, site.name, members)


def _remote_site(work: DomainMove, domain: ProtectionDomain, there: Seen | None) -> Site:
    """The remote site that it goes to. Raises OperationError when that is not certain, or when it cannot go there."""
    name, endpoint = work.name, work.client.endpoint
    site = accepted(choose_site(name, endpoint, work.sites(domain), work.params["remote_site"] or ""))
    if there and not there.side.known and not site.fits_peer:
        raise OperationError(
            f"{there.side.endpoint}, given as peer, does not know '{name}', and nothing shows that it is the remote"
            f" site '{site.name}' of {endpoint}",
            "Check that peer is the cluster to migrate to.",
        )
    accepted(blocked(name, endpoint, domain.unrecoverable, site.name))
    return site


def _foresee(work: DomainMove, site: str) -> None:
    """Plan what becomes of VMs that are off, on networks without a mapping, or gone."""
    for vm in work.result["were_off"]:
        fate = "is powered on there all the same" if vm["goes_on"] else "stays off"
        work.plan(f"'{vm['name']}' ({vm['uuid']}) is off, and {fate}")
    for unmapped in work.result["unmapped_networks"]:
        vms = shortened([repr(vm) for vm in unmapped["vms"]])
        on_it = f"{vms} {'is' if len(unmapped['vms']) == 1 else 'are'} on it"
        what = f"remote site '{site}' does not map network '{unmapped['network']}', and {on_it}"
        if unmapped["same_name"]:
            work.plan(f"{what}: cards come onto the network of that name there, or are lost")
        else:
            text = f"{what}: they may arrive without a network card"
            work.plan(text)
            work.reporter.warn(f"{work.client.endpoint}: {text}")
    for vm in work.result["missing_vms"]:
        work.plan(f"'{vm['name']}' ({vm['uuid']}) is listed in '{work.name}' but does not exist: nothing of it moves")


def _carried_out(
    work: DomainMove, here: Seen, there: Seen | None, site: str, members: Sequence[Member]
) -> dict[str, Any]:
    name, endpoint = work.name, work.client.endpoint

    def send() -> None:
        refusing = order_migration(work.client, name, site)
        accepted(blocked(name, endpoint, refusing, site))

    with work.reporter.phase(PHASES[MIGRATED]):
        course = Course(work, here, arrivals=members)
        course.order(send)
        if not work.params["wait"]:
            return result_of(work, here, there, changed=True, vms=named(members))
        here, there = course.end()
        course.tell_what_is_absent()
    # Without a peer nobody was asked what is registered there; a migration keeps the uuids (contract prism_element 11).
    return result_of(work, here, there, changed=True, vms=None if there else named(members), before=[endpoint])
