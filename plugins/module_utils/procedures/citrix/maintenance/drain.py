# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drain machines: maintenance mode on, sessions respected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import read_machines
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.sessions import (
    SessionWatch,
    read_occupied,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Params,
    Plan,
    Result,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import (
    duration,
    near_names,
    quoted,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.maintenance import (
    drained_by,
    likely_drained,
    to_drain,
    words_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import MachineScope
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, Occupied, host_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_changes import (
    Settled,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_scope import (
    read_scope,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.maintenance.notes_file import (
    NotesFile,
    notes_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.maintenance.switching import switch
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.maintenance.telling import (
    DRAINED,
    MOST_NAMED,
    count_and_names,
    fail_if_not_all,
    occupied_facts,
    result,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

HOW_TO_GO_ON = (
    "Nobody was logged off, and the machines stay in maintenance mode so that no new session begins. Ask these users to"
    " log off and run the same task again, which goes on waiting; or give sessions=ignore to go on without them; or"
    " state=released to give it up."
)


@dataclass(frozen=True)
class ToDrain:
    """The machines of the scope, who is on them, and the file that remembers them."""

    site: CitrixSite
    scope: MachineScope
    file: NotesFile
    occupied: tuple[Occupied, ...]


def observe(params: Params, reporter: Reporter) -> ToDrain:
    site = CitrixSite.connect(params)
    scope = read_scope(site, params)
    _refuse_unknown(site, scope)
    if scope.unknown_groups:
        reporter.warn(f"{site.endpoint}: no machine is in the delivery group {quoted(scope.unknown_groups)}")
    file = NotesFile(site, params["saved_path"])
    if not params["accept_maintenance"]:
        _refuse_earlier_drains(site, scope, file, params["other_saved_paths"])
    occupied = read_occupied(site, [machine for machine in scope.machines if machine.sessions])
    if params["sessions"] == "fail":
        _refuse_sessions(site, occupied)
    return ToDrain(site, scope, file, tuple(occupied))


def plan(params: Params, observed: ToDrain) -> Plan[Machine]:
    """All machines are steps: who is in maintenance mode already is noted, and all are waited for until they are
    empty."""
    scope, switching = observed.scope, to_drain(observed.scope.machines)
    facts = result(DRAINED, scope, switching, observed.file, occupied=observed.occupied)
    diff = facts.pop("diff")
    return Plan(steps=scope.machines, facts=facts, before=diff["before"], after=diff["after"])


def apply(params: Params, observed: ToDrain, plan: Plan[Machine], reporter: Reporter) -> Result:
    site, scope, file = observed.site, observed.scope, observed.file
    switching = to_drain(scope.machines)
    with reporter.phase("drain"):
        # Noted before it is done: a run that dies in between leaves a note too many, which does no harm, and not one
        # too few, which would lock users out.
        file.add(switching, [machine for machine in scope.machines if machine.maintenance_mode])
        outcome = switch(site, params, reporter, scope.machines, True)
        file.drop([machine_id for machine_id in (*outcome.failed, *outcome.vanished) if machine_id not in file.before])
        fail_if_not_all(site, reporter, DRAINED, scope, switching, outcome, file)
        occupied = [] if params["sessions"] == "ignore" else _wait_for_sessions(site, params, reporter, outcome)
    if params["sessions"] == "ignore":
        occupied = read_occupied(site, [machine for machine in outcome.machines.values() if machine.sessions])
    facts = result(DRAINED, scope, switching, file, outcome, occupied)
    if occupied and params["sessions"] != "ignore":
        waited = "" if params["sessions"] == "fail" else f" after {duration(params['wait_timeout'])}"
        raise OperationError(
            f"{site.endpoint}: {len(occupied)} machines still have sessions{waited}: {words_for(occupied)}",
            HOW_TO_GO_ON,
            options=("sessions",),
            **facts,
        )
    return facts


def _wait_for_sessions(site: CitrixSite, params: Params, reporter: Reporter, outcome: Settled) -> list[Occupied]:
    watch = SessionWatch(site, outcome.machines.values())
    if params["sessions"] == "fail":
        return read_occupied(site, watch.left)

    def look() -> Look[None]:
        watch.look()
        return Look(None, done=not watch.left, state=f"{len(watch.left)} machines still have sessions")

    try:
        if watch.left:
            wait_for(look, what="Draining", timeout=params["wait_timeout"], progress=reporter.progress)
    except StillRunning:
        return read_occupied(site, watch.left)
    return []


def _refuse_unknown(site: CitrixSite, scope: MachineScope) -> None:
    if not scope.unknown:
        return
    existing = [machine.name for machine in read_machines(site)]
    near = [_near(name, existing) for name in scope.unknown[:3]]
    raise OperationError(
        f"{site.endpoint}: there is no machine {quoted(scope.unknown[:MOST_NAMED])}",
        " ".join(filter(None, [*near, "Nothing was changed."])),
    )


def _near(name: str, existing: Sequence[str]) -> str:
    """Near names, with their domain where the name has one."""
    if "\\" in name:
        return near_names(name, [each for each in existing if "\\" in each])
    return near_names(name, map(host_name, existing))


def _refuse_earlier_drains(site: CitrixSite, scope: MachineScope, file: NotesFile, other_paths: Sequence[str]) -> None:
    """Machines that another drain put into maintenance mode would be taken for those of an administrator, and nobody
    would release them."""
    for path in other_paths:
        drained = drained_by(scope.machines, notes_of(site, path))
        if drained:
            raise OperationError(
                f"{site.endpoint}: another move drained {count_and_names(drained)}, as {path} says",
                "Nothing was changed. Run the same command again with the dr_id of that move, which stands in the name"
                " of the file (dr_failback adds the -failback in it by itself), or give that move up with the playbook"
                " euc.nutanix_citrix.dr_failover_release.",
            )
    likely = [] if file.existed else likely_drained(scope.machines)
    if likely:
        raise OperationError(
            f"{site.endpoint}: {count_and_names(likely)} are in maintenance mode already, half of all or more, and"
            f" there is no {file.path or 'file'} to tell whether an earlier run of this move drained them",
            "Nothing was changed. If one did, run the same command again with the dr_id and the dr_directory of that"
            " run, or they would not be released. If they were in maintenance mode before, run the same command again"
            " with -e dr_failover_accept_maintenance=true.",
        )


def _refuse_sessions(site: CitrixSite, occupied: Sequence[Occupied]) -> None:
    if occupied:
        raise OperationError(
            f"{site.endpoint}: refused, because {len(occupied)} machines have sessions: {words_for(occupied)}",
            "Nothing was changed. Ask these users to log off, or give sessions=wait to let the machines run empty.",
            options=("sessions",),
            sessions=[occupied_facts(each) for each in occupied],
        )
