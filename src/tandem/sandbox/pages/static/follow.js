// Reloads the page every few seconds, if that was asked for and nobody is filling in a form.
const seconds = 5;
const link = document.querySelector("[data-follow-switch]");
if (link) link.hidden = false;

const isBusy = () =>
  document.hidden ||
  document.querySelector("details.panel[open]") !== null ||
  document.querySelector("form.fields :is(input, select, textarea):focus") !== null ||
  ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement?.tagName ?? "");

if (document.documentElement.dataset.follow === "on") {
  setInterval(() => {
    if (!isBusy()) location.replace(document.querySelector("[data-refresh]").href);
  }, seconds * 1000);
}
