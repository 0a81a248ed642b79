# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What image updates and rollbacks observe before they decide, and how they end: shared by both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Semaphore
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    read_catalogs,
    read_history,
    read_others_task,
    read_own_tasks,
    selector_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import ImageBrowser, Sight
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import (
    CatalogStep,
    has_image,
    profile_apart,
    with_profile,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.assignments import (
    VersionWish,
    version_wish,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.blast_radius import (
    impact,
    sentence,
    together,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.catalog_outcomes import (
    CatalogOutcome,
    failure,
    results,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    Catalog,
    HostingUnit,
    RunningTask,
    find_catalog,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import HistoricalImage, is_prepared
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.reboot_policy import AT_NEXT_SHUTDOWN
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.image_updates import (
    Order,
    UpdateTerms,
    carry_out,
    foretell,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.populations import read_populations
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.assigning import VersionBook
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


@dataclass(frozen=True)
class Target:
    """A catalog that was found, with the image that it shall get ('' when that is not given). A prepared one is wished
    for as `version`, and found as `image` of the `name` later. `from_image` is what it shall get away from,
    and `from_version` the same as a wish.

    `start_when` are the notes of other hosts that it waits for, `hold` is why it cannot be moved at all.
    """

    catalog: Catalog
    image: str
    note: str | None = None
    start_when: tuple[str, ...] = ()
    hold: str = ""
    version: VersionWish | None = None
    name: str = ""
    from_image: str = ""
    from_version: VersionWish | None = None


@dataclass(frozen=True)
class Surroundings:
    """Everything that plans need besides the catalogs: what runs on them, what their hosting units show, and the
    history of those whose machine profile is not their image."""

    tasks: Mapping[str, RunningTask]
    sights: Mapping[tuple[str, str], Sight]
    histories: Mapping[str, Sequence[HistoricalImage]]

    def task(self, catalog: Catalog) -> RunningTask | None:
        return self.tasks.get(catalog.id)

    def sight(self, catalog: Catalog, image: str) -> Sight:
        return self.sights.get((_place_of(catalog, image), image), Sight())

    def with_profile(self, step: CatalogStep) -> CatalogStep:
        return with_profile(step, self.histories.get(step.catalog.id, ()))


def chosen_targets(site: CitrixSite, entries: Sequence[Mapping[str, Any]]) -> tuple[list[Target], list[CatalogOutcome]]:
    """The catalogs of a `catalogs` option and the outcomes of entries that fit none, several, or a catalog that is
    given twice with two images."""
    catalogs = read_catalogs(site)
    targets: dict[str, Target] = {}
    mismatches: list[CatalogOutcome] = []
    for entry in entries:
        selector = selector_of(entry)
        try:
            start = (tuple(entry.get("start_when") or ()), entry.get("hold") or "")
            version = version_wish(entry.get("image_version"))
            found = find_catalog(selector, catalogs)
            target = Target(
                found,
                entry.get("image") or "",
                entry.get("note"),
                *start,
                version,
                from_image=entry.get("from_image") or "",
                from_version=version_wish(entry.get("from_image_version")),
            )
        except Refusal as error:
            mismatches.append(
                CatalogOutcome(selector.id or selector.name, None, "failed", msg=error.message, advice=error.advice)
            )
            continue
        first = targets.setdefault(target.catalog.id, target)
        if (first.image, first.version) != (target.image, target.version):
            mismatches.append(
                CatalogOutcome(
                    target.catalog.full_name,
                    None,
                    "failed",
                    msg="the catalog is in the list twice, with two images",
                    advice="Leave it in the list once.",
                )
            )
    return list(targets.values()), mismatches


def with_versions(targets: Sequence[Target], book: VersionBook) -> tuple[list[Target], list[tuple[Target, Refusal]]]:
    """The targets, prepared images among them by their address; and those whose version is not there, with why."""
    found: list[Target] = []
    missed: list[tuple[Target, Refusal]] = []
    for target in targets:
        try:
            if target.version:
                image = book.image_of(target.version)
                target = replace(target, image=image.path, name=image.name)
            if target.from_version:
                # No catalog can be on one that is not there; it must not be made for that
                image = book.image_of(target.from_version, if_missing="Give one that is there.")
                target = replace(target, from_image=image.path)
        except Refusal as error:
            missed.append((target, error))
            continue
        found.append(target)
    return found, missed


def outcome_without(target: Target, refusal: Refusal) -> CatalogOutcome:
    """What is to be said of a catalog whose version is not there."""
    catalog, path = target.catalog, target.catalog.image_path
    return CatalogOutcome(catalog.full_name, catalog, "failed", path, msg=refusal.message, advice=refusal.advice)


def observe_tasks(site: CitrixSite, catalogs: Sequence[Catalog]) -> dict[str, RunningTask]:
    """What runs on which of the catalogs, by catalog id: one request for our own jobs, and one for each catalog that
    somebody else keeps busy."""
    own = read_own_tasks(site)
    tasks = {catalog.id: own.get(catalog.id.casefold()) or read_others_task(site, catalog) for catalog in catalogs}
    return {catalog_id: task for catalog_id, task in tasks.items() if task}


def observe_surroundings(
    site: CitrixSite,
    reporter: Reporter,
    targets: Sequence[tuple[Catalog, str]],
    *,
    bypass_cache: bool,
    book: VersionBook | None = None,
) -> Surroundings:
    """Read tasks, and the hosting units and image versions of those catalogs only that are idle and do not have their
    image yet."""
    tasks = observe_tasks(site, [catalog for catalog, _image in targets])
    prepared: list[tuple[Catalog, str]] = []
    places: list[tuple[HostingUnit, str]] = []
    for catalog, image in targets:
        if not catalog.hosting_unit or not image or catalog.id in tasks or has_image(catalog, image):
            continue
        if is_prepared(image):
            prepared.append((catalog, image))
        else:
            places.append((catalog.hosting_unit, image))
    sights = ImageBrowser(site, bypass_cache, reporter.progress).look_for(places)
    book = book or VersionBook(site)
    sights |= {(_place_of(catalog, image), image): book.sight(catalog, image) for catalog, image in prepared}
    # No machine profile follows a prepared image
    profiled = [catalog for catalog, image in targets if profile_apart(catalog) and not is_prepared(image)]
    histories = {catalog.id: read_history(site, catalog) for catalog in profiled}
    return Surroundings(tasks, sights, histories)


def _place_of(catalog: Catalog, image: str) -> str:
    """Where an image must be seen: in the hosting unit; whether a prepared one fits is another matter for each
    catalog."""
    if is_prepared(image):
        return catalog.id
    if catalog.hosting_unit:
        return catalog.hosting_unit.id
    return ""


def with_impacts(site: CitrixSite, reporter: Reporter, orders: Sequence[Order], terms: UpdateTerms) -> list[Order]:
    """The orders with whom each one concerns, read before anything is done. That it cannot be read stops nobody, and is
    said."""
    moving = [order.step.catalog for order in orders if order.step.changes]
    try:
        counted = read_populations(site, [catalog.id for catalog in moving])
    except OperationError as error:
        reporter.warn(f"Whom the change concerns could not be read: {error.message}")
        return list(orders)
    restarts = terms.reboot.within != AT_NEXT_SHUTDOWN
    impacts = {catalog.id: impact(counted[catalog.id], catalog.machines_take_image, restarts) for catalog in moving}
    if impacts:
        reporter.progress(f"concerns {sentence(together(impacts.values()))}")
    return [replace(order, impact=impacts.get(order.step.catalog.id)) for order in orders]


@dataclass(frozen=True)
class Moves:
    """What is to be done with catalogs: orders, and the outcomes of those that need none, at the time when they were
    observed."""

    site: CitrixSite
    terms: UpdateTerms
    now: datetime
    orders: Sequence[Order] = ()
    settled: Sequence[CatalogOutcome] = ()

    @property
    def steps(self) -> list[Order]:
        forecast = foretell(self.orders, self.terms, self.now)
        return [order for order, outcome in zip(self.orders, forecast, strict=True) if outcome.action == "planned"]

    def foretold(self) -> list[CatalogOutcome]:
        return [*foretell(self.orders, self.terms, self.now), *self.settled]

    def carried_out(self, reporter: Reporter, slots: Semaphore | None = None) -> list[CatalogOutcome]:
        return [*carry_out(self.site, reporter, self.orders, self.terms, slots), *self.settled]


def finish(outcomes: Sequence[CatalogOutcome], site: CitrixSite) -> Result:
    """The module's result; an OperationError that carries it when any catalog failed."""
    result, refusal = results(outcomes), failure(outcomes)
    if refusal:
        raise refusal.at(site.endpoint).replace(**result)
    return result
