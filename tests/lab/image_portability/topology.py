# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Image Portability part of a topology: what may stand there, and the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.schema import mapping, required
from lab.switches import Switch, flag, one_of, schema, whole_number

PLATFORMS = ("ahv", "aws", "azure", "gcp", "vsphere", "xen")

DURATIONS: dict[str, float] = {
    "ips_queue": 5,  # until a job starts
    "ips_worker": 60,  # until its worker VM is there
    "ips_transfer": 120,  # until the disk is written
}

# Everything that contract image_portability leaves open; what is first was seen or is likely.
SWITCHES: dict[str, Switch] = {
    "start_status": whole_number(202),  # contract image_portability 5.3
    "start_answer": one_of("id_and_location", "id", "location"),  # contract image_portability 5.3
    # contract image_portability 6: only the words of running and complete were seen
    "queued_word": one_of("notStarted", "pending", "queued", "inProgress"),
    "running_word": one_of("inProgress", "exporting"),
    "complete_word": one_of("complete", "Complete", "completeWithWarning", "succeeded"),
    "failed_word": one_of("failed", "Failed", "error"),
    "cancelled_word": one_of("canceled", "cancelled", "Canceled", "aborted"),
    "progress": flag(True),
    # contract image_portability 6: the shape of the request's echo
    "job_parameters": one_of("object", "pairs", "without_tags", "none"),
    "job_type": one_of("none", "word", "route"),
    "artifacts": one_of("additionalInfo.artifacts", "additionalInfo", "artifacts", "none"),
    "hash_place": one_of("artifacts", "additionalInfo", "job", "none"),
    "hash_key": one_of("md5Hash", "diskHash", "hash"),
    "error_place": one_of("error", "detail", "none"),
    "expired_job": whole_number(404),  # contract image_portability 6: what a job is after 24 hours
    "cancel_answer": one_of("status", "job", "empty"),  # contract image_portability 3
    "cancelled": one_of("at_once", "later"),
    "cancel_finished": whole_number(400),  # contract image_portability 10
    "credential_update": one_of("PUT", "PATCH"),  # contract image_portability 3
    "credential_created": whole_number(201),  # contract image_portability 4.2
    "credential_exists": whole_number(409),
    # contract image_portability 6: whether the list takes parameters
    "paging": one_of("token", "ignores_parameters", "refuses_parameters", "plain_list"),
    "wrong_region": whole_number(403),  # contract image_portability 7
    "publish_route": flag(False),  # contract image_portability 3: whether $publish exists beside $export
    "dry_run": one_of("empty", "plan", "job", "begins"),  # contract image_portability addition A
    "gateway_path": flag(True),  # contract image_portability 5.3: whether Location begins with the prefix of the API
}

DISK = {"name": required(str), "size_mib": int, "data_mib": int}

SERVICE = {
    "name": required(str),
    "site": required(str),  # the site of kind daas whose tokens count here
    "region": {"us", "eu", "ap-s"},
    "resource_locations": [str],
    "credentials": [{"id": required(str), "type": required(str)}],
    "share": {"host": str, "share": str, "directory": str, "credential": str, "size_mib": int},
    "stores": mapping(mapping(object)),
    "disks": mapping([DISK]),
    "page_size": int,
    "targets": [{"name": required(str), "platform": set(PLATFORMS), "inventory_vars": mapping(object)}],
    "behaviour": schema(SWITCHES),
    "durations": dict.fromkeys(DURATIONS, float),
    "inventory_vars": mapping(object),
}


def problem_with_references(service: Mapping[str, Any], cloud_sites: set[str]) -> str | None:
    """Return the first thing in a service that refers to nothing, naming the key, or None."""
    if service["site"] not in cloud_sites:
        return f"site: no site of kind daas is called {service['site']!r}"
    for key in ("stores", "disks"):
        for platform in service.get(key, {}):
            if platform not in PLATFORMS:
                return f"{key}: {platform!r} is none of {', '.join(PLATFORMS)}"
    return None
