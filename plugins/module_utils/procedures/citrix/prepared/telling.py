# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepared images as modules return them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    ImageDefinition,
    ImageShare,
    ImageSpec,
    ImageVersion,
    VersionUser,
    release_of,
)


def definition_facts(definition: ImageDefinition) -> dict[str, Any]:
    return {
        "id": definition.id,
        "name": definition.name,
        "description": definition.description,
        "os_type": definition.os_type,
        "session_support": definition.session_support,
        "latest_version": definition.latest_version,
        "created": definition.created,
        "connections": [
            {
                "id": connection.id,
                "name": connection.name,
                "plugin": connection.plugin,
                "custom_properties": dict(connection.custom_properties),
            }
            for connection in definition.connections
        ],
    }


def version_facts(version: ImageVersion) -> dict[str, Any]:
    image = version.image
    return {
        "id": version.id,
        "number": version.number,
        "definition": {"id": version.definition_id, "name": version.definition},
        "description": version.description,
        "release": release_of(version.description),
        "marked": version.is_marked,
        "state": version.state,
        "ready": version.is_ready,
        "created": version.created,
        "image": {"name": image.name, "path": image.path} if image else None,
        "hosting_units": [share_facts(share) for share in version.shares],
        "specs": [_spec_facts(spec) for spec in version.specs],
        "errors": list(version.errors),
        "warnings": list(version.warnings),
    }


def share_facts(share: ImageShare) -> dict[str, Any]:
    return {
        "id": share.id,
        "name": share.name,
        "connection": share.connection,
        "connection_type": share.connection_type,
        "primary": share.is_primary,
        "state": share.state,
        "errors": list(share.errors),
        "custom_properties": dict(share.custom_properties),
    }


def _spec_facts(spec: ImageSpec) -> dict[str, Any]:
    return {
        "id": spec.id,
        "preparation": spec.preparation,
        "state": spec.state,
        "hosting_unit": spec.hosting_unit,
        "machine_profile": spec.machine_profile,
        "service_offering": spec.service_offering,
        "cpu_count": spec.cpu_count or None,
        "memory_mb": spec.memory_mb or None,
    }


def returner_facts(returners: Iterable[tuple[Catalog, int | None]]) -> list[dict[str, Any]]:
    by_name = sorted(returners, key=lambda each: each[0].full_name.casefold())
    return [_returner_facts(catalog, steps) for catalog, steps in by_name]


def _returner_facts(catalog: Catalog, steps: int | None) -> dict[str, Any]:
    unit = catalog.hosting_unit
    return {
        "id": catalog.id,
        "full_name": catalog.full_name,
        "hosting_unit": unit.name if unit else "",
        "steps_back": steps,
    }


def user_facts(users: Iterable[VersionUser]) -> list[dict[str, Any]]:
    return [
        {"id": user.catalog_id, "full_name": user.catalog, "hosting_unit": user.hosting_unit}
        for user in sorted(users, key=lambda user: user.catalog.casefold())
    ]
