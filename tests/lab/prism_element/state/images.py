# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of a cluster's image service (contract prism_element addition 20)."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.prism_element.state.ground import Ground
from lab.prism_element.state.tasks import TaskFailure

ACTIVE, INACTIVE = "ACTIVE", "INACTIVE"


@dataclass
class Image:
    """An image, which is inactive until its content has come; ``path``: the raw content."""

    uuid: str
    name: str
    annotation: str
    image_type: str
    created_usecs: int
    state: str = INACTIVE
    container: str = ""
    size: int = 0
    path: str = ""
    vm_disk: str = ""


class Images:
    """Images by uuid. Names are not unique."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._by_uuid: dict[str, Image] = {}
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    def __iter__(self) -> Iterator[Image]:
        return iter(self._by_uuid.values())

    def find(self, uuid: str) -> Image:
        """Return an image or raise the refusal for a missing one."""
        if uuid not in self._by_uuid:
            raise self._ground.errors.not_found("Image", uuid)
        return self._by_uuid[uuid]

    def make(self, name: str, annotation: str, image_type: str) -> Image:
        """Make one without content."""
        image = Image(self._ground.new_id(), name, annotation, image_type, self._ground.clock.epoch_usecs)
        self._by_uuid[image.uuid] = image
        return image

    def fill(self, uuid: str, container: str, content: bytes) -> None:
        """Give it content of any format that qemu-img knows."""
        image = self._by_uuid.get(uuid)
        if image is None:
            raise TaskFailure("The image was removed")
        self._directory = self._directory or tempfile.TemporaryDirectory(prefix="lab-images-")
        path = Path(self._directory.name) / f"{uuid}.raw"
        sent = path.with_suffix(".sent")
        sent.write_bytes(content)
        done = subprocess.run(
            ["qemu-img", "convert", "-O", "raw", str(sent), str(path)], check=False, capture_output=True
        )
        sent.unlink()
        if done.returncode:
            raise TaskFailure("The image cannot be converted")
        image.path, image.size, image.container = str(path), path.stat().st_size, container
        image.state, image.vm_disk = ACTIVE, self._ground.new_id()

    def drop(self, uuid: str) -> None:
        """Remove it with its content."""
        image = self._by_uuid.pop(uuid, None)
        if image and image.path:
            Path(image.path).unlink(missing_ok=True)
