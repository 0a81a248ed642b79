# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Protection policies of Prism Central, the same whether v4 or v3 tells them (contract prism_central 6.1, 7.4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PolicyLocation:
    """A place that holds recovery points. No `cluster_uuids` means all clusters of that Prism Central."""

    label: str
    central_uuid: str
    cluster_uuids: tuple[str, ...]
    primary: bool


@dataclass(frozen=True)
class PolicySchedule:
    """How often recovery points are made at one location and sent to another ('' keeps them there). `every_seconds` 0
    is synchronous. Numbers are kept, or None where older ones are thinned out (`rollup`)."""

    source: str
    target: str
    kind: str
    every_seconds: int
    keep_local: int | None
    keep_remote: int | None
    rollup: bool


@dataclass(frozen=True)
class ProtectionPolicy:
    """`categories` as key/value: VMs that bear one of them are protected."""

    ext_id: str
    name: str
    categories: tuple[str, ...]
    locations: tuple[PolicyLocation, ...]
    schedules: tuple[PolicySchedule, ...]
