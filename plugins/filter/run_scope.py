# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which facts, variables and catalogs count in this run, and who answers for what is missing; what it means stands in
module_utils/logic."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError, AnsibleFilterError
from ansible.module_utils.common.yaml import yaml_load
from ansible.parsing.dataloader import DataLoader
from ansible.utils.vars import load_extra_vars

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core import role_values, run_scope
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout import operator_input as release_wishes
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import release as release_report

ROOT = Path(__file__).parents[2]
WORD = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")


def variables_of_hosts(
    hostvars: Any, hosts: list[str], names: list[str], taking_part: Sequence[str] = (), scope: Any = ""
) -> dict[str, dict[str, Any]]:
    variables = {}
    for host in hosts:
        if host not in taking_part:
            variables[host] = {name: _value(hostvars[host], host, name) for name in names if name in hostvars[host]}
    facts = run_scope.facts_of_hosts(hostvars, taking_part, "release_begin_given", scope, {})
    return variables | {host: dict(fact["variables"]) for host, fact in facts.items() if fact and host in hosts}


def _value(variables: Any, host: str, name: str) -> Any:
    try:
        return variables[name]
    except AnsibleError as error:
        raise AnsibleFilterError(f"{name} of {host} cannot be told: {error}") from None


def role_options(roles: Iterable[str], directory: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for role in roles:
        specs = yaml_load((Path(directory) / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
        for part in specs["argument_specs"].values():
            options.update(part.get("options", {}))
    return options


def misspelt_variables(names: Iterable[str], known: Iterable[str] = ()) -> dict[str, str]:
    strangers = set(names) - set(known)
    if strangers:
        return role_values.misspelt(strangers, _words_of_roles())
    return {}


@cache
def _words_of_roles() -> frozenset[str]:
    """Every name that stands in roles and playbooks: options, secret ones as well, and what they set themselves."""
    files = [*ROOT.glob("roles/*/*/*.yml"), *ROOT.glob("playbooks/*.yml")]
    return frozenset(word for path in files for word in WORD.findall(path.read_text(encoding="utf-8")))


def given_with_e(name: str) -> bool:
    """Whether the command (in AWX: the job) gives this variable, which then counts for all hosts, whatever they say."""
    return name in load_extra_vars(DataLoader())


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "facts_of_hosts": run_scope.facts_of_hosts,
            "value_of_each": run_scope.value_of_each,
            "variables_of_hosts": variables_of_hosts,
            "given_with_e": given_with_e,
            "answered_by": release_report.answered_by,
            "role_options": role_options,
            "misspelt_variables": misspelt_variables,
            "unfit_catalogs": release_wishes.unfit_catalogs,
        }
