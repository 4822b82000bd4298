import { useEffect, useState } from "react";

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const monthFormat = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric" });

const DAY = 86_400_000;

function dayOf(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}

/** The time of day; with the date if it was another day. */
export function shortTime(time: string | number): string {
  const date = new Date(time);
  return dayOf(date) === dayOf(new Date()) ? clockFormat.format(date) : dayFormat.format(date);
}

/** How many days ago a time was, by the calendar. */
export function daysAgo(time: string): number {
  return Math.round((dayOf(new Date()) - dayOf(new Date(time))) / DAY);
}

export function monthName(time: string): string {
  return monthFormat.format(new Date(time));
}

/** 14:32, or 2 h 05 min, or 3 d. */
export function timeLeft(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds >= 86_400) return `${Math.floor(seconds / 86_400)} d`;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")} min`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function tookTime(from: string, to: string): string {
  const milliseconds = Math.max(0, new Date(to).getTime() - new Date(from).getTime());
  const seconds = milliseconds / 1000;
  if (seconds < 0.95) return `${Math.round(milliseconds)} ms`;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

/** The present, drawn anew every so often; stands still when `every` is null. */
export function useNow(every: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (every === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
