// Keys of the desk: g and a letter goes to a page, / finds an event, j and k move through rows, Enter opens one. A box above a list chooses all of it.
// What is live rests while nobody sees it, and turns grey if it is not answered: old figures must not look like new ones.
"use strict";
(() => {
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
  let goes = 0;

  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];

  const choose = (step) => {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.classList.contains("chosen"));
    const next = Math.min(Math.max(now + step, 0), all.length - 1);
    if (now >= 0) all[now].classList.remove("chosen");
    all[next].classList.add("chosen");
    all[next].scrollIntoView({ block: "nearest" });
    const link = all[next].querySelector("a");
    if (link) link.focus({ preventScroll: true });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (Date.now() - goes < 1500) {
      goes = 0;
      const link = document.querySelector(`.top nav a[data-go="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    if (event.key === "g") goes = Date.now();
    else if (event.key === "j") choose(1);
    else if (event.key === "k") choose(-1);
    else if (event.key === "/") {
      const field = document.getElementById("find");
      if (field) {
        event.preventDefault();
        field.focus();
      }
    }
  });

  const boxes = (all) => [...all.closest("table").querySelectorAll("tbody input[type=checkbox]")];
  for (const all of document.querySelectorAll("[data-all]")) all.hidden = boxes(all).length < 2;
  document.addEventListener("change", (event) => {
    const box = event.target.closest("table input[type=checkbox]");
    const all = box?.closest("table").querySelector("[data-all]");
    if (!all) return;
    if (box === all) for (const each of boxes(all)) each.checked = all.checked;
    all.checked = boxes(all).every((each) => each.checked);
  });

  document.addEventListener("htmx:before:request", (event) => {
    if (document.hidden && event.target.closest("[data-live]")) event.preventDefault();
  });

  const LATE = 8000;
  let answered = Date.now();

  const tell = () => {
    const live = document.querySelector("[data-live]");
    const note = document.querySelector("[data-late]");
    if (!live || !note || document.hidden) return;
    const age = Date.now() - answered;
    live.classList.toggle("stale", age > LATE);
    note.hidden = age <= LATE;
    note.querySelector("[data-age]").textContent = `The last answer came ${Math.round(age / 1000)} s ago; what is below is of then.`;
  };

  // A page that refuses takes no place in the one that is shown.
  document.addEventListener("htmx:before:response", (event) => {
    if (!event.target.closest("[data-live]")) return;
    if (event.detail.ctx.response.status >= 400) event.preventDefault();
    else answered = Date.now();
    tell();
  });

  setInterval(tell, 1000);
})();
