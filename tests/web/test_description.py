"""What can be sent by the description of the routes, and what it forbids, is answered and never a mistake of the desk's.

The desk publishes no description; this one is made from the app, with what pages read beside it: the form's token, filters,
ranges. Streams take nothing and never end; tests/web/test_live.py is about them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode

from database import either, postgresql_url  # noqa: F401 fixtures
from depth import often
from jebi.office.kinds import Role
from jebi.office.shown import Filter
from jebi.web.table import RULES, Rule
from looked_at import FILM
from office.conftest import archive_once  # noqa: F401 a fixture
from web.housed import Housed, build, housed
from web.served import ORIGIN, SAME, Signed

FORM = "application/x-www-form-urlencoded"
TAKE_NOTHING = {"asset", "sign_out", "home", "guide", "trips", "log_verify", "releases", "health", "members"}
EXAMPLES, EXAMPLES_AGAIN = often(6, 2), 2  # over SQLite; over PostgreSQL, of which test_matrix.py asks what it dislikes
PAUSE = 400  # seconds between two requests by the desk's clock: no brake is left, or they would all be told to wait


@dataclass
class Described:
    """The desk, its description, and what there is at it."""

    desk: Housed
    schema: schemathesis.BaseSchema
    there: dict[str, str | int]


@pytest.fixture(scope="module")
def described(
    archive_once: Path,  # noqa: F811
    samples: Path,
    tmp_path_factory: pytest.TempPathFactory,
    either: str,  # noqa: F811
) -> Iterator[Described]:
    built = build(archive_once, tmp_path_factory.mktemp("built"), samples, url=either)
    with housed(built, tmp_path_factory.mktemp("described")) as desk:
        house = desk.house
        film = next(one.id for one in house.clips(Filter()).items if one.name == FILM)
        parcel = house.parcels().items[-1]
        house.keep_member(desk.named("a-target"), by="desk")
        schema = schemathesis.openapi.from_dict(description(desk))
        schema.app = desk.app
        there: dict[str, str | int] = {
            "clip": film,
            "transcript": house.clip(film).transcripts[0].id,
            "parcel": parcel.id,
        }
        there |= {"trip": parcel.trip, "job": house.jobs().items[0].id, "member": "a-target"}
        there |= dict.fromkeys(("cut", "output", "picture", "leaf"), 1)
        yield Described(desk, schema, there)


def description(desk: Housed) -> dict[str, Any]:
    """The app's own, with what it does not know of."""
    made = desk.app.openapi()
    texts = [{"name": one.name, "in": "query", "schema": {"type": "string"}} for one in fields(Filter)]
    for path, operations in made["paths"].items():
        if "post" in operations:
            empty = {"content": {FORM: {"schema": {"type": "object"}}}, "required": True}
            operations["post"].setdefault("requestBody", empty)
        if path in {"/archive", "/search", "/jobs"}:
            operations["get"].setdefault("parameters", []).extend(texts)
        if any(part in path for part in ("/media/", "/shots/", "/films/", "/film", "/picture")):
            ranges = {"type": "string", "pattern": r"^(bytes=)?[0-9]{0,16}-[0-9]{0,16}(,[0-9]-)?$"}
            operations["get"]["parameters"].append({"name": "range", "in": "header", "schema": ranges})
    return made


def asked_by(role: Role, *, is_broken: bool) -> list[Rule]:
    """The routes that let this role's requests in; of broken requests those that take something that can be wrong. A clearer asks what nobody else may."""
    let_in = (one for one in RULES if not one.roles or role in one.roles)
    if role is Role.CLEARER:
        let_in = (one for one in RULES if one.roles == {role})
    return [one for one in let_in if not (one.path.endswith("/live") or (is_broken and one.name in TAKE_NOTHING))]


CASES = [
    pytest.param(role, mode, rule, id=f"{role} {mode.value} {rule.name}")
    for role in (Role.ADMIN, Role.EDITOR, Role.CLEARER)
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    for rule in asked_by(role, is_broken=mode is GenerationMode.NEGATIVE)
]


@pytest.mark.parametrize(("role", "mode", "rule"), CASES)
def test_nothing_that_can_be_sent_is_a_mistake_of_the_desk_s(
    described: Described, role: Role, mode: GenerationMode, rule: Rule
) -> None:
    path, method = rule.path, rule.method
    operation = described.schema[path][method]
    is_there = mode is GenerationMode.POSITIVE
    known = {name: value for name, value in described.there.items() if f"{{{name}}}" in path} if is_there else None

    is_again = described.desk.house.catalogue.engine.dialect.name == "postgresql"

    @settings(max_examples=EXAMPLES_AGAIN if is_again else EXAMPLES, database=None)
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=known or None))
    def ask(case: schemathesis.Case[Any]) -> None:
        described.desk.now += PAUSE
        signed = described.desk.signed_in(role)
        give_token(case, signed)
        case.call_and_validate(
            base_url=ORIGIN, headers=SAME, cookies=dict(signed.client.cookies), checks=[not_a_server_error]
        )

    ask()
    assert described.desk.complaints == []


def give_token(case: schemathesis.Case[Any], signed: Signed) -> None:
    """A form of theirs, whatever else it holds."""
    if isinstance(case.body, dict):
        case.body = {**case.body, "form_token": signed.form_token}
