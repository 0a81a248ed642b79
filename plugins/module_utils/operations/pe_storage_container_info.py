# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the storage containers of a Prism Element cluster and how full they are."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.storage_containers import (
    StorageContainer,
    list_storage_containers,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter


def read(params: Params, reporter: Reporter) -> Result:
    containers = list_storage_containers(PrismElement.connect(params))
    return {"storage_containers": list(map(_shown, containers))}


def _shown(container: StorageContainer) -> dict[str, Any]:
    return {
        "uuid": container.uuid,
        "name": container.name,
        "capacity_bytes": container.capacity,
        "advertised_bytes": container.advertised,
        "used_bytes": container.used,
    }


OPERATION = Reading(arguments=CONNECTION_ARGUMENTS, read=read)
