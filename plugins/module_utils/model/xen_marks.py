# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written on the disks, VMs and snapshots that we make in a XenServer pool, in other_config.

XenServer copies other_config to every clone, copy and snapshot. So the mark that makes a thing ours holds the uuid of
that thing: a copy that somebody made bears the uuid of its original, and is not ours.
"""

from __future__ import annotations

from collections.abc import Mapping

_PREFIX = "euc.nutanix_citrix"
OWN = f"{_PREFIX}:own"
# Where an image came from, and its content
SOURCE = f"{_PREFIX}:source"
SOURCE_POOL = f"{_PREFIX}:source_pool"
SHA256 = f"{_PREFIX}:sha256"
# Which file that was, in which state: as long as it is the same, nobody has to read it again
SOURCE_STATE = f"{_PREFIX}:source_state"
RELEASE = f"{_PREFIX}:release"
WRAPPER = f"{_PREFIX}:wrapper"


def is_ours(uuid: str, other_config: Mapping[str, str]) -> bool:
    """Whether we made this very thing, and finished it."""
    return other_config.get(OWN) == uuid


def is_unfinished(other_config: Mapping[str, str]) -> bool:
    """Whether it is an image of ours that was never completed."""
    return SOURCE in other_config and OWN not in other_config


def is_image(uuid: str, other_config: Mapping[str, str], source: str, sha256: str) -> bool:
    """Whether it is our complete copy of a disk with this content."""
    return is_ours(uuid, other_config) and other_config.get(SOURCE) == source and other_config.get(SHA256) == sha256
