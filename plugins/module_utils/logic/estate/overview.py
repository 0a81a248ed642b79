# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An estate at a glance: its catalogs with their images and machines, its endpoints, what retention would do, and the
last jobs. What was not heard is unknown, and never counts as good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment, parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.protection import (
    LOCAL,
    PARTLY,
    UNPROTECTED,
    Protections,
    protection_of,
    protections,
    seconds_since,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_lineage import ancestries

Facts = Mapping[str, Any]
Hosts = Mapping[str, Facts]
# Reports in one directory may come from several controllers
CLOCKS_DIFFER_BY = timedelta(hours=1)
KINDS = ("prism_element", "prism_central", "citrix_site")
NO_IMAGE: Facts = {
    "image": None,
    "release": None,
    "base_vm": None,
    "marked": False,
    "doubts": [],
    "cluster": None,
    "machines_up_to_date": None,
    "clusters": [],
}


def catalogs_of(clusters: Hosts, sites: Hosts, centrals: Hosts, prefix: str, now: datetime) -> list[dict[str, Any]]:
    """A row for each catalog of each site, without those of sites that were not heard.

    `machines` of a site are [catalog id, uuid of the VM, sessions, whether its image is out of date] each.
    """
    asked = {}
    for host, facts in sites.items():
        out_of_date = []
        for catalog_id, _vm, _sessions, is_out_of_date in facts.get("machines") or []:
            if is_out_of_date:
                out_of_date.append(catalog_id)
        asked[host] = {**facts, "out_of_date": out_of_date}
    lineages = {(each["site"], each["catalog"]): each for each in ancestries(asked, {**clusters, **centrals}, prefix)}
    known = protections(clusters, centrals)
    rows = []
    for host, facts in sites.items():
        for catalog in facts.get("catalogs") or []:
            lineage = lineages.get((host, catalog["full_name"])) or NO_IMAGE
            rows.append(_catalog(host, catalog, facts, lineage, known, now))
    return rows


def _catalog(
    site: str, catalog: Facts, facts: Facts, lineage: Facts, known: Protections, now: datetime
) -> dict[str, Any]:
    vms, sessions = [], 0
    for catalog_id, vm, own_sessions, _is_out_of_date in facts.get("machines") or []:
        if catalog_id == catalog["id"]:
            vms.append(vm)
            sessions += own_sessions
    made = _made(lineage)
    return {
        "site": site,
        "catalog": catalog["full_name"],
        "id": catalog["id"],
        "provisioning_type": catalog["provisioning_type"],
        "zone": catalog["zone"],
        "hosting_unit": catalog["hosting_unit"],
        **{key: lineage[key] for key in ("image", "release", "base_vm", "cluster", "doubts")},
        # True only for an image that is proven to be the one of this release
        "verified": bool(lineage["marked"]),
        "image_made": iso_moment(made),
        "image_age_seconds": seconds_since(made, now),
        "machines": catalog["total_count"],
        "machines_take_image": catalog["machines_take_image"],
        "machines_up_to_date": lineage["machines_up_to_date"],
        "sessions": sessions,
        "update_running": catalog["update_running"],
        "broken": catalog["broken"],
        "protection": protection_of(vms, catalog["machines_take_image"], known, now),
    }


def _made(lineage: Facts) -> datetime | None:
    """When the image was made: on the cluster of the catalog, or where that is not certain and all copies are proven,
    the first time."""
    home = lineage["cluster"]
    copies = [copy for copy in lineage["clusters"] if copy["cluster"] == home or (home is None and lineage["marked"])]
    made = [parse_moment(copy["created"]) for copy in copies]
    return min(filter(None, made), default=None)


def endpoints_of(clusters: Hosts, centrals: Hosts, sites: Hosts) -> list[dict[str, Any]]:
    """Every host, whether it was heard, and its certificate."""
    rows = []
    for kind, hosts in zip(KINDS, (clusters, centrals, sites), strict=True):
        for host, facts in hosts.items():
            certificate = (facts.get("endpoint") or {}).get("certificate") or {}
            rows.append(
                {
                    "host": host,
                    "kind": kind,
                    "heard": not facts.get("message"),
                    "message": facts.get("message") or "",
                    "certificate_expires": certificate.get("not_after"),
                    "certificate_days": certificate.get("days_left"),
                    "certificate_trusted": certificate.get("trusted"),
                }
            )
    return rows


def next_certificate(endpoints: Iterable[Facts]) -> Facts | None:
    """The endpoint whose certificate expires first, of those that are known."""
    known = [each for each in endpoints if each["certificate_expires"]]
    return min(known, key=lambda each: str(each["certificate_expires"]), default=None)


def last_jobs(records: Sequence[Facts]) -> dict[str, Facts | None]:
    """The last of each kind, and for releases and drills also the last one that was complete. Plans are no jobs."""
    done = sorted((each for each in records if not each["check_mode"]), key=lambda each: str(each["finished"]))

    def last(kinds: Sequence[str], complete: bool) -> Facts | None:
        fitting = [each for each in done if each["kind"] in kinds and (each["complete"] or not complete)]
        if fitting:
            return fitting[-1]
        return None

    return {
        "release": last(["release"], False),
        "complete_release": last(["release"], True),
        "drill": last(["drill"], False),
        "complete_drill": last(["drill"], True),
        "failover": last(["planned", "unplanned", "failback"], False),
    }


def of_the_future(records: Iterable[Facts], now: datetime) -> list[Facts]:
    """Reports of jobs that cannot have ended yet. They would be the last ones for years."""
    latest = now + CLOCKS_DIFFER_BY
    return [each for each in records if (parse_moment(each["finished"]) or now) > latest]


def unknowns(
    endpoints: Iterable[Facts], catalogs: Iterable[Facts], doubts: Iterable[Facts], unreadable: Iterable[Facts]
) -> list[str]:
    """What is not known, in sentences."""
    texts = [f"{each['host']} was not read: {each['message'].rstrip('.')}" for each in endpoints if not each["heard"]]
    for each in endpoints:
        if each["heard"] and not each["certificate_expires"]:
            texts.append(f"the certificate of {each['host']} is unknown")
    for each in catalogs:
        if each["protection"]["state"] == "unknown":
            machines = f"{each['protection']['unknown']} of its machines"
            texts.append(f"{_named(each)}: whether {machines} are protected is unknown")
    texts += [f"what retention would do is unknown: {doubt['reason'].rstrip('.')}" for doubt in doubts]
    texts += [f"{each['file']} does not count: {each['reason']}" for each in unreadable]
    return texts


def cares(endpoints: Iterable[Facts], catalogs: Iterable[Facts], days: int) -> list[str]:
    """What somebody should look after, in sentences."""
    texts = []
    for each in endpoints:
        if each["certificate_days"] is not None and each["certificate_days"] < days:
            texts.append(f"the certificate of {each['host']} expires in {each['certificate_days']} days")
        if each["certificate_trusted"] is False:
            texts.append(f"the certificate of {each['host']} is not trusted")
    for each in catalogs:
        if each["broken"]:
            texts.append(f"{_named(each)} is broken")
        if each["image"] and each["release"] and not each["verified"]:
            why = f" ({each['doubts'][0]})" if each["doubts"] else ""
            texts.append(f"{_named(each)}: its image is not verified as the one of release {each['release']}{why}")
        if each["protection"]["state"] in (UNPROTECTED, PARTLY, LOCAL):
            texts.append(f"{_named(each)} is {each['protection']['state']}")
    return texts


def _named(catalog: Facts) -> str:
    return f"catalog {catalog['catalog']} of {catalog['site']}"
