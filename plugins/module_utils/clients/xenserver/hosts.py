# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pool itself, its hosts and their storage repositories (contract xenserver 3, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import StorageRepository, XenHost


@dataclass(frozen=True)
class XenPool:
    """`master` is the uuid of the host that answers for the pool now."""

    uuid: str
    name: str
    master: str


def read_pool(client: XenServer, hosts: Mapping[str, XenHost]) -> XenPool:
    """The pool; `hosts` by reference."""
    (record,) = client.call("pool.get_all_records").values()
    master = hosts.get(record["master"])
    # A pool of one host may have no name of its own
    name = record["name_label"] or (master.name if master else "")
    return XenPool(record["uuid"], name, master.uuid if master else "")


def hosts_of(client: XenServer) -> dict[str, XenHost]:
    """All hosts by reference."""
    return {ref: _host(ref, record) for ref, record in client.call("host.get_all_records").items()}


def _host(ref: str, record: Mapping[str, Any]) -> XenHost:
    return XenHost(
        ref,
        record["uuid"],
        record["name_label"],
        record["address"],
        record["enabled"],
        record["software_version"].get("product_version", ""),
        # Since xapi 25.21 (contract xenserver addition A)
        record.get("ssh_enabled"),
    )


def storage_of(client: XenServer, hosts: Mapping[str, XenHost]) -> dict[str, StorageRepository]:
    """All SRs by reference."""
    plugs = list(client.call("PBD.get_all_records").values())
    repositories = {}
    for ref, record in client.call("SR.get_all_records").items():
        own = [plug for plug in plugs if plug["SR"] == ref and plug["host"] in hosts]
        repositories[ref] = StorageRepository(
            ref,
            record["uuid"],
            record["name_label"],
            record["type"],
            record["shared"],
            int(record["physical_size"]),
            int(record["physical_utilisation"]),
            tuple(sorted(hosts[plug["host"]].name for plug in own if plug["currently_attached"])),
            tuple(sorted(hosts[plug["host"]].name for plug in own if not plug["currently_attached"])),
        )
    return repositories
