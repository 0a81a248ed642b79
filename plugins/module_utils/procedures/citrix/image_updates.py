# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Image updates and rollbacks of many catalogs at once, each followed to its end and verified on the catalog itself
(contract citrix 8.4 to 8.6, 16.1)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from threading import Semaphore
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    read_catalog,
    read_history,
    read_others_task,
    read_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.images import image_order
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import (
    WORKED,
    JobFailed,
    start,
    wait_for_job,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import read_machines
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import CatalogStep
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.catalog_outcomes import CatalogOutcome
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.gate import figures
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.window import window_over
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog, RunningTask
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import is_prepared, same_path
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.reboot_policy import RebootPolicy
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_profile import (
    move_profile,
    profile_that_stays,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    ApiError,
    EndNotSeen,
    OperationError,
    StillRunning,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

PATIENCE_WITH_CATALOG = 10.0

REBOOT_ARGUMENTS: dict[str, Any] = {
    "reboot": {
        "type": "dict",
        "options": {
            "within_minutes": {"type": "int", "default": -1},
            "warning_minutes": {"type": "int", "default": 0},
            "warning_title": {"type": "str"},
            "warning_message": {"type": "str"},
            "warning_repeat_minutes": {"type": "int", "default": 0},
        },
    }
}
UPDATE_ARGUMENTS: dict[str, Any] = {
    **REBOOT_ARGUMENTS,
    "concurrency": {"type": "int", "default": 8},
    "bypass_cache": {"type": "bool", "default": True},
}


@dataclass(frozen=True)
class Order:
    """A step with what belongs into its request only."""

    step: CatalogStep
    note: str | None = None
    impact: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class UpdateTerms:
    """What holds for all catalogs of a run. From `start_before` on no update is started any more. `look_before` notes
    who is faulty before an update."""

    reboot: RebootPolicy
    functional_level: str | None
    store_old_image: bool
    wait: bool
    timeout: float
    concurrency: int
    start_before: datetime | None = None
    look_before: bool = False


@dataclass(frozen=True)
class _Begun:
    """An update that runs, or that turned out to be done already (`done`). Without `job_id` it is somebody else's and
    seen on the catalog only."""

    action: str
    job_id: str = ""
    done: bool = False


def reboot_policy(option: Mapping[str, Any] | None) -> RebootPolicy:
    """The policy from the `reboot` option; raises OperationError for what contradicts itself."""
    reboot = option or {}
    return RebootPolicy(
        within=reboot.get("within_minutes", -1),
        warning=reboot.get("warning_minutes", 0),
        warning_title=reboot.get("warning_title") or "",
        warning_message=reboot.get("warning_message") or "",
        warning_repeat=reboot.get("warning_repeat_minutes", 0),
    )


def foretell(orders: Sequence[Order], terms: UpdateTerms, now: datetime) -> list[CatalogOutcome]:
    """What would become of the catalogs, as far as the steps tell."""
    return [replace(_planned(order, terms, now), impact=order.impact) for order in orders]


def carry_out(
    site: CitrixSite, reporter: Reporter, orders: Sequence[Order], terms: UpdateTerms, slots: Semaphore | None = None
) -> list[CatalogOutcome]:
    """Do the steps, so many at once as the terms allow. One catalog's failure is its own outcome and stops no other.

    Several lists at work at the same time share `slots`.
    """
    free = slots or Semaphore(max(1, terms.concurrency))

    def outcome(order: Order) -> CatalogOutcome:
        with free:
            return replace(_CatalogUpdate(site, reporter, order, terms).carry_out(), impact=order.impact)

    with ThreadPoolExecutor(max_workers=max(1, terms.concurrency)) as pool:
        return list(pool.map(outcome, orders))


def _planned(order: Order, terms: UpdateTerms, now: datetime) -> CatalogOutcome:
    step = order.step
    return _settled(order, terms, now) or CatalogOutcome(
        step.catalog.full_name,
        step.catalog,
        "planned",
        step.path,
        changed=True,
        after_name=step.name,
        job_id=step.task.job_id if step.task else "",
    )


def _settled(order: Order, terms: UpdateTerms, now: datetime) -> CatalogOutcome | None:
    """The outcome of a step that needs no request, or must not make one any more."""
    step = order.step
    if step.action == "unchanged":
        return CatalogOutcome(step.catalog.full_name, step.catalog, "unchanged", step.catalog.image_path)
    if step.action == "refuse":
        return CatalogOutcome(
            step.catalog.full_name, step.catalog, "failed", step.catalog.image_path, msg=step.reason, advice=step.advice
        )
    late = window_over(terms.start_before, now)
    if late and step.action != "adopt":
        return CatalogOutcome(step.catalog.full_name, step.catalog, "window_over", step.catalog.image_path, msg=late)
    return None


class _CatalogUpdate:
    """One catalog on its way to an image."""

    def __init__(self, site: CitrixSite, reporter: Reporter, order: Order, terms: UpdateTerms) -> None:
        self._site = site
        self._reporter = reporter
        self._order = order
        self._terms = terms
        self._step = order.step
        self._catalog = order.step.catalog
        self._job_id = ""
        self._faulty_before: tuple[str, ...] | None = None
        # Our own lead to a named image. Where somebody else's leads is only seen at its end.
        self._others_rollback = order.step.task is not None and order.step.task.kind == "rollback"
        is_rollback = order.step.action == "roll back" or self._others_rollback
        self._action = "rolled_back" if is_rollback else "published"
        self._what = f"{'Rollback' if is_rollback else 'Image update'} of {self._catalog.full_name}"

    def carry_out(self) -> CatalogOutcome:
        start = datetime.now(timezone.utc)
        outcome_at_once = _settled(self._order, self._terms, start)
        if outcome_at_once:
            return outcome_at_once
        start_clock = time.monotonic()
        try:
            outcome = self._move()
        except OperationError as error:
            status = error.details.get("job_status", "")
            # What still runs will change the catalog, though nobody looks any more
            runs = isinstance(error, (StillRunning, EndNotSeen))
            words = {"msg": error.message, "advice": error.advice, "options": error.options}
            outcome = self._outcome("failed", self._catalog.image_path, job_status=status, changed=runs, **words)
        finished = datetime.now(timezone.utc)
        return replace(
            outcome,
            seconds=time.monotonic() - start_clock,
            started=iso_milliseconds(start),
            finished=iso_milliseconds(finished),
        )

    def _outcome(self, action: str, after: str, **facts: Any) -> CatalogOutcome:
        return CatalogOutcome(
            self._catalog.full_name,
            self._catalog,
            action,
            after,
            job_id=self._job_id,
            faulty_before=self._faulty_before,
            **facts,
        )

    def _faulty(self) -> tuple[str, ...] | None:
        """Who is faulty while the catalog has another image. None when it ever had this one: the fault may be the
        image's own, from before it went back."""
        if same_path(self._catalog.image_path, self._step.path):
            return None
        faulty = figures(read_machines(self._site, self._catalog.id), ()).faulty
        had_it = bool(faulty) and any(
            same_path(entry.path, self._step.path) for entry in read_history(self._site, self._catalog)
        )
        if had_it:
            return None
        return faulty

    def _move(self) -> CatalogOutcome:
        if self._terms.look_before:
            self._faulty_before = self._faulty()
        if self._step.action == "follow":
            return self._with_profile(self._outcome("adopted", self._step.path, changed=True))
        update = self._adopted() if self._step.action == "adopt" else self._started()
        self._job_id = update.job_id
        if not self._terms.wait and not update.done:
            return self._outcome(
                update.action, self._catalog.image_path, changed=True, msg="Under way; not waited for."
            )
        try:
            status, warning = self._follow(update)
        except JobFailed as error:
            if error.code != "TaskActive" or update.action == "adopted":
                raise
            update = self._adopted_instead(error)
            self._job_id = update.job_id
            status, warning = self._follow(update)
        now = self._verified(status)
        strange = (
            ""
            if same_path(now.image_path, self._step.path)
            else f"it went back to '{now.image_shown}' and not to '{self._step.shown}'"
        )
        warnings = "; ".join(part for part in (warning, strange) if part)
        return self._with_profile(
            self._outcome(
                update.action,
                now.image_path,
                after_name=now.image_name,
                changed=True,
                job_status=status,
                warning=warnings,
            )
        )

    def _with_profile(self, outcome: CatalogOutcome) -> CatalogOutcome:
        """The outcome of a catalog that has its image, after its machine profile has followed."""
        if not self._step.moves_profile:
            remark = "" if is_prepared(self._step.path) else profile_that_stays(self._catalog)
        else:
            try:
                remark = move_profile(
                    self._site, self._catalog, outcome.after, self._terms.timeout, self._reporter.progress
                )
            except OperationError as error:
                return replace(outcome, action="failed", msg=error.message, advice=error.advice, options=error.options)
        return replace(outcome, warning="; ".join(part for part in (outcome.warning, remark) if part))

    def _adopted(self) -> _Begun:
        return _Begun("adopted", self._step.task.job_id if self._step.task else "")

    def _started(self) -> _Begun:
        try:
            return send_once(
                lambda: _Begun(self._action, start(self._site, self._path(), self._payload())),
                self._begun_unseen,
                what=self._what,
                progress=self._reporter.progress,
            )
        except ApiError as error:
            if error.status != 409:
                raise
            return self._adopted_instead(error)

    def _path(self) -> str:
        # Also for a roll-back: $RollbackProvisioningScheme takes no image and no note, and leads to whatever the site
        # holds for the previous one (contract citrix 8.6).
        return f"/MachineCatalogs/{segment(self._catalog.id)}/$UpdateProvisioningScheme"

    def _payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = {
            **image_order(self._step.path, self._order.note),
            "StoreOldImage": self._terms.store_old_image,
            "RebootOptions": self._terms.reboot.request(),
        }
        if self._terms.functional_level:
            payload["MinimumFunctionalLevel"] = self._terms.functional_level
        return payload

    def _begun_unseen(self) -> _Begun | None:
        """What an order whose answer was lost has come to."""
        catalog = read_catalog(self._site, self._catalog.id)
        task = read_task(self._site, catalog)
        if task and self._is_ours(task):
            return _Begun(self._action, task.job_id)
        if self._arrived(catalog):
            return _Begun(self._action, done=True)
        return None

    def _adopted_instead(self, refusal: OperationError) -> _Begun:
        """Another provisioning task is at work: it may be exactly ours, started by another run since we looked."""
        catalog = read_catalog(self._site, self._catalog.id)
        task = read_task(self._site, catalog)
        if task and self._is_ours(task):
            return _Begun("adopted", task.job_id)
        if self._arrived(catalog):
            return _Begun("adopted", done=True)
        advice = f"It has ended since then, and the catalog's image is '{catalog.image_shown}' now. Run again."
        if task:
            advice = f"Another task is running: {task}. Run again when it has ended."
        raise refusal.replace(advice=advice)

    def _is_ours(self, task: RunningTask) -> bool:
        return task.leads_to(self._step.path)

    def _arrived(self, catalog: Catalog) -> bool:
        if same_path(catalog.image_path, self._step.path):
            return True
        # Which image it leads to was worked out from the history; another one than before is one step back as well
        return self._others_rollback and not same_path(catalog.image_path, self._catalog.image_path)

    def _follow(self, update: _Begun) -> tuple[str, str]:
        """Wait for the end and return (job status, warning). Raises JobFailed and StillRunning."""
        if update.done:
            return "Complete", ""
        if not update.job_id:
            self._watch_catalog()
            return "", ""
        job = wait_for_job(
            self._site, update.job_id, what=self._what, timeout=self._terms.timeout, progress=self._reporter.progress
        )
        if job is None:
            self._watch_catalog()
            return "", "the job vanished before its end was seen; the catalog itself was looked at"
        strange = (
            ""
            if job.status in WORKED
            else f"the job ended with the unknown status '{job.status}'; the catalog itself was looked at"
        )
        return job.status, job.warning or strange

    def _watch_catalog(self) -> None:
        """Wait until nothing moves the catalog's image any more, by looking at the catalog."""

        def look() -> Look[None]:
            catalog = read_catalog(self._site, self._catalog.id)
            task = read_others_task(self._site, catalog)
            return Look(
                None, done=self._arrived(catalog) or not (task and task.moves_image), state=f"{catalog.percent} %"
            )

        wait_for(look, what=self._what, timeout=self._terms.timeout, progress=self._reporter.progress)

    def _verified(self, status: str) -> Catalog:
        """The catalog as it is now, which must have the image; it may lag a moment behind its job. Nobody waits for one
        that has got another image instead."""
        last: list[Catalog] = []

        def look() -> Look[None]:
            last[:] = [read_catalog(self._site, self._catalog.id)]
            has_moved = not same_path(last[0].image_path, self._catalog.image_path)
            return Look(None, done=has_moved or self._arrived(last[0]))

        with suppress(StillRunning):
            wait_for(look, what=self._what, timeout=PATIENCE_WITH_CATALOG, progress=self._reporter.progress)
        if self._arrived(last[0]):
            return last[0]
        ended, now = f"ended with {status}" if status else "has ended", last[0].image_shown
        raise OperationError(
            f"{self._what} {ended}, but the catalog's image is '{now}' and not '{self._step.shown}'",
            "Look at the catalog's history in the console.",
        )
