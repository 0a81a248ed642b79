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


def prepare_options(target: Facts, uploaded: Facts) -> dict[str, Any]:
    """The option of the platform for ips_prepare, which reads the uploaded disk."""
    return _reading(target["platform"], target.get("prepare") or {}, uploaded)


def publish_options(target: Facts, prepared: Facts) -> dict[str, Any]:
    """The same for ips_publish, which reads the prepared one, in the place where it was prepared."""
    own = (target.get("publish") or {}).get("options") or target.get("prepare") or {}
    options = {key: value for key, value in own.items() if key not in NOT_PUBLISHED}
    # A snapshot that was prepared on Azure is no disk
    if target["platform"] == "azure" and prepared.get("kind") == "snapshot":
        return {**options, "snapshot": prepared["name"]}
    return _reading(target["platform"], options, prepared)


def _reading(platform: str, options: Facts, disk: Facts) -> dict[str, Any]:
    option, key = READS[platform]
    return {**options, option: disk[key]}
