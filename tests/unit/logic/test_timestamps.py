# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microseconds since 1970 as people write moments."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.timestamps import iso_utc


def test_a_moment_and_no_moment() -> None:
    assert iso_utc(1_684_165_803_614_485) == "2023-05-15T15:50:03Z"
    assert iso_utc(None) is None
    assert iso_utc(0) is None


@given(st.integers(min_value=1, max_value=4_000_000_000))
def test_it_reads_back_to_the_second(seconds: int) -> None:
    written = iso_utc(seconds * 1_000_000 + 999_999)
    assert written is not None
    assert datetime.fromisoformat(written.replace("Z", "+00:00")).timestamp() == seconds
