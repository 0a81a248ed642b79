# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that remembers which machines a drain put into maintenance mode, or found in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import AlreadyThere, write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.maintenance import (
    Notes,
    Saved,
    read_saved,
    saved_as,
    saved_text,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


class NotesFile:
    """The file of machines that we put into maintenance mode, or found in it. It stays when nobody is left in it: it
    tells that the move was there.

    `existed` says whether there was one, `before` are the drained machines that it had, `present` the ids of those that
    the site still has.
    """

    def __init__(self, site: CitrixSite, path: str | None) -> None:
        self._site = site
        self.path = Path(path) if path else None
        self.existed = self.path is not None and self.path.exists()
        self.notes = self._read()
        self.before = dict(self.notes.drained)
        self.present: set[str] = set()

    @property
    def entries(self) -> Mapping[str, Saved]:
        return self.notes.drained

    def add(self, drained: Iterable[Machine], already: Iterable[Machine]) -> None:
        """Who is drained now, and who was in maintenance mode already; whoever an earlier drain put in was not."""
        ours = {machine.id: saved_as(machine) for machine in drained}
        entries = {machine.id: saved_as(machine) for machine in already}

        def change(notes: Notes) -> Notes:
            others = {machine_id: entry for machine_id, entry in entries.items() if machine_id not in notes.drained}
            return Notes({**notes.drained, **ours}, {**others, **notes.already})

        self._change(change)

    def drop(self, ids: Sequence[str]) -> None:
        dropped = set(ids)

        def change(notes: Notes) -> Notes:
            return Notes(
                {machine_id: entry for machine_id, entry in notes.drained.items() if machine_id not in dropped},
                notes.already,
            )

        self._change(change)

    def _read(self) -> Notes:
        if self.path is None or not self.path.exists():
            return Notes()
        try:
            return read_saved(self.path.read_text(encoding="utf-8"), self._site.id)
        except (OSError, ValueError) as error:
            raise OperationError(
                f"{self._site.endpoint}: {self.path} cannot be used: {error}",
                "Give another saved_path. Nothing was changed.",
            ) from None

    def _change(self, change: Callable[[Notes], Notes]) -> None:
        """Change what the file holds now: another host of the play, or another run, may have written to it since it was
        read."""
        if self.path is None:
            return
        new = not self.path.exists()
        before = self._read()
        self.notes = change(before)
        if self.notes == before:
            return
        text = saved_text(self._site.id, self._site.name, self.notes)
        try:
            write_report(
                self.path,
                text,
                "without it, it is unknown later which machines to release.",
                "list of drained machines",
                new=new,
            )
        except AlreadyThere:
            self._change(change)


def notes_of(site: CitrixSite, path: str) -> Notes:
    """What a file of another drain says. One of another site, or that cannot be read, says nothing about these
    machines."""
    try:
        return read_saved(Path(path).read_text(encoding="utf-8"), site.id)
    except (OSError, ValueError):
        return Notes()


def names_drained_in(path: str | None) -> list[str]:
    """Whom a file lists as drained, while its site gives no answer: the last that is known of them."""
    if not path:
        return []
    try:
        notes = read_saved(Path(path).read_text(encoding="utf-8"), None)
    except (OSError, ValueError):
        return []
    return sorted(entry.name for entry in notes.drained.values())
