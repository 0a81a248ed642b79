# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at an endpoint from outside: its certificate, its clock and how fast it answers. No credentials are sent."""

from __future__ import annotations

import ssl
import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.connection_faults import (
    ca_file_error,
    root_cause,
    unreachable,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, Unreachable
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import REQUESTS_IMPORT_ERROR
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.transport import CONNECT_TIMEOUT

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import InsecureRequestWarning
    from urllib3.util.retry import Retry
except ImportError:
    InsecureRequestWarning = Warning  # type: ignore[assignment,misc]


@dataclass(frozen=True)
class Certificate:
    """What a server's certificate says of itself; `names` are the hosts and addresses it is for."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...]


@dataclass(frozen=True)
class Impression:
    """`refusal` says why the certificate is not trusted, '' when it is. `skew`: seconds that the server's clock is
    ahead of ours, exact to half a second."""

    status: int
    certificate: Certificate | None
    refusal: str
    server_time: datetime | None
    skew: float | None
    round_trip: float


def look_at(url: str, verify: bool | str, read_timeout: float) -> Impression:
    """One handshake and one GET; a second of both when the certificate is not trusted, only to read it. Raises
    Unreachable."""
    if REQUESTS_IMPORT_ERROR:
        raise OperationError(
            "The Python library requests is missing",
            "Install requests for the Python that runs Ansible modules on this host.",
        )
    try:
        return _ask(url, verify, "", read_timeout)
    except requests.exceptions.SSLError as error:
        refusal = root_cause(error)
    except requests.exceptions.RequestException as error:
        raise _unreachable(url, error) from None
    except OSError as error:
        raise ca_file_error(url, error) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InsecureRequestWarning)
            return _ask(url, False, refusal, read_timeout)
    except requests.exceptions.RequestException as error:
        raise _unreachable(url, error) from None


def _ask(url: str, verify: bool | str, refusal: str, read_timeout: float) -> Impression:
    with requests.Session() as http:
        again = Retry(total=2, redirect=0, other=0, allowed_methods={"GET"}, backoff_factor=paced(0.5))
        http.mount("https://", HTTPAdapter(max_retries=again))
        send_time = time.time()
        # The do-nothing auth keeps requests from sending what a .netrc file holds for this host.
        with http.get(
            url,
            verify=verify,
            stream=True,
            timeout=(CONNECT_TIMEOUT, read_timeout),
            allow_redirects=False,
            auth=lambda request: request,
        ) as response:
            received = time.time()
            # The handshake's certificate can be read as long as the body was not.
            connected = getattr(getattr(response.raw, "connection", None), "sock", None)
            certificate = _unverified(connected) if refusal else _verified(connected)
            server_time = _moment(response.headers.get("Date"))
    # The header's time is cut to whole seconds.
    skew = server_time.timestamp() + 0.5 - (send_time + received) / 2 if server_time else None
    return Impression(response.status_code, certificate, refusal, server_time, skew, received - send_time)


def _verified(connected: Any) -> Certificate | None:
    fields = connected.getpeercert() if connected else None
    if not fields:
        return None
    return Certificate(
        subject=_distinguished(fields.get("subject", ())),
        issuer=_distinguished(fields.get("issuer", ())),
        not_before=datetime.fromtimestamp(ssl.cert_time_to_seconds(fields["notBefore"]), timezone.utc),
        not_after=datetime.fromtimestamp(ssl.cert_time_to_seconds(fields["notAfter"]), timezone.utc),
        names=tuple(value for _kind, value in fields.get("subjectAltName", ())),
    )


def _unverified(connected: Any) -> Certificate | None:
    """Python parses only certificates that it trusts; for others the library that ansible-core itself needs is asked,
    where it is there."""
    encoded = connected.getpeercert(binary_form=True) if connected else None
    try:
        from cryptography import x509
    except ImportError:
        return None
    if not encoded:
        return None
    try:
        certificate = x509.load_der_x509_certificate(encoded)
    except ValueError:
        return None
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = x509.SubjectAlternativeName([])
    return Certificate(
        subject=_named((part.rfc4514_attribute_name, part.value) for part in certificate.subject),
        issuer=_named((part.rfc4514_attribute_name, part.value) for part in certificate.issuer),
        not_before=_in_utc(certificate, "not_valid_before"),
        not_after=_in_utc(certificate, "not_valid_after"),
        names=tuple(str(name.value) for name in names),
    )


def _in_utc(certificate: Any, name: str) -> datetime:
    """The properties that say UTC came with cryptography 42."""
    moment: datetime = getattr(certificate, f"{name}_utc", None) or getattr(certificate, name).replace(
        tzinfo=timezone.utc
    )
    return moment


_SHORT = {
    "commonName": "CN",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "stateOrProvinceName": "ST",
    "localityName": "L",
}


def _distinguished(parts: Iterable[Any]) -> str:
    return _named((_SHORT.get(name, name), value) for part in parts for name, value in part)


def _named(parts: Iterable[tuple[str, Any]]) -> str:
    return ", ".join(f"{name}={value}" for name, value in parts)


def _moment(header: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header or "")
    except (TypeError, ValueError):
        return None
    if moment.tzinfo:
        return moment
    return moment.replace(tzinfo=timezone.utc)


def _unreachable(url: str, error: Exception) -> Unreachable:
    return unreachable(url, url, error)
