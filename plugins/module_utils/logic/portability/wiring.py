# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one stage hands to the next, as options of the modules (contract image_portability 8, 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What a job takes of the disk that it reads: the option of its platform, and the key of the disk for it
READS = {
    "azure": ("disk", "name"),
    "aws": ("snapshot", "id"),
    "gcp": ("image", "name"),
    "ahv": ("disk", "name"),
    "xenserver": ("disk", "id"),
}
# vSphere is only exported from
ALL_PLATFORMS = (*READS, "vsphere")
# Of a prepare only
NOT_PUBLISHED = ("create_ami",)

Facts = Mapping[str, Any]


def file_in_share(share: Facts, name: str, account: Facts | None = None) -> dict[str, Any]:
    """The option source of the modules that read a share: how the controller reaches a file in it, with an account
    whose secrets stand elsewhere."""
    if share.get("path"):
        return {"path": f"{str(share['path']).rstrip('/')}/{name}"}
    smb = share["smb"]
    folder = str(smb.get("path") or "").strip("/")
    return {"smb": {**smb, **(account or {}), "path": f"{folder}/{name}" if folder else name}}


def on_platform(options: Facts, platform: str) -> dict[str, Facts]:
    """{platform: options}, as the modules take the options of the one platform that they work on. What they are not
    given for the others is left out, and not null: a module refuses options of another platform."""
    if platform not in ALL_PLATFORMS:
        raise ValueError(f"the platform '{platform}' is none of {', '.join(ALL_PLATFORMS)}")
    return {platform: options}


def prepare_options(target: Facts, uploaded: Facts) -> dict[str, Facts]:
    """{platform: options} for ips_prepare, which reads the uploaded disk."""
    return _reading(target["platform"], target.get("prepare") or {}, uploaded)


def publish_options(target: Facts, prepared: Facts) -> dict[str, Facts]:
    """The same for ips_publish, which reads the prepared one, in the place where it was prepared."""
    own = (target.get("publish") or {}).get("options") or target.get("prepare") or {}
    options = {key: value for key, value in own.items() if key not in NOT_PUBLISHED}
    # A snapshot that was prepared on Azure is no disk
    if target["platform"] == "azure" and prepared.get("kind") == "snapshot":
        return on_platform({**options, "snapshot": prepared["name"]}, "azure")
    return _reading(target["platform"], options, prepared)


def _reading(platform: str, options: Facts, disk: Facts) -> dict[str, Facts]:
    option, key = READS[platform]
    return on_platform({**options, option: disk[key]}, platform)
