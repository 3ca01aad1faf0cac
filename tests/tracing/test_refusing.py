"""A wrong variable is told at the start, and nothing begins."""

import os
import subprocess
import sys

from tests.running import SHIPPED, free_port


def test_a_wrong_variable_is_one_sentence_and_the_exit_code_of_a_config_that_is_none() -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "INTEGRATIONS_STUB_MODE": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "OTEL_TRACES_SAMPLER_ARG": "10%",
    }
    command = [sys.executable, "-m", "gateway", "serve", "-c", str(SHIPPED), "--port", str(free_port())]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 78
    assert done.stderr.strip() == "error: OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, got '10%'"
