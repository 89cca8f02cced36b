// What stands out too little from what lies behind it, in the parts of the page that a selector names: text below 4.5:1
// (large text 3:1), and outlines, bars at the left, the edges of fields and buttons, and underlines of a colour of their
// own below 3:1 (WCAG 2.2, 1.4.3 and 1.4.11); lines that part one thing from the next carry no meaning. Text is also what CSS prints before and after an element, what a field holds, and its
// placeholder. Controls that Label Studio draws have edges of their own, which are left out, and so is what is disabled.
(scope) => {
  const DRAWN_BY_LABEL_STUDIO = ".lsf-labels, .lsf-choices, .lsf-text-area, .ant-form-item, .ant-collapse-header, [data-testid=textarea-region]";
  const channels = (colour) => {
    const parts = (colour.match(/-?[\d.]+(?:e-?\d+)?/g) ?? [0, 0, 0, 0]).map(Number);
    return colour.startsWith("color(srgb") ? parts.map((part, at) => (at < 3 ? part * 255 : part)) : parts;
  };
  const over = ([red, green, blue, alpha = 1], below) => [red, green, blue].map((part, at) => part * alpha + below[at] * (1 - alpha));
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (first, second) => {
    const [dark, bright] = [luminance(first), luminance(second)].sort((least, most) => least - most);
    return (bright + 0.05) / (dark + 0.05);
  };

  const around = (element) => (element ? [...around(element.parentElement ?? element.getRootNode().host), element] : []);
  const fills = ({ backgroundColor, backgroundImage }) =>
    [backgroundColor, ...(backgroundImage.startsWith("linear-gradient") ? (backgroundImage.match(/(?:rgba?|color)\([^)]*\)/g) ?? []).slice(0, 1) : [])].map(channels);
  const painted = (below, style) => fills(style).reduce((ground, fill) => over(fill, ground), below);
  const ground = (element) => around(element).reduce((below, each) => {
    const style = getComputedStyle(each);
    return over([...painted(below, style), Number(style.opacity)], below);
  }, [255, 255, 255]);
  const opacity = (element) => around(element).reduce((all, each) => all * Number(getComputedStyle(each).opacity), 1);
  const seenOn = (colour, element, below) => {
    const [red, green, blue, alpha = 1] = channels(colour);
    return over([red, green, blue, alpha * opacity(element)], below);
  };

  const low = new Set();
  let seen = 0;
  const hold = (element, what, colour, below, least) => {
    seen += 1;
    const reached = contrast(seenOn(colour, element, below), below);
    const name = [element.tagName.toLowerCase(), ...element.classList].join(".").slice(0, 60);
    if (reached < least) low.add(`${reached.toFixed(2)} ${name}: ${what.trim().slice(0, 40)}`);
  };
  const holdText = (element, words, style, below) => {
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    hold(element, words, element.closest("svg") ? style.fill : style.color, below, isLarge ? 3 : 4.5);
  };
  const printed = (style) => (style.display === "none" ? "" : (/^"(.*)"/.exec(style.content)?.[1] ?? "").trim());

  const holdField = (field, style) => {
    if (/^(checkbox|radio)$/.test(field.type)) return;
    if (field.value) holdText(field, field.value, style, ground(field));
    else if (field.placeholder) holdText(field, field.placeholder, getComputedStyle(field, "::placeholder"), ground(field));
  };
  const holdEdges = (element, style) => {
    const outside = ground(element.parentElement);
    const isLine = (width, kind) => parseFloat(width) > 0 && !["none", "hidden", "auto"].includes(kind);
    if (isLine(style.outlineWidth, style.outlineStyle)) hold(element, "outline", style.outlineColor, outside, 3);
    const isBox = ["Left", "Right", "Top", "Bottom"].every((side) => isLine(style[`border${side}Width`], style[`border${side}Style`]));
    const isBar = isLine(style.borderLeftWidth, style.borderLeftStyle) && parseFloat(style.borderLeftWidth) >= 2;
    if (isBar || (isBox && element.matches("input, button, select, textarea"))) hold(element, "border", style.borderLeftColor, outside, 3);
    const isUnderlined = style.textDecorationLine === "underline" && style.textDecorationColor !== style.color;
    if (isUnderlined) hold(element, "underline", style.textDecorationColor, ground(element), 3);
  };

  for (const part of document.querySelectorAll(scope)) {
    for (const element of [part, ...part.querySelectorAll("*")]) {
      const box = element.getBoundingClientRect();
      if (!box.width || !box.height || element.matches("script, style, option, datalist, :disabled") || !element.checkVisibility({ visibilityProperty: true })) continue;
      const style = getComputedStyle(element);
      const words = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join(" ").trim();
      if (words) holdText(element, words, style, ground(element));
      for (const place of ["::before", "::after"]) {
        const pseudo = getComputedStyle(element, place);
        if (printed(pseudo)) holdText(element, printed(pseudo), pseudo, painted(ground(element), pseudo));
      }
      if (element.matches("input, textarea")) holdField(element, style);
      if (!element.closest(DRAWN_BY_LABEL_STUDIO)) holdEdges(element, style);
    }
  }
  return { seen, low: [...low].sort() };
}
