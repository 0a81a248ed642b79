# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The raw content of an image in the directory of work: converted and hashed once, whatever is killed meanwhile.

Several uploads may work on the same image at the same time: one converts, the others wait for it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.file_lock import locked
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.qemu_img import RAW, convert
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.raw_image import (
    GIB,
    MIB,
    RawImage,
    data_of,
    hashes_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.disk_upload.disk_files import DiskFile
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# Sizes for which the content is hashed as well when it is filled up to them. A whole GiB of zeros would take seconds.
GRANULARITIES = (MIB, 2 * MIB)


@dataclass(frozen=True)
class SourceFile:
    """A file that holds an image. `identity` changes when its content may have; `fetch` brings it to a path, None
    where it is on this host already, at `path`."""

    name: str
    identity: str
    file: DiskFile
    path: Path | None = None
    fetch: Callable[[Path, Callable[[str], None]], None] | None = None

    @property
    def key(self) -> str:
        return hashlib.sha256(self.identity.encode()).hexdigest()[:24]


class WorkFiles:
    """The files of one image: `<key>.raw`, its record, its lock, and for each upload what was sent."""

    def __init__(self, directory: Path, source: SourceFile) -> None:
        self.directory = directory
        self.source = source
        self.raw = directory / f"{source.key}.raw"
        self._lock: IO[bytes] | None = None
        self._record = directory / f"{source.key}.json"
        self._lock_path = directory / f"{source.key}.lock"

    @contextmanager
    def image(self, progress: Callable[[str], None]) -> Iterator[RawImage]:
        """The image, for as long as it is read: one makes it, then all may use it, and nobody removes it meanwhile."""
        with ExitStack() as stack:
            try:
                self.directory.mkdir(parents=True, exist_ok=True)
                self._lock = stack.enter_context(locked(self._lock_path, shared=True))
                image = self._kept()
                if image is None:
                    stack.close()
                    self._lock = stack.enter_context(locked(self._lock_path))
                    image = self._kept() or self._made(progress)
                    fcntl.flock(self._lock, fcntl.LOCK_SH)
            except OSError as error:
                raise OperationError(
                    f"The image cannot be prepared in {self.directory}: {error.strerror or error}",
                    "Choose another work_directory, or make room there.",
                    options=("work_directory",),
                ) from None
            yield image

    @contextmanager
    def alone(self, own: Path, progress: Callable[[str], None]) -> Iterator[None]:
        """While one run has this upload, another one waits: two would make two disks, and share the note of what was
        sent."""
        path = own.with_suffix(".upload")
        with locked(path, lambda: progress(f"another run uploads {self.source.name}: waiting for it")):
            yield

    def _kept(self) -> RawImage | None:
        """What an earlier run made, when it is whole: the record is written last."""
        try:
            record: dict[str, Any] = json.loads(self._record.read_text(encoding="utf-8"))
            md5 = {int(size): value for size, value in record["md5"].items()}
            image = RawImage(Path(record["path"]), record["size"], record["data"], record["sha256"], md5)
            is_whole = image.path.stat().st_size == image.size
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if is_whole:
            return image
        return None

    def _made(self, progress: Callable[[str], None]) -> RawImage:
        source = self.source
        path = source.path if source.path and source.file.format == RAW else self._converted(progress)
        size = path.stat().st_size
        if size != source.file.virtual_size:
            raise OperationError(
                f"{source.name} holds {size} bytes and says that it has {source.file.virtual_size}",
                "It is damaged or not whole: export or copy it again.",
            )
        hashed = Steps(f"hashing {source.name}", size, progress)
        sha256, md5 = hashes_of(path, GRANULARITIES, hashed.at)
        image = RawImage(path, size, data_of(path), sha256, md5)
        record = {**asdict(image), "path": str(path)}
        write_report(self._record, json.dumps(record, indent=2), "the image itself is there.", "record")
        return image

    def _converted(self, progress: Callable[[str], None]) -> Path:
        source = self.source
        self._refuse_full()
        if source.fetch and source.file.format == RAW:
            source.fetch(self.raw, progress)
            return self.raw
        origin = source.path or self.directory / f"{source.key}.{source.file.format}"
        if source.fetch:
            source.fetch(origin, progress)
        progress(f"converting {source.name} ({amount(source.file.size)}) into raw content")
        convert(origin, source.file.format, self.raw, RAW)
        if source.fetch:
            origin.unlink(missing_ok=True)
        return self.raw

    def _refuse_full(self) -> None:
        """What was fetched and what it is converted to lie there at the same time."""
        copies = 2 if self.source.fetch else 1
        needed, free = copies * self.source.file.size, shutil.disk_usage(self.directory).free
        kept = sum(data_of(path) for path in self.directory.glob(f"{self.source.key}.*"))
        if free + kept < needed:
            raise OperationError(
                f"{self.directory} has {amount(free)} left, and the work on {self.source.name} takes {amount(needed)}",
                "Make room there, or choose another work_directory.",
                options=("work_directory",),
            )

    def sent_path(self, what: str) -> Path:
        return self.directory / f"{self.source.key}-{hashlib.sha256(what.encode()).hexdigest()[:12]}.sent"

    def remove(self, own: Path) -> None:
        """What one upload made for itself, and when it is the last one what all used."""
        for path in self.directory.glob(f"{own.stem}.*"):
            path.unlink(missing_ok=True)
        if self._lock is None:
            return
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for path in self.directory.glob(f"{self.source.key}.*"):
            if path != self.source.path:
                path.unlink(missing_ok=True)


class Steps:
    """Tells each tenth of a long piece of work."""

    def __init__(self, what: str, total: int, progress: Callable[[str], None]) -> None:
        self._what = what
        self._total = max(1, total)
        self._progress = progress
        self._told = 0

    def at(self, count: int) -> None:
        tenth = 10 * count // self._total
        if tenth > self._told:
            self._told = tenth
            if self._total >= GIB:
                self._progress(f"{self._what}: {10 * tenth} % of {amount(self._total)}")
