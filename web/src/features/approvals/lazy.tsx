import { lazy } from "react";

const loadEditForm = () => import("./EditForm");
const loadAnswerForm = () => import("./AnswerForm");
const loadRecordDetails = () => import("./RecordDetails");

const loadElicitationCard = () => import("./ElicitationCard");
const loadLoginCard = () => import("./LoginCard");
const loadSamplingCard = () => import("./SamplingCard");
const loadWrittenCard = () => import("./WrittenCard");

/** What is rarer than a call that waits brings its code with it only where it is shown. */
export const EditForm = lazy(() => loadEditForm().then((part) => ({ default: part.EditForm })));
export const AnswerForm = lazy(() => loadAnswerForm().then((part) => ({ default: part.AnswerForm })));
export const ElicitationCard = lazy(() => loadElicitationCard().then((part) => ({ default: part.ElicitationCard })));
export const LoginCard = lazy(() => loadLoginCard().then((part) => ({ default: part.LoginCard })));
export const SamplingCard = lazy(() => loadSamplingCard().then((part) => ({ default: part.SamplingCard })));
export const WrittenCard = lazy(() => loadWrittenCard().then((part) => ({ default: part.WrittenCard })));
export const RecordDetails = lazy(() => loadRecordDetails().then((part) => ({ default: part.RecordDetails })));

/** What cannot be fetched ahead is fetched when it is opened. */
function ahead(load: () => Promise<unknown>): void {
  load().catch(() => undefined);
}

/** Fetches the form before it is asked for. */
export function preloadEditForm(): void {
  ahead(loadEditForm);
}

export function preloadAnswerForm(): void {
  ahead(loadAnswerForm);
}
