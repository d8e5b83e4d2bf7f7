"""Sightings are linked into tracks as a person would link them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.sightings import Sighting
from jebi.release.tracks import GAP_MS, SURE, tracks
from release.walks import EVERY_MS, SIZE, crowds, seen, walk


def test_one_who_walks_is_one_track() -> None:
    (track,) = tracks(walk(0, 2000))
    assert len(track.sightings) == 50


def test_two_who_walk_apart_are_two_tracks() -> None:
    found = tracks([*walk(0, 2000), *walk(0, 2000, y=8000)])
    assert [len(track.sightings) for track in found] == [50, 50]


@pytest.mark.parametrize("missed_ms", [40, 200, 600, 1000, GAP_MS - EVERY_MS])
def test_a_hole_in_the_sightings_is_bridged(missed_ms: int) -> None:
    sightings = [one for one in walk(0, 4000) if not 1000 <= one.time_ms < 1000 + missed_ms]
    assert len(tracks(sightings)) == 1


def test_a_face_behind_which_somebody_passes_is_found_again() -> None:
    sightings = [one for one in walk(0, 8000, pace=0.2) if not 2000 <= one.time_ms < 4500]
    assert len(tracks(sightings)) == 1


def test_nothing_is_followed_across_a_cut() -> None:
    found = tracks(walk(0, 2000), cuts_ms=[1000])
    assert [(track.first.time_ms, track.last.time_ms) for track in found] == [(0, 960), (1000, 1960)]


def test_weak_sightings_count_before_and_after_a_sure_one() -> None:
    weak = [seen(one.time_ms, one.x, one.y, score=SURE - 200) for one in walk(0, 2000)]
    weak[25] = seen(weak[25].time_ms, weak[25].x, weak[25].y)
    (track,) = tracks(weak)
    assert len(track.sightings) == 50


def test_weak_sightings_alone_are_none() -> None:
    assert tracks(seen(one.time_ms, one.x, one.y, score=SURE - 1) for one in walk(0, 2000)) == []


def test_one_that_grows_to_another_size_at_once_is_another() -> None:
    found = tracks([*walk(0, 1000), seen(1000, 2000, size=3 * SIZE)])
    assert len(found) == 2


@given(crowds(), st.lists(st.integers(1, 2000), max_size=3))
def test_every_sure_sighting_is_in_one_track_and_times_rise(crowd: list[Sighting], cuts: list[int]) -> None:
    found = tracks(crowd, cuts_ms=cuts)
    of_tracks = [one for track in found for one in track.sightings]
    for one in crowd:
        assert one.score < SURE or of_tracks.count(one) == crowd.count(one)
    for track in found:
        times = [one.time_ms for one in track.sightings]
        assert times == sorted(set(times))
        assert any(one.score >= SURE for one in track.sightings)
        assert not any(track.first.time_ms < cut <= track.last.time_ms for cut in cuts)
