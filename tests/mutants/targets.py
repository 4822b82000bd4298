"""Which modules are mutated, and which tests know them."""

from tests.mutants.trial import Target

GATE, POLICY = "tests/platform/gate", "tests/platform/policy"

TARGETS = {
    "policy/judge": Target(
        "interlock_platform.policy.judge",
        (f"{POLICY}/test_judge.py", f"{POLICY}/test_laws.py", f"{POLICY}/test_what_conditions_see.py"),
    ),
    "policy/terms": Target("interlock_platform.policy.terms", (f"{POLICY}/test_terms.py", f"{POLICY}/test_laws.py")),
    "gate/seal": Target("interlock_platform.gate.seal", (f"{GATE}/test_seal.py", f"{GATE}/test_sealed_form.py")),
    "gate/ledger": Target("interlock_platform.gate.ledger", (f"{GATE}/test_ledger.py",), database=True),
    "gate/store": Target(
        "interlock_platform.gate.store", (f"{GATE}/test_ledger.py", f"{GATE}/test_store.py"), database=True
    ),
    "gate/last_look": Target("interlock_platform.gate.last_look", (f"{GATE}/test_last_look.py",), database=True),
}
