# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of recovery points to other clusters (contract prism_central 5.1)."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import path_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import (
    Task,
    tasks_about,
)

# What the task leaves: the id of the copy there, while its entities are those of the source (contract
# prism_central trap 17).
COPY = "recoveryPointExtId"


def order_replication(client: PrismCentral, ext_id: str, central_uuid: str, cluster_uuid: str, request_id: str) -> str:
    """Order a copy, at the Prism Central that holds the source. Returns the task, which is watched there as well
    (contract prism_central trap 18)."""
    body = {"pcExtId": central_uuid, "clusterExtId": cluster_uuid}
    return client.order("POST", "dataprotection", f"{path_of(ext_id)}/$actions/replicate", body, request_id=request_id)


def replications_of(client: PrismCentral, ext_id: str) -> list[Task]:
    """The tasks that copy this one, under way or ended. None of them tells where to."""
    return [task for task in tasks_about(client, ext_id) if "replicate" in task.operation.lower()]
