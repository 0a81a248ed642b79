# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Move machine catalogs back to an image that they had before, many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    SELECTOR_ARGUMENTS,
    SELECTOR_RULES,
    read_history,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import (
    CatalogStep,
    needs_rollback,
    plan_rollback,
    rollback_target,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.history import (
    left_behind,
    return_note,
    source_in_doubt,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.catalog_outcomes import failure, results
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    HistoricalImage,
    is_prepared,
    same_path,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.image_plan import (
    Moves,
    Surroundings,
    Target,
    chosen_targets,
    finish,
    observe_surroundings,
    outcome_without,
    with_impacts,
    with_versions,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.image_updates import (
    UPDATE_ARGUMENTS,
    Order,
    UpdateTerms,
    reboot_policy,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.assigning import (
    IMAGE_VERSION,
    VersionBook,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

WHERE: dict[str, Any] = {
    "from_image": {"type": "str"},
    "from_image_version": IMAGE_VERSION,
    "image": {"type": "str"},
    "image_version": IMAGE_VERSION,
}
ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    **UPDATE_ARGUMENTS,
    "catalogs": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {**SELECTOR_ARGUMENTS, **WHERE},
        **SELECTOR_RULES,
    },
    **WHERE,
    "note": {"type": "str"},
}


@dataclass(frozen=True)
class _Return:
    """A catalog that is to go back: to `image`, or else to what it had before it got `left`. `history` is read where
    that is needed; `path` is what to look for in the hosting unit."""

    catalog: Catalog
    image: str | None
    left: str | None
    history: list[HistoricalImage]
    path: str


def observe(params: Params, reporter: Reporter) -> Moves:
    entries = [_with_defaults(entry, params) for entry in params["catalogs"]]
    terms = UpdateTerms(
        reboot=reboot_policy(params["reboot"]),
        functional_level=None,
        store_old_image=True,
        wait=params["wait"],
        timeout=params["wait_timeout"],
        concurrency=params["concurrency"],
    )
    site = CitrixSite.connect(params)
    selection, mismatches = chosen_targets(site, entries)
    book = VersionBook(site)
    selection, missed = with_versions(selection, book)
    mismatches += [outcome_without(target, refusal) for target, refusal in missed]
    returns = [_return(site, target) for target in selection]
    surroundings = observe_surroundings(
        site,
        reporter,
        [(each.catalog, each.path) for each in returns],
        bypass_cache=params["bypass_cache"],
        book=book,
    )
    orders = []
    for each in returns:
        step = _step(each, surroundings)
        if each.image is None:
            step = _without_doubt(step, each.history, book)
        orders.append(Order(surroundings.with_profile(step), _note(step, params["note"] or "", each.history)))
    return Moves(site, terms, datetime.now(timezone.utc), with_impacts(site, reporter, orders, terms), mismatches)


def plan(params: Params, observed: Moves) -> Plan[Order]:
    outcomes = observed.foretold()
    refusal = failure(outcomes)
    return Plan(
        steps=observed.steps,
        facts=results(outcomes),
        refusal=refusal and refusal.at(observed.site.endpoint),
    )


def apply(params: Params, observed: Moves, plan: Plan[Order], reporter: Reporter) -> Result:
    return finish(observed.carried_out(reporter), observed.site)


def _with_defaults(entry: Mapping[str, Any], params: Params) -> dict[str, Any]:
    """An entry with what holds for all catalogs where it says nothing itself; an image and a version are one wish."""
    whole = dict(entry)
    for names in (("from_image", "from_image_version"), ("image", "image_version")):
        if not any(entry[name] for name in names):
            whole |= {name: params[name] for name in names}
        if all(whole[name] for name in names):
            raise OperationError(f"{names[0]} and {names[1]} are both given", "Give one of them.", options=names)
    if not any(whole[name] for name in WHERE):
        raise OperationError(
            "nothing says which image to move away from, or back to",
            "Give from_image or image, for all catalogs or for each.",
        )
    return whole


def _return(site: CitrixSite, target: Target) -> _Return:
    catalog, image, left = target.catalog, target.image or None, target.from_image or None
    history = []
    if needs_rollback(catalog, left, image):
        history = read_history(site, catalog)
    return _Return(catalog, image, left, history, _path_back(catalog, image, history))


def _step(way: _Return, surroundings: Surroundings) -> CatalogStep:
    catalog = way.catalog
    sight = surroundings.sight(catalog, way.path)
    if sight.problem:
        return CatalogStep(catalog, "refuse", reason=sight.problem, advice=sight.advice)
    return plan_rollback(catalog, way.left, way.image, way.history, sight.images, surroundings.task(catalog))


def _without_doubt(step: CatalogStep, history: list[HistoricalImage], book: VersionBook) -> CatalogStep:
    """The step to an image that nobody named, or its refusal: it may be none that the catalog ever had."""
    target = next((entry for entry in history if same_path(entry.path, step.path)), None)
    if not step.changes or target is None or is_prepared(target.path):
        return step
    doubt = source_in_doubt(target, history, book.sources(history))
    if doubt:
        return CatalogStep(step.catalog, "refuse", reason=doubt.message, advice=doubt.advice)
    return step


def _note(step: CatalogStep, note: str, history: list[HistoricalImage]) -> str:
    """The note that goes with the step. It names what is left behind, so that no later roll-back leads there."""
    return return_note(note, left_behind(step.catalog.image_path, step.path, history))


def _path_back(catalog: Catalog, image: str | None, history: list[HistoricalImage]) -> str:
    """The path to look for in the hosting unit, '' when there is none; the plan then says why."""
    try:
        return rollback_target(catalog, image, history).path
    except Refusal:
        return ""


OPERATION = Change(arguments=ARGUMENTS, observe=observe, plan=plan, apply=apply)
