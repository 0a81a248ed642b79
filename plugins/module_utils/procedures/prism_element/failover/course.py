# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One change of mode: ordered once, and watched to its end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import patiently
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.failovers import ModeTask
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.replications import (
    list_queued,
    list_replications,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import Vm, list_vms
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import ARRIVING, LEAVING
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import Member
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.work import (
    ACTIVATED,
    DEACTIVATED,
    MIGRATED,
    DomainMove,
    Seen,
    by_uuid,
    named,
    see,
    shown,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    NotFound,
    OperationError,
)

DEEDS = {MIGRATED: "migration", ACTIVATED: "activation", DEACTIVATED: "deactivation"}
APPEARS_WITHIN = 60.0
SETTLES_WITHIN = 60.0
# A change that no list shows may still be under way: that lists show one, and say of which domain, is not sure
# (contract prism_element 6.6, addition 13).
UNSEEN_AT_MOST = 1800.0
SHORTEST_PROOF = 3.0


class Course:
    """One change of mode, watched to its end.

    `arrivals` are the VMs that must be registered at the peer afterwards, `names` those of the VMs that must be here,
    apart from those that were here `before`,
    `departures` the VMs that must not be here any more. `absent` is what the end leaves open of that.
    """

    def __init__(
        self,
        work: DomainMove,
        here: Seen,
        *,
        arrivals: Iterable[Member] = (),
        names: Iterable[str] = (),
        before: set[str] | None = None,
        departures: Iterable[Member] = (),
    ) -> None:
        self._work = work
        self._state = work.params["state"]
        self._expected, self._names, self._before, self._gone = list(arrivals), list(names), before, list(departures)
        self._here = here
        self.blind = here.blind
        self._finished_before = {task.created_usecs for task in here.tasks if task.failed}
        self._was_under_way = bool(here.side.direction)
        self._idle_since: float | None = None
        self._settling_since: float | None = None
        self._flags: tuple[bool, bool | None] | None = None
        self._fewest = 0
        self.registered: list[dict[str, str]] | None = None
        self.absent: list[dict[str, str]] = []

    def order(self, send: Callable[[], None]) -> None:
        """Order the change. When nothing could show an effect, or there is no time to, seeing none proves nothing."""
        patience = self._work.patience(APPEARS_WITHIN)
        proof_is_possible = not self.blind and patience >= SHORTEST_PROOF

        def sent() -> bool:
            send()
            return True

        try:
            send_once(
                sent,
                patiently(self._effect),
                what=self._deed,
                progress=self._work.reporter.progress,
                patience=patience,
                sends=2 if proof_is_possible else 1,
            )
        except (AccessDenied, NotFound):
            raise
        except ApiError:
            # Somebody else may have been faster: what counts is what is under way.
            if not patiently(self._effect)():
                raise

    def _effect(self) -> bool | None:
        """Whether anything of the order shows."""
        here = self._work.look()
        if here.side.direction or here.side.active != self._here.side.active:
            return True
        return None

    def end(self) -> tuple[Seen, Seen | None]:
        """Wait for the end; both sides as they are then, the peer's only of a migration, which needs it."""
        advice = "It was not cancelled. Run the same task again to go on waiting, or raise wait_timeout."
        return wait_for(
            patiently(self._look),
            what=self._deed,
            timeout=self._work.deadline.left,
            progress=self._work.reporter.progress,
            advice=advice,
        )

    @property
    def _deed(self) -> str:
        return f"{DEEDS[self._state]} of '{self._work.name}'"

    def _look(self) -> Look[tuple[Seen, Seen | None]]:
        work = self._work
        here = work.look()
        there = see(work.peer, work.name) if self._state == MIGRATED and work.peer else None
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
            members = self._expected or list(there.members)
            registered = by_uuid(list_vms(work.connected()))
            self.absent = named(member for member in members if member.vm_uuid not in registered)
            return (
                f"{len(self.absent)} of {len(members)} VMs are not registered on {work.other} yet"
                if self.absent
                else ""
            )
        if self._state == ACTIVATED:
            if not self._names and not here.members:
                # A snapshot may be listed without its VMs (contract prism_element 1.3).
                return "no VM is listed yet"
            self.registered, names = self._registered_here(here)
            self.absent = [{"name": name, "uuid": ""} for name in sorted(names)]
            if self.absent:
                return f"{len(self.absent)} of {len(self._names)} VMs are not registered yet"
            return ""
        remaining = by_uuid(list_vms(work.client))
        self.absent = named(member for member in self._gone if member.vm_uuid in remaining)
        if self.absent:
            return f"{len(self.absent)} of {len(self._gone)} VMs are still to be deleted"
        return ""

    def tell_what_is_absent(self) -> None:
        if self.absent:
            missing = self._work.result.setdefault("missing_vms", [])
            self._work.result["missing_vms"] = [*missing, *(vm for vm in self.absent if vm not in missing)]
            self._work.reporter.warn(
                f"After the {self._deed} these VMs are not there: {shortened([repr(vm['name']) for vm in self.absent])}"
            )

    def tell_what_stayed(self) -> None:
        """The VMs that a deactivation was to delete and that are still there."""
        if self.absent:
            self._work.result["removed_vms"] = [
                vm for vm in self._work.result.get("removed_vms", []) if vm not in self.absent
            ]
            self._work.reporter.warn(
                f"After the {self._deed} these VMs are still there:"
                f" {shortened([repr(vm['name']) for vm in self.absent])}"
            )

    def _registered_here(self, here: Seen) -> tuple[list[dict[str, str]], list[str]]:
        """The VMs that the activation registered, and the names of those that are still missing.

        A member whose id the cluster does not have is looked for by its name, among the VMs only that were not here
        before (contract prism_element trap 29).
        """
        vms = list_vms(self._work.client)
        registered = by_uuid(vms)
        by_uuid_here = {
            member.vm_uuid: registered[member.vm_uuid] for member in here.members if member.vm_uuid in registered
        }
        short = Counter(self._names or [member.vm_name for member in here.members]) - Counter(
            vm.name for vm in by_uuid_here.values()
        )
        new_by_name: dict[str, list[Vm]] = {}
        before = {vm.uuid for vm in vms} if self._before is None else self._before
        for vm in vms:
            if vm.name in short and vm.uuid not in by_uuid_here and vm.uuid not in before:
                new_by_name.setdefault(vm.name, []).append(vm)
        absent = []
        for name, count in short.items():
            new = new_by_name.get(name, [])
            if len(new) == count:
                by_uuid_here.update(by_uuid(new))
            else:
                absent += [name] * count
        return shown(by_uuid_here.values()), absent

    def _has_settled(self) -> bool:
        """Whether the flags have been right, and nothing has come any more, for so long that what is missing will not
        come."""
        now = time.monotonic()
        if self._settling_since is None or len(self.absent) < self._fewest:
            self._settling_since = now
            self._patience = self._work.patience(SETTLES_WITHIN)
        self._fewest = len(self.absent)
        return now - self._settling_since >= self._patience

    def _notice_an_end(self, here: Seen, there: Seen | None) -> None:
        """Raise when nothing is under way any more and the goal is not reached."""
        if here.side.direction or (there and there.side.direction):
            self._was_under_way, self._idle_since = True, None
            return
        now = time.monotonic()
        if self._idle_since is None:
            self._idle_since = now
            self._idle_patience = self._work.patience(SETTLES_WITHIN if self._was_under_way else UNSEEN_AT_MOST)
        tasks = self._tasks_of_this(here)
        # Tasks do not always tell which domain they are about, so that they prove an end only when none of them goes on
        # and the domain is still where it was.
        failures = [task for task in tasks if task.failed and here.side.active == self._here.side.active]
        proved = failures and not any(task.status in ("QUEUED", "RUNNING") for task in tasks)
        if proved or self._stands_still(here, there, now - self._idle_since >= self._idle_patience):
            raise self._ended_without_effect(here, failures)

    def _tasks_of_this(self, here: Seen) -> list[ModeTask]:
        """Those that may be about this change of side, newest first."""
        operation = ARRIVING if self._state == ACTIVATED else LEAVING
        tasks = [task for task in here.tasks if task.operation == operation]
        return [task for task in tasks if task.created_usecs not in self._finished_before]

    def _ended_without_effect(self, here: Seen, failures: Sequence[ModeTask]) -> OperationError:
        why = ", and neither pending_actions nor progress_monitors shows it under way"
        if failures and failures[0].error:
            why = f": {failures[0].error}"
        state = "active" if here.side.active else "not active"
        return OperationError(
            f"{self._work.client.endpoint}: the {self._deed} came to an end without effect{why}; it is {state} there",
            "Look into the tasks and events of the cluster, then run the same task again.",
        )

    def _stands_still(self, here: Seen, there: Seen | None, grace_is_over: bool) -> bool:
        """Whether nothing is under way any more. One that was never listed shows in the flags of the two sides, and in
        data on their way."""
        flags = (here.side.active, there.side.active if there else None)
        moves = flags != self._flags
        if not self._was_under_way and self._state == MIGRATED:
            client, name = self._work.client, self._work.name
            moves = moves or bool(list_replications(client, name) or list_queued(client, name))
        self._flags = flags
        if moves:
            self._idle_since = None
        return grace_is_over and not moves

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
        if len(own) == 1:
            return f"{doing}, {own[0].percent} %"
        return doing
