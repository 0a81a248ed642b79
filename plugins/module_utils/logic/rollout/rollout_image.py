# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which image a roll-out brings to the catalogs of a site, and what of it cannot be meant."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

IMAGE = "catalog_rollout_image"
DEFINITION, NUMBER, RELEASE = (f"{IMAGE}_{part}" for part in ("definition", "number", "release"))


def wrong_image(by_site: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What is wrong with the image of a roll-out, by the variables of each site."""
    problems = list(chain.from_iterable(map(_contradictions, by_site.values())))
    if problems:
        return problems
    without = [variables for variables in by_site.values() if not _given(variables)]
    images = list(chain.from_iterable(map(_own_images, without)))
    nowhere = len(without) == len(by_site) and not images
    if all(images) and not nowhere:
        return []
    return [
        f"{IMAGE} is missing: the image, by its exact name or its path; or {DEFINITION} with {RELEASE} or {NUMBER} for"
        " a prepared one."
    ]


def _contradictions(variables: Mapping[str, Any]) -> list[str]:
    given = _given(variables)
    if IMAGE in given and len(given) > 1:
        return [f"{IMAGE} is a master image, and {DEFINITION} says that it is a prepared one: give one of them."]
    if given & {NUMBER, RELEASE} and DEFINITION not in given:
        return [f"{DEFINITION} is missing: the image definition that the version is of."]
    if DEFINITION in given and len(given) != 2:
        return [f"{DEFINITION} needs either {RELEASE} or {NUMBER}."]
    return []


def _given(variables: Mapping[str, Any]) -> set[str]:
    return {name for name in (IMAGE, DEFINITION, NUMBER, RELEASE) if variables.get(name) not in (None, "")}


def _own_images(variables: Mapping[str, Any]) -> list[Any]:
    """What each catalog of a site says of its image."""
    catalogs = variables.get("catalog_rollout_catalogs") or []
    return [entry.get("image") or entry.get("image_version") for entry in catalogs if isinstance(entry, Mapping)]
