"""The page of questions in SQL shows each one as the command asks it, and each view."""

from html import unescape

from cli.sql.archives import VIEWS as FETCHED
from fraud.desk.callers import Caller
from fraud.desk.sql_questions import QUESTIONS, VIEWS
from function_app.desk.rendering import render


def test_every_question_and_every_view_is_on_the_page():
    me = Caller(name="Ann", role="reader", by="name")

    page = unescape(render("sql.html", me=me, token="", here="sql", questions=QUESTIONS, views=VIEWS))

    assert len(QUESTIONS) >= 10
    for name, question in QUESTIONS.items():
        assert f"./detective sql {name} --last 1d" in page
        assert question.text in page
    assert all(f"<code>{name}</code>" in page for name in VIEWS)
    assert VIEWS.keys() == set(FETCHED)
