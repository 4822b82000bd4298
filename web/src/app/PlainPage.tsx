import { type ReactNode, useEffect, useRef } from "react";
import { HEADING_ID } from "@/lib/focus";
import type { Me } from "@/lib/protocol";
import { Header } from "./Header";
import { useTitle } from "./useTitle";

interface PlainPageProps {
  me: Me;
  title: string;
  intro: string;
  children: ReactNode;
}

/** A page of lists and forms: a heading, which has the focus when the page is opened, and what it is for. */
export function PlainPage({ me, title, intro, children }: PlainPageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(title);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <>
      <Header me={me} title={null} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto w-full max-w-5xl px-4 pt-2 pb-16">
          <h1 ref={heading} id={HEADING_ID} tabIndex={-1} className="text-2xl font-semibold outline-none">
            {title}
          </h1>
          <p className="mt-1 mb-4 text-soft">{intro}</p>
          {children}
        </div>
      </div>
    </>
  );
}
