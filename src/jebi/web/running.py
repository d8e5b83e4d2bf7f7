"""Jobs and health."""

from starlette.requests import Request
from starlette.responses import Response

from jebi.office.kinds import JobState
from jebi.web.asked import Id, Key
from jebi.web.desk import desk_of, visitor_of
from jebi.web.drawing import back, page


def jobs(request: Request, state: str = "", key: Key = "") -> Response:
    """What is being done, what failed and why."""
    desk = desk_of(request)
    chosen = JobState(state) if state in set(JobState) else None
    found = desk.archive.jobs(chosen, key=key)
    return page(
        request, "jobs.html", jobs=found, counts=desk.archive.job_counts(), chosen=chosen, states=tuple(JobState)
    )


def job_again(request: Request, job: Id) -> Response:
    """Do it again."""
    desk_of(request).archive.again(job, by=visitor_of(request).member.name)
    return back("/jobs")


def job_skip(request: Request, job: Id) -> Response:
    """Give it up for now."""
    desk_of(request).archive.skip(job, by=visitor_of(request).member.name)
    return back("/jobs")


def health(request: Request) -> Response:
    """How the desk is."""
    return page(request, "health.html", health=desk_of(request).archive.health())


ENDPOINTS = (jobs, job_again, job_skip, health)
