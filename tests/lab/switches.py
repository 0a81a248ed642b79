# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches: one for each thing that a contract leaves open. The first value is the form that was seen or is likely."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Switch(NamedTuple):
    """What a switch is unless the topology says otherwise, and what it may be."""

    default: Any
    schema: Any


def one_of(default: str, *others: str) -> Switch:
    """Return a switch with several positions."""
    return Switch(default, frozenset({default, *others}))


def flag(default: bool) -> Switch:
    """Return a switch that is on or off."""
    return Switch(default, bool)


def whole_number(default: int) -> Switch:
    """Return a switch that holds a whole number, an HTTP status for example."""
    return Switch(default, int)


def seconds(default: float) -> Switch:
    """Return a switch that holds simulated seconds."""
    return Switch(default, float)


def defaults(switches: Mapping[str, Switch]) -> dict[str, Any]:
    """Return the position of every switch that nobody has touched."""
    return {name: switch.default for name, switch in switches.items()}


def schema(switches: Mapping[str, Switch]) -> dict[str, Any]:
    """Return what ``behaviour`` may hold."""
    return {name: switch.schema for name, switch in switches.items()}
