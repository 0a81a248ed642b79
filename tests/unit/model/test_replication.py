# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Only positive proof for this very snapshot counts as replicated."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.replication import (
    Link,
    Queued,
    Replication,
    SiteState,
    site_state,
)

sites = st.sampled_from(["cluster-b", "cluster-c"])
ids = st.sampled_from(["", "11", "12", "13"])
links = st.builds(
    Link, remote_site=sites, last_successful_id=ids, current_id=ids, total_bytes=st.none() | st.integers(1, 100)
)
replications = st.builds(
    Replication,
    remote_site=sites,
    snapshot_id=ids,
    percent=st.floats(0, 100),
    completed_bytes=st.none() | st.integers(0, 100),
    total_bytes=st.none() | st.integers(1, 100),
    eta_seconds=st.none() | st.integers(0, 100),
    paused=st.booleans(),
    incoming=st.booleans(),
)
queued = st.builds(Queued, remote_site=sites, snapshot_id=ids)


def transfer(site: str, snapshot_id: str, percent: float = 40.0, incoming: bool = False) -> Replication:
    return Replication(site, snapshot_id, percent, 4, 10, 5, False, incoming)


@given(
    st.lists(links, max_size=3),
    st.lists(replications, max_size=3),
    st.lists(queued, max_size=3),
    st.lists(ids, max_size=3),
)
def test_done_is_never_said_without_proof(
    known: list[Link], moving: list[Replication], waiting: list[Queued], held: list[str]
) -> None:
    state = site_state("cluster-b", "12", known, moving, waiting, held)
    carried = any(link.remote_site == "cluster-b" and link.last_successful_id == "12" for link in known)
    assert state.state in ("done", "replicating", "pending")
    if state.state == "done":
        assert "12" in held or carried


@given(st.lists(links, max_size=3), st.lists(replications, max_size=3), st.lists(queued, max_size=3))
def test_what_the_site_holds_is_done_whatever_else_is_said(
    known: list[Link], moving: list[Replication], waiting: list[Queued]
) -> None:
    assert site_state("cluster-b", "12", known, moving, waiting, ["cluster-a:12"]) == SiteState(
        "cluster-b", "done", 100.0
    )


@given(
    st.lists(replications.filter(lambda one: one.snapshot_id != "12"), max_size=3),
    st.lists(queued.filter(lambda one: one.snapshot_id != "12"), max_size=3),
)
def test_empty_queues_prove_nothing(moving: list[Replication], waiting: list[Queued]) -> None:
    state = site_state("cluster-b", "12", [Link("cluster-b", "11", "", None)], moving, waiting)
    assert (state.state, state.known) == ("pending", False)


def test_the_last_one_carried_over_is_done() -> None:
    assert site_state("cluster-b", "12", [Link("cluster-b", "12", "", None)], [], []).state == "done"


def test_a_link_to_another_site_proves_nothing() -> None:
    assert site_state("cluster-b", "12", [Link("cluster-c", "12", "", None)], [], []).state == "pending"


def test_a_transfer_under_way_outweighs_the_link() -> None:
    state = site_state("cluster-b", "12", [Link("cluster-b", "12", "", None)], [transfer("cluster-b", "12")], [])
    assert (state.state, state.percent, state.completed_bytes, state.total_bytes) == ("replicating", 40.0, 4, 10)


def test_a_queued_transfer_outweighs_the_link() -> None:
    state = site_state("cluster-b", "12", [Link("cluster-b", "12", "", None)], [], [Queued("cluster-b", "12")])
    assert (state.state, state.known) == ("pending", True)


def test_what_comes_in_is_not_what_goes_out() -> None:
    assert site_state("cluster-b", "12", [], [transfer("cluster-b", "12", incoming=True)], []).known is False


def test_ids_are_compared_whole() -> None:
    assert (
        site_state("cluster-b", "12", [Link("cluster-b", "112", "", None)], [], [], ["a:112", "b:1", "12:1"]).state
        == "pending"
    )
