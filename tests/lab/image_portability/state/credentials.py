# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential wallet: secrets go in and never come out (contract image_portability 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

TYPES = frozenset({"UsernamePassword", "Azure", "Aws", "Gcp"})


@dataclass
class Credential:
    """One entry of the wallet. Moments in simulated seconds."""

    id: str
    type: str
    created: float
    updated: float
    state: str = "Ok"
    secret: dict[str, Any] = field(default_factory=dict)
    writes: int = 1
