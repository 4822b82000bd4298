import { type RefObject, useEffect } from "react";

/** Once objections are on the page, the first field that they are about has the focus, or the sentence that is about none. */
export function useFirstWrong(form: RefObject<HTMLElement | null>, objections: unknown, any: boolean): void {
  useEffect(() => {
    if (any) form.current?.querySelector<HTMLElement>("[aria-invalid=true], [role=alert]")?.focus();
  }, [form, objections, any]);
}
