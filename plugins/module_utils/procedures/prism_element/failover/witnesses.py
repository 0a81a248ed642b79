# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Third clusters, which may know whether the side that was lost lives: the survivor may only be cut off from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.peers import (
    Asking,
    connect_peer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.remote_sites import (
    RemoteSite,
    list_remote_sites,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


@dataclass(frozen=True)
class Testimony:
    """What a third cluster says of the old side: the `status` of the remote site that leads there. `silence` says why
    it could not be heard."""

    cluster: str
    remote_site: str = ""
    status: str = ""
    silence: str = ""


class Witnesses:
    """All are asked at once, in the background, and while the old side itself is asked. None is waited for longer than
    that one, and none at all when it speaks for itself."""

    def __init__(self, params: Mapping[str, Any], bound: float) -> None:
        self._bound = bound
        clients = [connect_peer(params, witness) for witness in params["witnesses"]]
        self._asked = [
            (client.endpoint, Asking(client.endpoint, partial(list_remote_sites, client))) for client in clients
        ]

    def __bool__(self) -> bool:
        return bool(self._asked)

    def testimonies(self, known_as: Sequence[RemoteSite], address: str) -> list[Testimony]:
        """What they say of the cluster that is known here as these remote sites, or by this address. One that does not
        know it says nothing."""
        incarnations = {site.incarnation for site in known_as if site.incarnation}
        addresses = {address, *(each for site in known_as for each in site.addresses)} - {""}
        reports: list[Testimony] = []
        for cluster, asking in self._asked:
            try:
                sites = asking.answer(self._bound)
            except OperationError as error:
                reports.append(Testimony(cluster, silence=error.message))
                continue
            reports += [
                Testimony(cluster, site.name, site.status)
                for site in sites
                if _leads_there(site, incarnations, addresses)
            ]
        return reports


def _leads_there(site: RemoteSite, incarnations: set[int], addresses: set[str]) -> bool:
    """Where both are known the number decides: an address may have been given to another cluster."""
    if site.incarnation and incarnations:
        return site.incarnation in incarnations
    return not addresses.isdisjoint(site.addresses)
