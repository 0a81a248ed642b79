# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates and their versions (contract prism_central 4.2, addition D)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.changes import (
    Order,
    change_entity,
    start_change,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    Entity,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import TaskFailed
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds, parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import (
    template_lineage,
    template_source_uuid,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.template import (
    Template,
    TemplateVersion,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

TEMPLATES = "/content/templates"
# What a task about templates leaves: the template first, then the version where one was added.
TEMPLATE = "vmm:content:template"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=timezone.utc)


def list_templates(client: PrismCentral) -> list[Template]:
    """All templates, sorted by name and id."""
    templates = [template_of(data) for data in client.entities("vmm", TEMPLATES)]
    return sorted(templates, key=lambda template: (template.name, template.ext_id))


def read_template(client: PrismCentral, ext_id: str) -> Template | None:
    """One template, or None when it is not there."""
    entity = client.read_if_there("vmm", path_of(ext_id))
    if entity:
        return template_of(entity.data)
    return None


def list_versions(client: PrismCentral, ext_id: str) -> list[TemplateVersion]:
    """The versions of a template, newest first; none when it is gone."""
    try:
        listed = client.entities("vmm", f"{path_of(ext_id)}/versions", orderby="createTime desc")
    except NotFound:
        return []
    return sorted(map(version_of, listed), key=lambda version: version.created or _LONG_AGO, reverse=True)


def create_template(client: PrismCentral, name: str, description: str, vm_uuid: str, request_id: str) -> str:
    """Order a template of a VM. Its first version is called as itself. Returns the task, which leaves `TEMPLATE`."""
    body = {
        "templateName": name,
        "templateDescription": description,
        "templateVersionSpec": _version_body(name, description, vm_uuid),
    }
    return client.order("POST", "vmm", TEMPLATES, body, request_id=request_id)


def add_version(
    client: PrismCentral,
    ext_id: str,
    name: str,
    description: str,
    vm_uuid: str,
    activate: bool,
    request_id: str,
) -> str:
    """Order a new version of a template, of a VM. Returns the task."""
    version = {**_version_body(name, description, vm_uuid), "isActiveVersion": activate}

    def decide(entity: Entity) -> Order:
        kept = ("templateName", "templateDescription", "categoryExtIds", "createdBy", "updatedBy")
        body = {key: entity.data[key] for key in kept if key in entity.data}
        for user in ("createdBy", "updatedBy"):
            if user in body:
                body[user] = {**body[user], "userType": body[user].get("userType") or "LOCAL"}
        return Order("PUT", body={**body, "templateVersionSpec": version}, request_id=request_id)

    return start_change(client, "vmm", path_of(ext_id), decide) or ""


def publish_version(
    client: PrismCentral, ext_id: str, version_ext_id: str, what: str, timeout: float, progress: Callable[[str], None]
) -> None:
    """Make a version the active one."""

    def decide(entity: Entity) -> Order | None:
        if template_of(entity.data).active.ext_id == version_ext_id:
            return None
        return Order("POST", "/$actions/publish", {"versionId": version_ext_id})

    change_entity(client, "vmm", path_of(ext_id), decide, what=what, timeout=timeout, progress=progress)


def remove_template(
    client: PrismCentral, ext_id: str, what: str, timeout: float, progress: Callable[[str], None]
) -> None:
    """Remove a template with all versions; that it is gone already is as good."""
    _remove(client, ext_id, "", what, timeout, progress, lambda: read_template(client, ext_id) is None)


def remove_version(
    client: PrismCentral, ext_id: str, version_ext_id: str, what: str, timeout: float, progress: Callable[[str], None]
) -> None:
    """Remove one version; the ETag is the template's."""

    def gone() -> bool:
        return all(version.ext_id != version_ext_id for version in list_versions(client, ext_id))

    _remove(client, ext_id, f"/versions/{segment(version_ext_id)}", what, timeout, progress, gone)


def _remove(
    client: PrismCentral,
    ext_id: str,
    action: str,
    what: str,
    timeout: float,
    progress: Callable[[str], None],
    gone: Callable[[], bool],
) -> None:
    def decide(_entity: Entity) -> Order:
        return Order("DELETE", action)

    try:
        change_entity(client, "vmm", path_of(ext_id), decide, what=what, timeout=timeout, progress=progress)
    except NotFound:
        return
    except TaskFailed:
        # Two removals may have met: what counts is whether it is gone.
        if not gone():
            raise


def path_of(ext_id: str) -> str:
    return f"{TEMPLATES}/{segment(ext_id)}"


def template_of(data: Mapping[str, Any]) -> Template:
    return Template(
        ext_id=data.get("extId") or "",
        name=data.get("templateName") or "",
        description=data.get("templateDescription") or "",
        created=parse_moment(data.get("createTime")),
        updated=parse_moment(data.get("updateTime")),
        active=version_of(data.get("templateVersionSpec") or {}),
    )


def version_of(data: Mapping[str, Any]) -> TemplateVersion:
    places = data.get("clusterLocationExtIds")
    return TemplateVersion(
        ext_id=data.get("extId") or "",
        name=data.get("versionName") or "",
        description=data.get("versionDescription") or "",
        vm_name=(data.get("vmSpec") or {}).get("name") or "",
        created=parse_moment(data.get("createTime")),
        active=bool(data.get("isActiveVersion")),
        cluster_uuids=None if places is None else tuple(places),
    )


def _version_body(name: str, description: str, vm_uuid: str) -> dict[str, Any]:
    source = {"$objectType": "vmm.v4.content.TemplateVmReference", "extId": vm_uuid}
    return {"versionName": name, "versionDescription": description, "versionSource": source}


def shown(template: Template, versions: Iterable[TemplateVersion], prefix: str) -> dict[str, Any]:
    """The template as modules return it."""
    return {
        "ext_id": template.ext_id,
        "name": template.name,
        "description": template.description,
        "created": _iso(template.created),
        "updated": _iso(template.updated),
        "source_vm_name": template.active.vm_name,
        "source_vm_uuid": template_source_uuid(template.description),
        "lineage": template_lineage(template.name, template.active.vm_name, template.description, prefix),
        "versions": [_shown_version(version, prefix) for version in versions],
    }


def _shown_version(version: TemplateVersion, prefix: str) -> dict[str, Any]:
    return {
        "ext_id": version.ext_id,
        "name": version.name,
        "description": version.description,
        "created": _iso(version.created),
        "active": version.active,
        "source_vm_name": version.vm_name,
        "source_vm_uuid": template_source_uuid(version.description),
        "cluster_uuids": None if version.cluster_uuids is None else list(version.cluster_uuids),
        "lineage": template_lineage(version.name, version.vm_name, version.description, prefix),
    }


def _iso(moment: datetime | None) -> str | None:
    if moment:
        return iso_milliseconds(moment)
    return None
