"""A publisher publishes and withdraws on the pages, in words of their language; whoever else asks, or asks otherwise, changes nothing."""

import html
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from going_out import SETTINGS, Clock, Stage
from jebi.office.kinds import Role
from jebi.office.public_site import settle
from jebi.office.shown_publishing import Doing, Errand, Hold, PressRun, PublicSite, Ready, Releases
from jebi.web import wording
from office.conftest import archive_once, files  # noqa: F401 fixtures
from web.archive_publishing import SITE, WHEN, release, to_publish
from web.housed import Housed, housed
from web.served import SAME, Served, Signed

PUBLISH, WITHDRAW = "/cuts/1/outputs/2/publish", "/cuts/3/outputs/4/withdraw"
FORM = {"sha256": "a" * 64, "plan": "b" * 64, "sure": "yes"}
SORRY = {"sure": "yes", "en": "Somebody asked.", "ko": "누군가 부탁했습니다.", "ja": ""}
SOON = 60  # seconds
READY = Ready(cut=1, name="봄 <b>", output=2, by=("crane", "heron"))


def text(page: str) -> str:
    return html.unescape(page)


def test_what_waits_leads_a_publisher_to_its_page_and_nobody_else(served: Served) -> None:
    served.archive.released = Releases(ready=(READY,), out=(release(),), site=SITE)
    page = served.signed_in(Role.PUBLISHER).client.get("/releases").text
    assert f'href="{PUBLISH}"' in page
    assert f'href="{WITHDRAW}"' in page
    assert "봄 &lt;b&gt;" in page
    assert "Published by owl" in page
    assert "The site shows it." in page
    for role in (Role.EDITOR, Role.CLEARER):
        page = served.signed_in(role).client.get("/releases").text
        assert "/publish" not in page
        assert "/withdraw" not in page
        assert "/releases/site" not in page
        assert "Published by owl" in page


@pytest.mark.parametrize("hold", Hold)
def test_what_keeps_a_film_from_being_published_is_said_and_there_is_no_button(served: Served, hold: Hold) -> None:
    served.archive.released = Releases(ready=(replace(READY, holds=(hold,), why_not="a <i>key</i>"),), site=SITE)
    served.archive.waiting[1, 2] = to_publish(holds=(hold,), why_not="a <i>key</i>", hint="mend it")
    publisher = served.signed_in(Role.PUBLISHER)
    said = wording.read().by_code["en"].say(f"release.hold.{hold}")
    for path in ("/releases", PUBLISH):
        page = publisher.client.get(path).text
        assert said in text(page)
        assert 'class="obstacles"' in page
        assert 'name="sure"' not in page
        assert "<i>key" not in page
    assert f'href="{PUBLISH}"' not in publisher.client.get("/releases").text
    assert publisher.post(PUBLISH, FORM).status_code == 403
    assert served.archive.went == []


@pytest.mark.parametrize(
    ("language", "said", "button"),
    [
        ("en", "What the public will read", "Publish</button>"),
        ("ko", "독자가 읽고 듣게 될 내용", "공개</button>"),
        ("ja", "読者が読み、聞く内容", "公開する</button>"),
    ],
)
def test_a_publisher_reads_what_the_public_will_and_confirms_it_once(
    served: Served, language: str, said: str, button: str
) -> None:
    publisher = served.signed_in(Role.PUBLISHER, language=language)
    page = publisher.client.get(PUBLISH).text
    assert said in text(page)
    assert button in page
    assert "Rice &lt;i&gt;at" in page
    assert "How &lt;much&gt;?" in page
    assert f'name="sha256" value="{"a" * 64}"' in page
    assert page.count('type="checkbox" name="sure" value="yes" required') == 1
    assert publisher.post(PUBLISH, FORM).headers["location"] == "/releases"
    assert served.archive.went == [("publish", 1, 2, "a-publisher")]


def test_what_a_form_says_of_folders_places_and_people_counts_for_nothing(served: Served) -> None:
    forged = FORM | {"folder": "/etc", "site": "/etc", "to": "sftp://evil.example", "by": "owl", "number": "9"}
    assert served.signed_in(Role.PUBLISHER).post(PUBLISH, forged).status_code == 303
    assert served.archive.went == [("publish", 1, 2, "a-publisher")]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"sure": ""}, 422),
        ({"sure": "no"}, 422),
        ({"sha256": "../../etc/passwd"}, 422),
        ({"sha256": "A" * 64}, 422),
        ({"plan": ""}, 422),
        ({"sha256": "0" * 64}, 403),
        ({"plan": "0" * 64}, 403),
    ],
    ids=str,
)
def test_a_form_that_was_forged_or_is_old_publishes_nothing(
    served: Served, changed: dict[str, str], status: int
) -> None:
    publisher = served.signed_in(Role.PUBLISHER)
    assert publisher.post(PUBLISH, FORM | changed).status_code == status
    without = {name: value for name, value in FORM.items() if name not in changed}
    assert publisher.post(PUBLISH, without).status_code == 422
    assert served.archive.went == []


@pytest.mark.parametrize(
    "path", ["/cuts/..%2f1/outputs/2/publish", "/cuts/0/outputs/2/publish", "/cuts/1/outputs/-2/publish"]
)
def test_an_address_that_cannot_be_publishes_nothing(served: Served, path: str) -> None:
    publisher = served.signed_in(Role.PUBLISHER)
    assert publisher.client.get(path).status_code in {404, 422}
    assert publisher.post(path, FORM).status_code in {404, 422}
    assert publisher.post("/cuts/2/outputs/2/publish", FORM).status_code == 404
    assert served.archive.went == []


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PUBLISHER}))
def test_who_is_no_publisher_publishes_withdraws_and_makes_nothing(served: Served, role: Role) -> None:
    signed = served.signed_in(role)
    for path, form in ((PUBLISH, FORM), (WITHDRAW, SORRY), ("/releases/site", {})):
        assert signed.post(path, form).status_code == 403
    for path in (PUBLISH, WITHDRAW):
        assert signed.client.get(path).status_code == 403
    assert served.archive.went == []


def test_a_form_from_elsewhere_or_without_the_session_s_token_publishes_nothing(served: Served) -> None:
    publisher, clearer = served.signed_in(Role.PUBLISHER), served.signed_in(Role.CLEARER)
    for path, form in ((PUBLISH, FORM), (WITHDRAW, SORRY), ("/releases/site", {})):
        for token in ("", clearer.form_token):
            assert Signed(publisher.client, publisher.member, token).post(path, form).status_code == 403
        there = SAME | {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        given = form | {"form_token": publisher.form_token}
        assert publisher.client.post(path, data=given, headers=there).status_code == 403
        assert publisher.client.get(f"{path}?sure=yes", headers=there).status_code == 403
    assert served.archive.went == []


def test_a_film_is_withdrawn_with_words_in_the_languages_of_the_site(served: Served) -> None:
    publisher = served.signed_in(Role.PUBLISHER)
    page = publisher.client.get(WITHDRAW).text
    assert ('<textarea name="en" lang="en"' in page, '<textarea name="ko" lang="ko"' in page) == (True, True)
    assert '<textarea name="ja"' not in page
    assert publisher.post(WITHDRAW, SORRY).headers["location"] == "/releases"
    texts = {"en": "Somebody asked.", "ko": "누군가 부탁했습니다."}
    assert served.archive.went == [("withdraw", 3, 4, texts, "a-publisher")]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"sure": "yes"}, 403),
        ({"sure": "yes", "en": " \n "}, 403),
        ({"en": "Sorry."}, 422),
        ({"sure": "yes", "en": "x" * 4001}, 422),
    ],
    ids=["no words", "nothing but spaces", "nobody is sure", "too long"],
)
def test_without_words_or_without_a_word_that_it_is_meant_nothing_is_withdrawn(
    served: Served, form: dict[str, str], status: int
) -> None:
    assert served.signed_in(Role.PUBLISHER).post(WITHDRAW, form).status_code == status
    assert served.archive.went == []


def test_a_film_that_is_withdrawn_shows_what_was_said_and_no_form(served: Served) -> None:
    shown = served.archive.withdrawing[3, 4]
    served.archive.withdrawing[3, 4] = replace(shown, words=(("en", "Somebody <b>asked</b>."),))
    gone = release(retracted=WHEN, why="Somebody <b>asked</b>.")
    served.archive.released = Releases(out=(gone, replace(gone, slug="0002", is_there=False)), site=SITE)
    publisher = served.signed_in(Role.PUBLISHER)
    page = publisher.client.get(WITHDRAW).text
    assert ("Somebody &lt;b&gt;asked" in page, "<textarea" in page) == (True, False)
    page = publisher.client.get("/releases").text
    assert "The site shows the notice in its place." in page
    assert "The site does not show this yet." in page
    assert f'href="{WITHDRAW}"' not in page


RUNS = [
    (
        PressRun(errand=Errand.PUBLISH, is_over=False, film=4, share=0.25, left=75.0),
        ("Publishing film 0004", "25%", "About 1:15 left."),
    ),
    (PressRun(errand=Errand.PUBLISH, is_over=False, film=4, doing=Doing.MAKING), ("Making the site.",)),
    (
        PressRun(errand=Errand.WITHDRAW, is_over=True, film=4, edition=5, films=1),
        ("Withdrawing film 0004", "Edition 5 of the site has 1 film."),
    ),
    (PressRun(errand=Errand.SITE, is_over=True, edition=5, films=3), ("Bringing the site on", "has 3 films.")),
    (
        PressRun(errand=Errand.SITE, is_over=True, failed="the <disk> is full; make room"),
        ("It did not come to its end.", "the <disk> is full; make room"),
    ),
]


@pytest.mark.parametrize(("run", "said"), RUNS, ids=["reading", "making", "withdrawn", "made", "failed"])
def test_how_far_it_is_and_what_came_of_it_is_said_on_the_page_of_releases(
    served: Served, run: PressRun, said: tuple[str, ...]
) -> None:
    served.archive.released = Releases(site=SITE, run=run)
    page = served.signed_in(Role.PUBLISHER).client.get("/releases").text
    assert all(one in text(page) for one in said)
    assert "<disk>" not in page
    assert ("/releases/site" in page) is run.is_over
    assert 'jebi-live src="/releases/live"' in page


def test_where_it_goes_is_said_and_what_to_do_where_it_cannot(served: Served) -> None:
    publisher = served.signed_in(Role.PUBLISHER)
    served.archive.released = Releases(site=replace(SITE, is_behind=True))
    page = publisher.client.get("/releases").text
    assert all(said in page for said in ("/srv/site", "https://films.example/", "봄 &lt;b&gt;", "3, of 2026-11-18"))
    assert "The log tells of more than the site shows." in page
    assert publisher.post("/releases/site").headers["location"] == "/releases"
    served.archive.released = Releases(site=PublicSite(why="the site has no title yet", hint="jebi desk site"))
    page = publisher.client.get("/releases").text
    assert "jebi desk serve --site" in page
    assert "the site has no title yet; jebi desk site" in page
    assert "/releases/site" not in page


def test_the_pages_of_a_cut_lead_a_publisher_to_it(served: Served) -> None:
    shown = served.archive.outputs[1, 2]
    served.archive.outputs[1, 2] = replace(shown, is_cleared=True)
    assert f'href="{PUBLISH}"' in served.signed_in(Role.PUBLISHER).client.get("/cuts/1/outputs/2").text
    assert PUBLISH not in served.signed_in(Role.CLEARER).client.get("/cuts/1/outputs/2").text


@dataclass
class Desk:
    """A desk that is served, at which a cut is cleared, and browsers of those who publish."""

    desk: Housed
    stage: Stage
    address: str
    form: dict[str, str]

    def browser(self, name: str) -> Signed:
        self.desk.house.keep_member(self.desk.named(name, Role.PUBLISHER), by="desk")
        return self.desk.session_of(name)

    def ended(self) -> None:
        until = time.monotonic() + SOON
        while self.desk.house.press and self.desk.house.press.is_busy:
            assert time.monotonic() < until, "it never ended"
            time.sleep(0.01)


@pytest.fixture
def desk(archive_once: Path, files: Path, tmp_path: Path) -> Iterator[Desk]:  # noqa: F811
    shutil.copytree(archive_once, tmp_path / "built")
    with housed(tmp_path / "built", tmp_path / "served") as desk:
        house = desk.house
        stage = Stage(house.desk, house.catalogue, files, clock=Clock(desk.now_ms()))
        stage.people()
        settle(house.desk, SETTINGS, by="member/owl", time=1)
        stage.clear(output := stage.cut())
        asked = house.to_publish(1, output, by="owl")
        form = {"sha256": asked.sha256, "plan": asked.plan_sha256, "sure": "yes"}
        yield Desk(desk, stage, f"/cuts/1/outputs/{output}", form)


def test_a_film_is_published_and_withdrawn_in_the_browser(desk: Desk, files: Path) -> None:  # noqa: F811
    owl = desk.browser("owl")
    assert owl.post(f"{desk.address}/publish", desk.form).headers["location"] == "/releases"
    desk.ended()
    page = owl.client.get("/releases").text
    assert ("Done. Edition 1 of the site has 1 film." in page, "Published by owl" in page) == (True, True)
    assert (desk.desk.site / "films/0001/film.mp4").read_bytes() == (files / "film.mp4").read_bytes()
    form = {"sure": "yes", "en": "Somebody asked.", "ko": "누군가 부탁했습니다."}
    assert owl.post(f"{desk.address}/withdraw", form).status_code == 303
    desk.ended()
    assert not (desk.desk.site / "films/0001").exists()
    assert "Somebody asked." in (desk.desk.site / "en/films/0001.html").read_text(encoding="utf-8")
    assert "누군가 부탁했습니다." in (desk.desk.site / "ko/films/0001.html").read_text(encoding="utf-8")
    assert "The site shows the notice in its place." in owl.client.get("/releases").text
    assert "withdrawn already" in text(owl.post(f"{desk.address}/withdraw", form).text)
    assert "was withdrawn" in text(owl.post(f"{desk.address}/publish", desk.form).text)
    assert (desk.stage.kinds().count("cut-released"), desk.stage.kinds().count("cut-withdrawn")) == (1, 1)
    assert desk.desk.complaints == []


def test_who_cleared_it_and_became_a_publisher_publishes_nothing(desk: Desk) -> None:
    crane = desk.browser("crane")
    assert "You planned or cleared it yourself" in crane.client.get(f"{desk.address}/publish").text
    assert crane.post(f"{desk.address}/publish", desk.form).status_code == 403
    assert ("cut-released" in desk.stage.kinds(), desk.desk.site.exists()) == (False, False)


def test_a_clearance_that_was_withdrawn_since_the_page_was_drawn_publishes_nothing(desk: Desk) -> None:
    owl = desk.browser("owl")
    assert 'name="sure"' in owl.client.get(f"{desk.address}/publish").text
    desk.desk.house.refuse(1, int(desk.address.rpartition("/")[2]), by="heron")
    answer = owl.post(f"{desk.address}/publish", desk.form)
    assert (answer.status_code, 'class="obstacles"' in owl.client.get(f"{desk.address}/publish").text) == (403, True)
    assert ("cut-released" in desk.stage.kinds(), desk.desk.site.exists()) == (False, False)


def test_two_browsers_that_publish_at_once_publish_it_once(desk: Desk) -> None:
    browsers, said = [desk.browser("owl"), desk.browser("eagle")], list[int]()
    ready = threading.Barrier(2)

    def press(browser: Signed) -> None:
        ready.wait(SOON)
        said.append(browser.post(f"{desk.address}/publish", desk.form).status_code)

    both = [threading.Thread(target=press, args=(one,)) for one in browsers]
    for one in both:
        one.start()
    for one in both:
        one.join()
    desk.ended()
    assert sorted(said) in ([303, 303], [303, 403])
    assert (desk.stage.kinds().count("cut-released"), len(list((desk.desk.site / "films").iterdir()))) == (1, 1)
    assert desk.desk.house.verify_log().is_true
