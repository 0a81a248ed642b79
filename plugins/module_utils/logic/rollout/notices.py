# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the sites of a roll-out tell one another before each wave, and when the next wave may not begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.wave_outcome import FROM_WORST, TELLS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.waves import Policy


def cannot_wait(sites: Sequence[str], forks: int, batch: Iterable[str]) -> str:
    """Why sites cannot wait for one another, '' when they can. Those of another batch start when those of this one have
    ended, and each that waits keeps a fork: whoever waits all the same waits for days."""
    if set(sites) - set(batch):
        return (
            "sites of different batches cannot wait for one another. Leave out serial in this play, or give it at"
            " least the number of hosts"
        )
    if len(sites) > int(forks):
        return (
            f"{len(sites)} sites cannot wait for one another with {forks} forks. Type the same command with --forks"
            f" {len(sites)}"
        )
    return ""


def notice(planned: Sequence[Mapping[str, Any]], message: str = "") -> dict[str, Any]:
    """What a site tells the others before anything moves: why it takes no part, or its waves with the number of their
    catalogs."""
    waves = []
    for wave in planned:
        counts = {"gate": wave["gate"] is not None, "catalogs": len(wave["catalogs"])}
        waves.append({"name": wave["name"], **counts, "after": wave["after"]})
    return {"message": message, "waves": waves}


def refusal(notices: Mapping[str, Mapping[str, Any]], catalogs_required: bool = True) -> str:
    """Why nothing may move on any site, '' when it may. `notices`: site -> what it tells."""
    wrong = [f"{site}: {notice['message']}" for site, notice in notices.items() if notice["message"]]
    if wrong:
        return f"nothing is moved on any site: {'; '.join(wrong)}"
    orders = list(map(_order, notices.values()))
    if any(order != orders[0] for order in orders):
        return (
            "The sites of this play do not have the same waves in the same order, or not the same last wave; put"
            " catalog_rollout_waves and catalog_rollout_last_wave into the group's variables."
        )
    if catalogs_required and not any(wave["catalogs"] for wave in all_of(notices.values(), "waves")):
        return (
            "No site of this play names a catalog, so there is nothing to move. Declare the catalogs of each site in"
            " its host variables."
        )
    return empty_gate(notices)


def _order(notice: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(wave["name"], wave["after"]) for wave in notice["waves"]]


def empty_gate(notices: Mapping[str, Mapping[str, Any]]) -> str:
    """A gate over nothing proves nothing: somebody meant a catalog to be there. '' when there is none, or when there
    are no catalogs at all."""
    catalogs: Counter[str] = Counter()
    waves = all_of(notices.values(), "waves")
    for wave in waves:
        catalogs[wave["name"]] += wave["catalogs"]
    gated = [wave["name"] for wave in waves if wave["gate"] and not catalogs[wave["name"]]]
    if not gated or not sum(catalogs.values()):
        return ""
    return (
        f"wave '{gated[0]}' has a gate, and no catalog is in it, so it would verify nothing. "
        f"Put a catalog into it (wave: {gated[0]}), leave out its gate, or run without --limit."
    )


def heard(notes: Mapping[str, Mapping[str, Any]], topic: str) -> dict[str, Mapping[str, Any]]:
    """site -> note, from notes that are called by the topic and the site."""
    return {name[len(topic) :]: note for name, note in notes.items() if name.startswith(topic)}


def with_wave(
    sites: Mapping[str, Mapping[str, Any]], wave: str, notes: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """`sites` as `hold` takes them, with what the sites tell about one wave more."""
    told = {site: dict(waves) for site, waves in sites.items()}
    for site, note in notes.items():
        told.setdefault(site, {})[wave] = note
    return told


def hold(
    number: int,
    waves: Sequence[Mapping[str, Any]],
    sites: Mapping[str, Mapping[str, Mapping[str, Any]]],
    policy: Policy,
) -> dict[str, str]:
    """{action, reason}: whether wave `number` (from 0) has to stay where it is; both '' when it may start.

    `sites`: inventory host -> wave name -> what became of it there. A site that has nothing to say about a wave before
    counts as failed.
    """
    after = waves[number]["after"]
    if after:
        return {"action": "later", "reason": f"this run was to end with wave '{after}'"}
    if policy == "go_on":
        return {"action": "", "reason": ""}
    for wave in waves[:number]:
        name = str(wave["name"])
        states = {site: str(waves.get(name, {}).get("state", "failed")) for site, waves in sites.items()}
        if set(states.values()) <= {"open"}:
            continue
        decisive = next(state for state in FROM_WORST if state in states.values())
        where = ", ".join(site for site, state in states.items() if state == decisive)
        return {
            "action": "window_over" if decisive == "window_over" else "held",
            "reason": f"wave '{name}' {TELLS[decisive]} on {where}",
        }
    return {"action": "", "reason": ""}
