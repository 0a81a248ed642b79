# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a snapshot of a protection domain is on its way to remote sites (contract prism_element 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    list_held_by_site,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    ProtectionDomain,
    find_protection_domain,
    unknown_protection_domain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.replications import (
    list_queued,
    list_replications,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    Deadline,
    Look,
    Standstill,
    amount,
    wait_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.replication import (
    DONE,
    Replication,
    SiteState,
    site_state,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
)

# What is neither under way nor queued may be about to be: the cluster queues it a little after the snapshot, and again
# after a link was down.
QUEUED_WITHIN = 600.0


def not_started(sites: Iterable[str]) -> list[SiteState]:
    """What is known of sites before anything was looked at."""
    return [SiteState(site, "pending", 0.0, known=False) for site in sites]


def wait_for_sites(
    client: PrismElement,
    protection_domain: str,
    snapshot_id: str,
    states: list[SiteState],
    deadline: Deadline,
    progress: Callable[[str], None],
) -> list[SiteState]:
    """Wait until every site holds the snapshot. `states` are what is known of them before."""
    if not states:
        return states

    what = f"replication of snapshot {snapshot_id} of '{protection_domain}'"
    standstill = Standstill(
        f"{client.endpoint}: {what}",
        "It was aborted, or never began: replicate the snapshot in Prism, or make a new release. What has arrived is"
        " kept.",
    )

    def look() -> Look[list[SiteState]]:
        nonlocal states
        domain = find_protection_domain(client, protection_domain)
        if domain is None:
            raise unknown_protection_domain(client, protection_domain)
        states, remaining = site_states(client, domain, snapshot_id, states)
        standstill.note(_idle(states, remaining), min(QUEUED_WITHIN, deadline.left / 4))
        return Look(states, done=all(state.state == DONE for state in states), state=_in_words(states))

    advice = "It was not cancelled. Run the same task again to go on waiting, or raise wait_timeout."
    return wait_for(look, what=what, timeout=deadline.left, progress=progress, advice=advice)


def site_states(
    client: PrismElement, domain: ProtectionDomain, snapshot_id: str, before: list[SiteState]
) -> tuple[list[SiteState], list[str]]:
    """The state of every site now, and the sites that said themselves that they do not hold it. What once was proved
    stays proved."""
    if all(state.state == DONE for state in before):
        return before, []
    replications = list_replications(client, domain.name, domain.links)
    queued = list_queued(client, domain.name)
    without: list[str] = []

    def now(last: SiteState) -> SiteState:
        if last.state == DONE:
            return last
        name = last.name
        state = site_state(name, snapshot_id, domain.links, replications, queued)
        if state.known:
            return state
        # Neither on its way nor the last that arrived: it has not started, or a later snapshot has followed it. The
        # site's own list knows.
        copies = _held(client, name, domain.name)
        state = site_state(name, snapshot_id, domain.links, replications, queued, copies or ())
        if copies is not None and state.state != DONE:
            without.append(name)
        return state

    return [now(state) for state in before], without


def _held(client: PrismElement, site: str, protection_domain: str) -> list[str] | None:
    try:
        return [
            snapshot.snapshot_id
            for snapshot in list_held_by_site(client, site, protection_domain)
            if snapshot.available
        ]
    except AccessDenied:
        raise
    except ApiError:
        # The cluster asks the site for it: no answer is no proof, and the next look asks again.
        return None


def _idle(states: list[SiteState], without: list[str]) -> str:
    """What was looked at and found idle, '' while a site may still get the snapshot: then it is under way or queued, or
    the site does not answer."""
    pending = [state.name for state in states if state.state != DONE]
    if not pending or sorted(pending) != sorted(without):
        return ""
    return f"it is neither listed among the replications nor among those that wait, and it is not on {quoted(pending)}"


def how_far(transfer: SiteState | Replication) -> str:
    """'40 % (12.0 of 30.0 GiB)'"""
    words = f"{transfer.percent:.0f} %"
    if transfer.completed_bytes is not None:
        of_all = f" of {amount(transfer.total_bytes)}" if transfer.total_bytes else ""
        words += f" ({amount(transfer.completed_bytes)}{of_all})"
    if transfer.paused:
        words += " paused"
    return words


def _in_words(states: list[SiteState]) -> str:
    """'cluster-b done, cluster-c 40 % (12.0 of 30.0 GiB), cluster-d not under way'"""

    def words(state: SiteState) -> str:
        if state.state == DONE:
            return f"{state.name} done"
        if not state.known:
            return f"{state.name} not under way"
        if state.state == "pending":
            return f"{state.name} queued"
        return f"{state.name} {how_far(state)}"

    return ", ".join(words(state) for state in states)
