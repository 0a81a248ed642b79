# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the names of an estate stand for."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.inventory import (
    CITRIX_SITES,
    PRISM_CENTRALS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import places
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import ip_addresses

Facts = dict[str, Any]


def resolved_addresses(
    entries: Mapping[str, Mapping[str, Facts]], answers: Mapping[str, Mapping[str, Facts]]
) -> dict[str, list[str]]:
    """Every name that stands for an address -> its IP addresses."""
    told = [str(entry.get("nutanix_host") or "") for group in entries.values() for entry in group.values()]
    for site in answers[CITRIX_SITES].values():
        told += [str(address) for connection in site["connections"] for address in connection["addresses"]]
    for central in answers[PRISM_CENTRALS].values():
        told += [address for cluster in central["clusters"] for address in cluster["addresses"]]
    names = {host.casefold() for text in told for host, _port in places(text)}
    with ThreadPoolExecutor(max_workers=16) as pool:
        return dict(zip(sorted(names), pool.map(ip_addresses, sorted(names)), strict=True))
