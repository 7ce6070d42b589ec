"""Scenarios over HTTP: the JSON of /__sandbox__/scenarios, and the page's editor."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import clock, faults, gate, page, scenario_library, scenario_page, scenarios
from sandbox.answers import Doc, Unclear, answer, is_form, orders, problem
from sandbox.scenario_forms import Refused, scenario_of


def routes() -> list[BaseRoute]:
    """Return the routes, to be mounted at /__sandbox__."""
    return [
        Route("/scenarios", list_scenarios, methods=["GET"]),
        Route("/scenarios", add_scenario, methods=["POST"]),
        Route("/scenarios/{scenario_id}", get_scenario, methods=["GET"]),
        Route("/scenarios/{scenario_id}", change_scenario, methods=["PUT"]),
        Route("/scenarios/{scenario_id}", obey, methods=["POST"]),
        Route("/scenarios/{scenario_id}", remove_scenario, methods=["DELETE"]),
    ]


def shown(scenario: Doc) -> Doc:
    """Return a scenario with how far it has got: the step that is next, counted from 0, and the calls left of it."""
    progress = scenarios.progress(scenario)
    now = {"step": progress[0], "calls_left": progress[1]} if progress else None
    kept = {name: value for name, value in scenario.items() if name != "at"}
    is_open = scenarios.is_open(scenario["window"], clock.now())
    return kept | {"paused": bool(scenario.get("paused")), "next": now, "open": is_open}


def list_scenarios(request: Request) -> Response:
    """List the scenarios, what each place can tell and answer, and those that are ready to be used."""
    places = {
        name: {
            "subject": place.subject,
            "answers": place.answers,
            "kinds": sorted(place.own_kinds or faults.ANSWER_KINDS),
        }
        for name, place in scenarios.PLACES.items()
    }
    ready = [{"ready": one.key, "about": one.about, "scenario": one.doc} for one in scenario_library.READY]
    kept = [shown(scenario) for scenario in scenarios.all_scenarios()]
    return answer({"scenarios": kept, "places": places, "ready": ready})


def get_scenario(request: Request) -> Response:
    """Show one scenario."""
    scenario = scenarios.find(request.path_params["scenario_id"])
    return problem(_missing()) if scenario is None else answer(shown(scenario))


def show_editor_again(request: Request, sent: Doc, errors: Mapping[str, str]) -> Response:
    """Show the page with the editor as it was sent and what is wrong in it."""
    scenario_id = str(request.path_params.get("scenario_id", ""))
    editing = (scenario_id, scenario_page.doc_of(sent), dict(errors))
    return HTMLResponse(page.html_of(gate.names(request.app.routes), editing=editing), 422)


@orders(show_editor_again)
def add_scenario(request: Request, body: Doc) -> tuple[Doc, int]:
    """Add a scenario: a document, or {"ready": key} for a ready-made one."""
    if "ready" in body:
        ready = scenario_library.find(str(body["ready"]))
        if ready is None:
            raise Unclear(
                "No scenario of this name is ready.", {"ready": "The names are in GET /__sandbox__/scenarios."}
            )
        return shown(_keep(request, ready.doc)), 201
    return shown(_keep(request, _document(request, body))), 201


@orders(show_editor_again)
def change_scenario(request: Request, body: Doc) -> tuple[Doc, int]:
    """Replace a scenario; it begins again with its first step."""
    return shown(_replaced(request, body)), 200


@orders(show_editor_again)
def obey(request: Request, body: Doc) -> tuple[Doc, int]:
    """Do something with a scenario: {"do": "restart"}, "pause", "resume" or "remove"; or a form of the editor."""
    if body.get("_method") == "PUT":
        return shown(_replaced(request, body)), 200
    scenario_id, wish = request.path_params["scenario_id"], body.get("do")
    if wish in ("pause", "resume"):
        done = scenarios.pause(scenario_id, paused=wish == "pause")
    elif wish == "restart":
        done = scenarios.restart(scenario_id)
    elif wish == "remove":
        done = scenarios.remove(scenario_id)
    else:
        raise Unclear("Say what to do.", {"do": "One of restart, pause, resume, remove."})
    if not done:
        raise _missing()
    kept = scenarios.find(scenario_id)
    return (shown(kept) if kept else {}), 200


@orders()
def remove_scenario(request: Request, body: Doc) -> tuple[Doc, int]:
    """Take a scenario back."""
    if not scenarios.remove(request.path_params["scenario_id"]):
        raise _missing()
    return {}, 204


def _replaced(request: Request, body: Doc) -> Doc:
    scenario_id = request.path_params["scenario_id"]
    if scenarios.find(scenario_id) is None:
        raise _missing()
    return _keep(request, _document(request, body), scenario_id)


def _document(request: Request, body: Doc) -> Doc:
    return scenario_page.doc_of(body) if is_form(request) else body


def _keep(request: Request, doc: Doc, scenario_id: str | None = None) -> Doc:
    try:
        made = scenario_of(doc, gate.names(request.app.routes), clock.now())
    except Refused as refused:
        raise Unclear("The scenario makes no sense as it is.", refused.errors) from refused
    return scenarios.keep(made, scenario_id)


def _missing() -> Unclear:
    return Unclear("There is no such scenario.", status=404)
