"""Where tables live and are worked on: DuckDB, or a Postgres server or Spark beside it.

An address is `duckdb`, `postgresql://user@host/database`, or a Spark master: `spark://host:7077`,
`local[2]`, `local-cluster[2,1,1024]`. The same Ibis expressions run in each; what differs is how a
result is kept for the queries after it, and how tables get there.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import ibis
import ibis.expr.types as ir

from gosales.core.errors import ConfigError
from gosales.utils.spark import spark_frame

DUCKDB, POSTGRES, SPARK = "duckdb", "postgres", "spark"
PASSWORD = "GOSALES_DB_PASSWORD"  # noqa: S105 - the variable's name
SPARK_MASTER = re.compile(r"(spark://.+|local|local\[[\w*,]+\]|local-cluster\[\d+,\d+,\d+\]|yarn)")
POSTGRES_SCHEMES = ("postgres", "postgresql")
BATCH = 50_000


def kind_of(address: str) -> str:
    """Which engine an address means.

    Raises:
        ConfigError: None that is known, or the address holds a password; it is not repeated then.
    """
    if address == DUCKDB:
        return DUCKDB
    if SPARK_MASTER.fullmatch(address):
        return SPARK
    if address.partition("://")[0] not in POSTGRES_SCHEMES:
        raise ConfigError(
            "The engine is none that is known.",
            remedy="Write duckdb, postgresql://user@host/database, spark://host:7077 or local[2].",
        )
    if _holds_password(address):
        raise ConfigError(
            "A password in the engine's address would be kept in files and in the shell's history.",
            remedy=f"Leave it out and set {PASSWORD} (or PGPASSWORD, or a pgpass file) instead.",
        )
    return POSTGRES


def _holds_password(address: str) -> bool:
    """Whether there is one before the host, or anything behind a `?` that names one."""
    place, _, options = address.partition("://")[2].partition("?")
    return ":" in place.rpartition("@")[0] or "password" in unquote(options).lower()


def connect_engine(address: str) -> Any:
    """An Ibis backend for a Postgres server or Spark.

    Raises:
        ConfigError: The extra is not installed, Java is missing, or nobody answers there.
    """
    kind = kind_of(address)
    try:
        return _connect_spark(address) if kind == SPARK else _connect_postgres(address)
    except ImportError as error:
        raise ConfigError(
            f"The engine {address} needs the extra `{kind}`, which is not installed.",
            remedy=f"Install it: pip install 'gosales-engine[{kind}]'.",
        ) from error


def _connect_postgres(address: str) -> Any:
    import psycopg

    parts = urlsplit(address)
    secret = os.environ.get(PASSWORD)
    given = {
        "host": parts.hostname,
        "port": parts.port or 5432,
        "user": parts.username,
        "database": parts.path.lstrip("/") or None,
        **({"password": secret} if secret else {}),
    }
    try:
        return ibis.postgres.connect(**{key: value for key, value in given.items() if value})
    except psycopg.Error as error:
        raise ConfigError(
            f"The engine {address} cannot be reached: {str(error).strip().splitlines()[0]}.",
            remedy=f"Check the address, and the password in {PASSWORD} or PGPASSWORD.",
        ) from error


def _connect_spark(master: str) -> Any:
    import pyspark
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))  # for its workers
    settings = {
        "spark.app.name": "gosales",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Days are days, whatever the machine's time zone.
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        # What comes to the driver are its own arrays, which have to fit into its memory anyway.
        "spark.driver.maxResultSize": "0",
        # Each worker process has one core (see `gosales/__init__.py`).
        "spark.executorEnv.OPENBLAS_NUM_THREADS": "1",
    }
    builder = SparkSession.builder.master(master)
    if master.startswith("local"):  # nobody but this machine has to reach the driver
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
        settings |= {"spark.sql.shuffle.partitions": "4"}
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except (PySparkRuntimeError, OSError) as error:
        raise ConfigError(
            f"Spark does not start: {str(error).splitlines()[0]}",
            remedy="Install a Java runtime (apt-get install default-jre-headless), and check that "
            f"the master {master} is running.",
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    return ibis.pyspark.connect(session)


def materialise(table: ir.Table) -> ir.Table:
    """Compute `table` once and keep it in its own engine; `release` lets it go."""
    engine, name = table.get_backend(), ibis.util.gen_name("gosales")
    if engine.name != "pyspark":
        return engine.create_table(name, table, temp=True)
    frame = spark_frame(table).persist()
    frame.createOrReplaceTempView(name)
    frame.count()
    return engine.table(name)


def release(table: ir.Table) -> None:
    """Drop what `materialise` made; its generated name, catalog included, needs no quotes."""
    engine = table.get_backend()
    if engine.name != "pyspark":
        engine.raw_sql(f"DROP TABLE {table.get_name()}")
        return
    engine._session.table(table.get_name()).unpersist()
    engine._session.catalog.dropTempView(table.get_name())


def upload(table: ir.Table, engine: Any, folder: Path) -> ir.Table:
    """The rows of a DuckDB table in another engine, gone when its connection is.

    Args:
        folder: For Spark, a folder that its workers can read.
    """
    name = ibis.util.gen_name("gosales")
    if engine.name == "pyspark":
        path = folder / f"{name}.parquet"
        table.to_parquet(path)
        return engine.read_parquet(path, table_name=name)
    target = engine.create_table(name, schema=table.schema(), temp=True)
    columns = ", ".join(f'"{column}"' for column in table.columns)
    source = table.get_backend().con.cursor().execute(ibis.to_sql(table))
    with engine.con.cursor() as cursor:
        with cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as rows:  # our own names
            while batch := source.fetchmany(BATCH):
                for row in batch:
                    rows.write_row(row)
        cursor.execute(f'ANALYZE "{name}"')
    engine.con.commit()
    return target
