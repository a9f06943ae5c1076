"""The web app: a project's annotator as a page, for people who never see code.

`serve` starts it, `People` is who may enter. What the page itself shows is `page.show`, the only line of the served
notebook; which visitor it is for, it learns from the server (`visit.py`), never from the browser.
"""

from ipyannotator.web.people import People, Person
from ipyannotator.web.server import Serving, link, people, serve
from ipyannotator.web.visit import Visit

__all__ = ["People", "Person", "Serving", "Visit", "link", "people", "serve"]
