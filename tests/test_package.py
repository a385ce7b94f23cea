"""The package as a whole: light to import, complete as a wheel, its documents true."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = (
    "onnxruntime",
    "torch",
    "transformers",
    "pydantic",
    "py3langid",
    "fastapi",
    "sqlalchemy",
    "numpy",
    "re2",
)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def test_importing_comity_imports_nothing_heavy():
    code = f"import comity, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_making_an_item_and_reading_a_policy_needs_no_model():
    code = (
        "import sys; from comity import Item; from comity.policy import load; Item.text('x'); load('community')\n"
        "print('onnxruntime' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_reference_is_what_the_code_says():
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "make_reference.py"), "--check"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, "docs/reference.md is out of date: run tools/make_reference.py"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))
    missing = [
        target
        for target in targets
        if "://" not in target
        and not target.startswith("mailto:")
        and not (document.parent / target).exists()
    ]
    assert missing == []


def test_every_file_that_papers_md_names_exists():
    named = re.findall(r"`((?:src/comity/)?[a-z_]+/[a-z_/]+\.py)`", (ROOT / "docs" / "papers.md").read_text())
    assert named
    assert [
        name
        for name in named
        if not any(
            (folder / name.removeprefix("src/comity/")).exists() for folder in (ROOT / "src/comity", ROOT)
        )
    ] == []


@pytest.mark.heavy
def test_the_wheel_is_small_and_works_in_an_empty_environment(tmp_path):
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    assert wheel.stat().st_size < 60_000_000
    names = zipfile.ZipFile(wheel).namelist()
    for needed in ("policy/packs/community.yaml", "packaged/english-v2/model.onnx", "py.typed"):
        assert any(name.endswith(needed) for name in names), needed
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    done = subprocess.run(
        [tmp_path / "venv" / "bin" / "comity", "moderate", "--json", "you are an idiot"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert '"no-insults"' in done.stdout
