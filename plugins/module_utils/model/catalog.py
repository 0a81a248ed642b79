# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machine catalogs as records, and finding the ones that an operator means. Catalog names repeat across folders; the
folder or the id decides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    TEMPLATES_FOLDER,
    HistoricalImage,
    MasterImage,
    folder_below,
    image_name,
    is_path,
    is_prepared,
    same_image,
    same_path,
    version_path,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import AssignedVersion

# The plug-ins that show templates of a Prism Central instead of the snapshots of a cluster; the second is Citrix's own,
# which shows their versions in folders (contract citrix 9).
FOLDER_PLUGIN = "AcropolisHypervisorPCFactory"
CENTRAL_PLUGINS = ("AcropolisPCFactory", FOLDER_PLUGIN)

_SEPARATORS = re.compile(r"[/\\|]+")


@dataclass(frozen=True)
class HostingUnit:
    """A hosting unit (resource pool) with the hypervisor connection it belongs to. `path` is its XDHyp path, `plugin`
    such as AcropolisFactory. `region` and `availability_zone` are told for clouds, where hosting units are listed."""

    id: str
    name: str
    path: str
    connection_id: str
    connection: str
    plugin: str = ""
    region: str = field(default="", compare=False)
    availability_zone: str = field(default="", compare=False)

    @property
    def has_folders(self) -> bool:
        return self.plugin == FOLDER_PLUGIN

    def path_of(self, image: str) -> str:
        """Where an image of this name or path stands, or will stand once it is visible. Where there are versions, a
        release's is called as its template."""
        if is_path(image):
            return image
        if self.has_folders:
            return version_path(self.path, image, image)
        return f"{self.path}\\{image}.template"

    def is_at(self, path: str, image: str) -> bool:
        """Whether a path leads to the image of this name or path. A name is an image's on a cluster, where case counts;
        a path is Citrix's, where it does not. A version may be of any template, and a snapshot of any VM."""
        if is_path(image):
            return same_path(path, image)
        inside = folder_below(self.path, path).casefold()
        if self.has_folders:
            return inside.startswith(f"{TEMPLATES_FOLDER}\\".casefold()) and image_name(path) == image
        if inside.endswith((".vm", ".snapshot")):
            return image_name(path) == image
        return same_image(path, self.path_of(image))


@dataclass(frozen=True)
class Catalog:
    """A machine catalog (contract citrix 8.2, 8.3). `folder` are the levels above it, () at the root; `errors` is
    filled when it is broken.

    `clean_on_boot` is the scheme's, None when the site does not tell; `image_date` is when the current image was given
    to the catalog, by the site's clock;
    `warnings` are those of catalog and scheme.

    `cluster_uuid` is the cluster that the plug-in for Prism Central was told for its machines (contract citrix 9).
    `image_version` is the prepared image that it is on, and `version_history` those that it had, with this one. A site
    may also tell what that was made from as its `master_image`.
    `provisioning` says that the site reports a provisioning task at work, with `percent` of it; `jobs_in_progress` are
    ids of anybody's jobs.
    """

    id: str
    name: str
    full_name: str
    folder: tuple[str, ...] = ()
    provisioning_type: str = "MCS"
    allocation: str = ""
    persist_changes: str = ""
    session_support: str = ""
    total_count: int = 0
    available_count: int = 0
    hosting_unit: HostingUnit | None = None
    master_image: MasterImage | None = None
    note: str = ""
    image_update_status: str = ""
    can_roll_back: bool = False
    provisioning: bool = False
    percent: int = 0
    jobs_in_progress: tuple[str, ...] = ()
    broken: bool = False
    errors: tuple[str, ...] = ()
    zone: str = ""
    zone_id: str = ""
    functional_level: str = ""
    machine_profile: str = ""
    cluster_uuid: str = ""
    clean_on_boot: bool | None = None
    image_date: str = ""
    warnings: tuple[str, ...] = ()
    image_version: AssignedVersion | None = None
    version_history: tuple[HistoricalImage, ...] = ()

    @property
    def machines_take_image(self) -> bool | None:
        """Whether machines that are there already take a new image, at their next start; None when the site does not
        tell (contract citrix 8.4)."""
        if self.provisioning_type != "MCS":
            if self.provisioning_type == "Manual":
                return False
            return None
        if self.clean_on_boot is not None:
            return self.clean_on_boot
        return {"Discard": True, "OnLocal": False}.get(self.persist_changes)

    @property
    def image(self) -> MasterImage | None:
        """What it is on: a prepared image, or else a master image."""
        if self.image_version:
            return self.image_version.version.as_image
        return self.master_image

    @property
    def image_path(self) -> str:
        if self.image:
            return self.image.path
        return ""

    @property
    def image_name(self) -> str:
        if self.image:
            return self.image.name
        return ""

    @property
    def image_shown(self) -> str:
        if self.image:
            return self.image.shown
        return ""

    def whole_history(self, master_images: Sequence[HistoricalImage]) -> list[HistoricalImage]:
        """The master images and the prepared images that it had.

        Whether a site also lists what a prepared image was made from is unknown (contract citrix 8.3): such an entry is
        of the same moment, or calls itself current while a prepared image is.
        """
        moments = {parse_moment(entry.date) for entry in self.version_history} - {None}
        own = []
        for entry in master_images:
            calls_itself_current = bool(self.image_version) and entry.status == "Current"
            if parse_moment(entry.date) not in moments and not calls_itself_current:
                own.append(entry)
        return [*own, *self.version_history]


@dataclass(frozen=True)
class Selector:
    """Which catalog the operator means: its `id`, or its `name` and, where names repeat, its `folder` ('' is the root,
    None any)."""

    name: str = ""
    folder: str | None = None
    id: str = ""

    def __str__(self) -> str:
        if self.id:
            return f"with id {self.id}"
        if self.folder is None:
            return f"'{self.name}'"
        return f"'{self.name}' in folder '{self.folder}'"


def folder_levels(folder: str) -> tuple[str, ...]:
    """The levels of a folder path; slash, backslash and pipe all separate."""
    return tuple(filter(None, _SEPARATORS.split(folder)))


def folder_of(name: str, full_name: str, admin_folder: str) -> tuple[str, ...]:
    """The folder of a catalog from what the site says of it.

    How FullName and the folder's name are written is unknown (contract citrix U15): FullName surely ends with the
    name, which may itself hold separators.
    """
    above = full_name[: -len(name)] if name and full_name.endswith(name) else admin_folder
    return folder_levels(above)


def known_by_name(facts: Mapping[str, Any]) -> Catalog:
    """A catalog as citrix_catalog_info tells of it, as far as it is looked for."""
    return Catalog(
        id=facts["id"], name=facts["name"], full_name=facts["full_name"], folder=folder_levels(facts["folder"])
    )


def find_catalog(selector: Selector, catalogs: Sequence[Catalog]) -> Catalog:
    """The one catalog that the selector means; names compare whole, without case. Raises Refusal, which names near
    or all fitting ones."""
    matches = [catalog for catalog in catalogs if _fits(selector, catalog)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = ", ".join(sorted(f"'{catalog.full_name}' ({catalog.id})" for catalog in matches))
        raise Refusal(f"{len(matches)} catalogs are called '{selector.name}': {names}", "Give folder or id.")
    key = "full_name"
    if selector.id:
        key = "id"
    elif selector.folder is None:
        key = "name"
    existing = {getattr(catalog, key) for catalog in catalogs}
    label = selector.id or "/".join((*folder_levels(selector.folder or ""), selector.name))
    raise Refusal(f"there is no catalog {selector}", right_name(label, existing))


def _fits(selector: Selector, catalog: Catalog) -> bool:
    if selector.id:
        return catalog.id.casefold() == selector.id.casefold()
    if catalog.name.casefold() != selector.name.casefold():
        return False
    return selector.folder is None or _folded(folder_levels(selector.folder)) == _folded(catalog.folder)


def _folded(levels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(str.casefold, levels))


TaskKind = Literal["image update", "rollback", "provisioning task"]


@dataclass(frozen=True)
class RunningTask:
    """A provisioning task at work on a catalog. `images` are the names or paths that the site gives for its image;
    `job_id` is known for our own jobs only."""

    kind: TaskKind
    images: tuple[str, ...] = ()
    job_id: str = ""

    @property
    def moves_image(self) -> bool:
        return self.kind != "provisioning task"

    def leads_to(self, path: str) -> bool:
        """Whether it is an image update to exactly this image. One that tells no image may lead to any prepared one:
        what the site tells of those is unknown, and whoever follows it looks at the catalog in the end."""
        if is_prepared(path) and not self.images:
            return self.kind == "image update"
        names = {image_name(path).casefold(), path.rpartition("\\")[2].casefold()}
        return self.kind == "image update" and any(
            same_path(image, path) or image.casefold() in names for image in self.images
        )

    def __str__(self) -> str:
        to = f" to '{self.images[0]}'" if self.images else ""
        return f"{self.kind}{to} ({f'job {self.job_id}' if self.job_id else 'started by somebody else'})"
