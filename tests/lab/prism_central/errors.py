# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a Prism Central says no (contract prism_central 1.7)."""

from __future__ import annotations

from typing import Any

from lab.wire import Refusal

# Code and group for what is not there, by namespace
NON_EXISTENT = {
    "dataprotection": ("DP-10400", "DATAPROTECTION_ENTITY_NON_EXISTENT_ERROR"),
    "datapolicies": ("DPO-10400", "DATAPOLICIES_ENTITY_NON_EXISTENT_ERROR"),
    "vmm": ("VMM-30100", "VM_NOT_FOUND"),
}
WRONG_FILTER = ("DP-10100", "DATAPROTECTION_INVALID_INPUT")


def error_body(namespace: str, message: str, code: str, group: str) -> dict[str, Any]:
    """Return the body of a failed call."""
    kind = f"{namespace}.v4.error"
    entry = {
        "$objectType": f"{kind}.AppMessage",
        "severity": "ERROR",
        "code": code,
        "errorGroup": group,
        "locale": "en_US" if namespace == "dataprotection" else "en-US",
        "message": message,
    }
    body: dict[str, Any] = {
        "$dataItemDiscriminator": f"{kind}.ErrorResponse",
        "data": {
            "$objectType": f"{kind}.ErrorResponse",
            "$errorItemDiscriminator": f"List<{kind}.AppMessage>",
            "error": [entry],
        },
    }
    if namespace == "dataprotection":
        body["metadata"] = {"flags": [{"name": "hasError", "value": True}]}
    return body


class Errors:
    """Builds the refusals of one namespace."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def refusal(self, status: int, message: str, code: str, group: str, violation: str | None = None) -> Refusal:
        """Return a refusal for the caller to raise."""
        return Refusal(status, error_body(self._namespace, message, code, group), violation)

    def not_found(self, kind: str, ext_id: str) -> Refusal:
        """Return the refusal for something that does not exist."""
        default = (f"{self._namespace.upper()}-10404", "ENTITY_NOT_FOUND")
        return self.refusal(404, f"{kind} {ext_id} is not found", *NON_EXISTENT.get(self._namespace, default))

    def invalid(self, message: str, violation: str | None = None) -> Refusal:
        """Return the refusal for something that validation does not let through."""
        return self.refusal(400, message, f"{self._namespace.upper()}-10001", "INVALID_INPUT", violation)
