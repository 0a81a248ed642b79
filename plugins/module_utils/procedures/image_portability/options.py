# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that jobs of Image Portability share, and what of them has to be given for which platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.client import (
    CONNECTION_ARGUMENTS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.job_options import PLATFORMS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# What a job may read, exactly one of them (contract image_portability trap 14)
SOURCE_OPTIONS = ("disk", "snapshot", "image")

JOB_ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    "platform": {"type": "str", "required": True, "choices": list(PLATFORMS)},
    "resource_location_id": {"type": "str", "required": True},
    "credential": {"type": "str", "required": True},
    "release": {"type": "str", "required": True},
    "name": {"type": "str"},
    **{platform: {"type": "dict", "options": options} for platform, options in PLATFORMS.items()},
    "state": {"type": "str", "choices": ["present", "cancelled"], "default": "present"},
    "tags": {"type": "dict", "default": {}},
    "prefix": {"type": "str"},
    "job_timeout": {"type": "int"},
    "record": {"type": "path"},
    "repeat": {"type": "bool", "default": False},
    "route": {"type": "str"},
    "extra_body": {"type": "dict", "default": {}},
    "dry_run": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 14400},
    "poll_interval": {"type": "int", "default": 60},
}
FILE_ARGUMENTS: dict[str, Any] = {
    "share": {
        "type": "dict",
        "required": True,
        "options": {
            "location": {"type": "str", "required": True},
            "credential": {"type": "str", "required": True},
        },
    },
    "file_name": {"type": "str", "required": True},
    "format": {"type": "str", "choices": ["vhdx", "vhd"], "default": "vhdx"},
    "hash_disk": {"type": "bool", "default": True},
}
# Exactly the dictionary of the platform
PLATFORM_RULES: tuple[tuple[Any, ...], ...] = tuple(("platform", platform, [platform]) for platform in PLATFORMS)


def source_option(params: Mapping[str, Any]) -> tuple[str, str]:
    """Which option names what the job reads, and its value. Raises OperationError before anything is sent."""
    platform = params["platform"]
    strangers = [name for name in PLATFORMS if name != platform and params[name]]
    if strangers:
        raise OperationError(
            f"{strangers[0]} is given, and platform is {platform}", f"Give {platform}, and leave {strangers[0]} out."
        )
    possible = [name for name in SOURCE_OPTIONS if name in PLATFORMS[platform]]
    given = [(name, params[platform][name]) for name in possible if params[platform][name]]
    if len(given) != 1:
        wanted = " or ".join(f"{platform}.{name}" for name in possible)
        raise OperationError(f"platform {platform} needs exactly one of {wanted}", f"Give {wanted}.")
    return given[0]


def refuse_empty(params: Mapping[str, Any]) -> None:
    """A required option that is empty was not given: jobs without a release would be those of every release."""
    needed = ("resource_location_id", "credential", "release", "file_name", "output_name")
    empty = [name for name in needed if name in params and not str(params[name]).strip()]
    if empty:
        raise OperationError(f"{empty[0]} is empty", f"Give {empty[0]}.", options=(empty[0],))


def share_location(location: str) -> str:
    """A location as the service wants it, from a URL or a UNC path (contract image_portability trap 9)."""
    path = location.strip().replace("\\", "/")
    rest = path[6:] if path.lower().startswith("smb://") else path.lstrip("/")
    parts = [part for part in rest.split("/") if part]
    if len(parts) < 2 or "@" in parts[0] or (":" in path and not path.lower().startswith("smb://")):
        raise OperationError(
            f"share.location is '{location}'",
            "Give smb://host/share/ or smb://host/share/path/; the account belongs into the credential.",
        )
    return f"smb://{'/'.join(parts)}/"
