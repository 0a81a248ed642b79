# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the operator says of a move, and what of it cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.role_values import refusals
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.wishes import names

MODES = ("planned", "unplanned")
# It becomes a part of file names.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
DISCARDS = ("dr_discard", "dr_failover_discard")
ROLES = {"dr_source": "that is left", "dr_target": "that takes over"}
RULES = {"type": "str", "choices": ["stop", "fail", "warn", "ignore"]}
POLICY = dict.fromkeys(
    (
        "ambiguous",
        "missing",
        "unknown",
        "unexpected",
        "refused",
        "vanished",
        "unmanaged",
        "namesakes",
        "left_behind",
    ),
    RULES,
)
# What the dictionaries may hold that may also be given as text: the options of modules that get them.
INSIDE: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "dr_failover_policy": POLICY,
    "machine_rehost_policy": POLICY,
    "dr_failover_way_back": {
        "type": {"type": "str", "choices": ["MINUTELY", "HOURLY", "DAILY"]},
        "every_nth": {"type": "int"},
        "keep_local": {"type": "int"},
        "keep_remote": {"type": "int"},
        "remote_sites": {"type": "list", "elements": "str"},
    },
}


def wrong_wishes(
    wishes: Mapping[str, Any], clusters: Sequence[str], taking_part: Sequence[str], sites: Sequence[str] | None = None
) -> list[str]:
    """A sentence for everything that keeps a move or a drill from being begun; what `wishes` does not hold is not
    looked at.

    `clusters` are the hosts of the group, `taking_part` those that --limit leaves in, `sites` the hosts of the other
    group, for a job that is about them.
    """
    wrong = _wrong_id(wishes.get("dr_id"))
    mode, source, target = (str(wishes.get(name) or "") for name in ("dr_mode", "dr_source", "dr_target"))
    if "dr_mode" in wishes and mode not in MODES:
        wrong.append(f"dr_mode is '{mode}' and must be {' or '.join(MODES)}.")
    for name, role in ROLES.items():
        if name in wishes:
            wrong += _wrong_cluster(name, role, str(wishes[name] or ""), clusters)
    if source and source == target:
        wrong.append(
            f"dr_source and dr_target are both {source}: name the cluster that is left and the cluster that takes over."
        )
    if "dr_protection_domains" in wishes and not names(wishes.get("dr_protection_domains")):
        wrong.append(
            'dr_protection_domains is missing: the protection domains that move, such as -e \'{"dr_protection_domains":'
            ' ["PD-W11"]}\'.'
        )
    wrong += _wrong_discards(wishes, mode)
    if sites is not None and not sites:
        wrong.append("The group citrix_sites has no host, so nothing could be done.")
    # The source need not take part when it is lost.
    needed = [source, target] if mode == "planned" else [target]
    absent = [host for host in needed if host in clusters and host not in taking_part]
    if absent and source != target:
        wrong.append(
            f"{' and '.join(absent)} must take part, but --limit leaves {'it' if len(absent) == 1 else 'them'} out."
        )
    return wrong


def wrong_inside(name: str, value: Mapping[str, Any]) -> list[str]:
    """A sentence for every part of a dictionary that cannot be meant, of one that may have been given as text."""
    allowed = INSIDE.get(name)
    if allowed is None:
        return []
    return list(filter(None, (_wrong_part(name, key, value[key], allowed) for key in value)))


def _wrong_part(name: str, key: Any, part: Any, allowed: Mapping[str, Mapping[str, Any]]) -> str:
    if key not in allowed:
        return f"{name} has the key '{key}', and only these mean something: {', '.join(allowed)}."
    wrong = " ".join(refusals(str(key), part, allowed[key]))
    if not wrong and allowed[key]["type"] == "int" and part is not None and int(part) < 1:
        wrong = f"{key} must be 1 or more, not {part}"
    if wrong:
        return f"{name}: {wrong}."
    return ""


def _wrong_discards(wishes: Mapping[str, Any], mode: str) -> list[str]:
    """Whoever misspells one believes its old VMs given up."""
    told = [(variable, names(wishes[variable])) for variable in DISCARDS if wishes.get(variable)]
    wrong = []
    if mode != "planned":
        for variable, _domains in told:
            wrong.append(f"{variable} gives VMs up before a planned move, and dr_mode is {mode}: leave it out.")
    moving = names(wishes.get("dr_protection_domains"))
    for variable, domains in told:
        strange = [name for name in domains if name not in moving]
        if strange and moving:
            wrong.append(f"{variable} names {quoted(strange)}, and dr_protection_domains are {quoted(moving)}.")
    return wrong


def _wrong_id(value: Any) -> list[str]:
    text = "" if value is None else str(value)
    if not text:
        return [
            "dr_id is missing: your name for this move, such as -e dr_id=2026-11-20. It names the files, and the same"
            " id again goes on."
        ]
    if not ID.fullmatch(text):
        return [
            f"dr_id is '{text}' and cannot name files: give letters, digits, '.', '_', '+' and '-' only, 64 at most, a"
            " letter or digit first."
        ]
    return []


def _wrong_cluster(name: str, role: str, cluster: str, clusters: Sequence[str]) -> list[str]:
    if cluster in clusters:
        return []
    there_are = near_names(cluster, clusters)
    if 0 < len(clusters) <= 5:
        there_are = f"There {'is' if len(clusters) == 1 else 'are'} {quoted(clusters)}."
    if not cluster:
        return [f"{name} is missing: the inventory host of the cluster {role}. {there_are}".rstrip()]
    return [f"{name} is '{cluster}', which is no host of the group prism_elements. {there_are}".rstrip()]
