# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error answers (contract image_portability 7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lab.wire import Refusal

TYPES = {
    400: "common/invalidString",
    401: "common/authentication",
    403: "common/authorization",
    404: "common/notFound",
    405: "common/notImplemented",
    409: "common/conflict",
}


def body(status: int, detail: str, parameters: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return the common error body of Citrix Cloud."""
    return {
        "type": f"https://errors-api.cloud.com/{TYPES.get(status, 'common/unknown')}",
        "detail": detail,
        "parameters": [{"name": name, "value": value} for name, value in parameters],
    }


def refusal(
    status: int, detail: str, parameters: Iterable[tuple[str, str]] = (), violation: str | None = None
) -> Refusal:
    """Return a refusal to raise."""
    return Refusal(status, body(status, detail, parameters), violation)


def not_found(what: str, key: str, status: int = 404) -> Refusal:
    """Return the refusal for something that is not there."""
    return refusal(status, f"The {what} {key} could not be found.", [("entityType", what), ("entityId", key)])
