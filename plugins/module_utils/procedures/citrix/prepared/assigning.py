# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking for the versions of prepared images that catalogs are to be on (contract citrix 13.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import Sight
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definitions import (
    read_definitions,
    read_version_by_id,
    read_versions,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import find_named
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.assignments import (
    VersionWish,
    obstacle_of_kind,
    obstacle_of_place,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    HistoricalImage,
    MasterImage,
    prepared_address,
    prepared_ids,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    ImageDefinition,
    ImageVersion,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.finding import (
    feature_missing,
    ready_version,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound

IMAGE_VERSION: dict[str, Any] = {
    "type": "dict",
    "options": {
        "definition": {"type": "str"},
        "number": {"type": "int"},
        "release": {"type": "str"},
        "id": {"type": "str"},
    },
    "required_one_of": [["number", "release", "id"]],
    "mutually_exclusive": [["number", "release", "id"], ["definition", "id"]],
    "required_by": {"number": ["definition"], "release": ["definition"]},
}


class VersionBook:
    """The versions that catalogs are to be on, each read once.

    `will_exist` plans as if versions that an earlier step makes and shares were there already.
    """

    def __init__(self, site: CitrixSite, will_exist: bool = False) -> None:
        self._site = site
        self._will_exist = will_exist
        self._versions: dict[str, ImageVersion] = {}
        self._of_definitions: dict[str, Sequence[ImageVersion]] = {}

    def image_of(self, wish: VersionWish, if_missing: str = "Make it with citrix_image_version.") -> MasterImage:
        """The version that is wished for. Raises Refusal."""
        if self._missing_feature:
            raise self._missing_feature
        try:
            version = self._found(wish, if_missing)
        except Refusal:
            if not self._will_exist or wish.id:
                raise
            number = wish.release if wish.number is None else str(wish.number)
            return MasterImage(str(wish), prepared_address(wish.definition, number), "ImageVersion")
        self._versions[version.id.casefold()] = version
        return version.name.as_image

    def sight(self, catalog: Catalog, path: str) -> Sight:
        """The version that the path stands for, or why the catalog cannot be on it."""
        if self._missing_feature:
            return Sight(problem=self._missing_feature.message, advice=self._missing_feature.advice)
        ids = prepared_ids(path) or ("", "")
        try:
            version = self._by_id(ids[1])
        except Refusal as error:
            if self._will_exist:
                return Sight()
            return Sight(problem=error.message, advice=error.advice)
        refusal = obstacle_of_kind(catalog, version, self._definitions.get(version.definition_id.casefold()))
        if refusal is None and not self._will_exist:
            refusal = obstacle_of_place(catalog, version)
        if refusal:
            return Sight(problem=refusal.message, advice=refusal.advice)
        return Sight((version.name.as_image,))

    def sources(self, history: Sequence[HistoricalImage]) -> dict[str, str]:
        """What the prepared images of a history were made from, by their addresses. One that is gone is left out."""
        sources: dict[str, str] = {}
        for path in {entry.path for entry in history}:
            ids = prepared_ids(path)
            with suppress(Refusal):
                image = self._by_id(ids[1]).image if ids else None
                sources |= {path: image.name} if image else {}
        return sources

    def _found(self, wish: VersionWish, if_missing: str) -> ImageVersion:
        if wish.id:
            return self._by_id(wish.id)
        definition = find_named("image definition", wish.definition, list(self._definitions.values()))
        if definition.id not in self._of_definitions:
            self._of_definitions[definition.id] = read_versions(self._site, definition)
        versions = self._of_definitions[definition.id]
        return ready_version(definition, versions, wish.number, wish.release, if_missing)

    def _by_id(self, version_id: str) -> ImageVersion:
        key = version_id.casefold()
        if key not in self._versions:
            try:
                self._versions[key] = read_version_by_id(self._site, version_id)
            except NotFound:
                raise Refusal(f"there is no image version {version_id} any more", "Take another one.") from None
        return self._versions[key]

    @cached_property
    def _definitions(self) -> Mapping[str, ImageDefinition]:
        return {definition.id.casefold(): definition for definition in read_definitions(self._site)}

    @cached_property
    def _missing_feature(self) -> Refusal | None:
        return feature_missing(self._site)
