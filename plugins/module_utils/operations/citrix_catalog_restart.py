# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restart the machines of catalogs that have an image already and whose machines do not, many catalogs at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.blast_radius import (
    impact,
    population,
    sentence,
    together,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.restarts import RestartStep, plan_restart
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.window import window_end, window_over
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import find_catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.reboot_policy import (
    AT_NEXT_SHUTDOWN,
    RebootPolicy,
)
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


@dataclass(frozen=True)
class _Observed:
    """What each catalog needs, and whom that concerns, by catalog id. `late` is why nothing may begin any more."""

    site: CitrixSite
    steps: Sequence[RestartStep]
    impacts: Mapping[str, Mapping[str, Any]]
    late: str


def observe(params: Params, reporter: Reporter) -> _Observed:
    _policy(params)
    late = _late(params)
    site = CitrixSite.connect(params)
    existing = read_catalogs(site)
    try:
        catalogs = list(dict.fromkeys(find_catalog(selector_of(each), existing) for each in params["catalogs"]))
    except Refusal as error:
        raise error.at(site.endpoint) from None
    with _pool(params) as pool:
        machines = list(pool.map(lambda catalog: read_machines(site, catalog.id), catalogs))
    steps, impacts = [], {}
    for catalog, each in zip(catalogs, machines, strict=True):
        step = plan_restart(catalog, params["image"], each, params["whole_catalogs"])
        steps.append(step)
        if step.action in RESTARTS:
            concerned = population(_concerned(step, each))
            impacts[catalog.id] = impact(concerned, catalog.machines_take_image, restarts=True)
    if impacts:
        reporter.progress(f"concerns {sentence(together(impacts.values()))}")
    return _Observed(site, steps, impacts, late)


def plan(params: Params, observed: _Observed) -> Plan[RestartStep]:
    outcomes = [_settled(step, observed.late) or _foretold(step) for step in observed.steps]
    return Plan(
        steps=[each.step for each in outcomes if each.action == "planned"],
        facts=_facts(observed, outcomes),
        refusal=_failure(observed.site, outcomes),
    )


def apply(params: Params, observed: _Observed, plan: Plan[RestartStep], reporter: Reporter) -> Result:
    """Catalogs side by side, each followed to the end of its restarts; one that fails stops no other."""
    site, policy = observed.site, _policy(params)

    def outcome(step: RestartStep) -> RestartOutcome:
        restart = CatalogRestart(
            site, reporter, step, policy, params["wait"], params["wait_timeout"], params["whole_catalogs"]
        )
        return _settled(step, _late(params)) or restart.carry_out()

    with _pool(params) as pool:
        outcomes = list(pool.map(outcome, observed.steps))
    facts = _facts(observed, outcomes)
    failure = _failure(site, outcomes)
    if failure:
        raise failure.replace(**facts)
    return facts


def _facts(observed: _Observed, outcomes: Sequence[RestartOutcome]) -> Result:
    changed = [each for each in outcomes if each.changed]
    return {
        "changed": bool(changed),
        "catalogs": [outcome_facts(each, observed.impacts.get(each.step.catalog.id)) for each in outcomes],
        "failures": failures(outcomes),
        "started": min((each.started for each in changed if each.started), default=None),
        "diff": {
            "before": {
                each.step.catalog.full_name: f"{len(each.step.behind)} machines on the image before" for each in changed
            },
            "after": {each.step.catalog.full_name: "restarted" for each in changed},
        },
    }


def _failure(site: CitrixSite, outcomes: Sequence[RestartOutcome]) -> OperationError | None:
    rows = failures(outcomes)
    if not rows:
        return None
    reasons = "; ".join(f"{row['name']}: {row['reason'].rstrip('.')}" for row in rows)
    return OperationError(
        f"{site.endpoint}: {len(rows)} of {len(outcomes)} catalogs failed. {reasons}",
        "Remove these reasons, then run the same task again: what is restarted already is left alone.",
    )


def _concerned(step: RestartStep, machines: Sequence[Machine]) -> list[Machine]:
    """Whom a step concerns: the whole catalog, or single machines of it."""
    return [machine for machine in machines if step.action == "restart" or machine.id in step.behind]


def _settled(step: RestartStep, late: str) -> RestartOutcome | None:
    """The outcome of a step that needs no request, or must not make one any more."""
    if step.action == "unchanged":
        return RestartOutcome(step, "unchanged", msg=step.reason)
    if step.action == "refuse":
        return RestartOutcome(step, "failed", msg=step.reason)
    if late and step.action in RESTARTS:
        return RestartOutcome(step, "window_over", msg=late)
    return None


def _foretold(step: RestartStep) -> RestartOutcome:
    return RestartOutcome(step, "planned", changed=step.action in RESTARTS, msg=step.reason)


def _pool(params: Params) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=max(1, params["concurrency"]))


def _policy(params: Params) -> RebootPolicy:
    policy = reboot_policy(params["reboot"])
    if policy.within == AT_NEXT_SHUTDOWN:
        raise OperationError(
            "reboot.within_minutes is -1: nothing would be restarted",
            "Give 0 to restart all at once, or over how many minutes to spread it.",
        )
    return policy


def _late(params: Params) -> str:
    """Why nothing may begin any more, '' before the end of the window."""
    try:
        end = window_end(params["start_before"] or "")
    except Refusal as error:
        raise error.at("start_before") from None
    return window_over(end, datetime.now(timezone.utc))


OPERATION = Change(arguments=ARGUMENTS, observe=observe, plan=plan, apply=apply)
