// Tells the language of a text while it is written: the same rules as internal/markup/lang.go, which decides in the end
// and reads Markdown properly. A test there holds the two together; change both.

const forms = /[的了是在和与我你您他她它们这那有不也都就吗呢吧啊被把让给对从到为以及我但而将请会能可要应该个些什么怎哪谁几很更最已还没于由并使如果因所好谢讲说见读看想帮问今昨欢這們個嗎為與會對從將讓給應該還沒於誰幾請謝講說見讀問歡]/u;
const clauses = /^(?:is|are|was|were|be|been|am|has|have|had|do|does|did|will|would|can|could|should|may|might|must|i|you|he|she|it|we|they|me|him|her|us|them|my|your|his|its|our|their|this|that|these|those|there|here|who|what|which|where|when|why|how|not|if|then|so|also|please|thanks|thank|thx|dear|hello|hi|yes|no|i'm|it's|don't|we're|i'd|i'll|i've|let's)$/;
const joins = /^(?:the|a|an|of|and|or|but|to|in|on|at|by|for|from|with|as|than|about|into|any|all|more|most|after|before|during|between|among|without|under|over|other|such|same|some|whose|while|because|however|rather|only|very|each)$/;
const han = /\p{Script=Han}/u;
const latin = /[A-Za-z0-9'’]|\p{Script=Latin}/u;
const openers = { ")": "(", "）": "（", "]": "[", "】": "【", "》": "《", "”": "“", "」": "「", "』": "『" };
const whole = 4, maxRunHan = 6, maxRunWords = 4, maxCited = 300;

// own is what of the Markdown its author says: without code, quotes of others, addresses and mentions.
function own(text) {
  return text
    .replace(/^ {0,3}(`{3,}|~{3,})[^\n]*\n(?:[^]*?\n {0,3}\1[`~]*[ \t]*$|[^]*$)/gm, "\n")
    .replace(/^ {0,3}>.*$/gm, "")
    .replace(/(?<!`)(`+)(?!`)(?:[^]*?[^`])\1(?!`)/g, "")
    .replace(/^( {0,3}[-*+] )\[[ xX]\] /gm, "$1")
    .replace(/\[\^[^\]\s]+\]:?/g, "")
    .replace(/!\[([^\]\n]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+"[^"\n]*")?\)/g, "$1")
    .replace(/(\[[^\]\n]*\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+"[^"\n]*")?\)/g, "$1")
    .replace(/(?:https?:\/\/|www\.)[\w.~:/?#[\]@!$&'()*+,;=%-]+/gi, "")
    .replace(/[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, "")
    .replace(/\*+|~~/g, "")
    .replace(/@(?:[\p{Script=Latin}\p{N}_.-]+|\p{Script=Han}{1,4}($|[\s,.!?:;，。！？：；、]))/gu, " $1");
}

// cite marks what stands in brackets and quotation marks that open and close on one line.
function cite(text) {
  const cited = new Array(text.length).fill(false);
  let open = [];
  const close = (at) => {
    const start = open.pop();
    if (at - start <= maxCited) cited.fill(true, start + 1, at);
  };
  text.forEach((r, i) => {
    const last = text[open.at(-1)];
    if (r === "\n") open = [];
    else if (r === '"' && last === '"') close(i);
    else if ("(（[【《“「『\"".includes(r)) open.push(i);
    else if (openers[r] && last === openers[r]) close(i);
  });
  return cited;
}

// Census is what the language is decided by. What the author says weighs whole, what is cited 1.
class Census {
  han = 0; hanForm = 0; hanMark = 0; hanFirst = 0; hanStop = 0;
  words = 0; terms = 0; joins = 0; clauses = 0; wordStop = 0;
  anyHan = 0; anyWords = 0; kana = 0; others = 0;
  colon = false; first = false; number = false;
  lineWords = 0; lineHan = 0; runHan = 0; runWords = 0;

  constructor(source) {
    this.text = [...source].map((r) => /[０-９Ａ-Ｚａ-ｚ]/.test(r) ? String.fromCodePoint(r.codePointAt(0) - 0xFEE0) : r);
    this.cited = cite(this.text);
    for (let i = 0; i < this.text.length;) {
      let end = i;
      while (end < this.text.length && latin.test(this.text[end])) end++;
      if (end > i) {
        this.word(i, end);
        this.stop(end);
        i = end;
      } else {
        this.rune(i++);
      }
    }
  }

  weight(i) { return this.cited[i] || this.colon ? 1 : whole; }

  endRun() { this.runHan = this.runWords = 0; }

  rune(i) {
    const r = this.text[i], weight = this.weight(i), next = this.text[i + 1];
    if (r === "\n") {
      this.colon = false;
      this.lineWords = this.lineHan = 0;
      this.endRun();
    } else if ("。！？".includes(r)) {
      this.hanStop = Math.max(this.hanStop, weight);
      this.hanMark += weight;
      this.colon = false;
      this.endRun();
    } else if ("，、；".includes(r)) {
      this.hanMark += weight;
      if (r === "；") this.colon = false;
      this.endRun();
    } else if (r === "：") {
      this.hanMark += weight;
      this.colon = true;
      this.endRun();
    } else if (r === ":" && this.lineWords > 1 && !this.lineHan && (next === undefined || /\s/.test(next))) {
      this.colon = true;
      this.endRun();
    } else if (han.test(r)) {
      this.hanRune(r, weight);
    } else if (/\p{Script=Hiragana}|\p{Script=Katakana}/u.test(r)) {
      this.kana++;
    } else if (/\p{L}/u.test(r)) {
      this.others++;
    }
  }

  hanRune(r, weight) {
    if (!this.first) this.hanFirst = weight;
    this.first = true;
    this.anyHan++;
    this.lineHan++;
    this.runWords = 0;
    this.number = false;
    if (++this.runHan <= maxRunHan) this.han += weight;
    if (forms.test(r)) this.hanForm += weight;
  }

  stop(end) {
    if (!/[.?!]/.test(this.text[end] ?? "") || !/[A-Za-z0-9]/.test(this.text[end - 1])) return;
    this.wordStop = Math.max(this.wordStop, this.weight(end));
    if (/\s/.test(this.text[end + 1] ?? "")) this.endRun();
  }

  word(start, end) {
    const w = this.text.slice(start, end).join("").replace(/^['’]+|['’]+$/g, "");
    const weight = this.weight(start);
    const letters = w.match(/\p{L}/gu)?.length ?? 0;
    const digits = /[0-9]/.test(w);
    if (!letters) {
      this.number = digits;
      return;
    }
    const upper = /\p{Lu}/u.test(w.length === 1 ? w : w.slice(1));
    const unit = this.number && letters <= 3;
    this.number = false;
    this.first = true;
    this.anyWords++;
    this.lineWords++;
    this.runHan = 0;
    this.runWords++;
    const plain = !upper && !digits, lower = w.toLowerCase();
    if (w === "I" && !han.test(this.text[end] ?? "") || plain && clauses.test(lower)) this.clauses += weight;
    else if (plain && joins.test(lower)) this.joins += weight;
    else if (!plain || letters === 1 || unit) {
      this.terms += weight;
      return;
    }
    if (this.runWords <= maxRunWords) this.words += weight;
  }

  lang() {
    const { anyHan, anyWords } = this;
    if (this.kana * 4 > anyHan && this.kana > anyWords || this.others > 2 * (anyHan + anyWords) && anyHan + anyWords < 3) return "";
    if (!anyHan) return anyWords ? "en" : "";
    if (!anyWords) return "zh";
    const zh = 2 * this.han + 6 * this.hanForm + 2 * this.hanMark + 6 * this.hanFirst + 4 * this.hanStop;
    const en = 3 * this.words + this.terms + 2 * this.joins + 6 * this.clauses + 4 * this.wordStop;
    return zh >= en ? "zh" : "en";
  }
}

// maxRead is how much of a text is looked at, in UTF-16 units: it is read again with every key.
const maxRead = 4000;

// guess is the language of a text in Markdown: "zh", "en", or "" where nothing can be told.
export function guess(text) {
  const read = text.slice(0, maxRead);
  return new Census(own(read)).lang() || new Census(read).lang();
}
