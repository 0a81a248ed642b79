# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import (
    USUAL_LIFETIME,
    iso_utc,
    parse_moment,
    seconds_left,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T12:00:00Z", NOW),
        ("2026-11-20T12:00:00.1234567Z", NOW),
        ("2026-11-20T13:00:00+01:00", NOW),
        ("2026-11-20T07:00:00-0500", NOW),
        ("2026-11-20 12:00:00", NOW),
        ("0001-01-01T00:00:00+00:00", None),
        ("11/20/2026 12:00:00 PM", None),
        ("2026-13-40T99:00:00Z", None),
        ("11:22:33", None),
        ("", None),
        (None, None),
        (1795000000, None),
    ],
)
def test_moment(text: object, moment: datetime | None) -> None:
    assert parse_moment(text) == moment


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_moment_survives_being_written(naive: datetime, minutes: int) -> None:
    moment = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_moment(moment.isoformat()) == moment


@pytest.mark.parametrize(
    ("expiry", "seconds"),
    [
        ("3600", 3600),
        (1800, 1800),
        ("2026-11-20T12:30:00Z", 1800),
        ("2026-11-20T14:30:00+02:00", 1800),
        ("2026-11-20T11:59:00Z", USUAL_LIFETIME),
        ("in an hour", USUAL_LIFETIME),
        ("", USUAL_LIFETIME),
        (None, USUAL_LIFETIME),
        (0, USUAL_LIFETIME),
        ("-5", USUAL_LIFETIME),
        ("nan", USUAL_LIFETIME),
        ("inf", USUAL_LIFETIME),
        ({"seconds": 5}, USUAL_LIFETIME),
    ],
)
def test_seconds_left(expiry: object, seconds: float) -> None:
    assert seconds_left(expiry, NOW) == seconds


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.lists(st.integers())))
def test_a_token_is_always_good_for_some_finite_time(expiry: object) -> None:
    assert 0 < seconds_left(expiry, NOW) < float("inf")


def test_a_moment_and_no_moment() -> None:
    assert iso_utc(1_684_165_803_614_485) == "2023-05-15T15:50:03Z"
    assert iso_utc(None) is None
    assert iso_utc(0) is None


@given(st.integers(min_value=1, max_value=4_000_000_000))
def test_it_reads_back_to_the_second(seconds: int) -> None:
    written = iso_utc(seconds * 1_000_000 + 999_999)
    assert written is not None
    assert datetime.fromisoformat(written.replace("Z", "+00:00")).timestamp() == seconds
