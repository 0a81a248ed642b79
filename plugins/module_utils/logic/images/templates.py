# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The templates of a Prism Central, and the versions of templates, as images that retention decides about.

Citrix names a template and its version, and no id. Others than Citrix use templates as well, Omnissa Horizon for one,
and cannot be asked: so the operator has to say that templates are for the declared sites only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import Image
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import is_proven
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release, parse_image_name

TEMPLATE, VERSION = "template", "template version"
LEFT_ALONE = "image_retention_templates is off: others than the declared sites may use templates"

Facts = Mapping[str, Any]


def template_images(
    host: str, templates: Iterable[Facts], references: Sequence[Facts], prefix: str, included: bool
) -> list[Image]:
    """Those of the templates of one Prism Central whose names are ours, and of other templates the versions.
    `templates` as pc_template_info returns them, `references` those of all sites, as citrix_image_usage_info does."""
    images = []
    for template in templates:
        release = parse_image_name(template["name"], prefix)
        if release:
            bound = _other_versions(template) if included else LEFT_ALONE
            images.append(_image(host, template, release, TEMPLATE, bound))
            continue
        for version in template.get("versions") or []:
            release = parse_image_name(version["name"], prefix)
            if release:
                bound = _bound(template, version, references) if included else LEFT_ALONE
                images.append(_image(host, version, release, VERSION, bound, template["ext_id"]))
    return images


def _other_versions(template: Facts) -> str:
    """Why a template of ours stays that holds more. Made elsewhere, its only version may be called otherwise."""
    versions = template.get("versions") or []
    others = [version["name"] for version in versions if version["name"] != template["name"]]
    if others and len(versions) > 1:
        return f"it holds other versions as well: {', '.join(others)}"
    return ""


def _bound(template: Facts, version: Facts, references: Sequence[Facts]) -> str:
    """Why a version stays that no reference names. What names its template and none of its versions may mean any."""
    if version["active"]:
        return f"it is the active version of the template '{template['name']}'"
    name = template["name"].casefold()
    versions = folded(each["name"] for each in template["versions"])
    for reference in references:
        names = folded(reference["names"])
        if name in names and not versions & names:
            place = f"{reference['kind']} of {reference['of']}"
            return f"in use: {place} is the template '{template['name']}', and in which version is not told"
    return ""


def _image(host: str, facts: Facts, release: Release, kind: str, bound: str, template: str = "") -> Image:
    lineage = facts.get("lineage") or {}
    return Image(
        cluster=host,
        uuid=facts["ext_id"],
        name=facts["name"],
        base_vm=release.base_vm,
        release=release.release,
        created=parse_moment(facts.get("created")),
        marked=is_proven(facts),
        source=lineage.get("recovery_point_id") or lineage.get("protection_domain_snapshot_id") or "",
        kind=kind,
        bound=bound,
        template=template,
    )
