# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bearer tokens: who holds which, and until when (contract citrix 1.3, 1.5)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.setting import Setting


@dataclass(frozen=True)
class Token:
    """One token. ``expires`` is on the book's clock."""

    text: str
    principal: str
    expires: float


class TokenBook:
    """Issues tokens that last ``seconds`` by the clock that ``behaviour["token_clock"]`` says."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.seconds: float = setting.spec.get("token_seconds", 3600)
        self._tokens: dict[str, Token] = {}
        self.issued = 0
        self.refused_logins = 0

    def _now(self) -> float:
        return self._setting.clock.now if self._setting.behaviour["token_clock"] == "simulated" else time.monotonic()

    def issue(self, principal: str, claims: Mapping[str, Any] | None = None) -> Token:
        """Give out a new token, which tells its claims to those who can read it."""
        text = f"eyJ{self._setting.chance.getrandbits(240):060x}"
        if claims:
            text = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}.{text[3:]}"
        token = Token(text, principal, self._now() + self.seconds)
        self._tokens[token.text] = token
        self.issued += 1
        return token

    def holder(self, text: str) -> str | None:
        """Return the principal of a valid token."""
        token = self._tokens.get(text)
        return token.principal if token is not None and self._now() < token.expires else None

    def holder_of(self, authorization: str) -> str | None:
        """Return whose valid token an Authorization header carries."""
        text = bearer(authorization)
        return None if text is None else self.holder(text)

    def expire(self, text: str) -> None:
        """Make a token invalid at once."""
        self._tokens.pop(text, None)

    def expire_all(self) -> int:
        """Make all tokens invalid at once; return how many there were."""
        count = len(self._tokens)
        self._tokens.clear()
        return count


def _part(content: Mapping[str, Any]) -> str:
    """Return a part of a JSON web token: base64url without padding (contract image_portability trap 3)."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def bearer(authorization: str) -> str | None:
    """Return the token of an Authorization header: ``CWSAuth bearer=<token>`` or ``Bearer <token>`` in any case,
    nothing else (contract citrix 1.6)."""
    scheme, _blank, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip() or None
    word, mark, token = rest.partition("=")
    if scheme.lower() == "cwsauth" and word.lower() == "bearer" and mark:
        return token or None
    return None
