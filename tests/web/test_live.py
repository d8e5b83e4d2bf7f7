"""A page that is open hears that something changed, as long as its session lasts."""

import asyncio
import threading
import time

import uvicorn
from fastapi.testclient import TestClient
from httpx2 import Client

from jebi.office.kinds import Role, Topic
from jebi.web import live
from web.archive import sample
from web.served import Served


class Running:
    """The desk on a port of its own, as `serve` runs it: a test client does not stream."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.signed = served.signed_in(Role.EDITOR)

    def __enter__(self) -> Client:
        config = uvicorn.Config(
            self.served.app, port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        cookie = {"jebi_session": self.signed.client.cookies["jebi_session"]}
        address, host = f"http://127.0.0.1:{port}", {"host": "127.0.0.1:8765"}
        self.client = Client(base_url=address, cookies=cookie, headers=host, timeout=20)
        return self.client

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.server.should_exit = True
        self.thread.join()


def test_a_change_is_heard_and_a_session_that_ended_ends_the_stream() -> None:
    served = Served(archive=sample(2))
    with Running(served) as client, client.stream("GET", "/jobs/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == "retry: 3000"
        served.archive.pulses[Topic.JOBS] += 1
        assert next(one for one in lines if one.startswith("data")) == "data: changed"
        served.archive.sessions.clear()
        assert "event: over" in list(lines)


def test_a_stream_that_a_browser_left_is_given_back() -> None:
    served = Served(archive=sample(2))
    with Running(served) as client:
        with client.stream("GET", "/parcels/live") as answer:
            lines = answer.iter_lines()  # kept: the stream is closed with the lines that are read from it
            assert next(lines) == "retry: 3000"
            assert served.app.state.streams == 1
        for _ in range(500):
            if served.app.state.streams == 0:
                break
            time.sleep(0.01)
        assert served.app.state.streams == 0


def test_there_are_only_so_many_streams(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    served.app.state.streams = live.MOST
    assert editor.client.get("/archive/live").status_code == 503


def test_who_may_not_see_a_page_may_not_hear_of_it(served: Served) -> None:
    publisher = served.signed_in(Role.PUBLISHER)
    assert publisher.client.get("/jobs/live").status_code == 403
    assert TestClient(served.app, base_url="http://127.0.0.1:8765").get("/jobs/live").status_code == 401
    assert asyncio.iscoroutinefunction(live.jobs_live)
