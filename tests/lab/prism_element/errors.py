# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a cluster says no (contract prism_element 1.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.wire import Refusal

INVALID = 1101
BAD_REQUEST = 1202

_STACK = "\n".join(
    f"\tat com.nutanix.prism.services.Simulated{layer}.call(Simulated{layer}.java:{line})"
    for layer, line in (("Gateway", 118), ("Adapter", 77), ("Servlet", 41))
)


def error_body(message: str, code: int = INVALID) -> dict[str, Any]:
    """Return the body of a failed call: readable text, Java stack, error code as an object."""
    return {
        "message": message,
        "detailed_message": f"com.nutanix.prism.exception.SimulatedException: {message}\n{_STACK}",
        "error_code": {"code": code, "help_url": "http://my.nutanix.com"},
    }


def refusal(status: int, message: str, code: int = INVALID) -> Refusal:
    """Return a refusal in that shape; for the caller to raise."""
    return Refusal(status, error_body(message, code))


class Errors:
    """Builds the refusals whose status is switchable."""

    def __init__(self, behaviour: Mapping[str, Any]) -> None:
        self._behaviour = behaviour

    def not_found(self, kind: str, identifier: str) -> Refusal:
        """Return the refusal for something that does not exist."""
        return refusal(self._behaviour["not_found_status"], f"{kind} {identifier} is not found")

    def invalid(self, message: str) -> Refusal:
        """Return the refusal for something that validation does not let through."""
        return refusal(self._behaviour["invalid_status"], message)
