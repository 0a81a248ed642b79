# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands on a host that modules cannot run on, because its Python is too old."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# What a shell answers that could not reach its host, as ssh does
NOT_REACHED = 255


@dataclass(frozen=True)
class Answer:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    trouble: str = ""


# Runs a script of sh and waits for its end
Shell = Callable[[str], Answer]
