# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is logged in, and what that account may do (contract xenserver 6, addition A)."""

from __future__ import annotations

from collections.abc import Mapping

from lab.xenserver.errors import XapiFailure
from lab.xenserver.state.ground import Ground
from lab.xenserver.topology import ROLES


class Sessions:
    """The sessions of a pool; its hosts share them."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.username: str = ground.spec.get("username", "root")
        self.password: str = ground.spec.get("password") or ground.generated_secret("password")

    def log_in(self, username: str, password: str, originator: str, host: str, rights: Mapping[str, str]) -> str:
        """Return a new session; ``rights`` is the least role of each call."""
        if (username, password) != (self.username, self.password):
            raise XapiFailure("SESSION_AUTHENTICATION_FAILED", username, "Authentication failure")
        return self._ground.database.add(
            "session",
            this_host=host,
            last_active=self._ground.clock.epoch,
            auth_user_name=username,
            originator=originator,
            is_local_superuser=self._ground.behaviour["account_role"] == ROLES[-1],
            rbac_permissions=[name.lower() for name, least in rights.items() if self._may(least)],
        )

    def log_out(self, session: str) -> None:
        """End a session."""
        self._ground.database.remove("session", session)

    def forget(self) -> None:
        """End all sessions."""
        for ref in self._ground.database.refs("session"):
            self._ground.database.remove("session", ref)

    def admit(self, session: str) -> None:
        """Raise the failure for a session that is none, or is over."""
        database, now = self._ground.database, self._ground.clock.epoch
        if session in database.refs("session"):
            record = database.get("session", session)
            if now - record["last_active"] <= self._ground.behaviour["idle_session_seconds"]:
                record["last_active"] = now
                return
            database.remove("session", session)
        raise XapiFailure("SESSION_INVALID", session)

    def allow(self, method: str, least: str) -> None:
        """Raise the failure for a call that the account's role is too low for."""
        if not self._may(least):
            raise XapiFailure("RBAC_PERMISSION_DENIED", method, "No permission in user session")

    def _may(self, least: str) -> bool:
        return ROLES.index(self._ground.behaviour["account_role"]) >= ROLES.index(least)
