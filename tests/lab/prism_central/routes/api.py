# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One minor version of one namespace: which operations it has, and what holds for all of them (contract prism_central
1)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from lab.prism_central import vendor
from lab.prism_central.errors import WRONG_FILTER, Errors
from lab.prism_central.routes.odata import BadFilter, compile_filter, values_at
from lab.prism_central.state.central import Central
from lab.prism_central.state.tasks import Task
from lab.router import Router
from lab.schema import optional
from lab.wire import Reply, Request

Handler = Callable[[Request], Reply]

RESTORE = "POST /api/dataprotection/v4.x/config/recovery-points/{extId}/$actions/restore"
VM_DELETE = "DELETE /api/vmm/v4.x/ahv/config/vms/{extId}"
DEFAULT_LIMIT = 50
LARGEST_LIMIT = 100
TASK_REFERENCE = "prism.v4.config.TaskReference"


class RequestIds:
    """What requests with an id were answered (contract prism_central 1.3)."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._known: dict[tuple[str, str, str], tuple[float, str, Reply]] = {}

    def once(self, api: Api, request: Request, handler: Handler) -> Reply:
        """Answer a request that came before as it was answered then."""
        key = (request.method, request.raw_path, request.header("ntnx-request-id"))
        if request.method == "GET" or not key[2]:
            return handler(request)
        body = json.dumps(request.body, sort_keys=True)
        now = self._central.clock.now
        answered, same, reply = self._known.get(key, (0.0, "", Reply(500)))
        if key in self._known and now - answered <= self._central.behaviour["request_ids_kept_seconds"]:
            if same != body and self._central.behaviour["same_request_id"] == "refuse":
                raise api.errors.invalid("The request id was used with another body")
            return Reply(reply.status, reply.body, dict(reply.headers))
        reply = handler(request)
        self._known[key] = (now, body, reply)
        return reply


class Api:
    """Registers operations by the name that the vendor's facts know them by, and builds their answers."""

    def __init__(self, central: Central, namespace: str, minor: int, router: Router, request_ids: RequestIds) -> None:
        self.central = central
        self.minor = minor
        self.errors = Errors(namespace)
        self._router = router
        self._request_ids = request_ids

    def operation(self, name: str, *, section: str) -> Callable[[Handler], Handler]:
        """Register what carries out an operation, where this minor version has it. Query, body, and the headers that
        must be there come from the vendor's facts."""
        if not vendor.offered(name, self.minor):
            return lambda handler: handler
        facts = vendor.OPERATIONS[name]
        method, path = name.split(" ", 1)
        query = {key: int if key in ("$page", "$limit") else str for key in facts["query"]}
        served = self.minor
        if name == RESTORE and self.central.behaviour["override_in_v40"]:
            served = max(served, 1)  # contract prism_central trap 14
        body = vendor.body_of(facts["body"], served) if facts["body"] else None

        def register(handler: Handler) -> Handler:
            @self._router.route(
                method,
                path.replace("v4.x", f"v4.{self.minor}"),
                section=section,
                query=query,
                body=optional(body) if name == RESTORE else body,
            )
            def checked(request: Request) -> Reply:
                self._check(name, served, request)
                return self._request_ids.once(self, request, handler)

            return handler

        return register

    def _check(self, name: str, served: int, request: Request) -> None:
        facts = vendor.OPERATIONS[name]
        if facts.get("request_id_declared") and not request.header("ntnx-request-id"):
            text = "the header NTNX-Request-Id is missing"
            raise self.errors.refusal(400, text, "VMM-30400", "VM_MISSING_REQUEST_ID_HEADER", violation=text)
        wanted = facts.get("if_match_declared")
        if name == VM_DELETE:
            wanted = self.central.behaviour["vm_delete_needs_etag"]
        if wanted and not request.header("if-match"):
            text = "the header If-Match is missing"
            status = self.central.behaviour["missing_etag_status"]
            raise self.errors.refusal(status, text, "PLAT-10004", "MISSING_ETAG_HEADER", violation=text)
        problem = vendor.problem_with_body(name, served, request.body) if request.body is not None else None
        if problem:
            raise self.errors.invalid(problem, violation=problem)

    def match(self, request: Request, revision: int) -> None:
        """Hold the ETag of a request, where it has one, against what it is to change; a stale one is refused at once or
        in the task (contract prism_central 1.4)."""
        sent, current = request.header("if-match"), etag(revision)
        if sent in ("", current):
            return
        if sent == "*":
            raise self.errors.refusal(412, "Invalid eTag header", "PLAT-10005", "INVALID_ETAG_HEADER")
        message = f"If-Match header value passed '{sent}' is not the current value in the server '{current}'"
        if self.central.behaviour["stale_etag"] == "refuse":
            raise self.errors.refusal(412, message, "VMM-30303", "VM_ETAG_MISMATCH")
        self.central.outcome = {**self.central.outcome, "fail_task": f"VM_ETAG_MISMATCH: {message}"}

    # Answers.

    def task(self, name: str, task: Task) -> Reply:
        """Return the answer to an order that a task carries out."""
        return Reply(202, self._envelope(name, TASK_REFERENCE, {"extId": task.ext_id}))

    def one(
        self, name: str, model: str, value: dict[str, Any], revision: int | None = None, status: int = 200
    ) -> Reply:
        """Return one thing, with its ETag where it has one."""
        headers: dict[str, str | list[str]] = {} if revision is None else {"ETag": etag(revision)}
        return Reply(status, self._envelope(name, model, value), headers)

    def page(self, name: str, model: str, values: Iterable[dict[str, Any]], request: Request) -> Reply:
        """Return the part of a list that was asked for; an empty one has no ``data`` (contract prism_central 1.5)."""
        found = self._ordered(name, self._filtered(name, list(values), request), request)
        page, limit = request.number("$page", 0) or 0, request.number("$limit", DEFAULT_LIMIT) or 0
        if page < 0 or not 1 <= limit <= LARGEST_LIMIT:
            raise self.errors.invalid(f"$limit must be between 1 and {LARGEST_LIMIT}, and $page not negative")
        shown = found[page * limit : (page + 1) * limit]
        body = self._envelope(name, f"List<{model}>", None)
        if shown:
            items = [vendor.dressed(model, self.minor, value) for value in shown]
            body["data"] = [_selected(item, request.one("$select")) for item in items]
        body["metadata"]["flags"].append({"name": "isPaginated", "value": True})
        body["metadata"]["links"] = _links(request, page, limit, len(found))
        body["metadata"]["totalAvailableResults"] = len(found)
        return Reply(200, body)

    def _envelope(self, name: str, discriminator: str, value: dict[str, Any] | None) -> dict[str, Any]:
        body: dict[str, Any] = {
            "$objectType": vendor.OPERATIONS[name]["answer"],
            "$reserved": {"$fv": f"v4.r{self.minor}"},
            "$dataItemDiscriminator": discriminator,
            "metadata": {"flags": [{"name": "hasError", "value": False}]},
        }
        if value is not None:
            body["data"] = vendor.dressed(discriminator, self.minor, value)
        return body

    def _filtered(self, name: str, found: list[Any], request: Request) -> list[Any]:
        text = request.one("$filter")
        if not text:
            return found
        try:
            passes = compile_filter(text, vendor.OPERATIONS[name].get("filter_by") or [])
        except BadFilter as error:
            reason = f"filter being used is incorrect: {error}"
            raise self.errors.refusal(400, reason, *WRONG_FILTER, violation=reason) from None
        return [item for item in found if passes(item)]

    def _ordered(self, name: str, found: list[Any], request: Request) -> list[Any]:
        text = request.one("$orderby")
        for term in reversed(text.split(",")) if text else ():
            path, _blank, direction = term.strip().partition(" ")
            if path not in (vendor.OPERATIONS[name].get("orderby") or []) or direction not in ("", "asc", "desc"):
                problem = f"$orderby {term.strip()} is not possible"
                raise self.errors.invalid(problem, violation=problem)
            found.sort(key=partial(_sort_key, path), reverse=direction == "desc")
        return found


def _sort_key(path: str, item: Any) -> str:
    return str(next(values_at(item, path), ""))


def etag(revision: int) -> str:
    """Return the ETag of a revision (contract prism_central 1.4)."""
    return f"YXBwbGljYXRpb24vanNvbg==:{base64.b64encode(f'{revision},0'.encode()).decode()}"


def _selected(item: dict[str, Any], names: str | None) -> dict[str, Any]:
    if not names:
        return item
    wanted = {name.strip() for name in names.split(",")}
    return {key: value for key, value in item.items() if key in wanted or key.startswith("$")}


def _links(request: Request, page: int, limit: int, total: int) -> list[dict[str, str]]:
    last = max(0, (total - 1) // limit)
    pages = {"first": 0, "self": page, "prev": page - 1, "next": page + 1, "last": last}
    rest = {name: values[0] for name, values in request.query.items() if name not in ("$page", "$limit")}
    return [
        {
            "rel": rel,
            "href": f"https://{request.header('host')}{request.raw_path}"
            f"?{urlencode({**rest, '$page': number, '$limit': limit}, safe='$')}",
        }
        for rel, number in pages.items()
        if 0 <= number <= max(last, page)
    ]
