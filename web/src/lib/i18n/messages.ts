type Sentence = (...parts: never[]) => string;

/** A catalogue: sentences by area and name; a function where a sentence has parts or a plural, a record where a code has words. */
export type Messages = Record<string, string | Sentence | Record<string, string | Sentence>>;
