"use strict";
// The matrix of statements: its filters, which the address keeps, and the way from a cell to its article and back.
// `signal` ends it, when another event takes its place; `named` says that the address has to name the event.
function startStatements(signal, named) {
  const NAME = "#statements";
  const section = document.querySelector(NAME);
  if (!section) return;
  const chooser = document.getElementById("event");
  const events = [...section.querySelectorAll(".event")].map((block) => {
    const form = block.querySelector("form");
    const numbers = (text) => new Set(text.split(" ").filter(Boolean).map(Number));
    const entries = [...block.querySelectorAll("[data-articles]")].map((element) => ({
      element, id: element.dataset.id, statement: element.classList.contains("statement"),
      articles: numbers(element.dataset.articles), speakers: numbers(element.dataset.speakers),
      differs: new Set(element.dataset.differs.split(" ")),
    }));
    return {block, form, entries, name: block.dataset.event, plots: [...block.querySelectorAll(".quantity")]};
  });
  let shown = events[0];

  const at = (select) => select.value ? Number(select.selectedOptions[0].dataset.at) : null;

  function fits(entry, speaker, article, leftOut, number, differs) {
    return (speaker === null || entry.speakers.has(speaker))
      && (article === null || entry.articles.has(article) !== leftOut)
      && (!number || (number === "one") === (entry.articles.size === 1))
      && differs.every((kind) => entry.differs.has(kind));
  }

  function narrow() {
    const {block, form, entries, plots} = shown, {speaker, article, part} = form.elements;
    const differs = [...form.querySelectorAll("[name=differs]:checked")].map((box) => box.value);
    const wanted = [at(speaker), at(article), part.value === "left-out", form.elements.in.value, differs];
    part.disabled = !article.value;
    const every = {statements: new Set(), figures: new Set()}, left = {statements: new Set(), figures: new Set()};
    for (const entry of entries) {
      const fit = fits(entry, ...wanted), kind = entry.statement ? "statements" : "figures";
      if (entry.element.hidden === fit) entry.element.hidden = !fit;
      every[kind].add(entry.id);
      if (fit) left[kind].add(entry.id);
    }
    for (const plot of plots) plot.hidden = !plot.querySelector(".figure-lines:not([hidden])");
    const frame = block.querySelector(".matrix-frame"), quantities = block.querySelector(".quantities");
    if (frame) frame.hidden = !left.statements.size;
    if (quantities) quantities.hidden = !left.figures.size;
    form.querySelector("output").textContent = Object.keys(every)
      .map((kind) => `${left[kind].size} of ${every[kind].size} ${kind}`).join(", ");
    block.querySelector(".nothing").hidden = left.statements.size + left.figures.size > 0;
  }

  function fragment() {
    const kept = new URLSearchParams();
    if (named || shown !== events[0]) kept.set("event", shown.name);
    for (const [name, value] of new FormData(shown.form)) if (value) kept.append(name, value);
    return kept.size ? `${NAME}&${kept}` : NAME;
  }

  function choose(name) {
    shown = events.find((event) => event.name === name) ?? events[0];
    for (const event of events) event.block.hidden = event !== shown;
    if (chooser) chooser.value = shown.name;
  }

  // Shows what an address asks for; a value that the page does not have is left aside.
  function read() {
    const kept = new URLSearchParams(location.hash.slice(NAME.length + 1));
    choose(kept.get("event"));
    for (const name of ["speaker", "article", "part", "in"]) {
      const field = shown.form.elements[name];
      field.disabled = false;
      field.value = kept.get(name) ?? "";
      if (field.selectedIndex < 0) field.value = "";
    }
    for (const box of shown.form.querySelectorAll("[name=differs]")) box.checked = kept.getAll("differs").includes(box.value);
    narrow();
  }

  const keep = () => history.replaceState(null, "", fragment());
  const asked = () => location.hash.startsWith(`${NAME}&`);
  for (const {form} of events) {
    form.addEventListener("input", () => { narrow(); keep(); });
    form.addEventListener("reset", () => setTimeout(() => { narrow(); keep(); }));
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  chooser?.addEventListener("input", () => { choose(chooser.value); narrow(); keep(); });

  // To the article, and back to the cell.
  let origin = null;
  const back = document.createElement("a");
  back.className = "back";
  back.textContent = "Back to the statement";

  // At once, and after whatever the browser scrolls by itself.
  const jump = (element) =>
    setTimeout(() => element.scrollIntoView({block: "center", inline: "center", behavior: "instant"}));

  function goBack() {
    document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"}));
    back.remove();
    origin.focus({preventScroll: true});
    jump(origin);
    origin = null;
  }

  section.addEventListener("click", (event) => {
    const link = event.target.closest("a.place"), mark = link && document.getElementById(link.hash.slice(1));
    if (!mark) return;
    origin = link;
    keep();
    back.href = fragment();
    mark.after(back);
    jump(mark);
  });
  back.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    history.pushState(null, "", back.hash);
    goBack();
  });
  window.addEventListener("popstate", () => {
    if (asked()) read();
    if (origin && location.hash.startsWith(NAME)) goBack();
  }, {signal});

  // From cell to cell: sideways in a statement, up and down in an article.
  const links = (cell) => cell.querySelector("a.place");
  function beside(cell, step) {
    for (let next = cell[step]; next; next = next[step]) if (links(next)) return links(next);
    return null;
  }
  function above(cell, step) {
    for (let row = cell.parentElement[step]; row; row = row[step]) {
      const next = row.hidden ? null : links(row.cells[cell.cellIndex]);
      if (next) return next;
    }
    return null;
  }
  const STEPS = {ArrowLeft: [beside, "previousElementSibling"], ArrowRight: [beside, "nextElementSibling"],
    ArrowUp: [above, "previousElementSibling"], ArrowDown: [above, "nextElementSibling"]};
  section.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".matrix td"), step = STEPS[event.key];
    if (!cell || !step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    step[0](cell, step[1])?.focus();
  });

  choose(null);
  if (asked()) {
    read();
    section.scrollIntoView();
  } else narrow();
}
