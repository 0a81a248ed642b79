# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables that a host of an inventory in the making will have in plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.inventory.host import Host
from ansible.utils.vars import combine_vars
from ansible.vars.plugins import get_vars_from_inventory_sources


def variables_of(
    inventory: Any,
    loader: Any,
    sources: Sequence[str],
    who: tuple[str, str],
    entry: Mapping[str, Any],
    of_command: Mapping[str, Any],
) -> dict[str, Any]:
    """In the order of Ansible: of its groups, also those that an earlier source put it into, what sources say of it,
    its host_vars, and the command line. `who`: a group and the host, of which the source says `entry`."""
    group, host = who
    known = inventory.hosts.get(host)
    everyone = inventory.groups["all"]
    own = {inventory.groups[group], *(known.get_groups() if known else ())} - {everyone}
    groups = [everyone, *sorted(own, key=lambda each: (each.depth, each.priority, each.name))]
    variables: dict[str, Any] = {}
    for told in (
        *(each.get_vars() for each in groups),
        get_vars_from_inventory_sources(loader, sources, groups, "all"),
        known.get_vars() if known else {},
        entry,
        get_vars_from_inventory_sources(loader, sources, [Host(host)], "all"),
        of_command,
    ):
        variables = combine_vars(variables, told)
    return variables
