# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Move machine catalogs to a master image, many at once.

No Change of four phases: catalogs that wait for the notes of other hosts are observed and planned when these are there,
while others are under way already. Each catalog for itself goes through the four.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from threading import Semaphore
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    SELECTOR_ARGUMENTS,
    SELECTOR_RULES,
    read_catalog,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import NO_BOARD
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation, Params
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import (
    CatalogStep,
    has_image,
    plan_update,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.catalog_outcomes import CatalogOutcome
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.window import window_end, window_over
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.image_plan import (
    Surroundings,
    Target,
    chosen_targets,
    finish,
    observe,
    with_impacts,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.image_updates import (
    REBOOT_ARGUMENTS,
    Order,
    UpdateTerms,
    carry_out,
    foretell,
    reboot_policy,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

FUNCTIONAL_LEVELS = ["L5", "LMIN", "L7", "L7_6", "L7_7", "L7_8", "L7_9", "L7_20", "L7_25", "L7_30", "L7_34", "LMAX"]

START_ARGUMENTS = {"start_when": {"type": "list", "elements": "str"}, "hold": {"type": "str"}}
ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    **REBOOT_ARGUMENTS,
    "catalogs": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {**SELECTOR_ARGUMENTS, "image": {"type": "str"}, "note": {"type": "str"}, **START_ARGUMENTS},
        **SELECTOR_RULES,
    },
    "image": {"type": "str"},
    "note": {"type": "str"},
    "functional_level": {"type": "str", "choices": FUNCTIONAL_LEVELS},
    "store_old_image": {"type": "bool", "default": True},
    "concurrency": {"type": "int", "default": 8},
    "bypass_cache": {"type": "bool", "default": True},
    "image_will_exist": {"type": "bool", "default": False},
    "start_before": {"type": "str"},
    "start_timeout": {"type": "int", "default": 86400},
    "look_before": {"type": "bool", "default": False},
}


def perform(params: Params, reporter: Reporter) -> dict[str, Any]:
    terms = UpdateTerms(
        reboot=reboot_policy(params["reboot"]),
        functional_level=params["functional_level"],
        store_old_image=params["store_old_image"],
        wait=params["wait"],
        timeout=params["wait_timeout"],
        concurrency=params["concurrency"],
        start_before=_moment(params["start_before"]),
        look_before=params["look_before"],
    )
    wanted = [_with_defaults(given, params) for given in params["catalogs"]]
    site = CitrixSite.connect(params)
    targets, missed = chosen_targets(site, wanted)
    return finish(_Moves(site, params, reporter, terms).carry_out(targets) + missed, site)


class _Moves:
    """Catalogs that wait for the same notes of other hosts are a lane. Each lane starts when its notes are there; all
    share what runs at a time."""

    def __init__(self, site: CitrixSite, params: Params, reporter: Reporter, terms: UpdateTerms) -> None:
        self._site = site
        self._params = params
        self._reporter = reporter
        self._terms = terms
        self._slots = Semaphore(max(1, terms.concurrency))

    def carry_out(self, targets: Sequence[Target]) -> list[CatalogOutcome]:
        lanes: dict[tuple[tuple[str, ...], str], list[Target]] = {}
        for target in targets:
            lanes.setdefault((target.start_when, target.hold), []).append(target)
        if list(lanes) == [((), "")]:
            return self._move(targets)
        with ThreadPoolExecutor(max_workers=max(1, len(lanes))) as pool:
            done = [outcome for outcomes in pool.map(self._lane, lanes.values()) for outcome in outcomes]
        by_id = {outcome.catalog.id: outcome for outcome in done if outcome.catalog}
        return [by_id[target.catalog.id] for target in targets]

    def _lane(self, targets: Sequence[Target]) -> list[CatalogOutcome]:
        try:
            if targets[0].start_when and not targets[0].hold:
                targets = self._awaited(targets)
            if targets[0].hold:
                return [_standing(target, "not_ready", target.hold) for target in targets]
            late = window_over(self._terms.start_before, datetime.now(timezone.utc))
            if late and targets[0].start_when:
                return [_unchanged_or_late(target, late) for target in targets]
            return self._move(targets)
        except OperationError as error:
            return [_standing(target, "failed", str(error)) for target in targets]

    def _awaited(self, targets: Sequence[Target]) -> list[Target]:
        """The same, read again, because the wait may have taken hours; or with what holds them."""
        names = ", ".join(target.catalog.full_name for target in targets)
        hold = _hold_of(
            targets[0].start_when,
            self._reporter,
            self._params["start_timeout"],
            f"Start of {names}",
            self._terms.start_before,
        )
        if hold:
            return [replace(target, hold=hold) for target in targets]
        return [replace(target, catalog=read_catalog(self._site, target.catalog.id)) for target in targets]

    def _move(self, targets: Sequence[Target]) -> list[CatalogOutcome]:
        wanted = [(target.catalog, target.image) for target in targets]
        observed = observe(self._site, self._reporter, wanted, bypass_cache=self._params["bypass_cache"])
        assume_visible = self._params["image_will_exist"] and self._reporter.check
        orders = [Order(_plan(target, observed, assume_visible), target.note) for target in targets]
        orders = with_impacts(self._site, self._reporter, orders, self._terms)
        if self._reporter.check:
            return foretell(orders, self._terms)
        return carry_out(self._site, self._reporter, orders, self._terms, self._slots)


def _standing(target: Target, action: str, why: str) -> CatalogOutcome:
    return CatalogOutcome(target.catalog.full_name, target.catalog, action, target.catalog.image_path, msg=why)


def _unchanged_or_late(target: Target, late: str) -> CatalogOutcome:
    return (
        _standing(target, "unchanged", "")
        if has_image(target.catalog, target.image)
        else _standing(target, "window_over", late)
    )


def _hold_of(names: Sequence[str], reporter: Reporter, timeout: float, what: str, start_before: datetime | None) -> str:
    """Wait for the notes of other hosts. Why the catalogs that need them cannot be moved, '' when all say `ready` or
    the window is over."""
    if reporter.board is None:
        raise OperationError(NO_BOARD, "Leave out start_when.")
    seen: dict[str, dict[str, Any]] = {}

    def over() -> bool:
        seen.update(reporter.board.read(names) if reporter.board else {})
        refused = any(not note.get("ready") for note in seen.values())
        return refused or bool(window_over(start_before, datetime.now(timezone.utc)))

    seen.update(reporter.board.wait(names, what=what, timeout=timeout, progress=reporter.progress, over=over))
    return "; ".join(
        str(note.get("reason") or "another host is not ready") for note in seen.values() if not note.get("ready")
    )


def _before_travel(arguments: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Notes are on the controller only: a module that travels is told what they say, so that its catalogs start when
    the last of them is there."""
    catalogs = arguments.get("catalogs")
    if not isinstance(catalogs, list) or not any(
        isinstance(entry, dict) and entry.get("start_when") for entry in catalogs
    ):
        return arguments
    timeout = float(arguments.get("start_timeout") or ARGUMENTS["start_timeout"]["default"])
    told = []
    for entry in catalogs:
        hold = entry.get("hold") or ""
        if entry.get("start_when") and not hold:
            try:
                hold = _hold_of(
                    entry["start_when"], reporter, timeout, f"Start of {entry.get('name') or entry.get('id')}", None
                )
            except OperationError as error:
                hold = str(error)
        told.append({**{key: value for key, value in entry.items() if key != "start_when"}, "hold": hold})
    return {**arguments, "catalogs": told}


def _moment(text: str | None) -> datetime | None:
    try:
        return window_end(text or "")
    except Refusal as error:
        raise error.at("start_before") from None


def _with_defaults(given: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    image = given["image"] or params["image"]
    if not image:
        raise OperationError(
            f"catalog '{given['name'] or given['id']}' has no image", "Give image, for all catalogs or for each."
        )
    return {**given, "image": image, "note": given["note"] if given["note"] is not None else params["note"]}


def _plan(target: Target, observed: Surroundings, assume_visible: bool) -> CatalogStep:
    sight = observed.sight(target.catalog, target.image)
    if sight.problem:
        return CatalogStep(target.catalog, "refuse", reason=sight.problem)
    return plan_update(target.catalog, target.image, sight.images, observed.task(target.catalog), assume_visible)


OPERATION = Operation(arguments=ARGUMENTS, perform=perform, before_travel=_before_travel)
