# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the hosts of a play share about one endpoint that many of them talk to at once, each in a process of its own:
one look for all of them, and a pace that does not grow with their number.

The processes meet in files. Each file is locked while it is used; the system lifts the lock of a process that dies.
"""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import Unavailable, Unreachable
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced

MOST_CALLS_PER_SECOND = 10
BETWEEN_LOOKS = 3.0
# Whoever has not asked for so long has ended: the longest pause between two looks is 15 seconds.
FORGOTTEN_AFTER = 60.0

Answers = dict[str, Any]


class Alone:
    """Nobody to share with."""

    def wait_for_turn(self) -> None:
        """Return when the next call may go out."""

    def remembered(self, name: str, ask: Callable[[], Any]) -> Any:
        """What any of them has asked for already, else what `ask` returns."""
        return ask()

    def look(self, kind: str, ids: Sequence[str], ask: Callable[[list[str]], Answers]) -> Answers:
        """What was last told of these ids, as far as it was."""
        return ask(list(ids))


class Share(Alone):
    """`directory` belongs to one play of one run, `endpoint` is an address."""

    def __init__(self, directory: Path, endpoint: str) -> None:
        self._directory = directory
        self._endpoint = endpoint

    def wait_for_turn(self) -> None:
        with self._file("turn") as state:
            now = time.monotonic()
            turn = max(now, state.get("next") or 0.0)
            state["next"] = turn + paced(1 / MOST_CALLS_PER_SECOND)
        time.sleep(turn - now)

    def remembered(self, name: str, ask: Callable[[], Any]) -> Any:
        with self._file(name) as state:
            if "value" not in state:
                state["value"] = ask()
            return state["value"]

    def look(self, kind: str, ids: Sequence[str], ask: Callable[[list[str]], Answers]) -> Answers:
        """Whoever comes when it is time asks for all that anybody waits for; the others hear the answer, or that there
        was none."""
        with self._file(kind) as state:
            now = time.monotonic()
            waited_for = {**state.get("waited_for", {}), **dict.fromkeys(ids, now)}
            state["waited_for"] = {each: since for each, since in waited_for.items() if now - since < FORGOTTEN_AFTER}
            if "asked" not in state or now - state["asked"] >= paced(BETWEEN_LOOKS):
                state["asked"] = now
                try:
                    state["answers"], state["failure"] = ask(list(state["waited_for"])), None
                except (Unreachable, Unavailable) as error:
                    state["failure"] = error.fields
                    raise
            elif state.get("failure"):
                raise Unreachable(state["failure"]["message"], state["failure"]["advice"])
            answers = state.get("answers", {})
            return {each: answers[each] for each in ids if each in answers}

    @contextmanager
    def _file(self, name: str) -> Iterator[dict[str, Any]]:
        """The content of a file of this name, which is written back in the end."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._directory / f"{sha256(f'{self._endpoint} {name}'.encode()).hexdigest()}.shared"
        with path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            state = _state(file.read())
            try:
                yield state
            finally:
                file.seek(0)
                file.truncate()
                file.write(json.dumps(state))


def _state(text: str) -> dict[str, Any]:
    """A process that was killed may have left half a file: what it says is asked for again."""
    try:
        state = json.loads(text)
    except ValueError:
        return {}
    return dict(state)
