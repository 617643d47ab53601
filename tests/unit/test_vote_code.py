import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.ballots import Choice
from store.domain.vote_code import CHOICE_WORDS, CODES, NoFreeCode, free_code, parse_vote

AGREE, DISAGREE, ABSTAIN = Choice

codes = st.sampled_from(CODES)
choices = st.sampled_from(Choice)


@pytest.mark.parametrize(
    ("text", "code", "choice"),
    [
        ("611", 61, AGREE),
        ("612", 61, DISAGREE),
        ("613", 61, ABSTAIN),
        ("６１１", 61, AGREE),
        (" 611。", 61, AGREE),
        ("61 1", 61, AGREE),
        ("6 1 2", 61, DISAGREE),
        ("61号2", 61, DISAGREE),
        ("61號事 3", 61, ABSTAIN),
        ("61号同意", 61, AGREE),
        ("61 不同意", 61, DISAGREE),
        ("６１号事,我不同意", 61, DISAGREE),
        ("同意61", 61, AGREE),
        ("不同意61号", 61, DISAGREE),
        ("反对 61 号", 61, DISAGREE),
        ("同意回611", 61, AGREE),
        ("不同意612", 61, DISAGREE),
        ("我投611", 61, AGREE),
        ("我家投 64 1", 64, AGREE),
        ("回复613", 61, ABSTAIN),
        ("611同意", 61, AGREE),
        ("61可以", 61, AGREE),
        ("61号行!", 61, AGREE),
        ("61号中", 61, AGREE),
        ("61号不行", 61, DISAGREE),
        ("61号不中啊", 61, DISAGREE),
        ("61都行", 61, ABSTAIN),
        ("61号随便吧", 61, ABSTAIN),
        ("61棄權", 61, ABSTAIN),
        ("61號贊成", 61, AGREE),
        ("反對61", 61, DISAGREE),
        ("六一一", 61, AGREE),
        ("六十一号同意", 61, AGREE),
        ("六十四号事我们家不同意", 64, DISAGREE),
        ("四十号赞成", 40, AGREE),
    ],
)
def test_a_vote(text: str, code: int, choice: Choice) -> None:
    assert parse_vote(text) == (code, choice)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "61",
        "61号",
        "同意",
        "6112",
        "0611",
        "61 12",
        "610",
        "614",
        "13900007611",
        "6123456",
        "139 0000 7611",
        "编号3127",
        "110",
        "119",
        "120",
        "122",
        "911",
        "333",
        "222",
        "28号不行",
        "15号同意",
        "951",
        "611 622",
        "611 612",
        "611不同意",
        "不同意611",
        "61号不反对",
        "61行吗",
        "61号行不行",
        "61号同意不同意",
        "61号是什么事",
        "611停水了",
        "我家611号房漏水",
        "同意回611,不同意回612,弃权回613",
        "61.1",
        "61-1",
        "T611",
        "六百一十一",
    ],
)
def test_not_a_vote(text: str) -> None:
    assert parse_vote(text) is None


@pytest.mark.parametrize("number", ["110", "112", "119", "120", "122", "123", "911", "999", "955", "100"])
def test_no_code_begins_a_number_that_saves_lives(number: str) -> None:
    assert number[:2] not in {str(code) for code in CODES} or number[2] not in "123"


@given(code=codes, choice=choices)
def test_every_code_and_choice_is_read_back(code: int, choice: Choice) -> None:
    assert parse_vote(f"{code}{choice.value}") == (code, choice)


@given(code=codes, word=st.sampled_from(sorted(CHOICE_WORDS)))
def test_every_word_is_read_as_itself_on_either_side(code: int, word: str) -> None:
    assert parse_vote(f"{code}号{word}") == parse_vote(f"{word}{code}") == (code, CHOICE_WORDS[word])


@given(code=codes, choice=choices, before=st.text("0123456789"), after=st.text("0123456789"))
def test_a_longer_number_is_never_a_vote(code: int, choice: Choice, before: str, after: str) -> None:
    text = f"{before}{code}{choice.value}{after}"
    assert (parse_vote(text) is not None) is (text == f"{code}{choice.value}")


@given(text=st.text())
def test_any_text_is_a_vote_on_an_issued_code_or_none(text: str) -> None:
    vote = parse_vote(text)
    assert vote is None or vote[0] in CODES


@given(used=st.sets(codes, max_size=len(CODES) - 1))
def test_a_free_code_is_issued_once(used: set[int]) -> None:
    code = free_code(used)
    assert code in CODES
    assert code not in used


def test_the_first_codes_are_more_than_one_slip_apart() -> None:
    used: list[int] = []
    for _ in range(4):
        used.append(free_code(used))
    texts = {code: f"{code}{choice}" for code in used for choice in (1, 2, 3)}
    assert len({text[0] for text in texts.values()}) == 4
    assert len({text[1] for text in texts.values()}) == 4
    assert not {code % 10 * 10 + code // 10 for code in used} & set(used)


def test_all_codes_taken() -> None:
    with pytest.raises(NoFreeCode) as refusal:
        free_code(CODES)
    assert refusal.value.params == {"codes": len(CODES)}
