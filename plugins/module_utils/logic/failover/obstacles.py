# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a move from being begun, as clusters and sites told it when they were asked beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import failure
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_of, column
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.wishes import names

Told = Mapping[str, Any]

NOT_DRAINED = "It never told that its machines are drained, so that users may be at work on them"
ADVICE_TO_DRAIN = (
    "It dropped out of the run, or a playbook of your own lacks the part drain of the role. To move without, set"
    " dr_failover_drain to false."
)


def problems_of_plan(
    answers: Mapping[str, Told],
    source_domains: Iterable[Told],
    source: str,
    target: str,
    schedules_count: bool,
    failback: bool = False,
    leave_off: Sequence[str] = (),
    way_back: Told | None = None,
    target_domains: Iterable[Told] = (),
) -> list[dict[str, Any]]:
    """Each {message, error}. `answers`: protection domain -> what its failover would do, or why it is not possible.
    `source_domains`: what the source has; where `schedules_count`, one of them has to replicate to where it goes.
    `leave_off`: names of VMs that must not go on, each of which one VM at least must have. `way_back`: the schedule to
    add on the target, `target_domains` what that has."""
    problems: list[dict[str, Any]] = []
    for answer in answers.values():
        if "state" not in answer and failure(answer) not in problems:
            problems.append(failure(answer))
    silent = _without_schedule(answers, source_domains) if schedules_count else []
    if silent:
        message = (
            f"{' and '.join(silent)} {'has' if len(silent) == 1 else 'have'} no schedule on {source} that replicates to"
            f" {target}: all data would have to be sent while users wait, and clusters refuse such a migration"
        )
        adding = "Add one with pe_protection_domain_schedule or in Prism"
        if failback:
            adding = (
                "Run dr_failover once more as it was run, with -e '{dr_failover_way_back: {type: HOURLY}}', which adds"
                " one and leaves the rest as it is"
            )
        advice = (
            f"{adding}, and wait for its first replication. Or try it without, with dr_failover_accept_unscheduled."
        )
        problems.append(_problem(message, advice))
    return [
        *problems,
        *_nobody_to_leave_off(answers, leave_off),
        *_no_way_back(way_back or {}, target, target_domains),
    ]


def _problem(message: str, advice: str) -> dict[str, Any]:
    return {"message": message, "error": {"message": message, "advice": advice}}


def _no_way_back(way_back: Told, target: str, target_domains: Iterable[Told]) -> list[dict[str, Any]]:
    """The schedule is added when all have arrived, which is too late to learn that it leads nowhere."""
    known = all_of(target_domains, "remote_sites")
    # A schedule may name one that the cluster does not have.
    sites = {site["name"] for site in known if site.get("status") or site.get("addresses")}
    has = f"it has {quoted(sorted(sites))}" if sites else "it has none"
    wanted = names(way_back.get("remote_sites"))
    strange = sorted(set(wanted) - sites)
    if not way_back or not target_domains:
        return []
    if strange:
        message = f"dr_failover_way_back replicates to {quoted(strange)}, which {target} does not know: {has}"
    elif not wanted and len(sites) != 1:
        message = f"dr_failover_way_back does not name the remote site of {target} to replicate to: {has}"
    else:
        return []
    advice = f"Correct remote_sites in dr_failover_way_back, or add the remote site on {target} in Prism."
    return [_problem(message, advice)]


def _nobody_to_leave_off(answers: Mapping[str, Told], leave_off: Sequence[str]) -> list[dict[str, Any]]:
    """Whoever misspells a name finds the VM switched on. In the middle of a migration no side shows its VMs."""
    if not all(answer.get("vms") for answer in answers.values()):
        return []
    existing = set(column(all_of(answers.values(), "vms"), "name"))
    names = sorted(set(leave_off) - existing)
    if not names:
        return []
    message = f"No VM of this move is called {quoted(names)}, and dr_failover_leave_off names it"
    advice = f"Correct the name, or take it out. {near_names(names[0], existing)}".rstrip()
    return [_problem(message, advice)]


def _without_schedule(answers: Mapping[str, Told], source_domains: Iterable[Told]) -> list[str]:
    replicating: set[tuple[str, str]] = set()
    for domain in source_domains:
        for site in domain.get("remote_sites") or []:
            if site.get("scheduled"):
                replicating.add((domain["name"], site["name"]))
    moving = [answer for answer in answers.values() if "state" in answer and answer.get("changed")]
    return [answer["name"] for answer in moving if (answer["name"], answer["remote_site"]) not in replicating]


def obstacles(
    plan: Told,
    prepared: Mapping[str, Told],
    undrained: Mapping[str, Told],
    not_discarded: Sequence[Told],
    source: str,
    accept_unready: bool,
    exclude: Sequence[str] = (),
    drained: Mapping[str, bool] | None = None,
) -> list[Any]:
    """Each {message, error}, that of a site in a pair behind its name. A drain that did not come to its end is never
    accepted. `prepared` and `undrained`: site -> what it told, with an empty message where it is ready. `exclude`:
    names of machines to leave out, which one site at least must know. `drained`: site -> whether it came to the end of
    its drain; None before all had the time for it."""
    of_clusters = [*plan.get("wrong", [{"message": plan["message"]}]), *not_discarded]
    found: list[Any] = _nobody_takes_part(prepared, source)
    found += [problem for problem in of_clusters if problem["message"]]
    if not accept_unready:
        found += _told_by(prepared)
    found += _told_by(undrained)
    if drained is not None:
        found += _silent(prepared, drained)
    return found + _misspelt(prepared, exclude)


def _told_by(sites: Mapping[str, Told]) -> list[list[Any]]:
    return [[site, answer] for site, answer in sites.items() if answer["message"]]


def _silent(prepared: Mapping[str, Told], drained: Mapping[str, bool]) -> list[Any]:
    """Silence is no evidence: a host that becomes unreachable says nothing more."""
    answer = _problem(NOT_DRAINED, ADVICE_TO_DRAIN)
    return [[site, answer] for site, ready in prepared.items() if ready.get("drains") and not drained[site]]


def _misspelt(prepared: Mapping[str, Told], exclude: Sequence[str]) -> list[Told]:
    """Whoever misspells a name believes the machine left out. A site that did not say whom it knows may know it."""
    answers = _taking_part(prepared)
    if not answers or any("unknown" not in answer for answer in answers):
        return []
    names = list(exclude)
    for answer in answers:
        names = [name for name in names if name in answer["unknown"]]
    if not names:
        return []
    message = f"No site has a machine called {quoted(names)} among those of this move, and dr_failover_exclude names it"
    return [_problem(message, "Correct the name, or take it out.")]


def _taking_part(prepared: Mapping[str, Told]) -> list[Told]:
    return [answer for answer in prepared.values() if answer.get("takes_part", True)]


def _nobody_takes_part(prepared: Mapping[str, Told], source: str) -> list[Told]:
    if not prepared or _taking_part(prepared):
        return []
    return [
        {
            "message": f"No site of the group citrix_sites names a hosting connection to {source} in dr_connections, so"
            " no machine could be re-hosted."
        }
    ]
