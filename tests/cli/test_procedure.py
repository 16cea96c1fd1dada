"""``zaigang procedure``: documents listed, shown, checked, drawn and compared."""

from __future__ import annotations

from states.generated import contents
from states.loading import FOLDER
from tests.cli.conftest import Office


def test_the_documents_are_listed_with_what_is_in_force(office: Office) -> None:
    rows = {row["procedure"]: row for row in office.did("procedure", "list")["procedures"]}
    assert set(rows) >= {"xunyang-2022-88", "baihe-2022-72", "liaocheng-2022-4", "neimenggu-2022-10"}
    assert rows["neimenggu-2022-10"]["valid_to"] == "2025-12-31"
    assert rows["xunyang-2022-88"]["current"]


def test_a_document_is_shown_in_words_and_as_data(office: Office) -> None:
    assert "旬人社发〔2022〕88号" in office.run("procedure", "show", "xunyang-2022-88").out
    data = office.did("procedure", "show", "xunyang-2022-88@1")
    assert data["key"] == "xunyang-2022-88@1"
    assert data["stages"]


def test_an_unknown_document_is_told(office: Office) -> None:
    ran = office.run("procedure", "show", "atlantis-1", "--json")
    assert (ran.status, "atlantis-1" in ran.document["error"]["what"]) == (1, True)


def test_a_sound_file_passes_and_a_faulty_one_is_told_line_by_line(office: Office) -> None:
    text = (FOLDER / "xunyang-2022-88.yaml").read_text(encoding="utf-8")
    file = office.folder / "own.yaml"
    file.write_text(text, encoding="utf-8")
    assert office.did("procedure", "check", file) == {"ok": True, "procedure": "xunyang-2022-88@1", "faults": []}
    file.write_text(text.replace("state: publicized", "state: published", 1), encoding="utf-8")
    ran = office.run("procedure", "check", file, "--json")
    assert ran.status == 1
    (fault,) = ran.document["faults"]
    line = next(n for n, words in enumerate(text.splitlines(), 1) if "state: publicized" in words)
    assert (fault["file"], fault["line"]) == ("own.yaml", line)
    assert f"own.yaml:{line}" in office.run("procedure", "check", file).out


def test_a_picture_goes_to_a_file_or_to_the_screen(office: Office) -> None:
    assert office.run("procedure", "graph", "baihe-2022-72").out.startswith("<svg")
    file = office.folder / "baihe.svg"
    office.did("procedure", "graph", "baihe-2022-72", "--output", file)
    assert file.read_text(encoding="utf-8").startswith("<svg")
    assert office.run("procedure", "graph", "baihe-2022-72", "--current", "nowhere").status == 1


def test_two_versions_are_compared_by_their_names(office: Office) -> None:
    text = (FOLDER / "xunyang-2022-88.yaml").read_text(encoding="utf-8")
    file = office.folder / "next.yaml"
    file.write_text(text.replace('version: "1"', 'version: "2"', 1), encoding="utf-8")
    found = office.did("procedure", "diff", "xunyang-2022-88", file)
    assert found["changes"] == [{"path": "version", "a": "1", "b": "2"}]
    assert office.did("procedure", "diff", "xunyang-2022-88", "xunyang-2022-88@1")["changes"] == []
    paths = [
        change["path"] for change in office.did("procedure", "diff", "xunyang-2022-88", "baihe-2022-72")["changes"]
    ]
    assert any(path.startswith("stages[") for path in paths)


def test_the_generated_documents_are_written_anew(office: Office) -> None:
    folder = office.folder / "docs"
    folder.mkdir()
    files = office.did("docs", folder)["files"]
    assert {"procedures/xunyang-2022-88.svg", "procedure.schema.json", "traceability.md"} <= set(files)
    for name, content in contents().items():
        assert (folder / name).read_text(encoding="utf-8") == content
    assert office.run("docs", office.folder / "nowhere").status == 1


def test_a_move_is_foretold_and_never_made_here(migrated_office: Office) -> None:
    office = migrated_office
    both = ("--from", "liaocheng-2022-4@0.old-terms", "--to", "liaocheng-2022-4@1")
    told = office.did("procedure", "move", *both, "--dry-run", "--region", "3715")
    assert (told["hires"], told["rows"]) == (0, [])
    table = office.run("procedure", "move", *both, "--dry-run", "--csv").out
    assert table.startswith("hire_id,region,stage,new_stage,possible")
    made = office.run("procedure", "move", *both, "--json")
    assert (made.status, made.document["error"]["where"]) == (1, "--dry-run")
    wrong = ("--from", "atlantis@1", "--to", "liaocheng-2022-4@1")
    unknown = office.run("procedure", "move", *wrong, "--dry-run", "--json")
    assert (unknown.status, unknown.document["error"]["where"]) == (1, "--from")
