"""Which approved template a text is an instance of."""

import re
import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.channels.sms.templates import (
    MOST_VALUE_CHARACTERS,
    Template,
    Variable,
    fit,
    pieces_of,
    signatures_of,
    split_signature,
    templates_of,
)

KNOCK = Template("SMS_1", "${kind}通知${number}号:${beginning}…全文请回${number}或看村里公开栏。")
WATER = Template("SMS_2", "停水通知${number}号:${beginning}…全文请回${number}或看村里公开栏。")
TENCENT = Template("1400001", "您说的{1}收到了,编号{2}。{3}今天下午6点前回您。")


def fill(template: Template, values: Mapping[str, str]) -> str:
    """As a gateway renders it."""
    return re.sub(
        r"\$\{([A-Za-z][A-Za-z0-9_]*)\}|\{([0-9]+)\}", lambda found: values[found[1] or found[2]], template.text
    )


@pytest.mark.parametrize(
    ("template", "text", "values"),
    [
        (
            KNOCK,
            "停水通知26041号:11月23日8点到17点…全文请回26041或看村里公开栏。",
            {"kind": "停水", "number": "26041", "beginning": "11月23日8点到17点"},
        ),
        (
            KNOCK,
            "通知通知26041号:见1号:通知…全文请回…全文请回26041或看村里公开栏。",
            {"kind": "通知", "number": "26041", "beginning": "见1号:通知…全文请回"},
        ),
        (TENCENT, "您说的停水收到了,编号3127。水管员今天下午6点前回您。", {"1": "停水", "2": "3127", "3": "水管员"}),
        (
            TENCENT,
            "您说的包裹收到了,编号错了收到了,编号3127。水管员今天下午6点前回您。",
            {"1": "包裹", "2": "错了收到了,编号3127", "3": "水管员"},
        ),
        (Template("a", "明天停水。"), "明天停水。", {}),
        (Template("b", "${a}${b}"), "停水", {"a": "停", "b": "水"}),
        (Template("c", "${a}到${b}"), "从到到到底", {"a": "从", "b": "到到底"}),
    ],
)
def test_a_text_fits_its_template(template: Template, text: str, values: dict[str, str]) -> None:
    fitting = fit(text, [template])
    assert fitting is not None
    assert list(fitting.values.items()) == list(values.items())
    assert fill(template, fitting.values) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (KNOCK, "停水通知26041号:11月23日…全文请回26042或看村里公开栏。"),
        (KNOCK, "通知26041号:11月23日…全文请回26041或看村里公开栏。"),
        (KNOCK, "停水通知26041号:11月23日…全文请回26041或看村里公开栏。 "),
        (TENCENT, "您说的收到了,编号3127。水管员今天下午6点前回您。"),
        (TENCENT, "您说的停水收到了,编号3127。" + "水" * 36 + "今天下午6点前回您。"),
        (Template("a", "明天停水。"), "明天停水"),
        (Template("a", ""), "停水"),
        (Template("b", "${a}${b}"), "停"),
        (Template("c", "${a}"), ""),
        (Template("d", "水" * 501), "水" * 501),
    ],
)
def test_what_is_no_instance_does_not_fit(template: Template, text: str) -> None:
    assert fit(text, [template]) is None


@pytest.mark.parametrize("templates", [[KNOCK, WATER], [WATER, KNOCK]])
def test_the_template_with_the_most_words_is_preferred(templates: list[Template]) -> None:
    fitting = fit("停水通知26041号:11月23日…全文请回26041或看村里公开栏。", templates)
    assert fitting is not None
    assert fitting.template is WATER
    fitting = fit("停电通知26041号:11月23日…全文请回26041或看村里公开栏。", templates)
    assert fitting is not None
    assert fitting.template is KNOCK


def test_nothing_fits_where_nothing_is_approved() -> None:
    assert fit("停水", []) is None


VALUES = st.text("停水aa1…号:", min_size=1, max_size=MOST_VALUE_CHARACTERS)
WORDS = st.text("停水a1号:", max_size=4)


@st.composite
def filled(draw: st.DrawFn, *, recurring: bool) -> tuple[Template, dict[str, str]]:
    words = draw(st.lists(WORDS, min_size=1, max_size=6))
    names = [draw(st.sampled_from("abc")) if recurring else f"v{index}" for index in range(len(words) - 1)]
    text = words[0] + "".join(f"${{{name}}}{word}" for name, word in zip(names, words[1:], strict=True))
    return Template("SMS_1", text), {name: draw(VALUES) for name in names}


@given(filled(recurring=False))
def test_whatever_is_filled_in_is_found_again(given_in: tuple[Template, dict[str, str]]) -> None:
    template, values = given_in
    text = fill(template, values)
    fitting = fit(text, [template])
    assert fitting is not None
    assert fill(template, fitting.values) == text
    assert all(1 <= len(value) <= MOST_VALUE_CHARACTERS for value in fitting.values.values())
    assert list(fitting.values) == list(values)


@given(filled(recurring=True), st.text("停水a1号:…", max_size=3))
def test_a_fit_gives_the_text_back(given_in: tuple[Template, dict[str, str]], added: str) -> None:
    template, values = given_in
    text = fill(template, values) + added
    fitting = fit(text, [template])
    assert fitting is None or fill(fitting.template, fitting.values) == text


@given(st.text(), st.text())
def test_nothing_that_is_typed_breaks_it(text: str, template: str) -> None:
    fitting = fit(text, [Template("SMS_1", template)])
    assert fitting is None or fill(fitting.template, fitting.values) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("".join(f"${{v{number}}}" for number in range(20)), "水" * 500),
        ("".join(f"${{v{number}}}水" for number in range(8)) + "停", "水" * 200),
        ("${a}${b}${a}${b}停", "水" * 120),
        ("${a}水" * 12 + "停", "水" * 400),
        ("${a}${b}${c}" * 50, "水" * 300),
    ],
)
def test_no_template_takes_long(template: str, text: str) -> None:
    started = time.perf_counter()
    fit(text, [Template("SMS_1", template)])
    assert time.perf_counter() - started < 2


def test_templates_and_signatures_come_from_the_credentials() -> None:
    given_in = {
        "access_key_id": "k",
        "template.SMS_1": "停水a=b",
        "template.1400001": "{1}",
        "signature": "榕溪村,桃源村",
    }
    assert templates_of(given_in) == (Template("SMS_1", "停水a=b"), Template("1400001", "{1}"))
    assert signatures_of(given_in) == ("榕溪村", "桃源村")
    assert signatures_of({}) == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("【榕溪村】停水", ("榕溪村", "停水")),
        ("停水", ("", "停水")),
        ("停水【榕溪村】", ("", "停水【榕溪村】")),
        ("【榕溪村停水", ("", "【榕溪村停水")),
        ("【】停水", ("", "停水")),
        ("【榕溪村】【急】停水", ("榕溪村", "【急】停水")),
        ("", ("", "")),
    ],
)
def test_a_signature_stands_in_front(text: str, parts: tuple[str, str]) -> None:
    assert split_signature(text) == parts


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("${kind}通知{1}号", (Variable("kind"), "通知", Variable("1"), "号")),
        ("${1}${}{x}{ 1}", ("$", Variable("1"), "${}{x}{ 1}")),
        ("", ()),
    ],
)
def test_both_ways_of_writing_a_variable_are_read(text: str, pieces: tuple[str | Variable, ...]) -> None:
    assert pieces_of(text) == pieces
