import pytest

from ui.compose.words import VOCABULARY, add_word, has_word, remove_word, words_in


@pytest.mark.parametrize("word", [word for words in VOCABULARY.values() for word in words])
def test_every_word_goes_in_and_out_again(word: str) -> None:
    prompt = "late night, rain outside"
    with_word = add_word(prompt, word)
    assert has_word(with_word, word)
    assert remove_word(with_word, word) == prompt


def test_a_second_tempo_or_key_takes_the_place_of_the_first() -> None:
    assert add_word("calm piano, 84.5 BPM, slow", "120 bpm") == "calm piano, 120 bpm, slow"
    assert add_word("waltz in C# minor", "D minor") == "waltz in D minor"


def test_parts_of_words_do_not_count() -> None:
    assert not has_word("calmly, jazzy, dark-ish", "calm")
    assert not has_word("dark-ish", "dark")
    assert has_word("(Dark)", "dark")


def test_of_words_that_overlap_the_longer_one_is_meant() -> None:
    assert words_in("an electric piano") == ["electric piano"]


def test_taking_a_word_out_leaves_no_stray_commas() -> None:
    assert remove_word("calm", "calm") == ""
    assert remove_word("calm, jazz", "calm") == "jazz"
    assert remove_word("jazz,calm , slow", "calm") == "jazz, slow"
