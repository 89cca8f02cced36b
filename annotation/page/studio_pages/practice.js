// What the labelling page of the embedded server does in practice: once an article is submitted, a sheet over the page
// says what differs from the gold, and by which rule. It asks after the submission that Label Studio sends, so that it
// does not matter which article Label Studio shows next. In any other project, and where a later version sends
// submissions otherwise, it does nothing.
(() => {
  const KINDS = {
    missed: "Missed",
    extra: "Not in the gold",
    edges: "Other words",
    label: "Other label",
    attribute: "Other attribute",
    link: "Other link",
  };
  // What scrolls or walks through the sheet; any other key would reach the page below.
  const KEYS = ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", "Tab", " "];

  window.HedgerowStudio.onSubmission(({ task, held }) => {
    if (held.practice === true) ask(task);
  });

  const ask = async (task) => {
    const sheet = open();
    try {
      const answer = await fetch(`/hedgerow/practice/${task}/`);
      if (!answer.ok) return sheet.close();
      return sheet.fill(await answer.json());
    } catch {
      return sheet.close();
    }
  };

  const make = (tag, name, ...inner) => {
    const element = document.createElement(tag);
    element.className = name;
    element.append(...inner);
    return element;
  };

  // The sheet while the answer is not there yet. It takes the keys, so that none falls through to the article below.
  const open = () => {
    const before = document.activeElement;
    const sheet = make("div", "hedgerow-sheet", make("p", "", "Comparing with the gold…"));
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-modal", "true");
    sheet.setAttribute("aria-label", "How you labelled the article");
    const style = make("style", "", STYLE);
    let onward = () => {};
    const close = () => {
      for (const name of ["keydown", "keypress", "keyup"]) window.removeEventListener(name, onKey, true);
      sheet.remove();
      style.remove();
      before?.focus?.();
    };
    const leave = () => {
      close();
      onward();
    };
    const onKey = (event) => {
      event.stopImmediatePropagation();
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (plain && KEYS.includes(event.key)) return;
      event.preventDefault();
      const leaves = event.key === "Enter" || event.key === "Escape";
      if (event.type === "keydown" && plain && leaves && !event.repeat) leave();
    };
    const fill = (graded) => {
      onward = () => goOn(graded);
      const button = make("button", "hedgerow-on", graded.next ? "Next article (Enter)" : "Close (Enter)");
      button.type = "button";
      button.onclick = leave;
      const article = shown(graded);
      const list = make("div", "hedgerow-list", button, ...summary(graded), ...graded.items.map(row(graded, article)));
      sheet.replaceChildren(article, list);
      list.tabIndex = 0;
      list.focus();
    };
    for (const name of ["keydown", "keypress", "keyup"]) window.addEventListener(name, onKey, true);
    document.head.append(style);
    document.body.append(sheet);
    return { close, fill };
  };

  // Where all articles are labelled in a row, Label Studio has gone to the next one already.
  const goOn = (graded) => {
    const query = new URLSearchParams(location.search);
    if (graded.next && !query.has("labeling")) location.assign(`/projects/${graded.project}/data?task=${graded.next}`);
  };

  const summary = (graded) => {
    const count = graded.items.length;
    const headline = count ? `${count} ${count === 1 ? "place" : "places"} to look at` : "All as in the gold";
    const rows = graded.scores.map((score) =>
      make(
        "tr",
        "",
        make("th", "", score.label),
        make("td", "", score.f1 === null ? "–" : score.f1.toFixed(2)),
        ...[score.same, score.own, score.gold].map((spans) => make("td", "", String(spans))),
      ),
    );
    const heads = make("tr", "", ...["spans", "F1", "the same", "yours", "gold"].map((name) => make("th", "", name)));
    const last = graded.next ? [] : [make("p", "", "No practice article is left.")];
    const reached = graded.standing ? [make("p", "hedgerow-standing", inWords(graded.standing))] : [];
    return [make("h3", "", headline), make("table", "hedgerow-scores", heads, ...rows), ...reached, ...last];
  };

  // How far the practice round is, by the first submission of each article.
  const inWords = ({ articles, done, f1, mark, passed }) => {
    const reached = `F1 ${f1 === null ? "–" : f1.toFixed(2)} over ${done} of ${articles} articles`;
    const wanted = `${mark.toFixed(2)} over all ${articles} passes`;
    const state = passed ? "You have passed" : done < articles ? "Not passed yet" : "Not passed";
    return `${state}: ${reached}; ${wanted}. The first submission of each article counts.`;
  };

  // The article, cut wherever a difference begins or ends. Offsets count code points.
  const shown = (graded) => {
    const points = [...graded.text];
    const places = graded.items.flatMap((item) => [item.gold, item.own]).filter(Boolean);
    const cuts = [...new Set([0, points.length, ...places.flat()])].sort((first, second) => first - second);
    const article = make("div", "hedgerow-article");
    cuts.slice(0, -1).forEach((start, at) => {
      const piece = make("span", "", points.slice(start, cuts[at + 1]).join(""));
      const holds = (place) => place && place[0] <= start && start < place[1];
      graded.items.forEach((item, number) => {
        if (!holds(item.gold) && !holds(item.own)) return;
        piece.classList.add(`hedgerow-${item.kind}`, ...(holds(item.gold) ? [] : ["hedgerow-cut"]));
        piece.dataset.items = `${piece.dataset.items ?? " "}${number} `;
      });
      article.append(piece);
    });
    return article;
  };

  const row = (graded, article) => (item, number) => {
    const points = [...graded.text];
    const words = (place) => `“${points.slice(...place).join("")}”`;
    const line = (who, what) => make("div", "", make("i", "", who), ` ${what}`);
    const tag = make("b", `hedgerow-tag hedgerow-${item.kind}`, `${KINDS[item.kind] ?? item.kind}: ${item.label}`);
    const lines = [tag];
    if (item.kind === "edges") lines.push(line("you", words(item.own)), line("gold", words(item.gold)));
    else lines.push(make("div", "", words(item.gold ?? item.own)));
    if (item.name) lines.push(line(`your ${item.name}`, item.was || "none"), line("gold", item.wanted || "none"));
    const element = make("section", "hedgerow-row", ...lines, ...item.rules.map((rule) => stated(graded.rules[rule])));
    element.dataset.kind = item.kind;
    element.onclick = () => {
      article.querySelector(`[data-items~="${number}"]`)?.scrollIntoView({ block: "center" });
    };
    return element;
  };

  // A rule with its right example, which the server writes from the guidelines, and escapes.
  const stated = (rule) => {
    const example = make("div", "hedgerow-right");
    example.innerHTML = rule.right;
    return make("div", "hedgerow-rule", make("b", "", rule.title), ` ${rule.text}`, example);
  };

  const STYLE = `
    .hedgerow-sheet { --paper: #fff; --ink: #1f2029; --muted: #55596e; --line: #e3e3ea; --red: #a84300; --green: #00694d; --violet: #8f3f6c; --blue: #0072b2; --go: #4c5fa9; }
    html[data-color-scheme="dark"] .hedgerow-sheet { --paper: #262522; --ink: #f1efea; --muted: #b9bccb; --line: #4b4d58; --red: #ffb37a; --green: #7fd6b8; --violet: #e6a9cb; --blue: #8ab4e8; }
    .hedgerow-sheet { position: fixed; inset: 0; z-index: 9999; display: flex; gap: 20px; padding: 16px 24px; background: var(--paper); color: var(--ink); }
    .hedgerow-article { flex: 1 1 600px; overflow-y: auto; white-space: pre-wrap; font-size: 17px; line-height: 1.6; }
    .hedgerow-list { flex: 0 1 520px; overflow-y: auto; font-size: 13px; line-height: 1.4; outline: none; }
    .hedgerow-list h3 { font-size: 16px; margin: 0 0 6px; }
    .hedgerow-on { position: sticky; top: 0; float: right; padding: 6px 16px; border: 0; border-radius: 4px; background: var(--go); color: #fff; cursor: pointer; }
    .hedgerow-scores th, .hedgerow-scores td { padding: 1px 12px 1px 0; text-align: left; }
    .hedgerow-standing { margin: 6px 0; font-weight: 700; }
    .hedgerow-row { border-top: 1px solid var(--line); padding: 7px 0; cursor: pointer; }
    .hedgerow-row i { color: var(--muted); font-style: normal; }
    .hedgerow-tag { padding: 0 4px; border-radius: 2px; }
    .hedgerow-missed { background: #d55e0033; outline: 1.5px dashed var(--red); }
    .hedgerow-extra, .hedgerow-article .hedgerow-cut { background: var(--line); text-decoration: line-through; }
    .hedgerow-tag.hedgerow-extra { text-decoration: none; }
    .hedgerow-edges { background: #e69f0044; }
    .hedgerow-label { background: #cc79a733; border-bottom: 2px solid var(--violet); }
    .hedgerow-attribute { border-bottom: 2px dotted var(--blue); }
    .hedgerow-link { border-bottom: 2px dashed var(--green); }
    .hedgerow-rule { margin: 4px 0 0 4px; padding-left: 10px; border-left: 3px solid var(--muted); }
    .hedgerow-right::before { content: "✓ "; font-weight: 700; color: var(--green); }
    .hedgerow-row .hedgerow-right i { font-size: 10px; color: inherit; }
    .hedgerow-right .s { background: #56b4e94d; } .hedgerow-right .q { background: #009e734d; }
    .hedgerow-right .h { background: #e69f004d; } .hedgerow-right .n { background: #d55e004d; }
    .hedgerow-right span::before { content: "["; } .hedgerow-right span::after { content: "]"; }
    @media (max-width: 900px) {
      .hedgerow-sheet { flex-direction: column-reverse; gap: 10px; padding: 10px 14px; }
      .hedgerow-article, .hedgerow-list { flex: 1 1 0; min-height: 0; }
    }
  `;
})();
