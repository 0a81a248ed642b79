# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Move machine catalogs to a master image, many at once.

Catalogs that wait for the notes of other hosts are observed and planned when these are there, while others are under
way already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Params,
    Parts,
    Phases,
    Plan,
    Result,
)
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

FUNCTIONAL_LEVELS = ["L5", "LMIN", "L7", "L7_6", "L7_7", "L7_8", "L7_9", "L7_20", "L7_25", "L7_30", "L7_34", "LMAX"]

START_ARGUMENTS = {"start_when": {"type": "list", "elements": "str"}, "hold": {"type": "str"}}
ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    **UPDATE_ARGUMENTS,
    "catalogs": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            **SELECTOR_ARGUMENTS,
            "image": {"type": "str"},
            "image_version": IMAGE_VERSION,
            "note": {"type": "str"},
            **START_ARGUMENTS,
        },
        **SELECTOR_RULES,
    },
    "image": {"type": "str"},
    "image_version": IMAGE_VERSION,
    "note": {"type": "str"},
    "functional_level": {"type": "str", "choices": FUNCTIONAL_LEVELS},
    "store_old_image": {"type": "bool", "default": True},
    "image_will_exist": {"type": "bool", "default": False},
    "start_before": {"type": "str"},
    "start_timeout": {"type": "int", "default": 86400},
    "look_before": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class _Job:
    """What all lanes share: what runs at a time, and the entries that name no catalog."""

    params: Params
    site: CitrixSite
    terms: UpdateTerms
    slots: Semaphore
    targets: Sequence[Target]
    missed: Sequence[CatalogOutcome]


@dataclass(frozen=True)
class _Lane:
    """Catalogs that wait for the same notes of other hosts, and start when these are there."""

    job: _Job
    targets: Sequence[Target]

    @property
    def start_when(self) -> tuple[str, ...]:
        if self.targets:
            return self.targets[0].start_when
        return ()

    @property
    def hold(self) -> str:
        if self.targets:
            return self.targets[0].hold
        return ""


def divide(params: Params, reporter: Reporter) -> list[_Lane]:
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
    entries = [_with_defaults(entry, params) for entry in params["catalogs"]]
    site = CitrixSite.connect(params)
    targets, mismatches = chosen_targets(site, entries)
    job = _Job(params, site, terms, Semaphore(max(1, terms.concurrency)), targets, mismatches)
    lanes: dict[tuple[tuple[str, ...], str], list[Target]] = {}
    for target in targets:
        lanes.setdefault((target.start_when, target.hold), []).append(target)
    return [_Lane(job, lane) for lane in lanes.values() or [[]]]


def observe(lane: _Lane, reporter: Reporter) -> Moves:
    job, targets, hold = lane.job, lane.targets, lane.hold
    if lane.start_when and not hold:
        hold = _hold_of(lane, reporter)
        if not hold:
            # The wait may have taken hours.
            targets = [_read_again(job.site, target) for target in targets]
    now, late = datetime.now(timezone.utc), ""
    if lane.start_when:
        late = window_over(job.terms.start_before, now)
    if hold:
        return Moves(job.site, job.terms, now, settled=[_standing(target, "not_ready", hold) for target in targets])
    assume_visible = job.params["image_will_exist"] and reporter.check
    book = VersionBook(job.site, assume_visible)
    targets, missed = with_versions(targets, book)
    settled = [outcome_without(target, refusal) for target, refusal in missed]
    if late:
        settled += [_unchanged_or_late(target, late) for target in targets]
        return Moves(job.site, job.terms, now, settled=settled)
    orders = _orders(job, targets, book, assume_visible, reporter)
    return Moves(job.site, job.terms, now, with_impacts(job.site, reporter, orders, job.terms), settled)


def _orders(
    job: _Job, targets: Sequence[Target], book: VersionBook, assume_visible: bool, reporter: Reporter
) -> list[Order]:
    surroundings = observe_surroundings(
        job.site,
        reporter,
        [(target.catalog, target.image) for target in targets],
        bypass_cache=job.params["bypass_cache"],
        book=book,
    )
    return [Order(_step(target, surroundings, assume_visible), target.note) for target in targets]


def plan(lane: _Lane, observed: Moves) -> Plan[Order]:
    return Plan(steps=observed.steps, facts={"outcomes": observed.foretold()})


def apply(lane: _Lane, observed: Moves, plan: Plan[Order], reporter: Reporter) -> Result:
    return {"outcomes": observed.carried_out(reporter, lane.job.slots)}


def failed(lane: _Lane, error: OperationError) -> Result:
    if not lane.start_when and not lane.hold and len(lane.targets) == len(lane.job.targets):
        raise error
    outcomes = [_standing(target, "failed", error.message) for target in lane.targets]
    return {"outcomes": [replace(each, advice=error.advice, options=error.options) for each in outcomes]}


def gather(lanes: Sequence[_Lane], parts: Sequence[Result]) -> Result:
    job = lanes[0].job
    outcomes = {outcome.catalog.id: outcome for part in parts for outcome in part["outcomes"]}
    return finish([*(outcomes[target.catalog.id] for target in job.targets), *job.missed], job.site)


def _read_again(site: CitrixSite, target: Target) -> Target:
    return replace(target, catalog=read_catalog(site, target.catalog.id))


def _standing(target: Target, action: str, why: str) -> CatalogOutcome:
    return CatalogOutcome(target.catalog.full_name, target.catalog, action, target.catalog.image_path, msg=why)


def _unchanged_or_late(target: Target, late: str) -> CatalogOutcome:
    if has_image(target.catalog, target.image):
        return _standing(target, "unchanged", "")
    return _standing(target, "window_over", late)


def _hold_of(lane: _Lane, reporter: Reporter) -> str:
    names = ", ".join(target.catalog.full_name for target in lane.targets)
    timeout, start_before = lane.job.params["start_timeout"], lane.job.terms.start_before
    return _wait_for_notes(lane.start_when, f"Start of {names}", timeout, reporter, start_before)


def _wait_for_notes(
    names: Sequence[str], what: str, timeout: float, reporter: Reporter, start_before: datetime | None = None
) -> str:
    """Wait for the notes of other hosts. Why the catalogs that need them cannot be moved, '' when all say `ready` or
    the window is over."""
    board = reporter.board
    if board is None:
        raise OperationError(NO_BOARD, "Leave out start_when.")
    notes: dict[str, dict[str, Any]] = {}

    def over() -> bool:
        notes.update(board.read(names))
        return bool(_not_ready(notes) or window_over(start_before, datetime.now(timezone.utc)))

    notes.update(board.wait(names, what=what, timeout=timeout, progress=reporter.progress, over=over))
    return "; ".join(_not_ready(notes))


def _not_ready(notes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Why the hosts that are not ready are not."""
    return [str(note.get("reason") or "another host is not ready") for note in notes.values() if not note.get("ready")]


def _before_travel(arguments: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Notes are on the controller only: a module that travels is told what they say, so that its catalogs start when
    the last of them is there."""
    catalogs = arguments.get("catalogs")
    if not isinstance(catalogs, list):
        return arguments
    if not any(isinstance(entry, dict) and entry.get("start_when") for entry in catalogs):
        return arguments
    timeout = float(arguments.get("start_timeout") or ARGUMENTS["start_timeout"]["default"])
    entries = []
    for entry in catalogs:
        hold = entry.get("hold") or ""
        if entry.get("start_when") and not hold:
            try:
                what = f"Start of {entry.get('name') or entry.get('id')}"
                hold = _wait_for_notes(entry["start_when"], what, timeout, reporter)
            except OperationError as error:
                hold = str(error)
        held = {**entry, "hold": hold}
        held.pop("start_when", None)
        entries.append(held)
    return {**arguments, "catalogs": entries}


def _moment(text: str | None) -> datetime | None:
    try:
        return window_end(text or "")
    except Refusal as error:
        raise error.at("start_before") from None


def _with_defaults(entry: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    image = {"image": entry["image"], "image_version": entry["image_version"]}
    if not any(image.values()):
        image = {"image": params["image"], "image_version": params["image_version"]}
    if all(image.values()) or not any(image.values()):
        raise OperationError(
            f"catalog '{entry['name'] or entry['id']}' has {'two images' if image['image'] else 'no image'}",
            "Give image or image_version, for all catalogs or for each.",
        )
    note = entry["note"]
    if note is None:
        note = params["note"]
    return {**entry, **image, "note": note}


def _step(target: Target, surroundings: Surroundings, assume_visible: bool) -> CatalogStep:
    sight = surroundings.sight(target.catalog, target.image)
    if sight.problem:
        return CatalogStep(target.catalog, "refuse", reason=sight.problem, advice=sight.advice)
    task = surroundings.task(target.catalog)
    step = plan_update(target.catalog, target.image, sight.images, task, assume_visible)
    return surroundings.with_profile(replace(step, name=step.name or target.name))


OPERATION = Parts(
    arguments=ARGUMENTS,
    divide=divide,
    phases=Phases(observe=observe, plan=plan, apply=apply),
    failed=failed,
    gather=gather,
    before_travel=_before_travel,
)
