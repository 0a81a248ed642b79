# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The prefix of the names that the collection gives; mirrors procedures/release_options.py PREFIX_ARGUMENTS."""

    DOCUMENTATION = r"""
options:
  prefix:
    description:
      - The first part of the names of all images and temporary VMs that the collection makes. Objects without it are
        never treated as the collection's own.
    type: str
    default: ctx_
"""
