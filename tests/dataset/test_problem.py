from __future__ import annotations

from dataset.problem import Problem


def test_a_problem_says_what_happened_and_what_to_do_next() -> None:
    problem = Problem("the text is missing", "put it back")
    assert str(problem) == "the text is missing; put it back"
    assert (problem.what, problem.next_step) == ("the text is missing", "put it back")
