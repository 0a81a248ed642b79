# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Waiting; mirrors waiting.py WAIT_ARGUMENTS."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait for the end of the work.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait at most. After that the task fails with "still running" and cancels nothing. Running it
        again goes on waiting.
      - On a Prism Element cluster a wait ends earlier when nothing is under way any more that could bring what is
        waited for. That is an error of its own, after a grace of some minutes and never more than a quarter of this
        time, and it names what was looked at.
    type: int
    default: 3600
"""
