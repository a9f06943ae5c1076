from pathlib import Path

import pytest

from ipyannotator.errors import MissingFolder
from ipyannotator.sources import finding
from ipyannotator.sources.finding import find_folder, folders_near


@pytest.fixture
def places(tmp_path, monkeypatch):
    for name in ("project", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def test_sought_under_the_project_then_the_working_directory(places):
    (places / "work" / "photos").mkdir()
    assert find_folder("photos", places / "project") == places / "work" / "photos"
    (places / "project" / "photos").mkdir()
    assert find_folder("photos", places / "project") == places / "project" / "photos"
    assert find_folder(places / "work" / "photos", places / "project") == places / "work" / "photos"


def test_home_is_understood(places, monkeypatch):
    (places / "photos").mkdir()
    monkeypatch.setenv("HOME", str(places))
    assert find_folder("~/photos", places / "project") == places / "photos"


def test_a_missing_folder_says_where_it_looked_and_what_is_near(places):
    for folder in ("project/photographs", "project/text", "work/deep/er/pics"):
        (places / folder).mkdir(parents=True)
    (places / "project/photographs/a.jpg").touch()
    (places / "project/text/a.txt").touch()
    (places / "work/deep/er/pics/a.png").touch()
    with pytest.raises(MissingFolder) as error:
        find_folder("photos", places / "project")
    text = str(error.value)
    assert str(places / "project" / "photos") in text
    assert str(places / "work" / "photos") in text
    assert str(places / "project/photographs") in text
    assert str(Path("deep", "er", "pics")) in text
    assert "project/text”" not in text
    assert text.index("photographs") < text.index("pics"), "the more similar name comes first"


def test_a_file_is_not_a_folder(places):
    (places / "project" / "a.jpg").touch()
    with pytest.raises(MissingFolder, match="is a file, expected a folder"):
        find_folder("a.jpg", places / "project")


def test_the_search_is_bounded(places, monkeypatch):
    for number in range(30):
        (places / f"project/{number:02d}").mkdir()
        (places / f"project/{number:02d}/a.jpg").touch()
    monkeypatch.setattr(finding, "_FOLDERS", 5)
    assert len(folders_near([places / "project"])) == 4
    monkeypatch.setattr(finding, "_SECONDS", -1)
    assert folders_near([places / "project"]) == []
