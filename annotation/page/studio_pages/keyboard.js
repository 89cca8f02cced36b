// Labelling without a mouse: a caret in the article, which the arrow keys move by word, by line and, with Alt, by
// character. With words selected, 1 to 4 mark them; while a link is drawn, Enter takes the span at the caret. Label Studio
// marks when a mouse button is released over selected words, so the keys release one, too. `?` shows all keys.
(() => {
  const LABEL_KEYS = ["1", "2", "3", "4"];
  const WORD = /[\p{L}\p{N}]+(?:[.,’'-][\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]+/gu;
  const { annotation, articleNode, drawing, element, isAdjudicating, isArticle, isField, nodeAt, note, placeOf, plain, readArticle, select, shortened, swallow } = window.HedgerowStudio;

  // Places count the characters before them. What lies between anchor and focus is selected; the caret is at the focus.
  // `isExact` says that an edge was moved by character, so that the span keeps its edges.
  let caret;
  // Where the caret was, for when it comes back.
  let last;

  const isOpen = () => "hedgerowKeys" in document.documentElement.dataset;
  const hasModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;
  const nothingFocused = (event) =>
    !isField(event.target) && [null, document.body].includes(document.activeElement) && !document.querySelector("[aria-modal=true]");

  const onKey = (event) => {
    const work = annotation();
    if (!work || !isArticle(work) || isAdjudicating(work) || !articleNode()) return;
    if (isOpen()) return onKeyOverKeys(event);
    if (isField(event.target) || event.ctrlKey || event.metaKey) return;
    if (caret?.work !== work) hide();
    if (/^Arrow/.test(event.key)) return nothingFocused(event) ? move(event, work) : undefined;
    if (event.key === "?" && showKeys()) return swallow(event);
    if (!caret || hasModifier(event) || event.shiftKey) return;
    if (event.key === "Escape") hide();
    else if (LABEL_KEYS.includes(event.key) && isSelected()) mark(event, work);
    else if (event.key === "Enter" && work.isLinkingMode) link(event, work);
    else if (event.key === " ") choose(event, work);
  };

  // The sheet of keys is a part of the page's config; a project of an earlier version has none.
  const sheet = () => document.querySelector(".page .all-keys");
  const showKeys = () => {
    if (!sheet()) return false;
    document.documentElement.dataset.hedgerowKeys = "";
    for (const [name, value] of [["role", "dialog"], ["aria-modal", "true"], ["aria-label", "All keys"], ["tabindex", "-1"]]) sheet().setAttribute(name, value);
    sheet().focus();
    return true;
  };
  const hideKeys = () => {
    sheet()?.removeAttribute("aria-modal");
    sheet()?.blur();
    delete document.documentElement.dataset.hedgerowKeys;
  };
  const onKeyOverKeys = (event) => {
    if (/^(Arrow|Page|Home|End)/.test(event.key)) return event.stopImmediatePropagation(); // scrolls the sheet
    if (!["Shift", "Control", "Alt", "Meta"].includes(event.key)) swallow(event);
    if (event.key === "Escape" || event.key === "?") hideKeys();
  };

  // The caret

  const isSelected = () => caret.anchor !== caret.focus;
  const edges = () => [Math.min(caret.anchor, caret.focus), Math.max(caret.anchor, caret.focus)];

  const move = (event, work) => {
    swallow(event);
    const shown = readArticle(articleNode());
    const begins = !caret;
    if (begins) {
      const place = firstPlace(work, shown);
      caret = { work, anchor: place, focus: place, isExact: false, column: undefined };
    }
    if (!begins || event.shiftKey) step(event, shown);
    show(shown);
    if (begins) note("The arrow keys move the caret, Shift selects, 1 to 4 mark. ? shows all keys.");
  };

  const step = (event, shown) => {
    const forwards = /Right|Down/.test(event.key);
    const isLine = /Up|Down/.test(event.key);
    const byCharacter = event.altKey && !isLine;
    if (isLine) caret.column ??= boxAt(shown, caret.focus).left;
    else caret.column = undefined;
    if (isLine) caret.focus = lineFrom(shown, forwards, event.shiftKey);
    else if (byCharacter) caret.focus = characterFrom(shown, forwards);
    else caret.focus = wordFrom(shown, forwards, event.shiftKey);
    if (!event.shiftKey) caret.anchor = caret.focus;
    caret.isExact = event.shiftKey && (caret.isExact || byCharacter);
  };

  // Where it was; where one clicked; otherwise the first word in view.
  const firstPlace = (work, shown) => {
    if (last?.work === work) return last.focus;
    const selection = window.getSelection();
    const range = selection.rangeCount ? selection.getRangeAt(0) : undefined;
    if (range && articleNode().contains(range.endContainer)) return placeOf(shown, range, false);
    const top = articleNode().closest(".article").getBoundingClientRect().top;
    return stops(shown.text).begins.find((place) => boxAt(shown, place).top >= top) ?? 0;
  };

  // Where words and marks before them begin, and where words and marks after them end. No end comes after a comma, since
  // no span ends there.
  const stops = (text) => {
    const tokens = [...text.matchAll(WORD)].map(({ 0: words, index }) => ({ words, start: index, end: index + words.length }));
    const isWord = ({ words }) => /[\p{L}\p{N}]/u.test(words);
    const isBlank = (place) => !text[place] || /\s/.test(text[place]);
    const begins = tokens.filter((token) => isWord(token) || isBlank(token.start - 1));
    const ends = tokens.filter((token) => isWord(token) || (isBlank(token.end) && !/^[,;:]$/.test(token.words)));
    return { begins: begins.map(({ start }) => start), ends: ends.map(({ end }) => end) };
  };

  // A selection grows and shrinks by whole words on either side of where it began.
  const wordFrom = ({ text }, forwards, isExtending) => {
    const { begins, ends } = stops(text);
    const { anchor, focus } = caret;
    const after = (places) => places.find((place) => place > focus) ?? text.length;
    const before = (places) => places.findLast((place) => place < focus) ?? 0;
    if (!isExtending) return forwards ? after(begins) : before(begins);
    if (forwards) return focus >= anchor ? after(ends) : Math.min(after(begins), anchor);
    return focus > anchor ? Math.max(before(ends), anchor) : before(begins);
  };

  // Not between the two halves of one character.
  const characterFrom = ({ text }, forwards) => {
    const isHalf = (place) => /[\uDC00-\uDFFF]/.test(text[place] ?? "") && /[\uD800-\uDBFF]/.test(text[place - 1] ?? "");
    const by = forwards ? 1 : -1;
    const next = caret.focus + by;
    return Math.max(0, Math.min(text.length, isHalf(next) ? next + by : next));
  };

  // The stop of the line above or below that is nearest to the column in which the caret set out.
  const lineFrom = (shown, forwards, isExtending) => {
    const { begins, ends } = stops(shown.text);
    const places = [...new Set(isExtending ? [...begins, ...ends] : begins)].sort((first, second) => first - second);
    const here = boxAt(shown, caret.focus);
    const beyond = forwards ? places.filter((place) => place > caret.focus) : places.filter((place) => place < caret.focus).reverse();
    let line, best;
    for (const place of beyond) {
      const box = boxAt(shown, place);
      if (Math.abs(box.top - here.top) < here.height / 2) continue;
      line ??= box;
      if (Math.abs(box.top - line.top) >= line.height / 2) break;
      const distance = Math.abs(box.left - caret.column);
      if (!best || distance < best.distance) best = { place, distance };
    }
    return best?.place ?? caret.focus;
  };

  // A box without width on the screen: before the character at a place, or after the one before it where a line ends.
  const boxAt = (shown, place) => {
    const isEnd = place > 0 && (!shown.text[place] || shown.text[place] === "\n");
    const [node, offset] = nodeAt(shown, place, !isEnd);
    const range = document.createRange();
    range.setStart(node, Math.max(0, isEnd ? offset - 1 : offset));
    range.setEnd(node, Math.min(node.length, isEnd ? offset : offset + 1));
    const { left, right, top, height } = [...range.getClientRects()].at(isEnd ? -1 : 0) ?? node.parentElement.getBoundingClientRect();
    return { left: isEnd ? right : left, top, height };
  };

  let bar, spoken;
  const show = (shown) => {
    const [start, end] = edges();
    const selection = window.getSelection();
    if (isSelected()) selection.setBaseAndExtent(...nodeAt(shown, start, true), ...nodeAt(shown, end, false));
    else selection.removeAllRanges();
    draw();
    bar.scrollIntoView({ block: "nearest" });
    say(isSelected() ? shown.text.slice(start, end) : (shown.text.slice(start).match(/\S+/)?.[0] ?? ""));
  };

  const draw = () => {
    placeSpoken();
    if (caret && caret.work !== annotation()) hide();
    if (!caret || !articleNode()) return;
    const box = boxAt(readArticle(articleNode()), caret.focus);
    const article = articleNode().closest(".article");
    const around = article.getBoundingClientRect();
    if (!bar?.isConnected) article.append((bar = element("div", "hedgerow-caret")));
    const style = { left: box.left - around.left + article.scrollLeft, top: box.top - around.top - article.clientTop + article.scrollTop, height: box.height };
    for (const [name, value] of Object.entries(style)) bar.style[name] = `${value}px`;
  };

  // What the caret is at is for screen readers alone: whoever sees the caret sees it.
  const say = (words) => {
    placeSpoken();
    spoken.textContent = shortened(words);
  };
  const placeSpoken = () => {
    const page = document.querySelector(".page:not(.adjudication)");
    if (spoken?.isConnected || !page) return;
    spoken = element("div", "hedgerow-spoken");
    spoken.setAttribute("role", "status");
    page.append(spoken);
  };

  const hide = () => {
    if (!caret) return;
    if (isSelected()) window.getSelection().removeAllRanges();
    last = { ...caret };
    caret = undefined;
    bar?.remove();
    if (spoken) spoken.textContent = "";
  };
  // Whoever clicks goes on from there.
  const onPointerDown = () => {
    hide();
    last = undefined;
  };

  // What the keys do with the words

  const mark = (event, work) => {
    swallow(event);
    if (work.isReadOnly()) return;
    const control = work.names.get("label");
    work.unselectAll();
    for (const label of control.tiedChildren) if (label.selected) label.setSelected(false);
    control.tiedChildren.find((label) => label.hotkey === event.key)?.setSelected(true);
    release(work);
  };

  let marked = 0;
  // As a mouse would after it was dragged over what is selected. The caret goes on behind it.
  const release = (work) => {
    const shown = readArticle(articleNode());
    const [start, end] = edges();
    const before = new Set(work.regions);
    const first = nodeAt(shown, start, true);
    window.getSelection().setBaseAndExtent(...first, ...nodeAt(shown, end, false));
    // Twice at one place within half a second is a double click, for which Label Studio takes the label of the first.
    marked += 100;
    const released = { bubbles: true, cancelable: true, view: window, altKey: caret.isExact, clientX: marked };
    first[0].parentElement.dispatchEvent(new MouseEvent("mouseup", released));
    caret = { ...caret, anchor: end, focus: end, isExact: false, column: undefined };
    setTimeout(() => {
      const made = work.regions.find((region) => !before.has(region));
      if (made) note(`${plain(made.labelName)}: ${shortened(made.text ?? "")}`);
      draw();
    });
  };

  // The spans at the caret or under what is selected, the shortest first.
  const spansHere = (work) => {
    const [start, end] = edges();
    const length = ({ globalOffsets }) => globalOffsets.end - globalOffsets.start;
    const isHere = ({ globalOffsets: at }) => at && (isSelected() ? at.start < end && start < at.end : at.start <= start && start <= at.end);
    return work.regions.filter(isHere).sort((first, second) => length(first) - length(second));
  };

  // A span of a label that the scheme links to; a quote that reaches beyond what is selected is not meant.
  const isMeant = (from, { labelName, globalOffsets: at }) => {
    const label = plain(labelName);
    const [start, end] = edges();
    const reachesBeyond = isSelected() && (at.start < start || at.end > end);
    const { linked } = window.Hedgerow;
    const first = plain(from.labelName);
    const isLinkable = linked[first]?.includes(label) || linked[label]?.includes(first);
    return isLinkable && !(label === "quote" && reachesBeyond);
  };

  // The other end is the span here; from a quote, words that are selected and not marked become its speaker.
  const link = (event, work) => {
    swallow(event);
    const from = work.linkingModes.get("create_relation").region;
    const to = spansHere(work).find((region) => region !== from && isMeant(from, region));
    if (to) {
      work.addLinkedRegion(to);
      work.stopLinkingMode();
      note(`linked to: ${shortened(to.text ?? "")}`);
    } else if (isSelected() && plain(from.labelName) === "quote") {
      release(work);
    } else {
      note("There is no span at the caret to link to. Move it into one and press Enter, or Escape to leave the link.");
    }
  };

  // Space selects the span at the caret, and pressed again, the one around it.
  const choose = (event, work) => {
    const here = spansHere(work);
    if (!here.length) return;
    swallow(event);
    const region = here[(here.indexOf(work.highlightedNode) + 1) % here.length];
    select(work, region);
    note(`selected: ${plain(region.labelName)}, ${shortened(region.text ?? "")}`);
  };

  document.addEventListener("keydown", onKey, true);
  document.addEventListener("pointerdown", onPointerDown, true);
  drawing(draw);
})();
