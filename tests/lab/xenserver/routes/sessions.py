# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""session: who may ask, and whom (contract xenserver 6)."""

from __future__ import annotations

from lab.xenserver.errors import XapiFailure
from lab.xenserver.routes.calls import Calls

SECTION = "6"


def add_calls(calls: Calls, host: str) -> None:
    """Register them for one host of the pool."""
    pool = calls.pool

    @calls.call(
        "session.login_with_password",
        "string",
        "string",
        "string",
        "string",
        section=SECTION,
        result="session ref",
        errors=("SESSION_AUTHENTICATION_FAILED", "HOST_IS_SLAVE"),
        without_session=True,
    )
    def log_in(username: str, password: str, _version: str, originator: str) -> str:
        if host != pool.master:
            place, own = pool.places[pool.master], pool.places[host]
            # A real one names its address only; here hosts that share one are told apart by their ports.
            address = place.address if place.address != own.address else f"{place.address}:{place.port}"
            raise XapiFailure("HOST_IS_SLAVE", address)
        rights = {name: call.role for name, call in calls.known.items()}
        return pool.sessions.log_in(username, password, originator, pool.hosts[host], rights)

    @calls.call("session.logout", section=SECTION)
    def log_out(session: str) -> None:
        pool.sessions.log_out(session)
