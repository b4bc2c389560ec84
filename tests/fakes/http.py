"""A scripted `Http`: it answers what the test says and remembers what was asked."""

from collections.abc import Iterable

from steps.errors import StepError
from steps.ports import HttpRequest, HttpResponse


def json_answer(body: str, status: int = 200) -> HttpResponse:
    """An answer as a JSON service gives it."""
    return HttpResponse(status, {"content-type": "application/json"}, body)


class FakeHttp:
    """Gives the answers in turn, raising those that are errors; a request too many fails the test."""

    def __init__(self, answers: Iterable[HttpResponse | StepError] = ()) -> None:
        self._answers = list(answers)
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The next answer."""
        self.requests.append(request)
        if not self._answers:
            raise AssertionError(f"nobody scripted an answer to {request.method} {request.url}")
        answer = self._answers.pop(0)
        if isinstance(answer, StepError):
            raise answer
        return answer
