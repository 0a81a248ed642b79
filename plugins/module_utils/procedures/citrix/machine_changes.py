# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing many machines by PATCH (contract citrix 11.3): in batches where the site takes them, side by side where
it does not.

A PATCH asks for a state and not for a change of it, so that a second one does no harm. Yet none is repeated blindly:
what is not certain is looked at first, and the machines as they are read back decide what was done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.batch import (
    BatchItem,
    BatchLost,
    BatchNotTaken,
    BatchTooLarge,
    ItemAnswer,
    NoBatch,
    carry_out,
    wait_for_batches,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import (
    JobFailed,
    job_id_of,
    wait_for_job,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machine_watch import read_by_ids
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AnswerLost,
    ApiError,
    NotFound,
    OperationError,
    StillRunning,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import Answer, segment

WRITE_ARGUMENTS: dict[str, Any] = {
    "write_by": {"type": "str", "choices": ["auto", "batch", "single"], "default": "auto"},
    "batch_size": {"type": "int", "default": 100},
    "concurrency": {"type": "int", "default": 10},
    "write_timeout": {"type": "int", "default": 3600},
}
# A batch costs three calls and more, so that a few PATCHes are quicker without.
TOO_FEW_FOR_A_BATCH = 4
# The site works on the items of a batch side by side by itself.
BATCHES_AT_ONCE = 4
# A batch is first looked at when this part of the time that the last one took is over.
FIRST_LOOK = 0.5
# An item that was not taken (401, 429) had no effect and is sent again as often as this.
ATTEMPTS = 5
USUAL_DELAY = 2.0
LONGEST_DELAY = 120.0
ROUNDS = 6
IDLE_ROUNDS = 2
# How long batches of a run before are waited for: one that hangs must not keep anybody from writing.
PATIENCE_WITH_BATCHES = 600.0
SHOWN_EVERY = 100

DONE, VANISHED, REFUSED, NOT_TAKEN, UNCERTAIN = "done", "vanished", "refused", "not taken", "uncertain"


@dataclass(frozen=True)
class MachineChange:
    """One PATCH. `body` has the keys of 11.3, for example {"InMaintenanceMode": True}."""

    machine_id: str
    name: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Fate:
    """What became of a PATCH.

    DONE; VANISHED, the site says that there is no such machine; REFUSED in the site's words; NOT_TAKEN, it had no
    effect and may be sent again after `delay` seconds; UNCERTAIN, only a look can tell. `conflict` says of a refusal
    that another machine may be in the way.
    """

    outcome: str
    error: str = ""
    delay: float = 0.0
    conflict: bool = False


@dataclass
class Settled:
    """`machines` as last read, by id; those that went away are not among them. `failed` is id -> why, `vanished` ids of
    machines that went away."""

    machines: dict[str, Machine]
    written: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    vanished: set[str] = field(default_factory=set)


class MachineWriter:
    """Writes to the machines of one site. `written_by` is 'batch', 'single' or, before the first write, ''."""

    def __init__(
        self, site: CitrixSite, params: Mapping[str, Any], *, what: str, progress: Callable[[str], None]
    ) -> None:
        for name in ("batch_size", "concurrency"):
            if params[name] < 1:
                raise OperationError(f"{name} is {params[name]}", "Give 1 or more.", options=(name,))
        self.site = site
        self.written_by = ""
        self._what = what
        self._write_by = params["write_by"]
        self._size = params["batch_size"]
        self._concurrency = params["concurrency"]
        self._deadline = Deadline(params["write_timeout"])
        self._progress = progress
        self._lock = threading.Lock()
        self._lost = False
        self._usual_time = 0.0
        self._total = self._settled = self._shown = 0

    def settle(
        self, machines: Iterable[Machine], plan: Callable[[Sequence[Machine]], Sequence[MachineChange]]
    ) -> Settled:
        """Write until `plan(machines)` asks for nothing more, reading back in between what was written.

        `plan` is asked with machines as they are now and returns the changes that they still need. It ends as well when
        nothing more can be done: a refusal is
        not repeated, and a round in which nothing came forward is followed by one more at most.
        """
        result = Settled({machine.id: machine for machine in machines})
        changes = list(plan(list(result.machines.values())))
        self._total, self._settled, self._shown = len(changes), 0, 0
        if changes and self._wait_for_batches():
            changes = self._look_again(result, changes, plan)
        idle = 0
        refusals: dict[str, Fate] = {}
        last: dict[str, Fate] = {}
        for _round in range(ROUNDS):
            todo = [change for change in changes if change.machine_id not in refusals]
            if not todo or idle >= IDLE_ROUNDS or not self._deadline.left:
                break
            result.written |= {change.machine_id for change in todo}
            last |= self.write(todo)
            before = len(changes)
            changes = self._look_again(result, changes, plan)
            idle = 0 if len(changes) < before else idle + 1
            # What is in the way of one machine may be one that has moved meanwhile.
            refusals = {
                id: fate for id, fate in last.items() if fate.outcome == REFUSED and (idle or not fate.conflict)
            }
        for change in changes:
            result.failed[change.machine_id] = _why(last.get(change.machine_id))
        return result

    def write(self, changes: Sequence[MachineChange]) -> dict[str, Fate]:
        """Send every change once, those that were not taken again; the fate of each by the machine's id."""
        fates: dict[str, Fate] = {}
        pending = list(changes)
        for attempt in range(ATTEMPTS):
            fates |= self._send(pending)
            pending = [change for change in pending if fates[change.machine_id].outcome == NOT_TAKEN]
            if not pending:
                break
            delay = min(max(fates[change.machine_id].delay for change in pending), LONGEST_DELAY)
            if attempt + 1 == ATTEMPTS or delay > self._deadline.left:
                break
            time.sleep(paced(delay))
        if self._lost:
            # A batch without an answer may still be at work, and would be seen half done.
            self._wait_for_batches()
            self._lost = False
        return fates

    def _wait_for_batches(self) -> int:
        return wait_for_batches(
            self.site,
            min(PATIENCE_WITH_BATCHES, self._deadline.left / 2),
            lambda line: self._progress(f"{self._what}: {line}"),
        )

    def _look_again(
        self,
        result: Settled,
        changes: Sequence[MachineChange],
        plan: Callable[[Sequence[Machine]], Sequence[MachineChange]],
    ) -> list[MachineChange]:
        machines = [result.machines[change.machine_id] for change in changes]
        present = read_by_ids(self.site, {machine.id: machine.catalog_id for machine in machines})
        absent = {machine.id for machine in machines} - set(present)
        result.vanished |= absent
        result.machines = {id: present.get(id, machine) for id, machine in result.machines.items() if id not in absent}
        return list(plan([present[machine.id] for machine in machines if machine.id in present]))

    def _send(self, changes: Sequence[MachineChange]) -> dict[str, Fate]:
        few = len(changes) <= TOO_FEW_FOR_A_BATCH and self.written_by != "batch"
        if self._write_by == "single" or (self._write_by == "auto" and few):
            return self._singly(changes)
        return self._by_batches(changes)

    def _by_batches(self, changes: Sequence[MachineChange]) -> dict[str, Fate]:
        fates: dict[str, Fate] = {}
        pending = list(changes)
        while pending:
            chunks = [pending[start : start + self._size] for start in range(0, len(pending), self._size)]
            with ThreadPoolExecutor(max_workers=min(self._concurrency, BATCHES_AT_ONCE)) as pool:
                answers = list(pool.map(self._one_batch, chunks))
            pending = []
            for chunk, answer in zip(chunks, answers, strict=True):
                if answer is None:
                    pending += chunk
                else:
                    fates |= answer
            if pending and self._write_by == "single":
                return fates | self._singly(pending)
        return fates

    def _one_batch(self, chunk: Sequence[MachineChange]) -> dict[str, Fate] | None:
        """The fates, or None when nothing was done and it is to be sent in another way."""
        if len(chunk) > self._size or self._write_by == "single":
            return None
        items = [
            BatchItem(str(number), "PATCH", f"/Machines/{segment(change.machine_id)}", change.body)
            for number, change in enumerate(chunk)
        ]
        try:
            start = time.monotonic()
            what = f"{self._what} {len(chunk)} machines"
            answers = carry_out(
                self.site, items, what=what, timeout=self._deadline.left, first_look=self._usual_time * FIRST_LOOK
            )
        except BatchTooLarge as error:
            self._make_smaller(len(chunk), error)
            return None
        except NoBatch as error:
            self._do_without(error)
            return None
        except BatchNotTaken as error:
            return {change.machine_id: Fate(NOT_TAKEN, error.message, USUAL_DELAY) for change in chunk}
        except BatchLost as error:
            self._lost = True
            return self._counted(chunk, {change.machine_id: Fate(UNCERTAIN, error.message) for change in chunk})
        self.written_by, self._usual_time = "batch", time.monotonic() - start
        nothing = Fate(UNCERTAIN, f"{self.site.endpoint}: the batch has no answer for it")
        fates: dict[str, Fate] = {}
        for change, item in zip(chunk, items, strict=True):
            answer = answers.get(item.reference)
            fates[change.machine_id] = self._item_fate(change, answer) if answer else nothing
        return self._counted(chunk, fates)

    def _make_smaller(self, size: int, error: OperationError) -> None:
        with self._lock:
            if size == 1:
                self._do_without(error)
            elif size // 2 < self._size:
                self._size = size // 2
                self._progress(f"{self._what}: the site does not take {size} machines at once, trying {self._size}")

    def _do_without(self, error: OperationError) -> None:
        if self._write_by == "batch":
            raise OperationError.of(error) from None
        if self._write_by == "auto":
            self._write_by = "single"
            self._progress(f"{self._what}: the site takes no batches, going on one by one")

    def _item_fate(self, change: MachineChange, answer: ItemAnswer) -> Fate:
        sentence = f"{self.site.endpoint}: {change.name} was answered with {answer.told}"
        if answer.code == 202 and answer.location:
            return self._job_fate(change, job_id_of(Answer(202, {"Location": answer.location}, None)))
        if 200 <= answer.code < 300:
            return Fate(DONE)
        if answer.refused.not_found:
            return Fate(VANISHED, sentence)
        if answer.code == 401:
            # Its token ended while the batch waited; the next one has another.
            return Fate(NOT_TAKEN, sentence)
        if answer.code == 429:
            return Fate(NOT_TAKEN, sentence, USUAL_DELAY if answer.delay is None else answer.delay)
        if answer.code >= 500 or answer.code == 0:
            return Fate(UNCERTAIN, sentence)
        return Fate(REFUSED, sentence, conflict=answer.code == 409)

    def _singly(self, changes: Sequence[MachineChange]) -> dict[str, Fate]:
        def send(change: MachineChange) -> Fate:
            return self._counted([change], {change.machine_id: self._patch(change)})[change.machine_id]

        self.written_by = "single"
        with ThreadPoolExecutor(max_workers=self._concurrency) as pool:
            return dict(zip([change.machine_id for change in changes], pool.map(send, changes), strict=True))

    def _patch(self, change: MachineChange) -> Fate:
        try:
            answer = self.site.request("PATCH", f"/Machines/{segment(change.machine_id)}", payload=dict(change.body))
        except AnswerLost as error:
            return Fate(UNCERTAIN, error.message)
        except NotFound as error:
            return Fate(VANISHED, error.message)
        except ApiError as error:
            if error.status == 401:
                raise
            if error.status == 429:
                return Fate(NOT_TAKEN, error.message, USUAL_DELAY)
            return Fate(UNCERTAIN if error.status >= 500 else REFUSED, error.message, conflict=error.status == 409)
        job_id = job_id_of(answer)
        if job_id:
            return self._job_fate(change, job_id)
        return Fate(DONE)

    def _job_fate(self, change: MachineChange, job_id: str) -> Fate:
        try:
            wait_for_job(
                self.site,
                job_id,
                what=f"{self._what} {change.name}",
                timeout=self._deadline.left,
                progress=lambda line: None,
            )
        except JobFailed as error:
            return Fate(REFUSED, f"{self.site.endpoint}: {error.message}", conflict=error.code == "DuplicateObject")
        except StillRunning as error:
            return Fate(UNCERTAIN, f"{self.site.endpoint}: {error.message}")
        return Fate(DONE)

    def _counted(self, changes: Sequence[MachineChange], fates: dict[str, Fate]) -> dict[str, Fate]:
        with self._lock:
            self._settled = min(
                self._total,
                self._settled
                + sum(fates[change.machine_id].outcome in (DONE, VANISHED, REFUSED) for change in changes),
            )
            if self._settled - self._shown >= SHOWN_EVERY or (self._settled == self._total > self._shown):
                self._shown = self._settled
                self._progress(f"{self._what}: {self._settled:,} of {self._total:,}")
        return fates


def _why(fate: Fate | None) -> str:
    if fate is None:
        return "it was not written before the time was over"
    if fate.outcome == DONE:
        return "the site accepted the change and did not make it"
    return fate.error
