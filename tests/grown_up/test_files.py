"""The deployment's files: what stays out of the image, and what a clinic can set."""

import yaml

from tests.grown_up.compose import ROOT, Compose


def test_no_secret_gets_into_the_image():
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    assert {"secrets", "frontdesk.env"} <= set(left_out)


def test_frontdesk_env_says_where_people_reach_it(tmp_path):
    said = {"PUBLIC_URL": "https://frontdesk.example", "ALLOWED_HOSTS": "frontdesk.example", "BEHIND_PROXY": "1"}
    environment = Compose(tmp_path, {}, said, {}).environment("web")
    assert said.items() <= environment.items()


def test_a_worker_may_finish_its_call_before_it_is_stopped():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert services["worker"]["stop_grace_period"] == "160s"
