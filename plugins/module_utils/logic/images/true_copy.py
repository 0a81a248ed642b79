# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what was made of a temporary VM holds what the VM was restored with.

Somebody may have switched it on before the copy was there. The run that makes a copy asks for that when it is there,
and removes the VM only then. So the VM is the witness: while it exists, a run may have been killed before it asked, and
the next one asks in its place.
"""

from __future__ import annotations

YES, NO, UNKNOWN = "yes", "no", "unknown"


def verdict(power_state: str | None, started: bool | None) -> str:
    """`power_state` is None when the VM is gone, `started` whether somebody had switched it on by then, None where
    nobody tells. One that is on says nothing of when it was switched on."""
    if started:
        return NO
    if power_state is None or (power_state == "off" and started is False):
        return YES
    return UNKNOWN
