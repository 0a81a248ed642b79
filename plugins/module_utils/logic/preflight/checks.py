# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a release can be started: facts of clusters and sites in, rows of ok, warning and stop out, each with what to
do.

A stop is what would make the release fail or do harm, a warning what nobody can prove from here or what will become a
stop. Facts that could not be read are
left out of their host's facts; why is told once, in the host's `message`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import fields_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.no_match import NoMatch
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import cannot_testify
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import (
    Identity,
    cluster_of_unit,
    clusters_meant,
    identity_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.blast_radius import (
    impact,
    sentence,
    together,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.waves import plan_waves
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    Catalog,
    Selector,
    find_catalog,
    folder_levels,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import is_proven, same_for_citrix
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.reboot_policy import AT_NEXT_SHUTDOWN
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release as ReleaseName
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import parse_image_name

OK, WARNING, STOP = "ok", "warning", "stop"
ESTABLISHED = "RELATIONSHIP_ESTABLISHED"
AHV = "kKvm"
ACROPOLIS = "AcropolisFactory"
GIB = 1024**3

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of the table; `result` is ok, warning or stop."""

    where: str
    what: str
    result: str
    detail: str
    advice: str = ""


@dataclass(frozen=True)
class Release:
    """What is to be released, and how strict to be. `remote_sites` None means those of the protection domain's
    schedules; times in seconds.

    `release` is empty while nobody has thought of an id yet.
    """

    base_vm: str
    protection_domain: str
    source: str
    prefix: str
    remote_sites: tuple[str, ...] | None = None
    require_powered_off: bool = True
    space_factor: float = 1.2
    certificate_days: int = 30
    clock_warning: float = 60.0
    clock_stop: float = 300.0
    replication_timeout: float = 14400.0
    release: str = ""

    @property
    def image(self) -> str:
        """The name of the image to be, empty without a release id. Raises ValueError for one that cannot be."""
        return ReleaseName(self.base_vm, self.release, self.prefix).image_name if self.release else ""


@dataclass
class _Rows:
    """The rows of one host, in the order of the checks."""

    where: str
    rows: list[Row] = field(default_factory=list)

    def ok(self, what: str, detail: str) -> None:
        self.rows.append(Row(self.where, what, OK, detail))

    def warn(self, what: str, detail: str, advice: str) -> None:
        self.rows.append(Row(self.where, what, WARNING, detail, advice))

    def stop(self, what: str, detail: str, advice: str = "") -> None:
        self.rows.append(Row(self.where, what, STOP, detail, advice))


def judge(release: Release, clusters: Mapping[str, Facts], sites: Mapping[str, Facts], now: datetime) -> list[Row]:
    """All rows: clusters first, then sites, each in the given order.

    `clusters`: inventory host -> {message, address, port, endpoint, cluster, storage_containers, snapshots, image,
    protection_domains, vms}.
    `sites`: inventory host -> {message, wanted, waves, reboot, endpoint, site, hosting_units, catalogs}.
    Apart from the message, the address, `wanted`, `waves` and `reboot` they are what the info modules return.
    """
    identities = [identity_of(host, facts) for host, facts in clusters.items()]
    rows = []
    try:
        _named = release.image
    except ValueError as error:
        rows.append(Row("inventory", "release id", STOP, str(error)))
        release = replace(release, release="")
    if release.source not in clusters:
        rows.append(
            Row(
                release.source or "inventory",
                "source",
                STOP,
                "is no host of the group prism_elements",
                near_names(release.source, clusters),
            )
        )
    if not clusters:
        rows.append(
            Row(
                "inventory", "clusters", STOP, "the group prism_elements is empty", "Add the clusters to the inventory."
            )
        )
    coverage = _remote_sites(release, clusters, identities)
    for host, facts in clusters.items():
        own = _Rows(host)
        _endpoint(own, facts, release)
        _cluster(own, facts, release, _twins(host, clusters))
        _space(own, facts, release, clusters.get(release.source, {}))
        if host == release.source:
            _source(own, facts, release, clusters, now)
        rows += own.rows + [row for row in coverage if row.where == host]
    for host, facts in sites.items():
        own = _Rows(host)
        _endpoint(own, facts, release)
        _site(own, facts)
        _catalogs(own, facts, clusters, identities, release.image)
        _site_permissions(own, facts, release)
        rows += own.rows
    if not sites:
        rows.append(
            Row(
                "inventory",
                "sites",
                WARNING,
                "the group citrix_sites is empty",
                "The image will be made, and no catalog moved.",
            )
        )
    return rows


def count(rows: Iterable[Row], result: str) -> int:
    return sum(1 for row in rows if row.result == result)


def _endpoint(rows: _Rows, facts: Facts, release: Release) -> None:
    """Reachability, certificate and clock."""
    if facts.get("message"):
        message, advice = fields_of(facts)
        rows.stop("log-in and reads", message or str(facts["message"]), advice)
    endpoint = facts.get("endpoint")
    if endpoint:
        _certificate(rows, endpoint["certificate"], release)
        _clock(rows, endpoint["clock"], release)


def _certificate(rows: _Rows, certificate: Facts, release: Release) -> None:
    left, until = certificate.get("days_left"), f"valid until {certificate.get('not_after')}"
    if left is not None and left < 0:
        expired = f"expired at {certificate['not_after']}"
        if certificate.get("validate_certs"):
            rows.stop("certificate", expired, "Renew it")
        else:
            rows.warn(
                "certificate",
                f"{expired}, and is not looked at because of validate_certs",
                "Renew it and set validate_certs",
            )
    elif not certificate["trusted"]:
        if certificate.get("validate_certs"):
            rows.stop(
                "certificate",
                f"not trusted: {certificate['refusal']}",
                "Give the issuing CA with ca_path, or check that the address is the right one",
            )
        else:
            rows.warn(
                "certificate",
                f"not trusted: {certificate['refusal']}, and secrets are sent all the same",
                "Give the issuing CA with ca_path",
            )
    elif left is None:
        rows.warn("certificate", "its end cannot be read", "Look at it by hand")
    elif left < release.certificate_days:
        rows.warn("certificate", f"{until}, {left} days", "Renew it")
    else:
        rows.ok("certificate", until)


def _clock(rows: _Rows, clock: Facts, release: Release) -> None:
    skew = clock.get("skew_seconds")
    if skew is None:
        rows.warn("clock", "the endpoint does not tell its time", "Check its time source by hand")
        return
    seen = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this controller"
    advice = "Check the time source (NTP) of both; tokens, retention and schedules depend on it"
    if abs(skew) > release.clock_stop:
        rows.stop("clock", seen, advice)
    elif abs(skew) > release.clock_warning:
        rows.warn("clock", seen, advice)
    else:
        rows.ok("clock", f"{seen}, answers in {clock.get('round_trip_ms')} ms")


def _cluster(rows: _Rows, facts: Facts, release: Release, twins: Sequence[str]) -> None:
    cluster = facts.get("cluster")
    if not cluster:
        return
    if twins:
        rows.stop(
            "identity",
            f"is the same cluster as {quoted(twins)} ({cluster.get('uuid')})",
            "Keep one of these inventory hosts",
        )
    named = f"{cluster.get('name')}, {cluster.get('nodes')} nodes"
    if cluster.get("hypervisors") and AHV not in cluster["hypervisors"]:
        rows.stop(
            "version",
            f"{named}, does not run AHV but {quoted(cluster['hypervisors'])}",
            "Take it out of the group prism_elements",
        )
    elif cluster.get("version"):
        rows.ok("version", f"{named}, AOS {cluster['version']}")
    else:
        rows.warn("version", f"{named}, AOS version not told", "Check that it is a Prism Element cluster")
    snapshots = facts.get("snapshots")
    if snapshots is not None:
        own = [snapshot["name"] for snapshot in snapshots if is_proven(snapshot)]
        if own:
            rows.ok(
                "permissions",
                f"role not readable over this API; releases have worked here before (images of ours: {len(own)})",
            )
        else:
            rows.warn(
                "permissions",
                "role not readable over this API, and no image of ours proves it",
                "Make sure that the account is Cluster Admin",
            )
    _image(rows, facts.get("image"), release)


def _image(rows: _Rows, looked: Facts | None, release: Release) -> None:
    """Whether the cluster holds the release's image, and nothing that could be taken for it."""
    if looked is None or not release.image:
        return
    for doubt in looked["doubts"]:
        rows.stop("image", doubt, "Use another release id, or remove or rename what is not the release's")
    if not looked["doubts"]:
        rows.ok(
            "image",
            f"'{release.image}' is"
            f" {'there already, and proven to be ours' if looked['snapshots'] else 'not there yet'}",
        )


def _twins(host: str, clusters: Mapping[str, Facts]) -> list[str]:
    def uuid(facts: Facts) -> str:
        return str((facts.get("cluster") or {}).get("uuid") or "")

    own = uuid(clusters[host])
    return [other for other, facts in clusters.items() if other != host and own and uuid(facts) == own]


def _space(rows: _Rows, facts: Facts, release: Release, source: Facts) -> None:
    containers = facts.get("storage_containers")
    if containers is None:
        return
    size, names = image_size(release, source)
    if size is None:
        rows.warn(
            "free space",
            "not compared: the size of the golden VM is not known",
            "Mend what keeps the source from telling it",
        )
        return
    room = free_bytes(containers, names)
    if room is None:
        rows.warn("free space", "the cluster does not tell how full it is", "Look at its storage by hand")
        return
    name, free = room
    needed = size * release.space_factor
    seen = f"{free / GIB:.0f} GiB in container '{name}', the image needs {needed / GIB:.0f} GiB"
    if free < needed:
        rows.stop("free space", seen, "Make room, or lower preflight_space_factor when the image is thin")
    else:
        rows.ok("free space", seen)


def image_size(release: Release, source: Facts) -> tuple[int | None, list[str]]:
    """Bytes of the golden VM's disks, None when unknown, and the names of the containers they are in."""
    vm = _golden_vm(release, source)
    disks = [disk for disk in (vm or {}).get("disks") or [] if disk.get("bytes") is not None]
    names = {container["uuid"]: container["name"] for container in source.get("storage_containers") or []}
    used = dict.fromkeys(
        names[disk["storage_container_uuid"]] for disk in disks if disk.get("storage_container_uuid") in names
    )
    return (sum(disk["bytes"] for disk in disks) if disks else None), list(used)


def free_bytes(containers: Sequence[Facts], names: Sequence[str]) -> tuple[str, int] | None:
    """The tightest of the containers with these names, or else the roomiest of all, and what is free in it; None when
    none tells.

    Containers share the cluster's storage pool, whose capacity each of them shows: what all use together is taken off
    it. A limit of its own counts besides.
    """
    used = sum(container.get("used_bytes") or 0 for container in containers)
    free: dict[str, int] = {}
    for container in containers:
        if container.get("capacity_bytes") is None or container.get("used_bytes") is None:
            continue
        room = container["capacity_bytes"] - used
        if container.get("advertised_bytes"):
            room = min(room, container["advertised_bytes"] - container["used_bytes"])
        free[container["name"]] = max(0, room)
    named = [name for name in free if name in names]
    if not free:
        return None
    chosen = min(named, key=free.__getitem__) if named else max(free, key=free.__getitem__)
    return chosen, free[chosen]


def _domain(facts: Facts, release: Release) -> Facts | None:
    return next(
        (domain for domain in facts.get("protection_domains") or [] if domain["name"] == release.protection_domain),
        None,
    )


def _members(release: Release, source: Facts) -> list[Facts]:
    domain = _domain(source, release) or {}
    return [member for member in domain.get("members") or [] if member["vm_name"] == release.base_vm]


def _golden_vm(release: Release, source: Facts) -> Facts | None:
    """The VM that the protection domain means; without its word, the only one of that name."""
    named = [vm for vm in source.get("vms") or [] if vm["name"] == release.base_vm]
    members = _members(release, source)
    if len(members) == 1:
        return next((vm for vm in named if vm["uuid"] == members[0]["vm_uuid"]), None)
    return named[0] if len(named) == 1 else None


def _source(rows: _Rows, facts: Facts, release: Release, clusters: Mapping[str, Facts], now: datetime) -> None:
    """The protection domain and the golden VM."""
    if facts.get("protection_domains") is None:
        return
    name, domain = release.protection_domain, _domain(facts, release)
    elsewhere = [
        host for host, other in clusters.items() if host != rows.where and (_domain(other, release) or {}).get("active")
    ]
    if domain is None:
        rows.stop(
            "protection domain",
            f"there is no '{name}' here",
            f"It is active on {quoted(elsewhere)}" if elsewhere else "Check the name",
        )
        return
    if domain.get("metro"):
        rows.stop(
            "protection domain",
            f"'{name}' is a metro availability one",
            "Use an asynchronous protection domain for golden images",
        )
    elif not domain["active"]:
        advice = (
            f"Make {quoted(elsewhere)} the source"
            if elsewhere
            else "Run the release with the cluster as source where it is active"
        )
        rows.stop("protection domain", f"'{name}' is not active here", advice)
        return
    elif elsewhere:
        rows.stop(
            "protection domain",
            f"'{name}' is active here and on {quoted(elsewhere)}",
            "Find out which is right, and deactivate the other",
        )
    else:
        rows.ok("protection domain", f"'{name}' is active, {len(domain['members'])} VMs")
    _golden_vm_rows(rows, facts, release, domain)
    _replication(rows, domain, release, now)


def _golden_vm_rows(rows: _Rows, facts: Facts, release: Release, domain: Facts) -> None:
    members = _members(release, facts)
    if not members:
        near = near_names(release.base_vm, (member["vm_name"] for member in domain["members"]))
        rows.stop(
            "golden VM", f"'{release.base_vm}' is not in '{domain['name']}'", near or "Add it to the protection domain"
        )
        return
    if len(members) > 1:
        uuids = ", ".join(member["vm_uuid"] for member in members)
        rows.stop(
            "golden VM",
            f"'{domain['name']}' holds {len(members)} VMs called '{release.base_vm}': {uuids}",
            "Rename or remove all but one",
        )
        return
    if facts.get("vms") is None:
        return
    vm, namesakes = _golden_vm(release, facts), len([vm for vm in facts["vms"] if vm["name"] == release.base_vm]) - 1
    if vm is None:
        listed = (
            f"'{release.base_vm}' ({members[0]['vm_uuid']}) is listed in '{domain['name']}' but does not exist any more"
        )
        rows.stop("golden VM", listed, "Remove the orphaned entry and protect the golden VM that exists")
        return
    others = (
        f"; {namesakes} other VMs of this name are not in the protection domain and do not count" if namesakes else ""
    )
    if vm.get("not_protectable_because"):
        rows.stop(
            "golden VM",
            f"cannot be protected: {vm['not_protectable_because']}",
            "Remove what the cluster cannot snapshot",
        )
    elif vm["power_state"] == "off":
        rows.ok("golden VM", f"'{vm['name']}' is there once and powered off{others}")
    elif release.require_powered_off:
        rows.stop("golden VM", f"'{vm['name']}' is powered {vm['power_state']}", "Seal it and shut it down")
    else:
        rows.warn(
            "golden VM",
            f"'{vm['name']}' is powered {vm['power_state']}",
            "The image will be as if its plug had been pulled; better shut it down",
        )


def _replication(rows: _Rows, domain: Facts, release: Release, now: datetime) -> None:
    outgoing = [transfer for transfer in domain.get("replications") or [] if not transfer.get("incoming")]
    created = {snapshot["id"]: parse_moment(snapshot.get("created")) for snapshot in domain.get("snapshots") or []}
    for transfer in outgoing:
        if transfer.get("paused"):
            rows.stop(
                "replication",
                f"to '{transfer['remote_site']}' is paused at {transfer['percent']:.0f} %",
                "Resume it on the cluster",
            )
    for transfer in [*outgoing, *(domain.get("pending_replications") or [])]:
        taken = created.get(transfer["snapshot_id"])
        age = (now - taken).total_seconds() if taken else 0.0
        if age > release.replication_timeout and not transfer.get("paused"):
            seen = f"to '{transfer['remote_site']}' of a snapshot taken {age / 3600:.0f} hours ago is not through"
            rows.warn(
                "replication",
                seen,
                "A release would wait behind it; look at the link, or raise image_release_replication_timeout",
            )
    if not any(row.what == "replication" for row in rows.rows):
        rows.ok("replication", f"{len(outgoing)} transfers under way, none paused or overdue")


def _remote_sites(release: Release, clusters: Mapping[str, Facts], identities: Sequence[Identity]) -> list[Row]:
    """The sites that the source replicates to, and whether every other cluster is one of them."""
    source = clusters.get(release.source) or {}
    domain = _domain(source, release)
    if domain is None or not domain["active"]:
        return []
    rows = _Rows(release.source)
    known = {site["name"]: site for site in domain.get("remote_sites") or []}
    used = (
        release.remote_sites
        if release.remote_sites is not None
        else tuple(name for name, site in known.items() if site["scheduled"])
    )
    others = [identity for identity in identities if identity.host != release.source]
    if not used and others:
        advice = (
            "Add a schedule that replicates, or name sites in image_release_remote_sites"
            f" ({quoted(known) or 'the cluster has none'})"
        )
        rows.stop("remote sites", f"'{domain['name']}' replicates to no remote site", advice)
        return rows.rows
    reached: dict[str, str] = {}
    strangers = []
    for name in used:
        site = known.get(name)
        if site is None or not site["status"]:
            rows.stop(
                f"remote site '{name}'",
                "is not known to the source",
                near_names(name, known) or "Create it on the source",
            )
            strangers.append(name)
            continue
        hosts = [
            host
            for host in clusters_meant([(address, None) for address in site["addresses"]], name, identities)
            if host != release.source
        ]
        meant = (
            f"is {hosts[0]}"
            if len(hosts) == 1
            else (
                f"may be {quoted(hosts)}"
                if hosts
                else "is no cluster of the inventory as far as addresses and names tell"
            )
        )
        if len(hosts) == 1:
            reached[hosts[0]] = name
        else:
            strangers.append(name)
        if site["status"] != ESTABLISHED:
            rows.stop(
                f"remote site '{name}'",
                f"{meant}; its status is {site['status']}",
                "Mend the connection between the clusters",
            )
        elif len(hosts) == 1:
            rows.ok(f"remote site '{name}'", f"{meant}, relationship established")
        else:
            rows.warn(
                f"remote site '{name}'",
                f"{meant} ({', '.join(site['addresses'])})",
                "Add the cluster to the inventory, or call it there as the source does",
            )
    return [
        *rows.rows,
        *(_covered(identity.host, clusters[identity.host], release, reached, strangers) for identity in others),
    ]


def _covered(host: str, facts: Facts, release: Release, reached: Mapping[str, str], strangers: Sequence[str]) -> Row:
    if host in reached:
        return Row(host, "replication", OK, f"receives from {release.source}, which calls it '{reached[host]}'")
    unproven = f"'{release.protection_domain}' does not provably replicate to this cluster"
    if strangers and _domain(facts, release):
        return Row(
            host,
            "replication",
            OK,
            f"knows '{release.protection_domain}', so it receives from {release.source} (which of {quoted(strangers)}"
            " it is cannot be told)",
        )
    if strangers:
        return Row(
            host,
            "replication",
            WARNING,
            unproven,
            f"Check whether {release.source} means it by one of {quoted(strangers)}",
        )
    advice = (
        "Add it to a schedule of the protection domain or to image_release_remote_sites, or take it out of the group"
        " prism_elements"
    )
    return Row(host, "replication", STOP, f"'{release.protection_domain}' does not replicate to this cluster", advice)


def _site(rows: _Rows, facts: Facts) -> None:
    site = facts.get("site")
    if not site:
        return
    api, product = site.get("api_version"), site.get("product_version")
    seen = (
        f"site '{site.get('name')}', product {product or 'not told'}, API {api if api is not None else 'not told'}, as"
        f" '{site.get('administrator')}'"
    )
    if api is None or not product:
        rows.warn("version", seen, "Check that the site is Citrix DaaS, or CVAD 2303 or later")
    else:
        rows.ok("version", seen)
    for zone in site.get("zones") or []:
        if zone.get("healthy") is False:
            rows.warn(
                f"zone '{zone['name']}'", "is not healthy", "Look at its Cloud Connectors or Delivery Controllers"
            )


def _site_permissions(rows: _Rows, facts: Facts, release: Release) -> None:
    """The API tells no roles. That a catalog stands on an image of ours shows that somebody could move it."""
    known = facts.get("catalogs")
    if known is None or not facts.get("wanted"):
        return
    moved = [
        catalog
        for catalog in known
        if parse_image_name((catalog.get("master_image") or {}).get("name") or "", release.prefix)
    ]
    if moved:
        rows.ok(
            "permissions",
            "role not readable over this API; releases have worked here before (catalogs on images of ours:"
            f" {len(moved)})",
        )
    else:
        rows.warn(
            "permissions",
            "role not readable over this API, and no catalog stands on an image of ours",
            "Make sure that the account may update catalogs",
        )


def _catalogs(
    rows: _Rows, facts: Facts, clusters: Mapping[str, Facts], identities: Sequence[Identity], image: str
) -> None:
    wanted, known = facts.get("wanted") or [], facts.get("catalogs")
    if not wanted:
        rows.warn(
            "catalogs",
            "image_release_catalogs is empty",
            "Name the catalogs to move, or take the site out of the group citrix_sites",
        )
        return
    if known is None:
        return
    waves = _waves(rows, facts)
    impacts = []
    by_id = {catalog["id"]: catalog for catalog in known}
    records = [_record(catalog) for catalog in known]
    seen: set[str] = set()
    for given in wanted:
        selector = Selector(name=given.get("name") or "", folder=given.get("folder"), id=given.get("id") or "")
        try:
            found = by_id[find_catalog(selector, records).id]
        except NoMatch as error:
            rows.stop(f"catalog {given.get('name') or given.get('id')}", error.message, error.advice)
            continue
        what = f"catalog {found['full_name']}"
        if found["id"] in seen:
            rows.stop(what, "is named twice in image_release_catalogs", "Name it once")
            continue
        seen.add(found["id"])
        current = (found.get("master_image") or {}).get("name") or ""
        if same_for_citrix(current, image):
            rows.stop(
                what,
                f"stands on '{current}', which Citrix cannot tell from '{image}': they differ in case only",
                "Use another release id",
            )
            continue
        _catalog(rows, what, found, given.get("cluster"), facts, clusters, identities)
        wave = waves.get(given.get("wave") or next(reversed(waves), ""))
        _machines(rows, what, found, wave)
        if found.get("machines"):
            impacts.append(impact(found["machines"], found.get("machines_take_image"), _restarts(wave)))
    if impacts:
        rows.ok("blast radius", sentence(together(impacts)))


def _waves(rows: _Rows, facts: Facts) -> dict[str, dict[str, Any]]:
    """The waves of the roll-out by name, in their order; empty when nobody told of waves, or they are wrong."""
    try:
        planned = plan_waves(
            facts.get("wanted") or [], facts.get("waves") or [{"name": "all"}], reboot=facts.get("reboot") or {}
        )
    except (TypeError, ValueError) as error:
        rows.stop("waves", str(error), "Correct catalog_rollout_waves and the waves of the catalogs")
        return {}
    return {wave["name"]: wave for wave in planned}


def _restarts(wave: Mapping[str, Any] | None) -> bool:
    return wave is not None and int(wave["reboot"].get("within_minutes", AT_NEXT_SHUTDOWN)) != AT_NEXT_SHUTDOWN


def _machines(rows: _Rows, what: str, catalog: Facts, wave: Mapping[str, Any] | None) -> None:
    """Whether the catalog's machines will ever have the image, and can open the gate of its wave."""
    for warning in catalog.get("warnings") or []:
        rows.warn(what, f"the site warns: {warning}", "Look at it in Citrix Studio")
    for group in (catalog.get("machines") or {}).get("delivery_groups", []):
        if group.get("in_maintenance_mode"):
            rows.warn(
                what,
                f"its delivery group '{group['name']}' is in maintenance mode, so nobody can start its desktops",
                "End the maintenance mode in time",
            )
    if "machines_take_image" not in catalog:
        return
    total = catalog.get("total_count") or 0
    takes_image = catalog["machines_take_image"]
    remark = cannot_testify(takes_image, total) or ("" if total else "it has no machines")
    gated = wave is not None and wave["gate"] is not None and wave["gate"]["registered_at_least"] > 0
    if remark and gated and wave is not None:
        advice = "Put it into a wave without gate, or give that gate registered_at_least: 0"
        rows.stop(what, f"{remark}, so that nothing can open the gate of wave '{wave['name']}'", advice)
    elif remark and total:
        rows.warn(what, remark, "Make its machines anew, or update them another way")
    elif gated and wave is not None and not _restarts(wave):
        seen = (
            f"its machines take the image at their next shutdown; the gate of wave '{wave['name']}' stays closed until"
            " one did"
        )
        rows.warn(what, seen, "Give the wave a reboot policy with within_minutes")


def _record(catalog: Facts) -> Catalog:
    return Catalog(
        id=catalog["id"], name=catalog["name"], full_name=catalog["full_name"], folder=folder_levels(catalog["folder"])
    )


def _catalog(
    rows: _Rows,
    what: str,
    catalog: Facts,
    cluster: str | None,
    facts: Facts,
    clusters: Mapping[str, Facts],
    identities: Sequence[Identity],
) -> None:
    before = len(rows.rows)
    if catalog["provisioning_type"] != "MCS":
        rows.stop(
            what,
            f"is provisioned by {catalog['provisioning_type'] or 'nobody knows what'}, not by MCS",
            "Take it out of image_release_catalogs",
        )
        return
    if catalog["broken"]:
        rows.stop(
            what,
            f"is broken: {'; '.join(catalog['errors']) or 'the site does not say why'}",
            "Mend it in Citrix Studio",
        )
    if catalog["update_running"] or catalog["image_update_status"] == "PreparingImage":
        rows.stop(
            what,
            "an image update or another provisioning task is running",
            "Wait until it has ended; one that leads to this release's image is adopted",
        )
    if cluster is not None and cluster not in clusters:
        rows.stop(
            what,
            f"belongs to '{cluster}', which is not in the group prism_elements",
            near_names(cluster, clusters) or "Correct image_release_catalogs",
        )
        cluster = None
    hosting = _hosting(rows, what, catalog, cluster, facts.get("hosting_units"), identities)
    if len(rows.rows) == before:
        rows.ok(what, f"{hosting}, now on '{(catalog.get('master_image') or {}).get('name')}'")


def _hosting(
    rows: _Rows,
    what: str,
    catalog: Facts,
    cluster: str | None,
    units: Sequence[Facts] | None,
    identities: Sequence[Identity],
) -> str:
    """Judge the hosting unit and its connection; the text says where the catalog's machines live."""
    name = catalog.get("hosting_unit")
    if not name:
        rows.stop(what, "the site shows no hosting unit of it", "Check the account's scope")
        return ""
    if units is None:
        return f"hosting unit '{name}'"
    unit = next((unit for unit in units if unit["name"].casefold() == name.casefold()), None)
    if unit is None:
        rows.stop(what, f"its hosting unit '{name}' is not visible", "Check the account's scope")
        return ""
    connection = unit["connection"]
    if connection["in_maintenance_mode"]:
        rows.stop(what, f"its connection '{connection['name']}' is in maintenance mode", "End the maintenance mode")
    if connection["plugin"] and connection["plugin"].casefold() != ACROPOLIS.casefold():
        rows.warn(
            what,
            f"its connection '{connection['name']}' is of type {connection['plugin']}",
            f"Only {ACROPOLIS}, to Prism Element, takes AHV snapshots",
        )
    hosts = cluster_of_unit(unit, identities)
    where = f"hosting unit '{name}' on connection '{connection['name']}'"
    shown = ", ".join(str(address) for address in connection["addresses"]) or "without addresses"
    if len(hosts) == 1:
        if cluster not in (None, hosts[0]):
            rows.stop(
                what,
                f"{where} lives on {hosts[0]}, not on {cluster}",
                f"Write cluster: {hosts[0]} in image_release_catalogs",
            )
        return f"{where} lives on {hosts[0]}"
    belongs = (
        f"may belong to any of {quoted(hosts)}"
        if hosts
        else "belongs to no cluster of the inventory as far as its addresses tell"
    )
    advice = f"Compare the connection's addresses with nutanix_host of {cluster or 'the clusters'}"
    rows.warn(what, f"{where} ({shown}) {belongs}", advice)
    return where
