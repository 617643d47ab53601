from datetime import timedelta

from store.domain.jobs import MOST_ATTEMPTS, retry_wait


def test_a_failed_job_rests_longer_each_time_until_it_is_parked() -> None:
    waits = [retry_wait(attempts) for attempts in range(1, MOST_ATTEMPTS + 1)]
    assert waits == [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), None]
    assert retry_wait(MOST_ATTEMPTS + 7) is None
