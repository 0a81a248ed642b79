# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call: Basic authentication, session cookies, lock-out, roles (contract prism_element 1.6)."""

from __future__ import annotations

from http.cookies import SimpleCookie

from lab.credentials import basic
from lab.prism_element.errors import error_body, refusal
from lab.prism_element.state.ground import Ground
from lab.wire import Refusal, Request

COOKIE = "NTNX_IGW_SESSION"


class Access:
    """The one account of a cluster.

    ``failed_logins`` counts wrong credentials since the last right ones; from ``lockout_after`` on even the right ones
    are refused.
    """

    def __init__(self, ground: Ground) -> None:
        topology = ground.spec
        self.username: str = topology.get("username", "admin")
        self.password: str = topology.get("password", ground.generated_secret("password"))
        self.failed_logins = 0
        self._behaviour = ground.behaviour
        self._clock = ground.clock
        self._sessions: dict[str, float] = {}

    @property
    def locked(self) -> bool:
        """Whether too many wrong passwords came."""
        return self.failed_logins >= int(self._behaviour["lockout_after"])

    def unlock(self) -> None:
        """What an administrator does afterwards."""
        self.failed_logins = 0

    def forget_sessions(self) -> None:
        """Let all session cookies expire."""
        self._sessions.clear()

    def admit(self, request: Request) -> dict[str, list[str]]:
        """Return the headers that a right login earns, or raise the 401 or 403 refusal."""
        authorization = request.header("authorization")
        if authorization:
            earned = self._admit_basic(authorization, request.header("cookie"))
        elif self._admit_cookie(request.header("cookie")):
            earned = {}
        else:
            raise self._unauthorized("An Authentication object was not found in the SecurityContext")
        reads = request.method == "GET" or request.raw_path.rstrip("/").endswith(("/tasks/poll", "/tasks/list"))
        if self._behaviour["role"] == "viewer" and not reads:
            raise refusal(403, "Access is denied")
        return earned

    def _admit_basic(self, authorization: str, cookie: str) -> dict[str, list[str]]:
        if self.locked:
            raise self._unauthorized("Account is locked")
        if basic(authorization) != (self.username, self.password):
            self.failed_logins += 1
            raise self._unauthorized("Authentication failed")
        self.failed_logins = 0
        if self._admit_cookie(cookie):
            return {}
        session = f"{self.username}-{len(self._sessions)}-{self._clock.epoch_usecs}"
        self._sessions[session] = self._clock.now + self._behaviour["session_seconds"]
        return {
            "Set-Cookie": [
                f"{COOKIE}={session}; Path=/; Secure; HttpOnly",
                f"NTNX_MERCURY_IGW_SESSION={session}; Path=/; Secure; HttpOnly",
            ]
        }

    def _admit_cookie(self, header: str) -> bool:
        cookie = SimpleCookie(header).get(COOKIE)
        return cookie is not None and self._sessions.get(cookie.value, float("-inf")) > self._clock.now

    def _unauthorized(self, message: str) -> Refusal:
        shape = self._behaviour["unauthorized_body"]
        if shape == "json":
            return Refusal(401, error_body(message))
        if shape == "html":
            return Refusal(
                401,
                f"<html><body><h1>HTTP Status 401</h1><p>{message}</p></body></html>",
                headers={"Content-Type": "text/html"},
            )
        return Refusal(401, None)
