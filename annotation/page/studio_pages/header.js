// The line above the article: how far the round is, which article it is, and whether the work is saved. It saves a draft
// soon after each pause, and a log-in goes on to the next article.
(() => {
  const PAUSE = 600; // milliseconds without a change before a draft is saved
  const { annotation, button, element, note, onChange, onDraft, onSubmission } = window.HedgerowStudio;
  const project = () => /^\/projects\/(\d+)\//.exec(location.pathname)?.[1];

  // Of the annotation on the page: when it was last changed, and sent to be saved, as the page's clock has it.
  let state = {};
  let timer;
  const changed = () => {
    const content = sent();
    if (content === undefined || content === state.content) return;
    state.content = content;
    state.changed = Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
    draw();
  };
  const sent = () => (annotation() === state.work ? JSON.stringify(state.work.serializeAnnotation({ fast: true })) : undefined);
  const save = () => {
    const work = annotation();
    if (work && work === state.work && !work.isReadOnly?.()) work.autosave?.flush?.();
  };

  const watch = () => {
    const work = annotation();
    if (!work || window.Htx.isLoading) return;
    if (state.work !== work) {
      state = { work };
      state.content = sent();
      onChange(work, "header", changed);
      count();
    }
    if (work.pk !== state.pk) {
      state.pk = work.pk;
      count();
    }
    draw();
  };
  // A draft holds what was there when the page began to send it.
  onDraft((began) => {
    state.saved = began;
    draw();
  });

  // How many articles of the project were ended. The server counts.
  let counted = "", open = 0;
  const count = async () => {
    const number = project();
    if (!number) return;
    try {
      const answer = await fetch(`/api/projects/${number}/`);
      const { queue_done: done, queue_total: total } = await answer.json();
      open = total - done;
      counted = Number.isInteger(done) && Number.isInteger(total) ? `${done} of ${total} articles ended` : "";
    } catch {
      counted = "";
    }
    draw();
  };

  const saved = () => {
    if (!state.changed) return "";
    if ((state.saved ?? 0) >= state.changed) return "saved";
    return state.work.isDraftSaving ? "saving …" : "not saved yet";
  };
  const title = () => (state.work?.objects?.[0]?._value ?? "").trim().split("\n")[0];

  // In the list's view Label Studio stays at an article that was submitted. A first submission goes on to the next one
  // as it does in the stream, and from an article that was submitted before it is one click.
  const isDone = () => Boolean(state.pk) && open > 0 && isInList();
  const goToNext = () => location.assign(`/projects/${project()}/data?labeling=1`);
  const isInList = () => !location.search.includes("labeling=1");
  const goOn = async () => {
    await count();
    if (!open) return;
    note("Submitted. The next article follows.");
    goToNext();
  };
  onSubmission(({ held, isFirst }) => {
    const isLabelling = !held.practice && !held.questions && !held.quotes;
    if (isFirst && isLabelling && isInList()) goOn();
  });

  const draw = () => {
    const left = document.querySelector(".page .left");
    if (!left) return;
    const place = left.querySelector(".hedgerow-header") ?? left.appendChild(begun());
    for (const [name, words] of [["counted", counted], ["title", title()], ["saved", saved()]]) {
      const part = place.querySelector(`.${name}`);
      if (part.textContent !== words) part.textContent = words;
    }
    const next = place.querySelector(".next");
    if (!isDone()) next?.remove();
    else if (!next) place.append(button("next", goToNext, "Next article →"));
  };
  // A screen reader says what changes in a part that is there already.
  const begun = () => {
    const parts = ["counted", "title", "saved"].map((name) => element("span", name));
    parts[2].setAttribute("role", "status");
    return element("p", "hedgerow-header", ...parts);
  };

  // Who has just logged in goes on where there is work: the first project with articles that are not ended.
  const goOnFromLogIn = async () => {
    if (!["", "/projects"].includes(location.pathname.replace(/\/$/, "")) || !document.referrer.includes("/user/login")) return;
    const answer = await fetch("/api/projects/?page_size=100");
    const { results } = answer.ok ? await answer.json() : {};
    const due = results?.filter(({ queue_done: done, queue_total: total }) => total > done).sort((first, second) => first.id - second.id)[0];
    if (due) location.replace(`/projects/${due.id}/data?labeling=1`);
  };
  goOnFromLogIn();
  setInterval(watch, 250);
})();
