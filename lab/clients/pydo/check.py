"""How pydo tells what went wrong, and lists that come in pages."""

import time

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

PATIENCE_SECONDS = 60


def refused(call, status, message=None, **arguments):
    """Holds when the API refuses with this status, and in these words if any are given."""
    try:
        answer = call(**arguments)
    except HttpResponseError as error:
        assert error.status_code == status, (error.status_code, error.response.text())
        assert isinstance(error, ClientAuthenticationError) == (status == 401), type(error)
        said = error.response.json()
        assert said["id"] and said["message"] and said["request_id"], said
        assert message in (None, said["message"]), said
    else:
        raise AssertionError(f"no refusal with {status}, but {answer}")


def gone(answer, identifier="not_found"):
    """Holds for the answer pydo gives for what isn't there: where the description names a 404, it is no exception."""
    assert answer["id"] == identifier and answer["message"] and answer["request_id"], answer


def every(call, key, **arguments):
    """All items of a list, asked for in small pages until none is left, as pydo's readme shows."""
    items = []
    page = 1
    while True:
        answer = call(per_page=2, page=page, **arguments)
        items += answer[key]
        pages = answer["links"].get("pages", {})
        if "next" not in pages:
            assert answer["meta"]["total"] == len(items), answer["meta"]
            return items
        page += 1


def until(is_so, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"{what}: not so after {PATIENCE_SECONDS} s"
        time.sleep(0.05)
