# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which cluster of the inventory is meant by an address or name that another system has for it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded

_SEPARATORS = re.compile(r"[,;\s]+")


@dataclass(frozen=True)
class ClusterAddresses:
    """A cluster of the inventory: every address and name it is known by, in lower case, and the port of its API."""

    host: str
    addresses: frozenset[str]
    port: int | None
    names: frozenset[str]

    def is_at(self, host: str, port: int | None) -> bool:
        return host in self.addresses and port == self.port


def places(text: str) -> list[tuple[str, int | None]]:
    """Host and port of each address in a text.

    How Citrix writes a Nutanix connection's address is unknown (contract citrix 10.2): 'https://host:9440',
    'host:9440', 'host' and lists of these are read.
    """
    told = map(_place, filter(None, _SEPARATORS.split(text)))
    return [(host, port) for host, port in told if host]


def all_places(texts: Iterable[object]) -> list[tuple[str, int | None]]:
    """Those of several texts, such as the addresses of a hosting connection."""
    return [place for text in texts for place in places(str(text))]


def clusters_meant(
    addresses: Iterable[tuple[str, int | None]], name: str, identities: Sequence[ClusterAddresses]
) -> list[str]:
    """The inventory hosts that the addresses mean, or, when they mean none, that are called so.

    Several clusters at one address (behind a gateway, or in a lab on one machine) are told apart by port, then by name.
    More than one host is no answer but a doubt.
    """
    matches = _addressed([(host.casefold(), port) for host, port in addresses], identities)
    if len(matches) == 1:
        return [matches[0].host]
    called = [identity for identity in matches or identities if name.casefold() in identity.names]
    return [identity.host for identity in called or matches]


def _addressed(
    endpoints: Sequence[tuple[str, int | None]], identities: Sequence[ClusterAddresses]
) -> list[ClusterAddresses]:
    hosts = {host for host, _port in endpoints}
    matches = [identity for identity in identities if hosts & identity.addresses]
    if len(matches) > 1:
        at_port = [identity for identity in matches if any(starmap(identity.is_at, endpoints))]
        return at_port or matches
    return matches


def identity_of(host: str, facts: Mapping[str, Any]) -> ClusterAddresses:
    """What a cluster of the inventory may be called and addressed by elsewhere."""
    cluster, endpoint = facts.get("cluster") or {}, facts.get("endpoint") or {}
    addresses = {
        str(facts.get("address") or ""),
        endpoint.get("host") or "",
        cluster.get("address") or "",
        *(endpoint.get("addresses") or ()),
    }
    return ClusterAddresses(
        host=host,
        addresses=folded(filter(None, addresses)),
        port=endpoint.get("port") or facts.get("port"),
        names=folded(filter(None, (host, cluster.get("name")))),
    )


def identities_of(hosts: Mapping[str, Mapping[str, Any]]) -> list[ClusterAddresses]:
    return [identity_of(host, facts) for host, facts in hosts.items()]


def cluster_of_unit(unit: Mapping[str, Any], identities: Sequence[ClusterAddresses]) -> list[str]:
    """The inventory hosts that a hosting unit, as citrix_hosting_unit_info returns it, may stand for, by the addresses
    of its connection."""
    return clusters_meant(all_places(unit["connection"]["addresses"]), "", identities)


def _place(part: str) -> tuple[str, int | None]:
    try:
        return str(ipaddress.ip_address(part.strip("[]"))), None
    except ValueError:
        pass
    try:
        parts = urlsplit(part if "://" in part else f"//{part}")
        return (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "", None
