from jebi.media.jail import Jail
from jebi.media.readback import readback
from jebi.release import inspection
from jebi.release.boxes import Bytes
from jebi.release.container import CREDENTIAL
from jebi.release.leaks import CHECKS, Check, Reason, reported
from jebi.release.secret_words import Secrets
from release import written
from release.made import Exports, appended, box, patched, reasons, unit

SECRETS = Secrets(words=("박은하", "Kim"))
CUE = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n강이 보인다\n".encode()


def by_name(checks: tuple[Check, ...]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_a_clean_film_passes_all_that_needs_only_bytes(exports: Exports, jail: Jail) -> None:
    (exports.folder / "inspected.mp4").write_bytes(exports.film)
    read = readback(jail, str(exports.folder / "inspected.mp4"))
    foreign = [(claim.group, claim.name) for claim in read.foreign]
    checks = [
        *inspection.film(Bytes(exports.film), SECRETS, version="0.1"),
        inspection.words({"title": "강"}, {"ko": CUE}, SECRETS, version="0.1"),
        inspection.metadata(foreign, tool=read.tool, read=read.read, is_cut=read.is_cut),
    ]
    report = reported(output=bytes(32), plan=bytes(32), checks=checks)
    assert {finding.reason for check in checks for finding in check.findings} == set()
    assert len(report.findings) == len(CHECKS) - len(checks)
    named = by_name(tuple(checks))
    assert named["bitstream"].measured == {"pictures": 25, "sound": 48}
    assert named["traces"].measured == {"secrets": 2, "too short": 1}
    assert named["metadata"].tools.keys() == {"exiftool"}


def test_a_clean_stream_passes(exports: Exports) -> None:
    parts = list(map(Bytes, exports.segments))
    checks = by_name(inspection.stream(Bytes(exports.head), parts, SECRETS, version="0.1"))
    assert all(check.findings == () for check in checks.values())
    assert checks["bitstream"].measured == {"pictures": 25, "sound": 48}
    assert checks["container"].measured["files"] == 1 + len(parts)


def test_credentials_pass_only_where_they_are_expected() -> None:
    film = Bytes(written.film() + box(b"uuid", CREDENTIAL + b"manifest"))
    for has_credential in (True, False):
        checks = by_name(inspection.film(film, SECRETS, version="0.1", has_credential=has_credential))
        assert (checks["container"].findings == ()) is has_credential


def test_each_leak_stands_in_its_own_check() -> None:
    leaky = appended(written.film() + box(b"free", "박은하".encode()), unit(6, b"note"))
    checks = by_name(inspection.film(Bytes(leaky), SECRETS, version="0.1"))
    assert reasons(checks["container"].findings) == {Reason.HIDDEN_BYTES}
    assert reasons(checks["bitstream"].findings) == {Reason.SEI}
    assert reasons(checks["traces"].findings) == {Reason.TEXT_SECRET}


def test_what_could_not_be_looked_into_was_not_checked() -> None:
    for content in (b"", b"abc", patched(written.film(), b"stco", 8, b"\0\0\0\1")):
        checks = by_name(inspection.film(Bytes(content), SECRETS, version="0.1"))
        assert checks["container"].findings
        assert reasons(checks["bitstream"].findings) == {Reason.NOT_CHECKED}


def test_secrets_in_titles_and_subtitles_are_found_without_being_quoted() -> None:
    check = inspection.words({"title\n": "박 은하"}, {"ko": CUE.replace("강".encode(), b"Kim")}, SECRETS, version="0.1")
    assert reasons(check.findings) == {Reason.PAGE_SECRET, Reason.SUBTITLE_NAME}
    assert not any("박" in finding.what or "Kim" in finding.what for finding in check.findings)


def test_a_foreign_tag_is_named_and_not_quoted() -> None:
    check = inspection.metadata(
        [("GPS", "GPSLatitude"), ("\u202e", "x" * 999)], tool="exiftool 12.57", read=9, is_cut=False
    )
    assert next(finding.what for finding in check.findings) == "it says GPS:GPSLatitude"
    assert reasons(check.findings) == {Reason.FOREIGN_METADATA}
    for read, is_cut in ((0, False), (9, True)):
        assert reasons(inspection.metadata([], tool="exiftool", read=read, is_cut=is_cut).findings) == {
            Reason.NOT_CHECKED
        }


def test_a_check_of_several_files_adds_up_and_says_where(exports: Exports) -> None:
    clean = by_name(inspection.film(Bytes(exports.film), SECRETS, version="0.1"))
    leaky = by_name(inspection.film(Bytes(exports.film + b"Kim Kim"), SECRETS, version="0.1"))
    check = inspection.together("container", {"film.mp4": clean["container"], "240\n.mp4": leaky["container"]})
    assert [one.what for one in check.findings] == ["240?.mp4: 7 bytes stand behind the last box"]
    assert check.measured == {"bytes": 2 * len(exports.film) + 7, "files": 2, "tracks": 4}
    check = inspection.together("traces", {"film.mp4": clean["traces"], "240.mp4": leaky["traces"]})
    assert check.measured == clean["traces"].measured
    assert check.tools == {"jebi": "0.1"}


def test_a_check_of_no_file_is_none_that_found_something() -> None:
    assert inspection.together("metadata", {}).findings == ()
