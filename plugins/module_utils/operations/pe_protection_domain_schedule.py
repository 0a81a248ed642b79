# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make sure that a protection domain is replicated at least so often."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.peers import read_identity
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    ProtectionDomain,
    Schedule,
    find_protection_domain,
    unknown_protection_domain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.remote_sites import (
    list_remote_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.schedules import (
    PERIOD_SECONDS,
    add_schedule,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import effect_unknown, send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str", "required": True},
    "remote_sites": {"type": "list", "elements": "str"},
    "type": {"type": "str", "choices": ["MINUTELY", "HOURLY", "DAILY"], "default": "HOURLY"},
    "every_nth": {"type": "int", "default": 1},
    "keep_local": {"type": "int", "default": 2},
    "keep_remote": {"type": "int", "default": 2},
}


@dataclass(frozen=True)
class _Observed:
    client: PrismElement
    domain: ProtectionDomain
    remote_sites: tuple[str, ...]


def observe(params: Params, reporter: Reporter) -> _Observed:
    client = PrismElement.connect(params)
    domain = _active_domain(client, params["name"])
    return _Observed(client, domain, tuple(_sites(client, params["remote_sites"])))


def plan(params: Params, observed: _Observed) -> Plan[Schedule]:
    domain = observed.domain
    request = _asked(params, observed.remote_sites)
    present = satisfied_by(request, domain.schedules)
    if present and domain.schedules_suspended:
        raise OperationError(
            f"{observed.client.endpoint}: the schedules of '{domain.name}' are suspended, and nothing is replicated",
            "Resume them in Prism.",
        )
    before = list(map(asdict, domain.schedules))
    facts = {"name": domain.name, "schedule": asdict(present or request)}
    if present:
        return Plan(facts=facts, before={"schedules": before}, after={"schedules": before})
    after = [*before, asdict(request)]
    return Plan(steps=(request,), facts=facts, before={"schedules": before}, after={"schedules": after})


def apply(params: Params, observed: _Observed, plan: Plan[Schedule], reporter: Reporter) -> Result:
    client, domain = observed.client, observed.domain
    begins = read_identity(client).clock_usecs or int(time.time() * 1_000_000)
    for schedule in plan.steps:
        _add(client, domain.name, schedule, begins, reporter)
    return dict(plan.facts)


def _add(client: PrismElement, name: str, schedule: Schedule, begins: int, reporter: Reporter) -> None:
    def send() -> bool:
        with effect_unknown():
            add_schedule(client, name, schedule, begins)
        return True

    def added() -> bool | None:
        now = find_protection_domain(client, name)
        if now and satisfied_by(schedule, now.schedules):
            return True
        return None

    # Sent again it could be a second schedule.
    send_once(send, added, what=f"schedule of '{name}'", progress=reporter.progress, sends=1)


def satisfied_by(request: Schedule, schedules: Sequence[Schedule]) -> Schedule | None:
    """A schedule that runs, replicates to all the sites and does so at least as often; how much it keeps is its
    own affair."""
    period = PERIOD_SECONDS[request.type] * request.every_nth
    for schedule in schedules:
        is_often = PERIOD_SECONDS.get(schedule.type, float("inf")) * schedule.every_nth <= period
        if is_often and not schedule.suspended and set(request.keep_remote) <= set(schedule.keep_remote):
            return schedule
    return None


def _active_domain(client: PrismElement, name: str) -> ProtectionDomain:
    domain = find_protection_domain(client, name)
    if domain is None:
        raise unknown_protection_domain(client, name)
    if not domain.active:
        raise OperationError(
            f"{client.endpoint}: protection domain '{name}' is not active here",
            "Schedules run where it is active; add the schedule there.",
        )
    return domain


def _sites(client: PrismElement, names: list[str] | None) -> list[str]:
    existing = [site.name for site in list_remote_sites(client)]
    if names is None:
        if len(existing) != 1:
            raise OperationError(
                f"{client.endpoint} has {len(existing)} remote sites: {', '.join(existing) or 'none'}",
                "Name those to replicate to with remote_sites.",
            )
        return existing
    if not names:
        raise OperationError(
            "remote_sites is empty", "Name the sites to replicate to, or leave it out when the cluster has exactly one."
        )
    for name in names:
        if name not in existing:
            raise OperationError(f"{client.endpoint} has no remote site '{name}'", right_name(name, existing))
    return names


def _asked(params: Params, sites: Sequence[str]) -> Schedule:
    for name in ("every_nth", "keep_local", "keep_remote"):
        if params[name] < 1:
            raise OperationError(f"{name} is {params[name]}", "Give 1 or more.", options=(name,))
    return Schedule(
        type=params["type"],
        every_nth=params["every_nth"],
        keep_local=params["keep_local"],
        keep_remote=dict.fromkeys(sites, int(params["keep_remote"])),
        app_consistent=False,
        suspended=False,
    )


OPERATION = Change(arguments=ARGUMENTS, observe=observe, plan=plan, apply=apply)
