# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entering a site that knows prepared images, and finding definitions and versions in it (contract citrix 1.7, 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definitions import (
    read_definitions,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.site import read_site
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import find_named
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.features import (
    PREPARED_IMAGES,
    Feature,
    refusal_without,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    ImageDefinition,
    ImageVersion,
    versions_of_release,
)


def enter(params: Mapping[str, Any], feature: Feature = PREPARED_IMAGES) -> CitrixSite:
    """Log in to a site that has the feature. Raises OperationError for one that is too old."""
    site = CitrixSite.connect(params)
    refusal = feature_missing(site, feature)
    if refusal:
        raise refusal.at(site.endpoint)
    return site


def feature_missing(site: CitrixSite, feature: Feature = PREPARED_IMAGES) -> Refusal | None:
    """Why a site does not have the feature."""
    facts = read_site(site)
    return refusal_without(feature, site.on_premises, facts.api_version, facts.product_version)


def definition_if_any(site: CitrixSite, name: str) -> ImageDefinition | None:
    """The image definition of this name or id, None when there is none."""
    definitions = read_definitions(site)
    names = {each for definition in definitions for each in (definition.id.casefold(), definition.name.casefold())}
    if name.casefold() in names:
        return definition_called(site, name, definitions)
    return None


def definition_called(
    site: CitrixSite, name: str, definitions: Sequence[ImageDefinition] | None = None
) -> ImageDefinition:
    """The image definition of this name or id. Raises OperationError, which names near ones."""
    try:
        return find_named("image definition", name, read_definitions(site) if definitions is None else definitions)
    except Refusal as error:
        raise error.at(site.endpoint) from None


def chosen(
    versions: Sequence[ImageVersion],
    number: int | None = None,
    release: str | None = None,
    version_id: str | None = None,
) -> list[ImageVersion]:
    """The versions of a number, of a release or of an id, or all."""
    if version_id is not None:
        return [version for version in versions if version.id.casefold() == version_id.casefold()]
    if number is not None:
        return [version for version in versions if version.number == number]
    if release is None:
        return list(versions)
    return versions_of_release(release, versions)


def ready_version(
    definition: ImageDefinition,
    versions: Sequence[ImageVersion],
    number: int | None,
    release: str | None,
    if_missing: str = "Make it with citrix_image_version.",
) -> ImageVersion:
    """The one version of a number or a release; what is left of earlier tries that failed is of the same release.
    Raises Refusal."""
    fitting = chosen(versions, number, release)
    matches = [version for version in fitting if version.is_ready] or fitting
    if not matches:
        raise Refusal(not_there(definition, versions, number, release or ""), if_missing)
    if len(matches) > 1:
        numbers = ", ".join(str(version.number) for version in matches)
        raise Refusal(f"versions {numbers} of {definition.name} are all of release '{release}'", "Give number.")
    return matches[0]


def not_there(definition: ImageDefinition, versions: Sequence[ImageVersion], number: int | None, release: str) -> str:
    """Which version is missing, and what there is instead."""
    wanted = f"version {number}" if number is not None else f"version of release '{release}'"
    there = quoted(f"{version.number} ({version.description or 'no description'})" for version in versions)
    return f"image definition '{definition.name}' has no {wanted}, but {there}"
