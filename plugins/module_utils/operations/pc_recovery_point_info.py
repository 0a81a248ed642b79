# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the recovery points of a VM."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    copies_of,
    copies_of_any,
    read_recovery_point,
    recovery_points_called,
    recovery_points_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import RecoveryPoint, shown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

WAYS = ("vm_uuid", "ext_id", "location_agnostic_id", "location_agnostic_ids")
ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    "vm_uuid": {"type": "str"},
    "ext_id": {"type": "str"},
    "location_agnostic_id": {"type": "str"},
    "location_agnostic_ids": {"type": "list", "elements": "str"},
    "name": {"type": "str"},
    "cluster_uuid": {"type": "str"},
    "since": {"type": "str"},
    "newest_only": {"type": "bool", "default": False},
}


def read(params: Params, reporter: Reporter) -> Result:
    client = PrismCentral.connect(params).shared_on(reporter.board)
    return {"recovery_points": [shown(point, params["prefix"]) for point in _observe(client, params)]}


def _observe(client: PrismCentral, params: Params) -> list[RecoveryPoint]:
    if params["ext_id"]:
        point = read_recovery_point(client, params["ext_id"])
        if point:
            return [point]
        return []
    cluster_uuid = params["cluster_uuid"] or ""
    if params["location_agnostic_id"]:
        return copies_of(client, params["location_agnostic_id"], cluster_uuid)
    if params["location_agnostic_ids"] is not None:
        return copies_of_any(client, params["location_agnostic_ids"])
    since = parse_moment(params["since"])
    if params["since"] and since is None:
        raise OperationError(f"since is '{params['since']}'", "Give a moment such as 2026-11-20T23:33:00Z.")
    if params["vm_uuid"] is None:
        return recovery_points_called(client, params["name"])
    if not params["vm_uuid"]:
        raise OperationError("vm_uuid is empty", "Say which VM is meant.")
    return recovery_points_of(
        client,
        params["vm_uuid"],
        name=params["name"] or "",
        cluster_uuid=cluster_uuid,
        since=since,
        newest_only=params["newest_only"],
    )


OPERATION = Reading(
    arguments=ARGUMENTS,
    read=read,
    required_one_of=((*WAYS, "name"),),
    mutually_exclusive=(WAYS,),
)
