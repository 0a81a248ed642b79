# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a connection did not come about or broke, in words that a person can act on."""

from __future__ import annotations

from urllib.parse import urlsplit

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.address import without_secrets
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    OperationError,
    Unreachable,
    Untrusted,
)

try:
    import requests
except ImportError:
    # rest.session says so
    requests = None  # type: ignore[assignment]


def unreachable(what: str, url: str, error: Exception) -> Unreachable:
    """Why no connection came about, and who stands between."""
    cause, proxy = root_cause(error), requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    if not proxy:
        return Unreachable(
            f"{what} cannot be reached ({cause})", "Check address, port, network and that the service is up."
        )
    host = urlsplit(url).hostname
    words = "does not let it through" if "Tunnel connection failed" in cause else "was in use"
    return Unreachable(
        f"{what} cannot be reached: the proxy {without_secrets(proxy)} {words} ({cause})",
        f"Check https_proxy of the environment in which Ansible runs, or name {host} in no_proxy if it is to be reached"
        " without a proxy.",
    )


def not_trusted(endpoint: str, base_url: str, error: Exception) -> Unreachable:
    """A handshake that breaks off, as that of a failing cluster may, says nothing about the certificate."""
    cause = root_cause(error)
    if "CERTIFICATE_VERIFY_FAILED" not in str(error):
        advice = (
            "Check the port: something answers there that does not speak TLS."
            if _speaks_no_tls(error)
            else "Check address and port, and that the service is well."
        )
        return Unreachable(f"{endpoint}: the TLS handshake with {base_url} failed ({cause})", advice)
    advice = "Give the issuing CA with ca_path, or check that the address is the right one."
    if "mismatch" in cause or "not valid for" in cause:
        advice = "Give the address by a name that its certificate bears, or have one issued for this name."
    elif "expired" in cause:
        advice = "Have the certificate renewed."
    return Untrusted(f"{endpoint}: the TLS certificate of {base_url} was not accepted ({cause})", advice)


def _speaks_no_tls(error: Exception) -> bool:
    return any(
        sign in str(error)
        for sign in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "wrong version number")
    )


def ca_file_error(endpoint: str, error: OSError) -> OSError | OperationError:
    """What to raise instead: for a CA file that cannot be read requests raises a plain OSError, of which its own errors
    are a kind."""
    return (
        error
        if isinstance(error, requests.exceptions.RequestException)
        else OperationError(f"{endpoint}: {error}", "Check ca_path.")
    )


def was_sent(error: Exception) -> bool:
    """Whether the connection broke after it stood: urllib3 then reports a protocol error, not one of making the
    connection."""
    reason = getattr(error.args[0], "reason", error.args[0]) if error.args else error
    return type(reason).__name__ in ("ProtocolError", "IncompleteRead", "ReadTimeoutError")


def took_too_long(error: Exception) -> bool:
    """Whether the connection stood and the answer did not come in time."""
    reason = getattr(error.args[0], "reason", error.args[0]) if error.args else error
    return isinstance(error, requests.exceptions.ReadTimeout) or type(reason).__name__ == "ReadTimeoutError"


def root_cause(error: BaseException) -> str:
    """The innermost words of a nest of exceptions: 'Connection refused' instead of four class names around it."""
    inner = (
        getattr(error, "reason", None)
        or next((part for part in error.args if isinstance(part, BaseException)), None)
        or error.__cause__
    )
    if isinstance(inner, BaseException):
        return root_cause(inner)
    return (
        getattr(error, "verify_message", None)
        or getattr(error, "strerror", None)
        or str(error).rpartition(">: ")[2]
        or type(error).__name__
    )
