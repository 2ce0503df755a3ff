/** The greatest length of a name, in characters (code points). */
export const maxNameCharacters = 200;

/** Control characters and lone surrogates: databases and terminals corrupt them. */
const corrupted = /[\p{Cc}\p{Cs}]/u;
/** Characters that break the line or reorder the text around the name. */
const disruptive = /[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** Characters that leave no ink: also fillers, the empty braille pattern, the null notehead and blank hieroglyphs. */
export const inkless = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}\u{13441}\u{13442}]/u;
/** A letter, number, punctuation mark or symbol that leaves ink. Marks need one of them as a base. */
const visible = new RegExp(`(?!${inkless.source})[\\p{L}\\p{N}\\p{P}\\p{S}]`, "u");

/** Checks that the text is a name: 1 to 200 characters, at least one of them visible, none of them disruptive. */
export const isName = (text: string): boolean =>
  [...text].length <= maxNameCharacters && visible.test(text) && !corrupted.test(text) && !disruptive.test(text);
