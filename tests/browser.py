"""A real Chromium, and what the tests of several pages ask of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

CONTRASTS = """() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] === 1) return colour;
    }
    return [255, 255, 255, 1];
  };
  const ratio = (one, two) => {
    const [high, low] = [luminance(one), luminance(two)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(element);
    if (parse(style.color)[3] === 0) continue;
    const large = parseFloat(style.fontSize) >= 24;
    const contrast = ratio(parse(style.color), background(element));
    found.push({text: walker.currentNode.data.trim().slice(0, 30), contrast, needed: large ? 3 : 4.5});
  }
  for (const field of document.querySelectorAll("textarea, select, button")) {
    const contrast = ratio(parse(getComputedStyle(field).borderTopColor), background(field.parentElement));
    found.push({text: "border of " + field.name, contrast, needed: 3});
  }
  return found;
}"""
"""Of each visible text and each field's border: its contrast, and how much is needed (WCAG 2.2 AA)."""


@contextmanager
def chromium() -> Iterator[Browser]:
    path = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail(
            "no Chromium found: apt-get install chromium, or set COMITY_CHROMIUM to one", pytrace=False
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
