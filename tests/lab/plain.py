# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State as plain data, for GET /lab/state."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from lab.clock import Event


def plain(item: Any) -> Any:
    """Return entities as JSON-able data, without their events."""
    if is_dataclass(item):
        return {
            entry.name: plain(getattr(item, entry.name))
            for entry in fields(item)
            if not isinstance(getattr(item, entry.name), Event)
        }
    if isinstance(item, dict):
        return {str(key): plain(value) for key, value in item.items()}
    if isinstance(item, (list, tuple)):
        return [plain(value) for value in item]
    return item
