// Shows what `hedgerow validate` would find in the annotation as it stands, before it is submitted. The server runs the
// checks. Where it does not answer, or Label Studio's store is another, the page says so, and submits as ever.
(() => {
  const PAUSE = 60; // milliseconds without a change before the checks run
  const PATIENCE = 4000; // milliseconds that a submission waits for the checks
  const TICKED = "right_as_it_stands";
  const { button, element, isAdjudicating, isArticle, isField, isPressed, onChange, select, shortened } = window.HedgerowStudio;

  // The annotation on a labelling page; the adjudication page and the desk have checks of their own.
  const annotation = () => {
    const work = window.HedgerowStudio.annotation();
    return work && isArticle(work) && !isAdjudicating(work) ? work : undefined;
  };

  // What was checked last: the annotation, what was sent of it, and what the checks found. `at` is the finding that is
  // shown, `isListed` whether all are, `isWarned` whether a submission was held back because of errors.
  let state = {};
  let timer, asking, pending;

  const sent = (work) => JSON.stringify(work.serializeAnnotation({ fast: true }));
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  };

  // Resolves once what is on the page now has been checked, or cannot be. A later check takes the place of one that runs.
  const check = () => (pending = ask());
  const ask = async () => {
    const work = annotation();
    if (!work) return undefined;
    const body = sent(work);
    if (state.work !== work) state = { work, at: -1 };
    if (state.body === body && !state.failed) return undefined;
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const given = setTimeout(() => asking.abort("slow"), PATIENCE);
    try {
      const answer = await fetch(`/hedgerow/tasks/${window.Htx.task.id}/findings`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body, signal,
      });
      if (!answer.ok) throw new Error(answer.status);
      const { findings } = await answer.json();
      if (state.work === work) take(work, body, findings);
    } catch {
      if (signal.aborted && signal.reason !== "slow") return pending;
      state.failed = true;
      draw();
    } finally {
      clearTimeout(given);
    }
    return undefined;
  };

  const keyOf = ({ code, region, start, end }) => [code, region, start, end].join(" ");
  const take = (work, body, findings) => {
    const shown = state.findings?.[state.at];
    const at = shown ? findings.findIndex((finding) => keyOf(finding) === keyOf(shown)) : -1;
    state = { ...state, body, findings, at, failed: false };
    if (!errors().length) state.isWarned = false;
    outline(work);
    draw();
  };
  const errors = () => (state.findings ?? []).filter(({ severity }) => severity === "error");
  const warnings = () => (state.findings ?? []).filter(({ severity, ticked }) => severity === "warning" && !ticked);

  const outline = (work) => {
    const wrong = new Set(errors().map(({ region }) => region));
    for (const region of work.regions) {
      for (const span of region._spans ?? []) span.classList.toggle("hedgerow-wrong", wrong.has(region.cleanId));
    }
  };

  // The strip below the article.
  const strip = () => {
    const left = document.querySelector(".page .left");
    if (!left) return undefined;
    return left.querySelector(".hedgerow-findings") ?? left.appendChild(begun());
  };
  // What a screen reader says of it: it says what changes in a place that is there already.
  const begun = () => {
    const spoken = element("div", "hedgerow-spoken");
    spoken.setAttribute("role", "status");
    return element("section", "hedgerow-findings", spoken, element("div", "shown-findings"));
  };

  const draw = () => {
    const place = strip();
    if (!place) return;
    if (isPressed()) return void setTimeout(draw, 50);
    const focused = place.contains(document.activeElement) ? document.activeElement.className : undefined;
    const head = button("summary", list, summary());
    head.setAttribute("aria-expanded", String(Boolean(state.isListed)));
    const line = element("div", "line", head, element("span", "how", how()));
    const [spoken, findings] = place.children;
    if (spoken.textContent !== summary()) spoken.textContent = summary();
    const cards = (state.findings ?? []).map((finding, at) => (state.isListed || at === state.at ? card(finding, at) : ""));
    findings.replaceChildren(line, element("div", "cards", ...cards));
    place.classList.toggle("has-errors", errors().length > 0);
    place.classList.toggle("held-back", Boolean(state.isWarned));
    place.querySelector(".shown")?.scrollIntoView({ block: "nearest" });
    if (focused) place.getElementsByClassName(focused)[0]?.focus();
  };
  const summary = () => {
    if (!state.findings) return state.failed ? "Not checked: the server did not answer" : "Checking …";
    const counts = [[errors().length, "to correct"], [warnings().length, "to look at"]].filter(([count]) => count);
    const words = counts.map(([count, what]) => `${count} ${what}`).join(" · ") || "Nothing to correct";
    return state.failed ? `${words} (not checked since)` : words;
  };
  const how = () => {
    if (state.isWarned) return "Submit again to submit it as it is.";
    return open().length ? "M: next" : "";
  };

  const card = (finding, at) => {
    const title = button("goto", () => go(at), finding.words ? `“${shortened(finding.words)}” ` : "", element("span", "", finding.message));
    const node = element("div", `finding ${finding.severity}${at === state.at ? " shown" : ""}`, title);
    if (finding.severity === "note") node.append(element("p", "", "Your lead will see it; there is nothing for you to do."));
    if (finding.rule) node.append(rule(finding.rule));
    if (finding.severity === "warning" && finding.start !== null) node.append(tick(finding));
    return node;
  };
  const rule = ({ id, text, right }) => {
    const example = element("span", "right-example");
    example.innerHTML = right; // made by the server from the guidelines, with every sign escaped
    return element("div", "rules", element("p", "", element("b", "", id), ` ${text}`), example);
  };
  const tick = (finding) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: finding.ticked });
    box.addEventListener("change", () => letStand(finding, box.checked));
    return element("label", "tick", box, " right as it stands");
  };

  // What was ticked is kept in the annotation: it is in its drafts, and Ctrl+Z takes it back.
  const letStand = (finding, isTicked) => {
    const work = annotation();
    const control = work?.names.get(TICKED);
    if (!control?.updateFromResult || work.isReadOnly()) return;
    const entry = `${finding.code} ${finding.start}:${finding.end} ${finding.words}`;
    const entries = (control.selectedValues?.() ?? []).filter((value) => value !== entry);
    control.updateFromResult(isTicked ? [...entries, entry] : entries);
    control.onChange();
    finding.ticked = isTicked;
    draw();
    later();
  };

  const list = () => {
    state.isListed = !state.isListed;
    draw();
  };
  const open = () => (state.findings ?? []).filter(({ severity, ticked }) => severity !== "note" && !ticked);

  // Goes to a finding: selects its span, or shows its words.
  const go = (at) => {
    const work = annotation();
    const finding = state.findings?.[at];
    if (!work || !finding) return;
    state.at = at;
    work.unselectAll();
    const region = work.regions.find(({ cleanId }) => cleanId === finding.region);
    if (region) select(work, region);
    point(region ? undefined : finding);
    draw();
  };

  // Points to words that no span covers.
  const point = (finding) => {
    if (!window.CSS?.highlights) return;
    CSS.highlights.delete("hedgerow-finding");
    const range = finding && finding.start !== null ? rangeOf(finding) : undefined;
    if (!range) return;
    CSS.highlights.set("hedgerow-finding", new Highlight(range));
    range.startContainer.parentElement?.scrollIntoView({ block: "center" });
  };
  // The article's words as a range; offsets are code points, and JavaScript counts UTF-16 units.
  const rangeOf = ({ start, end }) => {
    const article = document.querySelector(".page .lsf-htx-richtext");
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    const range = document.createRange();
    let passed = 0, begun = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.tagName === "BR") passed += 1;
      if (node.nodeType !== Node.TEXT_NODE) continue;
      const signs = [...node.data];
      const unit = (place) => signs.slice(0, place - passed).join("").length;
      if (!begun && start < passed + signs.length) {
        range.setStart(node, unit(start));
        begun = true;
      }
      if (begun && end <= passed + signs.length) {
        range.setEnd(node, unit(end));
        return range;
      }
      passed += signs.length;
    }
    return undefined;
  };

  const next = () => {
    const all = state.findings ?? [];
    const isOpen = ({ severity, ticked }) => severity !== "note" && !ticked;
    for (let further = 1; further <= all.length; further++) {
      const at = (state.at + further + all.length) % all.length;
      if (isOpen(all[at])) return go(at);
    }
  };

  // The first submission with errors shows them, the second submits. One that was not checked yet waits for the checks.
  let isLetThrough = false;
  const hold = (event, submit) => {
    const work = annotation();
    if (!work || isLetThrough || state.work !== work || (state.failed && !state.findings)) return;
    const isChecked = state.body === sent(work);
    if (isChecked && (state.isWarned || !errors().length)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    document.documentElement.dataset.hedgerowWaiting = "";
    (isChecked ? Promise.resolve() : check()).then(() => {
      delete document.documentElement.dataset.hedgerowWaiting;
      if (errors().length && !state.isWarned) return warn();
      isLetThrough = true;
      try {
        submit();
      } finally {
        isLetThrough = false;
      }
    });
  };
  const warn = () => {
    state.isWarned = state.isListed = true;
    state.at = -1;
    next();
  };

  const SUBMITS = ["Submit", "Update"];
  const submitting = () => [...document.querySelectorAll(".lsf-bottombar button, .lsf-controls button")].find(isSubmit);
  const isSubmit = (node) => SUBMITS.includes(node.textContent.trim()) && !node.disabled;
  const onClick = (event) => {
    const pressed = event.target.closest?.("button");
    if (pressed && isSubmit(pressed)) hold(event, () => pressed.click());
  };
  const onKey = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return hold(event, () => submitting()?.click());
    if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() === "m" && annotation() && open().length) next();
  };

  // The annotation is another one after each task; its changes are its own to tell.
  const watch = () => {
    const work = annotation();
    if (!work) return document.querySelector(".hedgerow-findings")?.remove();
    onChange(work, "findings", later);
    if (state.work !== work) later();
    if (!strip()?.querySelector(".line")) draw();
    if (state.work === work) outline(work);
  };

  document.addEventListener("keydown", onKey, true);
  document.addEventListener("click", onClick, true);
  setInterval(watch, 300);
})();
