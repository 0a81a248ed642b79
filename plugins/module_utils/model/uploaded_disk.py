# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A disk, snapshot or image that an upload made: what is written on it, and how far it is.

Each platform has its own place for marks: tags, labels, a description, other_config.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import RawImage
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.sent_blocks import SentBlocks

OWNER = "euc.nutanix_citrix"
MADE_BY, RELEASE, SHA256, MD5, CONTENT = "made_by", "release", "sha256", "md5", "content"
UNFINISHED, COMPLETE, FAILED = "unfinished", "complete", "failed"
DISK, SNAPSHOT, IMAGE = "disk", "snapshot", "image"


@dataclass(frozen=True)
class UploadedDisk:
    """`name` is what people gave it, `id` what the platform calls it; `state` is complete, unfinished or failed.
    `encrypted` is None where the platform decides that alone."""

    platform: str
    id: str
    name: str
    kind: str
    size: int
    state: str
    tags: Mapping[str, str]
    encrypted: bool | None = None

    @property
    def is_ours(self) -> bool:
        """Whether an upload made it. What a prepare makes bears our name and the release as well."""
        return self.tags.get(MADE_BY) == OWNER and {RELEASE, SHA256, CONTENT} <= self.tags.keys()


@dataclass(frozen=True)
class Wish:
    """What is to be there: a disk of this name with the image of this release."""

    name: str
    release: str
    tags: Mapping[str, str] = field(default_factory=dict)

    def marks(self, image: RawImage, granularity: int, content: str) -> dict[str, str]:
        own = {MADE_BY: OWNER, RELEASE: self.release, SHA256: image.sha256, CONTENT: content}
        return {**self.tags, **own, MD5: image.md5_at(granularity)}

    @property
    def description(self) -> str:
        return f"Image {self.release} ({OWNER})"


@dataclass(frozen=True)
class Work:
    """How an upload is carried out: blocks that earlier runs sent, how many at a time, whom to tell how it goes."""

    sent: SentBlocks
    threads: int
    timeout: float
    progress: Callable[[str], None]


class DiskTarget(Protocol):
    """Where disks go: one account, project, cluster or pool."""

    endpoint: str
    # The size of a disk is a multiple of this many bytes there
    granularity: int

    def disks(self, name: str, id_: str) -> Sequence[UploadedDisk]:
        """Those of this name or id, whoever made them; without both, those that uploads made."""

    def obstacle(self, name: str, size: int) -> str:
        """Why the platform cannot hold a disk of this name with so many bytes, '' when it can."""

    def upload(self, wish: Wish, image: RawImage, unfinished: UploadedDisk | None, work: Work) -> UploadedDisk:
        """Make the disk, or go on with an unfinished one."""

    def remove(self, disk: UploadedDisk) -> None:
        """Remove what an upload made; what is gone already is as wanted."""
