# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding a thing by its name or its id, and what several results hold together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name


class HasName(Protocol):
    @property
    def name(self) -> str: ...


class HasId(Protocol):
    @property
    def id(self) -> str: ...


class Named(HasId, HasName, Protocol):
    """What has an id and a name."""


T = TypeVar("T", bound=Named)


def find_named(kind: str, name: str, things: Sequence[T]) -> T:
    """The one of this name or id, whole and without case; an id goes before a name. Raises Refusal, which names
    near or all fitting ones."""
    folded = name.casefold()
    matches = [thing for thing in things if thing.id.casefold() == folded] or [
        thing for thing in things if thing.name.casefold() == folded
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        ids = ", ".join(f"'{thing.name}' ({thing.id})" for thing in matches)
        raise Refusal(f"{len(matches)} {kind}s are called '{name}': {ids}", "Give the id.")
    raise Refusal(f"there is no {kind} '{name}'", right_name(name, all_names(things)))


def all_names(things: Iterable[HasName]) -> list[str]:
    return [thing.name for thing in things]


def all_ids(things: Iterable[HasId]) -> list[str]:
    return [thing.id for thing in things]


def column(rows: Iterable[Mapping[str, Any]], key: str) -> list[Any]:
    """What each row has under a key."""
    return [row[key] for row in rows]


def by_key(rows: Iterable[Mapping[str, Any]], key: str) -> dict[Any, Any]:
    """The value under a key that is different in each row -> the row; the last one where it is not."""
    return {row[key]: row for row in rows}


def all_of(results: Iterable[Mapping[str, Any]], key: str) -> list[Any]:
    """What the lists under this key hold, of one result after the other. One without the key, or with null, adds
    nothing."""
    found: list[Any] = []
    for result in results:
        found += result.get(key) or []
    return found


def with_keys(facts: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """These keys only, as far as they are there."""
    return {key: facts[key] for key in keys if key in facts}


def without_keys(facts: Mapping[str, Any], keys: Container[str]) -> dict[str, Any]:
    """All keys but these."""
    return {key: value for key, value in facts.items() if key not in keys}


def repeated(names: Iterable[str]) -> list[str]:
    """The names that occur more than once, each told once."""
    return [name for name, number in Counter(names).items() if number > 1]
