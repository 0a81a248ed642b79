# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people write for the address of an endpoint."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


def host_and_port(address: str) -> tuple[str, int | None]:
    """A host name or IP address, an IPv6 one in brackets or without, and the port that follows it. Raises ValueError
    for what is none of it."""
    try:
        return str(ipaddress.ip_address(address.strip("[]"))), None
    except ValueError:
        parts = urlsplit(f"//{address}")
    more = (
        parts.path
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
        or any(character.isspace() for character in address)
    )
    if more or not parts.hostname or parts.netloc.endswith(":"):
        raise ValueError(address)
    # Raises for a name that no resolver can be asked for.
    parts.hostname.encode("idna")
    return parts.hostname, parts.port


def ip_addresses(host: str) -> list[str]:
    """The IP addresses of a host; none where only a proxy can resolve it."""
    try:
        return sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):
        return []


def netloc(option: str, address: str, port: int | None, port_option: str = "") -> str:
    """The address as it stands in a URL. Raises OperationError with what to give instead; `port_option` is where a port
    goes that may not stand here."""
    try:
        host, follows = host_and_port(address)
    except ValueError:
        raise OperationError(
            f"{option} is '{without_secrets(address)}', which is no host name and no IP address",
            _instead(option, address, port_option),
        ) from None
    if follows and port_option:
        raise OperationError(
            f"{option} is '{address}', but a port does not belong there",
            f"Give {option}={host} and {port_option}={follows}.",
        )
    if port is not None and not 0 < port < 65536:
        raise OperationError(f"{port_option or option} has the port {port}", "Give 1 to 65535.")
    host_part = f"[{host}]" if ":" in host else host
    last = follows or port
    if last:
        return f"{host_part}:{last}"
    return host_part


def without_secrets(url: str) -> str:
    """A URL for messages: without user, password and query."""
    start, mark, rest = url.partition("://") if "://" in url else ("", "", url)
    place, slash, path = rest.partition("/")
    return f"{start}{mark}{place.rpartition('@')[2]}{slash}{path.partition('?')[0].partition('#')[0]}"


def _instead(option: str, address: str, port_option: str) -> str:
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or any(character.isspace() for character in address):
        return "Give a host name or an IP address alone."
    if port and port_option:
        return f"Give {option}={host} and {port_option}={port}."
    return f"Give {option}={host}{f':{port}' if port else ''}."
