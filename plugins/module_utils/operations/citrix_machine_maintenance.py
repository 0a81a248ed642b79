# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drain machines before their VMs are moved, and release them afterwards: maintenance mode on, sessions respected,
maintenance mode off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machine_watch import read_by_ids
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import read_machines
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.sessions import (
    SessionWatch,
    read_occupied,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import AlreadyThere, write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import (
    duration,
    near_names,
    quoted,
    shortened,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.maintenance import (
    Notes,
    Saved,
    drained_by,
    likely_drained,
    read_saved,
    saved_as,
    saved_text,
    to_drain,
    to_release,
    words_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import Scope, choose
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, Occupied, host_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_changes import (
    WRITE_ARGUMENTS,
    MachineChange,
    MachineWriter,
    Settled,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_scope import (
    SCOPE_ARGUMENTS,
    SCOPE_OPTIONS,
    read_scope,
    read_wish,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

DRAINED, RELEASED = "drained", "released"
ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **SCOPE_ARGUMENTS,
    **WRITE_ARGUMENTS,
    "state": {"type": "str", "required": True, "choices": [DRAINED, RELEASED]},
    "sessions": {"type": "str", "choices": ["wait", "fail", "ignore"], "default": "wait"},
    "saved_path": {"type": "path"},
    "other_saved_paths": {"type": "list", "elements": "path", "default": []},
    "accept_maintenance": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}
MOST_NAMED = 20
HOW_TO_GO_ON = (
    "Nobody was logged off, and the machines stay in maintenance mode so that no new session begins. Ask these users to"
    " log off and run the same task again, which goes on waiting; or give sessions=ignore to go on without them; or"
    " state=released to give it up."
)


def perform(run: Run) -> dict[str, Any]:
    site = CitrixSite.connect(run.params)
    return _drain(site, run) if run.params["state"] == DRAINED else _release(site, run)


def _drain(site: CitrixSite, run: Run) -> dict[str, Any]:
    params = run.params
    scope = read_scope(site, params)
    _refuse_unknown(site, scope)
    if scope.unknown_groups:
        run.warn(f"{site.endpoint}: no machine is in the delivery group {quoted(scope.unknown_groups)}")
    file = _File(site, params["saved_path"])
    switching = to_drain(scope.machines)
    if not params["accept_maintenance"]:
        _refuse_earlier_drains(site, scope, file, params["other_saved_paths"])
    if params["sessions"] == "fail":
        _refuse_sessions(site, [machine for machine in scope.machines if machine.sessions])
    if run.check:
        occupied = read_occupied(site, [machine for machine in scope.machines if machine.sessions])
        return _result(
            run, scope, switching, Settled({machine.id: machine for machine in scope.machines}), occupied, file
        )
    with run.phase("drain"):
        # Noted before it is done: a run that dies in between leaves a note too many, which does no harm, and not one
        # too few, which would lock users out.
        file.add(switching, [machine for machine in scope.machines if machine.maintenance_mode])
        settled = _switch(site, run, scope.machines, True)
        file.drop([machine_id for machine_id in (*settled.failed, *settled.vanished) if machine_id not in file.before])
        _fail_if_not_all(site, run, scope, switching, settled, file)
        occupied = [] if params["sessions"] == "ignore" else _wait_for_sessions(site, run, settled)
    if params["sessions"] == "ignore":
        occupied = read_occupied(site, [machine for machine in settled.machines.values() if machine.sessions])
    result = _result(run, scope, switching, settled, occupied, file)
    if occupied and params["sessions"] != "ignore":
        waited = "" if params["sessions"] == "fail" else f" after {duration(params['wait_timeout'])}"
        raise OperationError(
            f"{site.endpoint}: {len(occupied)} machines still have sessions{waited}: {words_for(occupied)}",
            HOW_TO_GO_ON,
            options=("sessions",),
            **result,
        )
    return result


def _release(site: CitrixSite, run: Run) -> dict[str, Any]:
    file = _File(site, run.params["saved_path"])
    scope = _scope_of_release(site, run.params, file)
    saved = file.entries if file.path else None
    switching = to_release(scope.machines, saved)
    if run.check:
        return _result(run, scope, switching, Settled({machine.id: machine for machine in scope.machines}), [], file)
    with run.phase("release"):
        settled = _switch(site, run, switching, False)
        # What is out of maintenance mode now is not ours any more, whoever took it out: an administrator may drain it
        # again.
        done = [machine.id for machine in scope.machines if machine.id not in settled.failed]
        file.drop([*done, *(file.entries.keys() - file.present)])
        ungrouped = {machine.id for machine in switching if not machine.delivery_group} & settled.failed.keys()
        if ungrouped:
            run.warn(
                f"{site.endpoint}: {len(ungrouped)} machines without a delivery group stay in maintenance mode; no user"
                " can be brought to them anyway"
            )
        settled.machines = {**{machine.id: machine for machine in scope.machines}, **settled.machines}
        _fail_if_not_all(site, run, scope, switching, settled, file, ungrouped)
    return _result(run, scope, switching, settled, [], file)


class _File:
    """The file of machines that we put into maintenance mode, or found in it. It stays when nobody is left in it: it
    tells that the move was there.

    `existed` says whether there was one, `before` are the drained machines that it had, `present` the ids of those that
    the site still has.
    """

    def __init__(self, site: CitrixSite, path: str | None) -> None:
        self._site = site
        self.path = Path(path) if path else None
        self.existed = self.path is not None and self.path.exists()
        self.notes = self._read()
        self.before = dict(self.notes.drained)
        self.present: set[str] = set()

    @property
    def entries(self) -> Mapping[str, Saved]:
        return self.notes.drained

    def add(self, drained: Iterable[Machine], already: Iterable[Machine]) -> None:
        """Who is drained now, and who was in maintenance mode already; whoever an earlier drain put in was not."""
        ours = {machine.id: saved_as(machine) for machine in drained}
        found = {machine.id: saved_as(machine) for machine in already}

        def change(notes: Notes) -> Notes:
            others = {machine_id: entry for machine_id, entry in found.items() if machine_id not in notes.drained}
            return Notes({**notes.drained, **ours}, {**others, **notes.already})

        self._change(change)

    def drop(self, ids: Sequence[str]) -> None:
        dropped = set(ids)

        def change(notes: Notes) -> Notes:
            return Notes(
                {machine_id: entry for machine_id, entry in notes.drained.items() if machine_id not in dropped},
                notes.already,
            )

        self._change(change)

    def _read(self) -> Notes:
        if self.path is None or not self.path.exists():
            return Notes()
        try:
            return read_saved(self.path.read_text(encoding="utf-8"), self._site.id)
        except (OSError, ValueError) as error:
            raise OperationError(
                f"{self._site.endpoint}: {self.path} cannot be used: {error}",
                "Give another saved_path. Nothing was changed.",
            ) from None

    def _change(self, change: Callable[[Notes], Notes]) -> None:
        """Change what the file holds now: another host of the play, or another run, may have written to it since it was
        read."""
        if self.path is None:
            return
        new = not self.path.exists()
        before = self._read()
        self.notes = change(before)
        if self.notes == before:
            return
        text = saved_text(self._site.id, self._site.name, self.notes)
        try:
            write_report(
                self.path,
                text,
                "without it nobody knows later which machines to release.",
                "list of drained machines",
                new=new,
            )
        except AlreadyThere:
            self._change(change)


def _scope_of_release(site: CitrixSite, params: Mapping[str, Any], file: _File) -> Scope:
    """The machines that may be released. With a file only its machines are read; a name that is not among them is no
    error."""
    if file.path is None:
        return read_scope(site, params)
    found = read_by_ids(site, {entry.id: entry.catalog_id for entry in file.entries.values()}) if file.entries else {}
    file.present = set(found)
    try:
        return choose(read_wish(site, params), list(found.values()))
    except Refusal as error:
        raise error.at(site.endpoint) from None


def _switch(site: CitrixSite, run: Run, machines: Sequence[Machine], on: bool) -> Settled:
    def plan(now: Sequence[Machine]) -> list[MachineChange]:
        changing = to_drain(now) if on else to_release(now, None)
        return [MachineChange(machine.id, machine.name, {"InMaintenanceMode": on}) for machine in changing]

    what = f"Switching maintenance mode {'on' if on else 'off'}"
    return MachineWriter(site, run.params, what=what, progress=run.progress).settle(machines, plan)


def _wait_for_sessions(site: CitrixSite, run: Run, settled: Settled) -> list[Occupied]:
    watch = SessionWatch(site, settled.machines.values())
    if run.params["sessions"] == "fail":
        return read_occupied(site, watch.left)

    def look() -> Look[None]:
        watch.look()
        return Look(None, done=not watch.left, state=f"{len(watch.left)} machines still have sessions")

    try:
        if watch.left:
            wait_for(look, what="Draining", timeout=run.params["wait_timeout"], progress=run.progress)
    except StillRunning:
        return read_occupied(site, watch.left)
    return []


def _refuse_unknown(site: CitrixSite, scope: Scope) -> None:
    if not scope.unknown:
        return
    known = [name for machine in read_machines(site) for name in (machine.name, host_name(machine.name))]
    near = " ".join(
        told
        for told in (
            near_names(name, [each for each in known if ("\\" in each) == ("\\" in name)]) for name in scope.unknown[:3]
        )
        if told
    )
    raise OperationError(
        f"{site.endpoint}: there is no machine {quoted(scope.unknown[:MOST_NAMED])}",
        f"{near} Nothing was changed.".strip(),
    )


def _refuse_earlier_drains(site: CitrixSite, scope: Scope, file: _File, other_paths: Sequence[str]) -> None:
    """Machines that another drain put into maintenance mode would be taken for those of an administrator, and nobody
    would release them."""
    for path in other_paths:
        drained = drained_by(scope.machines, _notes_of(site, path))
        if drained:
            raise OperationError(
                f"{site.endpoint}: another move drained {_count_and_names(drained)}, as {path} says",
                "Nothing was changed. Run the same command again with the dr_id of that move, which stands in the name"
                " of the file, or give that move up with the playbook euc.nutanix_citrix.dr_failover_release.",
            )
    likely = [] if file.existed else likely_drained(scope.machines)
    if likely:
        raise OperationError(
            f"{site.endpoint}: {_count_and_names(likely)} are in maintenance mode already, half of all or more, and"
            f" there is no {file.path or 'file'} to tell whether an earlier run of this move drained them",
            "Nothing was changed. If one did, run the same command again with the dr_id and the dr_directory of that"
            " run, or they would not be released. If they were in maintenance mode before, run the same command again"
            " with -e dr_failover_accept_maintenance=true.",
        )


def _notes_of(site: CitrixSite, path: str) -> Notes:
    """What a file of another drain says. One of another site, or that cannot be read, says nothing about these
    machines."""
    try:
        return read_saved(Path(path).read_text(encoding="utf-8"), site.id)
    except (OSError, ValueError):
        return Notes()


def _count_and_names(machines: Sequence[Machine]) -> str:
    names = shortened(sorted(machine.name for machine in machines), MOST_NAMED)
    return f"{len(machines)} {'machine' if len(machines) == 1 else 'machines'} ({names})"


def _refuse_sessions(site: CitrixSite, machines: Sequence[Machine]) -> None:
    occupied = read_occupied(site, machines)
    if occupied:
        raise OperationError(
            f"{site.endpoint}: refused, because {len(occupied)} machines have sessions: {words_for(occupied)}",
            "Nothing was changed. Ask these users to log off, or give sessions=wait to let the machines run empty.",
            options=("sessions",),
            sessions=[_occupied_facts(each) for each in occupied],
        )


def _fail_if_not_all(
    site: CitrixSite,
    run: Run,
    scope: Scope,
    switching: Sequence[Machine],
    settled: Settled,
    file: _File,
    tolerated: Collection[str] = frozenset(),
) -> None:
    if settled.vanished:
        gone = sorted(machine.name for machine in switching if machine.id in settled.vanished)
        run.warn(f"{site.endpoint}: {len(gone)} machines went away meanwhile: {shortened(gone, MOST_NAMED)}")
    failed = {machine_id: why for machine_id, why in settled.failed.items() if machine_id not in tolerated}
    if not failed:
        return
    names = {machine.id: machine.name for machine in scope.machines}
    told = "; ".join(f"{names[machine_id]}: {why}" for machine_id, why in list(failed.items())[:3])
    to = "on" if run.params["state"] == DRAINED else "off"
    raise OperationError(
        f"{site.endpoint}: maintenance mode could not be switched {to} for {len(failed)} of {len(switching)} machines."
        f" {told}",
        "The others are done. Running the same task again does what is missing.",
        **_result(run, scope, switching, settled, [], file),
    )


def _result(
    run: Run, scope: Scope, switching: Sequence[Machine], settled: Settled, occupied: Sequence[Occupied], file: _File
) -> dict[str, Any]:
    on = run.params["state"] == DRAINED
    changing = {machine.id for machine in switching}
    done = [machine for machine in switching if machine.id not in settled.failed and machine.id not in settled.vanished]
    shown = []
    for machine in scope.machines:
        action = "right" if machine.id not in changing else "would_change" if run.check else "changed"
        action = "failed" if machine.id in settled.failed else "vanished" if machine.id in settled.vanished else action
        now = settled.machines.get(machine.id, machine)
        shown.append(
            {
                "id": machine.id,
                "name": machine.name,
                "catalog": machine.catalog,
                "catalog_id": machine.catalog_id,
                "delivery_group": machine.delivery_group,
                "maintenance_mode": now.maintenance_mode,
                "sessions": now.sessions,
                "action": action,
            }
        )
    names = {machine.id: machine.name for machine in scope.machines}
    return {
        "changed": bool(done),
        "state": run.params["state"],
        "machines": shown,
        "switched": sorted(machine.name for machine in done),
        "without_delivery_group": sorted(
            machine.name for machine in scope.machines if on and not machine.delivery_group
        ),
        "sessions": [_occupied_facts(each) for each in occupied],
        "failures": [
            {"id": machine_id, "name": names[machine_id], "reason": why} for machine_id, why in settled.failed.items()
        ],
        "vanished": sorted(names[machine_id] for machine_id in settled.vanished),
        "excluded": sorted(machine.name for machine in scope.excluded),
        "unknown": list(scope.unknown),
        "namesakes": [
            {"id": each.machine.id, "name": each.machine.name, "reason": each.reason} for each in scope.namesakes
        ],
        "saved": file.existed or bool(file.entries or file.notes.already),
        "still_drained": sorted(entry.name for entry in file.entries.values()),
        "in_maintenance_before": sorted(entry.name for entry in file.notes.already.values()),
        "diff": {
            "before": {"maintenance_mode": {machine.name: not on for machine in done}},
            "after": {"maintenance_mode": {machine.name: on for machine in done}},
        },
    }


def _occupied_facts(occupied: Occupied) -> dict[str, Any]:
    return {"machine": occupied.machine, "user": occupied.user, "state": occupied.state, "sessions": occupied.sessions}


OPERATION = Operation(
    arguments=ARGUMENTS,
    perform=perform,
    required_one_of=((*SCOPE_OPTIONS, "saved_path"),),
    required_if=(("state", DRAINED, SCOPE_OPTIONS, True),),
)
