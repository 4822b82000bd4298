"""Which step answers a request, and what was asked so far."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from tests.model_server.asked import Asked
from tests.model_server.step import Step


class Script:
    """Steps in order, and the requests that came; each request is on disk before it is answered."""

    def __init__(self, journal: Path | None = None) -> None:
        self.requests: list[Asked] = []
        self._steps: list[Step] = []
        self._journal = journal

    def replace(self, steps: Sequence[Step]) -> None:
        self._steps = [step.model_copy() for step in steps]

    def record(self, asked: Asked) -> None:
        self.requests.append(asked)
        if self._journal is None:
            return
        with self._journal.open("a") as file:
            file.write(json.dumps(asked.model_dump(mode="json")) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def answer(self, asked: Asked) -> Step:
        """The first step that fits, used once; without one, an echo of what was asked."""
        for step in self._steps:
            if step.times != 0 and _fits(step, asked):
                if step.times is not None:
                    step.times -= 1
                return step
        if asked.ends_in_tool_result():
            return Step(text=f"The tool said: {asked.messages[-1].text}")
        return Step(text=f"You said: {asked.last_of_person()}")


def _fits(step: Step, asked: Asked) -> bool:
    return (
        (step.contains is None or step.contains.lower() in asked.last_of_person().lower())
        and (step.after_tool is None or step.after_tool == asked.ends_in_tool_result())
        and (step.model is None or step.model == asked.model)
    )
