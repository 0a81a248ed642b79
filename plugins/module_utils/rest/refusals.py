# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Log-ins that were refused in this run, so that none is tried again: neither in a loop, nor by another role, nor for
another host.

Every task works in a process of its own, forked from the one that runs the playbook. What they share is a piece of
memory that was made before the fork: it is gone with the run, and holds digests with a key that is in no file. A module
that was shipped elsewhere has a process for itself and remembers nothing; the door on the controller does it for it.
"""

from __future__ import annotations

import hashlib
import hmac
import mmap
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

ROOMS = 4096
WIDTH = 16

Proof = Sequence[str]


class Refusals:
    """A table of digests in memory that forked processes share. Two refusals that want the same room push each other
    out, which costs one log-in more."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._table = mmap.mmap(-1, ROOMS * WIDTH)

    def remember(self, proof: Proof) -> None:
        room, digest = self._place(proof)
        self._table[room : room + WIDTH] = digest

    def __contains__(self, proof: Proof) -> bool:
        room, digest = self._place(proof)
        return self._table[room : room + WIDTH] == digest

    def _place(self, proof: Proof) -> tuple[int, bytes]:
        parts = "".join(f"{len(part)}:{part}" for part in proof)
        digest = hmac.new(self._key, parts.encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:4], "big") % ROOMS * WIDTH, digest[4 : 4 + WIDTH]


_in_force: list[Refusals] = []


@contextmanager
def sharing(refusals: Refusals) -> Iterator[None]:
    """Use this memory for all sessions that are opened meanwhile."""
    _in_force.append(refusals)
    try:
        yield
    finally:
        _in_force.pop()


def was_refused(proof: Proof) -> bool:
    return bool(proof and _in_force and proof in _in_force[-1])


def note_refusal(proof: Proof) -> None:
    if proof and _in_force:
        _in_force[-1].remember(proof)
