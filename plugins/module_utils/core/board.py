# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the hosts of a play tell one another while they are at work. Their facts are out of reach then: a worker sees
those of its own beginning only."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.share import Share
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

# Looking at a file costs nothing
LONGEST_PAUSE = 1.0
NO_BOARD = "The hosts of a play can only tell one another something on the controller"


class Board:
    """Notes by name, each a dictionary, in a directory that belongs to one play of one run and vanishes with it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def leave(self, name: str, note: Mapping[str, Any]) -> None:
        """Whole or not at all; a note of that name is replaced."""
        path = self._path(name)
        unfinished = path.with_suffix(f".{os.getpid()}")
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(note), encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            raise OperationError(
                f"A note for the other hosts cannot be written to {path}: {error.strerror}",
                "Make room in Ansible's local_tmp.",
            ) from None

    def read(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The notes of these names that are there."""
        notes = {}
        for name in names:
            path = self._path(name)
            if path.exists():
                notes[name] = json.loads(path.read_text(encoding="utf-8"))
        return notes

    def wait(
        self,
        names: Iterable[str],
        *,
        what: str,
        timeout: float,
        progress: Callable[[str], None],
        over: Callable[[], bool] = lambda: False,
        one_is_enough: bool = False,
    ) -> dict[str, dict[str, Any]]:
        """The notes of these names once all are there, or one when that is enough, or those that are when it is `over`.
        Raises StillRunning with `notes` and `missing`."""
        unique = list(dict.fromkeys(names))

        def missing_of(notes: Collection[str]) -> list[str]:
            return [name for name in unique if name not in notes]

        def look() -> Look[dict[str, dict[str, Any]]]:
            notes = self.read(unique)
            missing = missing_of(notes)
            return Look(
                notes,
                done=not missing or (one_is_enough and bool(notes)) or over(),
                state=f"nothing from {', '.join(missing[:3])}{' ...' if len(missing) > 3 else ''} yet",
            )

        try:
            return wait_for(look, what=what, timeout=timeout, progress=progress, longest_pause=LONGEST_PAUSE)
        except StillRunning as error:
            notes = self.read(unique)
            raise error.replace(notes=notes, missing=missing_of(notes)) from None

    def share(self, endpoint: str) -> Share:
        """What the hosts of the play share about an endpoint."""
        return Share(self._directory, endpoint)

    def _path(self, name: str) -> Path:
        return self._directory / f"{sha256(name.encode()).hexdigest()}.json"
