# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Power states of VMs: one, or many side by side, each of which may fail by itself (contract prism_element 3.5)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import (
    FINISHED,
    SUCCEEDED,
    Task,
    TaskFailed,
    changes_of_power_under_way,
    read_task,
    tasks_under_way,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import Vm, list_vms, read_vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    EFFECT_WITHIN,
    Look,
    Standstill,
    wait_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    NotFound,
    NothingUnderWay,
    OperationError,
    StillRunning,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

AT_ONCE = 8
READ_SINGLY = 20
TASKS_A_LOOK = 40
# An order of a state does no harm twice, and a connection that blinks loses answers to many VMs at once.
SENDS_AT_MOST = 4
SHOWS_WITHIN = 1.0
IN_THE_WAY_AT_MOST = 60.0
# States that stay until somebody orders another; all others are on the way to one.
SETTLED = ("on", "off", "paused", "suspended")


def read_vms(client: PrismElement, uuids: Sequence[str]) -> dict[str, Vm]:
    """Those of the VMs that exist, by uuid: one by one when they are few, else out of the one list of all. An empty
    uuid is nobody's."""
    uuids = [uuid for uuid in uuids if uuid]
    if len(uuids) > READ_SINGLY:
        uuid_set = set(uuids)
        return {vm.uuid: vm for vm in list_vms(client) if vm.uuid in uuid_set}
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        vms = pool.map(lambda uuid: read_vm(client, uuid), uuids)
    return {vm.uuid: vm for vm in vms if vm}


def order_power(client: PrismElement, uuid: str, transition: str) -> str | None:
    """Order ON, OFF or ACPI_SHUTDOWN, and return the task to follow: None where there is none, or where the VM is in
    that state already.

    What a cluster says to a second order while the first is under way is not known (contract prism_element 3.5); should
    it refuse, what is under way is waited for, and then the state decides. Raises AnswerLost when the last answer is
    lost, too.
    """
    task_uuid = send_once(
        lambda: _send_or_join(client, uuid, transition) or "",
        lambda: "" if _is_as_wanted(client, uuid, transition) else None,
        what=f"{transition} for VM {uuid}",
        progress=lambda _line: None,
        patience=SHOWS_WITHIN,
        sends=SENDS_AT_MOST,
    )
    return task_uuid or None


def rests(client: PrismElement, uuid: str) -> bool:
    """Wait for what is under way with a VM, somebody else's included, a minute at most. Whether anything was, and has
    ended."""
    under_way = tasks_under_way(client, uuid)
    try:
        for task_uuid in under_way:
            with contextlib.suppress(TaskFailed):
                wait_for_task(
                    client, task_uuid, f"what is under way with VM {uuid}", IN_THE_WAY_AT_MOST, lambda _line: None
                )
    except StillRunning:
        return False
    return bool(under_way)


def _send_or_join(client: PrismElement, uuid: str, transition: str) -> str | None:
    try:
        return _send(client, uuid, transition)
    except (AccessDenied, NotFound):
        raise
    except ApiError:
        rested = rests(client, uuid)
        if _is_as_wanted(client, uuid, transition):
            return None
        if not rested:
            raise
    return _send(client, uuid, transition)


def _is_as_wanted(client: PrismElement, uuid: str, transition: str) -> bool:
    now = read_vm(client, uuid)
    return bool(now and now.power_state == ("on" if transition == "ON" else "off"))


def _send(client: PrismElement, uuid: str, transition: str) -> str | None:
    body = (
        client.request("POST", f"/vms/{segment(uuid)}/set_power_state/", payload={"transition": transition}).body or {}
    )
    return body.get("task_uuid")


class PowerChange:
    """One power state for many VMs. `failures` says by uuid what went wrong, and `left` are the VMs that are neither
    there yet nor failed."""

    def __init__(self, client: PrismElement, vms: Iterable[Vm], target: str) -> None:
        self._client = client
        self._wanted = target
        self._tasks: dict[str, str] = {}
        self._standstills: dict[str, Standstill] = {}
        self._grace = EFFECT_WITHIN
        self._asks_the_guest = False
        self._denied: AccessDenied | None = None
        self._adopted: dict[str, str] = {}
        self.left = {vm.uuid: vm for vm in vms}
        self.failures: dict[str, str] = {}
        self._all = len(self.left)

    def order(self, transition: str) -> None:
        """Order ON, OFF or ACPI_SHUTDOWN for all that are left. Raises AccessDenied, after which nothing more is
        sent.

        VMs that a killed run left on their way to ON still count as off: what is under way with them is followed, and
        they are ordered only when that ends otherwise.
        """
        self._tasks.clear()
        under_way = changes_of_power_under_way(self._client) if transition == "ON" else {}
        self._adopted = {uuid: task for uuid, task in under_way.items() if uuid in self.left}
        self._tasks.update(self._adopted)
        self._standstills.clear()
        self._asks_the_guest = transition == "ACPI_SHUTDOWN"
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            ordered = [vm for vm in self.left.values() if vm.uuid not in self._adopted]
            list(pool.map(lambda vm: self._order(vm, transition), ordered))
        if self._denied:
            raise self._denied

    def wait(self, what: str, timeout: float, progress: Callable[[str], None]) -> None:
        """Wait until none is left. Raises StillRunning; what was reached and what failed until then stays noted."""
        self._grace = min(EFFECT_WITHIN, timeout / 4)
        wait_for(self._look, what=what, timeout=timeout, progress=progress)

    def _order(self, vm: Vm, transition: str) -> None:
        if self._denied:
            return
        try:
            task_uuid = order_power(self._client, vm.uuid, transition)
        except AccessDenied as error:
            self._denied = error
        except NotFound:
            self._fail(vm.uuid, "it is not there any more")
        except OperationError as error:
            # A guest that cannot be asked to shut down is switched off later.
            if transition != "ACPI_SHUTDOWN":
                self._fail(vm.uuid, error.message)
        else:
            if task_uuid:
                self._tasks[vm.uuid] = task_uuid

    def _look(self) -> Look[None]:
        there = read_vms(self._client, list(self.left))
        for uuid in list(self.left):
            if uuid not in there:
                self._fail(uuid, "it is not there any more")
            elif there[uuid].power_state == self._wanted:
                del self.left[uuid]
                self._tasks.pop(uuid, None)
        self._note_failed_tasks()
        for uuid in list(self.left):
            self._note_standstill(uuid, there[uuid].power_state)
        reached = self._all - len(self.left) - len(self.failures)
        return Look(
            None,
            done=not self.left,
            state=f"{reached} of {self._all}{f', {len(self.failures)} failed' if self.failures else ''}",
        )

    def _note_standstill(self, uuid: str, state: str) -> None:
        """A VM whose task has ended is as wanted soon after, or never; but a guest that was asked to shut down takes
        its time."""
        standstill = self._standstills.setdefault(uuid, Standstill("", ""))
        idle = uuid not in self._tasks and state in SETTLED and not self._asks_the_guest
        try:
            standstill.note("its task has ended" if idle else "", self._grace)
        except NothingUnderWay:
            self._fail(uuid, f"its task has ended, and it is still {state}")

    def _note_failed_tasks(self) -> None:
        """The power state tells what is done; a task is asked only whether it failed, and only so many at each look."""
        pending = [uuid for uuid in self._tasks if uuid in self.left][:TASKS_A_LOOK]
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            tasks = list(pool.map(lambda uuid: read_task(self._client, self._tasks[uuid]), pending))
        for uuid, task in zip(pending, tasks, strict=True):
            task_uuid = self._tasks.pop(uuid)
            if task_uuid == self._adopted.get(uuid):
                self._follow_adopted(uuid, task)
            elif task and task.status in FINISHED:
                if task.status != SUCCEEDED:
                    others = tasks_under_way(self._client, uuid)
                    if others:
                        # An order before this one, perhaps our own whose answer was lost, goes on: what it does
                        # decides.
                        self._tasks[uuid] = others[0]
                        continue
                    now = read_vm(self._client, uuid)
                    if now is None or now.power_state != self._wanted:
                        self._fail(
                            uuid, f"the task ended {task.status.capitalize()}: {task.error or 'no reason given'}"
                        )
            else:
                # To the end of the queue, so that every one has its turn.
                self._tasks[uuid] = task_uuid

    def _follow_adopted(self, uuid: str, task: Task | None) -> None:
        """What another run ordered goes on, or has ended: then the VM is on, or is ordered after all."""
        if task and task.status not in FINISHED:
            self._tasks[uuid] = task.uuid
            return
        del self._adopted[uuid]
        if not _is_as_wanted(self._client, uuid, "ON"):
            self._order(self.left[uuid], "ON")
        if self._denied:
            raise self._denied

    def _fail(self, uuid: str, why: str) -> None:
        self.failures[uuid] = why
        self.left.pop(uuid, None)
