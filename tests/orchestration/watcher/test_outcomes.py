"""What the task of a node makes of the outcome that the build pushed."""

import pytest

from orchestration.watcher.producer import OutcomeProducer
from orchestration.watcher.state import Decision, decide
from warehouse.dbt.runner import NodeResult, is_transient

MODEL, OTHER = "model.shop.events", "model.shop.orders"
MANIFEST = {
    "nodes": {
        MODEL: {"resource_type": "model"},
        "test.shop.key": {"resource_type": "test", "attached_node": MODEL},
        "test.shop.range": {"resource_type": "test", "attached_node": MODEL},
        "test.shop.free": {"resource_type": "test"},
    }
}


def outcome_of(status: str) -> dict:
    return {"status": status, "message": "OK", "seconds": 1.5}


@pytest.mark.parametrize(
    ("outcome", "build_state", "is_asked_again", "decision"),
    [
        (None, "running", False, Decision.WAIT),
        (None, None, False, Decision.WAIT),
        (None, "up_for_retry", False, Decision.WAIT),
        (outcome_of("success"), "running", False, Decision.SUCCEED),
        (outcome_of("warn"), "success", False, Decision.SUCCEED),
        (outcome_of("no-op"), "success", False, Decision.SUCCEED),
        # The build may be tried again, and will then have another outcome.
        (outcome_of("error"), "running", False, Decision.WAIT),
        (outcome_of("error"), "up_for_retry", False, Decision.WAIT),
        (outcome_of("skipped"), "running", False, Decision.WAIT),
        (outcome_of("error"), "failed", False, Decision.FAIL),
        (outcome_of("skipped"), "failed", False, Decision.FAIL),
        # Data tests are not tried again.
        (outcome_of("fail"), "running", False, Decision.FAIL),
        (outcome_of("success"), "failed", False, Decision.SUCCEED),
        (None, "failed", False, Decision.FAIL),
        (None, "upstream_failed", False, Decision.FAIL),
        (None, "skipped", False, Decision.SKIP),
        (None, "success", False, Decision.SUCCEED),
        # A task that was cleared on its own runs its node.
        (outcome_of("success"), "success", True, Decision.RUN),
        (outcome_of("fail"), "failed", True, Decision.RUN),
        (None, "failed", True, Decision.RUN),
        # Unless the build was cleared, too, and begins again.
        (None, "running", True, Decision.WAIT),
        (None, None, True, Decision.WAIT),
    ],
)
def test_decide(outcome, build_state, is_asked_again, decision):
    assert decide(outcome, build_state, is_asked_again)[0] is decision


def test_decide__says_what_dbt_said():
    _, why = decide(outcome_of("fail"), "running", is_asked_again=False)
    assert why == "fail after 1.5 s: OK"


def log_of(*results: tuple[str, str]) -> list[tuple[str, str, float]]:
    pushed = []
    log = OutcomeProducer(MANIFEST)
    with log.pushed(pushed.append):
        for unique_id, status in results:
            log.record(NodeResult(unique_id, status, "", 0.5))
    assert pushed[0] == {}, "pushed at once that nothing is built yet"
    return [(key, value["status"], value["seconds"]) for key, value in pushed[-1].items()]


def test_producer__pushes_a_model_at_once_and_its_tests_together():
    pushed = log_of((MODEL, "success"), ("test.shop.key", "pass"), ("test.shop.range", "warn"))
    assert pushed == [(MODEL, "success", 0.5), (f"tests of {MODEL}", "warn", 1.0)]


def test_producer__pushes_a_failed_test_at_once():
    pushed = log_of(("test.shop.key", "fail"), ("test.shop.range", "pass"))
    assert pushed == [(f"tests of {MODEL}", "fail", 0.5)]


def test_producer__pushes_tests_of_which_some_did_not_run_at_the_end():
    assert log_of(("test.shop.key", "pass")) == [(f"tests of {MODEL}", "pass", 0.5)]


def test_producer__pushes_a_test_of_no_node_under_its_own_name():
    assert log_of(("test.shop.free", "pass")) == [("test.shop.free", "pass", 0.5)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("TSocket read 0 bytes", True),
        ("Could not connect to any of [('127.0.0.1', 21504)]", True),
        ("org.apache.thrift.transport.TTransportException: java.net.ConnectException", True),
        ("Compilation Error in model fct_events", False),
        ("[UNRESOLVED_COLUMN] a column cannot be resolved. SQLSTATE: 42703", False),
        ("[DIVIDE_BY_ZERO] SQLSTATE: 22012", False),
        ("The query of x differs from the columns declared in y: z", False),
    ],
)
def test_is_transient(message, expected):
    assert is_transient([message]) is expected
    assert is_transient(["TSocket read 0 bytes", message]) is expected
