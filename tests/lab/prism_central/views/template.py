# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates and their versions as answers show them (contract prism_central 4.2, addition D)."""

from __future__ import annotations

from typing import Any

from lab.prism_central.state.central import Central
from lab.prism_central.state.entities import Template, TemplateVersion
from lab.prism_central.views.moments import iso
from lab.prism_central.views.vm import spec_view


def template_view(central: Central, template: Template) -> dict[str, Any]:
    """Return a template with its active version."""
    user = {"extId": central.owner, "username": central.username, "userType": "LOCAL"}
    return {
        "extId": template.ext_id,
        "templateName": template.name,
        "templateDescription": template.description,
        "templateVersionSpec": version_view(template, template.active),
        "createTime": iso(template.created_usecs),
        "updateTime": iso(template.updated_usecs),
        "createdBy": user,
        "updatedBy": user,
    }


def version_view(template: Template, version: TemplateVersion) -> dict[str, Any]:
    """Return a version of a template."""
    return {
        "extId": version.ext_id,
        "versionName": version.name,
        "versionDescription": version.description,
        "vmSpec": spec_view(version.image),
        "createTime": iso(version.created_usecs),
        "isActiveVersion": version is template.active,
        "isGcOverrideEnabled": True,
        "clusterLocationExtIds": [version.cluster_ext_id],
    }
