# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of roles, held against the roles' argument specs before any part of a role runs."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import without_keys

# Without a beginning of its own a file, an image or a clone cannot be told from those of others.
NEVER_EMPTY = ("_prefix", "dr_failover_drained_path")
SHAPES = ("dict", "list of dictionaries")
IN_WORDS = {
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "dict": "a dictionary",
    "list of dictionaries": "a list",
}
# The likeness of a long name to itself with a slip of the keyboard in it
SLIP = 0.93
# What an argument spec of a role says beside what modules know.
WORDS = ("description", "short_description", "version_added")


def wrong_values(variables: Mapping[str, Mapping[str, Any]], options: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A sentence for each variable that cannot be meant, once for all hosts. `variables`: host -> those that it has,
    `options`: those of the roles.

    Surveys of AWX answer with an empty text where nothing was chosen, of which ansible-core from 2.19 on makes null.
    That is a list, a dictionary of a policy or a name that was not given; for a number, a choice or yes and no it says
    nothing.
    """
    wrong: dict[str, list[str]] = {}
    for host, values in variables.items():
        for name, value in values.items():
            sentence = _wrong_value(name, value, options[name])
            if sentence:
                wrong.setdefault(sentence, []).append(host)
    having = {host for host, values in variables.items() if values}
    sentences = []
    for sentence, hosts in wrong.items():
        where = "" if set(hosts) == having else f" (on {', '.join(hosts)})"
        sentences.append(f"{sentence}{where}.")
    return sentences


def not_given(values: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Those of the names that have no value: they are left out, null or an empty text."""
    return [name for name in names if values.get(name) in (None, "")]


def misspelt(names: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """Unknown name -> the known one that it differs from by a slip. Ansible ignores such a variable without a word. A
    known name with something added at its end is a variable of one's own."""
    meant = {}
    for name in sorted(set(names) - set(known)):
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=SLIP)
        if nearest and not name.startswith(nearest[0]):
            meant[name] = nearest[0]
    return meant


def misspelt_sentences(meant: Mapping[str, str]) -> list[str]:
    """What is told of names that `misspelt` returned."""
    return [f"No role has the variable {name}: did you mean {near}?" for name, near in meant.items()]


def _wrong_value(name: str, value: Any, option: Mapping[str, Any]) -> str:
    kind, choices = option.get("type", "str"), option.get("choices")
    if option.get("elements") == "dict":
        kind = "list of dictionaries"
    if value is None or (isinstance(value, str) and not value.strip()):
        may_be = kind in ("list", "raw") or (kind == "str" and not choices and not name.endswith(NEVER_EMPTY))
        may_be = may_be or (value is None and kind in SHAPES)
        form = f"one of {', '.join(map(str, choices))}" if choices else IN_WORDS.get(kind, "a text")
        if may_be:
            return ""
        return f"{name} is empty: leave it out, or give {form}"
    if made_a_number(value, option):
        return f"{name} is the number {value} and must be text, because 1.10 and 1.1 are one number: put it in quotes"
    if kind in ("str", "path") and isinstance(value, (list, Mapping)):
        # Ansible would take its spelling for the text.
        return f"{name} is {'a dictionary' if isinstance(value, Mapping) else 'a list'} and must be text"
    if kind in SHAPES and isinstance(value, str):
        return f"{name} is text and must be {IN_WORDS[kind]}: with -e, the whole is JSON: -e '{{\"{name}\": ...}}'"
    if kind == "list" and isinstance(value, (str, Mapping)):
        # The roles take names with commas, and one catalog.
        return ""
    return " ".join(refusals(name, value, option)) or _out_of_bounds(name, value, kind)


def _out_of_bounds(name: str, value: Any, kind: str) -> str:
    """All numbers of roles are durations, counts and percentages."""
    if kind not in ("int", "float") or value is None:
        return ""
    if float(value) < 0:
        return f"{name} is {value} and must not be negative"
    # The newest image, and the one that a roll-back leads to, always stay
    if name.endswith(("_keep", "_history")) and float(value) < 1:
        return f"{name} is {value} and must be 1 or more"
    if name.endswith("_percent") and float(value) > 100:
        return f"{name} is {value} and must not be more than 100"
    return ""


def refusals(name: str, value: Any, option: Mapping[str, Any]) -> list[str]:
    """What the argument spec says against a value, in Ansible's words."""
    spec = without_keys(_without_words(option), ("default", "required"))
    checked = ArgumentSpecValidator({name: spec}).validate({name: value})
    return [message.rstrip(".") for message in checked.error_messages]


def made_a_number(value: Any, option: Mapping[str, Any]) -> bool:
    """Whether YAML made a number of a text, which is no longer what was typed: 1.10 would be 1.1."""
    return option.get("type", "str") == "str" and isinstance(value, float)


def _without_words(option: Mapping[str, Any]) -> dict[str, Any]:
    plain = without_keys(option, WORDS)
    if "options" in plain:
        plain["options"] = {name: _without_words(inner) for name, inner in plain["options"].items()}
    return plain
