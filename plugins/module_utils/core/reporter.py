# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom the work tells how it goes: the screen, the result, and the other hosts of the play."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import Board
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds


@dataclass(frozen=True)
class Reporter:
    """`progress` and `show` put a line on the screen, with and without the host before it; `warn` and `phase` add to
    the result. `board` exists on the controller only.

    `check` is for what is observed and judged otherwise when it is only a plan; what may write then, the shell decides.
    """

    progress: Callable[[str], None] = lambda line: None
    show: Callable[[str], None] = lambda line: None
    warnings: list[str] = field(default_factory=list)
    timeline: list[dict[str, Any]] = field(default_factory=list)
    board: Board | None = None
    check: bool = False

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Put a piece of work on the timeline: {phase, started, finished, failed}. In check mode there is none."""
        if self.check:
            yield
            return
        start, is_failed = datetime.now(timezone.utc), True
        try:
            yield
            is_failed = False
        finally:
            self.timeline.append(
                {
                    "phase": name,
                    "started": iso_milliseconds(start),
                    "finished": iso_milliseconds(datetime.now(timezone.utc)),
                    "failed": is_failed,
                }
            )
