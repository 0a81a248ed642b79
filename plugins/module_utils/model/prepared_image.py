# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepared images: image definitions, their versions, and where these are (contract citrix 13).

States are those of the site: InProgress, Success, Failed, of a share also Deleting, and Unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    HistoricalImage,
    MasterImage,
    prepared_address,
)

# Ends the description of what the collection made
MARK = "[euc.nutanix_citrix]"
READY = "Success"
FAILED = "Failed"
LEAVING = "Deleting"

Properties = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DefinitionConnection:
    """A hypervisor connection that an image definition is bound to."""

    id: str
    name: str
    plugin: str = ""
    custom_properties: Properties = ()


@dataclass(frozen=True)
class ImageDefinition:
    """An image definition. `latest_version` is the number of the version made last."""

    id: str
    name: str
    description: str = ""
    os_type: str = ""
    session_support: str = ""
    latest_version: int = 0
    created: str = ""
    connections: tuple[DefinitionConnection, ...] = ()


@dataclass(frozen=True)
class ImageShare:
    """A hosting unit that has a prepared image, with a state of its own; in the primary one it was prepared."""

    id: str
    name: str
    connection_id: str = ""
    connection: str = ""
    connection_type: str = ""
    is_primary: bool = False
    state: str = ""
    errors: tuple[str, ...] = ()
    custom_properties: Properties = ()


@dataclass(frozen=True)
class ImageSpec:
    """One spec of a version. `preparation` is None for the master that the version is made from, and Mcs for the
    prepared image that catalogs use."""

    id: str
    preparation: str
    state: str = ""
    image: MasterImage | None = None
    machine_profile: str = ""
    service_offering: str = ""
    cpu_count: int = 0
    memory_mb: int = 0
    hosting_unit_id: str = ""
    hosting_unit: str = ""
    shares: tuple[ImageShare, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_prepared(self) -> bool:
        return self.preparation == "Mcs"


@dataclass(frozen=True)
class VersionName:
    """What names a version of an image definition to people and to the API."""

    id: str
    number: int
    definition_id: str
    definition: str

    def __str__(self) -> str:
        return f"version {self.number} of {self.definition}"

    @property
    def as_image(self) -> MasterImage:
        return MasterImage(str(self), prepared_address(self.definition_id, self.id), "ImageVersion", self.id)


@dataclass(frozen=True)
class AssignedVersion:
    """A version that a catalog is on, or was; `date` as the site writes it. `is_available` is False where the site says
    that its image is gone."""

    version: VersionName
    description: str = ""
    date: str = ""
    note: str = ""
    is_available: bool = True

    def as_history(self, status: str) -> HistoricalImage:
        image = self.version.as_image
        return HistoricalImage(image.name, image.path, self.date, status if self.is_available else "Deleted", self.note)


@dataclass(frozen=True)
class ImageVersion:
    """A version of an image definition. The site gives the number; the release that it is of stands in its
    description, and behind it the mark of the collection when that made it."""

    id: str
    number: int
    definition_id: str
    definition: str
    description: str = ""
    state: str = ""
    created: str = ""
    specs: tuple[ImageSpec, ...] = ()

    def __str__(self) -> str:
        return str(self.name)

    @property
    def name(self) -> VersionName:
        return VersionName(self.id, self.number, self.definition_id, self.definition)

    @property
    def is_marked(self) -> bool:
        return is_marked(self.description)

    @property
    def prepared(self) -> ImageSpec | None:
        return next((spec for spec in self.specs if spec.is_prepared), None)

    @property
    def image(self) -> MasterImage | None:
        """What it was made from."""
        return next((spec.image for spec in self.specs if spec.image), None)

    @property
    def shares(self) -> tuple[ImageShare, ...]:
        if self.prepared:
            return self.prepared.shares
        return ()

    @property
    def primary_id(self) -> str:
        """The id of the hosting unit in which it was prepared, '' when the site does not tell."""
        if self.prepared is None:
            return ""
        marked = [share.id for share in self.shares if share.is_primary]
        if marked:
            return marked[0]
        return self.prepared.hosting_unit_id

    @property
    def is_ready(self) -> bool:
        """Whether catalogs can use it."""
        return self.state == READY and self.prepared is not None and self.prepared.state == READY

    @property
    def has_failed(self) -> bool:
        return self.state == FAILED or (self.prepared is not None and self.prepared.state == FAILED)

    @property
    def errors(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(error for spec in self.specs for error in spec.errors))

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(warning for spec in self.specs for warning in spec.warnings))


@dataclass(frozen=True)
class VersionUser:
    """A provisioning scheme on a version, with its catalog. An account that may not see the catalog leaves
    `catalog_id` and `hosting_unit_id` ''."""

    scheme_id: str
    catalog_id: str
    catalog: str
    hosting_unit_id: str = ""
    hosting_unit: str = ""


def description_of(release: str) -> str:
    """The description of the version that the collection makes for a release."""
    return f"{release} {MARK}"


def is_marked(description: str) -> bool:
    """Whether the collection made the version of this description."""
    return _first_line(description).endswith(MARK)


def release_of(description: str) -> str:
    """The release that a version is of: all of its description before the mark and the first line break."""
    return _first_line(description).removesuffix(MARK).strip()


def _first_line(description: str) -> str:
    return description.partition("\n")[0].strip()


def versions_of_release(release: str, versions: Sequence[ImageVersion]) -> list[ImageVersion]:
    """The versions of a release, case and all, the first one first."""
    return sorted(
        (version for version in versions if release_of(version.description) == release),
        key=lambda version: version.number,
    )
