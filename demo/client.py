"""How the demo speaks to Frontdesk: the API with a token, and the pages as somebody signed in."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import requests

T = TypeVar("T")
TIMEOUT = 60.0  # seconds for one answer
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class StepFailed(Exception):
    """A step did not come to its end; the sentence says what was answered, without the answer's data."""


def direct() -> requests.Session:
    """Return a session that asks whom it is told to ask: no proxy and no .netrc from the environment."""
    session = requests.Session()
    session.trust_env = False
    return session


class Api:
    """The API as the owner of a token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = f"{url}/api/v1"
        self.session = direct()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **params: str) -> Any:
        """Return the answer's JSON. Raises StepFailed."""
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: Any = None, *, files: Any = None, data: Any = None) -> Any:
        """Post JSON, or a form with files, under a fresh Idempotency-Key, and return the answer's JSON."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        if files is not None:
            return self._ask("POST", path, files=files, data=data, headers=headers)
        return self._ask("POST", path, json=body if body is not None else {}, headers=headers)

    def patch(self, path: str, body: Any) -> Any:
        """Change something and return the answer's JSON."""
        return self._ask("PATCH", path, json=body)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self.session.request(method, f"{self.url}/{path}", timeout=TIMEOUT, **options)
        except requests.RequestException as error:
            raise StepFailed(f"{method} {path} got no answer ({type(error).__name__}).") from None
        if not response.ok:
            raise StepFailed(f"{method} {path} was answered with {response.status_code}: {_why(response)}")
        try:
            return response.json() if response.content else None
        except requests.JSONDecodeError:
            raise StepFailed(f"{method} {path} was answered with something else than JSON.") from None


def _why(response: requests.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        return "no problem document"
    return str(problem.get("detail") or problem.get("errors") or problem.get("title") or problem)[:300]


class Browser:
    """The pages as somebody who signed in with e-mail and password."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self.url, self.session = url, direct()
        self.submit("/accounts/login/", {"login": email, "password": password})
        if "/accounts/login/" in self.page("/operations/").url:
            raise StepFailed(f"{email} could not sign in.")

    def page(self, path: str) -> requests.Response:
        """Open a page. Raises StepFailed for anything but a page."""
        response = self.session.get(self.url + path, timeout=TIMEOUT)
        if not response.ok:
            raise StepFailed(f"The page {path} was answered with {response.status_code}.")
        return response

    def submit(self, path: str, fields: dict[str, str], *, seen_on: str = "") -> requests.Response:
        """Fill in the form of the page `seen_on` (or of `path` itself) and send it to `path`."""
        found = _CSRF.search(self.page(seen_on or path).text)
        if found is None:
            raise StepFailed(f"The page {seen_on or path} has no form.")
        data = {**fields, "csrfmiddlewaretoken": found.group(1)}
        headers = {"Referer": self.url + path}
        response = self.session.post(self.url + path, data=data, headers=headers, timeout=TIMEOUT)
        if not response.ok:
            raise StepFailed(f"{path} was answered with {response.status_code}.")
        return response


def wait_for(look: Callable[[], T], good: Callable[[T], bool], *, what: str, seconds: float) -> T:
    """Look until it is good, more and more seldom, and return what was seen. Raises StepFailed after `seconds`."""
    ends, pause = time.monotonic() + seconds, 0.1
    while not good(seen := look()):
        if time.monotonic() > ends:
            raise StepFailed(f"{what} did not come to an end within {seconds:g} s.")
        time.sleep(pause)
        pause = min(pause * 1.3, 1.0)
    return seen
