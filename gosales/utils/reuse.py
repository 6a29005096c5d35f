"""Answers of costly functions, kept by the bytes of what was asked.

A proof runs the engine again and again on data of which nothing should have changed, so that most
of its time would go into asking LightGBM the same. A function marked `reusable` answers from memory
when every byte of its arguments is as before; outside of `reusing` it is as it was. Only a function
of its arguments alone may be marked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
Answer = TypeVar("Answer")
PLAIN = (type(None), bool, int, float, str)


@dataclass
class Answers:
    """What was answered so far.

    Attributes:
        room: Bytes of arrays that may be kept; answers beyond are not.
        kept: Digest of a question -> its answer, and the arguments that are told apart by identity.
        reused: How many questions were answered from memory.
    """

    room: int = 500_000_000
    kept: dict[bytes, tuple[Any, list[Any]]] = field(default_factory=dict)
    reused: int = 0


_answers: Answers | None = None


@contextmanager
def reusing(answers: Answers | None) -> Iterator[None]:
    """Answer from `answers`, in all threads, and keep what is new there; None: ask anew."""
    global _answers  # noqa: PLW0603 - threads of the work within have to see it too
    before, _answers = _answers, answers
    try:
        yield
    finally:
        _answers = before


def reusable(function: Callable[P, Answer]) -> Callable[P, Answer]:
    """Mark a function whose answer depends on nothing but its arguments."""

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> Answer:
        answers = _answers
        if answers is None:
            return function(*args, **kwargs)
        question, told_apart = _question(function, (*args, *sorted(kwargs.items())))
        if question in answers.kept:
            answers.reused += 1
            found: Answer = answers.kept[question][0]
        else:
            found = function(*args, **kwargs)
            answers.room -= _size(found)
            if answers.room >= 0:
                answers.kept[question] = found, told_apart
        return _own(found)

    return asked


def _question(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bytes, list[Any]]:
    """Digest of a question, and those of its arguments that must live as long as it is kept."""
    digest = hashlib.sha256(f"{function.__module__}.{function.__qualname__}".encode())
    told_apart: list[Any] = []
    _add(digest, arguments, told_apart)
    return digest.digest(), told_apart


def _add(digest: hashlib._Hash, value: Any, told_apart: list[Any]) -> None:
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        digest.update(f"array {value.dtype.str} {value.shape};".encode())
        digest.update(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
    elif isinstance(value, tuple | list):
        digest.update(f"{type(value).__name__} {len(value)};".encode())
        for part in value:
            _add(digest, part, told_apart)
    elif isinstance(value, PLAIN):
        text = repr(value).encode()
        digest.update(f"{type(value).__name__} {len(text)};".encode() + text)
    else:  # a model: the very same object, or another question
        digest.update(f"object {id(value)};".encode())
        told_apart.append(value)


def _size(answer: Any) -> int:
    return answer.nbytes if isinstance(answer, np.ndarray) else 0


def _own(answer: Answer) -> Answer:
    """Arrays are handed out as copies: whoever asked may change them."""
    return answer.copy() if isinstance(answer, np.ndarray) else answer
