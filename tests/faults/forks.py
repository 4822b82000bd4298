"""The process that servers are forked from: it has imported all that they need, so a start takes half a second."""

import multiprocessing

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "interlock_servers.cli",
        "interlock_servers.api",
        "interlock_servers.working",
        "interlock_handlers.demo_model",
        "langchain_openai",
        "langchain.agents",
        "uvicorn.protocols.http.auto",
        "uvicorn.protocols.websockets.auto",
        "uvicorn.loops.auto",
        "tests.faults.warm",
    ]
)
