// The page works without this file; it only saves a few steps.
"use strict";

const form = document.querySelector("form");
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.primary"));
  }
});

for (const element of document.querySelectorAll(".js-only")) {
  element.hidden = false;
}

const copy = document.getElementById("copy");
if (copy) {
  copy.addEventListener("click", async () => {
    const status = document.getElementById("copied");
    try {
      await navigator.clipboard.writeText(document.getElementById("share-link").href);
      status.textContent = "Copied.";
    } catch {
      status.textContent = "Your browser does not let this page copy: use the link itself.";
    }
  });
}
