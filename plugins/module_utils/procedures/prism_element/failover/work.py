# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every change of side works with: the two clusters, met once for all protection domains, and one protection
domain between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    PrismElement,
    patiently,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.failovers import (
    ModeTask,
    list_mode_tasks,
    list_pending_changes,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.peers import (
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
    unknown_protection_domain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.remote_sites import (
    RemoteSite,
    list_remote_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import Vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration, shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline, Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import (
    ACTIVATES_NEVERTHELESS,
    Side,
    Site,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import Member
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.power_record import (
    PowerRecord,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.witnesses import (
    Testimony,
    Witnesses,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

MIGRATED, ACTIVATED, DEACTIVATED = "migrated", "activated", "deactivated"
PHASES = {MIGRATED: "migrate", ACTIVATED: "activate", DEACTIVATED: "deactivate"}


@dataclass(frozen=True)
class Seen:
    """The protection domain on one cluster at the moment; `domain` is None where the cluster does not know it.

    `blind` when the cluster lists neither pending changes of mode nor tasks about them: then nothing shows an order
    before it has ended.
    """

    side: Side
    domain: ProtectionDomain | None
    tasks: tuple[ModeTask, ...]
    blind: bool

    @property
    def members(self) -> tuple[Member, ...]:
        if self.domain:
            return self.domain.members
        return ()


class Pair:
    """The cluster and the other one, where it is given. They are met once, however many protection domains move between
    them.

    `incarnation` is the number under which remote sites know the other side. `silence` says why it gives no answer, ''
    when it answers.
    """

    def __init__(self, params: Mapping[str, Any], reporter: Reporter, bound: float | None) -> None:
        """`bound`: so many seconds the other side has to answer, before it counts as silent; None when nothing can be
        done without it."""
        self._bound = bound
        # accept_split_brain is said by somebody who knows that the VMs over there are off. From then on an error of the
        # other side is silence.
        self._activates = params["state"] == ACTIVATED
        self._accepted = self._activates and params["accept_split_brain"]
        self.client = PrismElement.connect(params)
        self.peer = connect_peer(params, params["peer"]) if params["peer"] else None
        self.incarnation: int | None = None
        self.silence = ""
        self.power_record = PowerRecord(params["saved_path"])
        self.witnesses = Witnesses(params, bound or 0.0) if self._activates else None
        began = time.monotonic()
        identity = read_identity(self.client)
        self._clock = (identity.clock_usecs, time.monotonic())
        if self.peer and bound is not None:
            reporter.progress(f"asking {self.peer.endpoint}, {duration(bound)} at most")
        self._meet(identity)
        if self.silence:
            reporter.progress(f"{self.other} gives no answer ({duration(time.monotonic() - began)}): {self.silence}")

    @property
    def other(self) -> str:
        if self.peer:
            return self.peer.endpoint
        return "the other side"

    def clock_usecs(self) -> int | None:
        """The time on the cluster now; None when it does not tell it."""
        usecs, at = self._clock
        if usecs is None:
            return None
        return usecs + int((time.monotonic() - at) * 1_000_000)

    def there(self, name: str) -> Seen | None:
        """The protection domain on the other side. None when it is not given, or is silent and may be."""
        if self.peer is None or self.silence:
            return None
        peer = self.peer
        return self._asked(lambda: see(peer, name))

    def _meet(self, identity: ClusterIdentity) -> None:
        if self.peer is None:
            return
        peer = self.peer
        there = self._asked(lambda: read_identity(peer))
        if there is None:
            return
        if is_same_cluster(identity, there) or peer.base_url == self.client.base_url:
            raise OperationError(
                f"{peer.endpoint}, given as peer, is the same cluster as {self.client.endpoint}",
                "Give the cluster on the other side.",
            )
        self.incarnation = there.incarnation

    def _asked(self, ask: Callable[[], Any]) -> Any:
        if self._bound is None:
            return ask()
        try:
            return within(self._bound, self.other, ask)
        except OperationError as error:
            if not (self._accepted or gives_no_answer(error)):
                raise self._not_admitted(error) from error
            self.silence = error.message
            return None

    def _not_admitted(self, error: OperationError) -> OperationError:
        """It is there and lets nobody in, perhaps because its directory was lost with it: an activation has the same
        way on as with one that is silent."""
        if not self._activates:
            return error
        # The session raises one and the same error again, for every protection domain that asks.
        return OperationError.of(error, advice=f"{error.advice} {ACTIVATES_NEVERTHELESS}".strip())


@dataclass
class DomainMove:
    """One protection domain: `reporter` with a timeline of its own, and what the result will tell."""

    params: Mapping[str, Any]
    reporter: Reporter
    pair: Pair
    name: str
    deadline: Deadline
    result: dict[str, Any] = field(default_factory=dict)
    had_no_card: set[str] = field(default_factory=set)
    were_on: set[str] = field(default_factory=set)

    @property
    def client(self) -> PrismElement:
        return self.pair.client

    @property
    def peer(self) -> PrismElement | None:
        return self.pair.peer

    @property
    def other(self) -> str:
        return self.pair.other

    @property
    def snapshot_id(self) -> str:
        """The snapshot to activate from as the operator named it, '' for the newest."""
        return self.params["snapshot_id"] or str(self.params["snapshot_ids"].get(self.name) or "")

    @property
    def waits(self) -> bool:
        return bool(self.params["wait"]) and not self.reporter.check

    def look(self) -> Seen:
        return see(self.client, self.name)

    def observe(self) -> Seen:
        """The first look; a domain that is not there is an error."""
        here = self.look()
        if here.domain is None:
            raise unknown_protection_domain(self.client, self.name)
        return here

    def plan(self, line: str) -> None:
        self.result.setdefault("plan", []).append(line)

    def patience(self, most: float) -> float:
        return min(most, self.deadline.left / 4)

    def sites(self, domain: ProtectionDomain | None) -> list[Site]:
        """The remote sites of this cluster, and which of them is the other side."""
        scheduled = domain.scheduled_sites if domain else ()
        return [
            Site(site.name, site.status, scheduled=site.name in scheduled, fits_peer=self._fits_peer(site))
            for site in list_remote_sites(self.client)
        ]

    def _fits_peer(self, site: RemoteSite) -> bool | None:
        """None when nothing tells."""
        address = self.params["peer"]["nutanix_host"] if self.params["peer"] else ""
        if address in site.addresses:
            return True
        if site.incarnation and self.pair.incarnation:
            return bool(site.incarnation == self.pair.incarnation)
        return None

    def testimonies(self, known_as: Sequence[Site]) -> list[Testimony]:
        """What third clusters say of the other side, which this cluster knows as these remote sites."""
        if not self.pair.witnesses:
            return []
        names = {site.name for site in known_as}
        address = self.params["peer"]["nutanix_host"] if self.params["peer"] else ""
        ours = [site for site in list_remote_sites(self.client) if site.name in names]
        return self.pair.witnesses.testimonies(ours, address)

    def connected(self) -> PrismElement:
        if self.peer is None:
            raise OperationError("peer is missing", "Give the cluster on the other side.")
        return self.peer


def see(client: PrismElement, name: str) -> Seen:
    # What is pending first: when it ends between the two reads, its effect is seen in the second.
    changes = list_pending_changes(client, name)
    mode_tasks = list_mode_tasks(client, name)
    domain = find_protection_domain(client, name)
    tasks = tuple(mode_tasks or ())
    running = next((task.operation for task in tasks if task.names_domain and task.status == "RUNNING"), "")
    side = Side(
        endpoint=client.endpoint,
        known=domain is not None,
        active=bool(domain and domain.active),
        metro=bool(domain and domain.metro),
        pending=changes[0] if changes else None,
        running=running,
    )
    return Seen(side, domain, tasks, blind=changes is None and mode_tasks is None)


def waited_for_transfers(work: DomainMove, in_the_way: Callable[[], Refusal | None]) -> bool:
    """Let transfers under way come to their end, replication_timeout seconds at most, then refuse. Whether that took
    time: all may be different then."""
    params = work.params
    refusal = None if params["accept_pending_replications"] else in_the_way()
    if refusal is None:
        return False
    if not params["replication_timeout"] or not params["wait"]:
        raise refusal
    if work.reporter.check and not params["wait_in_check_mode"]:
        work.plan(f"{refusal.message}; that is waited for, {duration(params['replication_timeout'])} at most")
        return False

    def look() -> Look[Refusal | None]:
        refusal_now = in_the_way()
        return Look(refusal_now, done=refusal_now is None, state=refusal_now.message if refusal_now else "")

    try:
        patience = min(float(params["replication_timeout"]), work.deadline.left)
        wait_for(
            patiently(look), what=f"replications of '{work.name}'", timeout=patience, progress=work.reporter.progress
        )
    except StillRunning:
        raise in_the_way() or refusal from None
    return True


def accepted(decision: Any) -> Any:
    """What was decided; a refusal is raised."""
    if isinstance(decision, Refusal):
        raise decision
    return decision


def settled_on(decision: str | Refusal) -> str:
    return str(accepted(decision))


def domain_of(sight: Seen) -> ProtectionDomain:
    if sight.domain is None:
        raise OperationError(
            f"{sight.side.endpoint}: the protection domain vanished meanwhile",
            "Look for who removed it in Prism Element, under Tasks and Events.",
        )
    return sight.domain


def side_of(sight: Seen | None) -> Side | None:
    """None of a cluster that does not answer."""
    if sight is None:
        return None
    return sight.side


def members_of(sight: Seen | None) -> tuple[Member, ...]:
    """None of a cluster that does not answer."""
    if sight is None:
        return ()
    return sight.members


def by_uuid(vms: Iterable[Vm]) -> dict[str, Vm]:
    return {vm.uuid: vm for vm in vms}


def named(members: Iterable[Member]) -> list[dict[str, str]]:
    return sorted(
        ({"name": member.vm_name, "uuid": member.vm_uuid} for member in members),
        key=lambda vm: (vm["name"], vm["uuid"]),
    )


def shown(vms: Iterable[Vm]) -> list[dict[str, str]]:
    return sorted(({"name": vm.name, "uuid": vm.uuid} for vm in vms), key=lambda vm: (vm["name"], vm["uuid"]))


def names_in_order(names: Iterable[str]) -> str:
    """'a', 'b' and 5 more"""
    return shortened([repr(name) for name in sorted(names)])


def counted(members: Sequence[Member], fate: str) -> str:
    """'2 VMs ('a', 'b') are deleted here'"""
    if len(members) == 1:
        return f"1 VM ('{members[0].vm_name}') is {fate}"
    if members:
        return f"{len(members)} VMs ({names_in_order(member.vm_name for member in members)}) are {fate}"
    return f"no VM is {fate}"
