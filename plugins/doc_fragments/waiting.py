# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Waiting; mirrors core/waiting.py WAIT_ARGUMENTS."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the work has ended.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds to wait. After that the task fails with "still running" and cancels nothing. Another run
        continues to wait.
      - On a Prism Element cluster the wait ends earlier when nothing is running any more that could bring the expected
        result. The task then fails with an error that names what was looked at. This happens after a grace period of
        some minutes, which is at most a quarter of this time.
    type: int
    default: 3600
"""
