# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bearer tokens: asked for when the first request needs one, renewed before they end and once after a refusal
(contract citrix 1.3 to 1.6)."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import seconds_left
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    NotFound,
    OperationError,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.refusals import Proof, note_refusal, was_refused
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import (
    MOST_REFUSALS,
    Authorization,
    RestSession,
    refused_before,
    segment,
)

RENEWED_BEFORE_END = 60.0
_CHECK_FIRST = "They were tried once only; check them before the next run."


@dataclass(frozen=True)
class Token:
    """A bearer token and for how many seconds it is good from `since` (monotonic) on."""

    text: str = field(repr=False)
    lifetime: float
    since: float = field(default_factory=time.monotonic)

    @property
    def stale(self) -> bool:
        """Whether less than a minute is left, or less than half of a token that never had two."""
        return time.monotonic() - self.since > self.lifetime - min(RENEWED_BEFORE_END, self.lifetime / 2)


class TokenAuthorization(Authorization):
    """Puts the token and the customer id on every request. Safe for threads that share it."""

    def __init__(self, customer_id: str, obtain: Callable[[], Token], endpoint: str, proof: Proof) -> None:
        self._customer_id = customer_id
        self._obtain = obtain
        self._endpoint = endpoint
        self._proof = proof
        self._token: Token | None = None
        self._refusal: AccessDenied | None = None
        self._refusals = 0
        self._lock = threading.Lock()
        self._sent = threading.local()

    def headers(self) -> dict[str, str]:
        self._sent.token = self._current()
        return {"Authorization": f"CWSAuth bearer={self._sent.token.text}", "Citrix-CustomerId": self._customer_id}

    def token(self) -> str:
        """The text of a token that is good now, for requests within a request."""
        return self._current().text

    def renew(self) -> bool:
        """A new token, unless another thread has got one since the refused one was sent."""
        with self._lock:
            if self._token is self._sent.token:
                self._token = self._log_in()
        return True

    def _current(self) -> Token:
        with self._lock:
            if self._token is None or self._token.stale:
                self._token = self._log_in()
            return self._token

    def _log_in(self) -> Token:
        """A refusal is remembered: threads that each try a wrong secret once would lock the account together."""
        if self._token is None and was_refused(self._proof):
            self._refusal = refused_before(self._endpoint)
        if self._refusal:
            raise self._refusal
        try:
            token = self._obtain()
        except AccessDenied as error:
            self._refusals += 1
            error.details["log_in_refused_by"] = self._endpoint
            self._refusal = error
            error.lift = self._lift if self._token and self._refusals < MOST_REFUSALS else None
            if error.lift is None:
                note_refusal(self._proof)
            raise
        self._refusals = 0
        return token

    def _lift(self) -> None:
        self._refusal = None


def cloud_token(trust: RestSession, customer_id: str, client_id: str, client_secret: str) -> Token:
    """A token of Citrix Cloud (contract citrix 1.3). `trust` is a session without authorization to the trust host."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    try:
        body = trust.request("POST", f"/cctrustoauth2/{segment(customer_id)}/tokens/clients", form=form).body
    except ApiError as error:
        if error.status in (400, 401, 403):
            raise _refused(trust, error.message, error.status, error.code) from None
        raise
    answer = body if isinstance(body, dict) else {}
    if answer.get("error"):
        raise _refused(trust, str(answer.get("error_description") or answer["error"]), 200, str(answer["error"]))
    return _token(trust, answer.get("access_token"), answer.get("expires_in"))


def on_premises_token(controller: RestSession, username: str, password: str) -> Token:
    """A token of a delivery controller (contract citrix 1.5). `controller` is a session without authorization to the
    API's root."""
    basic = base64.b64encode(f"{username}:{password}".encode()).decode()
    try:
        body = controller.request("POST", "/Tokens", headers={"Authorization": f"Basic {basic}"}).body
    except AccessDenied as error:
        raise AccessDenied(
            f"{error.message}: the log-in of '{username}' was refused",
            f"client_id is DOMAIN\\user there; for Citrix DaaS give customer_id. {_CHECK_FIRST}",
            status=error.status,
            code=error.code,
        ) from None
    except NotFound as error:
        advice = (
            "Check hostname and api_root: there is no site's REST API at this address. For Citrix DaaS give"
            " customer_id."
        )
        raise ApiError(error.message, advice, status=error.status, code=error.code) from None
    answer = body if isinstance(body, dict) else {}
    return _token(controller, answer.get("Token"), answer.get("ExpiresAt"))


def _refused(trust: RestSession, said: str, status: int, code: str) -> AccessDenied:
    message = said if said.startswith(trust.endpoint) else f"{trust.endpoint}: {said}"
    return AccessDenied(
        message, f"Client id and secret do not fit this customer id. {_CHECK_FIRST}", status=status, code=code
    )


def _token(session: RestSession, text: Any, expiry: Any) -> Token:
    if not isinstance(text, str) or not text:
        raise OperationError(
            f"{session.endpoint}: the answer to the log-in holds no token",
            "Check that hostname and trust_hostname are those of Citrix.",
        )
    return Token(text, seconds_left(expiry, datetime.now(timezone.utc)))
