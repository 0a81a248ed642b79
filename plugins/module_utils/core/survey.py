# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The survey of a job template in AWX, from the argument specs of the roles: what an option means is written once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names

KINDS = {"bool": "multiplechoice", "int": "integer", "float": "float", "dict": "textarea", "raw": "textarea"}
CAPITALS = {"id": "ID", "vm": "VM", "vms": "VMs", "uuid": "UUID"}
MARKUP = re.compile(r"\b[A-Z]\(([^)#]+)(?:#\w+)?\)")
# What an inventory calls the same for all jobs, as the options say of themselves
SHORT = re.compile(r"[^.]*\b(?:Defaults to|fills it from) the variable C\((\w+)\)[^.]*\.")


def survey(
    required: Iterable[str], optional: Iterable[str], options: Mapping[str, Mapping[str, Any]], roles: Iterable[str]
) -> dict[str, Any]:
    """{name, description, spec}, as AWX takes it. `required` are the variables that have to be answered, `options`
    the specs of all roles by name."""
    known = {**_short_names(options), **options}
    wanted = {**dict.fromkeys(required, True), **dict.fromkeys(optional, False)}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise Refusal(f"no role has the variable {unknown[0]}", near_names(unknown[0], known) or "Check its name.")
    prefixes = sorted((f"{role}_" for role in roles), key=len, reverse=True)
    spec = [_question(name, known[name], is_required, [*prefixes, "dr_"]) for name, is_required in wanted.items()]
    return {"name": "", "description": "", "spec": spec}


def _short_names(options: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """A failover says best what they mean."""
    ordered = sorted(options, key=lambda name: name.startswith("dr_failover_"))
    return {short: options[name] for name in ordered for short in SHORT.findall(_words(options[name]))}


def _question(name: str, option: Mapping[str, Any], required: bool, prefixes: Iterable[str]) -> dict[str, Any]:
    kind, choices, default = option.get("type", "str"), option.get("choices"), option.get("default")
    if kind == "bool":
        choices, default = ["true", "false"], str(default).lower()
    question = {
        "variable": name,
        "question_name": _title(name, prefixes),
        "question_description": _plain(option),
        "type": "multiplechoice" if choices else KINDS.get(kind, "text"),
        "required": required,
    }
    if choices:
        question["choices"] = list(choices)
    # An answer outranks the inventory, so that none is given where there is no default
    if default not in (None, "", [], {}):
        question["default"] = default
    return question


def _title(name: str, prefixes: Iterable[str]) -> str:
    prefix = next((each for each in prefixes if name.startswith(each)), "")
    words = [CAPITALS.get(word, word) for word in name.removeprefix(prefix).split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _plain(option: Mapping[str, Any]) -> str:
    words = MARKUP.sub(r"\1", SHORT.sub("", _words(option))).strip()
    if option.get("type") != "list" or "commas" in words:
        return words
    return f"{words} With commas between them."


def _words(option: Mapping[str, Any]) -> str:
    told = option.get("description", "")
    if isinstance(told, str):
        return told
    return " ".join(told)
