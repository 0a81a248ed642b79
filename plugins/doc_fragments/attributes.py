# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every module of the collection supports."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Supports C(check_mode). Reports what would change and sends no writing request.
    support: full
  diff_mode:
    description: Returns what has changed, or what would change in C(check_mode), when in diff mode.
    support: full
  idempotent:
    description: A second run with the same arguments outside check mode changes nothing.
    support: full
"""

    INFO = r"""
attributes:
  check_mode:
    details: Reads only.
  diff_mode:
    support: N/A
    details: Reads only.
  idempotent:
    details: Reads only.
"""
