# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which cluster of the inventory is meant by an address or name that another system has for it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_SEPARATORS = re.compile(r"[,;\s]+")


@dataclass(frozen=True)
class ClusterAddresses:
    """A cluster of the inventory: every address and name it is known by, in lower case, and the port of its API."""

    host: str
    addresses: frozenset[str]
    port: int | None
    names: frozenset[str]


def places(text: str) -> list[tuple[str, int | None]]:
    """Host and port of each address in a text.

    How Citrix writes a Nutanix connection's address is unknown (contract citrix 10.2): 'https://host:9440',
    'host:9440', 'host' and lists of these are read.
    """
    return [place for part in _SEPARATORS.split(text) if part for place in (_place(part),) if place[0]]


def clusters_meant(
    addresses: Iterable[tuple[str, int | None]], name: str, identities: Sequence[ClusterAddresses]
) -> list[str]:
    """The inventory hosts that the addresses mean, or, when they mean none, that are called so.

    Several clusters at one address (behind a gateway, or in a lab on one machine) are told apart by port, then by name.
    More than one host is no answer but a doubt.
    """
    endpoints = [(host.casefold(), port) for host, port in addresses]
    matches = [identity for identity in identities if any(host in identity.addresses for host, _port in endpoints)]
    namesakes = [identity for identity in identities if name.casefold() in identity.names]
    if len(matches) > 1:
        matches = [
            identity
            for identity in matches
            if any(host in identity.addresses and port == identity.port for host, port in endpoints)
        ] or matches
    if len(matches) > 1:
        matches = [identity for identity in matches if identity in namesakes] or matches
    return [identity.host for identity in matches or namesakes]


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
        addresses=frozenset(address.casefold() for address in addresses if address),
        port=endpoint.get("port") or facts.get("port"),
        names=frozenset(name.casefold() for name in (host, cluster.get("name") or "") if name),
    )


def cluster_of_unit(unit: Mapping[str, Any], identities: Sequence[ClusterAddresses]) -> list[str]:
    """The inventory hosts that a hosting unit, as citrix_hosting_unit_info returns it, may stand for, by the addresses
    of its connection."""
    return clusters_meant(
        [place for address in unit["connection"]["addresses"] for place in places(str(address))], "", identities
    )


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
