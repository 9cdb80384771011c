from stack.backoff import Backoff


def test_waits_double_up_to_a_limit_while_a_part_dies_early() -> None:
    backoff = Backoff(first=1, limit=5)

    assert [backoff.after(lived=0.1) for _ in range(5)] == [1, 2, 4, 5, 5]


def test_a_long_life_makes_the_waits_short_again() -> None:
    backoff = Backoff(first=1, limit=60, steady=10)
    for _ in range(4):
        backoff.after(lived=1)

    assert backoff.after(lived=10) == 1
    assert backoff.after(lived=1) == 2
