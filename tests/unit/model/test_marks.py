# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mark of a release in a retention, and uuids that a repeated attempt asks for again."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone

from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import (
    bears_mark,
    fingerprint,
    marked_moment,
    marked_retention,
    moment_bears,
    retention_of,
    uuid_for,
)

THIRTEEN_DAYS = 13 * 24 * 3600
SPAN = 1 << 20
SPAN_OF_MOMENTS = 1 << 16
marks = st.text(max_size=40)
expiries = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone.utc))
retentions = st.integers(min_value=1, max_value=10 * 365 * 24 * 3600)
moments = st.integers(min_value=1_000_000_000_000_000, max_value=4_000_000_000_000_000)


@given(retentions, marks)
def test_a_marked_retention_bears_its_mark_and_is_hardly_longer(seconds: int, mark: str) -> None:
    marked = marked_retention(seconds, mark)
    assert bears_mark(marked, mark)
    assert seconds <= marked < seconds + THIRTEEN_DAYS


@given(retentions, marks, marks)
def test_another_mark_is_not_borne(seconds: int, mark: str, other: str) -> None:
    assume(fingerprint(mark) != fingerprint(other))
    assert not bears_mark(marked_retention(seconds, mark), other)


@given(retentions, marks, st.integers(min_value=1, max_value=SPAN - 1))
def test_whole_seconds_must_fit_exactly(seconds: int, mark: str, off: int) -> None:
    assert not bears_mark(marked_retention(seconds, mark) + off, mark)


@given(retentions, marks, moments)
def test_the_mark_survives_the_way_over_creation_and_expiry(seconds: int, mark: str, created: int) -> None:
    marked = marked_retention(seconds, mark)
    assert bears_mark(retention_of(created, created + marked * 1_000_000), mark)


@given(
    retentions, marks, moments, st.integers(min_value=1, max_value=179_999_999).filter(lambda usecs: usecs % 1_000_000)
)
def test_a_cluster_may_count_the_retention_from_the_request(
    seconds: int, mark: str, requested: int, delay: int
) -> None:
    expiry = requested + marked_retention(seconds, mark) * 1_000_000
    assert bears_mark(retention_of(requested + delay, expiry), mark)


@given(retentions, marks, st.integers(min_value=180, max_value=SPAN - 2))
def test_what_is_short_by_minutes_is_another(seconds: int, mark: str, short: int) -> None:
    assert not bears_mark(marked_retention(seconds, mark) + SPAN - short - 0.5, mark)


@given(st.lists(st.text(max_size=10), min_size=1, max_size=4), st.lists(st.text(max_size=10), min_size=1, max_size=4))
def test_uuids_follow_from_their_parts(parts: list[str], others: list[str]) -> None:
    made = uuid.UUID(uuid_for(*parts))
    assert made.version == 4
    assert made.variant == uuid.RFC_4122
    assert uuid_for(*parts) == str(made)
    assume("\0".join(parts) != "\0".join(others))
    assert uuid_for(*others) != str(made)


@given(expiries, marks)
def test_a_marked_moment_bears_its_mark_and_is_hardly_later(earliest: datetime, mark: str) -> None:
    marked = marked_moment(earliest, mark)
    assert moment_bears(marked, mark)
    assert marked.microsecond == 0
    assert timedelta() <= marked - earliest < timedelta(hours=19)


@given(expiries, marks, marks)
def test_another_mark_is_not_borne_by_a_moment(earliest: datetime, mark: str, other: str) -> None:
    assume((fingerprint(mark) - fingerprint(other)) % SPAN_OF_MOMENTS)
    assert not moment_bears(marked_moment(earliest, mark), other)


@given(expiries, marks, st.integers(min_value=0, max_value=SPAN_OF_MOMENTS - 1))
def test_a_run_that_follows_soon_asks_for_the_same_moment(earliest: datetime, mark: str, later: int) -> None:
    """So that its order is the same, which the server carries out once."""
    marked = marked_moment(earliest, mark)
    assert (marked_moment(earliest + timedelta(seconds=later), mark) == marked) == (
        earliest + timedelta(seconds=later) <= marked
    )
