// Package translation owns what a text says in another language: the one decision of what a reader sees (Content), what
// people write and correct, what memory and engines make where nobody has, and the jobs that have them make it.
//
// The features own the texts. Each registers a Source for its kind of text, through which translation reads what is
// visible and is heard when a translation arrives; it writes no table but its own. Sources of a translation, in order: a
// person, then memory, then an engine, then none.
//
// What is hidden or gone is never translated, and its translations are found by nobody: whoever reads one reads it
// beside its text. Sub-packages: segment (sentences, masks, likeness), memory, glossary, engine, exchange (file formats).
package translation
