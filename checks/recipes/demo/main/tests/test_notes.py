"""What anybody sees of the notes without logging in."""

import json
import os
import urllib.error
import urllib.request

import pytest

BASE = os.environ["CC_CI_BASE_URL"]


def get(path):
    with urllib.request.urlopen(BASE + path, timeout=10) as answer:
        return answer.url, answer.read().decode()


def test_healthz_tells_the_version():
    _, body = get("/healthz")
    app_version = os.environ["CC_CI_VERSION"].partition("+")[2]
    assert json.loads(body)["version"] == app_version


@pytest.mark.parametrize("path", ["/", "/notes", "/files"])
def test_strangers_are_sent_to_the_login(path):
    url, body = get(path)
    assert url.startswith(BASE + "/login")
    assert "Log in" in body


def test_a_wrong_password_is_refused():
    form = b"user=admin&password=wrong"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(BASE + "/login", data=form, timeout=10)
    assert 400 <= refused.value.code < 500
