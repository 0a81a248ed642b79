# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Release machines: maintenance mode off, of those that we drained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machine_watch import read_by_ids
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Params,
    Plan,
    Result,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.maintenance import (
    to_release,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import MachineScope, choose
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_scope import (
    read_scope,
    read_wish,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.maintenance.notes_file import (
    NotesFile,
    names_drained_in,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.maintenance.switching import switch
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.maintenance.telling import (
    RELEASED,
    fail_if_not_all,
    result,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


@dataclass(frozen=True)
class ToRelease:
    """The machines of the scope, and the file that remembers them. `stale` are ids in it that the site has no more."""

    site: CitrixSite
    scope: MachineScope
    file: NotesFile
    stale: tuple[str, ...]

    @property
    def switching(self) -> list[Machine]:
        return list(to_release(self.scope.machines, self.file.entries if self.file.path else None))


def observe(params: Params, reporter: Reporter) -> ToRelease:
    try:
        site = CitrixSite.connect(params)
    except OperationError as error:
        raise error.replace(still_drained=names_drained_in(params["saved_path"])) from None
    file = NotesFile(site, params["saved_path"])
    scope = _scope_of_release(site, params, file)
    return ToRelease(site, scope, file, tuple(file.entries.keys() - file.present))


def plan(params: Params, observed: ToRelease) -> Plan[Machine | str]:
    """All machines are steps: the file forgets those that are out of maintenance mode already, and stale ones."""
    facts = result(RELEASED, observed.scope, observed.switching, observed.file)
    diff = facts.pop("diff")
    steps: list[Machine | str] = [*observed.scope.machines, *observed.stale]
    return Plan(steps=steps, facts=facts, before=diff["before"], after=diff["after"])


def apply(params: Params, observed: ToRelease, plan: Plan[Machine | str], reporter: Reporter) -> Result:
    site, scope, file, switching = observed.site, observed.scope, observed.file, observed.switching
    with reporter.phase("release"):
        outcome = switch(site, params, reporter, switching, False)
        # What is out of maintenance mode now is not ours any more, whoever took it out: an administrator may drain it
        # again.
        ids = [machine.id for machine in scope.machines if machine.id not in outcome.failed]
        file.drop([*ids, *observed.stale])
        ungrouped = {machine.id for machine in switching if not machine.delivery_group} & outcome.failed.keys()
        if ungrouped:
            reporter.warn(
                f"{site.endpoint}: {len(ungrouped)} machines without a delivery group stay in maintenance mode; no user"
                " can be brought to them anyway"
            )
        outcome.machines = {**{machine.id: machine for machine in scope.machines}, **outcome.machines}
        fail_if_not_all(site, reporter, RELEASED, scope, switching, outcome, file, ungrouped)
    return result(RELEASED, scope, switching, file, outcome)


def _scope_of_release(site: CitrixSite, params: Mapping[str, Any], file: NotesFile) -> MachineScope:
    """The machines that may be released. With a file only its machines are read; a name that is not among them is no
    error."""
    if file.path is None:
        return read_scope(site, params)
    machines = (
        read_by_ids(site, {entry.id: entry.catalog_id for entry in file.entries.values()}) if file.entries else {}
    )
    file.present = set(machines)
    try:
        return choose(read_wish(site, params), list(machines.values()))
    except Refusal as error:
        raise error.at(site.endpoint) from None
