"""Walking profiles: the shipped ones, one's own, and none passed off as law."""

import re

import pytest
from pydantic import ValidationError

from geoprio._core.errors import InputError
from geoprio.standards import Profile, find_profile, load_profiles, shipped_rules


def test_what_ships():
    profiles = load_profiles()
    assert {name: p.speed_m_per_min for name, p in profiles.items()} == {
        "planning": 60,
        "adult": 72,
        "elderly": 51,
        "toddler": 39,
    }
    assert "profiles" not in shipped_rules()


def test_every_shipped_profile_names_its_source_and_claims_nothing():
    for profile in load_profiles().values():
        assert profile.title_zh
        assert profile.title_en
        assert profile.source
        assert profile.note
        assert profile.verified is False
        own = profile.steps_factor > 1 or profile.crossing_penalty_s > 0
        assert not own or "geoprio's own choice" in profile.note


def test_the_slow_gain_nothing_downhill_and_lose_more_on_stairs():
    found = load_profiles()
    assert [p.downhill_gain for p in found.values()] == [True, True, False, False]
    assert [p.steps_factor for p in found.values()] == sorted(p.steps_factor for p in found.values())
    assert (found["planning"].steps_factor, found["planning"].crossing_penalty_s) == (1, 0)


def test_a_profile_of_ones_own():
    own = Profile(name="courier")
    assert (own.speed_m_per_min, own.slope, own.downhill_gain) == (60, True, True)
    assert (own.steps_factor, own.crossing_penalty_s, own.verified) == (1, 0, False)
    assert len({own, Profile(name="courier"), Profile(name="courier", slope=False)}) == 2
    with pytest.raises(ValidationError, match="frozen"):
        own.slope = False


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"speed_m_per_min": 0}, "speed_m_per_min"),
        ({"speed_m_per_min": float("inf")}, "speed_m_per_min"),
        ({"speed_m_per_min": float("nan")}, "speed_m_per_min"),
        ({"steps_factor": 0.9}, "steps_factor"),
        ({"crossing_penalty_s": -1}, "crossing_penalty_s"),
        ({"name": ""}, "name"),
        ({"pace": 1}, "pace"),
    ],
)
def test_profiles_that_cannot_be(values, place):
    with pytest.raises(ValidationError, match=place):
        Profile(**{"name": "x", **values})


def test_finding_one_by_name():
    assert find_profile("elderly") is not None
    assert find_profile("elderly") == load_profiles()["elderly"]
    with pytest.raises(InputError, match=re.escape("'elder' is not known (did you mean 'elderly'?); known are plan")):
        find_profile("elder")
    with pytest.raises(InputError, match="'xyz' is not known; known are planning, adult, elderly, toddler"):
        find_profile("xyz")
