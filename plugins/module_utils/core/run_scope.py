# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts said, for whom: facts of Ansible outlive the play that set them, and one playbook may hold several
releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import without_keys

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
    said = {}
    for host in hosts:
        counting = [each for each in map(hostvars[host].get, names) if _counts(each, scope)]
        said[host] = counting[0] if counting else unheard
    return said


def _counts(facts: Any, scope: Any) -> bool:
    if scope is None:
        return bool(facts)
    return isinstance(facts, Mapping) and facts.get("scope") == scope


def without_scope(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Inventory host -> its fact, without what is nobody's affair but the run's."""
    return {host: without_keys(fact, OF_THE_RUN) for host, fact in facts.items()}


def value_of_each(facts: Mapping[str, Mapping[str, Any]], key: str, default: Any = None) -> dict[str, Any]:
    """Inventory host -> one value of its fact. Null, as of a variable that somebody left empty, is no value."""
    values = {}
    for host, fact in facts.items():
        value = fact.get(key)
        values[host] = default if value is None else value
    return values
