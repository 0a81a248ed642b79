# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a site look at its hypervisors anew, and wait until it knows the power states of the machines there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.connections import (
    connection_facts,
    named_connections,
    reset_connection,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import (
    Connection,
    read_connections,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machine_watch import PowerWatch
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration, quoted, shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS, Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import MachineScope
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.power_states import VM_NOT_FOUND, power_known
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_scope import (
    SCOPE_ARGUMENTS,
    read_scope,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **SCOPE_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "names": {"type": "list", "elements": "str", "required": True},
    "force": {"type": "bool", "default": False},
    "always_twice": {"type": "bool", "default": True},
    "settle_timeout": {"type": "int", "default": 30},
}
RESET_AT_ONCE = 8
MOST_NAMED = 20
ADVICE = (
    "Look whether their VMs are on the cluster of the connection, whether their hosting is right"
    " (citrix_machine_hosting), and whether the connection reaches the cluster. Running the same task again resets once"
    " more and goes on waiting."
)


class _Reset:
    """A connection, its machines that matter, and how often it was reset. One `tells` that its reset has come to
    something when power states that were not known are known."""

    def __init__(self, connection: Connection, machines: Sequence[Machine], force: bool) -> None:
        self.connection = connection
        self.machines = [
            machine for machine in machines if machine.hypervisor_connection.casefold() == connection.name.casefold()
        ]
        self.tells = any(not power_known(machine) for machine in self.machines)
        self.needed = force or self.tells
        self.times = 0


@dataclass(frozen=True)
class _Observed:
    site: CitrixSite
    resets: Sequence[_Reset]
    scope: MachineScope


def observe(params: Params, reporter: Reporter) -> _Observed | None:
    """Nothing where no connection is named: the site is not even logged in to."""
    if not params["names"]:
        return None
    site = CitrixSite.connect(params)
    connections = named_connections(site, params["names"], read_connections(site))
    scope = read_scope(site, params)
    resets = [_Reset(connection, scope.machines, params["force"]) for connection in connections]
    return _Observed(site, resets, scope)


def plan(params: Params, observed: _Observed | None) -> Plan[_Reset]:
    if observed is None:
        return Plan(facts=_facts((), _Picture(())))
    _refuse_maintenance(observed.site, observed.resets)
    picture = _Picture(_machines_of(observed.resets))
    needed = [reset for reset in observed.resets if reset.needed]
    return Plan(
        steps=needed,
        facts=_facts(observed.resets, picture),
        before={"reset": [], "power_unknown": picture.unknown},
        after={
            "reset": _names(needed),
            "power_unknown": [] if needed else picture.unknown,
        },
        warnings=_doubts(observed, needed),
    )


def apply(params: Params, observed: _Observed | None, plan: Plan[_Reset], reporter: Reporter) -> Result:
    """Resets and waits in one piece: whether the second reset is needed, and when, depends on what is seen after the
    first."""
    if observed is None:
        return dict(plan.facts)
    site, needed = observed.site, plan.steps
    watch = PowerWatch(site, _machines_of(needed))
    with reporter.phase("reset"):
        waited_in_vain = _settle(site, params, reporter, needed, watch)
    untouched = [reset for reset in observed.resets if not reset.needed]
    after = _Picture([*watch.machines.values(), *_machines_of(untouched)])
    diff = {**plan.after, "power_unknown": after.unknown}
    facts = {**_facts(observed.resets, after), "diff": {"before": plan.before, "after": diff}}
    if after.vm_not_found:
        reporter.warn(
            f"{site.endpoint}: the hypervisor does not know the VMs of {len(after.vm_not_found)} machines:"
            f" {shortened(after.vm_not_found, most=3)}"
        )
    if waited_in_vain:
        raise OperationError(_still_unknown(site, needed, after, waited_in_vain), ADVICE, **{**facts, "changed": True})
    return facts


def _machines_of(resets: Sequence[_Reset]) -> list[Machine]:
    return [machine for reset in resets for machine in reset.machines]


def _doubts(observed: _Observed, needed: Sequence[_Reset]) -> list[str]:
    endpoint, scope = observed.site.endpoint, observed.scope
    doubts = []
    if scope.unknown:
        doubts.append(f"no machine is called {quoted(scope.unknown[:MOST_NAMED])}; it is not waited for")
    if scope.unknown_groups:
        doubts.append(f"no machine is in the delivery group {quoted(scope.unknown_groups)}")
    for fault in _faults(reset.connection for reset in needed):
        doubts.append(f"{fault}. A reset may or may not end it.")
    return [f"{endpoint}: {doubt}" for doubt in doubts]


class _Picture:
    """Names of the machines whose power is not known, and of those whose VM is not found."""

    def __init__(self, machines: Sequence[Machine]) -> None:
        self.unknown = sorted(machine.name for machine in machines if not power_known(machine))
        self.vm_not_found = sorted(machine.name for machine in machines if machine.power_state == VM_NOT_FOUND)
        self.machines = len(machines)


def _refuse_maintenance(site: CitrixSite, resets: Sequence[_Reset]) -> None:
    parked = _names([reset for reset in resets if reset.needed and reset.connection.in_maintenance_mode])
    if parked:
        raise OperationError(
            f"{site.endpoint}: refused, because the site does not use a connection that is in maintenance mode:"
            f" {', '.join(parked)}",
            "Take the connection out of maintenance mode in the console first. Nothing was changed.",
        )


def _settle(
    site: CitrixSite, params: Params, reporter: Reporter, needed: Sequence[_Reset], watch: PowerWatch
) -> float | None:
    """Reset, let it settle, reset again, wait. The seconds waited in vain when power states are still not known then,
    else None.

    The first reset may be done while the broker still holds what was there before, which is why the vendor's script for
    disaster recovery does it twice, 30 seconds apart (contract citrix 10.2). Here the time between them is over as soon
    as all power states are known and fresh. A state that was known before is fresh when the site says that it looked at
    the machine's hosting since (LastHostingUpdateTime, contract citrix 11.2); where it does not say so, the time is
    waited for to its end."""
    looked = {machine.id: machine.hosting_updated for machine in watch.machines.values()}
    telling = all(reset.tells for reset in needed)
    total = len(watch.machines)

    def look() -> Look[None]:
        watch.look()
        return Look(None, done=not watch.unknown, state=f"{len(watch.unknown)} of {total} power states not known")

    def look_while_settling() -> Look[None]:
        if telling:
            return look()
        watch.distrust()
        look_result = look()
        stale = sum(machine.hosting_updated in ("", looked[machine.id]) for machine in watch.machines.values())
        state = look_result.state
        if not watch.unknown:
            state = f"settling, {stale} of {total} not looked at yet"
        return Look(None, done=look_result.done and not stale and total > 0, state=state)

    _reset_all(site, needed, params["wait_timeout"], reporter)
    try:
        wait_for(look_while_settling, what=_title(needed), timeout=params["settle_timeout"], progress=reporter.progress)
    except StillRunning:
        reporter.progress(f"{_title(needed)}: resetting a second time")
    remaining = {machine.hypervisor_connection.casefold() for machine in watch.unknown.values()}
    again = [reset for reset in needed if params["always_twice"] or reset.connection.name.casefold() in remaining]
    _reset_all(site, again, params["wait_timeout"], reporter)
    if not params["wait"]:
        return None
    watch.distrust()
    try:
        wait_for(look, what=_title(needed), timeout=params["wait_timeout"], progress=reporter.progress)
    except StillRunning:
        watch.read()
        if watch.unknown:
            return params["wait_timeout"]
        return None
    return None


def _reset_all(site: CitrixSite, resets: Sequence[_Reset], timeout: float, reporter: Reporter) -> None:
    def reset_one(reset: _Reset) -> str:
        return reset_connection(site, reset.connection, timeout=timeout, progress=reporter.progress)

    with ThreadPoolExecutor(max_workers=RESET_AT_ONCE) as pool:
        for reset, warning in zip(resets, pool.map(reset_one, resets), strict=True):
            reset.times += 1
            if warning:
                reporter.warn(f"{site.endpoint}: resetting connection {reset.connection.name}: {warning}")


def _still_unknown(site: CitrixSite, needed: Sequence[_Reset], after: _Picture, waited: float) -> str:
    ids = {reset.connection.id for reset in needed}
    faults = _faults(now for now in read_connections(site) if now.id in ids)
    names = (
        f"{site.endpoint}: {duration(waited)} after the reset the power state of {len(after.unknown)} of"
        f" {after.machines} machines is not known: "
    )
    return names + "; ".join([shortened(after.unknown, MOST_NAMED), *faults])


def _faults(connections: Iterable[Connection]) -> list[str]:
    return [f"connection {each.name} has a fault: {_fault(each)}" for each in connections if each.fault_state]


def _fault(connection: Connection) -> str:
    if connection.fault_reason:
        return f"{connection.fault_state} ({connection.fault_reason})"
    return connection.fault_state


def _title(resets: Sequence[_Reset]) -> str:
    return f"Power states on {', '.join(_names(resets))}"


def _names(resets: Sequence[_Reset]) -> list[str]:
    return [reset.connection.name for reset in resets]


def _facts(resets: Sequence[_Reset], picture: _Picture) -> Result:
    return {
        "connections": [
            {**connection_facts(reset.connection), "machines": len(reset.machines), "resets": reset.times}
            for reset in resets
        ],
        "machines": picture.machines,
        "power_unknown": picture.unknown,
        "vm_not_found": picture.vm_not_found,
    }


OPERATION = Change(arguments=ARGUMENTS, observe=observe, plan=plan, apply=apply)
