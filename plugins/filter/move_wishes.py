# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the operator says of a move, for the playbooks and roles of machine_rehost and dr_failover; what it means stands
in logic/failover/operator_input.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import yaml
from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.validation import check_type_dict

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover import operator_input as move_wishes


def mapping(told: Any, variable: str = "This") -> dict[str, Any]:
    """A dictionary of what the operator said. A text is read as YAML or, like an argument of Ansible, as key=value; an
    empty one says nothing."""
    if not isinstance(told, str):
        read = told
    elif not told.strip():
        read = {}
    else:
        read = yaml.safe_load(told)
        if isinstance(read, str):
            with suppress(TypeError):
                read = check_type_dict(told)
    if not isinstance(read, Mapping):
        raise AnsibleFilterError(f"{variable} must be a dictionary, such as '{{key: value}}', and '{told}' is none.")
    return dict(read)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "wrong_wishes": move_wishes.wrong_wishes,
            "wished_names": move_wishes.names,
            "wished_catalogs": move_wishes.catalogs,
            "wished_mapping": mapping,
        }
