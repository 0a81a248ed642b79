# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One JSON document posted to an address that somebody listens at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.retries import UNAVAILABLE, PatientRetry

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import ProtocolError
except ImportError:
    # rest.session says so
    pass

REPETITIONS = 4
TIMEOUT = 15.0


def post_notification(url: str, document: Mapping[str, Any]) -> str:
    """Why the document did not arrive, '' when it did. Never the address itself: such addresses are secrets.

    What was sent and got no answer may have arrived, and is not sent again: it would become a second ticket.
    """
    retry = PatientRetry(
        total=REPETITIONS,
        read=False,
        backoff_factor=1,
        status_forcelist=UNAVAILABLE,
        allowed_methods=None,
        raise_on_status=False,
    )
    with requests.Session() as session:
        session.mount("https://", HTTPAdapter(max_retries=retry))
        session.mount("http://", HTTPAdapter(max_retries=retry))
        try:
            answer = session.post(url, json=dict(document), timeout=TIMEOUT, allow_redirects=False)
        except (requests.RequestException, ValueError) as error:
            if _was_sent(error):
                return "it did not answer, and may have got it all the same"
            # Its text holds the address. Some addresses that cannot be are refused below requests, with a ValueError.
            return f"it cannot be reached ({type(error).__name__})"
    # A redirection is no delivery
    if answer.status_code < 300:
        return ""
    return f"it answered HTTP {answer.status_code}"


def _was_sent(error: Exception) -> bool:
    """Whether it took too long, or the connection ended, when all was sent. Where there was no connection, the cause is
    the end of all repetitions."""
    return isinstance(error, requests.ReadTimeout) or any(isinstance(cause, ProtocolError) for cause in error.args)
