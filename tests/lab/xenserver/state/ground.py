# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of a pool stands on."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.clock import Events
from lab.setting import Setting
from lab.xenserver.state.database import Database
from lab.xenserver.state.vhd import BLOCK, MIB
from lab.xenserver.topology import DURATIONS, SWITCHES


class Ground(Setting):
    """Time, chance and switches of a pool, its database, and the directory that its hosts' file systems are in."""

    def __init__(self, spec: Mapping[str, Any], events: Events, topology: Mapping[str, Any]) -> None:
        super().__init__(spec, events, topology, SWITCHES, DURATIONS)
        self.database = Database(self)
        # Goes with the pool, at a reset for example
        self._directory = tempfile.TemporaryDirectory(prefix="lab-pool-", ignore_cleanup_errors=True)
        self.directory = Path(self._directory.name)

    def some_bytes(self, size: int) -> bytes:
        """Data that nothing else has, the same in every run."""
        return self.chance.randbytes(size)

    def some_blocks(self, mib: int) -> dict[int, bytes]:
        """Blocks with so many MiB of such data."""
        return {number: self.some_bytes(BLOCK) for number in range(-(-mib * MIB // BLOCK))}
