"""Who may do what: one table of every route, from which the routes are made and docs/formats/web.md is checked.

Invariants: a route that is not in the table does not exist, and the desk does not start when a row has no page or a page
no row. The table is enforced at the server, before anything of a request but its head is read.
"""

from dataclasses import dataclass

from jebi.office.kinds import Role

EVERYONE = frozenset(Role)
INTAKE = frozenset({Role.INTAKE, Role.EDITOR, Role.ADMIN})
WATCH = frozenset({Role.EDITOR, Role.CLEARER, Role.PUBLISHER, Role.RESEARCHER})
DESCRIBE = frozenset({Role.EDITOR, Role.RESEARCHER})
REMARK = frozenset({Role.EDITOR, Role.CLEARER, Role.RESEARCHER})
PROTECT = frozenset({Role.EDITOR, Role.CLEARER})
PROVE = frozenset({Role.INTAKE, Role.EDITOR, Role.CLEARER, Role.PUBLISHER, Role.ADMIN})
OUTGOING = frozenset({Role.EDITOR, Role.CLEARER, Role.PUBLISHER})
CLEAR = frozenset({Role.CLEARER})
PUBLISH = frozenset({Role.PUBLISHER})
EDIT = frozenset({Role.EDITOR})
ADMINISTER = frozenset({Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One route.

    Args:
        roles: who may; empty when it is for people who are not signed in.
        is_first: also before the password is one's own and the second factor is set up.
        is_quiet: asked by a page that is open, not by a person: it does not keep a session alive.
        is_part: fetched by a page and not shown as one: who is not signed in is told 401 and not led to sign in.
    """

    name: str
    method: str
    path: str
    roles: frozenset[Role]
    is_first: bool = False
    is_quiet: bool = False
    is_part: bool = False


def _get(name: str, path: str, roles: frozenset[Role], *, is_first: bool = False) -> Rule:
    return Rule(name=name, method="GET", path=path, roles=roles, is_first=is_first)


def _part(name: str, path: str, roles: frozenset[Role], *, is_quiet: bool = False) -> Rule:
    return Rule(name=name, method="GET", path=path, roles=roles, is_part=True, is_quiet=is_quiet)


def _post(name: str, path: str, roles: frozenset[Role], *, is_first: bool = False) -> Rule:
    return Rule(name=name, method="POST", path=path, roles=roles, is_first=is_first, is_part=True)


NOBODY: frozenset[Role] = frozenset()

RULES = (
    _part("asset", "/static/{name}", NOBODY),
    _get("sign_in", "/sign-in", NOBODY),
    _post("sign_in_now", "/sign-in", NOBODY),
    _post("sign_out", "/sign-out", EVERYONE, is_first=True),
    _get("home", "/", EVERYONE, is_first=True),
    _get("guide", "/help", EVERYONE),
    _get("account", "/account", EVERYONE, is_first=True),
    _post("account_look", "/account/look", EVERYONE, is_first=True),
    _post("account_password", "/account/password", EVERYONE, is_first=True),
    _post("account_second", "/account/second", EVERYONE, is_first=True),
    _get("parcels", "/parcels", INTAKE),
    _part("parcels_live", "/parcels/live", INTAKE, is_quiet=True),
    _get("parcel", "/parcels/{parcel}", INTAKE),
    _post("receive", "/parcels/receive", INTAKE),
    _get("archive", "/archive", WATCH),
    _part("archive_live", "/archive/live", WATCH, is_quiet=True),
    _get("search", "/search", WATCH),
    _get("clip", "/clips/{clip}", WATCH),
    _part("clip_part", "/clips/{clip}/media/{part}", WATCH),
    _part("clip_shot", "/clips/{clip}/shots/{number}", WATCH),
    _part("transcript_written", "/clips/{clip}/transcripts/{transcript}.{form}", WATCH),
    _post("clip_verify", "/clips/{clip}/verify", WATCH),
    _post("evidence", "/clips/{clip}/evidence", EDIT),
    _post("transcript_add", "/clips/{clip}/transcripts", DESCRIBE),
    _post("note_add", "/clips/{clip}/notes", REMARK),
    _post("tag_add", "/clips/{clip}/tags", DESCRIBE),
    _post("tag_drop", "/clips/{clip}/tags/drop", DESCRIBE),
    _post("collection_add", "/clips/{clip}/collections", DESCRIBE),
    _post("collection_drop", "/clips/{clip}/collections/drop", DESCRIBE),
    _post("place_add", "/clips/{clip}/places", DESCRIBE),
    _post("time_add", "/clips/{clip}/times", DESCRIBE),
    _post("claim_add", "/clips/{clip}/claims", DESCRIBE),
    _get("clip_people", "/clips/{clip}/people", PROTECT),
    _post("person_add", "/clips/{clip}/people", PROTECT),
    _get("clear", "/cuts/{cut}/outputs/{output}", OUTGOING),
    _part("clear_film", "/cuts/{cut}/outputs/{output}/film", OUTGOING),
    _part("clear_first", "/cuts/{cut}/outputs/{output}/first/{picture}", OUTGOING),
    _get("clear_strip", "/cuts/{cut}/outputs/{output}/strip/{leaf}", OUTGOING),
    _part("clear_sheet", "/cuts/{cut}/outputs/{output}/strip/{leaf}/picture", OUTGOING),
    _post("clear_seen", "/cuts/{cut}/outputs/{output}/strip/{leaf}", CLEAR),
    _post("clear_answers", "/cuts/{cut}/outputs/{output}/checklist", CLEAR),
    _post("clear_ask", "/cuts/{cut}/outputs/{output}/ask", CLEAR),
    _post("clear_sign", "/cuts/{cut}/outputs/{output}/clear", CLEAR),
    _post("clear_refuse", "/cuts/{cut}/outputs/{output}/refuse", CLEAR),
    _get("releases", "/releases", OUTGOING),
    _part("releases_live", "/releases/live", OUTGOING, is_quiet=True),
    _post("site_make", "/releases/site", PUBLISH),
    _get("publish_ask", "/cuts/{cut}/outputs/{output}/publish", PUBLISH),
    _post("publish", "/cuts/{cut}/outputs/{output}/publish", PUBLISH),
    _get("withdraw_ask", "/cuts/{cut}/outputs/{output}/withdraw", PUBLISH),
    _post("withdraw", "/cuts/{cut}/outputs/{output}/withdraw", PUBLISH),
    _get("cover", "/clips/{clip}/cover", EDIT),
    _post("search_want", "/clips/{clip}/cover", EDIT),
    _get("cuts", "/cuts", OUTGOING),
    _part("cuts_live", "/cuts/live", OUTGOING, is_quiet=True),
    _post("cut_begin", "/cuts", EDIT),
    _get("cut", "/cuts/{cut}", OUTGOING),
    _part("cut_picture", "/cuts/{cut}/picture", OUTGOING),
    _part("cut_film", "/cuts/{cut}/films/{output}", OUTGOING),
    _get("cut_edit", "/cuts/{cut}/edit", EDIT),
    _part("cut_plan", "/cuts/{cut}/plan", EDIT),
    _post("plan_keep", "/cuts/{cut}/plan", EDIT),
    _get("trips", "/trips", INTAKE),
    _get("trip", "/trips/{trip}", INTAKE),
    _get("log", "/log", PROVE),
    _post("log_verify", "/log/verify", PROVE),
    _get("jobs", "/jobs", INTAKE),
    _part("jobs_live", "/jobs/live", INTAKE, is_quiet=True),
    _post("job_again", "/jobs/{job}/again", INTAKE),
    _post("job_skip", "/jobs/{job}/skip", INTAKE),
    _get("health", "/health", INTAKE),
    _get("members", "/members", ADMINISTER),
    _post("member_add", "/members", ADMINISTER),
    _post("member_change", "/members/{member}", ADMINISTER),
    _post("member_password", "/members/{member}/password", ADMINISTER),
    _post("member_second", "/members/{member}/second", ADMINISTER),
    _post("member_key", "/members/{member}/keys", ADMINISTER),
    _post("member_key_revoke", "/members/{member}/keys/revoke", ADMINISTER),
)

BY_NAME = {rule.name: rule for rule in RULES}
FIRST_PAGES = ("archive", "parcels", "members")  # where `/` leads: the first of these that the role may see


def may(role: Role, name: str) -> bool:
    """Whether a role may do what is called so in the table."""
    return role in BY_NAME[name].roles
