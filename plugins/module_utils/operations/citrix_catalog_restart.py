# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restart the machines of catalogs that have an image already and whose machines do not, many catalogs at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    SELECTOR_ARGUMENTS,
    SELECTOR_RULES,
    read_catalogs,
    selector_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import read_machines
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.no_match import NoMatch
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.blast_radius import (
    impact,
    population,
    sentence,
    together,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.restarts import RestartStep, plan_restart
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.waves import window_end, window_over
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import find_catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.reboot_policy import AT_NEXT_SHUTDOWN
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.image_updates import (
    REBOOT_ARGUMENTS,
    reboot_policy,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.restarts import (
    CatalogRestart,
    RestartOutcome,
    failures,
    outcome_facts,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

RESTARTS = ("restart", "restart singly")

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "reboot": {**REBOOT_ARGUMENTS["reboot"], "required": True},
    "catalogs": {"type": "list", "elements": "dict", "required": True, "options": SELECTOR_ARGUMENTS, **SELECTOR_RULES},
    "image": {"type": "str"},
    "whole_catalogs": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 8},
    "start_before": {"type": "str"},
}


def perform(run: Run) -> dict[str, Any]:
    params = run.params
    policy = reboot_policy(params["reboot"])
    if policy.within == AT_NEXT_SHUTDOWN:
        raise OperationError(
            "reboot.within_minutes is -1: nothing would be restarted",
            "Give 0 to restart all at once, or over how many minutes to spread it.",
        )
    end = _moment(params["start_before"])
    site = CitrixSite.connect(params)
    known = read_catalogs(site)
    try:
        catalogs = list(dict.fromkeys(find_catalog(selector_of(given), known) for given in params["catalogs"]))
    except NoMatch as error:
        raise OperationError(f"{site.endpoint}: {error.message}", error.advice) from None
    with ThreadPoolExecutor(max_workers=max(1, params["concurrency"])) as pool:
        machines = dict(
            zip(
                [catalog.id for catalog in catalogs],
                pool.map(lambda catalog: read_machines(site, catalog.id), catalogs),
                strict=True,
            )
        )
        steps = [
            plan_restart(catalog, params["image"], machines[catalog.id], params["whole_catalogs"])
            for catalog in catalogs
        ]
        impacts = {
            step.catalog.id: impact(
                population(_concerned(step, machines[step.catalog.id])), step.catalog.machines_take_image, restarts=True
            )
            for step in steps
            if step.action in RESTARTS
        }
        if impacts:
            run.progress(f"{'would concern' if run.check else 'concerns'} {sentence(together(impacts.values()))}")

        def outcome(step: RestartStep) -> RestartOutcome:
            settled = _settled(run, step, window_over(end, datetime.now(timezone.utc)))
            return (
                settled
                or CatalogRestart(
                    site, run, step, policy, params["wait"], params["wait_timeout"], params["whole_catalogs"]
                ).carry_out()
            )

        outcomes = list(pool.map(outcome, steps))
    result: dict[str, Any] = {
        "changed": any(each.changed for each in outcomes),
        "catalogs": [outcome_facts(each, impacts.get(each.step.catalog.id)) for each in outcomes],
        "started": min((each.started for each in outcomes if each.changed and each.started), default=None),
        "diff": {
            "before": {
                each.step.catalog.full_name: f"{len(each.step.behind)} machines on the image before"
                for each in outcomes
                if each.changed
            },
            "after": {each.step.catalog.full_name: "restarted" for each in outcomes if each.changed},
        },
    }
    failed = failures(outcomes)
    if failed:
        raise OperationError(
            f"{site.endpoint}: {len(failed)} of {len(outcomes)} catalogs failed. {'; '.join(failed)}", **result
        )
    return result


def _concerned(step: RestartStep, machines: Sequence[Machine]) -> list[Machine]:
    """Whom a step concerns: the whole catalog, or single machines of it."""
    return [machine for machine in machines if step.action == "restart" or machine.id in step.behind]


def _settled(run: Run, step: RestartStep, late: str) -> RestartOutcome | None:
    """The outcome of a step that needs no request, or must not make one any more."""
    if step.action == "unchanged":
        return RestartOutcome(step, "unchanged", msg=step.reason)
    if step.action == "refuse":
        return RestartOutcome(step, "failed", msg=step.reason)
    if late and step.action in RESTARTS:
        return RestartOutcome(step, "window_over", msg=late)
    if run.check:
        return RestartOutcome(step, "planned", changed=step.action in RESTARTS, msg=step.reason)
    return None


def _moment(text: str | None) -> datetime | None:
    try:
        return window_end(text or "")
    except ValueError as error:
        raise OperationError(f"start_before: {error}") from None


OPERATION = Operation(arguments=ARGUMENTS, perform=perform)
