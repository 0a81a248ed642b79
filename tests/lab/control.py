# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface: plain HTTP and JSON for tests, benches and curious people."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lab.estate import Estate


def control_application(estate: Estate, follow_estate: Callable[[], Awaitable[None]]) -> Starlette:
    """Return the application for an estate; ``follow_estate`` lets the server open and close sockets after a change."""

    async def endpoints(_request: Request) -> JSONResponse:
        return JSONResponse(estate.description())

    async def state(_request: Request) -> JSONResponse:
        estate.events.run_due()
        return JSONResponse(estate.state())

    async def requests(request: Request) -> JSONResponse:
        return JSONResponse(estate.record.entries(int(request.query_params.get("after", "0"))))

    async def forget(_request: Request) -> JSONResponse:
        return JSONResponse({"forgotten": estate.record.forget()})

    async def faults(_request: Request) -> JSONResponse:
        return JSONResponse(estate.faults.rules())

    async def add_faults(request: Request) -> JSONResponse:
        return JSONResponse({"ids": [estate.faults.add(spec).id for spec in await _objects(request)]})

    async def clear_faults(_request: Request) -> JSONResponse:
        return JSONResponse({"cleared": estate.faults.clear()})

    async def reset(request: Request) -> JSONResponse:
        estate.reset(await _json(request))
        await follow_estate()
        return JSONResponse(estate.description())

    async def objects(request: Request) -> JSONResponse:
        estate.events.run_due()
        results = []
        for order in await _objects(request):
            payload = dict(order)
            endpoint = estate.endpoint(str(payload.pop("endpoint", "")))
            with estate.clock.pinned(estate.clock.now):
                results.append(endpoint.change(str(payload.pop("kind", "")), payload))
        await follow_estate()
        return JSONResponse(results)

    async def clock(request: Request) -> JSONResponse:
        body = await _json(request) or {}
        if "scale" in body:
            estate.clock.run_at(float(body["scale"]))
        estate.clock.skip(float(body.get("skip", 0)))
        estate.events.run_due()
        return JSONResponse({"now": estate.clock.now, "epoch_usecs": estate.clock.epoch_usecs})

    async def refused(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=400)

    return Starlette(
        routes=[
            Route("/lab/endpoints", endpoints, methods=["GET"]),
            Route("/lab/state", state, methods=["GET"]),
            Route("/lab/requests", requests, methods=["GET"]),
            Route("/lab/requests", forget, methods=["DELETE"]),
            Route("/lab/faults", faults, methods=["GET"]),
            Route("/lab/faults", add_faults, methods=["POST"]),
            Route("/lab/faults", clear_faults, methods=["DELETE"]),
            Route("/lab/reset", reset, methods=["POST"]),
            Route("/lab/objects", objects, methods=["POST"]),
            Route("/lab/clock", clock, methods=["POST"]),
        ],
        exception_handlers={ValueError: refused},
    )


async def _json(request: Request) -> Any:
    content = await request.body()
    return json.loads(content) if content else None


async def _objects(request: Request) -> list[dict[str, Any]]:
    """Read one object or a list of them."""
    body = await _json(request)
    items = body if isinstance(body, list) else [body]
    if not all(isinstance(item, dict) for item in items):
        raise ValueError("expected an object or a list of objects")
    return items
