import { createContext } from "react";

/** Where what floats is put: into the page, or into the open dialog around it, under which it would lie otherwise. */
export const LayerContext = createContext<HTMLElement | null>(null);
