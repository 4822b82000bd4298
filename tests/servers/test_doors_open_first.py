"""People get in before models and graphs are loaded: that takes seconds, and nobody needs them yet."""

import subprocess
import sys

LATER = ("langchain_core", "langgraph", "openai")


def test_what_serves_people_loads_no_model_and_no_graph() -> None:
    code = f"import sys; import interlock_servers.api; print([name for name in {LATER!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
