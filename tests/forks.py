"""The process that servers are forked from: it has imported all that they need, so a start takes half a second."""

import multiprocessing

SERVERS = (
    "interlock_servers.mcp.toolbox",
    "tests.mcp_servers.asking",
    "tests.mcp_servers.guarded",
    "tests.mcp_servers.journal",
    "tests.mcp_servers.whole",
    "tests.model_server",
)
"""Modules that tests run as programs, again and again."""
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "interlock_servers.cli",
        "interlock_servers.api",
        "interlock_servers.doctor.port",
        "interlock_servers.logging_setup",
        "interlock_servers.working",
        "interlock_handlers.demo_model",
        "anyio._backends._asyncio",
        "encodings.utf_16_be",
        "langchain.agents",
        "langchain_core.tracers.context",
        "langchain_core.tracers.run_collector",
        "langchain_core.tracers.stdout",
        "langchain_openai",
        "openai.resources.chat.completions",
        "procrastinate.builtin_tasks",
        "uvicorn.lifespan.off",
        "uvicorn.loops.auto",
        "uvicorn.protocols.http.auto",
        "uvicorn.protocols.websockets.auto",
        *SERVERS,
        "tests.faults.forked",
        "tests.mcp_servers.forked",
        "tests.model_server.app",
        "tests.warm",
    ]
)
