"""`scripted`: a model over real HTTP that answers as a test says; `chat_model`: a client of it."""

from collections.abc import Iterator

import pytest
from langchain_core.language_models import BaseChatModel

from interlock_handlers.models import load_model
from tests.model_server.scripted_model import ScriptedModel


@pytest.fixture(scope="module")
def _scripted() -> Iterator[ScriptedModel]:
    with ScriptedModel() as running:
        yield running


@pytest.fixture
def scripted(_scripted: ScriptedModel) -> ScriptedModel:
    _scripted.forget()
    return _scripted


@pytest.fixture
def chat_model(scripted: ScriptedModel) -> BaseChatModel:
    return load_model("openai:scripted", base_url=scripted.openai_url, api_key="x", timeout_seconds=10)
