# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a XenServer pool: its master, its hosts and their storage repositories."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import (
    CONNECTION_ARGUMENTS,
    XenServer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.overview import (
    read_overview,
    shown_host,
    shown_pool,
    shown_repository,
)


def read(params: Params, reporter: Reporter) -> Result:
    with XenServer.connect(params) as client:
        overview, lacking = read_overview(client), client.lacking_rights()
    hosts = sorted(overview.hosts.values(), key=lambda host: (host.name, host.uuid))
    storage = sorted(overview.storage.values(), key=lambda repository: (repository.name, repository.uuid))
    return {
        "pool": shown_pool(overview),
        "hosts": [shown_host(host, overview.pool.master) for host in hosts],
        "storage_repositories": list(map(shown_repository, storage)),
        "lacking_rights": lacking,
    }


OPERATION = Reading(arguments=CONNECTION_ARGUMENTS, read=read)
