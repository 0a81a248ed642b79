# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The URL families that all lead to one resource tree (contract citrix 1.1)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from lab.wire import Request

GATEWAY = "/cvad/manage"
_SITELESS = ("me", "tokens")


def on_gateway_root(request: Request) -> Request:
    """Return the request as it would be under /cvad/manage, with the ids of a path style root in its headers. Unknown
    roots stay as they are."""
    parts = request.raw_path.strip("/").split("/")
    lowered = [part.lower() for part in parts]
    if lowered[:2] == ["cvad", "manage"]:
        return replace(request, raw_path="/".join([GATEWAY, *parts[2:]]))
    if lowered[0] == "cvadapis" and len(parts) > 1:
        if lowered[1] in _SITELESS:
            return _moved(request, parts[1:], {})
        return _moved(request, parts[2:], {"citrix-instanceid": unquote(parts[1])})
    if lowered[:3] == ["citrix", "orchestration", "api"] and len(parts) > 3:
        if lowered[3] in _SITELESS:
            return _moved(request, parts[3:], {})
        if len(parts) > 4 and lowered[4] == "sites":
            return _moved(request, parts[4:], {"citrix-customerid": unquote(parts[3])})
        if len(parts) > 4:
            return _moved(
                request, parts[5:], {"citrix-customerid": unquote(parts[3]), "citrix-instanceid": unquote(parts[4])}
            )
    return request


def _moved(request: Request, rest: list[str], ids: dict[str, str]) -> Request:
    return replace(request, raw_path="/".join([GATEWAY, *rest]), headers={**request.headers, **ids})
