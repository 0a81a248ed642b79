# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import (
    ClusterAddresses,
    clusters_meant,
    places,
)

A = ClusterAddresses("a", frozenset({"10.0.0.1", "a.example"}), 9440, frozenset({"a", "ctx-a"}))
B = ClusterAddresses("b", frozenset({"10.0.0.2"}), 9440, frozenset({"b", "ctx-b"}))
GATEWAY_1 = ClusterAddresses("g1", frozenset({"127.0.0.1"}), 9441, frozenset({"g1"}))
GATEWAY_2 = ClusterAddresses("g2", frozenset({"127.0.0.1"}), 9442, frozenset({"g2"}))
ALL = [A, B, GATEWAY_1, GATEWAY_2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://10.0.0.5:9440", [("10.0.0.5", 9440)]),
        ("https://10.0.0.5:9440/", [("10.0.0.5", 9440)]),
        ("10.0.0.5:9440", [("10.0.0.5", 9440)]),
        ("10.0.0.5", [("10.0.0.5", None)]),
        ("AHV.Example.COM.", [("ahv.example.com", None)]),
        ("10.0.0.5, https://b:1;c", [("10.0.0.5", None), ("b", 1), ("c", None)]),
        ("fe80::1", [("fe80::1", None)]),
        ("[fe80::1]:9440", [("fe80::1", 9440)]),
        ("https://[fe80::1]:9440", [("fe80::1", 9440)]),
        ("host:port", []),
        ("", []),
        ("  ", []),
    ],
)
def test_addresses_in_every_form(text: str, expected: list[tuple[str, int | None]]) -> None:
    assert places(text) == expected


@given(st.text())
def test_any_text_is_read_without_a_bug(text: str) -> None:
    assert all(host for host, _port in places(text))


@pytest.mark.parametrize(
    ("asked", "name", "expected"),
    [
        ([("10.0.0.1", None)], "", ["a"]),
        ([("A.Example", 9440)], "", ["a"]),
        ([("10.0.0.1", 2020)], "ctx-b", ["a"]),
        ([("10.9.9.9", None)], "CTX-B", ["b"]),
        ([], "g1", ["g1"]),
        ([], "", []),
        ([("127.0.0.1", 9442)], "", ["g2"]),
        ([("127.0.0.1", 2020)], "g1", ["g1"]),
        ([("127.0.0.1", None)], "", ["g1", "g2"]),
        ([("10.0.0.1", None), ("10.0.0.2", None)], "", ["a", "b"]),
        ([("10.0.0.1", None), ("10.0.0.2", None)], "ctx-a", ["a"]),
    ],
)
def test_which_cluster_is_meant(asked: list[tuple[str, int | None]], name: str, expected: list[str]) -> None:
    assert clusters_meant(asked, name, ALL) == expected
