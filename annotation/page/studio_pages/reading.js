// How the labelling page reads the words of an article: where a span's edges belong, what a number says, which list a
// cue is on; and what a span of each label needs and links to. All of it is pure, and goes by the patterns and tables of
// dataset/scheme that the page holds as JSON.
(() => {
  const tables = JSON.parse(document.getElementById("hedgerow-reader")?.textContent || "null");
  if (!tables) return;

  // Edges: rules E1, E2 and E5

  const WORD = new RegExp(tables.word, "gu");
  const CLITIC = new RegExp(tables.clitic, "y");
  const BLANK = /\s/;
  const LOOSE = /[\s,;:]/;
  const OWNER = /['’]s$/;
  const MARKS = [["“", "”"], ["‘", "’"], ["«", "»"], ['"', '"']];

  const begins = (pattern, text, at) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };

  // The edges of a span, snapped: to whole words, with the quotation marks that it lacks, without what is loose. What
  // is taken in is of the same line. What holds nothing but blanks and commas stays as it is.
  const snapped = (text, start, end) => {
    let [from, to] = strip(text, start, end, BLANK);
    if (from >= to) return [start, end];
    [from, to] = withMarks(text, wordEdge(text, from, 0), wordEdge(text, to, 1));
    [from, to] = strip(text, from, to, LOOSE);
    if (OWNER.test(text.slice(from, to)) && /^\s+[\p{L}\p{N}]/u.test(text.slice(to, to + 9))) to -= 2;
    [from, to] = strip(text, from, to, LOOSE);
    return from < to ? [from, to] : [start, end];
  };

  const strip = (text, start, end, pattern) => {
    while (start < end && pattern.test(text[start])) start += 1;
    while (start < end && pattern.test(text[end - 1])) end -= 1;
    return [start, end];
  };

  // Where the word begins (0) or ends (1) that a place is inside of; the place itself where it may be an edge.
  const wordEdge = (text, place, side) => {
    const line = text.lastIndexOf("\n", place - 1) + 1;
    for (const match of text.slice(line).split("\n", 1)[0].matchAll(WORD)) {
      const edges = [line + match.index, line + match.index + match[0].length];
      if (edges[0] < place && place < edges[1]) return mayEnd(text, place, side) ? place : edges[side];
    }
    return place;
  };

  // Before a hyphen or a clitic a span may end, and after a hyphen begin.
  const mayEnd = (text, place, side) =>
    tables.hyphens.includes(text[side ? place : place - 1]) || (side && begins(CLITIC, text, place));

  // With a quotation mark that stands right beside the span, whose other one is inside; so a comma before it is inside.
  const withMarks = (text, start, end) => {
    for (const [opening, closing] of MARKS) {
      const words = text.slice(start, end);
      const open = count(words, opening) > count(words, closing);
      const odd = opening === closing && count(words, opening) % 2 === 1;
      const last = text.slice(end).match(/^[,.!?;:]?/)[0].length;
      const begun = odd ? !words.endsWith(opening) : open;
      const ended = odd ? words.endsWith(closing) : words.endsWith(closing) && !words.includes(opening);
      if (begun && text[end + last] === closing) end += last + 1;
      else if (ended && text[start - 1] === opening) start -= 1;
    }
    return [start, end];
  };
  const count = (words, mark) => words.split(mark).length - 1;

  // Words as the lists have them

  const plain = (words) => words.replace(/\s+/g, " ").trim().toLowerCase().replaceAll("’", "'");

  const NONCOMMITTAL = new RegExp(`^(?:${tables.noncommittal})$`);
  const cueKind = (words) => {
    const cue = plain(words);
    return own(tables.cueKinds, cue) ?? (NONCOMMITTAL.test(cue) ? "noncommittal" : null);
  };
  const own = (table, key) => (Object.hasOwn(table, key) ? table[key] : undefined);

  // Numbers, step by step as dataset/scheme/quantities.py reads them

  const { patterns, small, tens, scales, shortScales, vague, parts, factors, units, currencies, noPlurals } = tables.number;
  const AT = Object.fromEntries(Object.entries(patterns).map(([name, source]) => [name, new RegExp(source, "y")]));
  const WHOLE = Object.fromEntries(
    ["unit", "uncertain", "notCounted"].map((name) => [name, new RegExp(`^(?:${patterns[name]})$`)]),
  );

  const readNumber = (words, after) => {
    const read = quantity(plain(words));
    const named = read && WHOLE.unit.exec(read.rest);
    if (!read || (read.rest && !named)) return ["", "", ""];
    const value = read.certain ? written(read) : "";
    if (isShare(plain(words))) return read.rest ? ["", "", ""] : ["percent", value, "%"];
    if (read.sign !== null) {
      const code = own(currencies, read.sign);
      return named || code === undefined ? ["", "", ""] : ["money", value, code];
    }
    const noun = countedNoun(after);
    if (named) {
      const [kind, unit] = units[named[1]];
      return noun && own(shortScales, named[1]) ? ["", "", ""] : [kind, value, unit];
    }
    return begins(AT.unit, after.toLowerCase(), 0) ? ["", value, ""] : ["count", value, noun];
  };

  const countedNoun = (after) => {
    const noun = begins(AT.counted, after, 0)?.[1];
    return !noun || WHOLE.notCounted.test(noun) || noPlurals.includes(noun) ? "" : noun;
  };

  const written = ({ low, high }) => {
    const digits = (value) => value.toFixed(6).replace(/\.?0+$/, "");
    if (high === null) return `${digits(low)}..`;
    return high === low ? digits(low) : `${digits(low)}..${digits(high)}`;
  };

  const quantity = (text) => {
    const money = begins(AT.currency, text, 0);
    const first = amount(text, money ? money[0].length : 0, money);
    if (!first) return null;
    const sign = money ? money[0].replaceAll(" ", "") : null;
    const second = upperEnd(text, first, money);
    const last = second ?? first;
    const fits = !second || (second.certain && first.scaled === second.scaled && first.low <= second.low);
    const high = last.open ? null : last.low;
    return { sign, low: first.low, high, rest: text.slice(last.end), certain: first.certain && fits };
  };

  const upperEnd = (text, first, money) => {
    const between = begins(AT.to, text, first.end);
    if (!between || first.open) return null;
    const start = first.end + between[0].length;
    const again = money ? begins(AT.currency, text, start) : null;
    return amount(text, start + (again ? again[0].length : 0), money);
  };

  const amount = (text, start, money) =>
    inVagueWords(text, start) ?? halfOf(text, start) ?? share(text, start) ??
    withAHalf(text, inDigits(text, start, money) ?? inWords(text, start));

  const isShare = (text) => Boolean(begins(AT.share, text, 0)) && !begins(AT.halfOf, text, 0);

  const halfOf = (text, start) => {
    const match = begins(AT.halfOf, text, start);
    if (!match) return null;
    const low = match[1] ? factors[match[1]] / 2 : 0.5;
    return { low, open: false, end: start + match[0].length, scaled: Boolean(match[1]), certain: true };
  };

  const share = (text, start) => {
    const match = begins(AT.share, text, start);
    if (!match) return null;
    const count = !match[1] || isArticle(match[1]) ? 1 : (own(small, match[1]) ?? Number(match[1]));
    const low = Math.round((10000 * count) / parts[match[2] ?? "half"]) / 100;
    return { low, open: false, end: start + match[0].length, scaled: false, certain: true };
  };

  const withAHalf = (text, whole) => {
    const match = whole && !whole.scaled ? begins(AT.andAHalf, text, whole.end) : null;
    if (!match) return whole;
    const low = (whole.low + 0.5) * (match[1] ? factors[match[1]] : 1);
    return { low, open: false, end: whole.end + match[0].length, scaled: Boolean(match[1]), certain: whole.certain };
  };

  const inVagueWords = (text, start) => {
    const match = begins(AT.vague, text, start);
    if (!match) return null;
    const low = match[0].split(" of ").reduce((product, word) => product * vague[word], 1);
    return { low, open: true, end: start + match[0].length, scaled: true, certain: true };
  };

  const inDigits = (text, start, money) => {
    const match = begins(AT.digits, text, start);
    if (!match) return null;
    const end = start + match[0].length;
    const scale = begins(AT.scale, text, end) ?? (money ? begins(AT.short, text, end) : null);
    const factor = scale ? (own(factors, scale[1]) ?? shortScales[scale[1]]) : 1;
    return {
      low: Number(match[0].replaceAll(",", "")) * factor,
      open: false,
      end: end + (scale ? scale[0].length : 0),
      scaled: Boolean(scale),
      certain: !WHOLE.uncertain.test(match[0]),
    };
  };

  const inWords = (text, start) => {
    const words = [];
    let end = start;
    for (;;) {
      const match = begins(AT.word, text, end);
      if (!match || own(vague, match[1]) || (words.length && isArticle(match[1]))) break;
      words.push(match[1]);
      end += match[0].length;
    }
    const low = valueOf(words);
    if (low === null) return null;
    const scaled = own(factors, words.at(-1)) !== undefined;
    end = start + text.slice(start, end).replace(/[ -]+$/, "").length;
    return { low, open: false, end, scaled, certain: isOrderly(words) };
  };
  const isArticle = (word) => word === "a" || word === "an";

  const valueOf = (words) => {
    if (!words.length || (isArticle(words[0]) && !own(factors, words[1]))) return null;
    let total = 0, current = 0;
    for (const word of words) {
      if (own(scales, word)) [total, current] = [total + Math.max(current, 1) * scales[word], 0];
      else if (own(factors, word)) current = Math.max(current, 1) * factors[word];
      else current += own(small, word) ?? own(tens, word) ?? 0;
    }
    return total + current;
  };

  // Not two plain numbers side by side, as in “nineteen eighty”.
  const isOrderly = (words) => {
    const ranks = words.filter((word) => !isArticle(word)).map((word) => (own(factors, word) ? 2 : own(tens, word) ? 1 : 0));
    return ranks.slice(1).every((rank, at) => rank === 2 || ranks[at] === 2 || (ranks[at] === 1 && rank === 0));
  };

  const offered = new Set([...Object.values(units).map(([, unit]) => unit), ...Object.values(currencies)]);

  window.Hedgerow = { snapped, cueKind, readNumber, units: [...offered].filter(Boolean), required: tables.required, linked: tables.linked };
})();
