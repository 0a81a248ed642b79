# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to happen to one catalog so that it gets an image, or goes back to one: decided from what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.history import image_before, just_left
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    Catalog,
    HostingUnit,
    RunningTask,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    HistoricalImage,
    MasterImage,
    find_image,
    image_name,
    is_path,
    is_prepared,
    same_path,
)


@dataclass(frozen=True)
class CatalogStep:
    """What to do with a catalog. `path` is the image it has afterwards, and `name` how a prepared one is called;
    `reason` is why it is refused and `advice` what to do then. A machine profile that is behind its image is all that
    is left to `follow`."""

    catalog: Catalog
    action: Literal["unchanged", "publish", "roll back", "adopt", "follow", "refuse"]
    path: str = ""
    reason: str = ""
    task: RunningTask | None = None
    advice: str = ""
    name: str = field(default="", compare=False)

    @property
    def shown(self) -> str:
        return MasterImage(self.name or self.path, self.path).shown

    @property
    def changes(self) -> bool:
        return self.action in ("publish", "roll back", "adopt", "follow")

    @property
    def moves_profile(self) -> bool:
        """Whether the machine profile is the image that the catalog had, and goes where the image goes. No prepared
        image is a machine profile."""
        if not self.changes or is_prepared(self.path):
            return False
        return self.action == "follow" or same_path(self.catalog.machine_profile, self.catalog.image_path)


def has_image(catalog: Catalog, image: str) -> bool:
    """Whether the catalog's current image is the one of this name or path."""
    unit = catalog.hosting_unit
    return unit is not None and _is_called(catalog.image_path, catalog.image_name, image, unit)


def with_profile(step: CatalogStep, history: Sequence[HistoricalImage]) -> CatalogStep:
    """The same step, or what an interrupted run has left to do: the machine profile is still the image that the catalog
    had right before this one."""
    catalog = step.catalog
    if step.action != "unchanged" or not profile_apart(catalog):
        return step
    behind = same_path(just_left(catalog.image_path, history), catalog.machine_profile)
    if behind:
        return replace(step, action="follow")
    return step


def profile_apart(catalog: Catalog) -> bool:
    """Whether the catalog has a machine profile that is not its master image, though it might be."""
    return (
        bool(catalog.machine_profile)
        and not catalog.image_version
        and not same_path(catalog.machine_profile, catalog.image_path)
    )


def cannot_testify(takes_image: bool | None, machines: int) -> str:
    """What has to be said of a catalog whose machines do not take a new image, '' of the others (contract citrix
    8.4)."""
    if takes_image or not machines:
        return ""
    if takes_image is None:
        return f"the site does not tell whether its {machines} machines ever take a new image"
    return (
        f"its {machines} machines keep the image that they were made from; only machines that are made from now on get"
        " a new one"
    )


def plan_update(
    catalog: Catalog, image: str, visible: Sequence[MasterImage], task: RunningTask | None, assume_visible: bool = False
) -> CatalogStep:
    """Move a catalog to an image, given by name or path, among those `visible` in its hosting unit.

    `assume_visible` plans as if the image were there. A task that already leads there is adopted; any other
    provisioning task is in the way.
    """
    unit = catalog.hosting_unit
    refusal = _not_updatable(catalog)
    if unit is None or refusal:
        return CatalogStep(catalog, "refuse", reason=refusal)
    path = unit.path_of(image)
    if task and task.leads_to(path):
        return CatalogStep(catalog, "adopt", path, task=task)
    if has_image(catalog, image) and not (task and task.moves_image):
        return CatalogStep(catalog, "unchanged", catalog.image_path)
    if same_path(catalog.image_path, path) and not has_image(catalog, image):
        apart = (
            f"it uses '{image_name(catalog.image_path)}', which Citrix cannot tell from '{image_name(path)}':"
            " they differ in case only"
        )
        return CatalogStep(catalog, "refuse", reason=apart, advice="Use another release id.")
    refusal = _in_the_way(catalog, task)
    if refusal:
        return CatalogStep(catalog, "refuse", reason=refusal, task=task)
    try:
        found = find_image(image, unit.name, visible)
        return CatalogStep(catalog, "publish", found.path, name=found.name)
    except Refusal as error:
        if assume_visible and not any(same_path(candidate.path, path) for candidate in visible):
            return CatalogStep(catalog, "publish", path)
        return CatalogStep(catalog, "refuse", reason=error.message, advice=error.advice)


def needs_rollback(catalog: Catalog, from_image: str | None, image: str | None) -> bool:
    """Whether a catalog has the image to get away from (None: any) and does not have the one to go to (None: the one
    before)."""
    if from_image is not None and not has_image(catalog, from_image):
        return False
    return image is None or not has_image(catalog, image)


def plan_rollback(
    catalog: Catalog,
    from_image: str | None,
    image: str | None,
    history: Sequence[HistoricalImage],
    visible: Sequence[MasterImage],
    task: RunningTask | None,
) -> CatalogStep:
    """Move a catalog away from `from_image` (None: from whatever it has) to `image` of its history (None: to the one
    before).

    At least one of the two is given. A catalog that need not move stays as it is, so a second run changes nothing.
    """
    refusal = _not_updatable(catalog)
    if catalog.hosting_unit is None or refusal:
        return CatalogStep(catalog, "refuse", reason=refusal)
    if not needs_rollback(catalog, from_image, image):
        comes = from_image is not None and task is not None and task.leads_to(catalog.hosting_unit.path_of(from_image))
        leaves = image is not None and task is not None and task.moves_image
        in_the_way = _in_the_way(catalog, task)
        if in_the_way and (comes or leaves):
            return CatalogStep(catalog, "refuse", reason=in_the_way, task=task)
        return CatalogStep(catalog, "unchanged", catalog.image_path)
    try:
        target = rollback_target(catalog, image, history)
    except Refusal as error:
        return CatalogStep(catalog, "refuse", reason=error.message, advice=error.advice)
    if image is not None:
        return plan_update(catalog, target.path, visible, task)
    if task and (task.kind == "rollback" or task.leads_to(target.path)):
        return CatalogStep(catalog, "adopt", target.path, task=task, name=target.name)
    refusal = _in_the_way(catalog, task)
    if refusal:
        return CatalogStep(catalog, "refuse", reason=refusal, task=task)
    try:
        found = find_image(target.path, catalog.hosting_unit.name, visible)
        return CatalogStep(catalog, "roll back", found.path, name=found.name)
    except Refusal as error:
        return CatalogStep(catalog, "refuse", reason=error.message, advice=error.advice)


def rollback_target(catalog: Catalog, image: str | None, history: Sequence[HistoricalImage]) -> HistoricalImage:
    """The image of the history that is named, or the one that was there before the current one came. Raises
    Refusal."""
    if image is None:
        target = image_before(catalog.image_path, history)
    else:
        others = [entry for entry in history if entry.path and not same_path(entry.path, catalog.image_path)]
        unit = catalog.hosting_unit
        namesakes = [entry for entry in others if unit and _is_called(entry.path, entry.name, image, unit)]
        if not namesakes:
            raise Refusal(f"its history holds no image '{image}'", right_name(image, all_names(others)))
        target = namesakes[0]
    if target.status == "Deleted":
        raise Refusal(f"the image '{target.name}' of its history was deleted", "Name another image to go back to.")
    return target


def _not_updatable(catalog: Catalog) -> str:
    if catalog.provisioning_type != "MCS":
        return (
            f"it is not provisioned by MCS but {catalog.provisioning_type or 'in an unknown way'}, so it has no master"
            " image"
        )
    if catalog.hosting_unit is None:
        return "the site names no hosting unit for it; the account may lack permission to read its provisioning scheme"
    if catalog.image:
        return ""
    return "the site tells no image of it"


def _is_called(path: str, name: str, image: str, unit: HostingUnit) -> bool:
    """Whether an image is the one of this name or path; a prepared one is called as reports call it."""
    if is_prepared(path) and not is_path(image):
        return name == image
    return unit.is_at(path, image)


def _in_the_way(catalog: Catalog, task: RunningTask | None) -> str:
    if task:
        return f"another task is running: {task}. Run again when it has ended"
    if catalog.broken:
        return f"it is broken: {'; '.join(catalog.errors) or 'the site does not say why'}"
    return ""
