# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP handlers that take a disk out of a pool and bring one in (contract xenserver 6, 7.2, addition D)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from lab.wire import Reply, Request
from lab.xenserver.errors import XapiFailure
from lab.xenserver.state import vhd
from lab.xenserver.state.database import NULL
from lab.xenserver.state.pool import Pool
from lab.xenserver.state.vhd import BadVhd

EXPORT, IMPORT = "/export_raw_vdi", "/import_raw_vdi"
QUERY = {"session_id", "task_id", "vdi", "format", "base"}
FORMATS = {"raw": "application/octet-stream", "vhd": "application/vhd"}
HTML: dict[str, str | list[str]] = {"Content-Type": "text/html"}


class Transfers:
    """The two handlers of one host."""

    def __init__(self, pool: Pool, host: str) -> None:
        self._pool = pool
        self._host = host

    def answer(self, request: Request) -> Reply:
        """Answer a request to one of them; what became of it stands in the task."""
        query = {name: values[0] for name, values in request.query.items()}
        unknown = set(query) - QUERY
        if unknown or (request.raw_path, request.method) not in {(EXPORT, "GET"), (IMPORT, "PUT")}:
            asked = f"{request.method} {request.path} {sorted(unknown)}"
            return Reply(400, "<html></html>", dict(HTML), violation=asked)
        try:
            self._pool.sessions.admit(query.get("session_id", ""))
        except XapiFailure as failure:
            return Reply(401, f"<html>{failure}</html>", dict(HTML))
        try:
            return self._transfer(request, query)
        except XapiFailure as failure:
            self._pool.tasks.fail(query.get("task_id", ""), failure)
            return Reply(404, "<html></html>", dict(HTML), violation=failure.violation)

    def _transfer(self, request: Request, query: Mapping[str, str]) -> Reply:
        pool = self._pool
        vdi = self._vdi(query.get("vdi", ""))
        where = pool.database.get("VDI", vdi)["SR"]
        sighted = [name for name, ref in pool.hosts.items() if pool.storage.attached_to(where, ref)]
        others = [name for name in sighted if name != self._host]
        passes_on = pool.behaviour["redirect_transfers"] and self._host == pool.master
        if others and (passes_on or self._host not in sighted):
            place = pool.places[others[0]]
            location = f"https://{place.address}:{place.port}{request.raw_path}?{urlencode(query)}"
            return Reply(302, "", {"Location": location, **HTML})
        wanted = query.get("format", "raw")
        if wanted not in FORMATS:
            raise XapiFailure("INTERNAL_ERROR", f"Unknown format {wanted}")
        if "base" in query:
            raise XapiFailure("INTERNAL_ERROR", "base", violation="not simulated: base")
        if request.method == "GET":
            return self._export(vdi, wanted, query.get("task_id", NULL))
        return self._import(vdi, wanted, query.get("task_id", NULL), request)

    def _vdi(self, named: str) -> str:
        """A reference or a uuid."""
        if named.startswith("OpaqueRef:"):
            self._pool.database.get("VDI", named)
            return named
        return self._pool.database.by_uuid("VDI", named)

    def _export(self, vdi: str, wanted: str, task: str) -> Reply:
        pool = self._pool
        record = pool.disks.managed(vdi)
        blocks, size = pool.disks.blocks(vdi), record["virtual_size"]
        if wanted == "raw":
            content = vhd.payload(size, blocks)
        else:
            path = pool.directory / f"export-{pool.new_id()}.vhd"
            vhd.write(path, size, blocks, pool.clock.epoch)
            content = path.read_bytes()
            path.unlink()
        headers = {"Content-Type": FORMATS[wanted]}
        if not pool.behaviour["export_length"]:
            headers["Content-Length"] = ""
        if "fail_task" in pool.outcome:
            pool.tasks.fail(task, XapiFailure("INTERNAL_ERROR", str(pool.outcome["fail_task"])))
        else:
            pool.after("transfer_end", lambda: pool.tasks.succeed(task))
        return Reply(200, content, dict(headers))

    def _import(self, vdi: str, wanted: str, task: str, request: Request) -> Reply:
        pool = self._pool
        # contract xenserver addition D, trap 16
        if request.header("transfer-encoding") or not request.header("content-length"):
            raise XapiFailure("INTERNAL_ERROR", "Transfer-Encoding is not supported")
        record = pool.disks.managed(vdi)
        if record["read_only"]:
            raise XapiFailure("VDI_READONLY", vdi)
        vbds = [pool.database.get("VBD", ref) for ref in pool.database.having("VBD", "VDI", vdi)]
        if any(vbd["currently_attached"] for vbd in vbds):
            raise XapiFailure("VDI_IN_USE", vdi, "import")
        try:
            self._write(vdi, wanted, request.content)
        except XapiFailure as failure:
            # The answer may have begun before the content was read
            pool.tasks.fail(task, failure)
            return Reply(200 if pool.behaviour["failed_import"] == "ok" else 500, "", dict(HTML))
        pool.after("transfer_end", lambda: pool.tasks.succeed(task))
        return Reply(200, "", dict(HTML))

    def _write(self, vdi: str, wanted: str, content: bytes) -> None:
        if "fail_task" in self._pool.outcome:
            raise XapiFailure("INTERNAL_ERROR", str(self._pool.outcome["fail_task"]))
        size, blocks = self._read(wanted, content)
        if size > self._pool.database.get("VDI", vdi)["virtual_size"]:
            raise XapiFailure("INTERNAL_ERROR", 'Unix.Unix_error(Unix.ENOSPC, "write", "")')
        self._pool.disks.fill(vdi, blocks)

    def _read(self, wanted: str, content: bytes) -> tuple[int, dict[int, bytes]]:
        if wanted == "raw":
            return len(content), vhd.blocks_from(content)
        path = Path(self._pool.directory, f"import-{self._pool.new_id()}.vhd")
        path.write_bytes(content)
        try:
            file = vhd.read(path)
            return file.size, vhd.blocks_of(file)
        except BadVhd as error:
            raise XapiFailure("INTERNAL_ERROR", str(error)) from None
        finally:
            path.unlink()
