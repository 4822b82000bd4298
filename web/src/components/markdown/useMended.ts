import { useEffect, useState } from "react";

type Mend = (text: string) => string;

let mend: Mend | null = null;

/** Text that is being written, with what is open in it closed; as it is until the part that closes it is loaded. */
export function useMended(text: string, writing: boolean): string {
  const [, setLoaded] = useState(mend !== null);
  useEffect(() => {
    if (!writing || mend) return;
    let gone = false;
    import("remend").then(
      (part) => {
        mend = part.default;
        if (!gone) setLoaded(true);
      },
      () => undefined, // The text stands as it is, and the next one asks again.
    );
    return () => {
      gone = true;
    };
  }, [writing]);
  return writing && mend ? mend(text) : text;
}
