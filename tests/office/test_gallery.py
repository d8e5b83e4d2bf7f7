"""The grid shows what is known of each clip, newest first; filters find what they name, and pages every clip once."""

import pytest

from jebi.office.gallery import CLIPS, wanted_by
from jebi.office.kinds import Certainty, ClipState, Has
from jebi.office.shown import Card, Choice, Filter
from jebi.vault import clips
from jebi.vault.clips import Fact
from jebi.vault.grid import Wanted
from looked_at import FILM
from office.rooms import Shown
from vault.rows import EVENT, NOW, add, clip


def test_the_grid_shows_what_is_known_of_each_clip(shown: Shown) -> None:
    page = shown.house.clips(Filter())
    film, speech = shown.card(FILM), shown.card("speech.wav")

    assert page.total == len(page.items) == 5
    assert (film.state, film.has_poster, film.shots >= 1, film.duration > 1) == (ClipState.READY, True, True, True)
    assert (speech.has_speech, speech.has_poster, speech.duration > 2) == (True, False, True)
    assert (page.older, page.newer) == ("", "")


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (Filter(state=ClipState.READY), {FILM, "speech.wav"}),
        (Filter(state=ClipState.FAILED), {"notes.txt", "empty.mp4", "cut.mp4"}),
        (Filter(state=ClipState.WORKING), set()),
        (Filter(speech=Has.YES), {"speech.wav"}),
        (Filter(faces=Has.YES), {FILM}),
        (Filter(faces=Has.NO, state=ClipState.READY), {"speech.wav"}),
        (Filter(tag="쌀값"), {FILM}),
        (Filter(place="혜산"), {FILM}),
        (Filter(collection="spring"), {FILM}),
        (Filter(tag="never given"), set()),
        (Filter(trip="nobody"), set()),
        (Filter(since=4_000_000_000), set()),
        (Filter(until=1_000_000_000), set()),
        (Filter(since=1_000_000_000, until=4_000_000_000, state=ClipState.READY), {FILM, "speech.wav"}),
    ],
)
def test_a_filter_finds_what_it_names(shown: Shown, chosen: Filter, names: set[str]) -> None:
    shown.house.add_tag(shown.film, "쌀값", by="maria")
    shown.house.add_place(shown.film, "혜산", Certainty.PROBABLE, "", by="maria")
    shown.house.add_to_collection(shown.film, "spring", by="maria")

    page = shown.house.clips(chosen)

    assert {one.name for one in page.items} == names
    assert page.total == len(names)


def test_what_filters_can_be_set_to_follows_every_change(shown: Shown) -> None:
    assert shown.house.choices().tags == ()
    shown.house.add_tag(shown.film, "시장", by="maria")
    assert shown.house.choices().tags == (Choice(name="시장", clips=1),)
    shown.house.drop_tag(shown.film, "시장", by="maria")
    assert shown.house.choices().tags == ()


def walked(shown: Shown, chosen: Filter) -> list[Card]:
    """Every page from the newest to the oldest; and back again, which shows the same."""
    page = shown.house.clips(chosen)
    there, back = [page], []
    while page.older:
        page = shown.house.clips(chosen, key=page.older)
        there.append(page)
    while page.newer:
        page = shown.house.clips(chosen, key=page.newer)
        back.append(page)
    assert [one.items for one in back[::-1]] == [one.items for one in there[:-1]]
    return [card for one in there for card in one.items]


@pytest.mark.parametrize("count", [0, 1, CLIPS, CLIPS + 1, 2 * CLIPS + 5])
def test_pages_hold_every_clip_once_there_and_back(empty: Shown, count: int) -> None:
    made = [clip(number, arrived_ms=NOW + number // 7) for number in range(count)]  # many came at once
    add(empty.house.catalogue, *made)

    seen = walked(empty, Filter())

    assert [one.came for one in seen] == sorted((one.came for one in seen), reverse=True)
    assert sorted(one.id for one in seen) == sorted(one.id for one in made)
    assert empty.house.clips(Filter()).total == count


@pytest.mark.parametrize(
    "key",
    ["rubbish", "o", "o1", "oabc_0", "o1_2_3", "o1_\0", "o\u0661_a", "n-1_0", "o1_" + "0" * 80],
)
def test_a_key_that_cannot_be_shows_the_newest(empty: Shown, key: str) -> None:
    add(empty.house.catalogue, *(clip(number) for number in range(CLIPS + 2)))

    assert empty.house.clips(Filter(), key=key) == empty.house.clips(Filter())


@pytest.mark.parametrize("key", ["o0_0", "n999999999999999_z", "o999999999999999_'; DROP TABLE clip; --"])
def test_a_key_for_a_place_beyond_the_ends_breaks_nothing(empty: Shown, key: str) -> None:
    add(empty.house.catalogue, clip())

    assert len(empty.house.clips(Filter(), key=key).items) <= 1
    assert empty.house.clips(Filter()).total == 1


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (NOW // 1000, NOW // 1000, 1),
        (None, NOW // 1000 - 1, 0),
        (NOW // 1000 + 1, None, 0),
        (NOW // 1000 + 1, NOW // 1000 - 1, 0),
    ],
    ids=[
        "both ends are in",
        "it came after the end",
        "it came before the beginning",
        "the end is before the beginning",
    ],
)
def test_a_day_has_all_of_its_last_second(empty: Shown, since: int | None, until: int | None, found: int) -> None:
    add(empty.house.catalogue, clip(999))  # it came in the last millisecond of that second

    page = empty.house.clips(Filter(since=since, until=until))

    assert (len(page.items), page.total) == (found, found)


@pytest.mark.parametrize("chosen", [Filter(tag="x"), Filter(place="x"), Filter(collection="x")])
def test_what_a_filter_names_that_is_not_there_finds_nothing_and_never_everything(empty: Shown, chosen: Filter) -> None:
    add(empty.house.catalogue, clip())

    with empty.house.catalogue.reading() as connection:
        wanted = wanted_by(connection, chosen)

    assert wanted != Wanted()
    assert empty.house.clips(chosen).items == ()


def test_a_film_lasts_as_long_as_the_longer_of_its_pictures_and_its_sound(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    measured = {"last-frame-ms": "1500", "sound-ms": "61000"}
    facts = [Fact(name=name, source="measured", value=value, tool="ffmpeg") for name, value in measured.items()]
    with empty.house.catalogue.writing(NOW) as change:
        clips.put_facts(change, clip().id, facts, EVENT)

    (card,) = empty.house.clips(Filter()).items

    assert card.duration == 61.0


def test_a_hostile_name_is_shown_as_it_came_for_whoever_draws_it_to_escape(empty: Shown) -> None:
    name = "<script>alert(1)</script>\u202e.mp4"
    add(empty.house.catalogue, clip())
    with empty.house.catalogue.writing(NOW) as change:
        clips.put_facts(change, clip().id, [Fact(name="name", source="claimed", value=name, tool="manifest")], EVENT)

    (card,) = empty.house.clips(Filter()).items

    assert (card.name, card.state, card.duration) == (name, ClipState.WORKING, 0.0)
