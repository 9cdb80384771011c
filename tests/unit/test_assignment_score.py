"""Who suits best: load, what was solved, and experience with the same kind of work."""

from activities.assign import score
from models.track_record import TrackRecord


def test_less_load_counts_first_then_what_was_solved_then_experience() -> None:
    nobody = TrackRecord()
    good = TrackRecord(closed=20, solved=20)
    poor = TrackRecord(closed=20, solved=2)
    expert = TrackRecord(closed=20, solved=20, same_category=12)

    assert score(0, poor) > score(1, expert)
    assert score(1, good) > score(1, nobody) > score(1, poor)
    assert score(1, expert) > score(1, good)


def test_a_score_lies_between_nought_and_one() -> None:
    best = TrackRecord(closed=1000, solved=1000, same_category=1000)
    worst = TrackRecord(closed=1000)

    assert 0 < score(1000, worst) < score(0, best) <= 1
