# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts said, for whom: facts of Ansible outlive the play that set them, and one playbook may hold several
releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# For whom it was said, what is to be asked before it counts, and why its strategy may not fit
OF_THE_RUN = ("scope", "witness", "unmanaged")


def facts_of_hosts(
    hostvars: Mapping[str, Mapping[str, Any]], hosts: Iterable[str], fact: str | Sequence[str], scope: Any, unheard: Any
) -> dict[str, Any]:
    """Inventory host -> its fact, and `unheard` for each host whose fact bears another `scope` or none. Of several
    facts the first that counts.

    A host that dropped out earlier in the playbook keeps what it said then. Without a scope, where an earlier play made
    all hosts forget, what is empty counts as not said.
    """
    names = [fact] if isinstance(fact, str) else fact
    said = {host: [hostvars[host].get(name) for name in names] for host in hosts}
    return {host: next((each for each in facts if _counts(each, scope)), unheard) for host, facts in said.items()}


def _counts(facts: Any, scope: Any) -> bool:
    if scope is None:
        return bool(facts)
    return isinstance(facts, Mapping) and facts.get("scope") == scope


def without_scope(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Inventory host -> its fact, without what is nobody's affair but the run's."""
    return {host: _without_mark(fact) for host, fact in facts.items()}


def _without_mark(fact: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fact.items() if key not in OF_THE_RUN}


def value_of_each(facts: Mapping[str, Mapping[str, Any]], key: str, default: Any = None) -> dict[str, Any]:
    """Inventory host -> one value of its fact. Null, as of a variable that somebody left empty, is no value."""
    return {host: default if fact.get(key) is None else fact[key] for host, fact in facts.items()}
