# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The estate as metrics, in the text format of Prometheus, for the textfile collector of its node exporter.

What is unknown has no sample: an alert for its absence finds it, and nothing counts as good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment

Facts = Mapping[str, Any]
Sample: TypeAlias = "tuple[str, dict[str, Any], float | None]"
HELP = {
    "euc_estate_report_timestamp_seconds": "When this was written.",
    "euc_estate_unknown": "How many things could not be read.",
    "euc_endpoint_up": "Whether the endpoint was read.",
    "euc_endpoint_certificate_expiry_timestamp_seconds": "When the TLS certificate expires.",
    "euc_endpoint_certificate_trusted": "Whether the TLS certificate is trusted.",
    "euc_catalog_image_info": "The image of a catalog, and the release and golden VM that its name tells.",
    "euc_catalog_image_verified": "Whether the image is proven to be the one of its release.",
    "euc_catalog_image_age_seconds": "How old the image is.",
    "euc_catalog_machines": "The machines of a catalog.",
    "euc_catalog_machines_up_to_date": "Those of them that run the image.",
    "euc_catalog_sessions": "The sessions on them.",
    "euc_catalog_broken": "Whether the site calls the catalog broken.",
    "euc_catalog_protected_machines": "Machines that need protection, by what protects them.",
    "euc_catalog_data_age_seconds": "How old the oldest of the newest copies on another cluster is.",
    "euc_retention_objects": "What retention would keep and delete.",
    "euc_last_job_timestamp_seconds": "When the last job of a kind has ended.",
    "euc_last_job_complete": "Whether the last job of a kind was complete.",
}


def metrics(report: Facts) -> str:
    """`report` is what estate_report writes as JSON."""
    by_name: dict[str, list[Sample]] = {}
    for sample in _samples(report):
        if sample[2] is not None:
            by_name.setdefault(sample[0], []).append(sample)
    lines: list[str] = []
    for name, text in HELP.items():
        if name in by_name:
            lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
            lines += [f"{name}{_labels(labels)} {_number(value)}" for _name, labels, value in by_name[name]]
    return "\n".join([*lines, ""])


def _samples(report: Facts) -> Iterator[Sample]:
    yield "euc_estate_report_timestamp_seconds", {}, _seconds(report["written"])
    yield "euc_estate_unknown", {}, len(report["unknown"])
    for endpoint in report["endpoints"]:
        own = {"host": endpoint["host"], "kind": endpoint["kind"]}
        yield "euc_endpoint_up", own, endpoint["heard"]
        expires = _seconds(endpoint["certificate_expires"])
        yield "euc_endpoint_certificate_expiry_timestamp_seconds", own, expires
        yield "euc_endpoint_certificate_trusted", own, endpoint["certificate_trusted"]
    for catalog in report["catalogs"]:
        yield from _of_catalog(catalog)
    for what in ("kept", "would_delete"):
        yield "euc_retention_objects", {"decision": what}, report["retention"][f"{what}_count"]
    for kind, job in report["last"].items():
        if job:
            yield "euc_last_job_timestamp_seconds", {"kind": kind}, _seconds(job["finished"])
            yield "euc_last_job_complete", {"kind": kind}, job["complete"]


def _of_catalog(catalog: Facts) -> Iterator[Sample]:
    own = {"site": catalog["site"], "catalog": catalog["catalog"]}
    image = {key: catalog[key] or "" for key in ("image", "release", "base_vm")}
    if catalog["image"]:
        yield "euc_catalog_image_info", {**own, **image}, 1
        yield "euc_catalog_image_verified", own, catalog["verified"]
    yield "euc_catalog_image_age_seconds", own, catalog["image_age_seconds"]
    yield "euc_catalog_machines", own, catalog["machines"]
    yield "euc_catalog_machines_up_to_date", own, catalog["machines_up_to_date"]
    yield "euc_catalog_sessions", own, catalog["sessions"]
    yield "euc_catalog_broken", own, catalog["broken"]
    protection = catalog["protection"]
    if protection["state"] != "not needed":
        for state in ("protected", "local_only", "unprotected", "unknown"):
            yield "euc_catalog_protected_machines", {**own, "state": state}, protection[state]
        yield "euc_catalog_data_age_seconds", own, protection["data_age_seconds"]


def _labels(labels: Mapping[str, Any]) -> str:
    pairs = ",".join(f'{name}="{_escaped(str(value))}"' for name, value in labels.items())
    if pairs:
        return f"{{{pairs}}}"
    return ""


def _escaped(text: str) -> str:
    """As the format asks; a file of text holds nothing that is no text, whatever a catalog is called."""
    safe = text.encode("utf-8", "replace").decode("utf-8")
    return safe.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: bool | float | None) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return str(value)


def _seconds(text: object) -> int | None:
    moment = parse_moment(text)
    if moment:
        return int(moment.timestamp())
    return None
