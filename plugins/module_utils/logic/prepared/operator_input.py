# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the operator wants of a release of prepared images, and what of it cannot be meant: told before any site is
asked. Types are held against the argument specs of the roles, not here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.role_values import not_given
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import RELEASE_ID

DEFINITIONS = "prepared_image_release_definitions"
NEEDED = ("name", "hosting_unit", "image")

Entries = Sequence[Mapping[str, Any]]


def wrong_release(release: Any) -> list[str]:
    """The id becomes the description of versions and a part of files."""
    if release in (None, ""):
        return ["prepared_image_release_id is missing."]
    if RELEASE_ID.match(str(release)):
        return []
    return [
        f"prepared_image_release_id is '{release}', which is no release id: use letters, digits, '.', '+' and '-',"
        " beginning with a letter or digit."
    ]


def wrong_definitions(definitions: Mapping[str, Entries], catalogs: Mapping[str, Entries]) -> list[str]:
    """Both by site."""
    if not any(definitions.values()):
        return [
            f"No site of the group citrix_sites names an image definition in {DEFINITIONS}, so that nothing would be"
            " made. Give them like {name: W11, hosting_unit: euc1-a, image: W11-2026.11}."
        ]
    wrong = []
    for site, entries in definitions.items():
        wrong += _wrong_entries(site, entries)
        wrong += _homeless(site, entries, catalogs.get(site, []))
    return wrong


def wrong_retirement(definitions: Mapping[str, Sequence[str]]) -> list[str]:
    """Whose versions may go has to be said: a site may hold definitions of others."""
    if any(definitions.values()):
        return []
    return [
        "No site names an image definition whose versions may be deleted: give prepared_image_retire_definitions, or"
        f" {DEFINITIONS}."
    ]


def _wrong_entries(site: str, entries: Entries) -> list[str]:
    wrong = []
    for entry in entries:
        name = entry.get("name") or "an entry without a name"
        wrong += [f"{DEFINITIONS} of {site}: '{name}' lacks {key}." for key in not_given(entry, NEEDED)]
    counted = Counter(str(entry.get("name")).casefold() for entry in entries)
    for name, count in counted.items():
        if count > 1:
            wrong.append(
                f"{DEFINITIONS} of {site} names the image definition '{name}' {count} times; case does not matter."
            )
    return wrong


def _homeless(site: str, entries: Entries, catalogs: Entries) -> list[str]:
    """Catalogs that do not tell which definition they are for."""
    names = {str(entry.get("name")).casefold(): str(entry.get("name")) for entry in entries}
    wrong = []
    for catalog in catalogs:
        label, wanted = catalog.get("name") or catalog.get("id"), catalog.get("definition")
        if wanted and str(wanted).casefold() not in names:
            near = near_names(str(wanted), names.values())
            wrong.append(
                f"prepared_image_release_catalogs of {site} gives '{label}' the definition '{wanted}', which is not in"
                f" {DEFINITIONS} of this site. {near}".rstrip()
            )
        elif not wanted and len(entries) != 1:
            wrong.append(
                f"prepared_image_release_catalogs of {site} does not say which definition '{label}' is for, and the"
                f" site has {len(entries) or 'none'} in {DEFINITIONS}: give definition."
            )
    return wrong
