# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image definitions and versions that are there from the beginning (contract citrix 13.3 to 13.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lab.citrix.state.entities import ImageDefinition, ImageShare, ImageVersion
from lab.citrix.state.hosting import template

if TYPE_CHECKING:
    from lab.citrix.state.site import Site

MONTH = 30 * 24 * 3600.0


def definition_from(site: Site, spec: Mapping[str, Any]) -> ImageDefinition:
    """Make an image definition from its part of a topology."""
    unit = site.hosting_unit(spec["hosting_unit"])
    assert unit is not None
    templates = site.inventory.templates(unit)
    made = site.clock.now - MONTH
    definition = ImageDefinition(site.new_id(), spec["name"], unit.hypervisor, made)
    for number, version in enumerate(spec.get("versions", []), 1):
        profile = version.get("machine_profile")
        others = [site.hosting_unit(name) for name in version.get("shared_with", [])]
        definition.latest = number
        definition.versions.append(
            ImageVersion(
                id=site.new_id(),
                number=number,
                definition=definition,
                image=template(unit, version["image"], templates),
                machine_profile=template(unit, profile, templates) if profile else None,
                spec_ids=(site.new_id(), site.new_id()),
                scheme_id=site.new_id(),
                made=made,
                shares=[ImageShare(each) for each in (unit, *others) if each],
                description=version.get("description", ""),
            )
        )
    return definition


def another_version(site: Site, before: ImageVersion, description: str) -> ImageVersion:
    """Make the next version of a definition, of the same image."""
    definition = before.definition
    definition.latest += 1
    version = ImageVersion(
        id=site.new_id(),
        number=definition.latest,
        definition=definition,
        image=before.image,
        machine_profile=before.machine_profile,
        spec_ids=(site.new_id(), site.new_id()),
        scheme_id=site.new_id(),
        made=site.clock.now,
        shares=[ImageShare(before.unit)],
        description=description,
    )
    definition.versions.append(version)
    return version
