# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Prism Central tells of the estate: itself and its clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.clusters import (
    list_clusters,
    read_central,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import with_keys

TOLD_OF_A_CLUSTER = ("uuid", "name", "address", "addresses")


def read_central_estate(params: Mapping[str, Any]) -> dict[str, Any]:
    client = PrismCentral.connect(params)
    clusters = [{**asdict(cluster), "addresses": list(cluster.addresses)} for cluster in list_clusters(client)]
    return {
        "central": asdict(read_central(client)),
        "clusters": [with_keys(cluster, TOLD_OF_A_CLUSTER) for cluster in clusters],
    }
