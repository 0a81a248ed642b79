# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at an endpoint from outside: certificate, clock, round trip."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.basic import env_fallback

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import (
    host_and_port,
    ip_addresses,
    without_secrets,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.impression import Certificate, look_at

ARGUMENTS: dict[str, Any] = {
    "address": {"type": "str", "required": True},
    "port": {"type": "int"},
    "path": {"type": "str", "default": "/"},
    "validate_certs": {"type": "bool", "default": True, "fallback": (env_fallback, ["VALIDATE_CERTS"])},
    "ca_path": {"type": "path"},
    "read_timeout": {"type": "int", "default": 30},
}


def read(params: Params, reporter: Reporter) -> Result:
    host, port = _host_and_port(params["address"], params["port"])
    impression = look_at(
        f"https://{_bracketed(host)}:{port}/{params['path'].lstrip('/')}",
        params["ca_path"] or True,
        params["read_timeout"],
    )
    return {
        "host": host,
        "port": port,
        "addresses": ip_addresses(host),
        "http_status": impression.status,
        "certificate": {
            "trusted": not impression.refusal,
            "refusal": impression.refusal,
            "validate_certs": params["validate_certs"],
            **_shown(impression.certificate),
        },
        "clock": {
            "server_time": _iso(impression.server_time) if impression.server_time else None,
            "skew_seconds": round(impression.skew, 1) if impression.skew is not None else None,
            "round_trip_ms": round(impression.round_trip * 1000),
        },
    }


def _host_and_port(address: str, port: int | None) -> tuple[str, int]:
    try:
        host, address_port = host_and_port(address)
    except ValueError:
        raise OperationError(
            f"'{without_secrets(address)}' is no address",
            "Give a host name or IP address; a port may follow after a colon.",
        ) from None
    return host, port or address_port or 443


def _bracketed(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    return host


def _shown(certificate: Certificate | None) -> dict[str, Any]:
    if certificate is None:
        return {"subject": None, "issuer": None, "not_before": None, "not_after": None, "days_left": None, "names": []}
    remaining = certificate.not_after - datetime.now(timezone.utc)
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "not_before": _iso(certificate.not_before),
        "not_after": _iso(certificate.not_after),
        "days_left": math.floor(remaining.total_seconds() / 86400),
        "names": list(certificate.names),
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


OPERATION = Reading(arguments=ARGUMENTS, read=read)
