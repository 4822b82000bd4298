import { createContext } from "react";

/** The open dialog around a component: what floats has to be inside it, or it lies under it. */
export const LayerContext = createContext<HTMLElement | null>(null);
