# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is there of a disk is known of each byte, however its parts are told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.ranges import Ranges

PARTS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=8)


@given(PARTS, st.integers(0, 40), st.integers(1, 15))
def test_a_block_is_there_when_each_of_its_bytes_is(parts: list[tuple[int, int]], start: int, length: int) -> None:
    there = {byte for first, count in parts for byte in range(first, first + count)}
    assert Ranges(parts).hold(start, start + length) == (set(range(start, start + length)) <= there)


def test_many_parts_cost_no_more_than_their_number() -> None:
    """A disk of 4 TiB in pages of 4 MiB with a hole behind each: a look at all parts for each page would not end."""
    count = 500_000
    ranges = Ranges((2 * page, 1) for page in reversed(range(count)))
    assert sum(ranges.hold(page, page + 1) for page in range(2 * count)) == count
