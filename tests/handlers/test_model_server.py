"""The scripted model as a process of its own."""

import asyncio
import json
import sys
from pathlib import Path

import httpx2

REPOSITORY = Path(__file__).parents[2]


async def test_it_serves_its_script_and_keeps_a_journal(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.model_server", "--port", "0", "--journal", str(journal),
        cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        url = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
        async with httpx2.AsyncClient(base_url=url) as client:
            steps = [{"contains": "hello", "text": "Good day."}, {"status": 429, "retry_after": 3}]
            assert (await client.post("/script", json=steps)).status_code == 204
            body = {"model": "m", "messages": [{"role": "user", "content": "hello there"}]}
            answers = [await client.post("/v1/chat/completions", json=body) for _ in range(3)]
            asked = (await client.get("/requests")).json()
    finally:
        process.kill()
        await process.wait()
    assert answers[0].json()["choices"][0]["message"]["content"] == "Good day."
    assert (answers[1].status_code, answers[1].headers["retry-after"]) == (429, "3")
    assert answers[2].json()["choices"][0]["message"]["content"] == "You said: hello there"
    kept = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [entry["messages"] for entry in kept] == [entry["messages"] for entry in asked]
    assert len(kept) == 3
