"""Reads every file of the corpus with easyofd: each value of the data index must stand where the index says, and
every page, picture and seal must be found. Usage: read.py FOLDER"""

import base64
import contextlib
import io
import json
import pathlib
import re
import sys
import types

# easyofd imports PyMuPDF for its PDF output alone, which is not used here.
sys.modules["fitz"] = types.ModuleType("fitz")

from loguru import logger  # noqa: E402

logger.remove()

from easyofd.parser_ofd.ofd_parser import OFDParser  # noqa: E402

FEWEST = 200
DATE = re.compile(r"(\d{4})[年-](\d{1,2})[月-](\d{1,2})日?")


def plain(value):
    """A value without white space, dates as 20260302."""
    text = re.sub(r"\s", "", value)
    date = DATE.fullmatch(text)
    return "%s%02d%02d" % (date[1], int(date[2]), int(date[3])) if date else text


def same(meta, shown):
    """Equal but for the mark between several values; what stands on each of several pages is shown as often."""
    whole, once = plain(meta.replace("^", "")), plain(shown)
    again = whole and once == whole * (len(once) // len(whole))
    return again or plain(meta.replace("^", "、")) == once


def check(path, want):
    """What is wrong with a file, in words."""
    with contextlib.redirect_stdout(io.StringIO()):  # easyofd prints what it meets
        doc = OFDParser(base64.b64encode(path.read_bytes()).decode())()[0]
    if len(doc["page_info"]) != want["pages"]:
        yield f"{len(doc['page_info'])} pages, made with {want['pages']}"
    shown = {t["ID"]: t["text"] for page in doc["page_info"].values() for t in page["text_list"]}
    for item, objects in want["index"].items():
        text = "".join(shown.get(o, "") for o in objects)
        if not same(want["values"][item], text):
            yield f"{item}: the metadata say {want['values'][item]}, easyofd reads {text}"
    placed = [i["ResourceID"] for page in doc["page_info"].values() for i in page["img_list"]]
    for picture in placed:
        if not doc["images"].get(picture, {}).get("imgb64"):
            yield f"no picture {picture}"
    seals = [s for page in doc["signatures_page_id"].values() for s in page]
    if len(seals) != want["seals"] or not all(s["SignedValue"] for s in seals):
        yield f"{len(seals)} seals, made with {want['seals']}"


def main(folder):
    corpus = json.loads((folder / "corpus.json").read_text("utf-8"))
    wrong = [f"{f['file']}: {w}" for f in corpus for w in check(folder / f["file"], f)]
    if len(corpus) < FEWEST:
        wrong.append(f"only {len(corpus)} files")
    print(*wrong, f"easyofd: {len(corpus)} files read, {len(wrong)} faults", sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
