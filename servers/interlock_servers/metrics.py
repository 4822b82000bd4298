"""What Prometheus reads: requests by outcome and time, open sockets, and the process itself."""

import time
from collections.abc import Callable

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Metrics:
    """This process's figures."""

    def __init__(self, count_sockets: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self.requests = Counter(
            "interlock_http_requests", "HTTP requests answered", ["method", "status"], registry=self._registry
        )
        self.seconds = Histogram(
            "interlock_http_request_seconds", "Seconds until an answer began", ["method"], registry=self._registry
        )
        sockets = Gauge("interlock_sockets", "Open Socket.IO connections", registry=self._registry)
        sockets.set_function(count_sockets)

    def routes(self) -> APIRouter:
        router = APIRouter(tags=["operations"])

        @router.get("/metrics", response_class=Response)
        async def metrics() -> Response:
            return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

        return router


class Measured:
    """Counts and times what passes."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = time.perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.requests.labels(scope["method"], message["status"]).inc()
                self._metrics.seconds.labels(scope["method"]).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, sending)
