"""Run gosales commands in processes of their own that can be killed or refused; not a test itself.

Everything heavy is imported once, here; each job is then a fork. A job is a line of JSON on the
standard input, its result a line on the standard output:

    args         what stands after `gosales`
    kill_at      end the process before its n-th step (a step moves, links, makes or removes a file)
    kill_after   end it so many seconds after its start
    kill_to      end the process before a step whose target has one of these endings
    signal       end it with this signal's number instead of SIGKILL
    refuse       [n, errno]: refuse the n-th and all later steps with that error
    refuse_from  [ending, n, errno]: the same from n steps after the first whose target ends so
    refuse_to    [endings, errno]: refuse the steps whose target has one of these endings
    file_bytes   no file may grow beyond this, as on a full disk
"""

import contextlib
import errno
import json
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path

PATIENCE = 3600 if os.environ.get("GOSALES_CAMPAIGN") else 120
"""Seconds after which a command hangs. A campaign may run beside much other work."""

STEPS = ("replace", "rename", "link", "unlink", "rmdir", "mkdir")


def preload():
    from gosales.models.model_store import quiet_mlflow

    quiet_mlflow()
    import mlflow.models

    import gosales.cli

    return gosales, mlflow


def watch(job, log):
    """Count every step of this process, and end or refuse the one that the job names."""
    taken, first = 0, job.get("refuse", [2**60])[0]
    ending, later, _ = job.get("refuse_from", (None, 0, ""))

    def counted(name, real):
        def step(*args, **kwargs):
            nonlocal taken, first
            taken += 1
            target = str(args[1] if name in ("replace", "rename", "link") else args[0])
            os.write(log, f"{name} {target}\n".encode())
            if taken == job.get("kill_at") or target.endswith(tuple(job.get("kill_to", ()))):
                os.kill(os.getpid(), job.get("signal", signal.SIGKILL))
            if ending and first == 2**60 and target.endswith(ending):
                first = taken + later
            refused = job.get("refuse_to") or [(), ""]
            if taken >= first or target.endswith(tuple(refused[0])):
                name_of = job.get("refuse") or job.get("refuse_from") or refused
                number = getattr(errno, name_of[-1])
                raise OSError(number, os.strerror(number), target)
            return real(*args, **kwargs)

        return step

    for name in STEPS:
        setattr(os, name, counted(name, getattr(os, name)))
    if job.get("file_bytes"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_bytes"], resource.RLIM_INFINITY))


def child(job, log, said):
    """The forked process: the command line with its output in a file. Never returns."""
    code = 1
    try:
        os.dup2(said, 1)
        os.dup2(said, 2)
        # As on a terminal: under nohup or in the background they are ignored, which stays so.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        watch(job, log)
        from gosales.cli import main

        try:
            main(job["args"])
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - whatever it is, the test must see it
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def wait(pid, seconds):
    """The wait status, of a process that is killed when `seconds` have passed."""
    end = time.monotonic() + (seconds if seconds is not None else PATIENCE)
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            return os.waitpid(pid, 0)[1]
        time.sleep(0.002)


def run(job):
    with tempfile.TemporaryDirectory() as folder:
        log, said = Path(folder) / "steps", Path(folder) / "said"
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND
        handles = os.open(log, flags), os.open(said, flags)
        start = time.monotonic()
        pid = os.fork()
        if pid == 0:
            child(job, *handles)
        status = wait(pid, job.get("kill_after"))
        for handle in handles:
            os.close(handle)
        return {
            "code": os.waitstatus_to_exitcode(status),
            "seconds": time.monotonic() - start,
            "steps": log.read_text(encoding="utf-8").splitlines(),
            "said": said.read_text(encoding="utf-8"),
        }


def main():
    sys.stdout.reconfigure(line_buffering=True)
    preload()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")


if __name__ == "__main__":
    main()
