import { Observable } from '../api/observable.ts';

/** What lies over the page: at most one of these. */
export const overlay = new Observable<'palette' | 'help' | undefined>(undefined);
