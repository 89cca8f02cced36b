"use strict";
// What one does with articles and the table of who said what; `signal` ends it, when another event takes their place.
function startArticles(signal) {
  const SVG = "http://www.w3.org/2000/svg";
  const details = document.getElementById("details");
  const list = document.getElementById("details-list");
  const allLinks = document.getElementById("all-links");
  let pinned = false, shown = null;

  const pieces = (article, number) => article.querySelectorAll(`.text [data-s="${number}"]`);
  const note = (article, number) => document.getElementById(`${article.dataset.at}-n${number}`);
  const linksOf = (article, number) =>
    [...note(article, number).querySelectorAll("[data-link]")].map((row) =>
      ({type: row.dataset.link, from: row.dataset.from, to: row.dataset.to}));

  // The labels at an element, the innermost first.
  function labelsAt(element) {
    const numbers = [];
    for (let at = element.closest("[data-s]"); at; at = at.parentElement.closest("[data-s]")) numbers.push(at.dataset.s);
    return numbers;
  }

  // A link's end, relative to the text: the middle of the label's mark, its top and bottom, and where its line's label ends.
  function place(article, number) {
    const element = document.getElementById(`${article.dataset.at}-${number}`), mark = element.getBoundingClientRect();
    const text = article.querySelector(".text").getBoundingClientRect(), middle = (mark.top + mark.bottom) / 2;
    const line = [...element.parentElement.getClientRects()].find((rect) => rect.top <= middle && middle <= rect.bottom);
    return {x: mark.left + mark.width / 2 - text.left, top: mark.top - text.top, bottom: mark.bottom - text.top,
      under: (line ?? mark).bottom - text.top};
  }

  // On one line an arc above it; else straight to the gap beside the other end's line, along it, and to the label.
  function curve(from, to) {
    if (Math.abs(from.top - to.top) < 14) {
      const high = Math.min(from.top, to.top) - 12 - Math.min(Math.abs(from.x - to.x) / 20, 8);
      return `M${from.x},${from.top} C${from.x},${high} ${to.x},${high} ${to.x},${to.top - 2}${head(to.x, to.top - 2, -6)}`;
    }
    const down = from.top < to.top, start = down ? from.under : from.top, end = down ? to.top - 2 : to.under + 3;
    const gap = down ? end - 7 : end + 5;
    const side = Math.sign(to.x - from.x) * Math.min(6, Math.abs(to.x - from.x) / 2);
    const turn = gap + Math.sign(start - gap) * Math.min(6, Math.abs(start - gap));
    return `M${from.x},${start} L${from.x},${turn} Q${from.x},${gap} ${from.x + side},${gap}`
      + ` L${to.x - side},${gap} Q${to.x},${gap} ${to.x},${end}${head(to.x, end, down ? -6 : 6)}`;
  }

  const head = (x, y, back) => ` M${x - 4},${y + back} L${x},${y} L${x + 4},${y + back}`;

  function draw(article, links, faint) {
    const svg = article.querySelector(".curves"), drawn = document.createDocumentFragment();
    for (const link of links) {
      const from = place(article, link.from), to = place(article, link.to);
      const path = curve(from, to);
      for (const kind of faint ? [`line faint ${link.type}`] : ["halo", `line ${link.type}`]) {
        const line = document.createElementNS(SVG, "path");
        line.setAttribute("class", kind);
        line.setAttribute("d", path);
        drawn.append(line);
      }
    }
    svg.append(drawn);
  }

  function redraw() {
    for (const article of document.querySelectorAll("article")) {
      article.querySelector(".curves").replaceChildren();
      if (!allLinks.checked) continue;
      const rows = [...article.querySelectorAll(".list [data-link]")];
      const links = new Map(rows.map((row) => [`${row.dataset.from} ${row.dataset.to} ${row.dataset.link}`,
        {type: row.dataset.link, from: row.dataset.from, to: row.dataset.to}]));
      draw(article, [...links.values()], true);
    }
    if (shown) draw(shown.article, shown.numbers.flatMap((number) => linksOf(shown.article, number)), false);
  }

  function card(article, number) {
    const source = note(article, number), made = document.createElement("div");
    made.className = `note-card ${source.dataset.label}`;
    made.append(...[...source.childNodes].map((node) => node.cloneNode(true)));
    for (const link of made.querySelectorAll("a")) {
      const plain = document.createElement("span");
      plain.className = link.className;
      plain.textContent = link.textContent;
      link.replaceWith(plain);
    }
    return made;
  }

  function hide() {
    if (!shown) return;
    for (const element of document.querySelectorAll(".text .on, .text .linked")) element.classList.remove("on", "linked");
    shown = null;
    pinned = false;
    details.hidden = true;
    redraw();
  }

  function show(article, numbers) {
    hide();
    shown = {article, numbers};
    for (const number of numbers) {
      for (const piece of pieces(article, number)) piece.classList.add("on");
      for (const link of linksOf(article, number))
        for (const end of [link.from, link.to])
          if (!numbers.includes(end)) for (const piece of pieces(article, end)) piece.classList.add("linked");
    }
    list.replaceChildren(...numbers.map((number) => card(article, number)));
    details.hidden = false;
    redraw();
  }

  for (const text of document.querySelectorAll(".text")) {
    const article = text.closest("article");
    text.addEventListener("pointerover", (event) => {
      if (pinned || event.pointerType === "touch") return;
      const numbers = labelsAt(event.target);
      if (numbers.length) show(article, numbers);
    });
    text.addEventListener("pointerleave", (event) => {
      if (!pinned && event.pointerType !== "touch" && !text.contains(document.activeElement)) hide();
    });
    text.addEventListener("focusin", (event) => {
      if (event.target.classList.contains("mark") && event.target.matches(":focus-visible"))
        show(article, labelsAt(event.target).slice(0, 1));
    });
    text.addEventListener("focusout", () => { if (!pinned) hide(); });
    text.addEventListener("click", (event) => {
      const numbers = labelsAt(event.target);
      if (!numbers.length) return;
      event.preventDefault();
      event.stopPropagation();
      const same = pinned && shown && shown.article === article && shown.numbers.join() === numbers.join();
      hide();
      if (same) return;
      show(article, numbers);
      pinned = true;
    });
  }
  document.addEventListener("click", (event) => { if (!event.target.closest(".beside")) hide(); }, {signal});
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); }, {signal});
  document.getElementById("close-details").addEventListener("click", hide);
  allLinks.addEventListener("change", redraw);
  window.addEventListener("resize", () => { if (shown || allLinks.checked) redraw(); }, {signal});
  document.addEventListener("click", (event) => {
    const mark = event.target.closest("a[href^='#a']");
    const target = mark && document.getElementById(mark.getAttribute("href").slice(1));
    if (!target?.classList.contains("mark") || event.defaultPrevented) return;
    target.focus({preventScroll: true});
    show(target.closest("article"), labelsAt(target).slice(0, 1));
    pinned = true;
  }, {signal});

  // The table of who said what.
  const filter = document.getElementById("filter"), counter = document.getElementById("found");
  const field = (name) => document.getElementById(`by-${name}`);
  const rows = [...document.querySelectorAll(".quotes tbody tr")].map((row) =>
    ({row, speakers: JSON.parse(row.dataset.speakers), words: row.textContent.toLowerCase(), ...row.dataset}));
  function narrow() {
    const words = field("text").value.trim().toLowerCase(), speaker = field("speaker").value;
    const form = field("form").value, hedged = field("hedge").value, number = field("number").checked;
    let count = 0;
    for (const entry of rows) {
      const fits = entry.words.includes(words) && (!speaker || entry.speakers.includes(speaker))
        && (!form || entry.form === form) && (!hedged || entry.hedged === hedged) && (!number || entry.number === "yes");
      entry.row.hidden = !fits;
      count += fits;
    }
    counter.textContent = `${count} of ${rows.length} quotes`;
    document.getElementById("nothing").hidden = count > 0;
  }
  filter.addEventListener("input", narrow);
  filter.addEventListener("reset", () => setTimeout(narrow));
  filter.addEventListener("submit", (event) => event.preventDefault());
}

(() => {
  // Paper shows what is folded.
  const paper = window.matchMedia("print");
  let opened = [];
  paper.addEventListener("change", () => {
    for (const section of opened) section.open = false;
    opened = paper.matches ? [...document.querySelectorAll("details:not([open])")] : [];
    for (const section of opened) section.open = true;
  });
})();
