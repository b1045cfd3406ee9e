// Says which language a text seems to be in while it is written, and marks its field with it.
//
//   form: textarea[name=body]  input[name=title]?  select[name=lang]?, whose option "" leaves the decision to the hub
//     [data-lang-guess]                     where the words appear
//     data-guess-en, data-guess-zh          the words for each language

import { composing, whenSettled } from "./keys.js";
import { guess } from "./lang.js";

// watchLanguage watches a form from now on. What it returns looks again, after a script has changed a field.
export function watchLanguage(form) {
  const { body, title, lang: select } = form.elements;
  const words = form.querySelector("[data-lang-guess]");
  let chosen = false;
  const look = () => {
    const text = `${title?.value ?? ""}\n${body.value}`;
    const found = guess(text);
    body.lang = (chosen && select?.value) || found || select?.value || "";
    if (words && (chosen || !text.trim())) words.textContent = "";
    if (chosen || !found) return;
    if (select?.value && [...select.options].some((o) => o.value === found)) select.value = found;
    if (words) words.textContent = form.getAttribute(`data-guess-${found}`) ?? "";
  };
  select?.addEventListener("change", () => {
    chosen = Boolean(select.value);
    look();
  });
  form.addEventListener("input", (event) => { if (event.target !== select && !composing(event)) look(); });
  body.addEventListener("compositionend", () => whenSettled(look));
  if (body.value) look();
  return look;
}
