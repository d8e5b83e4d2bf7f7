"""What arrives and what arrived: carriers, parcels and their files; trips; the custody log."""

from starlette.requests import Request
from starlette.responses import Response

from jebi.web.asked import Id, Key, Media
from jebi.web.desk import desk_of, visitor_of
from jebi.web.drawing import back, page


def parcels(request: Request, key: Key = "") -> Response:
    """What arrived, and what trays are filling up."""
    archive = desk_of(request).archive
    arrived, media = archive.parcels(key=key), archive.media()
    return page(request, "parcels.html", parcels=arrived, media=media, delivery=archive.delivery())


def receive(request: Request, medium: Media) -> Response:
    """Have carriers received that are plugged in or lie in the inbox."""
    desk_of(request).archive.bring(medium, by=visitor_of(request).member.name)
    return back("/parcels")


def parcel(request: Request, parcel: Id) -> Response:
    """One parcel, with what became of each of its files."""
    return page(request, "parcel.html", parcel=desk_of(request).archive.parcel(parcel))


def trips(request: Request) -> Response:
    """All trips."""
    return page(request, "trips.html", trips=desk_of(request).archive.trips())


def trip(request: Request, trip: Id) -> Response:
    """One trip."""
    return page(request, "trip.html", trip=desk_of(request).archive.trip(trip))


def log(request: Request, key: Key = "") -> Response:
    """The custody log."""
    archive = desk_of(request).archive
    return page(request, "log.html", entries=archive.entries(key=key), checkpoints=archive.checkpoints(), verdict=None)


def log_verify(request: Request) -> Response:
    """The log, and whether all of it agrees."""
    archive = desk_of(request).archive
    verdict = archive.verify_log()
    return page(request, "log.html", entries=archive.entries(), checkpoints=archive.checkpoints(), verdict=verdict)


ENDPOINTS = (parcels, receive, parcel, trips, trip, log, log_verify)
