"""Answers kept by the bytes of the question."""

import numpy as np
import pytest

from gosales.utils.parallel import in_threads
from gosales.utils.reuse import Answers, reusable, reusing

asked = []


@reusable
def total(values, *, power=1, by=None):
    asked.append(power)
    return (values**power).sum(axis=0)


@pytest.fixture(autouse=True)
def nothing_asked():
    asked.clear()


X = np.arange(6.0).reshape(2, 3)


def test_outside_of_reusing_everything_is_asked_anew():
    total(X), total(X)
    with reusing(Answers()):
        total(X)
        with reusing(None):
            total(X)
    total(X)
    assert len(asked) == 5


def test_the_same_bytes_are_asked_once_whatever_holds_them():
    answers = Answers()
    with reusing(answers):
        first = total(X, power=2)
        assert total(X.copy(order="F"), power=2).tolist() == first.tolist() == [9, 17, 29]
    with reusing(answers):
        assert total(X, power=2).tolist() == first.tolist()
    assert (len(asked), answers.reused) == (1, 2)


@pytest.mark.parametrize(
    ("values", "more"),
    [
        (X.reshape(3, 2), {}),
        (X.astype(np.float32), {}),
        (X.view(np.int64), {}),
        (np.nextafter(X, 9), {}),
        (X.T, {}),
        (X, {"power": 2}),
        (X, {"power": 1.0}),
        (X, {"power": True}),
        (X, {"by": X}),
        (X, {"by": ["power", 1]}),
    ],
    ids=["shape", "type", "meaning", "last bit", "order", "power", "float", "flag", "more", "list"],
)
def test_another_question_is_asked(values, more):
    answers = Answers()
    with reusing(answers):
        total(X)
        total(values, **more)
    assert (len(asked), answers.reused) == (2, 0)


def test_other_objects_are_the_same_only_by_identity():
    one, other = object(), object()
    with reusing(Answers()):
        total(X, by=one), total(X, by=one), total(X, by=other)
        del other
        total(X, by=object())  # may have the address of one that is gone, were it not kept
    assert len(asked) == 3


def test_who_asked_may_change_an_answer():
    with reusing(Answers()):
        for _ in range(3):
            answer = total(X)
            assert answer.tolist() == [3, 5, 7]
            answer += 1


def test_beyond_the_room_answers_are_given_and_not_kept():
    answers = Answers(room=3 * 8)
    with reusing(answers):
        first, second = total(X), total(X, power=2)
        assert total(X).tolist() == first.tolist()
        assert total(X, power=2).tolist() == second.tolist()
    assert asked == [1, 2, 2]


def test_threads_reuse_too():
    answers = Answers()
    with reusing(answers):
        total(X)
        in_threads(lambda _: total(X), range(4))
    assert (len(asked), answers.reused) == (1, 4)
