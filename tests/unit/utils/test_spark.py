"""What Spark says when something goes wrong."""

import pytest
from pyspark.errors import PySparkException

from gosales.core.errors import ConfigError
from gosales.utils.spark import spark_trouble


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Traceback (most recent call last):\n  x\nModuleNotFoundError: No module named 'x'\n",
            "Spark could not score: ModuleNotFoundError: No module named 'x'.",
        ),
        (
            "Job aborted.\n\tat org.apache\nCaused by: first\n\tat x\nCaused by: No file.\n\tat y",
            "Spark could not score: No file.",
        ),
        ("Job aborted.\n\tat org.apache", "Spark could not score: Job aborted."),
        ("", "Spark could not score: PySparkException."),
    ],
)
def test_what_spark_says_in_many_lines_is_told_in_one(said, told):
    with pytest.raises(ConfigError) as refused, spark_trouble("score"):
        raise PySparkException(message=said)
    assert refused.value.problem == told
