// What pages do beyond HTML; without it they still work.
"use strict";
document.documentElement.classList.add("js");

// Dates are written on the server, in the zone that this browser names from its first page on.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const path = document.querySelector(".brand").getAttribute("href") || "/";
if (zone && !document.cookie.includes("tandem_zone=" + encodeURIComponent(zone))) {
  document.cookie = "tandem_zone=" + encodeURIComponent(zone) + "; path=" + path + "; max-age=31536000; samesite=lax" +
    (location.protocol === "https:" ? "; secure" : "");
}

// Menus close when attention goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// On a narrow screen the tabs scroll: the present one is in sight.
for (const tab of document.querySelectorAll(".tabs a[aria-current]")) {
  const tabs = tab.parentElement;
  tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}

// A form that was changed is not left by accident.
for (const form of document.querySelectorAll("form[data-guard]")) {
  const bar = form.querySelector("[data-changed]");
  const before = form.hasAttribute("data-dirty") ? "" : new URLSearchParams(new FormData(form)).toString();
  let leaving = false;
  const isChanged = () => new URLSearchParams(new FormData(form)).toString() !== before;
  const show = () => { if (bar) bar.textContent = isChanged() ? bar.dataset.changed : bar.dataset.same; };
  form.addEventListener("input", show);
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => { if (!leaving && isChanged()) event.preventDefault(); });
  show();
}

// A choice that submits itself, where there is a button for those without script.
for (const chooser of document.querySelectorAll("[data-submits]")) {
  chooser.addEventListener("change", () => chooser.form.requestSubmit());
}
for (const all of document.querySelectorAll("input[data-all]")) {
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = all.checked;
  });
}

// A part that is fetched anew does not take the focus with it: where the focused thing is gone, the part has it.
let hadFocus = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  hadFocus = event.detail.target.contains(document.activeElement) ? event.detail.target.id : "";
});
document.addEventListener("htmx:afterSettle", () => {
  const part = hadFocus && document.getElementById(hadFocus);
  if (part && document.activeElement === document.body) {
    part.tabIndex = -1;
    part.focus({ preventScroll: true });
  }
  hadFocus = "";
});

// What could not be fetched is said, and no longer once it could.
// A choice that was not saved goes back to what it was, with the server's reason.
const stale = document.getElementById("stale");
const unsaved = document.getElementById("unsaved");
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    if (detail.requestConfig.verb === "get") {
      stale.hidden = false;
      return;
    }
    const page = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
    unsaved.lastElementChild.textContent = page.querySelector("main .pre")?.textContent ?? "";
    unsaved.hidden = false;
    unsaved.scrollIntoView({ block: "nearest" });
    detail.elt.reset();
  });
}
document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  if (!detail.successful) return;
  stale.hidden = true;
  unsaved.hidden = true;
});

// Charts: the figures stand in the page as a table; this draws them.
function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

function draw(place) {
  const told = JSON.parse(place.dataset.chart);
  const bars = uPlot.paths.bars({ size: [0.72, 40], radius: 0.15 });
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: told.zone });
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", day: "numeric", timeZone: told.zone });
  // A day's name stands under its first hour.
  const label = (ticks) => (at, i) => {
    const named = day.format(at * 1000);
    const isNew = i === 0 || named !== day.format(ticks[i - 1] * 1000);
    return isNew ? clock.format(at * 1000) + "\n" + named : clock.format(at * 1000);
  };
  const axis = () => ({ stroke: colour("--soft"), grid: { stroke: colour("--grid"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" });
  // Stacked: each series is drawn with those below it, the tallest first.
  const sums = told.series.map((_, i) => told.times.map((__, t) => told.series.slice(0, i + 1).reduce((n, s) => n + s.values[t], 0)));
  const order = told.series.map((_, i) => i).reverse();
  const make = () => new uPlot({
    width: place.clientWidth, height: place.clientHeight, legend: { show: false }, cursor: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), told.zone),
    scales: { x: { time: true, range: (u, min, max) => [min - 1800, max + 1800] }, y: { range: (u, min, max) => [0, Math.max(max, 4)] } },
    axes: [
      { ...axis(), grid: { show: false }, values: (u, ticks) => ticks.map(label(ticks)), space: 70 },
      { ...axis(), size: 48, values: (u, ticks) => ticks.map((n) => Number.isInteger(n) ? number.format(n) : "") },
    ],
    series: [{}, ...order.map((i) => ({ fill: colour("--chart-" + (i + 1)), stroke: colour("--chart-" + (i + 1)), width: 0, paths: bars, points: { show: false } }))],
  }, [told.times, ...order.map((i) => sums[i])], place);
  let chart = make();
  let width = place.clientWidth;
  const again = () => { chart.destroy(); chart = make(); };
  new ResizeObserver(() => { if (place.clientWidth !== width) { width = place.clientWidth; again(); } }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}

function drawAll() {
  if (typeof uPlot === "undefined") return;
  for (const place of document.querySelectorAll("[data-chart]:not([data-drawn])")) {
    place.dataset.drawn = "";
    draw(place);
  }
}
drawAll();
document.addEventListener("htmx:afterSwap", drawAll);
