"""Scenarios over HTTP: the JSON of /__sandbox__/scenarios, and the page's editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import clock, faults, gate, page, scenario_editor, scenario_library, scenarios
from sandbox.answers import Doc, Form, Unclear, answer, orders, problem
from sandbox.scenario_forms import Refused, scenario_of
from sandbox.shown import Shown


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


def told(scenario: Doc) -> Doc:
    """Return a scenario with how far it has got: the step that is next, counted from 0, and the calls left of it."""
    kept = {name: value for name, value in scenario.items() if name != "at"}
    kept["paused"] = bool(scenario.get("paused"))
    if not scenarios.is_sound(scenario):
        return kept | {"next": None, "open": False, "broken": True}
    progress = scenarios.progress(scenario)
    now = {"step": progress[0], "calls_left": progress[1]} if progress else None
    return kept | {"next": now, "open": scenarios.is_open(scenario["window"], clock.now())}


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
    kept = [told(scenario) for scenario in scenarios.all_scenarios()]
    return answer({"scenarios": kept, "places": places, "ready": ready})


def get_scenario(request: Request) -> Response:
    """Show one scenario."""
    scenario = scenarios.find(request.path_params["scenario_id"])
    return problem(_missing()) if scenario is None else answer(told(scenario))


def show_editor_again(request: Request, sent: Form, unclear: Unclear) -> Response:
    """Show the page with the editor as it was sent and what is wrong in it."""
    is_editor = "place" in sent
    shown = Shown(
        form=scenario_editor.FORM if is_editor else "",
        values=sent,
        errors=unclear.errors,
        detail=str(unclear),
        editing=str(request.path_params.get("scenario_id", "")) if is_editor else "",
    )
    return HTMLResponse(page.html_of(gate.names(request.app.routes), shown), 422)


def _done(sent: Mapping[str, Any]) -> str:
    return str(sent.get("do", "scenario"))


@orders(show_editor_again, _done)
def add_scenario(request: Request, body: Doc) -> tuple[Doc, int]:
    """Add a scenario: a document, or {"ready": key} for a ready-made one."""
    if "ready" in body:
        ready = scenario_library.find(str(body["ready"]))
        if ready is None:
            raise Unclear(
                "No scenario of this name is ready.", {"ready": "The names are in GET /__sandbox__/scenarios."}
            )
        return told(_keep(request, ready.doc)), 201
    return told(_keep(request, body)), 201


@orders(show_editor_again, _done)
def change_scenario(request: Request, body: Doc) -> tuple[Doc, int]:
    """Replace a scenario; it begins again with its first step."""
    return told(_replaced(request, body)), 200


@orders(show_editor_again, _done)
def obey(request: Request, body: Doc) -> tuple[Doc, int]:
    """Do something with a scenario: {"do": "restart"}, "pause", "resume" or "remove"; or a form of the editor."""
    if body.get("_method") == "PUT":
        return told(_replaced(request, body)), 200
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
    return (told(kept) if kept else {}), 200


@orders(show_editor_again, _done)
def remove_scenario(request: Request, body: Doc) -> tuple[Doc, int]:
    """Take a scenario back."""
    if not scenarios.remove(request.path_params["scenario_id"]):
        raise _missing()
    return {}, 204


def _replaced(request: Request, body: Doc) -> Doc:
    scenario_id = request.path_params["scenario_id"]
    if scenarios.find(scenario_id) is None:
        raise _missing()
    return _keep(request, body, scenario_id)


def _keep(request: Request, sent: Doc, scenario_id: str | None = None) -> Doc:
    draft = scenario_editor.draft_of(sent) if isinstance(sent, Form) else scenario_editor.Draft(sent)
    errors = dict(draft.errors)
    try:
        made = scenario_of(draft.doc, gate.names(request.app.routes), clock.now())
    except Refused as refused:
        for place, sentence in refused.errors.items():
            field = draft.field_of(place) if isinstance(sent, Form) else place
            errors[field] = f"{errors[field]} {sentence}" if field in errors else sentence
    if errors:
        raise Unclear("The scenario makes no sense as it is.", errors)
    return scenarios.keep(made, scenario_id)


def _missing() -> Unclear:
    return Unclear("There is no such scenario.", status=404)
