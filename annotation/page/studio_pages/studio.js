// What the scripts of the labelling page need of Label Studio, in one place: its store (window.Htx) and the annotation
// that is open. Where a member is missing, as in another version, there is no annotation for them, and the page is Label
// Studio's own and says so.
(() => {
  const MEMBERS = [
    "unselectAll()", "selectArea()", "isReadOnly()", "addLinkedRegion()", "stopLinkingMode()", "addVersions()",
    "serializeAnnotation()", "names", "results", "regions", "linkingModes", "trackedState", "history.freeze()",
    "history.unfreeze()", "history.setReplaceNextUndoState()", "relationStore.relations", "relationStore.deleteRelation()",
    "relationStore.addRelation()", "regionStore.regions", "undo()", "history.undoIdx", "highlightedNode?",
    "selectedRegions", "isLinkingMode", "submissionStarted", "isDraftSaving", "pk?",
  ];
  // What ends in () is a function, and what ends in ? may have no value.
  const has = (work, member) => {
    const [name, inner] = member.replace(/\(\)|\?/, "").split(".");
    const owner = inner ? work[name] : work;
    const part = owner?.[inner ?? name];
    if (member.endsWith("?")) return (inner ?? name) in owner;
    return member.endsWith("()") ? typeof part === "function" : part !== undefined && part !== null;
  };

  // The annotation on the page, undefined where it lacks a member.
  const annotation = () => {
    const work = window.Htx?.annotationStore?.selected;
    return work && MEMBERS.every((member) => has(work, member)) ? work : undefined;
  };
  // Whether its article is to be labelled, or adjudicated. The desk, too, has spans, but none to mark.
  const isArticle = (work) => work.names.has("number_kind");
  const isAdjudicating = (work) => work.names.has("decision");

  // What the task holds. Label Studio would read it anew from its JSON each time it is asked.
  const read = new WeakMap();
  const data = () => {
    const task = window.Htx?.task;
    if (task && !read.get(task)) read.set(task, task.dataObj);
    return read.get(task) ?? {};
  };

  // On the adjudication page a label has two forms, `quote` and `quote ?`, with the same controls.
  const plain = (label) => (label ?? "").replace(" ?", "");
  const values = (region, control) => region.results.find((result) => result.from_name.name === control)?.mainValue ?? [];
  const select = (work, region) => {
    work.unselectAll();
    work.selectArea(region);
    region._spans?.[0]?.scrollIntoView({ block: "center" });
  };

  const articleNode = () => document.querySelector(".page .lsf-htx-richtext");

  // The article as it is shown: its text, and the nodes of the text with the place at which each begins.
  const readArticle = (article) => {
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    const nodes = [];
    let text = "";
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        nodes.push({ node, start: text.length });
        text += node.data;
      } else if (node.tagName === "BR") {
        text += "\n";
      }
    }
    return { text, nodes };
  };

  // How much of the article stands before an edge of the range.
  const placeOf = ({ text, nodes }, range, isStart) => {
    const [container, offset] = isStart ? [range.startContainer, range.startOffset] : [range.endContainer, range.endOffset];
    const within = nodes.find(({ node }) => node === container);
    if (within) return within.start + offset;
    const next = nodes.find(({ node }) => range.comparePoint(node, 0) >= (isStart ? 0 : 1));
    return next ? next.start : text.length;
  };

  const nodeAt = ({ nodes }, place, isStart) => {
    const fits = ({ node, start }) => (isStart ? place < start + node.length : place <= start + node.length);
    const { node, start } = nodes.find(fits);
    return [node, Math.max(place - start, 0)];
  };

  const isField = (element) => /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable;
  const swallow = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const element = (tag, className, ...children) => {
    const node = Object.assign(document.createElement(tag), { className });
    node.append(...children);
    return node;
  };
  const button = (className, onClick, ...children) => {
    const node = Object.assign(element("button", className, ...children), { type: "button" });
    node.addEventListener("click", onClick);
    return node;
  };
  // Replaces what a place shows once its state has changed, or its annotation, which Label Studio makes anew when it loads a
  // task again. It waits while a button of the mouse is down: what is pressed would be gone, and the click with it.
  let pressed = false;
  const isPressed = () => pressed;
  const release = () => (pressed = false);
  window.addEventListener("pointerdown", () => (pressed = true), true);
  window.addEventListener("click", release, true);
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => setTimeout(release), true);
  window.addEventListener("blur", release);
  const renewed = new WeakMap();
  const renew = (place, work, state, nodes) => {
    const before = renewed.get(place);
    if (pressed || (before?.work === work && before.state === state && place.childElementCount)) return;
    renewed.set(place, { work, state });
    place.replaceChildren(...nodes());
  };
  const shortened = (words) => (words.length > 60 ? `${words.slice(0, 28)} … ${words.slice(-28)}` : words).replace(/\s+/g, " ");

  // A short note that a screen reader says, too, when it has nothing else to say. It says what changes in a place that is
  // there already, so the place is made with the page.
  let notes, noted;
  const placeNotes = () => {
    if (notes?.isConnected) return;
    notes = element("div", "hedgerow-note");
    notes.setAttribute("role", "status");
    notes.setAttribute("aria-live", "polite");
    document.querySelector(".page")?.append(notes);
  };
  setInterval(placeNotes, 300);
  const note = (words) => {
    placeNotes();
    notes.textContent = words;
    clearTimeout(noted);
    noted = setTimeout(() => (notes.textContent = ""), Math.max(4000, words.length * 60));
  };

  // Runs what draws, soon after each change of the page and now and then, and not more than once a frame.
  const drawing = (draw) => {
    let due;
    const soon = () => {
      due ??= requestAnimationFrame(() => {
        due = undefined;
        draw();
      });
    };
    new MutationObserver(soon).observe(document.documentElement, { childList: true, subtree: true });
    setInterval(soon, 300);
  };
  // Tells of each change of an annotation, once however often it is asked.
  const watched = new WeakMap();
  const onChange = (work, name, changed) => {
    const names = watched.get(work) ?? watched.set(work, new Set()).get(work);
    if (names.has(name)) return;
    names.add(name);
    work.trackedState.$treenode?.onSnapshot?.(changed);
  };

  // Tells of each submission that the server has taken: of which task, what the task holds, and whether it was its first;
  // and of each draft, when the page began to send it.
  const TASK = /\/api\/tasks\/(\d+)\/annotations\b/, WORK = /\/api\/annotations\/\d+/;
  const listeners = [], draftListeners = [];
  const fetched = window.fetch;
  window.fetch = (...given) => {
    const began = Date.now();
    let submission, isDraft;
    try {
      submission = readSubmission(given);
      isDraft = isOfDraft(given);
    } catch {
      // A store of another version: what the page asks is asked all the same.
    }
    const answer = ask(submission?.isFirst ? withId(given) : given);
    const tell = (stored) => {
      if (submission) sayRefused(stored.ok ? "" : REFUSED);
      if (!stored.ok) return keepSaving(isDraft ? 5000 : 1000);
      if (isDraft && refused?.textContent) sayRefused(KEPT);
      if (submission) listeners.forEach((listener) => listener(submission));
      if (isDraft) draftListeners.forEach((listener) => listener(began));
    };
    if (submission || isDraft) answer.catch(() => ({ ok: false })).then(tell).catch(() => {});
    return answer;
  };

  // Where a link opens a project for the first time, Label Studio asks for the task twice and begins its annotation anew at
  // the second answer, with what its list of tasks holds by then: without suggestions, where the list came in between. So
  // both get the same answer, and the list holds of that task what the answer held, until something is changed.
  const LIST = /\/api\/tasks\/?(\?|$)/, ONE_TASK = /\/api\/tasks\/\d+\/?(\?|$)/, CHANGED = /\/api\/(tasks|annotations|drafts)\//;
  const opening = new Map();
  let opened = {};
  const ask = (given) => {
    const [method, address] = asked(given);
    const isAbout = (which) => method === "GET" && which.test(address);
    if (method !== "GET" && CHANGED.test(address)) opened = {};
    if (isAbout(LIST)) return fetched.apply(window, given).then((answer) => readThrough(answer, withOpened));
    if (!isAbout(ONE_TASK)) return fetched.apply(window, given);
    if (!opening.has(address)) {
      opening.set(address, fetched.apply(window, given).finally(() => opening.delete(address)));
    }
    return opening.get(address).then((answer) => readThrough(answer.clone(), keepOpened));
  };
  // Label Studio takes in an answer in the moment in which its text is there.
  const readThrough = (answer, through) => {
    const text = async () => {
      const read = await Response.prototype.text.call(answer);
      try {
        return through(read);
      } catch {
        return read; // it is no JSON, or of another version
      }
    };
    return Object.assign(answer, { text });
  };
  const keepOpened = (text) => {
    const { id, annotations, drafts, predictions } = JSON.parse(text);
    opened = { id, annotations, drafts, predictions };
    return text;
  };
  const withOpened = (text) => {
    const answer = JSON.parse(text);
    const task = answer.tasks.find(({ id }) => id === opened.id);
    if (!task) return text;
    Object.assign(task, opened);
    return JSON.stringify(answer);
  };
  const asked = ([what, how]) => [(how?.method ?? what?.method ?? "GET").toUpperCase(), String(what?.url ?? what)];
  const isOfDraft = (given) => {
    const [method, address] = asked(given);
    return method !== "GET" && method !== "DELETE" && /\/drafts\b/.test(address);
  };
  const readSubmission = (given) => {
    const [method, address] = asked(given);
    if (/\/drafts|\/convert-to-draft/.test(address)) return undefined;
    if (method === "POST" && TASK.test(address)) return { task: address.match(TASK)[1], held: data(), isFirst: true };
    if (method === "PATCH" && WORK.test(address)) return { task: window.Htx?.task?.id, held: data(), isFirst: false };
    return undefined;
  };
  // A submission has an id that it keeps when Submit is pressed again: where the answer was lost, the server stores no
  // second one. Label Studio itself gives one to articles of its stream alone.
  const ids = new WeakMap();
  const newId = () =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const withId = ([what, how]) => {
    try {
      const work = window.Htx.annotationStore.selected;
      const sent = JSON.parse(how.body);
      if (!ids.has(work)) ids.set(work, newId());
      return [what, { ...how, body: JSON.stringify({ unique_id: ids.get(work), ...sent }) }];
    } catch {
      return [what, how]; // a store of another version
    }
  };
  const onSubmission = (listener) => listeners.push(listener);
  const onDraft = (listener) => draftListeners.push(listener);

  // After a submit that failed, Label Studio saves no more drafts until one succeeds. Then they are saved from here, until
  // the server takes one.
  let waiting;
  const keepSaving = (milliseconds = 1000) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const work = annotation();
      if (!work?.submissionStarted || work.isReadOnly()) return;
      if (window.Htx.isSubmitting) return keepSaving();
      work.addVersions({ draft: work.serializeAnnotation({ fast: true }) });
      window.Htx.submitDraft(work);
    }, milliseconds);
  };

  // What a refused submission means stays on the page until one is taken, or another task is opened.
  const REFUSED = "The server did not take your work. It is still on this page. Press the button again.";
  const KEPT = "The server did not take your work. It is kept as a draft, even if you load the page anew. Press the button again.";
  let refused, refusedOf;
  const sayRefused = (words) => {
    if (refused?.textContent === words) return;
    refused?.remove();
    refused = element("div", "hedgerow-refused", words);
    refused.setAttribute("role", "alert");
    refusedOf = window.Htx?.task?.id;
    if (words) document.body.append(refused);
  };
  setInterval(() => refused?.textContent && window.Htx?.task?.id !== refusedOf && sayRefused(""), 300);

  // The page says what these scripts do for its annotators, and what they must do where they do nothing.
  const sayWhetherHere = () => {
    const work = window.Htx?.annotationStore?.selected;
    document.documentElement.toggleAttribute("data-hedgerow", !work || Boolean(annotation()));
  };
  sayWhetherHere();
  setInterval(sayWhetherHere, 300);

  window.HedgerowStudio = {
    MEMBERS, annotation, isArticle, isAdjudicating, data, plain, values, select, articleNode, readArticle, placeOf, nodeAt, isField, swallow, element, button, shortened, isPressed, renew, note, drawing, onChange, onSubmission, onDraft, keepSaving,
  };
})();
