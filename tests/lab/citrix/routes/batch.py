# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""$batch: many requests in one (contract citrix 6)."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

from lab.citrix.routes.deferred import accepted
from lab.citrix.routes.roots import GATEWAY
from lab.citrix.schemas import PAIRS, TEXT
from lab.citrix.state.jobs import Job
from lab.citrix.state.site import Site
from lab.router import Router
from lab.schema import either, nullable, required
from lab.wire import JSON, Reply, Request, read_request
from lab.work import Step

METHODS = frozenset({"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"})
BATCH = {
    "Items": required(
        [
            {
                "Reference": required(either(str, int)),
                "Method": nullable(METHODS),
                "RelativeUrl": required(str),
                "Headers": PAIRS,
                "Body": TEXT,
            }
        ]
    )
}

Answer = Callable[[Request], Reply]


def add_routes(router: Router, site: Site, answer: Answer) -> None:
    """Make the batch route known; ``answer`` is how the site answers a single request, credentials included."""

    @router.route("POST", "/$batch", section="6", query={"async": bool}, body=BATCH)
    def batch(request: Request) -> Reply:
        items = request.body["Items"]
        most = site.behaviour["batch_item_limit"]
        if most is not None and len(items) > most:
            raise site.errors.refusal(400, f"A batch may have {most} items.", "outOfRange")
        if len({item["Reference"] for item in items}) < len(items):
            raise site.errors.violation(400, "the references of a batch must be unique")
        if not request.flag("async"):
            return _carried_out(site, request, items, answer)
        return accepted(site, request, _as_job(site, request, items, answer))


def _as_job(site: Site, request: Request, items: list[dict[str, Any]], answer: Answer) -> Job:
    def carry_out() -> None:
        job.result = _carried_out(site, request, items, answer)
        for sub_job in job.sub_jobs:
            sub_job.status, sub_job.started, sub_job.ended = "Complete", job.started, site.clock.now

    job = site.jobs.submit("Batch", site.principal, [Step("Batch", site.durations["read_job"], carry_out)])
    job.sub_jobs = [
        Job(
            id=site.new_id(),
            type="Unknown",
            owner=site.principal,
            parameters=[("Reference", str(item["Reference"]))],
            steps=job.steps,
            created=site.clock.now,
            status=site.jobs.WAITING,
        )
        for item in items
    ]
    return job


def _carried_out(site: Site, request: Request, items: list[dict[str, Any]], answer: Answer) -> Reply:
    """Carry all items out; their results come in any order. The outer status is 200 whatever becomes of them."""
    results = []
    violations = []
    for item in items:
        reply = answer(_item_request(site, request, item))
        if reply.violation:
            violations.append(f"item {item['Reference']}: {reply.violation}")
        body = None if reply.body is None else json.dumps(reply.body, ensure_ascii=False)
        headers = [{"Name": name, "Value": value} for name, value in reply.headers.items()]
        results.append({"Reference": item["Reference"], "Code": reply.status, "Headers": headers, "Body": body})
    random.Random(len(items)).shuffle(results)
    return Reply(200, {"Items": results}, violation="; ".join(violations) or None)


def _item_request(site: Site, outer: Request, item: dict[str, Any]) -> Request:
    """Build the request of an item: its own Authorization unless the site hands the outer one down (contract citrix
    U2); the rest is the outer request's."""
    headers: dict[str, str] = {
        name: outer.headers[name]
        for name in ("citrix-customerid", "citrix-instanceid", "host")
        if name in outer.headers
    }
    if site.behaviour["batch_inherits_authorization"]:
        headers["authorization"] = outer.header("authorization")
    headers |= {pair["Name"]: pair["Value"] for pair in item.get("Headers") or []}
    content = (item.get("Body") or "").encode()
    if content:
        headers.setdefault("content-type", JSON)
    return read_request(
        outer.endpoint,
        item.get("Method") or "GET",
        f"{GATEWAY}/{_below_site(site, item['RelativeUrl'])}",
        headers,
        content,
        outer.outcome,
    )


def _below_site(site: Site, relative_url: str) -> str:
    """Return the address of an item below the root.

    Clients of path style roots write ``{customer}/{site}/`` in any case in front of a path that begins with a slash, so
    that two follow; the model's comment names the form ``v1/{customer}/{site}/...`` (contract citrix addition G 3).
    """
    prefix = re.compile(rf"/*(?:v1/)?{re.escape(site.customer_id)}/{re.escape(site.id)}(?=/)", re.IGNORECASE)
    return prefix.sub("", relative_url, count=1).lstrip("/")
