"""What a turn costs without us: two INSERTs, and LangGraph's own history on its own saver."""

import time
from typing import Annotated, Any, TypedDict
from uuid import UUID, uuid4

import psycopg
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from benchmarks.instant_model import random_text


class Held(TypedDict):
    messages: Annotated[list[BaseMessage], add_messages]


async def two_inserts(conninfo: str, turns: int, characters: int) -> list[float]:
    """Seconds per turn of a program that does nothing but keep both messages, each in a transaction."""
    seconds = []
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await connection.execute("create table bare (id uuid primary key, thread_id uuid, role text, content text)")
        thread_id = uuid4()
        for _ in range(turns):
            began = time.perf_counter()
            for role in ("user", "assistant"):
                values: tuple[UUID, UUID, str, str] = (uuid4(), thread_id, role, random_text(characters))
                await connection.execute("insert into bare values (%s, %s, %s, %s)", values)
            seconds.append(time.perf_counter() - began)
    return seconds


async def plain_langgraph(conninfo: str, model: BaseChatModel, turns: int, characters: int) -> tuple[list[float], int]:
    """Seconds per turn, and bytes of all rows, of a graph whose state is the history."""

    async def llm(state: Held) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    graph = StateGraph(Held)
    graph.add_node("llm", llm)
    graph.add_edge(START, "llm")
    graph.add_edge("llm", END)
    seconds = []
    thread_id = str(uuid4())
    config: RunnableConfig = {"configurable": {"thread_id": thread_id}}
    async with AsyncPostgresSaver.from_conn_string(conninfo) as saver:
        compiled = graph.compile(checkpointer=saver)
        for _ in range(turns):
            began = time.perf_counter()
            await compiled.ainvoke({"messages": [HumanMessage(random_text(characters))]}, config, durability="sync")
            seconds.append(time.perf_counter() - began)
    size = 0
    async with await psycopg.AsyncConnection.connect(conninfo) as connection:
        for table in (b"checkpoints", b"checkpoint_blobs", b"checkpoint_writes"):
            statement = b"select coalesce(sum(pg_column_size(t.*)), 0) from " + table + b" t where thread_id = %s"
            row = await (await connection.execute(statement, (thread_id,))).fetchone()
            assert row is not None
            size += int(row[0])
    return seconds, size
