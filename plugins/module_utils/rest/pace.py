# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long the pauses are in which nothing happens but waiting.

The simulated estate of the tests runs many times faster than a real one; whoever looks at it four times a second spends
the test waiting. EUC_TEST_PACE=10 makes each fixed pause ten times shorter. What is decided stays: timeouts, the number
of attempts, and how long a server asks to be left alone.
"""

from __future__ import annotations

import os

PACE = max(1.0, float(os.environ.get("EUC_TEST_PACE") or 1))


def paced(seconds: float) -> float:
    """How long a pause of so many seconds takes."""
    return seconds / PACE
