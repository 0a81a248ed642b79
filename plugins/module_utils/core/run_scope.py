# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts said, for whom: facts of Ansible outlive the play that set them, and one playbook may hold several
releases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def facts_of_run(facts: Mapping[str, Any], scope: Any, unheard: Mapping[str, Any]) -> dict[str, Any]:
    """`facts` by inventory host, and `unheard` for each host whose fact bears another `scope` or none.

    A host that dropped out earlier in the playbook keeps what it said then.
    """
    return {
        host: fact if isinstance(fact, Mapping) and fact.get("scope") == scope else unheard
        for host, fact in facts.items()
    }


def given_in_run(facts: Mapping[str, Any], run: str) -> dict[str, dict[str, Any]]:
    """The variables that hosts told in this run: inventory host -> {run, variables}, without hosts that told them in
    another one or not at all."""
    return {
        host: dict(fact["variables"])
        for host, fact in facts.items()
        if isinstance(fact, Mapping) and fact.get("run") == run
    }
