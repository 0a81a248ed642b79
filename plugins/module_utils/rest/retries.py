# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is repeated without asking anybody, and how long the pauses are."""

from __future__ import annotations

import json
import random
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced

try:
    from urllib3.util.retry import Retry
except ImportError:
    # rest.session says so
    Retry = object  # type: ignore[assignment,misc]

UNAVAILABLE = (408, 429, 502, 503, 504)
LONGEST_ASKED_DELAY = 120.0


class PatientRetry(Retry):
    """Backs off with jitter and waits as long as the server asks: Retry-After, or the body's retryDelay
    (contract citrix 3.3)."""

    asked_delay: float | None = None

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        return status_code == 429 or super().is_retry(method, status_code, has_retry_after)

    def increment(self, *args: Any, **kwargs: Any) -> PatientRetry:
        successor = super().increment(*args, **kwargs)
        response = kwargs.get("response")
        # Read only after super() agreed to go on: the last answer must stay unread for the caller.
        successor.asked_delay = retry_delay(parsed(response.data)) if response is not None else None
        return successor

    def get_retry_after(self, response: Any) -> float | None:
        delay = super().get_retry_after(response)
        delay = self.asked_delay if delay is None else delay
        if delay is None:
            return None
        return min(delay, LONGEST_ASKED_DELAY)

    def get_backoff_time(self) -> float:
        return paced(super().get_backoff_time()) * random.uniform(0.5, 1.0)


def retry_delay(body: Any) -> float | None:
    """Seconds that a 429 or 503 body asks to wait: `parameters` as list or as object (contract citrix 3.2, 3.3)."""
    parameters = body.get("parameters") if isinstance(body, dict) else None
    if isinstance(parameters, list):
        parameters = {str(entry.get("name")): entry.get("value") for entry in parameters if isinstance(entry, dict)}
    delay = parameters.get("retryDelay") if isinstance(parameters, dict) else None
    try:
        if delay is None:
            return None
        return max(0.0, float(delay))
    except (TypeError, ValueError):
        return None


def parsed(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None
