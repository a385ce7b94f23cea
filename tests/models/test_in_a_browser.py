"""The packaged tiny model in a web page: onnxruntime-web in a real Chromium reads the same files as Python."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tarfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest

from comity.models import find

pytestmark = pytest.mark.browser

VERSION = "1.30.0"
TARBALL = f"https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{VERSION}.tgz"
SHA512 = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
FILES = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")
PAGE = """<!doctype html><meta charset="utf-8"><title>Comity in a page</title>
<script type="module">
import { InferenceSession, Tensor, env } from "./ort.wasm.bundle.min.mjs";
env.wasm.numThreads = 1;
const opening = InferenceSession.create("./model.onnx");
window.read = async (ids, mask) => {
  const session = await opening;
  const tensor = (rows) =>
    new Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0].length]);
  const found = await session.run({ input_ids: tensor(ids), attention_mask: tensor(mask) });
  return { shape: found.logits.dims, values: Array.from(found.logits.data) };
};
</script>"""
TEXTS = [
    "You are a useless, pathetic idiot.",
    "Thank you, the beans came up!",
    "hm",
    "Click here to win a free phone 🎉",
]


@pytest.fixture(scope="module")
def runtime():
    """A folder with onnxruntime-web, fetched once and then kept."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    folder = home / "comity-tests" / f"onnxruntime-web-{VERSION}"
    if not all((folder / name).is_file() for name in FILES):
        folder.mkdir(parents=True, exist_ok=True)
        _unpack(_fetched(), folder)
    return folder


def _fetched():
    try:
        with urlopen(TARBALL, timeout=60) as answer:
            tarball = answer.read()
    except (URLError, OSError) as error:
        pytest.fail(f"onnxruntime-web cannot be fetched from {TARBALL}: {error}", pytrace=False)
    found = base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    if found != SHA512:
        pytest.fail(f"{TARBALL} is not the file that this test pins: sha512-{found}", pytrace=False)
    return tarball


def _unpack(tarball, folder):
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        for name in FILES:
            half_written = folder / f"{name}.{os.getpid()}"
            half_written.write_bytes(archive.extractfile(f"package/dist/{name}").read())
            half_written.replace(folder / name)


@pytest.fixture(scope="module")
def address(runtime, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text(PAGE)
    (folder / "model.onnx").symlink_to(find("tiny-v1").model)
    for name in FILES:
        (folder / name).symlink_to(runtime / name)
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def read(browser, address):
    page = browser.new_page()
    page.goto(address)

    def read(ids, mask):
        found = page.evaluate("([ids, mask]) => window.read(ids, mask)", [ids.tolist(), mask.tolist()])
        return np.array(found["values"], np.float32).reshape(found["shape"])

    yield read
    page.close()


def tokens(texts):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(find("tiny-v1").tokenizer))
    tokenizer.enable_padding()
    encodings = tokenizer.encode_batch(texts)
    return (
        np.array([encoding.ids for encoding in encodings]),
        np.array([encoding.attention_mask for encoding in encodings]),
    )


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[:1]], ids=["several texts at once", "one text"])
def test_a_page_reads_what_python_reads(read, texts):
    import onnxruntime

    ids, mask = tokens(texts)
    session = onnxruntime.InferenceSession(str(find("tiny-v1").model), providers=["CPUExecutionProvider"])
    (expected,) = session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
    found = read(ids, mask)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_a_page_tells_an_insult_from_thanks(read):
    logits = read(*tokens(TEXTS[:2]))
    insult = list(find("tiny-v1").card.labels).index("insult")
    assert logits[0, insult] > logits[1, insult]
