# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

r"""Master images as Citrix sees them: paths below a hosting unit (contract citrix 9).

`XDHyp:\HostingUnits\<hosting unit>\<name>.<type>`, and the type of a Prism Element snapshot is `template`. Citrix's
plug-in for Prism Central shows versions of templates:
`...\Templates.folder\<template>.template\<version>.templateversion`. Names may hold dots and anything else, so a path
is never taken apart where it can be compared whole.

A version of a prepared image has no such path. Its address in the API stands for one here, with the ids of its
definition and its own (contract citrix 13.2), so that it is compared, kept in histories and gone back to like any other
image.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted, right_name

_UNIT = re.compile(r"\AXDHyp:\\HostingUnits\\[^\\]*\\|.*/Resources/", re.IGNORECASE | re.DOTALL)
_SEPARATORS = re.compile(r"[\\/]+")
_IMAGE_SUFFIXES = (".template", ".templateversion", ".snapshot", ".vm")
TEMPLATES_FOLDER = "Templates.folder"
_FIRST_VERSION = "Initial Version.templateversion"
_ADDRESS = re.compile(r"\AImageDefinitions/([^/]+)/ImageVersions/([^/]+)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class MasterImage:
    """An object below a hosting unit that a catalog can be made from. `path` is its XDHyp path, `type` such as Template
    or Snapshot."""

    name: str
    path: str
    type: str = ""
    id: str = ""

    @property
    def shown(self) -> str:
        """Its path; a prepared image by its name, which says more than its address."""
        if is_prepared(self.path):
            return self.name
        return self.path


@dataclass(frozen=True)
class HistoricalImage:
    """One image of a catalog's history. `status` is Current, Prepared, Deleted or Unknown; `date` as the site writes
    it."""

    name: str
    path: str
    date: str = ""
    status: str = ""
    note: str = ""


def is_path(image: str) -> bool:
    """Whether the operator gave a path rather than a name."""
    return image.casefold().startswith("xdhyp:") or is_prepared(image)


def prepared_address(definition_id: str, version_id: str) -> str:
    """What stands for the path of a version of a prepared image."""
    return f"ImageDefinitions/{definition_id}/ImageVersions/{version_id}"


def prepared_ids(address: str) -> tuple[str, str] | None:
    """The ids of an image definition and its version, None for the path of another image."""
    match = _ADDRESS.match(address)
    if match:
        return (match[1], match[2])
    return None


def is_prepared(path: str) -> bool:
    """Whether a path stands for a version of a prepared image."""
    return prepared_ids(path) is not None


def same_path(one: str, other: str) -> bool:
    """Paths are Windows paths: case does not count."""
    return bool(one) and one.casefold() == other.casefold()


def same_image(one: str, other: str) -> bool:
    """Whether two paths lead to an image of one name, in which case counts: a cluster may hold both, though Citrix
    cannot tell them apart."""
    return same_path(one, other) and image_name(one) == image_name(other)


def image_name(path: str) -> str:
    """The name at the end of a path: 'W11.2025-03' for '...\\W11.2025-03.template'. The first version of a template has
    a name that says nothing; the template's counts then. A prepared image is named by its id."""
    ids = prepared_ids(path)
    if ids:
        return f"image version {ids[1]}"
    last = path.rpartition("\\")[2]
    if last == _FIRST_VERSION:
        return template_of(path)
    return _without_type(last)


def is_version(path: str) -> bool:
    """Whether the image is a version of a template, as Citrix's plug-in for Prism Central shows it."""
    return path.casefold().endswith(".templateversion")


def template_of(path: str) -> str:
    """The name of the template that holds a version."""
    return _without_type(path.rpartition("\\")[0].rpartition("\\")[2])


def version_path(unit_path: str, template: str, version: str) -> str:
    """Where Citrix's plug-in for Prism Central shows a version of a template."""
    return f"{unit_path}\\{TEMPLATES_FOLDER}\\{template}.template\\{version}.templateversion"


def names_in(path: str) -> tuple[str, ...]:
    """Every name that a path may speak of: all below the hosting unit as one, and each of its elements, with and
    without its type.

    Names may hold separators themselves, so it is unclear which one is meant from the path alone. In the API's own
    paths slashes separate.
    """
    below = _UNIT.sub("", path)
    names: list[str] = []
    for text in (below, *_SEPARATORS.split(below)):
        names += [_without_type(text), text]
    return tuple(dict.fromkeys(filter(None, names)))


def folder_below(unit_path: str, path: str) -> str:
    """The relative path of the element that holds the image, empty when it is the hosting unit itself or the path leads
    elsewhere."""
    root = f"{unit_path}\\"
    if not path.casefold().startswith(root.casefold()):
        return ""
    return path[len(root) :].rpartition("\\")[0]


def find_image(image: str, unit_name: str, visible: Sequence[MasterImage]) -> MasterImage:
    """The one image of this name or path among those visible. Raises Refusal with near names, or with both when two
    bear the name."""
    if is_path(image):
        matches = [candidate for candidate in visible if same_path(candidate.path, image)]
    else:
        matches = [candidate for candidate in visible if candidate.name == image]
    if len(matches) == 1:
        _refuse_rivals(matches[0], unit_name, visible)
        return matches[0]
    if matches:
        ids = ", ".join(candidate.id or candidate.path for candidate in matches)
        raise Refusal(
            f"hosting unit '{unit_name}' shows {len(matches)} images '{image}' ({ids}); it is unclear which one is"
            " meant",
            "Rename or delete the others, or give its path.",
        )
    existing = [candidate.path for candidate in visible]
    if not is_path(image):
        existing = all_names(visible)
    raise Refusal(f"hosting unit '{unit_name}' shows no image '{image}'", right_name(image, existing))


def _refuse_rivals(image: MasterImage, unit_name: str, visible: Sequence[MasterImage]) -> None:
    rivals = [candidate for candidate in visible if candidate != image and same_path(candidate.path, image.path)]
    if rivals:
        names = quoted(all_names((image, *rivals)))
        raise Refusal(
            f"hosting unit '{unit_name}' shows {names}, which differ in case only, and Citrix cannot tell them apart",
            "Rename or delete the one that is not meant.",
        )


def _without_type(name: str) -> str:
    return next((name[: -len(suffix)] for suffix in _IMAGE_SUFFIXES if name.casefold().endswith(suffix)), name)
