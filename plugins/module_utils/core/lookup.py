# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding a thing by its name or its id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names


class Named(Protocol):
    """What has an id and a name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


def find_named(kind: str, wanted: str, known: Sequence[T]) -> T:
    """The one of this name or id, whole and without case; an id goes before a name. Raises Refusal, which names
    near or all fitting ones."""
    folded = wanted.casefold()
    found = [thing for thing in known if thing.id.casefold() == folded] or [
        thing for thing in known if thing.name.casefold() == folded
    ]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"'{thing.name}' ({thing.id})" for thing in found)
        raise Refusal(f"{len(found)} {kind}s are called '{wanted}': {listed}", "Give the id.")
    raise Refusal(f"there is no {kind} '{wanted}'", near_names(wanted, (thing.name for thing in known)))
