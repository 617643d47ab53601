from datetime import timedelta

from store.domain.jobs import MOST_ATTEMPTS, rest_before, retry_wait


def test_a_failed_job_rests_longer_each_time_until_it_is_parked() -> None:
    waits = [retry_wait(attempts) for attempts in range(1, MOST_ATTEMPTS + 1)]
    assert waits == [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), None]
    assert retry_wait(MOST_ATTEMPTS + 7) is None


def test_an_unfinished_job_is_put_again_at_once_and_then_more_and_more_seldom() -> None:
    minutes = [rest_before(puts) // timedelta(minutes=1) for puts in (0, 1, 2, 3, 8, 11, 12, 5000)]
    assert minutes == [0, 1, 2, 4, 128, 1024, 1440, 1440]
