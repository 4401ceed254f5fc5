"""Output folders are put in place whole or not at all, and only geoprio's own are replaced."""

import json

import pytest

from geoprio._core.errors import InputError, MissingError, OutputError
from geoprio._core.files import check_output, local_path, whole_folder


def written(folder, *, extra=()):
    folder.mkdir(parents=True)
    (folder / "map.html").write_text("old", encoding="utf-8")
    files = [{"path": "map.html"}]
    (folder / "run.json").write_text(json.dumps({"program": "geoprio", "files": files}), encoding="utf-8")
    for name in extra:
        (folder / name).write_text("mine", encoding="utf-8")
    return folder


def write(out, protected, *, force, text="new"):
    with whole_folder(out, force=force, protected=protected) as folder:
        (folder / "map.html").write_text(text, encoding="utf-8")


def test_a_new_folder_appears_whole(tmp_path):
    out = tmp_path / "deep" / "out"
    with whole_folder(out, force=False, protected=tmp_path) as folder:
        (folder / "map.html").write_text("new", encoding="utf-8")
        assert not out.exists()
    assert [p.name for p in out.iterdir()] == ["map.html"]
    assert [p.name for p in out.parent.iterdir()] == ["out"]


def test_a_failure_leaves_the_old_folder_and_no_traces(tmp_path):
    out = written(tmp_path / "out")

    def fail():
        with whole_folder(out, force=True, protected=tmp_path / "project") as folder:
            (folder / "map.html").write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (out / "map.html").read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_force_replaces_what_geoprio_wrote(tmp_path):
    out = written(tmp_path / "out")
    write(out, tmp_path / "project", force=True)
    assert (out / "map.html").read_text(encoding="utf-8") == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_without_force_nothing_is_replaced(tmp_path):
    with pytest.raises(OutputError, match="exists"):
        check_output(written(tmp_path / "out"), force=False, protected=tmp_path)


@pytest.mark.parametrize("name", ["notes.txt", "sub/notes.txt"])
def test_force_does_not_touch_a_foreign_file(tmp_path, name):
    out = written(tmp_path / "out")
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=f"it holds '{name}'"):
        check_output(out, force=True, protected=tmp_path / "project")


@pytest.mark.parametrize(
    "text", [None, "{", '{"program": "other", "files": []}', '{"files": []}', '["geoprio"]', '{"program": "geoprio"}']
)
def test_force_needs_a_manifest_of_geoprio(tmp_path, text):
    out = tmp_path / "out"
    out.mkdir()
    if text is not None:
        (out / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(OutputError, match=r"run\.json"):
        check_output(out, force=True, protected=tmp_path / "project")


def test_force_spares_links_files_the_project_and_the_working_folder(tmp_path, monkeypatch):
    out = written(tmp_path / "a" / "out")
    link = tmp_path / "link"
    link.symlink_to(out)
    with pytest.raises(OutputError, match="is a link"):
        check_output(link, force=True, protected=tmp_path)
    with pytest.raises(OutputError, match="not a folder"):
        check_output(out / "map.html", force=True, protected=tmp_path)
    for project in (out, out / "deep" / "project"):
        with pytest.raises(OutputError, match="the project's folder"):
            check_output(out, force=True, protected=project)
    monkeypatch.chdir(out)
    with pytest.raises(OutputError, match="the working folder"):
        check_output(out, force=True, protected=tmp_path / "project")


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write(tmp_path / "file" / "out", tmp_path, force=False)


@pytest.mark.parametrize(
    "text", ["https://example.org/a.geojson", "/vsicurl/https:/a", "/vsizip/a.zip", "a\0b", "\\vsimem\\a"]
)
def test_only_local_files_are_read(tmp_path, text):
    with pytest.raises(InputError, match="not a local file"):
        local_path(tmp_path, text, "[zones]")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MissingError, match=r"\[zones\]: file 'nowhere.geojson' is not there"):
        local_path(tmp_path, "nowhere.geojson", "[zones]")
