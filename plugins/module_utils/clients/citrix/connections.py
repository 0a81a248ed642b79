# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding hypervisor connections and resetting them (contract citrix 10.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import Connection
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import (
    read_jobs,
    start,
    wait_for_job,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import find_named
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

RESET_JOB = "ResetBrokerHypervisorConnection"


def named_connections(site: CitrixSite, names: Iterable[str], connections: Sequence[Connection]) -> list[Connection]:
    """The connections of these names or ids, each once. Raises OperationError for one that is not there."""
    try:
        return list(dict.fromkeys(find_named("hypervisor connection", name, connections) for name in names))
    except Refusal as error:
        raise error.at(site.endpoint) from None


def connection_facts(connection: Connection) -> dict[str, Any]:
    """A connection as modules return it."""
    return {
        "id": connection.id,
        "name": connection.name,
        "plugin": connection.plugin,
        "connection_type": connection.connection_type,
        "addresses": list(connection.addresses),
        "zone": {"id": connection.zone_id, "name": connection.zone},
        "in_maintenance_mode": connection.in_maintenance_mode,
        "fault": {"state": connection.fault_state, "reason": connection.fault_reason}
        if connection.fault_state
        else None,
    }


def reset_connection(
    site: CitrixSite, connection: Connection, *, timeout: float, progress: Callable[[str], None]
) -> str:
    """Reset a connection and follow its job; the reset itself happens a moment later. Returns the job's warning, '' for
    none."""
    what = f"Resetting connection {connection.name}"
    job_id = send_once(
        lambda: start(site, f"/hypervisors/{segment(connection.id)}/$resetConnection"),
        lambda: _running_reset(site, connection),
        what=what,
        progress=progress,
    )
    job = wait_for_job(site, job_id, what=what, timeout=timeout, progress=progress) if job_id else None
    if job:
        return job.warning
    return ""


def _running_reset(site: CitrixSite, connection: Connection) -> str | None:
    """The job of ours that resets the connection now. One that has ended counts as none: one reset too many does no
    harm, one too few does."""
    for job in read_jobs(site):
        resets = job.pending and job.type == RESET_JOB
        if resets and job.parameters.get("Id", "").casefold() == connection.id.casefold():
            return job.id
    return None
