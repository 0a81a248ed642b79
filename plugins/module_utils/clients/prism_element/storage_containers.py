# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Storage containers (contract prism_element 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement


@dataclass(frozen=True)
class StorageContainer:
    """Bytes throughout. `capacity` is what the container could grow to, `advertised` the limit somebody set for it;
    None where the cluster does not say."""

    uuid: str
    name: str
    capacity: int | None
    advertised: int | None
    used: int | None


def list_storage_containers(client: PrismElement) -> list[StorageContainer]:
    """All that are not being removed, sorted by name."""
    containers = (entity for entity in client.entities("/storage_containers/") if not entity.get("marked_for_removal"))
    return sorted((_container(entity) for entity in containers), key=lambda container: (container.name, container.uuid))


def _container(entity: dict[str, Any]) -> StorageContainer:
    return StorageContainer(
        uuid=entity.get("storage_container_uuid") or "",
        name=entity.get("name") or "",
        capacity=_bytes(entity.get("max_capacity")),
        advertised=_bytes(entity.get("advertised_capacity")),
        used=_bytes((entity.get("usage_stats") or {}).get("storage.usage_bytes")),
    )


def _bytes(value: object) -> int | None:
    """A number, or one written as text; statistics that are not there yet are '-1'."""
    try:
        number = int(str(value))
    except ValueError:
        return None
    if number >= 0:
        return number
    return None
