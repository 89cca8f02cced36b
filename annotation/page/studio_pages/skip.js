// Asks why an article is skipped. The reason goes to the lead as a question about the article does.
(() => {
  const { annotation, button, element, isArticle, isAdjudicating, swallow } = window.HedgerowStudio;
  const REASON = "article_question";

  const skipping = () => [...document.querySelectorAll(".lsf-bottombar button")].find((each) => each.textContent.trim() === "Skip");
  let isLetThrough = false;

  const ask = () => {
    document.querySelector(".hedgerow-skip")?.remove();
    const field = Object.assign(element("input", ""), { type: "text", placeholder: "why? (may stay empty)" });
    field.setAttribute("aria-label", "Why you skip this article");
    const form = element("form", "hedgerow-skip", "Skip this article: ", field, button("", () => form.requestSubmit(), "Skip it"), button("", () => form.remove(), "Do not skip"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.remove();
      skip(field.value.trim());
    });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") form.remove();
    });
    document.querySelector(".page .left").prepend(form);
    field.focus();
  };
  const skip = (reason) => {
    const control = annotation()?.names.get(REASON);
    if (reason) control?.addText?.(reason);
    isLetThrough = true;
    try {
      skipping()?.click();
    } finally {
      isLetThrough = false;
    }
  };

  const hold = (event) => {
    const work = annotation();
    if (isLetThrough || !work || !isArticle(work) || isAdjudicating(work) || !work.names.has(REASON)) return;
    swallow(event);
    ask();
  };
  const onClick = (event) => {
    const pressed = event.target.closest?.("button");
    if (pressed && pressed === skipping() && !pressed.disabled) hold(event);
  };
  const onKey = (event) => {
    if (event.code === "Space" && event.ctrlKey && skipping()) hold(event);
  };
  document.addEventListener("click", onClick, true);
  document.addEventListener("keydown", onKey, true);
})();
