# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which version of a prepared image a catalog is to be on, and why it cannot be (contract citrix 13.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.definitions import (
    WITHOUT_PREPARED_IMAGES,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    READY,
    ImageDefinition,
    ImageVersion,
)

# Connections on which only machines that are made anew at each start can be on a prepared image (contract citrix
# addition A)
ONLY_CLEAN_ON_BOOT = ("AmazonWorkSpacesCore",)


@dataclass(frozen=True)
class VersionWish:
    """A version of an image definition by its number, by the release that its description bears, or by its id."""

    definition: str = ""
    number: int | None = None
    release: str = ""
    id: str = ""

    def __str__(self) -> str:
        if self.id:
            return f"image version {self.id}"
        which = f"release {self.release}" if self.number is None else f"version {self.number}"
        return f"{which} of {self.definition}"


def version_wish(option: Mapping[str, Any] | None) -> VersionWish | None:
    """The wish from an `image_version` option."""
    if not option:
        return None
    return VersionWish(
        option.get("definition") or "", option.get("number"), option.get("release") or "", option.get("id") or ""
    )


def obstacle_of_kind(catalog: Catalog, version: ImageVersion, definition: ImageDefinition | None) -> Refusal | None:
    """Why a catalog can never be on a version, wherever that is."""
    unit = catalog.hosting_unit
    if unit and unit.plugin in WITHOUT_PREPARED_IMAGES:
        return Refusal(
            f"its connection {unit.connection} is one through {unit.plugin}, which has no prepared images",
            "Give it a master image.",
        )
    session_support = definition.session_support if definition else ""
    if session_support and catalog.session_support and session_support != catalog.session_support:
        return Refusal(
            f"{version} is for {session_support}, and the catalog is for {catalog.session_support}",
            "Take a version of another image definition.",
        )
    profile = version.prepared.machine_profile if version.prepared else ""
    if version.prepared and bool(profile) != bool(catalog.machine_profile):
        has, lacks = (str(version), "the catalog") if profile else ("the catalog", str(version))
        return Refusal(
            f"{has} has a machine profile and {lacks} has none",
            "Give the catalog a machine profile, or take a version that fits.",
        )
    kinds = {share.connection_type for share in version.shares}
    if kinds & set(ONLY_CLEAN_ON_BOOT) and catalog.machines_take_image is False:
        return Refusal(
            f"its machines keep their disks, and on {' '.join(kinds)} only those that are made anew at each start can"
            " be on a prepared image",
            "Leave it out.",
        )
    return None


def obstacle_of_place(catalog: Catalog, version: ImageVersion) -> Refusal | None:
    """Why a catalog cannot be on a version yet: it is not ready, or not in the catalog's hosting unit."""
    if not version.is_ready:
        return Refusal(
            f"{version} is not ready ({version.state or 'state unknown'})",
            "Wait until citrix_image_version has prepared it.",
        )
    unit = catalog.hosting_unit
    share = next((share for share in version.shares if unit and share.id.casefold() == unit.id.casefold()), None)
    if unit and share is None:
        return Refusal(
            f"{version} is not in hosting unit {unit.name}, but in {quoted(all_names(version.shares))}",
            "Share it with citrix_image_version_share.",
        )
    if share and share.state != READY:
        why = f": {' '.join(share.errors)}" if share.errors else ""
        return Refusal(
            f"{version} is not ready in hosting unit {share.name} ({share.state or 'state unknown'}{why})",
            "Share it again with citrix_image_version_share.",
        )
    return None
