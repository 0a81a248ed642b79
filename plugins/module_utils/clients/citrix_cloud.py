# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all services of Citrix Cloud have in common: bearer tokens, asked for when the first request needs one, renewed
before they end and once after a refusal (contract citrix 1.3 to 1.6), and the bodies of errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import seconds_left
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    OperationError,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.refusals import Proof, note_refusal, was_refused
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import (
    MOST_REFUSALS,
    Authorization,
    Refused,
    RestSession,
    refused_before,
    segment,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.transport import Transport

RENEWED_BEFORE_END = 60.0
GONE = "Object does not exist."
CHECK_FIRST = "They were tried once only; check them before the next run."


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


def log_in_session(endpoint: str, base_url: str, transport: Transport) -> RestSession:
    """A session without authorization. Asking for a token changes nothing, so it may be repeated after a lost answer; a
    refusal is never repeated."""
    return RestSession(
        endpoint,
        base_url,
        authorization=Authorization(),
        explain=explain,
        idempotent=("POST",),
        transport=transport,
    )


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
    return token_of(trust, answer.get("access_token"), answer.get("expires_in"))


def _refused(trust: RestSession, said: str, status: int, code: str) -> AccessDenied:
    message = said if said.startswith(trust.endpoint) else f"{trust.endpoint}: {said}"
    return AccessDenied(
        message, f"Client id and secret do not fit this customer id. {CHECK_FIRST}", status=status, code=code
    )


def token_of(session: RestSession, text: Any, expiry: Any) -> Token:
    if not isinstance(text, str) or not text:
        raise OperationError(
            f"{session.endpoint}: the answer to the log-in holds no token",
            "Check that hostname and trust_hostname are those of Citrix.",
        )
    return Token(text, seconds_left(expiry, datetime.now(timezone.utc)))


def explain(status: int, headers: Mapping[str, str], body: Any) -> Refused:
    """Read an error body in any of its three shapes and any case of keys (contract citrix 3.2), and the ways of saying
    that an object is not there (contract citrix 3.4)."""
    transaction_id = headers.get("Citrix-TransactionId") or ""
    if not isinstance(body, dict):
        return Refused(body if isinstance(body, str) else "", transaction_id=transaction_id, not_found=status == 404)
    by_key = {str(key).casefold(): value for key, value in body.items()}
    inner = by_key.get("error")
    nested = {str(key).casefold(): value for key, value in inner.items()} if isinstance(inner, dict) else {}
    text = _first_text(
        by_key.get("detail"),
        by_key.get("errormessage"),
        nested.get("message"),
        by_key.get("message"),
        by_key.get("error_description"),
    )
    kind = _first_text(by_key.get("sdkerrorid"), by_key.get("type"), by_key.get("errortype"), nested.get("type"), inner)
    return Refused(
        text,
        kind.rpartition("/")[2],
        transaction_id,
        not_found=status == 404 or (status == 500 and text.strip() == GONE),
    )


def _first_text(*candidates: Any) -> str:
    return next((candidate for candidate in candidates if isinstance(candidate, str) and candidate), "")
