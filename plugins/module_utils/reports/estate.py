# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The overview of an estate in words, and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration

Facts = Mapping[str, Any]
HEADER = ("site", "catalog", "release", "image age", "machines up to date", "sessions", "protection")
DAY = 86400
UNKNOWN = "unknown"
JOBS = {
    "release": "Last release",
    "complete_release": "Last complete release",
    "drill": "Last drill",
    "complete_drill": "Last complete drill",
    "failover": "Last failover",
}


def rows(catalogs: Iterable[Facts]) -> list[tuple[str, ...]]:
    """Lines of the table."""
    return list(map(_row, catalogs))


def _row(catalog: Facts) -> tuple[str, ...]:
    return (
        catalog["site"],
        catalog["catalog"],
        image_words(catalog),
        age_words(catalog),
        machine_words(catalog),
        str(catalog["sessions"]),
        protection_words(catalog["protection"]),
    )


def image_words(catalog: Facts) -> str:
    """The release of a catalog, as far as it is proven."""
    if not catalog["image"]:
        return "no image"
    if not catalog["release"]:
        return "not ours"
    if catalog["verified"]:
        return str(catalog["release"])
    return f"not verified as {catalog['release']}"


def age_words(catalog: Facts) -> str:
    age = catalog["image_age_seconds"]
    if age is not None:
        return long_ago(age)
    if catalog["image"]:
        return UNKNOWN
    return ""


def machine_words(catalog: Facts) -> str:
    if catalog["machines_up_to_date"] is not None:
        return f"{catalog['machines_up_to_date']} of {catalog['machines']}"
    if not catalog["machines"]:
        return "no machines"
    if catalog["machines_take_image"] is None:
        return UNKNOWN
    return f"{catalog['machines']} keep what they have"


def protection_words(protection: Facts) -> str:
    """'protected, data of 2 h ago'"""
    state, age = protection["state"], protection["data_age_seconds"]
    if age is None or state == "not needed":
        return str(state)
    return f"{state}, data of {long_ago(age)} ago"


def long_ago(seconds: float) -> str:
    """'50 days', and below two days as any duration."""
    if seconds >= 2 * DAY:
        return f"{int(seconds // DAY)} days"
    return duration(seconds)


def title(catalogs: int, unknown: int, care_count: int) -> str:
    return f"Estate: {catalogs} x catalog, {care_count} x to look after, {unknown} x unknown"
