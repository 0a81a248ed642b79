# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image as an image of AHV's image service: created, sent as a file that leaves out holes, converted by the cluster
(contract prism_element addition 20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.images import (
    create_image,
    delete_image,
    list_images,
    upload_image,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.storage_containers import (
    list_storage_containers,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import wait_for_task
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.qemu_img import QCOW2, RAW, convert
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import RawImage
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.sent_file import SentFile
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import (
    COMPLETE,
    UploadedDisk,
    Wish,
    Work,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

SECTOR = 512
REMOVED_WITHIN = 600


class AhvTarget:
    granularity = SECTOR

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params
        self._client = PrismElement.connect(params)
        self.endpoint = self._client.endpoint

    def disks(self, name: str, id_: str) -> Sequence[UploadedDisk]:
        images = list_images(self._client)
        if not name and not id_:
            return [image for image in images if image.is_ours]
        return [image for image in images if name in ("", image.name) and id_ in ("", image.id)]

    def obstacle(self, name: str, size: int) -> str:
        self._container()
        return ""

    def _container(self) -> str:
        wanted, containers = self._params["storage_container"], list_storage_containers(self._client)
        named = [container.uuid for container in containers if wanted in (container.name, container.uuid)]
        if not named:
            raise OperationError(
                f"{self.endpoint} has no storage container '{wanted or ''}'",
                right_name(wanted or "", (container.name for container in containers)),
                options=("ahv",),
            )
        return named[0]

    def upload(self, wish: Wish, image: RawImage, unfinished: UploadedDisk | None, work: Work) -> UploadedDisk:
        """A file is sent whole or not at all, so that an unfinished image is begun anew."""
        client = self._client
        if unfinished:
            self.remove(unfinished)
        path = work.sent.path.with_suffix(".qcow2")
        if not path.exists():
            convert(image.path, RAW, path, QCOW2)
        size = path.stat().st_size
        what = f"the image '{wish.name}'"
        task = create_image(client, wish.name, wish.marks(image, self.granularity, COMPLETE))
        made = wait_for_task(client, task, what, work.timeout, work.progress)
        uuid = self._made(made.entities_of("IMAGE"), wish)
        with path.open("rb") as opened:
            content = SentFile(opened, size, f"the upload of '{wish.name}'", work.progress)
            task = upload_image(client, self._params, uuid, self._container(), content)
        work.sent.note(0, size)
        wait_for_task(client, task, what, work.timeout, work.progress)
        return next(image for image in self.disks("", uuid))

    def _made(self, uuids: Sequence[str], wish: Wish) -> str:
        """By the task's own answer, or where it names nothing the only one of ours without content."""
        own = [image.id for image in self.disks(wish.name, "") if image.is_ours]
        candidates = list(uuids) or own
        if len(candidates) != 1:
            raise OperationError(
                f"{self.endpoint}: the task of the image '{wish.name}' names {len(candidates)} images",
                "Look into the images of the cluster, then run the same task again.",
            )
        return candidates[0]

    def remove(self, disk: UploadedDisk) -> None:
        task = delete_image(self._client, disk.id)
        if task:
            wait_for_task(self._client, task, f"the removal of '{disk.name}'", REMOVED_WITHIN, lambda line: None)
