# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of roles, held against the roles' argument specs before any part of a role runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

# What an argument spec of a role says beside what modules know.
WORDS = ("description", "short_description", "version_added")


def refusals(name: str, value: Any, option: Mapping[str, Any]) -> list[str]:
    """What the argument spec says against a value, in Ansible's words."""
    spec = {key: part for key, part in _without_words(option).items() if key not in ("default", "required")}
    checked = ArgumentSpecValidator({name: spec}).validate({name: value})
    return [message.rstrip(".") for message in checked.error_messages]


def made_a_number(value: Any, option: Mapping[str, Any]) -> bool:
    """Whether YAML made a number of a text, which is no longer what was typed: 1.10 would be 1.1."""
    return option.get("type", "str") == "str" and isinstance(value, float)


def _without_words(option: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: part for key, part in option.items() if key not in WORDS}
    if "options" in plain:
        plain["options"] = {name: _without_words(inner) for name, inner in plain["options"].items()}
    return plain
