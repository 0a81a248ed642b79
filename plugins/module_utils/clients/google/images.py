# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images of Compute Engine, and the objects in a bucket that they are made from (contract image_portability 9)."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.google.client import TIMEOUT, Google
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import GIB, MIB
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import (
    COMPLETE,
    FAILED,
    IMAGE,
    MADE_BY,
    OWNER,
    UNFINISHED,
    UploadedDisk,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    NotFound,
    OperationError,
)

PLATFORM = "gcp"
NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
LONGEST_LABEL = 63
# Of what is being sent, in memory, for each thread
CHUNK_BYTES = 8 * MIB
STATES = {"READY": COMPLETE, "FAILED": FAILED}


def label(value: str) -> str:
    """A label has no other signs."""
    return re.sub(r"[^a-z0-9_-]", "-", value.lower())[:LONGEST_LABEL]


def list_images(client: Google) -> list[UploadedDisk]:
    with client.explained("the list of images"):
        return [_image(image) for image in client.images.list(project=client.project, timeout=TIMEOUT)]


def read_image(client: Google, name: str) -> UploadedDisk | None:
    try:
        with client.explained(f"the look at '{name}'"):
            return _image(client.images.get(project=client.project, image=name, timeout=TIMEOUT))
    except NotFound:
        return None


def _image(image: Any) -> UploadedDisk:
    """The description of an image of ours holds its marks whole, and nobody can change it."""
    tags = dict(image.labels)
    if tags.get(MADE_BY) == label(OWNER):
        tags.update(_marks(image.description))
    state = STATES.get(image.status, UNFINISHED)
    return UploadedDisk(PLATFORM, str(image.id), image.name, IMAGE, image.disk_size_gb * GIB, state, tags)


def _marks(description: str) -> dict[str, str]:
    try:
        marks = json.loads(description)
    except ValueError:
        return {}
    if isinstance(marks, dict):
        return {str(key): str(value) for key, value in marks.items()}
    return {}


def insert_image(client: Google, name: str, archive: str, marks: Mapping[str, str]) -> str:
    """Make an image of an archive in the bucket; returns the operation."""
    compute, params = client.compute, client.params
    image = compute.Image(
        name=name,
        description=json.dumps(dict(marks)),
        labels={label(key): label(value) for key, value in marks.items()},
        raw_disk=compute.RawDisk(
            source=f"https://storage.googleapis.com/{params['bucket']}/{archive}", container_type="TAR"
        ),
        guest_os_features=[compute.GuestOsFeature(type_=feature) for feature in params["guest_os_features"]],
        storage_locations=[params["storage_location"]] if params["storage_location"] else [],
    )
    with client.explained(f"the image '{name}'"):
        return str(client.images.insert_unary(project=client.project, image_resource=image, timeout=TIMEOUT).name)


def delete_image(client: Google, name: str) -> str:
    """Returns the operation, '' where there is no image."""
    try:
        with client.explained(f"the removal of '{name}'"):
            return str(client.images.delete_unary(project=client.project, image=name, timeout=TIMEOUT).name)
    except NotFound:
        return ""


def is_done(client: Google, operation: str) -> bool:
    """Whether an operation has ended. Raises when it ended in an error."""
    with client.explained(f"the operation {operation}"):
        record = client.operations.get(project=client.project, operation=operation, timeout=TIMEOUT)
    reasons = [error.message or error.code for error in record.error.errors]
    if reasons:
        raise OperationError(
            f"{client.endpoint}: the operation {operation} failed: {'; '.join(reasons)}",
            "Remove the reason, then run the same task again. More may stand in the audit logs of the project.",
        )
    return bool(record.status == client.compute.Operation.Status.DONE)


def objects(client: Google, prefix: str) -> dict[str, Any]:
    """Name -> object of the bucket."""
    with client.explained(f"the list of {prefix}"):
        found = client.storage.list_blobs(client.params["bucket"], prefix=prefix, timeout=TIMEOUT)
        return {blob.name: blob for blob in found}


class Piece(io.RawIOBase):
    """A piece of a file, as a file of its own: Google's library wants to begin at 0."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._start = start
        self.size = size
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        left = self.size - self._position
        self._file.seek(self._start + self._position)
        data = self._file.read(left if size < 0 else min(size, left))
        self._position += len(data)
        return data

    def tell(self) -> int:
        return self._position

    def seek(self, position: int, whence: int = 0) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = base + position
        return self._position

    def close(self) -> None:
        self._file.close()
        super().close()


def holds(blob: Any, piece: Piece) -> bool:
    """Whether an object is this piece of a file."""
    if blob is None or blob.size != piece.size:
        return False
    md5 = hashlib.md5(usedforsecurity=False)
    for data in iter(lambda: piece.read(MIB), b""):
        md5.update(data)
    return bool(blob.md5_hash == base64.b64encode(md5.digest()).decode())


def put_object(client: Google, name: str, piece: Piece, marks: Mapping[str, str]) -> None:
    """A piece of a file as an object, sent chunk by chunk."""
    blob = client.storage.bucket(client.params["bucket"]).blob(name, chunk_size=CHUNK_BYTES)
    blob.metadata = dict(marks)
    piece.seek(0)
    with client.explained(f"the object {name}"):
        blob.upload_from_file(piece, size=piece.size, content_type="application/octet-stream", timeout=TIMEOUT)


def compose(client: Google, name: str, parts: list[str]) -> None:
    """Join up to 32 objects."""
    bucket = client.storage.bucket(client.params["bucket"])
    blob = bucket.blob(name)
    blob.content_type = "application/gzip"
    with client.explained(f"the object {name}"):
        blob.compose([bucket.blob(part) for part in parts], timeout=TIMEOUT)


def delete_objects(client: Google, prefix: str) -> None:
    for blob in objects(client, prefix).values():
        try:
            with client.explained(f"the removal of {blob.name}"):
                blob.delete(timeout=TIMEOUT)
        except NotFound:
            continue
