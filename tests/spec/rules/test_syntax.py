"""What is not a rule is refused at its line and column, with what to write instead."""

import pytest
from tests.spec.rules.asking import NAMES, problems_of

from triptych.rules import RuleProblems, compile_rule

REFUSED = {
    "nothing at all": ("", (1, 1), "A value is expected, and the end stands here", ""),
    "only space": (" \n  ", (2, 3), "the end", ""),
    "one equals sign": ("systolic = 140", (1, 10), "'='", "Compare with =="),
    "one ampersand": ("ready & calm", (1, 7), "'&'", "&&"),
    "one bar": ("ready | calm", (1, 7), "'|'", "||"),
    "the word and": ("ready and calm", (1, 7), "should end before 'and'", "Write &&."),
    "the word or": ("ready or calm", (1, 7), "should end before 'or'", "Write ||."),
    "the word not": ("not ready", (1, 5), "should end before 'ready'", "Join conditions"),
    "the word is": ("ready is true", (1, 7), "should end before 'is'", "Write ==."),
    "two rules in a row": ("ready calm", (1, 7), "should end before 'calm'", "Join conditions"),
    "an open parenthesis": ("(ready && calm", (1, 15), "')' is expected, and the end", ""),
    "a closing parenthesis too many": ("ready)", (1, 6), "should end before ')'", ""),
    "nothing after and": ("ready &&", (1, 9), "A value is expected, and the end", ""),
    "nothing before and": ("&& ready", (1, 1), "A value is expected, and '&&'", ""),
    "half a choice": ("ready ? 1", (1, 10), "':' is expected", ""),
    "a choice inside a choice": ("ready ? calm ? true : false : true", (1, 14), "':' is expected, and '?'", ""),
    "an open list": ("systolic in [1, 2", (1, 18), "',' is expected", ""),
    "a comma at the end of a list": ("systolic in [1, 2,]", (1, 19), "A value is expected, and ']'", ""),
    "a comma at the end of arguments": ("size(note,)", (1, 11), "A value is expected, and ')'", ""),
    "a position": ("vitals[0].systolic > 1", (1, 7), "Lists have no positions", "latest(list)"),
    "a map": ('{"a": 1}', (1, 1), "'{'", "no maps"),
    "a comment": ("ready # yes", (1, 7), "'#'", "no comments"),
    "a comment of CEL": ("ready // yes", (1, 8), "A value is expected, and '/'", ""),
    "a backslash": ("ready \\ calm", (1, 7), "'\\\\'", "inside quotes"),
    "a text without an end": ('note == "abc', (1, 9), "'\"'", "ends with the quote"),
    "a text over two lines": ("note == 'a\nb'", (1, 9), '"\'"', "on the same line"),
    "an unknown escape": (r"note == 'a\d'", (1, 9), r"'\\d' is not an escape", "The escapes are"),
    "an escape of two digits": (r"note == '\u00'", (1, 9), "is not an escape", "4 digits"),
    "half a character": (r"note == '\ud83d'", (1, 9), "half a character", "character itself"),
    "a point before a digit": ("temperature > .5", (1, 15), "A value is expected, and '.'", ""),
    "a point after a digit": ("temperature > 5.", (1, 17), "The name of an item is expected", ""),
    "an unsigned number": ("systolic > 10u", (1, 12), "'10u' is not a number", "Numbers are written"),
    "a number of base 16": ("systolic > 0x1f", (1, 12), "'0x1f' is not a number", "Numbers are written"),
    "a number with its unit": ("temperature > 38.5C", (1, 15), "'38.5C' is not a number", "Numbers are written"),
    "two points in a number": ("temperature > 1.2.3", (1, 19), "is expected, and '3' stands here", ""),
    "bytes": ("note == b'a'", (1, 10), "should end before \"'a'\"", ""),
    "an unknown character": ("systolic ≤ 140", (1, 10), "'≤' has no place here", ""),
    "a semicolon": ("ready;", (1, 6), "';' has no place here", ""),
    "a control character": ("ready\x00", (1, 6), r"'\x00' has no place here", ""),
    "a reserved word": ("if == 1", (1, 1), "'if' is a reserved word", "another name"),
    "a reserved word as a variable": ("scores.exists(for, true)", (1, 15), "'for' is a reserved word", "another"),
    "a keyword as an item": ("demographics.true", (1, 14), "'true' is a reserved word", ""),
    "a method": ("note.startsWith('a')", (1, 6), "does not stand after a point", "exists, all, exists_one"),
    "a macro without a variable": ("scores.exists(1, true)", (1, 15), "A variable is expected, and '1'", ""),
    "a macro without a condition": ("scores.exists(s)", (1, 16), "',' is expected, and ')'", ""),
    "a variable that is a path": ("scores.exists(s.a, true)", (1, 16), "',' is expected", ""),
    "a mark after a minus": ("-!ready", (1, 2), "A value is expected, and '!'", ""),
    "a minus after a mark": ("!-systolic", (1, 2), "A value is expected, and '-'", ""),
    "a path that starts with a point": (".ready", (1, 1), "A value is expected, and '.'", ""),
    "an optional item": ("demographics.?home", (1, 14), "The name of an item is expected", ""),
}


@pytest.mark.parametrize(("text", "at", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_a_rule_is_refused_where_it_stands(text, at, message, hint):
    (problem,) = problems_of(text)
    assert (problem.line, problem.column) == at
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("ready &&\n  calm &&\n\tzero", (3, 2)),
        ("ready\r\n&& zero", (2, 4)),
        ("\n\n   zero", (3, 4)),
        ("note == 'å𝄞' && zero", (1, 17)),
        ("note == 'a\\nb' && zero", (1, 19)),
    ],
)
def test_lines_and_columns_are_counted_from_one_in_characters(text, at):
    (problem,) = problems_of(text)
    assert (problem.line, problem.column) == at


def test_all_problems_of_meaning_are_told_at_once_in_the_order_of_the_text():
    found = problems_of("redy && systolic > note && latest(vitals).sistolic > 3\n&& arm == 'actve'")
    assert [(problem.line, problem.column) for problem in found] == [(1, 1), (1, 18), (1, 42), (2, 11)]


def test_the_error_tells_every_problem_with_its_place():
    with pytest.raises(RuleProblems, match=r"^1:1: There is no fact 'redy'\.; 1:9: There is no fact 'clam'\.$"):
        compile_rule("redy && clam", NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "ready&&calm",
        "  ready\n\t&&\r\n\fcalm  ",
        "((ready))",
        "!!ready",
        "- -systolic == systolic",
        "--systolic == systolic",
        'note == "it\'s"',
        "note == 'say \\'yes\\' \\\\ \\u00e5 \\t'",
        "temperature > 1.5e1 || temperature > 2E-3 || temperature > 1e+2",
        "scores.exists(s, s > 1)",
        "ready ? calm : !calm",
        "ready ? calm : cycle > 1 ? true : false",
        "ready ? (calm ? true : false) : true",
        "vitals . exists ( v , v . systolic > 1 )",
    ],
)
def test_space_and_parentheses_are_free(text):
    assert problems_of(text) == ()
