"""What the demo village talks over: a pond's lease, water pipes, lamps that nobody agrees on, and one thing done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from random import Random

from bot.demo import matter_texts
from bot.demo.clock import ZONE
from bot.demo.people import Resident, Roster
from bot.demo.phones import Phone
from bot.demo.speakers import speaks_as
from store.domain.ballots import Choice
from store.domain.matters import MatterState
from store.domain.rules import HeldAs, RuleCode

VOTERS, CHANGED_THEIR_MIND = 83, 4
ADULT = 18
LEANING = (Choice.AGREE,) * 11 + (Choice.DISAGREE,) * 7 + (Choice.ABSTAIN,) * 2
DAYTIME_MINUTES = range(7 * 60, 21 * 60)


@dataclass(frozen=True, slots=True)
class Comment:
    """One opinion. `stance` is for, against or question; `signed` says whether its name may be shown."""

    number: int
    resident: int
    phone: str
    at: datetime
    stance: str
    signed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Cast:
    resident: int
    phone: str
    choice: Choice
    at: datetime


@dataclass(frozen=True, slots=True)
class MeetingResult:
    """The count of a meeting that was held on paper, and what was done after it, as (day, words)."""

    met_at: datetime
    members: int
    attended: int
    agree: int
    disagree: int
    abstain: int
    progress: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class Matter:
    """Something put to the village, under the code that a vote begins with. `group` is 0 for the whole village.

    `opened_at` is the start of the vote; `meets_at` the meeting that decides, where one is set.
    """

    code: int
    title: str
    plan: str
    group: int
    state: MatterState
    rule: RuleCode
    held_as: HeldAs
    proposed_by: str
    published_at: datetime
    opened_at: datetime | None
    closes_at: datetime | None
    meets_at: datetime | None
    comments: tuple[Comment, ...]
    casts: tuple[Cast, ...] = ()
    result: MeetingResult | None = None


def put_to_the_village(dice: Random, today: date, roster: Roster, phones: Mapping[int, Phone]) -> tuple[Matter, ...]:
    speakers = _Speakers(dice, today, roster, phones)
    return (_toilet(speakers, today), _pond(speakers, today), _pipes(speakers, today), _lamps(speakers, today))


def _toilet(speakers: "_Speakers", today: date) -> Matter:
    met_on = today - timedelta(days=430)
    return Matter(
        code=47,
        title="塘边圩场建公厕",
        plan="建在塘边圩场东头,男女各三个坑位,化粪池三格。造价48600元,县里补三万,其余集体出。两家报价,取低的一家。",
        group=2,
        state=MatterState.CARRIED_OUT,
        rule=RuleCode.REPRESENTATIVES_ASSEMBLY,
        held_as=HeldAs.MEETING,
        proposed_by="secretary",
        published_at=_at(met_on - timedelta(days=20), time(9)),
        opened_at=_at(met_on, time(19, 30)),
        closes_at=_at(met_on, time(21)),
        meets_at=_at(met_on, time(19, 30)),
        comments=speakers.say(matter_texts.TOILET, met_on - timedelta(days=18), met_on - timedelta(days=3)),
        result=_toilets_result(met_on),
    )


def _toilets_result(met_on: date) -> MeetingResult:
    """46 members: 41 representatives and the committee's five."""
    progress = (
        (8, "签了合同,工期四十天。"),
        (21, "化粪池挖好,二组老人提的菜地一侧砌了围墙。"),
        (47, "完工,监委会和三位代表验收,补了一处渗水。"),
        (55, "尾款付清,实花48210元。保洁员每天扫两次。"),
    )
    return MeetingResult(
        met_at=_at(met_on, time(19, 30)),
        members=46,
        attended=39,
        agree=33,
        disagree=4,
        abstain=2,
        progress=tuple((met_on + timedelta(days=days), words) for days, words in progress),
    )


def _pond(speakers: "_Speakers", today: date) -> Matter:
    opened_on, closes_on = today - timedelta(days=9), today + timedelta(days=6)
    return Matter(
        code=61,
        title="四组鱼塘续包5年,年租8万",
        plan="现合同下月底到期,年租65000元。承包人愿续5年,年租8万,每年年初交齐;不改用途,塘边路三个月内让出。同意与否先征求意见,再开成员大会表决。",
        group=0,
        state=MatterState.VOTING,
        rule=RuleCode.CONSULTATION,
        held_as=HeldAs.CONSULTATION,
        proposed_by="accountant",
        published_at=_at(today - timedelta(days=16), time(9)),
        opened_at=_at(opened_on, time(9)),
        closes_at=_at(closes_on, time(18)),
        meets_at=_at(closes_on, time(20)),
        comments=speakers.say(matter_texts.POND, today - timedelta(days=15), today - timedelta(days=1)),
        casts=speakers.vote(opened_on + timedelta(days=1), today - timedelta(days=1)),
    )


def _pipes(speakers: "_Speakers", today: date) -> Matter:
    return Matter(
        code=62,
        title="换村里自来水主管,每户筹300元",
        plan="主管用了二十三年,换成新管3.2公里,预算39万元:县里奖补26万,集体出13600元,388户每户筹300元,24户低保户免。先征求意见,再由村民代表按户表决。",
        group=0,
        state=MatterState.PUBLISHED,
        rule=RuleCode.ONE_MATTER_LEVY,
        held_as=HeldAs.MEETING,
        proposed_by="secretary",
        published_at=_at(today - timedelta(days=7), time(9, 30)),
        opened_at=None,
        closes_at=None,
        meets_at=_at(today + timedelta(days=18), time(19, 30)),
        comments=speakers.say(matter_texts.PIPES, today - timedelta(days=6), today - timedelta(days=1)),
    )


def _lamps(speakers: "_Speakers", today: date) -> Matter:
    return Matter(
        code=64,
        title="晒谷场装6盏路灯",
        plan="晒谷场四角和两个路口各一盏,杆高6米,晚上十点半自动关。一家报价13800元,电费一年约900元。按村里规矩要两家报价,第二家在问。",
        group=3,
        state=MatterState.PUBLISHED,
        rule=RuleCode.COUNCIL_OPINION,
        held_as=HeldAs.CONSULTATION,
        proposed_by="leader_3",
        published_at=_at(today - timedelta(days=12), time(10)),
        opened_at=None,
        closes_at=None,
        meets_at=None,
        comments=speakers.say(matter_texts.LAMPS, today - timedelta(days=11), today - timedelta(days=1)),
    )


@dataclass(frozen=True, slots=True)
class _Speakers:
    """Finds people who would say a thing, and puts their words into the days in which they could."""

    dice: Random
    today: date
    roster: Roster
    phones: Mapping[int, Phone]

    def say(self, script: str, since: date, until: date) -> tuple[Comment, ...]:
        """A line each, between two days, both included; nobody twice on one matter."""
        spoken: set[int] = set()
        comments = []
        moments = self._moments(since, until, script.count("\n"))
        for number, (at, line) in enumerate(zip(moments, script.splitlines(), strict=True), 1):
            stance, who, group, text = line.split(" ", 3)
            speaker = self._find(speaks_as(who, int(group), self.today), spoken)
            spoken.add(speaker.number)
            phone = self.phones[speaker.number].number
            comments.append(Comment(number, speaker.number, phone, at, stance.rstrip("*"), stance.endswith("*"), text))
        return tuple(comments)

    def vote(self, since: date, until: date) -> tuple[Cast, ...]:
        """Members of the collective so far, in the order of their casts; some have cast again."""
        members = [
            one
            for one in self.roster.residents
            if one.collective_member and one.age_on(self.today) >= ADULT and self._answers(one)
        ]
        voters = self.dice.sample(members, VOTERS)
        again = self.dice.sample(voters, CHANGED_THEIR_MIND)
        moments = self._moments(since, until, VOTERS + CHANGED_THEIR_MIND)
        return tuple(
            Cast(one.number, self.phones[one.number].number, self.dice.choice(LEANING), at)
            for one, at in zip(chain(voters, again), moments, strict=True)
        )

    def _find(self, fits: Callable[[Resident], bool], spoken: set[int]) -> Resident:
        return self.dice.choice(
            [one for one in self.roster.residents if one.number not in spoken and self._answers(one) and fits(one)]
        )

    def _answers(self, one: Resident) -> bool:
        phone = self.phones.get(one.number)
        return phone is not None and phone.residents[0] == one.number

    def _moments(self, since: date, until: date, count: int) -> list[datetime]:
        days = (until - since).days + 1
        return sorted(
            _at(since + timedelta(days=self.dice.randrange(days)), time())
            + timedelta(minutes=self.dice.choice(DAYTIME_MINUTES))
            for _ in range(count)
        )


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZONE)
