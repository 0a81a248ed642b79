# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the operator says of a move, for the playbooks and roles of machine_rehost and dr_failover; what it means stands
in logic/failover/operator_input.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError, AnsibleFilterError

from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import misspelt_variables, role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core import role_values, wishes
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover import operator_input as move_wishes

# Variables of the playbooks -> the options of roles that they set.
MAPPINGS = (*move_wishes.INSIDE, "dr_failover_snapshot_ids", "dr_drill_snapshots")
SHORT = {"dr_connections": "machine_rehost_connections", "dr_discard": "dr_failover_discard"}


def mapping(value: Any, variable: str = "This", secret: bool = False) -> dict[str, Any]:
    try:
        return wishes.mapping(value, variable, secret)
    except Refusal as error:
        raise AnsibleFilterError(str(error)) from None


def wrong_values(hostvars: Any, hosts: Sequence[str], roles: Sequence[str]) -> list[str]:
    """What is wrong with the variables of these roles on hosts, as far as it can be told before they run."""
    ours = tuple(f"{role}_" for role in roles)
    known = role_options(roles, str(Path(__file__).parents[2] / "roles"))
    options = {name: option for name, option in known.items() if name.startswith(ours)}
    options |= {short: options[name] for short, name in SHORT.items() if name in options}
    given: dict[str, dict[str, Any]] = {}
    names: set[str] = set()
    wrong: list[str] = []
    for host in hosts:
        given[host] = _values(hostvars[host], options)
        names.update(name for name in hostvars[host] if name.startswith(ours))
    for values in given.values():
        for name, value in values.items():
            if name in MAPPINGS:
                wrong += _wrong_mapping(name, value)
    slips = role_values.misspelt_sentences(misspelt_variables(names, options))
    return [*role_values.wrong_values(given, options), *dict.fromkeys(wrong), *slips]


def _wrong_mapping(name: str, value: Any) -> list[str]:
    """A dictionary may be given as text."""
    try:
        return move_wishes.wrong_inside(name, wishes.mapping(value, name))
    except Refusal as error:
        return [f"{error}."]


def _values(variables: Any, names: Iterable[str]) -> dict[str, Any]:
    """Those that have a value now; others refer to what a role or a play sets."""
    values = {}
    for name in names:
        with suppress(AnsibleError, KeyError):
            values[name] = variables[name]
    return values


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "wrong_wishes": move_wishes.wrong_wishes,
            "wrong_values": wrong_values,
            "wished_names": wishes.names,
            "wished_catalogs": wishes.catalogs,
            "wished_mapping": mapping,
        }
