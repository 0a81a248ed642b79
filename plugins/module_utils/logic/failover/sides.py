# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decisions about a protection domain that changes its side: what to do about it, why not, and what is lost
(contract prism_element 11, trap 25 to trap 33)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted, shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import (
    ARRIVING,
    LEAVING,
    Member,
    PdSnapshot,
    PendingChange,
    Unrecoverable,
    snapshots_with_origin,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.replication import Queued, Replication

UNCHANGED = "unchanged"
WAIT = "wait"
ORDER = "order"
BETWEEN = "between"

CONNECTED = "RELATIONSHIP_ESTABLISHED"
ACTIVATES_NEVERTHELESS = "accept_split_brain activates it nevertheless, once you know that its VMs are off."


@dataclass(frozen=True)
class Side:
    """A protection domain as one cluster shows it at the moment.

    `running` is the direction (ARRIVING, LEAVING) of a task about its mode that runs, '' when none is known.
    """

    endpoint: str
    known: bool
    active: bool
    metro: bool = False
    pending: PendingChange | None = None
    running: str = ""

    @property
    def direction(self) -> str:
        """Where a change of mode under way leads to: ARRIVING, LEAVING, or '' when there is none."""
        if self.pending:
            return self.pending.direction
        return self.running

    @property
    def migrates(self) -> bool:
        return self.direction == LEAVING and (self.pending is None or self.pending.migrates)


@dataclass(frozen=True)
class Site:
    """A remote site to migrate to. `fits_peer` says whether it is the cluster that was given as the peer, None where
    nothing shows that. `witness` is the third cluster that knows it, '' for this one."""

    name: str
    status: str
    scheduled: bool
    fits_peer: bool | None = None
    witness: str = ""

    def __str__(self) -> str:
        return f"'{self.name}'{f' of {self.witness}' if self.witness else ''}"

    @property
    def connected(self) -> bool:
        """A status that the cluster leaves out is no objection."""
        return self.status in ("", CONNECTED)


def decide_migration(
    name: str, here: Side, there: Side | None, was_here: bool, origins: Sequence[str]
) -> str | Refusal:
    """What is to be done so that the domain is not here but at the peer: UNCHANGED, WAIT, ORDER, or BETWEEN.

    `there` is None without a peer, or when it gives no answer. `was_here` when snapshots made here prove that it was
    active here once; `origins` are the sites that received snapshots came from. BETWEEN: active on neither side, as it
    is for a moment in the middle of a migration.
    """
    if here.metro:
        return _metro(name, here)
    if here.active:
        if here.migrates:
            return WAIT
        if here.direction:
            return _in_the_way(name, here)
        if there and there.active:
            return split_brain(name, here, there)
        return ORDER
    if there and there.active:
        if here.direction or there.direction:
            return WAIT
        return UNCHANGED
    if here.direction or (there and there.direction):
        return WAIT
    if there:
        return BETWEEN
    if was_here:
        return UNCHANGED
    return Refusal(f"{here.endpoint}: the protection domain '{name}' is not active here", _run_it_there(origins))


def decide_activation(name: str, here: Side, there: Side | None, accept_split_brain: bool) -> str | Refusal:
    """What is to be done so that the domain is active here: UNCHANGED, WAIT or ORDER."""
    if here.metro:
        return _metro(name, here)
    if here.direction == ARRIVING:
        return WAIT
    if here.direction:
        return _in_the_way(name, here)
    if here.active:
        return UNCHANGED
    if there and not accept_split_brain:
        if there.migrates:
            return Refusal(
                f"{there.endpoint}: a migration of the protection domain '{name}' is under way there",
                "Wait for its end: run the same task with state migrated there. accept_split_brain activates it"
                " nevertheless.",
                options=("accept_split_brain",),
            )
        if there.active:
            return Refusal(
                f"{here.endpoint}: refused, because the protection domain '{name}' is active on {there.endpoint}, which"
                " answers",
                "Migrate it as planned, which loses nothing (state migrated, there). accept_split_brain activates it on"
                " both, each with data of its own.",
                options=("accept_split_brain",),
            )
    return ORDER


def last_known(sites: Sequence[Site], origins: Sequence[str]) -> list[Site]:
    """The remote sites that are the side where a protection domain was last: the one that was given as the peer, and
    the one that its newest snapshot came from. Where neither is known, the only one that there is."""
    sites_of_peer = [site for site in sites if site.fits_peer or site.name in origins[:1]]
    if not sites_of_peer and len(sites) == 1:
        return list(sites)
    return sites_of_peer


def signs_of_life(there: Side | None, sites: Iterable[Site]) -> list[Site]:
    """Those of the sites that are connected. One that is the peer says nothing when the peer knows the protection
    domain and speaks for itself."""
    spoken = there is not None and there.known
    return [site for site in sites if site.status == CONNECTED and (not spoken or site.fits_peer is False)]


def still_lives(name: str, endpoint: str, other: str, signs: Sequence[Site]) -> Refusal:
    """The old side gives no answer, but somebody who can know says that it lives."""
    return Refusal(
        f"{endpoint}: refused, because the side that '{name}' was last on lives: the remote site"
        f" {' and '.join(map(str, signs))} is connected ({CONNECTED}), and {other} does not say that it gave"
        f" '{name}' up",
        "Its VMs may run. When its Prism answers again, migrate as planned. If it has only just been lost, wait for"
        f" the status to change and run this again. {ACTIVATES_NEVERTHELESS}",
        options=("accept_split_brain",),
    )


def decide_deactivation(name: str, here: Side, there: Side | None) -> str | Refusal:
    """What is to be done so that the domain is not active here and its VMs are gone from here: UNCHANGED, WAIT or
    ORDER."""
    if here.metro:
        return _metro(name, here)
    if here.direction == LEAVING and not (here.pending and here.pending.migrates):
        return WAIT
    if here.direction:
        return _in_the_way(name, here)
    if not here.active:
        return UNCHANGED
    message = (
        f"{here.endpoint}: refused to deactivate the protection domain '{name}', because it would delete the only copy"
        " of its VMs"
    )
    if there is None:
        return Refusal(
            f"{message}: the other side does not answer",
            "Run this when the peer is back and the protection domain is active there.",
        )
    if not there.known:
        return Refusal(
            f"{message}: {there.endpoint} does not know it",
            "Check that peer is the cluster that the protection domain was activated on.",
        )
    if not there.active:
        return Refusal(f"{message}: it is not active on {there.endpoint}", "Activate it there first, or keep it here.")
    if there.direction:
        return Refusal(
            f"{message}: {there.endpoint} is changing its mode at the moment",
            "Wait for the end of that and run this again.",
        )
    return ORDER


def split_brain(name: str, here: Side, there: Side | None) -> Refusal:
    """The domain is active on both sides, and the way out."""
    other = there.endpoint if there else "another cluster"
    return Refusal(
        f"The protection domain '{name}' is active on both {here.endpoint} and {other} (split brain)",
        way_out(),
        active_on_both=True,
    )


def way_out() -> str:
    return (
        "Decide whose data is given up, and run pe_protection_domain_failover there with state deactivated, with the"
        " other cluster as peer: that deletes the VMs of the protection domain on the side it runs on."
    )


def between(name: str, here: Side, there: Side, origins: Sequence[str]) -> Refusal:
    """Active on neither side for longer than a migration is."""
    return Refusal(
        f"The protection domain '{name}' is active on neither {here.endpoint} nor {there.endpoint}",
        f"{_run_it_there(origins)} If it is active nowhere, activate it on the cluster that is to own its VMs.",
    )


def choose_site(name: str, endpoint: str, sites: Sequence[Site], remote_site: str) -> Site | Refusal:
    """The remote site to migrate to: the one that was named, or the only one that fits.

    What the peer is known to be comes first, then what the schedules replicate to.
    """
    site = _site_named(endpoint, sites, remote_site) if remote_site else _only_site(name, endpoint, sites)
    if isinstance(site, Refusal) or site.connected:
        return site
    return Refusal(
        f"{endpoint}: the remote site '{site.name}' is not connected (its status is {site.status})",
        "A migration needs it. If the other side is lost for good, there is nothing to migrate to; if this side is"
        " failing, activate on the survivor.",
    )


def _site_named(endpoint: str, sites: Sequence[Site], remote_site: str) -> Site | Refusal:
    candidates = [site for site in sites if site.name == remote_site]
    if not candidates:
        return Refusal(
            f"{endpoint} has no remote site '{remote_site}'",
            near_names(remote_site, all_names(sites)) or "It has none at all.",
        )
    # Only a site that is known to be the peer proves that another one is not.
    of_peer = [site.name for site in sites if site.fits_peer]
    if of_peer and remote_site not in of_peer:
        return Refusal(
            f"{endpoint}: the remote site '{remote_site}' is not the cluster that was given as peer, which is"
            f" {quoted(of_peer)}",
            "Give the remote site of the peer, or the peer of the remote site.",
        )
    (site,) = candidates
    return site


def _only_site(name: str, endpoint: str, sites: Sequence[Site]) -> Site | Refusal:
    if not sites:
        return Refusal(
            f"{endpoint} has no remote site", f"'{name}' cannot be migrated before the clusters know each other."
        )
    fitting = [site for site in sites if site.fits_peer] or [site for site in sites if site.fits_peer is None]
    candidates = [site for site in fitting if site.scheduled] or fitting
    if not candidates:
        return Refusal(
            f"{endpoint}: none of its remote sites is the cluster that was given as peer: {quoted(all_names(sites))}",
            "Check peer. If it is right nevertheless, name its remote site in remote_site.",
            options=("remote_site",),
        )
    if len(candidates) > 1:
        return Refusal(
            f"{endpoint}: several remote sites fit for '{name}': {quoted(all_names(candidates))}",
            "Name the one that is meant in remote_site.",
            options=("remote_site",),
        )
    return candidates[0]


def blocked(name: str, endpoint: str, reasons: Iterable[Unrecoverable], remote_site: str) -> Refusal | None:
    """The VMs that a migration to this site would founder on, listed with their reasons; None when there are none."""
    there = [reason for reason in reasons if reason.remote_site in ("", remote_site)]
    if not there:
        return None
    vms_with_reasons = shortened([f"'{vm.vm_name}' ({vm.vm_uuid}): {vm.reason}" for vm in there])
    count = len({(vm.vm_name, vm.vm_uuid) for vm in there})
    return Refusal(
        f"{endpoint}: '{name}' cannot be migrated to '{remote_site}', because {count} of its VMs cannot:"
        f" {vms_with_reasons}",
        "Nothing was changed. Put them right, or take them out of the protection domain, and run the same task again.",
    )


def transfers_in_the_way(
    name: str, endpoint: str, replications: Iterable[Replication], queued: Iterable[Queued], *, incoming: bool
) -> Refusal | None:
    """The transfers that a change of side would cut short: all of a migration, only the incoming ones of an
    activation."""
    transfers = [str(running) for running in replications if running.incoming or not incoming]
    if not incoming:
        transfers += map(str, queued)
    if not transfers:
        return None
    return Refusal(
        f"{endpoint}: snapshots of '{name}' are being replicated: {shortened(transfers)}",
        "Wait until they have arrived, or set accept_pending_replications to go on without.",
        options=("accept_pending_replications",),
    )


def choose_snapshot(
    name: str, endpoint: str, snapshots: Sequence[PdSnapshot], snapshot_id: str
) -> PdSnapshot | Refusal:
    """The snapshot to activate from: the one that was named, or the newest that can be used. `snapshots` newest
    first."""
    usable = [snapshot for snapshot in snapshots if snapshot.available]
    if not snapshot_id:
        if usable:
            return usable[0]
        why = ""
        if snapshots:
            states = ", ".join(sorted({snapshot.state for snapshot in snapshots}))
            why = f", only {len(snapshots)} that cannot be used ({states})"
        return Refusal(
            f"{endpoint} holds no snapshot of '{name}' to activate it from{why}",
            "Nothing can be brought up here. Look whether another cluster holds one.",
        )
    matches = snapshots_with_origin(snapshots, snapshot_id)
    if len(matches) > 1:
        ids = ", ".join(snapshot.snapshot_id for snapshot in matches)
        return Refusal(
            f"{endpoint} holds {len(matches)} snapshots {snapshot_id} of '{name}': {ids}",
            "Give snapshot_id as it is listed there, with its site.",
        )
    if matches and matches[0].available:
        return matches[0]
    has = shortened([snapshot.snapshot_id for snapshot in usable]) or "none"
    state = f"is {matches[0].state}" if matches else "is not there"
    return Refusal(f"{endpoint}: snapshot {snapshot_id} of '{name}' {state}", f"Usable are: {has}.")


def data_age(snapshot: PdSnapshot, now_usecs: int) -> int:
    """How many seconds of work are lost with this snapshot; never less than none, although clocks differ."""
    return max(0, (now_usecs - snapshot.created_usecs) // 1_000_000)


def not_in_snapshot(snapshot: PdSnapshot, last_known: Iterable[Member]) -> list[tuple[str, str]]:
    """Name and uuid ('' when unknown) of the VMs that were members, as the snapshot itself or later sources say, and
    that it does not hold."""
    held_uuids = {member.vm_uuid for member in snapshot.members if member.vm_uuid}
    held_names = {member.vm_name for member in snapshot.members}
    absent = {name: "" for name in snapshot.missing if name not in held_names}
    for member in last_known:
        if member.vm_uuid not in held_uuids and member.vm_name not in held_names:
            absent[member.vm_name] = member.vm_uuid
    return sorted(absent.items())


def only_copies(members_here: Iterable[Member], names_there: Iterable[str]) -> list[Member]:
    """The members that have no counterpart at the other side, each name there standing for one. By name: after an
    activation the uuids differ (contract prism_element trap 29)."""
    copies, alone = Counter(names_there), []
    for member in members_here:
        if copies[member.vm_name]:
            copies[member.vm_name] -= 1
        else:
            alone.append(member)
    return alone


def _metro(name: str, here: Side) -> Refusal:
    return Refusal(
        f"{here.endpoint}: the protection domain '{name}' is a metro availability one",
        "This module handles asynchronous protection domains; use Prism for metro availability.",
    )


def _in_the_way(name: str, here: Side) -> Refusal:
    what = here.pending.mode if here.pending else here.running
    return Refusal(
        f"{here.endpoint}: another change of the mode of '{name}' is under way ({what})",
        "Wait for its end and run the same task again.",
    )


def _run_it_there(origins: Sequence[str]) -> str:
    if origins:
        return f"Its latest snapshot comes from the site '{origins[0]}': run this there."
    return "Run this on the cluster where it is active."
