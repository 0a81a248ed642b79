# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rolling an image out in waves: which catalog belongs to which wave, what became of a wave, and whether the next one
may start.

Everything here is plain data, because the role catalog_rollout passes it from task to task and from site to site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import repeated, with_keys, without_keys
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.gate import GateTerms

Policy = Literal["stop", "roll_back", "go_on"]

MOVED = ("published", "adopted")
GATE_SPARE_SECONDS = 1800
GATE_DEFAULTS = GateTerms()
# What other parts of a release need to know of a catalog, and the modules do not
NOT_FOR_MODULES = ("wave", "cluster")


def plan_waves(
    catalogs: Sequence[Mapping[str, Any]],
    waves: Sequence[Mapping[str, Any]],
    concurrency: int = 8,
    reboot: Mapping[str, Any] | None = None,
    last: Any = "",
) -> list[dict[str, Any]]:
    """Each wave as {name, catalogs, concurrency, reboot, gate, after}, with what it does not say itself filled in.
    Raises ValueError.

    An entry of `catalogs` names its `wave`, by default the last. A wave without `gate` has None there: its catalogs
    only have to get the image. `gate` gets out_of_date_percent 0, or 100 when the reboot policy leaves machines alone,
    and a time limit that outlasts the restarts by half an hour. `after` is the name of the wave that the run is to end
    with, in the waves behind it, and '' in those that it may start.
    """
    names = [str(wave.get("name") or "") for wave in waves]
    if not names or "" in names:
        raise Refusal("catalog_rollout_waves holds no wave, or one without a name", "Give each wave a name.")
    twice = sorted(repeated(names))
    if twice:
        raise Refusal(f"catalog_rollout_waves holds the wave '{twice[0]}' twice", "Give each wave a name of its own.")
    for entry in catalogs:
        wave = entry.get("wave") or names[-1]
        if wave not in names:
            catalog = entry.get("name") or entry.get("id")
            raise Refusal(
                f"catalog '{catalog}' is in wave '{wave}', which catalog_rollout_waves does not hold",
                near_names(wave, names) or "Add that wave, or name another.",
            )
    end = _last_number(last, names)
    plans = []
    for number, wave in enumerate(waves):
        name = str(wave["name"])
        policy = dict(wave["reboot"] if wave.get("reboot") is not None else reboot or {})
        plans.append(
            {
                "name": name,
                "catalogs": _of_wave(name, names[-1], catalogs),
                "concurrency": int(wave.get("concurrency") or concurrency),
                "reboot": policy,
                "gate": None if wave.get("gate") is None else _gate(wave["gate"], policy),
                "after": names[end] if number > end else "",
            }
        )
    return plans


def _last_number(last: Any, names: Sequence[str]) -> int:
    """The wave that the run is to end with, from 0: by its name, or by its number from 1 where none is called that."""
    wish = "" if last is None else str(last)
    if not wish:
        return len(names) - 1
    if len(names) == 1:
        raise Refusal(
            f"catalog_rollout_last_wave is '{wish}', and catalog_rollout_waves holds no wave but '{names[0]}', so that"
            " nothing would be left for later",
            "Leave it out, or give more waves.",
        )
    if wish in names:
        return names.index(wish)
    if wish.isdecimal() and 1 <= int(wish) <= len(names):
        return int(wish) - 1
    raise Refusal(
        f"catalog_rollout_last_wave is '{wish}', which catalog_rollout_waves does not hold",
        f"The waves are {quoted(names)}.",
    )


def _of_wave(name: str, last: str, catalogs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [without_keys(entry, NOT_FOR_MODULES) for entry in catalogs if (entry.get("wave") or last) == name]


def _gate(options: Mapping[str, Any], reboot: Mapping[str, Any]) -> dict[str, int]:
    within, warning = int(reboot.get("within_minutes", -1)), int(reboot.get("warning_minutes", 0))
    gate = {
        "registered_percent": GATE_DEFAULTS.registered_percent,
        "registered_at_least": GATE_DEFAULTS.registered_at_least,
        "out_of_date_percent": 100 if within < 0 else 0,
        "new_faults": GATE_DEFAULTS.new_faults,
        "wait_timeout": GATE_SPARE_SECONDS + 60 * (max(within, 0) + max(warning, 0)),
    }
    unknown = sorted(set(options) - set(gate))
    if unknown:
        near = near_names(unknown[0], gate, most=1)
        raise Refusal(f"a gate knows no '{unknown[0]}'", near or f"It knows {', '.join(gate)}.")
    gate.update({key: int(value) for key, value in options.items() if value is not None})
    GateTerms(**without_keys(gate, ("wait_timeout",)))
    return gate


def selectors(catalogs: Iterable[Mapping[str, Any]], *more: str) -> list[dict[str, Any]]:
    """What says which catalog is meant, and these `more` keys, without what else is said about it."""
    keys = ("name", "folder", "id", *more)
    return [with_keys(entry, keys) for entry in catalogs]


def have_image(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The catalogs of a wave that have the image now, by id and with its path, from the result of
    citrix_catalog_image."""
    images = {each["id"]: each["after"]["path"] for each in result.get("catalogs") or [] if each.get("after")}
    arrived = _with_action(result, ("unchanged", *MOVED))
    for each in arrived:
        if each["id"] in images:
            each["image"] = images[each["id"]]
    return arrived


def left_behind(result: Mapping[str, Any], wave: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those that had it before this run, where the wave restarts machines: no update of this run has restarted
    theirs."""
    if int(wave["reboot"].get("within_minutes", -1)) < 0:
        return []
    return _with_action(result, ("unchanged", "adopted"))


def _with_action(result: Mapping[str, Any], actions: Sequence[str]) -> list[dict[str, Any]]:
    return [{"id": catalog["id"]} for catalog in result.get("catalogs") or [] if catalog["action"] in actions]
