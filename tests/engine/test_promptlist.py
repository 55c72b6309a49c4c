import csv
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.jobs import Order
from engine.promptlist import MAX_BYTES, MAX_ROWS, parse
from engine.request import Request


def messages(text: str | Path, kind: str | None = None) -> list[str]:
    return [message for row in parse(text, kind).rows for message in row.messages]  # type: ignore[arg-type]


def prompts(text: str | Path) -> list[str]:
    return [row.order.request.prompt for row in parse(text).rows if row.order]


class TestText:
    def test_one_prompt_a_line(self) -> None:
        found = parse("# morning\ncalm piano\r\n\n   \ntense strings  \r#late\nlo-fi, F# minor")
        assert [(row.line, row.order) for row in found.rows] == [
            (2, Order(Request(prompt="calm piano"))),
            (5, Order(Request(prompt="tense strings"))),
            (7, Order(Request(prompt="lo-fi, F# minor"))),
        ]
        assert (found.problems, found.notes) == ((), ())

    def test_a_bad_line_loses_no_good_one(self) -> None:
        text = f"calm\npia\x00no\n{'x' * 100_000}\nسلام 🎹\n"
        assert prompts(text) == ["calm", "سلام 🎹"]
        assert messages(text) == [
            "line 2, prompt: has an invisible control character (U+0000) at position 3",
            "line 3, prompt: is too long: at most 2,000 characters",
        ]

    def test_other_line_ends_are_part_of_a_prompt(self) -> None:
        assert prompts("calm\u2028piano\x85one\nnext") == ["calm piano one", "next"]

    def test_a_line_that_leaves_model_and_length_open_takes_the_usual_ones(self) -> None:
        usual = {"model": "x/loud", "duration": 42.0}
        found = parse("calm piano\ntense strings, 0:20\n{a|b} drums", usual=usual)
        assert [(order.request.model, order.request.duration) for order in found.orders()] == [
            ("x/loud", 42.0),
            ("x/loud", 20.0),
            ("x/loud", 42.0),
            ("x/loud", 42.0),
        ]


class TestCsv:
    def test_what_a_row_says_counts_and_what_it_leaves_open_is_as_usual(self) -> None:
        text = "prompt,model,duration\ncalm,,\ndark,sketch,\nslow,,20\n"
        found = parse(text, usual={"model": "x/loud", "duration": 42.0})
        assert [(order.request.model, order.request.duration) for order in found.orders()] == [
            ("x/loud", 42.0),
            ("sketch", 42.0),
            ("x/loud", 20.0),
        ]
        assert found.lengths == {"x/loud": 62.0, "sketch": 42.0}
        assert found.seconds == 104.0

    def test_columns_by_name_in_any_order(self) -> None:
        text = (
            "Length, Prompt ,seed,takes,name,priority,loop\n20,calm piano,7,2,Dawn,5,yes\n,x,,,,,\n"
        )
        found = parse(text)
        request = Request(prompt="calm piano", duration=20, seed=7, loop=True)
        assert [row.order for row in found.rows] == [
            Order(request, "Dawn", 5),
            Order(Request(prompt="x")),
        ]
        assert (found.takes, found.seconds) == (3, 56.0)

    @pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
    def test_any_usual_mark_stands_between(self, mark: str) -> None:
        text = f'prompt{mark}duration\n"calm{mark} slow"{mark}20\n'
        assert parse(text).rows[0].order == Order(Request(prompt=f"calm{mark} slow", duration=20))

    def test_excel_s_ways(self) -> None:
        text = 'sep=;\nprompt;duration\ncalm;12,5\n;;\n"say ""hi""";3\n'
        found = parse(text, "csv")
        assert [row.order.request.duration for row in found.good if row.order] == [12.5, 3]
        assert prompts_of(found) == ["calm", 'say "hi"']

    def test_quoted_text_may_run_over_lines(self) -> None:
        text = 'prompt,duration\n"calm\npiano",20\ntense,700\n'
        assert prompts(text) == ["calm piano"]
        assert messages(text) == ["line 4, duration: must be 600 or less"]

    def test_every_wrong_field_is_named(self) -> None:
        text = (
            "prompt,duration,seed,takes,model,output_format,loop\n"
            "calm,soon,1.5,0,sketch,aac,perhaps\n,20,,,,,\n"
        )
        assert messages(text) == [
            "line 2, takes: must be 1 or more",
            "line 2, duration: must be a number",
            "line 2, seed: must be a whole number",
            "line 2, loop: must be yes or no",
            "line 2, output_format: must be one of 'wav', 'flac', 'mp3' or 'ogg'",
            "line 3, prompt: is missing",
        ]

    def test_wrong_columns_are_told_with_those_found(self) -> None:
        found = parse("title,mood\nRain,sad\n", "csv")
        assert found.rows == ()
        assert found.problems == ("There is no column named prompt; found: title, mood",)

    def test_other_columns_are_left_out_and_told(self) -> None:
        found = parse("prompt,mood,prompt\ncalm,sad,tense\n", "csv")
        assert prompts_of(found) == ["calm"]
        assert found.notes == (
            "Column “mood” is not a setting and is left out.",
            "Column “prompt” is there twice; the first one counts.",
        )

    def test_an_open_quote_swallows_one_line(self) -> None:
        text = 'prompt,duration\n"calm,20\n' + "tense,20\n" * 300
        assert len(prompts(text)) == 300
        assert messages(text) == ["line 2: opens a quote that is not closed"]

    def test_stray_quotes_do_no_harm(self) -> None:
        assert prompts('prompt,duration\n"calm" piano,20\n12" single,3\n') == [
            "calm piano",
            '12" single',
        ]

    def test_too_many_values_hint_at_quotes(self) -> None:
        text = "prompt,duration\ncalm, slow,20\ntense,20,,\n"
        assert prompts(text) == ["tense"]
        assert messages(text) == [
            "line 2: has 3 values for 2 columns; put quotes around text that holds “,”"
        ]

    def test_a_huge_value_loses_no_other_row(self) -> None:
        text = f"prompt,duration\n{'x' * 200_000},20\ncalm,20\n"
        assert prompts(text) == ["calm"]
        assert messages(text) == ["line 2: is too long for a row"]


class TestJsonLines:
    def test_one_object_a_line(self) -> None:
        text = '{"prompt": "calm", "duration": 20, "count": 3}\n\n{"Prompt": "🎹"}\n'
        found = parse(text)
        assert [(row.line, row.takes) for row in found.rows] == [(1, 3), (3, 1)]
        assert prompts_of(found) == ["calm", "🎹"]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ('{"prompt": "calm"', "line 1: is not valid JSON, from character 18 on"),
            ("[1]", 'line 1: is not an object such as {"prompt": "…"}'),
            ("[" * 50_000, "line 1: is not JSON that a prompt list may hold"),
            ('{"prompt": 7}', "line 1, prompt: must be text"),
            ('{"prompt": "\\ud800"}', "line 1, prompt: must be text"),
            ('{"duration": 20}', "line 1, prompt: is missing"),
            ('{"prompt": " "}', "line 1, prompt: is empty"),
            ('{"prompt": "x", "duration": NaN}', "line 1, duration: must be a number"),
            ('{"prompt": "x", "mood": 1}', "line 1, mood: is not a setting of this program"),
        ],
    )
    def test_a_bad_line(self, line: str, message: str) -> None:
        text = f'{line}\n{{"prompt": "good"}}\n'
        assert messages(text, "jsonl") == [message]
        assert len(parse(text, "jsonl").good) == 1


class TestTemplates:
    def test_a_row_stands_for_all_that_its_template_does(self) -> None:
        for text in (
            "{calm|tense} piano, {90|120} bpm\n",
            'prompt,takes\n"{calm|tense} piano, {90|120} bpm",1\n',
            '{"prompt": "{calm|tense} piano, {90|120} bpm"}\n',
        ):
            found = parse(text)
            assert [order.request.prompt for order in found.orders()] == [
                "calm piano, 90 bpm",
                "calm piano, 120 bpm",
                "tense piano, 90 bpm",
                "tense piano, 120 bpm",
            ]
            assert (found.prompts, found.takes, found.seconds) == (4, 4, 64.0)
            assert found.rows[0].template == "{calm|tense} piano, {90|120} bpm"

    def test_each_prompt_has_the_row_s_takes_and_seeds(self) -> None:
        found = parse("prompt,seed,takes,duration\n{a|b},7,2,20\n")
        asked = [(order.request.prompt, order.request.seed) for order in found.orders()]
        assert asked == [("a", 7), ("a", 8), ("b", 7), ("b", 8)]
        assert (found.takes, found.seconds) == (4, 80.0)

    def test_templates_of_too_much_or_of_nothing_are_told(self) -> None:
        many = "{a|b|c|d}" * 6
        assert messages(f"{many}\n{{|calm}}\n{{a|b}}\n") == [
            "line 1, prompt: stands for more than 1,000 prompts; use fewer alternatives",
            "line 2, prompt: is empty in some cases",
        ]

    def test_a_list_stands_for_so_many_takes_at_most(self) -> None:
        rows = "{0|1|2|3|4|5|6|7|8|9}{0|1|2|3|4|5|6|7|8|9}{a|b|c|d|e|f|g|h|i|j},100\n" * 2
        assert parse(f"prompt,takes\n{rows}").problems == (
            "The list asks for more than 100,000 takes. Split it.",
        )

    def test_a_template_and_its_first_prompt_are_not_the_same(self) -> None:
        assert [row.same_as for row in parse("{a|b}\na\n{a|b}\n").rows] == [None, None, 1]


class TestLengths:
    @pytest.mark.parametrize("text", ["0:20", "20 s", "20", "0:20s"])
    def test_a_length_as_it_is_said(self, text: str) -> None:
        for source in (
            f"prompt,length\ncalm,{text}\n",
            json.dumps({"prompt": "calm", "duration": text}),
        ):
            assert parse(source).rows[0].order == Order(Request(prompt="calm", duration=20))

    def test_a_line_of_text_ends_in_its_length(self) -> None:
        found = parse("calm piano, 84 bpm, 1:30\nwaltz in 3:4\ntense,0:75\n", "txt")
        assert [
            (r.order.request.prompt, r.order.request.duration) for r in found.good if r.order
        ] == [
            ("calm piano, 84 bpm", 90),
            ("waltz in 3:4", 16),
            ("tense,0:75", 16),
        ]

    def test_a_length_out_of_bounds_is_told(self) -> None:
        assert messages("calm, 10:01\n", "txt") == ["line 1, duration: must be 600 or less"]
        assert messages("prompt,duration\ncalm,soon\n") == ["line 2, duration: must be a number"]


class TestWhole:
    @pytest.mark.parametrize(
        ("text", "takes"),
        [
            ('{"prompt": "a"}\n{"prompt": "b"}', ["a", "b"]),
            ("prompt;seed\na;1\nb;2", ["a", "b"]),
            ("{calm|tense} piano\nb", ["calm piano", "b"]),
            ("prompt, in a word\nb", ["prompt, in a word", "b"]),
        ],
    )
    def test_pasted_text_is_read_as_what_it_is(self, text: str, takes: list[str]) -> None:
        assert prompts(text) == takes

    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"]
    )
    def test_encodings(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "list.csv"
        path.write_bytes("prompt,name\ncafé,Frühling\n".encode(encoding))
        found = parse(path)
        assert [row.order for row in found.rows] == [Order(Request(prompt="café"), "Frühling")]
        assert bool(found.notes) is (encoding in ("cp1252", "latin-1"))

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "the list is empty"),
            (b"\xef\xbb\xbf \r\n", "the list is empty"),
            (b"# only\n# comments\n", "no prompt in it"),
            (b"\x89PNG\r\n\x1a\n" + os.urandom(5_000), "not a text file"),
            (bytes(10_000_000), "not a text file"),
            (b"\xff\xfe\x00\xd8", "not a text file"),
        ],
    )
    def test_no_list(self, tmp_path: Path, data: bytes, words: str) -> None:
        path = tmp_path / "list.txt"
        path.write_bytes(data)
        found = parse(path)
        assert found.rows == ()
        assert len(found.problems) == 1
        assert words in found.problems[0]

    def test_a_file_too_large_is_told_before_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "list.txt"
        with path.open("wb") as file:
            file.truncate(MAX_BYTES * 1_000)
        assert parse(path).problems == (
            "“list.txt” is too large: 20000 MB, at most 20 MB. Split it.",
        )

    def test_a_file_that_is_gone_is_told(self, tmp_path: Path) -> None:
        assert parse(tmp_path / "gone.txt").problems == (
            "“gone.txt” cannot be read: No such file or directory.",
        )
        assert "cannot be read" in parse(tmp_path).problems[0]

    def test_a_list_of_10_mb(self) -> None:
        text = ("calm piano, slow and low " * 40 + "\n") * 10_000
        found = parse(text)
        assert (len(text) >= 10_000_000, len(found.good)) == (True, 10_000)

    def test_a_list_of_50_000_lines(self) -> None:
        found = parse("".join(f"calm piano {n}\n" for n in range(50_000)))
        assert (found.takes, found.seconds) == (50_000, 800_000.0)
        assert parse("calm\n" * (MAX_ROWS + 1)).problems == (
            "The list is too long: at most 100,000 rows. Split it.",
        )

    def test_rows_that_say_the_same_are_kept_and_told(self) -> None:
        found = parse("calm\ntense\ncalm\n  calm\n")
        assert [row.same_as for row in found.rows] == [None, None, 1, 1]
        assert found.takes == 4
        assert found.notes == ("2 rows say the same as an earlier one (line 3, 4); all are kept.",)

    def test_the_takes_of_a_row_count_on_from_its_seed(self) -> None:
        found = parse("prompt,seed,takes\ncalm,2147483647,3\ntense,,2\n")
        seeds = [order.request.seed for order in found.orders()]
        assert seeds[:3] == [2_147_483_647, 0, 1]
        assert None not in seeds
        assert len(set(seeds)) == 5


def prompts_of(found: object) -> list[str]:
    return [row.order.request.prompt for row in found.rows if row.order]  # type: ignore[attr-defined]


@given(data=st.binary(max_size=300), suffix=st.sampled_from([".txt", ".csv", ".jsonl", ".x"]))
@example(data=b"prompt\n\x1c\n", suffix=".csv")
@example(data=b"sep=\n", suffix=".csv")
@example(data=b'"', suffix=".csv")
@settings(max_examples=300)
def test_any_bytes_are_read_or_told(
    data: bytes, suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(data)
    found = parse(path)
    assert bool(found.rows) is not bool(found.problems)
    assert all(bool(row.order) is not bool(row.problems) for row in found.rows)
    assert len(found.orders()) == found.takes


@given(text=st.text(alphabet=list('prompt,;"\n\r\t{}[]:#x1= '), max_size=60))
@settings(max_examples=300)
def test_any_pasted_text_is_read_or_told(text: str) -> None:
    found = parse(text)
    assert bool(found.rows) is not bool(found.problems)


rows = st.fixed_dictionaries(
    {"prompt": st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)},
    optional={
        "duration": st.floats(1, 600),
        "seed": st.integers(0, 2**31 - 1),
        "loop": st.booleans(),
        "output_format": st.sampled_from(["wav", "flac", "mp3", "ogg"]),
        "guidance": st.floats(0, 20),
    },
).filter(lambda row: row["prompt"].strip() and "{" not in row["prompt"])


@given(st.lists(rows, min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_what_is_written_is_read_back(items: list[dict[str, object]], mark: str) -> None:
    requests = [Request.model_validate(item) for item in items]
    lines = "\n".join(json.dumps(item) for item in items)
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, list(Request.model_fields), delimiter=mark)
    writer.writeheader()
    writer.writerows(items)
    for text, kind in ((lines, "jsonl"), (sheet.getvalue(), "csv")):
        found = parse(text, kind)  # type: ignore[arg-type]
        assert [row.order.request for row in found.rows if row.order] == requests
