# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make sure that a protection domain is replicated at least so often."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import AnswerLost, OperationError

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str", "required": True},
    "remote_sites": {"type": "list", "elements": "str"},
    "type": {"type": "str", "choices": ["MINUTELY", "HOURLY", "DAILY"], "default": "HOURLY"},
    "every_nth": {"type": "int", "default": 1},
    "keep_local": {"type": "int", "default": 2},
    "keep_remote": {"type": "int", "default": 2},
}


def perform(run: Run) -> dict[str, Any]:
    client = PrismElement.connect(run.params)
    domain = _active_domain(client, run.params["name"])
    wanted = _wanted(run.params, _sites(client, run.params["remote_sites"]))
    present = satisfied_by(wanted, domain.schedules)
    if present and domain.schedules_suspended:
        raise OperationError(
            f"{client.endpoint}: the schedules of '{domain.name}' are suspended, so that nothing is replicated",
            "Resume them in Prism.",
        )
    if present is None and not run.check:
        _add(client, domain, wanted)
    before = [asdict(schedule) for schedule in domain.schedules]
    return {
        "changed": present is None,
        "name": domain.name,
        "schedule": asdict(present or wanted),
        "diff": {
            "before": {"schedules": before},
            "after": {"schedules": before if present else [*before, asdict(wanted)]},
        },
    }


def satisfied_by(wanted: Schedule, schedules: Sequence[Schedule]) -> Schedule | None:
    """A schedule that runs, replicates to all the wanted sites and does so at least as often; how much it keeps is its
    own affair."""
    period = PERIOD_SECONDS[wanted.type] * wanted.every_nth
    return next(
        (
            schedule
            for schedule in schedules
            if not schedule.suspended
            and set(wanted.keep_remote) <= set(schedule.keep_remote)
            and PERIOD_SECONDS.get(schedule.type, float("inf")) * schedule.every_nth <= period
        ),
        None,
    )


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


def _sites(client: PrismElement, asked: list[str] | None) -> list[str]:
    known = [site.name for site in list_remote_sites(client)]
    if asked is None:
        if len(known) != 1:
            raise OperationError(
                f"{client.endpoint} has {len(known)} remote sites: {', '.join(known) or 'none'}",
                "Name those to replicate to with remote_sites.",
            )
        return known
    if not asked:
        raise OperationError(
            "remote_sites is empty", "Name the sites to replicate to, or leave it out when the cluster has exactly one."
        )
    for name in asked:
        if name not in known:
            raise OperationError(f"{client.endpoint} has no remote site '{name}'", near_names(name, known))
    return asked


def _wanted(params: Mapping[str, Any], sites: list[str]) -> Schedule:
    for name in ("every_nth", "keep_local", "keep_remote"):
        if params[name] < 1:
            raise OperationError(f"{name} must be 1 or more, not {params[name]}")
    return Schedule(
        type=params["type"],
        every_nth=params["every_nth"],
        keep_local=params["keep_local"],
        keep_remote=dict.fromkeys(sites, params["keep_remote"]),
        app_consistent=False,
        suspended=False,
    )


def _add(client: PrismElement, domain: ProtectionDomain, wanted: Schedule) -> None:
    begins = read_identity(client).clock_usecs or int(time.time() * 1_000_000)
    try:
        add_schedule(client, domain.name, wanted, begins)
    except AnswerLost:
        # Asking again would be a second schedule, so look first.
        now = find_protection_domain(client, domain.name)
        if now is None or satisfied_by(wanted, now.schedules) is None:
            raise


OPERATION = Operation(arguments=ARGUMENTS, perform=perform)
